"""`make bench` and `make soak`: runs every `bench_*.py` (and, for soak, every `soak_*.py`) one after another.

Each is a module with its own command line, so that one figure can be had alone: `python -m tests.bench.bench_wire`.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path


def main() -> int:
    """Run them all; the status is the number that failed."""
    soak = "--soak" in sys.argv[1:]
    here = Path(__file__).parent
    names = sorted(path.stem for path in here.glob("soak_*.py" if soak else "bench_*.py"))
    where = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {where}")
    failed = 0
    for name in names:
        print(f"\n== {name}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
