"""Time of a wrong number against a wrong PIN, by the real argon2id settings: `python -m tests.bench.bench_sign_in`."""

from __future__ import annotations

import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path

from hardware.clock import SystemClock
from kiosk.staff.accounts import StaffAccounts

PAIRS = 40


def main() -> None:
    """Measure in turns, so that a busy computer slows both alike; print medians and their difference."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(StaffAccounts.open(Path(folder) / "staff.db", SystemClock())) as book,
    ):
        for number in range(1, PAIRS + 1):
            book.add(str(number), "Somebody", "manager", "482913")
        took_ms: dict[str, list[float]] = {"wrong PIN": [], "wrong number": []}
        for number in range(1, PAIRS + 1):
            tries = [("wrong PIN", str(number)), ("wrong number", str(9000 + number))]
            for what, typed in tries if number % 2 else tries[::-1]:
                began = time.perf_counter()
                book.sign_in(typed, "000019")
                took_ms[what].append((time.perf_counter() - began) * 1e3)
    for what, times in took_ms.items():
        print(f"{what:<14} median {statistics.median(times):6.1f} ms, spread {statistics.stdev(times):5.1f} ms")
    difference_ms = statistics.median(a - b for a, b in zip(*took_ms.values(), strict=True))
    print(f"difference, median of {PAIRS} pairs: {difference_ms:+.2f} ms")


if __name__ == "__main__":
    main()
