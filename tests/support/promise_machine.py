"""A whole simulated machine with a person's hands on it: what moved while it must not, and acts at a given line."""

from __future__ import annotations

import threading
from collections.abc import Callable

from hardware.grbl.cutter import GrblCutter
from hardware.job import CutJob
from hardware.ports import ByteLink
from kiosk.cutting.gcode import to_gcode
from kiosk.cutting.plan import CutPlan, plan_cuts
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.firmware.build import STOCK, FirmwareBuild
from simulator.firmware.wiring import Steps
from simulator.wire.memory import MemoryLink
from tests.cutting.keys import blank, catalogue, machine

Act = Callable[[], None]


class Tap:
    """The wire, on which something happens when a line goes out."""

    def __init__(self, link: ByteLink, hands: Hands) -> None:
        self._link, self._hands = link, hands

    def read(self, timeout_s: float) -> bytes:
        return self._link.read(timeout_s)

    def write(self, data: bytes) -> None:
        self._hands.sent += data
        for start, act in list(self._hands.on_line.items()):
            if data.startswith(start):
                del self._hands.on_line[start]
                act()
        self._link.write(data)

    def close(self) -> None:
        self._link.close()


class Hands:
    """Machine, driver and whoever stands before it. Motor steps made with the door open are counted."""

    def __init__(self, build: FirmwareBuild = STOCK, seed: int = 1, *, kept_on: bool = False) -> None:
        """A machine at rest. `kept_on`: the board is not reset by the opening of its port."""
        keyway, chosen = blank("KW1")
        plan = plan_cuts(keyway, chosen, "35244", machine())
        assert isinstance(plan, CutPlan)
        self.plan = plan
        self.sim = SimulatedMachine(machine(), catalogue(), seed, build=build, baud=None)
        self.sent = bytearray()
        self.on_line: dict[bytes, Act] = {}
        sim = self.sim
        self._open = (
            (lambda: MemoryLink(sim.timeline, reset=False, present=lambda: sim.plugged_in)) if kept_on else sim.link
        )
        self.beside: list[Act] = []
        self.cutter = GrblCutter(lambda: Tap(self._open(), self), machine(), sim.clock, self.beside.append)
        self.steps_in_the_open = 0
        self._drive = self.sim.world.drive
        self.sim.world.drive = self._watched

    def _watched(self, motor: Steps, now_s: float) -> None:
        world = self.sim.world
        if world.door_open or world.hold_button or world.emergency_stop:
            self.steps_in_the_open += sum(abs(a - b) for a, b in zip(motor, world.motor, strict=True))
        self._drive(motor, now_s)

    @property
    def job(self) -> CutJob:
        return to_gcode(self.plan, machine())

    def door(self, is_open: bool) -> Act:
        return lambda: self.sim.world.set_door(is_open)

    def press_stop(self) -> None:
        """The touch on Stop comes from another thread than the one that cuts."""
        thread = threading.Thread(target=self.cutter.stop)
        thread.start()
        thread.join()

    def later(self, after_s: float, act: Act) -> None:
        self.sim.timeline.at(self.sim.timeline.now_s + after_s, act)

    def homed(self) -> Hands:
        self.cutter.connect()
        self.cutter.home()
        return self

    def loaded(self) -> Hands:
        self.homed()
        self.cutter.load(1, self.plan.blade_height_mm)
        return self

    @property
    def rests(self) -> bool:
        """The wheel is told to be off, and no motor steps."""
        core = self.sim.firmware.core
        return core.spindle == 5 and not core.stepper.running
