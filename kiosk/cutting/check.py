"""Whether a copy may be handed over: measured edge against wanted edge. Pure.

Responsible for: each cut's error, pass or fail, and drift over the last copies. Not responsible for: reading the
picture (`kiosk.cutting.measure`) or what happens then. Only errors leave this module: never a depth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

import numpy as np

from config.deviation import kept_mm
from config.machine import CopyCheck
from kiosk.cutting.plan import CutPlan
from kiosk.key.reading import Floats, Profile

ROOT_WINDOW_MM = 0.3
"""A root is the mean over this width around the cut's centre."""
BAND_DEPTH_MM = 0.05
BAND_PLACE_MM = 0.03
"""Anywhere the edge may lie so much higher or lower than planned, and so much beside its place: together less than a
copy whose cuts lie a tenth of a millimetre off their places shows on its ramps."""
SPECK_MM = 0.10
STARTS_BY_MM = 0.1
"""A blade that begins further from the clamp's face is off its stop."""
JAW_FILLET_MM = 0.5
"""So near the jaw, or a collar, an edge is not judged: blanks have a fillet there."""
FURTHEST_MM = 1.5
"""Shifts are looked for so far."""
LEAST_RAMP = 6
"""Fewer places on a ramp than this show no shift."""
WORN_PART = 0.8
"""Of the touch-off's tolerance; the rest is left to blanks."""
TOUCHES_WATCHED = 9
"""Touch-offs the path follows: enough that one tall blank does not move the median."""
FOLLOWED_FROM = 5
"""Touch-offs it takes before the path follows them."""
UNSEEN_MM = 9.0
"""The error of a copy whose cuts are not all in the picture: beyond every tolerance, and a figure all the same."""
EDGE_GRID_MM = 0.02


@dataclass(frozen=True)
class CopyErrors:
    """How far a copy is off, mm. Positive: too much metal left, or too near the tip.

    `cuts_mm` is one error a cut, `place_mm` the largest error of one cut's place against the shoulder, `shift_mm` how
    far all cuts lie off together; `missing_mm` and `excess_mm` are the most metal missing or left over anywhere beyond
    what may lie beside its place; `tip_mm` is how far the tip stands out.
    """

    cuts_mm: tuple[float, ...]
    shift_mm: float
    missing_mm: float
    passed: bool
    excess_mm: float = 0.0
    place_mm: float = 0.0
    tip_mm: float = 0.0

    @property
    def largest_mm(self) -> float:
        """The largest error of a cut, without sign."""
        return max((abs(error) for error in self.cuts_mm), default=UNSEEN_MM)

    @property
    def mean_mm(self) -> float:
        """Mean error with its sign: what drifts when a wheel wears."""
        return kept_mm(fmean(self.cuts_mm)) if self.cuts_mm else 0.0


def check_copy(plan: CutPlan, measured: Profile, limits: CopyCheck) -> CopyErrors:
    """Compare a measured edge (x from the shoulder, height above the spine) with the plan's.

    Depths alone do not make a key: right depths in wrong places open no lock. So the whole edge must lie in a narrow
    band around the planned one, every cut's place is measured by its ramps, and, since all is measured from the
    clamp, the tip shows whether the blank lay on its stop.
    """
    measured = _without_rims(measured, plan.blade_height_mm, limits.rim_mm)
    x_mm, y_mm = measured[:, 0], measured[:, 1]
    cuts = []
    for position_mm in plan.positions_mm:
        around = position_mm + np.linspace(-ROOT_WINDOW_MM / 2, ROOT_WINDOW_MM / 2, 31)
        if around[0] < x_mm[0] or around[-1] > x_mm[-1]:
            return CopyErrors((), 0.0, 0.0, passed=False)
        wanted = np.interp(around, plan.wanted[:, 0], plan.wanted[:, 1])
        cuts.append(float(np.mean(np.interp(around, x_mm, y_mm) - wanted)))
    shift_mm, place_mm = _places(plan, measured)
    missing_mm, excess_mm = _beyond_band(plan, measured)
    tip_mm = float(x_mm[-1] - plan.wanted[-1, 0])
    # Judged as measured: rounded, an error just beyond its limit would pass.
    passed = (
        max(map(abs, cuts), default=UNSEEN_MM) <= limits.tolerance_mm
        and abs(shift_mm) <= limits.place_tolerance_mm
        and abs(place_mm) <= limits.place_tolerance_mm
        and max(missing_mm, excess_mm) <= BAND_DEPTH_MM
        and abs(tip_mm) <= limits.tip_tolerance_mm
        and float(x_mm[0]) <= STARTS_BY_MM
    )
    return CopyErrors(
        cuts_mm=tuple(map(kept_mm, cuts)),
        shift_mm=kept_mm(shift_mm),
        missing_mm=kept_mm(missing_mm),
        passed=passed,
        excess_mm=kept_mm(excess_mm),
        place_mm=kept_mm(place_mm),
        tip_mm=kept_mm(tip_mm),
    )


def _without_rims(measured: Profile, blade_mm: float, rim_mm: float) -> Profile:
    """The edge along the middle of the blade, where pins ride, from the rims that a camera sees."""
    lowered = measured[:, 1] - np.where(measured[:, 1] < blade_mm - rim_mm, rim_mm, 0.0)
    return np.stack([measured[:, 0], lowered], axis=1)


