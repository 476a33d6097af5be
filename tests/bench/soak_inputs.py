"""Long proof of door and stops: `python -m tests.bench.soak_inputs [--sessions N] [--seed S]`.

Plays whole sales in which door, hold and emergency stop change at random moments, on every build of board, with staff
who recover what is out of order or with nobody. After each: delivered and paid or neither, only good copies delivered,
not one incident in the machine, the wheel still, and nothing moved while the kiosk was out of order. Prints counts;
exit status 1 if any session ended otherwise.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections import Counter

from kiosk.session.states import State
from tests.support.input_sessions import run, trials


def main() -> int:
    """Play what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20261128)
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    began_s, virtual_s, bad = time.perf_counter(), 0.0, 0
    ends: Counter[str] = Counter()
    for number, trial in enumerate(trials(asked.seed, asked.sessions), start=1):
        played, found = run(trial)
        virtual_s += played.virtual_s
        bad += bool(found)
        ends["went out of order"] += State.OUT_OF_ORDER in played.path
        ends["waits for staff at the end"] += played.path[-1] is State.OUT_OF_ORDER
        ends["delivered and paid"] += State.THANK_YOU in played.path
        for finding in found:
            print(f"ENDED OTHERWISE: {trial.described}: {finding}", flush=True)
        if number % 200 == 0:
            print(f"{number} sessions, {bad} ended otherwise, {time.perf_counter() - began_s:.0f} s", flush=True)
    spent_s = time.perf_counter() - began_s
    print(f"{asked.sessions} sessions, {virtual_s / 3600:.1f} machine hours in {spent_s:.0f} s:")
    print(f"{bad} ended as none may; {dict(ends)}")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
