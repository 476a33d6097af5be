"""Wire faults at every class of byte of a whole copy, in virtual time: no bad key, no charge, wheel off, no hang.

`python -m tests.bench.bench_wire_faults [--runs 5200] [--seed 1]`; half the runs on a board with echo, half
without, or all on one `--board`.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections import Counter

from tests.support.wire_trials import classes, faults, trial


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--board", choices=("stock", "echo", "both"), default="both")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    begin = time.monotonic()
    wrong: list[str] = []
    virtual_s = 0.0
    boards = {"stock": (False,), "echo": (True,), "both": (False, True)}[asked.board]
    for echo in boards:
        seen: Counter[str] = Counter()
        for i, fault in enumerate(faults(asked.seed, asked.runs // len(boards), echo)):
            outcome = trial(fault, asked.seed + i, echo)
            virtual_s += outcome.spent_s
            seen[outcome.fault or "no fault noticed"] += 1
            seen["delivered"] += outcome.delivered
            seen["charged"] += outcome.charged
            for what in outcome.wrong:
                wrong.append(what)
                print(f"WRONG {'echo' if echo else 'stock'} {fault}: {what}", flush=True)
        print(
            f"{'echo' if echo else 'stock'}: {asked.runs // len(boards)} runs over {len(classes(echo))} classes of byte"
        )
        for what, count in seen.most_common():
            print(f"   {what:24s} {count}")
    spent_s = time.monotonic() - begin
    print(f"{virtual_s / 3600:.1f} machine hours in {spent_s:.0f} s: {virtual_s / spent_s:.0f} times real time")
    print(f"{len(wrong)} of {asked.runs} runs ended as none may")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
