"""From the picture of a laser line to recess against height.

Responsible for: finding the line in every row to a fraction of a pixel, leaving gaps where it is lost or
doubtful, and laying height zero at the spine. Not responsible for: what section it is (`match`), or the exact
zero of height and recess (both are settled by matching).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.scan import Frame, Pixels, ScanFrames
from kiosk.key.reading import Floats, SectionReading

GRID_MM = 0.05
TALLEST_MM = 14.0
LEAST_SEEN_MM = 2.0
"""A line shorter than this is no line."""
WIDEST_LINE_MM = 0.7
DEEPEST_MM = 2.5
"""No groove moves a line further across the picture."""
FURTHER_DOWN_MM = 1.0
"""The two lines' ends may differ by this much and still be taken for the same spine, lost on one face."""
WALL_MM = 0.16
"""So much deeper a groove may be a tenth of a millimetre further up: a wall of the thickest blanks."""
RIVAL = 0.6
"""Light elsewhere in a row, against the row's brightest, that may as well be the line."""
NARROW, WIDE = 0.55, 1.7
"""A laser line is everywhere about as wide as in the middle of its rows."""
FAINTEST = 0.06
"""A row's line may be as faint as this share of the brightest: dark old brass gives little back."""


@dataclass(frozen=True, repr=False, eq=False)
class LineReading:
    """One face: recess on `section_grid`, and where its line begins and ends above the picture's lower border, mm."""

    recess_mm: Floats
    spine_mm: float
    edge_mm: float
    doubtful_share: float
    """Share of its rows that do not show one line of one width."""


Lines = tuple[LineReading | None, LineReading | None]
"""Of the left and of the right face."""


def read_lines(frames: ScanFrames) -> Lines:
    """The lines of the left and of the right face; None for one that is not there."""
    left, right = (
        None if view is None else read_line(view, frames.laser_angle_deg)
        for view in (frames.line_left, frames.line_right)
    )
    return left, right


def section_of(lines: Lines) -> SectionReading | None:
    """Both faces on one grid of heights; None when neither face shows a line."""
    one, other = lines
    if one is None and other is None:
        return None
    lower = [0.0, 0.0]
    if one is not None and other is not None:
        gap = one.spine_mm - other.spine_mm
        if abs(gap) <= FURTHER_DOWN_MM:
            lower = [max(gap, 0.0), max(-gap, 0.0)]
    return SectionReading(
        height_mm=section_grid(),
        left_mm=one.recess_mm if one else None,
        right_mm=other.recess_mm if other else None,
        left_lower_mm=lower[0],
        right_lower_mm=lower[1],
        doubtful_share=max(each.doubtful_share for each in lines if each is not None),
    )


def section_grid() -> Floats:
    """Heights above the spine at which a section is read, mm."""
    return np.arange(0.0, TALLEST_MM, GRID_MM)


