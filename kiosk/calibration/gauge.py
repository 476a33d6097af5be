"""Scale, tilt and laser angle from pictures of the step gauge.

Responsible for: fitting what was seen of the gauge to what it measures, and saying how well it fits. Pure. Not
responsible for: taking the pictures, or where the figures are kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np

from config.machine import Gauge
from hardware.scan import Frame
from kiosk.identification.outline.blade import lay_along
from kiosk.identification.outline.edges import lower_edge, straighten, upper_edge
from kiosk.identification.outline.segment import segment
from kiosk.identification.section.line import line_by_row
from kiosk.key.reading import Floats, Outcome

WORST_RESIDUAL_MM = 0.02
MOST_TILT_DEG = 4.0
"""Told by how much shorter one direction is than the other, tilt is known to about two degrees."""
MOST_OFF_NOMINAL = 0.15
"""A scale further than this from the machine file's is a wrong gauge, or a wrong machine file."""


@dataclass(frozen=True)
class ScaleFit:
    """One backlit view: its scale, how much it looks askance, and how far the worst fit of it is off."""

    mm_per_px: float
    tilt_deg: float
    residual_mm: float


@dataclass(frozen=True)
class LineFit:
    """One line view: its scale, the laser's angle, the face's lean, and how far the fit is off."""

    mm_per_px: float
    laser_angle_deg: float
    tilt_deg: float
    residual_mm: float


@dataclass(frozen=True)
class GaugeRefused:
    """Why a picture gives no calibration. `code` is the reason's id, for a screen in any language."""

    reason: str
    code: str
    figure: float = 0.0
    """What was found, where the reason is a figure."""


Fit = TypeVar("Fit", ScaleFit, LineFit)


