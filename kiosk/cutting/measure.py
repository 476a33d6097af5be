"""The check camera's picture as an edge in mm. Pure; array arithmetic only.

Responsible for: finding the clamp's face (x = 0), the spine and the cut edge to a fraction of a pixel. Not
responsible for: what the edge should be (`kiosk.cutting.check`).

The picture: clamp jaw dark over the full height at the left, its face the shoulder; blade to the right, cuts up;
light above and below.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from config.machine import CopyCheck
from hardware.errors import CameraFault, JawMisplaced
from hardware.scan import Frame
from kiosk.key.reading import Floats, Profile

Counts = NDArray[np.uint8] | NDArray[np.uint16]
"""A picture in a sensor's own counts: grey, or the sum of its colours."""

SHORTEST_BLADE_MM = 8.0
WIDEST_GAP_MM = 4.0
"""What begins so far from the jaw is no clamped blank."""
LEAST_CONTRAST = 40.0
LIT = 60.0
"""A backlight brighter than this is on."""
STEEPEST_TILT = 0.02
"""A clamped blade that leans more (rise per mm) is not clamped as it should be."""


def measure_copy(view: Frame, limits: CopyCheck) -> Profile:
    """Cut edge of the clamped copy: x from the shoulder, height above the spine, mm.

    Raises:
        CameraFault: no light, no blade, or a blade that leans: nothing that could be measured.
        JawMisplaced: the clamp does not stand where it must.
    """
    grey, colours = counted(view)
    dark, light = levels(grey, 0.02, 0.98)
    if light - dark < LEAST_CONTRAST * colours:
        if light >= LIT * colours:
            # Light everywhere: the clamp, which is always there, is not.
            raise JawMisplaced(None)
        raise CameraFault("check", "no light behind the copy")
    half = (light + dark) / 2
    jaw_px = _jaw_face(grey, half)
    off_mm = jaw_px * view.mm_per_px - limits.jaw_mm
    if abs(off_mm) > limits.jaw_tolerance_mm:
        raise JawMisplaced(off_mm)
    columns = np.arange(int(np.ceil(jaw_px)) + 2, grey.shape[1])
    top, bottom = _edges(grey, columns, half)
    seen = np.isfinite(top) & np.isfinite(bottom)
    # A blank that slipped off its stop leaves light between the jaw and itself: it is measured all the same.
    begin = int(np.argmax(seen))
    gaps = np.flatnonzero(~seen[begin:])
    end = begin + int(gaps[0]) if gaps.size else len(columns)
    if (end - begin) * view.mm_per_px < SHORTEST_BLADE_MM or begin * view.mm_per_px > WIDEST_GAP_MM:
        raise CameraFault("check", "no copy in the clamp")
    x_mm: Floats = np.asarray((columns[begin:end] + 0.5 - jaw_px) * view.mm_per_px, dtype=np.float64)
    rise, at_shoulder = _spine(x_mm, bottom[begin:end] * view.mm_per_px)
    if abs(rise) > STEEPEST_TILT:
        raise CameraFault("check", "the copy leans in its clamp")
    height_mm = (at_shoulder + rise * x_mm) - top[begin:end] * view.mm_per_px
    return np.stack([x_mm, height_mm], axis=1)


def counted(view: Frame) -> tuple[Counts, int]:
    """A picture in whole counts, and how many colours they are the sum of."""
    if view.pixels.ndim == 2:
        return view.pixels, 1
    return view.pixels.sum(axis=2, dtype=np.uint16), view.pixels.shape[2]


def levels(grey: Counts, *parts: float) -> tuple[float, ...]:
    """The counts that these parts of the pixels do not exceed."""
    below = np.cumsum(_histogram(grey.reshape(-1)))
    return tuple(float(np.searchsorted(below, part * grey.size)) for part in parts)


