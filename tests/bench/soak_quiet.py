"""The whole kiosk with its window sells a key where no network can be reached, under strace.

    python -m tests.bench.soak_quiet      (root; strace and iproute2)

Only the loopback interface is there, for the simulated machine's control socket. Status 1 if anything but 127.0.0.1 was
reached for, or anything was written outside the data folder and the temporary one.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.support.paths import ROOT
from tests.support.quiet import outside, traced


def main() -> int:
    os.environ.update(SDL_VIDEODRIVER="offscreen", SDL_AUDIODRIVER="dummy")
    script = str(ROOT / "kiosk" / "rehearsal" / "scenarios" / "sell_kw1.toml")
    with tempfile.TemporaryDirectory(prefix="kiosk-quiet-") as folder:
        data = Path(folder) / "data"
        words = ("run", "--simulated", "--script", script, "--speed", "20", "--data", str(data))
        ran = traced(Path(folder), *words, loopback=True)
        left = [*(Path(folder) / "home").iterdir(), *(Path(folder) / "here").iterdir()]
        beyond = [line for line in ran.reached if '"127.0.0.1"' not in line]
        strange = outside(ran.written, data, Path(tempfile.gettempdir()))
    print(f"status {ran.status}, {len(ran.reached)} calls to 127.0.0.1 or beyond, {len(beyond)} beyond")
    print(f"{len(ran.written)} files written; outside data and temporary folder: {strange or 'none'}")
    print(f"left in home and working folder: {left or 'none'}")
    return 1 if ran.status or beyond or strange or left else 0


if __name__ == "__main__":
    sys.exit(main())
