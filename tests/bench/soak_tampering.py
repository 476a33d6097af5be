"""Tampering with the audit, closed and open: everything but what also puts back the sealed anchor is found.

    python -m tests.bench.soak_tampering [--count 2400] [--seed 1]

Each try is a book of its own, real SQLite and real files, altered in one of the ways of `tests/support/tamperings.py`
while it is closed or while this process has it open; afterwards the book is gone on with and opened again, as a kiosk
would. Prints how many were found by way; status 1 if one that should be found was not.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.support.tamperings import PUT_BACK_WITH_ITS_ANCHOR, WAYS, tried


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=2400)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    found: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    nothing = 0
    for number in range(asked.count):
        online = bool(number % 2)
        ways = (*WAYS, *PUT_BACK_WITH_ITS_ANCHOR) if online else WAYS
        way = ways[(number // 2) % len(ways)]
        name = f"{'open' if online else 'closed'} {way.__name__.strip('_')}"
        with tempfile.TemporaryDirectory(prefix="kiosk-tamper-") as folder:
            told = tried(Path(folder), way, online=online, rng=rng)
        if told is None:
            nothing += 1
        elif told:
            found[name] += 1
        else:
            missed[name] += 1
    for name in sorted({*found, *missed}):
        print(f"{name:<32} found {found[name]:>4}  missed {missed[name]:>3}")
    print(f"{sum(found.values())} found, {sum(missed.values())} missed, {nothing} left book and anchor as they were")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
