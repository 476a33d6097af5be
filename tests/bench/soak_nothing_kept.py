"""Visits with canary keys in a process of their own: found while it cuts, or the search means nothing, and not after.

python -m tests.bench.soak_nothing_kept [--runs N]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from config.settings import load_settings
from kiosk.key.spellings import Quarry
from kiosk.operations.nothing_kept import search
from kiosk.rehearsal.prove import prove


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    settings = load_settings(None, {})
    spine_y_mm = settings.machine.clamp.spine_y_mm
    bad = 0
    for run in range(1, asked.runs + 1):
        during: list[str] = []

        def look(canary: Quarry, pid: int, seen: list[str] = during) -> None:
            seen += sorted(
                {each.spelling for each in search(canary, (), [pid], anybodys=(), spine_y_mm=spine_y_mm).traces}
            )

        began_s = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="kiosk-soak-") as folder:
            found = prove(settings, Path(folder), look).searched
        bad += not found.clean or not during
        print(
            f"run {run}: while it cuts {', '.join(during) or 'NOT FOUND'}; after it {len(found.traces)} traces in "
            f"{found.files} files and {found.memory_bytes / 1e6:.0f} MB of memory, not searched "
            f"{found.not_searched or 'nothing'}; {time.perf_counter() - began_s:.0f} s",
            flush=True,
        )
        for trace in found.traces:
            print(f"  {trace.where}: {trace.spelling}", flush=True)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
