"""Long proofs of whole sessions: `python -m tests.bench.soak_sessions [SESSIONS]`.

Kills the process after every line to the board and around every journal write of a sale of two copies; then plays
sessions with one random wire fault each at a random byte. After each: delivered and paid or neither, only good copies
delivered, wheel off, no hang. Prints counts; exit status 1 if any session ended otherwise.
"""

from __future__ import annotations

import logging
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from config.settings import Settings, load_settings
from kiosk.rehearsal.play import play
from kiosk.rehearsal.script import Scenario
from kiosk.states import State
from simulator.wire_faults import Damage, Way
from tests.journey.test_power_loss import Life, count, kill_at, sell

DRAW = 20260601


def every_kill(settings: Settings) -> int:
    """Kill everywhere; the number of places."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "count").mkdir()
        writes, lines = count(settings, root / "count", 2)
        for at in range(2, 2 * writes + 2):
            kill_at(settings, root / f"write{at}", write=at, copies=2)
        for at in range(1, lines + 1):
            kill_at(settings, root / f"line{at}", line=at, copies=2)
    return 2 * writes + lines


def wire_scenario(rng: random.Random, seed: int) -> Scenario:
    """A sale with one damage on the wire, somewhere."""
    damage = rng.choice(tuple(Damage))
    state = rng.choice((State.STARTING, State.LOADING, State.CUTTING, State.CHECKING, State.DELIVERING))
    parameters: dict[str, float | int | str] = {
        "way": rng.choice(tuple(Way)).value,
        "at_byte": rng.randrange(0, 1500 if state is State.CUTTING else 200),
    }
    return Scenario.model_validate(
        {
            "title": f"{damage} in {state}",
            "seed": seed,
            "visit": [
                {
                    "think_s": 1.0,
                    "key": {"blank": rng.choice(("KW1", "SC1", "KW10", "SC4", "M1")), "seed": seed},
                    "staff": [{"comes_in": "out_of_order", "does": ["recover", "wait", "wait", "wait"]}],
                }
            ],
            "trouble": [
                {
                    "fault": f"wire_{damage.value}",
                    "comes_in": state.value,
                    "at_fraction": rng.random() if state is State.CUTTING else 0.0,
                    "clears_in": "out_of_order",
                    "parameters": parameters,
                }
            ],
        }
    )


def _harmless(finding: str) -> bool:
    """Whether a finding says no more than that the kiosk stays out of order with its clamp not yet emptied."""
    return finding.endswith("metal clamped") or "in out_of_order" in finding


def wire_faults(settings: Settings, sessions: int) -> int:
    """Play them; the number that did not end as they must."""
    rng = random.Random(DRAW)
    ends: Counter[str] = Counter()
    bad = 0
    for seed in range(sessions):
        scenario = wire_scenario(rng, seed)
        played = play(scenario, settings)
        if played.path[-1] is State.OUT_OF_ORDER and all(_harmless(finding) for finding in played.findings):
            ends["still out of order, nothing charged: a technician must come"] += 1
            continue
        broke = State.OUT_OF_ORDER in played.path
        ends["out of order on the way, well again" if broke else "sold as if nothing had been"] += 1
        if not played.passed:
            bad += 1
            print(f"session {seed} ({scenario.title}): {'; '.join(played.findings)}")
    print(f"{sessions} sessions with one wire fault each: {bad} not as they must be; {dict(ends)}")
    return bad


def main() -> int:
    """Run it all."""
    logging.disable(logging.CRITICAL)
    settings = load_settings(environment={})
    print(f"killed at {every_kill(settings)} places: always delivered and paid, or neither")
    return int(wire_faults(settings, int(sys.argv[1]) if len(sys.argv) > 1 else 1000) > 0)


__all__ = ["Life", "main", "sell"]

if __name__ == "__main__":
    sys.exit(main())
