"""Whole sessions with one damage on the wire, at a byte of a chosen class, and what became of metal and money.

A class is a direction, the state of the session, and what the byte is for in its line. Where the bytes of a class are
is learnt from a clean session; the damaged one is the same up to that byte.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache

from config.settings import Settings, load_settings
from hardware.ports import ByteLink
from kiosk.rehearsal import run_scenario as playing
from kiosk.rehearsal.run_scenario import ScenarioResult, play
from kiosk.rehearsal.script import Scenario
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.wire.damage import Damage, Direction
from tests.support.wire_trials import kind_of

KEYS = (("KW1", 3), ("SC4", 8), ("M1", 5))
"""Blanks and the seeds of their codes: five cuts, six, and a key stopped at its tip or of another size."""
STATES = (State.STARTING, State.LOADING, State.CUTTING, State.CHECKING, State.DELIVERING)
Cell = tuple[Direction, State, str]
IN_DOUBT = "money reserved, metal delivering"
"""A copy may have fallen and nobody saw it: staff are asked who has it, and until then nothing is charged."""


@cache
def settings() -> Settings:
    return load_settings(environment={})


@dataclass
class Tap:
    """Counts what passes the wire, by the state the screen shows."""

    state: State = State.STARTING
    passed: dict[tuple[Direction, State], list[int]] = field(default_factory=dict)

    def over(self, link: ByteLink) -> ByteLink:
        tap = self

        class Tapped:
            def read(self, timeout_s: float) -> bytes:
                data = link.read(timeout_s)
                tap.passed.setdefault((Direction.FROM_BOARD, tap.state), []).extend(data)
                return data

            def write(self, data: bytes) -> None:
                tap.passed.setdefault((Direction.TO_BOARD, tap.state), []).extend(data)
                link.write(data)

            def close(self) -> None:
                link.close()

        return Tapped()


def sale(key: tuple[str, int], board: str, trouble: dict[str, object] | None = None) -> Scenario:
    """A sale of one copy; staff come to a kiosk that is out of order and have it recover."""
    blank, seed = key
    table: dict[str, object] = {
        "title": "A sale over a wire",
        "seed": seed,
        "board": board,
        "visit": [
            {
                "think_s": 1.0,
                "key": {"blank": blank, "seed": seed},
                "staff": [{"comes_in": "out_of_order", "does": ["recover", "received"]}],
            }
        ],
        "trouble": [trouble] if trouble else [],
    }
    return Scenario.model_validate(table)


@cache
def classes(key: tuple[str, int], board: str) -> dict[Cell, tuple[int, ...]]:
    """Positions of bytes within their state, by class, on a clean session."""
    tap = Tap()
    link, look = SimulatedMachine.link, playing.SeenOnScreen.look

    def looked(seen: playing.SeenOnScreen, now: Snapshot) -> None:
        tap.state = now.state
        look(seen, now)

    SimulatedMachine.link = lambda sim: tap.over(link(sim))
    playing.SeenOnScreen.look = looked
    try:
        played = play(sale(key, board), settings())
    finally:
        SimulatedMachine.link, playing.SeenOnScreen.look = link, look
    assert played.passed, played.findings
    found: dict[Cell, list[int]] = {}
    for (way, state), passed in tap.passed.items():
        for position, byte in enumerate(passed) if state in STATES else ():
            found.setdefault((way, state, kind_of(byte)), []).append(position)
    return {cell: tuple(positions) for cell, positions in found.items()}


@dataclass(frozen=True)
class Trial:
    """One damaged session."""

    scenario: Scenario
    damage: str
    """What was done to which byte, in words."""


def trials(seed: int, runs: int) -> Iterator[Trial]:
    """So many damages, spread evenly over keys, boards, every class of byte and every kind of damage."""
    draw = random.Random(seed)
    cells = [
        (key, board, cell, damage)
        for key in KEYS
        for board in ("stock", "echo")
        for cell in classes(key, board)
        for damage in Damage
    ]
    draw.shuffle(cells)
    for i in range(runs):
        key, board, cell, damage = cells[i % len(cells)]
        way, state, kind = cell
        at_byte = draw.choice(classes(key, board)[cell])
        parameters: dict[str, object] = {"way": way.value, "at_byte": at_byte}
        if damage in (Damage.DROP, Damage.FLIP, Damage.DUPLICATE, Damage.DELAY):
            parameters["count"] = draw.choice((1, 1, 1, 2, 5))
        if damage is Damage.DELAY:
            parameters["delay_s"] = draw.choice((0.05, 0.3, 2.0))
        trouble: dict[str, object] = {
            "fault": f"wire_{damage.value}",
            "comes_in": state.value,
            "clears_in": "out_of_order",
            "parameters": parameters,
        }
        scenario = sale(key, board, trouble).model_copy(update={"seed": i})
        yield Trial(scenario, f"{board} {key[0]} {damage} {way} {kind!r} at byte {at_byte} of {state}")


def wrong(played: ScenarioResult) -> tuple[str, ...]:
    """What of a session's end none may show.

    A kiosk that stays out of order until a technician comes may still have a blank in its clamp and its sale open:
    the judge has seen that nothing was taken for it.
    """
    waits = played.path[-1] is State.OUT_OF_ORDER
    doubtful = any(finding.endswith(IN_DOUBT) for finding in played.findings)
    return tuple(finding for finding in played.findings if not (waits and _may_wait(finding, doubtful)))


def _may_wait(finding: str, doubtful: bool) -> bool:
    if doubtful and (finding.endswith(IN_DOUBT) or finding.startswith("the journal says")):
        return True
    return finding.endswith("metal clamped") or "in out_of_order" in finding or finding.startswith("ends in")


def run(trial: Trial, judge: Callable[[ScenarioResult], None]) -> tuple[str, ...]:
    """Play one trial; what was wrong with its end."""
    played = play(trial.scenario, settings())
    judge(played)
    return wrong(played)
