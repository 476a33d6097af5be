"""Every damage of every byte of one whole job, each tried on the same machine at the moment that byte goes out.

The job runs once on the simulated board in virtual time. Before each byte the process is forked once a damage; the
child puts the damaged byte on the wire, goes on as a sale would, and says through a pipe what became of it. So a
damage costs only the rest of its own job.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from config.machine import Machine
from hardware.errors import HardwareFault
from hardware.grbl.cutter import GrblCutter
from hardware.ports import ByteLink
from kiosk.cutting.check import check_copy
from kiosk.cutting.gcode import to_gcode
from kiosk.cutting.plan import CutPlan, plan_cuts
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.firmware.build import ECHO, STOCK
from simulator.machine.blade import Blade
from tests.cutting.keys import blank, catalogue, machine

BAD_DEPTH_MM = 0.05
BAD_EDGE_MM = 0.1
"""A delivered key whose edge lies so far from the planned one anywhere is a bad key."""
UNTOUCHED_MM = 0.015
"""An undamaged job leaves less, for play and whole motor steps."""
COAST_S = 5.0
LONGEST_S = 400.0
DAMAGES = (*(f"bit {bit}" for bit in range(8)), "lost", "doubled", "swapped")


@dataclass(frozen=True)
class Tried:
    """What became of one damage. `ended` is a fault's code, "check", "harmless" or "within tolerance"."""

    at_byte: int
    damage: str
    ended: str
    wrong: str = ""


class ForkingLink:
    """Passes bytes on; while `trying`, forks a child for every damage of every byte of a write."""

    def __init__(self, link: ByteLink, wanted: Callable[[int, str], bool]) -> None:
        self._link, self._wanted = link, wanted
        self.trying = False
        self.tried: list[Tried] = []
        self.reply: tuple[int, int, str] | None = None
        """In a child: where to tell, which byte was damaged, and how."""
        self._count = 0

    def read(self, timeout_s: float) -> bytes:
        return self._link.read(timeout_s)

    def close(self) -> None:
        self._link.close()

    def write(self, data: bytes) -> None:
        if self.trying:
            for i in range(len(data)):
                for damage in DAMAGES:
                    if self._wanted(self._count, damage) and self._child(self._count, damage):
                        self.trying = False
                        if left := damaged(data, i, damage):
                            self._link.write(left)
                        return
                self._count += 1
        self._link.write(data)

    def _child(self, at_byte: int, damage: str) -> bool:
        sys.stdout.flush()
        ours, theirs = os.pipe()
        if os.fork() == 0:
            os.close(ours)
            self.reply = (theirs, at_byte, damage)
            return True
        os.close(theirs)
        with os.fdopen(ours) as pipe:
            said = pipe.read()
        os.wait()
        ended, wrong = json.loads(said) if said else ("nothing said", "the child died")
        self.tried.append(Tried(at_byte, damage, ended, wrong))
        return False


def damaged(data: bytes, i: int, damage: str) -> bytes:
    """`data` with byte `i` damaged."""
    if damage == "lost":
        return data[:i] + data[i + 1 :]
    if damage == "doubled":
        return data[: i + 1] + data[i:]
    if damage == "swapped":
        return data[:i] + data[i : i + 2][::-1] + data[i + 2 :]
    return data[:i] + bytes((data[i] ^ 1 << int(damage.removeprefix("bit ")),)) + data[i + 1 :]


def try_job(
    code: str, bitting: str, slot: int, *, echo: bool, wanted: Callable[[int, str], bool] = lambda _i, _d: True
) -> list[Tried]:
    """Try every wanted damage of the bytes sent while one key is cut; what became of each."""
    on = machine()
    plan = plan_cuts(*blank(code), bitting, on)
    assert isinstance(plan, CutPlan)
    sim = SimulatedMachine(on, catalogue(), 1, build=ECHO if echo else STOCK)
    link = ForkingLink(sim.link(), wanted)
    cutter = GrblCutter(lambda: link, on, sim.clock)
    cutter.connect()
    cutter.home()
    cutter.load(slot, plan.blade_height_mm)
    link.trying = True
    ended, wrong = "", ""
    try:
        ended, wrong = _finish(cutter, sim, plan, on, link)
    except BaseException as odd:
        # In a forked child nothing may get past this frame: the parent's own would go on in it.
        if link.reply is None:
            raise
        ended, wrong = "a bug", type(odd).__name__
    if link.reply is not None:
        os.write(link.reply[0], json.dumps([ended, wrong]).encode())
        os._exit(0)
    assert (ended, wrong) == ("harmless", ""), (ended, wrong)
    cutter.close()
    return link.tried


def _finish(
    cutter: GrblCutter, sim: SimulatedMachine, plan: CutPlan, on: Machine, link: ForkingLink
) -> tuple[str, str]:
    """Cut, measure, deliver or reject; how it ended and what must never be."""
    try:
        cutter.run(to_gcode(plan, on), lambda _: None)
        link.trying = False
        cutter.present_to_check()
        blade = sim.world.at_check()
        if blade is None:
            return "blank lost", ""
        if not check_copy(plan, _edge(blade), on.check).passed:
            cutter.reject()
            ended = "check"
        else:
            cutter.deliver()
            off_mm = edge_off_mm(plan, blade)
            ended = "harmless" if off_mm < UNTOUCHED_MM else "within tolerance"
    except HardwareFault as fault:
        ended = fault.code
    sim.timeline.advance(COAST_S)
    return ended, ", ".join(_never(sim, plan))


def _never(sim: SimulatedMachine, plan: CutPlan) -> Iterator[str]:
    if sim.world.wheel.rpm(sim.timeline.now_s) > 0:
        yield "the wheel turns at the end"
    if any(is_bad(plan, blade) for blade in sim.chute):
        yield "a bad key delivered"
    if sim.timeline.now_s > LONGEST_S:
        yield "a hang"


def _edge(blade: Blade) -> np.ndarray:
    return np.stack([blade.x_mm, blade.top_mm], axis=1)


def is_bad(plan: CutPlan, blade: Blade) -> bool:
    """Whether nobody may be given this key: judged on the metal itself."""
    return depth_off_mm(plan, blade) > BAD_DEPTH_MM or edge_off_mm(plan, blade) > BAD_EDGE_MM


def depth_off_mm(plan: CutPlan, blade: Blade) -> float:
    """How far a cut lies from its factory depth, at most."""
    off = [
        abs(float(np.mean(blade.top_mm[np.abs(blade.x_mm - position) < 0.15])) - root)
        for position, root in zip(plan.positions_mm, plan.roots_mm, strict=True)
    ]
    return max(off)


def edge_off_mm(plan: CutPlan, blade: Blade) -> float:
    """How far the edge lies from the planned one, at most, where it is the wheel's work."""
    here = (blade.x_mm > 0.2) & (blade.x_mm < max(plan.positions_mm) + 0.4)
    planned = np.interp(blade.x_mm[here], plan.left[:, 0], plan.left[:, 1])
    return float(np.abs(blade.top_mm[here] - planned).max())


def described(tried: list[Tried]) -> str:
    """The counts, one line each."""
    counts = Counter(each.ended for each in tried)
    return "\n".join(f"   {what:18s} {count:6d}" for what, count in counts.most_common())
