"""Long proofs of whole sessions: `python -m tests.bench.soak_sessions [--sessions N] [--only kills|second-kills|wire]`.

Kills the kiosk before and after every write and after every line to the board of six whole sessions; then kills the
restart as well, at its every write and line, after each kill around a write of a sale of two copies. Then plays
sessions with one random wire fault each at a random byte. After each: delivered and paid or neither, only good copies
delivered, wheel off, no hang. Prints counts; exit status 1 if any session ended otherwise.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager

from config.settings import Settings, load_settings
from kiosk.compose import Records
from kiosk.records.journal import Journal
from kiosk.rehearsal.run_scenario import ScenarioResult
from kiosk.rehearsal.simulated_kiosk import scratch_folder
from kiosk.session.states import State
from tests.support.lives import STORIES, Life, cut_off, settle, settle_cut_off, two_copies
from tests.support.wire_sessions import run, trials

HANG_S = 20.0
"""A session takes a tenth of a second."""


class Hung(BaseException):
    """A session that does not end."""


def every_kill(settings: Settings) -> int:
    """Kill everywhere; the number of places where it ended otherwise."""
    bad = 0
    for story in STORIES:
        began_s = time.perf_counter()
        with scratch_folder() as root:
            cuts = cut_off(settings, root / "life", story, lambda _: True)
        bad += _said(cuts.found)
        counts = Counter(place.what for place in cuts.taken)
        print(
            f"{story.__name__.replace('_', ' ')}: killed around {counts['write'] // 2} writes and after"
            f" {counts['line']} lines, {time.perf_counter() - began_s:.0f} s",
            flush=True,
        )
    return bad


def every_second_kill(settings: Settings) -> int:
    """Kill the restart as well; the number of first places after which one of them ended otherwise."""
    began_s = time.perf_counter()
    with scratch_folder() as root:
        pairs = root / "pairs"

        def settle_and_count(life: Life) -> None:
            with pairs.open("a") as counted:
                counted.write(".")
            settle(life)

        def killed_again(life: Life) -> None:
            # Where a copy may have fallen every line counts; elsewhere every fourth will do.
            stride = 1 if "delivering" in _open_metal(life) else 4
            settle_cut_off(life, lambda place: place.what == "write" or place.at % stride == 0, settle_and_count)

        cuts = cut_off(settings, root / "life", two_copies, lambda place: place.what == "write", killed_again)
        print(
            f"killed again at {pairs.stat().st_size} places of the restart, {time.perf_counter() - began_s:.0f} s",
            flush=True,
        )
    return _said(cuts.found)


def _open_metal(life: Life) -> str:
    """Where the journal has the metal of sales that a kill left open."""
    with closing(Journal(Records(life.folder).sales, life.sim.clock, simulated=True)) as journal:
        return " ".join(sale.metal for sale in journal.open_sales())


def _said(found: list[str]) -> int:
    for each in found:
        print(f"ENDED OTHERWISE: {each}", flush=True)
    return len(found)


@contextmanager
def _ending_within(cpu_s: float) -> Iterator[None]:
    """Virtual time may stand still while a loop turns: only the processor's time tells.

    Raises:
        Hung: the block takes longer. No session catches it.
    """

    def hung(*_: object) -> None:
        raise Hung(f"more than {cpu_s:g} s of the processor")

    before = signal.signal(signal.SIGVTALRM, hung)
    signal.setitimer(signal.ITIMER_VIRTUAL, cpu_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def wire_faults(seed: int, sessions: int) -> int:
    """Play damaged sessions; the number that ended as none may."""
    began_s = time.perf_counter()
    ends: Counter[str] = Counter()
    virtual_s, bad = 0.0, 0

    def judge(played: ScenarioResult) -> None:
        nonlocal virtual_s
        virtual_s += played.virtual_s
        broke = State.OUT_OF_ORDER in played.path
        well = played.path[-1] is not State.OUT_OF_ORDER
        ends["noticed, well again" if broke and well else "waits for a technician" if broke else "not noticed"] += 1
        ends["delivered and paid"] += State.THANK_YOU in played.path

    for number, trial in enumerate(trials(seed, sessions), start=1):
        try:
            with _ending_within(HANG_S):
                found = run(trial, judge)
        except Hung as hung:
            found = (f"hangs: {hung}",)
        bad += bool(found)
        for finding in found:
            print(f"ENDED OTHERWISE: {trial.damage}: {finding}", flush=True)
        if number % 500 == 0:
            print(f"{number} sessions, {bad} ended otherwise, {time.perf_counter() - began_s:.0f} s", flush=True)
    spent_s = time.perf_counter() - began_s
    print(f"{sessions} sessions with one wire fault each, {virtual_s / 3600:.1f} machine hours in {spent_s:.0f} s:")
    print(f"{bad} ended as none may; {dict(ends)}")
    return bad


def main() -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=5200)
    parser.add_argument("--seed", type=int, default=20260601)
    parser.add_argument("--only", choices=("kills", "second-kills", "wire"))
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    settings = load_settings(environment={})
    bad = 0
    if asked.only in (None, "kills"):
        bad += every_kill(settings)
    if asked.only in (None, "second-kills"):
        bad += every_second_kill(settings)
    if asked.only in (None, "wire"):
        bad += wire_faults(asked.seed, asked.sessions)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
