"""One whole copy with one damage on the wire, in virtual time, and what became of it.

The part of the session is played by the shortest honest one: deliver only what was measured good, charge only what
was delivered, after a fault recover, scrap, try once more, and make the board safe at the end.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from hardware.errors import BlankFault, HardwareFault
from hardware.grbl.board import stop_board
from hardware.grbl.cutter import GrblCutter
from hardware.ports import ByteLink
from kiosk.cutting.check import check_copy
from kiosk.cutting.gcode import to_gcode
from kiosk.cutting.plan import CutPlan, plan_cuts
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.firmware.build import ECHO, STOCK
from simulator.machine.blade import Blade
from simulator.wire.damage import Damage, Direction, WireFault
from tests.cutting.keys import blank, catalogue, machine
from tests.support.damaged_jobs import is_bad

LONGEST_S = 600.0
"""More virtual time than this is a hang."""
COAST_S = 4.0
"""A wheel that was switched off has come to rest after this."""
CODE, BITTING, SLOT = "SC1", "53293", 2
STAGES = ("connect", "home", "load", "cut", "check", "deliver")


@cache
def the_plan() -> CutPlan:
    plan = plan_cuts(*blank(CODE), BITTING, machine())
    assert isinstance(plan, CutPlan)
    return plan


@dataclass
class Tap:
    """Counts what passes the wire, stage by stage and byte by byte, on a clean run."""

    link: ByteLink
    stage: str = "connect"
    passed: dict[Direction, list[tuple[str, int]]] = field(default_factory=lambda: {way: [] for way in Direction})

    def read(self, timeout_s: float) -> bytes:
        data = self.link.read(timeout_s)
        self.passed[Direction.FROM_BOARD] += [(self.stage, byte) for byte in data]
        return data

    def write(self, data: bytes) -> None:
        self.passed[Direction.TO_BOARD] += [(self.stage, byte) for byte in data]
        self.link.write(data)

    def close(self) -> None:
        self.link.close()


@dataclass(frozen=True)
class Outcome:
    """What became of one trial; `wrong` names what must never be."""

    delivered: int
    charged: int
    fault: str
    wrong: tuple[str, ...]
    spent_s: float


def kind_of(byte: int) -> str:
    """The class of a byte: what it is for in a line."""
    character = chr(byte)
    if character.isdigit():
        return "digit"
    if character.isalpha():
        return character if character in "GMXYZFSPokN" else "letter"
    return {"\n": "end", "\r": "end", "-": "sign", ".": "point", "?": "query", "\x18": "reset", "!": "hold"}.get(
        character, "other"
    )


@cache
def classes(echo: bool) -> dict[tuple[Direction, str, str], tuple[int, ...]]:
    """Byte positions of a clean run by direction, stage and kind."""
    sim = SimulatedMachine(machine(), catalogue(), 0, build=ECHO if echo else STOCK)
    tap = Tap(sim.link())
    cutter = GrblCutter(lambda: tap, machine(), sim.clock)
    _copy(cutter, sim, lambda stage: setattr(tap, "stage", stage))
    found: dict[tuple[Direction, str, str], list[int]] = {}
    for way, passed in tap.passed.items():
        for position, (stage, byte) in enumerate(passed):
            found.setdefault((way, stage, kind_of(byte)), []).append(position)
    return {key: tuple(positions) for key, positions in found.items()}


def faults(seed: int, runs: int, echo: bool) -> Iterator[WireFault]:
    """So many damages, spread evenly over every class of byte and every kind of damage."""
    draw = random.Random(seed)
    cells = [(cell, damage) for cell in classes(echo) for damage in Damage]
    draw.shuffle(cells)
    for i in range(runs):
        (way, stage, kind), damage = cells[i % len(cells)]
        position = draw.choice(classes(echo)[(way, stage, kind)])
        yield WireFault(
            damage, way, position, count=draw.choice((1, 1, 1, 2, 5)), delay_s=draw.choice((0.05, 0.3, 2.0))
        )


def _copy(cutter: GrblCutter, sim: SimulatedMachine, entering: Callable[[str], None]) -> bool:
    """One copy; whether it was delivered."""
    plan = the_plan()
    entering("connect")
    cutter.connect()
    entering("home")
    cutter.home()
    return _cut(cutter, sim, plan, entering)


def _cut(cutter: GrblCutter, sim: SimulatedMachine, plan: CutPlan, entering: Callable[[str], None]) -> bool:
    entering("load")
    cutter.load(SLOT, plan.blade_height_mm)
    entering("cut")
    cutter.run(to_gcode(plan, machine()), lambda _: None)
    entering("check")
    cutter.present_to_check()
    blade = sim.world.at_check()
    good = blade is not None and check_copy(plan, _edge(blade), machine().check).passed
    entering("deliver")
    if good:
        cutter.deliver()
    else:
        cutter.reject()
    return good


def _edge(blade: Blade) -> np.ndarray:
    return np.stack([blade.x_mm, blade.top_mm], axis=1)


def trial(fault: WireFault, seed: int, echo: bool) -> Outcome:
    """One copy with one damage."""
    sim = SimulatedMachine(machine(), catalogue(), seed, build=ECHO if echo else STOCK)
    sim.damage_wire(fault)
    cutter = GrblCutter(sim.link, machine(), sim.clock)
    charged, code = 0, ""
    wrong: list[str] = []
    try:
        charged += _copy(cutter, sim, lambda _: None)
    except BlankFault as odd:
        code = odd.code
    except HardwareFault as first:
        code = first.code
        sim.timeline.advance(COAST_S)
        if sim.world.wheel.rpm(sim.timeline.now_s) > 0:
            wrong.append("wheel turns after a fault")
        if len(sim.chute) > charged:
            # The fault came while the copy fell: it is the shopper's, and nothing is charged.
            code += "+given"
        charged += _once_more(cutter, sim)
    cutter.close()
    sim.mend_wire()
    try:
        stop_board(sim.link(), machine().wire, sim.clock)
    except HardwareFault:
        wrong.append("safe stop failed")
    sim.timeline.advance(5.0)
    if sim.world.wheel.rpm(sim.timeline.now_s) > 0 or sim.firmware.core.spindle != 5:
        wrong.append("wheel on at the end")
    if any(is_bad(the_plan(), blade) for blade in sim.chute):
        wrong.append("bad key delivered")
    if charged > len(sim.chute):
        wrong.append("charged without a key")
    if sim.timeline.now_s > LONGEST_S:
        wrong.append("hang")
    return Outcome(len(sim.chute), charged, code, tuple(wrong), sim.timeline.now_s)


def _once_more(cutter: GrblCutter, sim: SimulatedMachine) -> int:
    """Recover and scrap; then one more copy if that went well."""
    try:
        cutter.recover()
        if sim.world.carousel.clamped is not None:
            cutter.reject()
        return int(_cut(cutter, sim, the_plan(), lambda _: None))
    except HardwareFault:
        return 0