def calibrate_silhouette(view: Frame, gauge: Gauge) -> ScaleFit | GaugeRefused:
    """Fit the staircase against the light. `view.mm_per_px` is only a first guess."""
    found = segment(view)
    if isinstance(found, Outcome):
        return GaugeRefused(f"the gauge is not to be seen: {found.value.replace('_', ' ')}", "not_seen")
    patch = straighten(found, lay_along(found.contour_mm))
    low, high = lower_edge(patch), upper_edge(patch)
    seen = np.isfinite(low) & np.isfinite(high)
    if seen.sum() < 20 * gauge.steps:
        return GaugeRefused("the gauge is not to be seen whole", "not_whole")
    u, height = patch.u_mm[seen], (high - low)[seen]
    if np.mean(height[: height.size // 3]) < np.mean(height[-(height.size // 3) :]):
        u, height = -u[::-1], height[::-1]
    body = height > 0.3 * float(np.percentile(height, 95))
    u, height = u[body], height[body]
    tread = (float(u[-1]) - float(u[0])) / gauge.steps
    levels = []
    for step in range(gauge.steps):
        inside = (u > u[0] + (step + 0.25) * tread) & (u < u[0] + (step + 0.75) * tread)
        if not inside.any():
            return GaugeRefused("the gauge's steps are not to be seen", "not_whole")
        levels.append(float(np.median(height[inside])))
    known: Floats = np.asarray(gauge.height_mm - gauge.rise_mm * np.arange(gauge.steps), dtype=np.float64)
    # The base counts as a step of height nought: the longest lever there is.
    up, off_up = _proportion(np.append(known, 0.0), np.append(levels, 0.0))
    found_risers = [_falls_through(u, height, (a + b) / 2) for a, b in pairwise(levels)]
    risers = [riser for riser in found_risers if riser is not None]
    if len(risers) < len(found_risers):
        return GaugeRefused("what lies there is not the gauge of the machine file", "not_gauge")
    along, off_along = _proportion(gauge.tread_mm * np.arange(1.0, gauge.steps), np.array(risers))
    if up <= 0 or along <= 0:
        return GaugeRefused("what lies there is not the gauge of the machine file", "not_gauge")
    askance = math.degrees(math.acos(min(up, along) / max(up, along)))
    fit = ScaleFit(view.mm_per_px / math.sqrt(up * along), askance, max(off_up, off_along))
    return _judged(fit, view.mm_per_px)


def calibrate_line(view: Frame, gauge: Gauge) -> LineFit | GaugeRefused:
    """Fit the staircase a face makes of the laser line. `view.mm_per_px` is only a first guess."""
    found = line_by_row(view)
    if found is None:
        return GaugeRefused("no laser line is to be seen", "no_line")
    rows, x_px = found
    heights: Floats = np.asarray((float(rows[-1]) - rows) * view.mm_per_px, dtype=np.float64)
    order = np.argsort(heights)
    heights, x_px, rows = heights[order], x_px[order], rows[order].astype(np.float64)
    jumps = _jumps(heights, x_px, gauge)
    if jumps is None:
        return GaugeRefused("the steps of the gauge's face are not to be seen", "not_whole")
    at_rows = np.interp(jumps, heights, rows)
    px_per_mm, off_up = _proportion(gauge.face_tread_mm * np.arange(1.0, gauge.face_steps), -at_rows)
    if px_per_mm <= 0:
        return GaugeRefused("what lies there is not the gauge of the machine file", "not_gauge")
    mm_per_px = 1 / px_per_mm
    off_up *= mm_per_px
    step = np.searchsorted(jumps, heights)
    clear = np.min(np.abs(heights[:, None] - jumps), axis=1) > 0.15
    terms = np.stack([np.ones(int(clear.sum())), step[clear] * gauge.face_recess_mm, heights[clear]], axis=1)
    fit, *_ = np.linalg.lstsq(terms, x_px[clear] * mm_per_px, rcond=None)
    off_along = float(np.sqrt(np.mean((terms @ fit - x_px[clear] * mm_per_px) ** 2)))
    angle = math.degrees(math.atan(float(fit[1])))
    tilt = math.degrees(math.atan(float(fit[2]) / max(float(fit[1]), 1e-6)))
    return _judged(LineFit(mm_per_px, angle, tilt, max(off_up, off_along)), view.mm_per_px)


def _judged(fit: Fit, nominal: float) -> Fit | GaugeRefused:
    if abs(fit.mm_per_px / nominal - 1) > MOST_OFF_NOMINAL:
        reason = f"{fit.mm_per_px:.5f} mm a pixel is too far from the {nominal:.5f} of the machine file"
        return GaugeRefused(reason, "scale", fit.mm_per_px)
    if fit.residual_mm > WORST_RESIDUAL_MM:
        reason = f"the steps fit only to {fit.residual_mm:.3f} mm; {WORST_RESIDUAL_MM} is allowed"
        return GaugeRefused(reason, "residual", fit.residual_mm)
    if abs(fit.tilt_deg) > MOST_TILT_DEG:
        reason = f"the view is {fit.tilt_deg:.1f} degrees askance; {MOST_TILT_DEG:g} is allowed"
        return GaugeRefused(reason, "tilt", fit.tilt_deg)
    return fit


def _proportion(known: Floats, seen: Floats) -> tuple[float, float]:
    """Slope of seen over known, an offset apart, and the largest deviation from it."""
    slope, start = np.polyfit(known, seen, 1)
    return float(slope), float(np.max(np.abs(seen - (start + slope * known))))


def _falls_through(u: Floats, height: Floats, level: float) -> float | None:
    """Where the staircase falls below a level it has reached before."""
    falls = np.nonzero((height[:-1] >= level) & (height[1:] < level))[0]
    if falls.size == 0:
        return None
    at = int(falls[0]) + 1
    share = (height[at - 1] - level) / max(height[at - 1] - height[at], 1e-9)
    return float(u[at - 1] + share * (u[at] - u[at - 1]))


def _jumps(heights: Floats, x_px: Floats, gauge: Gauge) -> Floats | None:
    """Heights at which the line leaps to the next step, lowest first."""
    reach = gauge.face_tread_mm * 0.35
    leaps = np.array(
        [
            np.median(x_px[(heights > h) & (heights <= h + reach)])
            - np.median(x_px[(heights < h) & (heights >= h - reach)])
            if (heights > h).sum() > 3 and (heights < h).sum() > 3
            else 0.0
            for h in heights
        ]
    )
    found: list[float] = []
    left = leaps.copy()
    for _ in range(gauge.face_steps - 1):
        top = float(np.nanmax(left))
        if not top > 0.3 * float(np.nanmax(leaps)) or top < 2.0:
            return None
        # A leap looks the same for as long as both windows straddle it: its place is the middle of that.
        at = int(np.nanargmax(left))
        around = (np.abs(heights - heights[at]) < reach) & (leaps > 0.9 * top)
        found.append(_crossing(heights, x_px, float(np.mean(heights[around])), reach))
        left[np.abs(heights - heights[at]) < gauge.face_tread_mm * 0.6] = -np.inf
    return np.sort(np.array(found))


def _crossing(heights: Floats, x_px: Floats, near: float, reach: float) -> float:
    """Where the line passes from one step to the next, to a fraction of a row.

    Told by how much of the window around it lies on the lower step: every row of it has its say, not the one or two
    of the leap itself.
    """
    window = np.linspace(near - reach, near + reach, 141)
    x = np.interp(window, heights, x_px)
    below, above = np.median(x[window < near - 0.1]), np.median(x[window > near + 0.1])
    if above - below < 1.0:
        return near
    low_share = np.clip((above - x) / (above - below), -0.5, 1.5)
    return float(near - reach + 2 * reach * np.mean(low_share))
