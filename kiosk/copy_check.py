"""Whether a copy may be handed over: measured edge against wanted edge. Pure.

Responsible for: each cut's error, pass or fail, and drift over the last copies. Not responsible for: reading the
picture (`kiosk.copy_measure`) or what happens then. Only errors leave this module: never a depth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

import numpy as np

from config.machine import CopyCheck
from kiosk.cut_plan import CutPlan
from kiosk.reading import Profile

ROOT_WINDOW_MM = 0.3
"""A root is the mean over this width around the cut's centre."""
SHIFT_TOLERANCE_MM = 0.10
"""How far all cuts together may lie off along the blade: the widest spacing tolerance makers state (.004 in)."""
MISSING_TOLERANCE_MM = 0.15
"""Metal missing anywhere else on the edge: a cut nobody wanted."""
FOLLOWED_FROM = 5
"""Touch-offs it takes before the path follows them."""
GRID_MM = 0.02


@dataclass(frozen=True)
class CopyErrors:
    """How far a copy is off, mm. Positive: too much metal left.

    `cuts_mm` is one error a cut; `shift_mm` how far all cuts lie too near the tip; `missing_mm` the most metal
    missing anywhere between shoulder and last cut.
    """

    cuts_mm: tuple[float, ...]
    shift_mm: float
    missing_mm: float
    passed: bool

    @property
    def largest_mm(self) -> float:
        """The largest error of a cut, without sign."""
        return max((abs(error) for error in self.cuts_mm), default=float("inf"))

    @property
    def mean_mm(self) -> float:
        """Mean error with its sign: what drifts when a wheel wears."""
        return fmean(self.cuts_mm) if self.cuts_mm else 0.0


def check_copy(plan: CutPlan, measured: Profile, limits: CopyCheck) -> CopyErrors:
    """Compare a measured edge (x from the shoulder, height above the spine) with the plan's."""
    x_mm, y_mm = measured[:, 0], measured[:, 1]
    cuts = []
    for position_mm in plan.positions_mm:
        around = position_mm + np.linspace(-ROOT_WINDOW_MM / 2, ROOT_WINDOW_MM / 2, 31)
        if around[0] < x_mm[0] or around[-1] > x_mm[-1]:
            return CopyErrors((), 0.0, 0.0, passed=False)
        cuts.append(float(np.mean(np.interp(around, x_mm, y_mm) - _wanted_at(plan, around))))
    last_mm = max(plan.positions_mm) + ROOT_WINDOW_MM
    grid = np.arange(max(0.5, x_mm[0]), min(last_mm, x_mm[-1]), GRID_MM)
    shift_mm = _shift_mm(plan, measured, grid)
    missing_mm = _missing_mm(plan, measured, grid, shift_mm)
    errors = CopyErrors(tuple(cuts), shift_mm, missing_mm, passed=True)
    passed = (
        errors.largest_mm <= limits.tolerance_mm
        and abs(shift_mm) <= SHIFT_TOLERANCE_MM
        and missing_mm <= MISSING_TOLERANCE_MM
    )
    return CopyErrors(errors.cuts_mm, shift_mm, missing_mm, passed)


def _wanted_at(plan: CutPlan, x_mm: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Profile:
    return np.interp(x_mm, plan.wanted[:, 0], plan.wanted[:, 1])


def _shift_mm(plan: CutPlan, measured: Profile, grid: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    """Least-squares shift along the blade, told by the ramps; a few rounds because ramps end."""
    shift = 0.0
    for _ in range(4):
        wanted = _wanted_at(plan, grid - shift)
        slope = np.gradient(wanted, GRID_MM)
        ramps = np.abs(slope) > 0.3
        if ramps.sum() < 20:
            return 0.0
        off = np.interp(grid, measured[:, 0], measured[:, 1]) - wanted
        off -= np.median(off[~ramps]) if (~ramps).sum() > 20 else 0.0
        shift -= float(np.sum(slope[ramps] * off[ramps]) / np.sum(slope[ramps] ** 2))
    return shift


def _missing_mm(
    plan: CutPlan, measured: Profile, grid: np.ndarray[tuple[int, ...], np.dtype[np.float64]], shift_mm: float
) -> float:
    """The deepest place below the wanted edge, allowing a ramp to lie `SHIFT_TOLERANCE_MM` beside its place."""
    nearby = [_wanted_at(plan, grid - shift_mm + dx) for dx in (-SHIFT_TOLERANCE_MM, 0.0, SHIFT_TOLERANCE_MM)]
    lowest = np.min(nearby, axis=0)
    return float(max(0.0, np.max(lowest - np.interp(grid, measured[:, 0], measured[:, 1]), initial=0.0)))


def drift_mm(recent_means_mm: Sequence[float], limits: CopyCheck) -> float | None:
    """Mean error over the last copies, signed; None until a whole window of copies was measured."""
    if len(recent_means_mm) < limits.drift_window:
        return None
    return fmean(recent_means_mm[-limits.drift_window :])


def has_drifted(recent_means_mm: Sequence[float], limits: CopyCheck) -> bool:
    """Whether the kiosk must close itself: the mean of the last copies is beyond the limit."""
    drift = drift_mm(recent_means_mm, limits)
    return drift is not None and abs(drift) > limits.drift_limit_mm


def edge_correction_mm(recent_touch_errors_mm: Sequence[float]) -> float:
    """How far to move the path: the median of the last touch-offs; nothing until there are a few.

    A wheel that wears moves every touch-off by the same amount; one blank's own height moves one. The median
    follows the wheel and not the blank; of one or two touch-offs it could not tell them apart, and a wheel just
    changed is as the machine file says.
    """
    return median(recent_touch_errors_mm) if len(recent_touch_errors_mm) >= FOLLOWED_FROM else 0.0
