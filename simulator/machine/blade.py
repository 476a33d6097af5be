"""A blank in the clamp and what the wheel leaves of it.

Responsible for: the exact envelope of the wheel swept along straight moves, on a grid of 10 µm along the blade; where
the wheel touches; what each blade is made from. Not responsible for: motors, or pictures.

Heights are above the blade's own spine. The wheel is a flat of width w with flanks: at a distance u from its middle
its edge stands max(0, |u| - w/2) / tan(angle / 2) higher. That is convex, so the lowest it passes over a point on a
straight move is reached at an end of the move, or where a corner of the wheel stands over the point: no sampling.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from config.catalogue import Catalogue
from simulator.keys.bows import Bow
from simulator.keys.key import blank_key

METAL_GRID_MM = 0.01
Heights = NDArray[np.float64]


@dataclass(frozen=True)
class GroundWheel:
    """The cutting wheel as it is now: ground flat, flanks, and how much lower or higher it really cuts."""

    flat_mm: float
    slope: float
    """Rise of the flanks a mm."""
    worn_mm: float = 0.0
    runout_mm: float = 0.0

    @property
    def offset_mm(self) -> float:
        """How much higher than commanded the edge cuts."""
        return self.worn_mm - self.runout_mm

    def above(self, distance_mm: Heights) -> Heights:
        """How much higher than its edge the wheel stands at these distances from its middle."""
        rise: Heights = np.maximum(np.abs(distance_mm) - self.flat_mm / 2, 0.0) * self.slope
        return rise


@dataclass(repr=False, eq=False)
class Blade:
    """One blank, cut or not. Its repr shows nothing of its shape."""

    code: str
    x_mm: Heights
    top_mm: Heights
    bottom_mm: Heights
    height_mm: float
    finish: str = "brass"
    lift_mm: float = 0.0
    """How far shavings hold it off its seat."""
    shift_mm: float = 0.0
    """How far from its stop it was clamped."""
    bend_mm: float = 0.0
    """How far its tip leans up."""
    doubled: bool = False
    """Two blanks drawn at once."""
    burrs: bool = False
    cut: bool = field(default=False)

    def __repr__(self) -> str:
        return f"Blade({self.code})"

    @property
    def tilt_deg(self) -> float:
        """How far it leans up towards its tip."""
        return float(np.degrees(np.arctan2(self.bend_mm, self.x_mm[-1])))

    def touches(self, x_mm: float, edge_mm: float, wheel: GroundWheel) -> bool:
        """Whether the wheel's edge, at this height above where the spine should lie, meets metal."""
        edge_mm += wheel.worn_mm
        highest = self.height_mm + self.lift_mm + abs(self.bend_mm) + 0.5
        if edge_mm > highest:
            return False
        # Further from the wheel's middle its flanks stand above anything this blade has.
        reach = wheel.flat_mm / 2 + (highest - edge_mm) / wheel.slope
        first, last = self._between(x_mm - self.shift_mm - reach, x_mm - self.shift_mm + reach)
        if first >= last:
            return False
        x = self.x_mm[first:last]
        top = self.top_mm[first:last] + self.lift_mm + self.bend_mm * x / self.x_mm[-1]
        return bool((top >= edge_mm + wheel.above(x + self.shift_mm - x_mm)).any())

    def sweep(self, start: tuple[float, float], end: tuple[float, float], wheel: GroundWheel) -> float:
        """Take away what the wheel passes over; the area of it, mm². Points are (x, edge height) over the seat."""
        x0, h0 = start[0] - self.shift_mm, start[1] + wheel.offset_mm - self.lift_mm
        x1, h1 = end[0] - self.shift_mm, end[1] + wheel.offset_mm - self.lift_mm
        highest = self.height_mm + abs(self.bend_mm)
        reach = wheel.flat_mm / 2 + max(0.0, highest - min(h0, h1)) / wheel.slope
        first, last = self._between(min(x0, x1) - reach, max(x0, x1) + reach)
        if first >= last or min(h0, h1) >= highest:
            return 0.0
        x = self.x_mm[first:last]
        lowest = np.minimum(h0 + wheel.above(x - x0), h1 + wheel.above(x - x1))
        dx, dh = x1 - x0, h1 - h0
        if abs(dx) > 1e-9:
            for corner in (-wheel.flat_mm / 2, wheel.flat_mm / 2):
                along = np.minimum(np.maximum((x + corner - x0) / dx, 0.0), 1.0)
                lowest = np.minimum(lowest, h0 + along * dh + wheel.above(x - x0 - along * dx))
        if self.bend_mm:
            lowest = lowest - self.bend_mm * x / self.x_mm[-1]
        top = self.top_mm[first:last]
        gone = np.maximum(top - lowest, 0.0)
        area = float(gone.sum()) * METAL_GRID_MM
        if area > 0.0:
            np.minimum(top, lowest, out=top)
            self.cut = self.burrs = True
        return area

    def _between(self, from_mm: float, to_mm: float) -> tuple[int, int]:
        """Which points of the grid lie there."""
        return int(self.x_mm.searchsorted(from_mm)), int(self.x_mm.searchsorted(to_mm, side="right"))


def new_blade(code: str, catalogue: Catalogue, finish: str = "brass") -> Blade:
    """An uncut blank from the box."""
    keyway, blank = catalogue.blank_of[code]
    section = catalogue.section_of[keyway.sections[0]]
    key = blank_key(keyway, blank, section, bow=Bow())
    x = np.arange(0.0, blank.blade_length_mm + METAL_GRID_MM / 2, METAL_GRID_MM)
    height = keyway.spec.blade_height_mm if keyway.spec is not None else section.height_mm
    top = np.interp(x, key.x_mm, key.top_mm) * (height / section.height_mm)
    bottom = np.interp(x, key.x_mm, key.bottom_mm)
    return Blade(code, x, top, bottom, height, finish)