def _left_at(plan: CutPlan, x_mm: Floats) -> Floats:
    """Height of the edge the wheel should have left."""
    return np.interp(x_mm, plan.left[:, 0], plan.left[:, 1])


def _places(plan: CutPlan, measured: Profile) -> tuple[float, float]:
    """How far all cuts lie off along the blade together, and the one that lies off most."""
    first_mm, last_mm = _judged(plan, measured)
    grid = np.arange(first_mm, last_mm, EDGE_GRID_MM)
    seen = np.interp(grid, measured[:, 0], measured[:, 1])
    shifts = np.arange(-FURTHEST_MM, FURTHEST_MM + EDGE_GRID_MM, 0.05)
    unlike = np.abs(seen - _left_at(plan, grid - shifts[:, np.newaxis])).mean(axis=1)
    together_mm = _refined(plan, grid, seen, float(shifts[int(np.argmin(unlike))]))
    pitch_mm = min((abs(b - a) for a, b in pairwise(plan.positions_mm)), default=2 * FURTHEST_MM)
    reach_mm = (pitch_mm + ROOT_WINDOW_MM) / 2
    places = [
        _refined(plan, grid[near], seen[near], together_mm)
        for near in (np.abs(grid - position) <= reach_mm for position in plan.positions_mm)
    ]
    return together_mm, max(places, key=abs)


def _judged(plan: CutPlan, measured: Profile) -> tuple[float, float]:
    """From where to where the edge is the wheel's work alone: not the fillet at the shoulder, not the blank's tip."""
    return (
        max(plan.clear_from_mm + JAW_FILLET_MM, float(measured[0, 0])),
        min(max(plan.positions_mm) + ROOT_WINDOW_MM, float(measured[-1, 0])),
    )


def _refined(plan: CutPlan, grid: Floats, seen: Floats, shift_mm: float) -> float:
    """Least-squares shift shown by the ramps, whatever the depth; a few rounds because ramps end."""
    for _ in range(4):
        wanted = _left_at(plan, grid - shift_mm)
        slope = np.gradient(wanted, EDGE_GRID_MM)
        ramps = np.abs(slope) > 0.3
        if ramps.sum() < LEAST_RAMP:
            return shift_mm
        off = seen - wanted
        off -= np.median(off[~ramps]) if (~ramps).sum() >= LEAST_RAMP else 0.0
        step_mm = float(np.sum(slope[ramps] * off[ramps]) / np.sum(slope[ramps] ** 2))
        shift_mm -= min(max(step_mm, -0.2), 0.2)
    return shift_mm


def _beyond_band(plan: CutPlan, measured: Profile) -> tuple[float, float]:
    """The most metal missing, and left over, beyond an edge that lies `BAND_PLACE_MM` beside its place."""
    first_mm, last_mm = _judged(plan, measured)
    grid = np.arange(first_mm, float(measured[-1, 0]), EDGE_GRID_MM)
    seen = np.interp(grid, measured[:, 0], measured[:, 1])
    beside = [_left_at(plan, grid + dx) for dx in np.linspace(-BAND_PLACE_MM, BAND_PLACE_MM, 5)]
    missing = np.min(beside, axis=0) - seen
    excess = seen - np.max(beside, axis=0)
    # Beyond the last cut the blank's own tip falls away: nothing is missing there, but nothing may be left over.
    return _lasting(missing[grid <= last_mm]), _lasting(excess)


def _lasting(beyond: Floats) -> float:
    """The most that lasts over `SPECK_MM` along the edge: what is shorter is dust in the picture."""
    width = round(SPECK_MM / EDGE_GRID_MM)
    if len(beyond) < width:
        return float(np.max(beyond, initial=0.0))
    return float(np.max(np.min(np.lib.stride_tricks.sliding_window_view(beyond, width), axis=1), initial=0.0))


def drift_mm(recent_means_mm: Sequence[float], limits: CopyCheck) -> float | None:
    """Mean error over the last copies, signed; None until a whole window of copies was measured."""
    if len(recent_means_mm) < limits.drift_window:
        return None
    return fmean(recent_means_mm[-limits.drift_window :])


def has_drifted(recent_means_mm: Sequence[float], limits: CopyCheck) -> bool:
    """Whether the kiosk must close itself: the mean of the last copies is beyond the limit."""
    drift = drift_mm(recent_means_mm, limits)
    return drift is not None and abs(drift) > limits.drift_limit_mm


def wheel_is_worn(recent_touch_errors_mm: Sequence[float], edge_tolerance_mm: float) -> bool:
    """Whether the wheel must be changed.

    The path still follows it, but soon a touch-off would take good blanks for wrong ones and lock slot after slot.
    """
    return abs(edge_correction_mm(recent_touch_errors_mm)) > WORN_PART * edge_tolerance_mm


def edge_correction_mm(recent_touch_errors_mm: Sequence[float]) -> float:
    """How far to move the path: the median of the last touch-offs; nothing until there are a few.

    A wheel that wears moves every touch-off by the same amount; one blank's own height moves one. The median
    follows the wheel and not the blank; of one or two touch-offs it could not distinguish them, and a wheel just
    changed is as the machine file says.
    """
    return median(recent_touch_errors_mm) if len(recent_touch_errors_mm) >= FOLLOWED_FROM else 0.0
