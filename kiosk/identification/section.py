"""From the picture of a laser line to recess against height.

Responsible for: finding the line in every row to a fraction of a pixel, leaving gaps where it is lost or
doubtful, and laying height zero at the spine. Not responsible for: what section it is (`match`), or the exact
zero of height and recess (both are settled by matching).
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.scan import Pixels, View
from kiosk.identification.segment import Floats
from kiosk.reading import SectionReading

GRID_MM = 0.05
TALLEST_MM = 14.0
LEAST_SEEN_MM = 2.0
"""A line shorter than this is no line."""
WIDEST_LINE_MM = 0.7


def read_section(left: View | None, right: View | None, laser_angle_deg: float) -> SectionReading | None:
    """Both faces on one grid of heights; None when neither face shows a line."""
    faces = [None if view is None else read_line(view, laser_angle_deg) for view in (left, right)]
    if faces[0] is None and faces[1] is None:
        return None
    return SectionReading(height_mm=section_grid(), left_mm=faces[0], right_mm=faces[1])


def section_grid() -> Floats:
    """Heights above the spine at which a section is read, mm."""
    return np.arange(0.0, TALLEST_MM, GRID_MM)


def read_line(view: View, laser_angle_deg: float) -> Floats | None:
    """Recess on `section_grid`; NaN where the line was lost; None when there is no line at all."""
    pixels = _brightest_channel(view.pixels)
    if min(pixels.shape) < 16:
        return None
    x_px, strength = _peaks(pixels, view.mm_per_px)
    good = _believable(x_px, strength, view.mm_per_px)
    if good.sum() * view.mm_per_px < LEAST_SEEN_MM:
        return None
    bottom = _spine_row(pixels, x_px, good)
    height: Floats = np.asarray((bottom - np.arange(x_px.size)) * view.mm_per_px, dtype=np.float64)
    recess = x_px * view.mm_per_px / math.tan(math.radians(laser_angle_deg))
    ground = float(np.percentile(recess[good], 4))
    return _on_grid(height[good], recess[good] - ground, view.mm_per_px)


def _brightest_channel(pixels: Pixels) -> Pixels:
    if pixels.ndim == 2:
        return pixels
    peaks = [float(np.percentile(pixels[:, :, i], 99.5)) for i in range(3)]
    return np.ascontiguousarray(pixels[:, :, int(np.argmax(peaks))])


def _peaks(pixels: Pixels, mm_per_px: float) -> tuple[Floats, Floats]:
    """Centre of the line in every row, and how far it stands above that row's background."""
    raw = pixels.astype(np.float32)
    background = np.median(raw, axis=1, keepdims=True)
    soft = np.asarray(cv2.GaussianBlur(raw - background, (0, 0), 1.2), dtype=np.float32)
    broad = np.asarray(cv2.GaussianBlur(soft, (0, 0), max(1.5, 0.06 / mm_per_px)), dtype=np.float32)
    at = np.argmax(broad, axis=1)
    rows = np.arange(at.size)
    strength = broad[rows, at].astype(np.float64)
    half = max(3, round(0.22 / mm_per_px))
    columns = at[:, None] + np.arange(-half, half + 1)
    inside = (columns >= 0) & (columns < pixels.shape[1])
    around = np.where(inside, soft[rows[:, None], np.clip(columns, 0, pixels.shape[1] - 1)], 0.0).astype(np.float64)
    peak = around.max(axis=1, keepdims=True)
    # Only what stands above half the peak counts: symmetric about the line whether or not it is overexposed.
    weight = np.clip(around - 0.5 * peak, 0.0, None)
    total = weight.sum(axis=1)
    centre = (weight * columns).sum(axis=1) / np.where(total > 0, total, 1.0)
    return centre, np.where(total > 0, strength, 0.0)


def _believable(x_px: Floats, strength: Floats, mm_per_px: float) -> NDArray[np.bool_]:
    """Rows whose peak is bright enough and goes along with its neighbours."""
    bright = float(np.percentile(strength, 90))
    if bright < 12.0:
        return np.zeros(x_px.size, dtype=bool)
    good = strength > max(6.0, 0.2 * bright)
    reach = max(2, round(0.12 / mm_per_px))
    # A row stands when most rows near it put the line at about the same place.
    index = np.arange(x_px.size)[:, None] + np.arange(-reach, reach + 1)
    valid = (index >= 0) & (index < x_px.size)
    index = np.clip(index, 0, x_px.size - 1)
    agree = valid & good[index] & (np.abs(x_px[index] - x_px[:, None]) < max(2.0, 0.12 / mm_per_px))
    return np.asarray(good & (agree.sum(axis=1) >= 0.4 * (2 * reach + 1)))


def _spine_row(pixels: Pixels, x_px: Floats, good: NDArray[np.bool_]) -> float:
    """Row, with its fraction, at which the line ends at the bottom: where it fades to half."""
    last = int(np.nonzero(good)[0][-1])
    span = range(max(0, last - 12), min(x_px.size, last + 9))
    inside = [row for row in span if good[row]]
    level = float(np.median([_brightness(pixels, row, x_px[row]) for row in inside]))
    bottom = float(last) + 0.5
    for row in range(last, min(x_px.size, last + 9)):
        if _brightness(pixels, row, x_px[last]) < 0.5 * level:
            break
        bottom = row + 0.5
    return bottom


def _brightness(pixels: Pixels, row: int, x_px: float) -> float:
    at = round(x_px)
    around = pixels[row, max(0, at - 2) : at + 3]
    return float(around.max()) if around.size else 0.0


def _on_grid(height_mm: Floats, recess_mm: Floats, mm_per_px: float) -> Floats:
    """Mean of the rows that fall to each grid height; one missing step is bridged, more stay a gap."""
    grid = section_grid()
    index = np.rint(height_mm / GRID_MM).astype(np.intp)
    inside = (index >= 0) & (index < grid.size)
    sums = np.bincount(index[inside], weights=recess_mm[inside], minlength=grid.size)
    counts = np.bincount(index[inside], minlength=grid.size)
    values = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    bridge = max(1, math.ceil(mm_per_px / GRID_MM))
    seen = np.nonzero(counts > 0)[0]
    if seen.size < 2:
        return values
    filled = np.interp(grid, grid[seen], values[seen])
    before = np.searchsorted(seen, np.arange(grid.size), side="right") - 1
    after = np.minimum(before + 1, seen.size - 1)
    gap = seen[after] - seen[np.maximum(before, 0)]
    bridgeable = (before >= 0) & (np.arange(grid.size) <= seen[-1]) & (gap <= bridge + 1)
    return np.where((counts == 0) & bridgeable, filled, values)
