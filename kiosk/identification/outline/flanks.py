"""The edge that cuts of one spacing leave: flats with flanks, and which part of the edge is one flank's alone.

Responsible for: laying flats and flanks over a profile once, for all that asks how the seen edge lies against them. Not
responsible for: what follows from a flank that is elsewhere (`scale`) or missing (`filled`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from config.keyway import CutSpec, SpacingStop
from kiosk.key.reading import Floats, Profile


@dataclass(frozen=True, repr=False, eq=False)
class Flanks:
    """Cuts laid over a profile. Rows are places along the blade, columns cuts."""

    x_mm: Floats
    seen_mm: Floats
    centres_mm: Floats
    roots_mm: Floats
    half_flat_mm: float
    slope: float
    rises_mm: Floats
    """How high each cut by itself leaves the edge."""
    lowest_mm: Floats
    sides: tuple[tuple[int, float], ...]
    """Every flank, as its cut and -1 towards the stop or +1 away from it, but the one towards the tip: that is the
    bevel's as often as the cut's."""

    @classmethod
    def of(cls, profile: Profile, spec: CutSpec, centres_mm: Floats, roots_mm: Floats) -> Flanks:
        """Lay cuts of one spacing over a profile that counts from the spec's stop."""
        slope, half = 1 / float(np.tan(np.deg2rad(spec.angle_deg / 2))), spec.flat_mm / 2
        rises = roots_mm + slope * np.maximum(np.abs(profile[:, :1] - centres_mm) - half, 0.0)
        at_tip = (0, -1.0) if spec.stop is SpacingStop.TIP else (len(centres_mm) - 1, 1.0)
        sides = ((cut, side) for cut in range(len(centres_mm)) for side in (-1.0, 1.0))
        return cls(
            x_mm=profile[:, 0],
            seen_mm=profile[:, 1],
            centres_mm=centres_mm,
            roots_mm=roots_mm,
            half_flat_mm=half,
            slope=slope,
            rises_mm=rises,
            lowest_mm=rises.min(axis=1),
            sides=tuple(each for each in sides if each != at_tip),
        )

    def away_mm(self, cut: int, side: float) -> Floats:
        """Distance from the end of a cut's flat, along one of its flanks."""
        return np.asarray(side * (self.x_mm - self.centres_mm[cut]) - self.half_flat_mm)
