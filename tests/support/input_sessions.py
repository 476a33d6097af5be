"""Whole sessions in which door, hold and emergency stop change at random moments, and what became of them.

Somebody opens the door and closes it, leans on the hold button, presses the emergency stop and lets it go, several
times in one sale, on a board of any build. Staff recover what is out of order, or nobody comes. Beside what every
rehearsal is judged by: nothing moves while the kiosk is out of order, however the inputs change.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from kiosk.rehearsal import run_scenario as playing
from kiosk.rehearsal.run_scenario import ScenarioResult, play
from kiosk.rehearsal.script import Scenario
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State
from simulator.firmware.wiring import Steps
from simulator.machine.incidents import STOPPING_S
from simulator.machine.world import World
from tests.support.wire_sessions import KEYS, settings, wrong

SALE_S = 75.0
"""A whole sale, from the start of the program to the copy in the chute."""
INPUTS = ("door_open", "emergency_stop", "hold_held")
BOARDS = ("stock", "echo", "guarded")


@dataclass(frozen=True)
class Trial:
    """One session."""

    scenario: Scenario
    described: str
    """What changed when, in words."""


def trials(seed: int, runs: int) -> Iterator[Trial]:
    """So many sessions: each build of board in turn, one to five changes, staff or nobody."""
    draw = random.Random(seed)
    for number in range(runs):
        blank, code = draw.choice(KEYS)
        board = BOARDS[number % len(BOARDS)]
        troubles = []
        for _ in range(draw.randint(1, 5)):
            begins_s, lasts_s = draw.uniform(0.0, SALE_S), draw.choice((0.01, 0.2, 1.0, 5.0, 30.0, 300.0))
            troubles.append(
                {
                    "fault": draw.choice(INPUTS),
                    "after_s": round(begins_s, 3),
                    "clears_after_s": round(lasts_s * draw.uniform(0.5, 1.5), 3),
                }
            )
        staffed = draw.random() < 0.7
        visit: dict[str, object] = {"think_s": 1.0, "key": {"blank": blank, "seed": code}}
        if staffed:
            visit["staff"] = [{"comes_in": "out_of_order", "does": ["recover", "received"]}]
        table = {
            "title": "A sale with hands at door and stops",
            "seed": number,
            "board": board,
            "visit": [visit],
            "trouble": troubles,
        }
        changes = ", ".join(f"{each['fault']} at {each['after_s']} for {each['clears_after_s']} s" for each in troubles)
        described = f"{number}: {board}, {blank}, {'staff' if staffed else 'nobody'}, {changes}"
        yield Trial(Scenario.model_validate(table), described)


@dataclass
class Watch:
    """Whether anything moved while the kiosk was out of order."""

    since_s: float | None = None
    moved_s: list[float] = field(default_factory=list)


@contextmanager
def watched() -> Iterator[Watch]:
    """Every rehearsal inside is watched."""
    watch = Watch()
    look, drive = playing.SeenOnScreen.look, World.drive
    waiting = False

    def looked(seen: playing.SeenOnScreen, now: Snapshot) -> None:
        nonlocal waiting
        waiting = now.state is State.OUT_OF_ORDER
        if not waiting:
            watch.since_s = None
        look(seen, now)

    def driven(world: World, motor: Steps, now_s: float) -> None:
        if waiting and watch.since_s is None:
            watch.since_s = now_s
        late = watch.since_s is not None and now_s - watch.since_s > STOPPING_S
        if late and motor != world.motor and not world.emergency_stop:
            watch.moved_s.append(now_s)
        drive(world, motor, now_s)

    playing.SeenOnScreen.look = looked
    World.drive = driven
    try:
        yield watch
    finally:
        playing.SeenOnScreen.look, World.drive = look, drive


def run(trial: Trial) -> tuple[ScenarioResult, tuple[str, ...]]:
    """Play one; what was wrong with it."""
    with watched() as watch:
        played = play(trial.scenario, settings())
    found = [] if not watch.moved_s else [f"moved while out of order at {watch.moved_s[0]:.2f} s"]
    return played, (*wrong(played), *found)
