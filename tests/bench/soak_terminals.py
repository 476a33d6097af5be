"""Card terminals: the kiosk killed by SIGKILL at every place, and whole sales in which anything goes wrong.

`python -m tests.bench.soak_terminals [SEQUENCES]`
"""

from __future__ import annotations

import sys
from collections import Counter

from kiosk.rehearsal.simulated_kiosk import scratch_folder
from tests.hardware.payment import test_mdb, test_zvt
from tests.support.terminal_kills import STORIES, kill_at, terminal_process


def main() -> int:
    """Print a table; any wrong outcome is an assertion."""
    sequences = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    kills = 0
    with scratch_folder() as scratch:
        for kind, stories in STORIES.items():
            (folder := scratch / f"of-{kind}").mkdir()
            with terminal_process(kind, folder) as terminal:
                for story in stories:
                    place = 1
                    while kill_at(terminal, folder / f"{story.__name__}-{place}", story, place):
                        place += 1
                    kills += place - 1
                    print(f"{kind:<12} {story.__name__:<28} {place - 1:>4} kills, all delivered and paid or neither")
    print(f"{kills} kills")
    zvt = Counter(test_zvt.one_random_sale(seed) for seed in range(sequences))
    unpaid = sum(count for (paid, _), count in zvt.items() if not paid)
    print(f"zvt: {sequences} fault sequences, 0 charged without a key, 0 booked twice, {unpaid} delivered unpaid")
    mdb = Counter(test_mdb.one_random_sale(seed) for seed in range(sequences))
    print(f"mdb: {sequences} fault sequences, 0 charged twice, {mdb['settled']} settled, {mdb['for staff']} for staff")
    return 0


if __name__ == "__main__":
    sys.exit(main())