def read_line(view: Frame, laser_angle_deg: float) -> LineReading | None:
    """Recess with NaN where the line was lost; None when there is no line at all."""
    pixels = _brightest_channel(view.pixels)
    if min(pixels.shape) < 16:
        return None
    peaks = _peaks(pixels, view.mm_per_px)
    x_px = peaks.x_px
    per_recess = math.tan(math.radians(laser_angle_deg))
    good = _believable(peaks, view.mm_per_px, max(1.0, per_recess))
    if good.sum() * view.mm_per_px < LEAST_SEEN_MM:
        return None
    dark = float(np.percentile(pixels[:, :: max(1, pixels.shape[1] // 50)], 30))
    bottom = _last_row(pixels, x_px, good, dark, view.mm_per_px)
    top = x_px.size - 1 - _last_row(pixels[::-1], x_px[::-1], good[::-1], dark, view.mm_per_px)
    height: Floats = np.asarray((bottom - np.arange(x_px.size)) * view.mm_per_px, dtype=np.float64)
    recess = x_px * view.mm_per_px / per_recess
    ground = float(np.percentile(recess[good], 4))
    return LineReading(
        recess_mm=_on_grid(height[good], recess[good] - ground, view.mm_per_px),
        spine_mm=(pixels.shape[0] - 0.5 - bottom) * view.mm_per_px,
        edge_mm=(pixels.shape[0] - 0.5 - top) * view.mm_per_px,
        doubtful_share=_doubtful_share(peaks, good),
    )


def line_by_row(view: Frame) -> tuple[NDArray[np.intp], Floats] | None:
    """Rows that show the line, and its place across each in pixels; None when too few do."""
    pixels = _brightest_channel(view.pixels)
    if min(pixels.shape) < 16:
        return None
    peaks = _peaks(pixels, view.mm_per_px)
    good = np.nonzero(_believable(peaks, view.mm_per_px))[0]
    return (good, peaks.x_px[good]) if good.size * view.mm_per_px > LEAST_SEEN_MM else None


def _brightest_channel(pixels: Pixels) -> Pixels:
    if pixels.ndim == 2:
        return pixels
    peaks = [float(np.percentile(pixels[:, :, i], 99.5)) for i in range(3)]
    return np.ascontiguousarray(pixels[:, :, int(np.argmax(peaks))])


@dataclass(frozen=True, repr=False, eq=False)
class _Peaks:
    """The brightest place of every row: its middle, how far it stands above that row's background, and its width."""

    x_px: Floats
    strength: Floats
    width_px: NDArray[np.intp]
    rivalled: NDArray[np.bool_]
    """Rows with another place about as bright."""
    noise: float
    """Of the strength."""


def _peaks(pixels: Pixels, mm_per_px: float) -> _Peaks:
    background = np.median(pixels[:, :: max(1, pixels.shape[1] // 120)], axis=1, keepdims=True)
    first, stop = _lit_columns(pixels, mm_per_px)
    raw = pixels[:, first:stop].astype(np.float32)
    soft = np.asarray(cv2.GaussianBlur(raw - background.astype(np.float32), (0, 0), 1.2), dtype=np.float32)
    broad = _tuned(soft, mm_per_px)
    at = np.argmax(broad, axis=1)
    rows = np.arange(at.size)
    strength = broad[rows, at].astype(np.float64)
    half = max(3, round(0.22 / mm_per_px))
    columns = at[:, None] + np.arange(-half, half + 1)
    inside = (columns >= 0) & (columns < raw.shape[1])
    around = np.where(inside, soft[rows[:, None], np.clip(columns, 0, raw.shape[1] - 1)], 0.0).astype(np.float64)
    peak = around.max(axis=1, keepdims=True)
    # Only what stands above half the peak counts: symmetric about the line whether or not it is overexposed.
    weight = np.clip(around - 0.5 * peak, 0.0, None)
    total = weight.sum(axis=1)
    centre = (weight * columns).sum(axis=1) / np.where(total > 0, total, 1.0)
    noise = 1.48 * float(np.median(np.abs(broad[::4, ::4])))
    beside = broad.copy()
    near = np.clip(at[:, None] + np.arange(-2 * half, 2 * half + 1), 0, broad.shape[1] - 1)
    beside[rows[:, None], near] = 0.0
    return _Peaks(
        x_px=centre + first,
        strength=np.where(total > 0, strength, 0.0),
        width_px=(weight > 0).sum(axis=1),
        rivalled=beside.max(axis=1) > RIVAL * strength,
        noise=noise,
    )


def _lit_columns(pixels: Pixels, mm_per_px: float) -> tuple[int, int]:
    """The part of the picture the line runs in, with room for the deepest groove on either side; the rest is dark."""
    brightest = pixels.max(axis=0).astype(np.float64)
    dark = float(np.median(brightest))
    lit = np.nonzero(brightest > dark + 0.1 * (float(brightest.max()) - dark))[0]
    room = math.ceil(DEEPEST_MM / mm_per_px)
    if lit.size == 0:
        return 0, pixels.shape[1]
    return max(0, int(lit[0]) - room), min(pixels.shape[1], int(lit[-1]) + room + 1)


def _tuned(soft: NDArray[np.float32], mm_per_px: float) -> NDArray[np.float32]:
    """Answer of a filter as narrow as the line itself: a glint beside it is wider and answers less."""
    at = np.argmax(soft, axis=1)
    peak = soft[np.arange(at.size), at]
    bright = np.nonzero(peak > 0.5 * np.percentile(peak, 90))[0]
    if bright.size == 0:
        return soft
    widest = max(4, round(WIDEST_LINE_MM / mm_per_px))
    around = np.clip(at[bright, None] + np.arange(-widest, widest + 1), 0, soft.shape[1] - 1)
    width_px = float(np.median((soft[bright[:, None], around] > 0.5 * peak[bright, None]).sum(axis=1)))
    sigma = max(1.0, width_px / 2.355)
    return _along_rows(soft, sigma) - _along_rows(soft, 2.5 * sigma)


def _along_rows(image: NDArray[np.float32], sigma_px: float) -> NDArray[np.float32]:
    size = 2 * math.ceil(3 * sigma_px) + 1
    return np.asarray(cv2.GaussianBlur(image, (size, 1), sigma_px, sigmaY=0.1), dtype=np.float32)


def _believable(peaks: _Peaks, mm_per_px: float, per_recess: float = 1.0) -> NDArray[np.bool_]:
    """Rows whose peak is bright enough and goes along with its neighbours.

    `per_recess`: how far a recess moves the line across, as a multiple of it: the more the laser is tilted, the
    further a wall is drawn out.
    """
    x_px, strength, noise = peaks.x_px, peaks.strength, peaks.noise
    bright = float(np.percentile(strength, 90))
    if bright < max(5.0, 8.0 * noise):
        return np.zeros(x_px.size, dtype=bool)
    good = strength > max(3.0, 6.0 * noise, FAINTEST * bright)
    reach = max(2, round(0.12 / mm_per_px))
    # A row stands when most rows near it put the line at about the same place.
    index = np.arange(x_px.size)[:, None] + np.arange(-reach, reach + 1)
    valid = (index >= 0) & (index < x_px.size)
    index = np.clip(index, 0, x_px.size - 1)
    agree = valid & good[index] & (np.abs(x_px[index] - x_px[:, None]) < max(2.0, WALL_MM * per_recess / mm_per_px))
    return np.asarray(good & (agree.sum(axis=1) >= 0.4 * (2 * reach + 1)))


def _doubtful_share(peaks: _Peaks, good: NDArray[np.bool_]) -> float:
    """Of the rows from the line's one end to its other: lost, brighter elsewhere too, or not as wide as a line is."""
    usual = float(np.median(peaks.width_px[good]))
    odd = peaks.rivalled | (peaks.width_px < NARROW * usual) | (peaks.width_px > WIDE * usual) | ~good
    seen = np.nonzero(good)[0]
    return float(odd[seen[0] : seen[-1] + 1].mean())


def _last_row(pixels: Pixels, x_px: Floats, good: NDArray[np.bool_], dark: float, mm_per_px: float) -> float:
    """Row, with its fraction, at which the line ends at the bottom: where it fades to half.

    Brightness is taken over a few columns and rows, so that a dark grain of speckle is not taken for the end.
    """
    last = int(np.nonzero(good)[0][-1])
    beyond = max(9, round(0.3 / mm_per_px))
    first, stop = max(0, last - 2 * beyond), min(x_px.size, last + beyond + 1)
    at = round(float(np.median(x_px[max(0, last - 4) : last + 1][good[max(0, last - 4) : last + 1]])))
    half = max(1, round(0.06 / mm_per_px))
    columns = np.rint(np.where(good[first:stop], x_px[first:stop], at)).astype(np.intp)[:, None] + np.arange(
        -half, half + 1
    )
    rows = np.arange(first, stop)[:, None]
    strip = pixels[rows, np.clip(columns, 0, pixels.shape[1] - 1)].astype(np.float64).mean(axis=1)
    strip = np.convolve(np.pad(strip, 1, mode="edge"), np.full(3, 1 / 3), mode="valid")
    near = max(first, last - beyond // 2)
    lit = float(np.median(strip[near - first : last - first + 1][good[near : last + 1]]))
    level = dark + 0.5 * (lit - dark)
    above = np.nonzero(strip > level)[0]
    end = int(above[-1]) if above.size else last - first
    if end + 1 >= strip.size:
        return float(first + end) + 0.5
    share = (strip[end] - level) / max(strip[end] - strip[end + 1], 1e-9)
    return float(first + end) + min(max(float(share), 0.0), 1.0)


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
