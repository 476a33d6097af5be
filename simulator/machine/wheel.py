"""The wheel and its motor: what is wrong with it, how fast it turns, what it would cut.

Responsible for: the time it needs up and down, and its ground shape. Not responsible for: metal in its way
(`simulator.machine.world`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from config.machine import Wheel as WheelSettings
from simulator.machine.blade import GroundWheel


@dataclass
class WheelFaults:
    """What is wrong with the wheel."""

    worn_mm: float = 0.0
    wear_mm_per_mm2: float = 0.0
    runout_mm: float = 0.0
    broken: bool = False
    stalled: bool = False
    """The motor does not turn it."""
    late_s: float = 0.0
    """How long after it was switched on it begins to turn."""
    welded: bool = False
    """The contact that switches its motor does not open again."""


class CuttingWheel:
    """The wheel on its motor: what that is commanded and since when."""

    def __init__(self, settings: WheelSettings) -> None:
        self._settings = settings
        self._shape = GroundWheel(settings.flat_mm, 1 / math.tan(math.radians(settings.angle_deg / 2)))
        self.faults = WheelFaults()
        self.commanded_rpm = 0.0
        self.cut_mm2 = 0.0
        self._backwards = False
        self._from_rpm = 0.0
        self._since_s = 0.0

    def command(self, rpm: float, now_s: float, *, backwards: bool, powered: bool) -> None:
        """What the board's output says from now on; without power the motor runs out."""
        if self.faults.welded:
            rpm = rpm or self.commanded_rpm
        if not powered:
            rpm = 0.0
        if (rpm, backwards) != (self.commanded_rpm, self._backwards):
            self._from_rpm, self._since_s = self.rpm(now_s), now_s
            self.commanded_rpm, self._backwards = rpm, backwards

    def rpm(self, now_s: float) -> float:
        """How fast the wheel turns: it needs its time up and down."""
        if self.faults.stalled:
            return 0.0
        late_s = self.faults.late_s if self.commanded_rpm > self._from_rpm else 0.0
        part = min(1.0, max(0.0, (now_s - self._since_s - late_s) / self._settings.spin_up_s))
        return self._from_rpm + (self.commanded_rpm - self._from_rpm) * part

    def shape(self) -> GroundWheel:
        """The wheel as it is now."""
        faults, shape = self.faults, self._shape
        if (shape.worn_mm, shape.runout_mm) != (faults.worn_mm, faults.runout_mm):
            self._shape = shape = replace(shape, worn_mm=faults.worn_mm, runout_mm=faults.runout_mm)
        return shape
