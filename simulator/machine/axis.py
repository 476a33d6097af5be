"""One axis between motor and tool: scale, play, stiction, lost steps, and the hard stops at both ends.

Responsible for: where the slide stands for a motor count. Not responsible for: switches or metal.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class AxisFaults:
    """What is wrong with an axis. Lengths in mm."""

    backlash_mm: float = 0.0
    """Play beyond what the machine file says."""
    stiction_mm: float = 0.0
    """How far the motor winds up before the slide breaks loose."""
    lost_mm: float = 0.0
    """Motion the motor was asked for and did not make, so far."""
    scale: float = 1.0
    """Real millimetres a commanded millimetre."""


class Slide:
    """One slide. Machine coordinates: 0 at the home switch, negative into the travel."""

    def __init__(
        self, steps_per_mm: float, backlash_mm: float, at_mm: float, reversed_: bool, ends_mm: tuple[float, float]
    ) -> None:
        """A slide at rest.

        Args:
            steps_per_mm: of its motor.
            backlash_mm: its play when new.
            at_mm: where it stands, machine coordinates.
            reversed_: the motor turns the other way.
            ends_mm: the hard stops, the lower first.
        """
        self._mm_per_step = (-1 if reversed_ else 1) / steps_per_mm
        self._backlash_mm = backlash_mm
        self._origin_mm = at_mm
        self._ends_mm = ends_mm
        self.at_mm = at_mm
        self.faults = AxisFaults()
        self.stalled = False
        """The motor pushes against a stop and loses every step."""

    def _free(self, motor: int) -> float:
        """Where the slide would stand if nothing stopped it, coming straight from where it is."""
        faults, at_mm = self.faults, self.at_mm
        half = (self._backlash_mm + faults.backlash_mm + faults.stiction_mm) / 2
        goal = self._origin_mm + motor * self._mm_per_step * faults.scale - faults.lost_mm
        if goal - half > at_mm:
            return goal - half
        if goal + half < at_mm:
            return goal + half
        return at_mm

    def at(self, motor: int) -> float:
        """Where the slide would stand with the motor there, coming straight from where it is."""
        low, high = self._ends_mm
        free = self._free(motor)
        return low if free < low else high if free > high else free

    def drive(self, motor: int) -> None:
        """The motor went there; steps against a hard stop are lost, the way back begins at once."""
        low, high = self._ends_mm
        free = self._free(motor)
        self.at_mm = low if free < low else high if free > high else free
        self.stalled = free != self.at_mm
        if self.stalled:
            self._origin_mm += self.at_mm - free

    def slip(self, motor: int) -> None:
        """The motor was asked to go there and did not move (no power)."""
        self._origin_mm += self.at_mm - self._free(motor)
