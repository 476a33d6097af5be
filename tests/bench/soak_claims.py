"""Random sequences of sales and copies brought back: `python -m tests.bench.soak_claims [--sequences N] [--seed N]`.

Keys, copies, codes, quantities, remedies, staff, walking away and crashes before or after any write are drawn; after
each visit the copies in the chute and the money at the terminal are held against the journal. Exit status 1 if ever
more was given than was paid for.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections import Counter

from kiosk.rehearsal.simulated_kiosk import scratch_folder
from tests.support.bring_back import sequence


def main() -> int:
    """Play them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=520)
    parser.add_argument("--seed", type=int, default=1000)
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    began_s, bad, totals = time.perf_counter(), 0, Counter[str]()
    for seed in range(asked.seed, asked.seed + asked.sequences):
        with scratch_folder() as folder:
            try:
                lived = sequence(folder, seed)
            except AssertionError as error:
                bad += 1
                print(f"ENDED OTHERWISE: seed {seed}: {error}", flush=True)
                continue
        totals.update(lived.ends)
        totals["visits"] += len(lived.wishes)
        if (seed - asked.seed + 1) % 40 == 0:
            print(f"{seed - asked.seed + 1} sequences, {bad} ended otherwise, {dict(totals)}", flush=True)
    spent_s = time.perf_counter() - began_s
    print(f"{asked.sequences} sequences in {spent_s:.0f} s, seeds from {asked.seed}: {bad} ended otherwise")
    print(dict(totals))
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