def _histogram(flat: Counts) -> NDArray[np.int64]:
    """How many pixels have each count."""
    if flat.dtype != np.uint8 or flat.size % 2 or not flat.flags.c_contiguous:
        return np.bincount(flat)
    # Two pixels at once: half as many numbers to look at.
    pairs = np.bincount(flat.view(np.uint16), minlength=1 << 16).reshape(256, 256)
    together: NDArray[np.int64] = pairs.sum(axis=0) + pairs.sum(axis=1)
    return together


def _jaw_face(grey: Counts, half: float) -> float:
    """Where the jaw ends, in pixels from the left border: found above the blade, where nothing else is dark."""
    band = np.median(grey[: max(3, grey.shape[0] // 12)], axis=0)
    lit = np.flatnonzero(band > half)
    if not lit.size or lit[0] == 0 or band[: lit[0]].max() > half:
        raise JawMisplaced(None)
    first = int(lit[0])
    # Crossing of the half level between two pixel centres.
    part = (half - band[first - 1]) / (band[first] - band[first - 1])
    return float(first - 1 + part + 0.5)


def _edges(grey: Counts, columns: NDArray[np.int64], half: float) -> tuple[Floats, Floats]:
    """Upper and lower edge of the shadow in each column, pixels from the upper border; NaN where there is none."""
    picture = grey[:, columns[0] :] if columns.size else grey[:, :0]
    # Counts are whole: against a whole number they are compared as they are.
    upper, lower = deepest_shadow(picture < picture.dtype.type(np.ceil(half)))
    # Single dark pixels are dust on the window: a shadow is at least three deep.
    found = (lower - upper >= 2) & (upper > 0) & (lower < picture.shape[0] - 1)
    index = np.arange(picture.shape[1])
    up = np.where(found, upper, 1)
    low = np.where(found, lower, 1)
    above, inside = picture[up - 1, index].astype(np.float64), picture[up, index].astype(np.float64)
    top = up - 1 + (above - half) / np.where(above == inside, 1, above - inside) + 0.5
    inside = picture[low, index].astype(np.float64)
    below = picture[np.minimum(low + 1, picture.shape[0] - 1), index].astype(np.float64)
    bottom = low + (half - inside) / np.where(below == inside, 1, below - inside) + 0.5
    return np.where(found, top, np.nan), np.where(found, bottom, np.nan)


def deepest_shadow(dark: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last row of the longest dark run in each column: the blade, whatever hair or speck lies beside it."""
    rows, columns = dark.shape
    # Column after column in one long row, a light pixel before each: runs are then found by the turns between them.
    apart = np.zeros((columns, rows + 1), dtype=np.bool_)
    apart[:, 1:] = dark.T
    row = apart.reshape(-1)
    turns = np.flatnonzero(row[1:] != row[:-1]) + 1
    begin = turns[0::2]
    length = np.append(turns[1::2], [row.size] * (len(turns) % 2)).astype(np.int64) - begin
    column, first = begin // (rows + 1), begin % (rows + 1) - 1
    deepest = np.lexsort((first, -length, column))
    there, at = np.unique(column[deepest], return_index=True)
    upper, lower = np.zeros(columns, np.int64), np.full(columns, -1, np.int64)
    upper[there] = first[deepest[at]]
    lower[there] = upper[there] + length[deepest[at]] - 1
    return upper, lower


def _spine(x_mm: Floats, bottom_mm: Floats) -> tuple[float, float]:
    """A line through the lower edge, the tip's chamfer and dust left out."""
    use = x_mm < x_mm[-1] * 0.75
    for _ in range(4):
        rise, start = np.polyfit(x_mm[use], bottom_mm[use], 1)
        off = bottom_mm - (start + rise * x_mm)
        use = (np.abs(off) < max(0.03, 2 * float(np.median(np.abs(off[use]))))) & (x_mm < x_mm[-1] * 0.9)
        if use.sum() < 20:
            raise CameraFault("check", "the copy's spine is not straight")
    return float(rise), float(start)
