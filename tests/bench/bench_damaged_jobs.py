"""Every bit of every byte of whole jobs flipped, and every byte lost, doubled and swapped: never a bad key delivered.

`python -m tests.bench.bench_damaged_jobs [--board stock|echo|both] [--parts N --part I]`. One damage a trial, at the
moment its byte is sent, on the wire to the board while a key is cut.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time

from tests.support.damaged_jobs import described, try_job

JOBS = (("M1", "0527", 5), ("SC1", "53293", 2))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--board", choices=("stock", "echo", "both"), default="both")
    parser.add_argument("--parts", type=int, default=1, help="try only every so many bytes")
    parser.add_argument("--part", type=int, default=0, help="and begin with this one")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    wrong = 0
    for echo in {"stock": (False,), "echo": (True,), "both": (False, True)}[asked.board]:
        for code, bitting, slot in JOBS:
            begin_s = time.monotonic()
            tried = try_job(code, bitting, slot, echo=echo, wanted=lambda i, _: i % asked.parts == asked.part)
            board = "echo" if echo else "stock"
            print(f"{code}, {board}: {len(tried)} damages in {time.monotonic() - begin_s:.0f} s", flush=True)
            print(described(tried), flush=True)
            for each in tried:
                if each.wrong:
                    wrong += 1
                    print(f"WRONG {code} {board} byte {each.at_byte} {each.damage}: {each.ended}: {each.wrong}")
    print(f"{wrong} ended as none may")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
