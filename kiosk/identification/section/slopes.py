"""Where a face was ground on a gentle slope: a strip or scallop that sinks and rises, or one that never comes back.

Responsible for: pairs of one lit and one shaded stretch in the same rows, too soft to stand out as marks. A wheel that
runs in slopes away from the lamp, and towards it where it runs out, whichever end the lamp stands at. And for a face
that sinks once and runs out over the tip or under the bow: one stretch of it is lit otherwise than the rest, which no
lamp at one end explains. Not responsible for: marks that stand out (`milling`) or a section that differs (`match`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from kiosk.key.reading import Floats

ALONG_MM, ACROSS_MM = 1.0, 0.2
"""Brightness is taken together over so much: the brush's grain goes, a slope along the blade stays."""
LEAST_SLOPE = 0.085
"""Both stretches are by so much brighter and darker than the rest of their rows: seven degrees are by more."""
STAINS = 4.0
"""And by so many times what three quarters of the face keep below: metal stained all over is uneven everywhere."""
STANDS_OUT = 6.6
"""And in one row by so many times what most rows show: a groove's wall and the last row looked at lie a little askew to
the picture's rows and are lit otherwise at their two ends, by up to six and a half times."""
LARGE_MM2 = 1.5
"""Or over so much of the face, which no wall of a groove takes up; a scallop may be in most rows."""
REACH_MM = 14.0
"""How far from where it begins a hollow ends."""
BELOW_CUTS = 0.6
"""Rows are taken together that are seen over so much of the longest: those between two cuts may lie wholly within a
slope with nothing else to be held against, and beside them a stretch below deep cuts would have too little to count."""
TOGETHER_MM = 0.6
"""Of a face that sinks as a whole, all rows are taken together over so much along the blade."""
LEAST_TURN = 0.04
"""A stretch turned towards the lamp or away from it by two degrees is brighter or darker by so much."""
UNEVEN = 9.0
"""And by so many times what else is uneven, along the blade as a whole and within its rows: stains reach six, and eight
on one old key in two hundred."""
APART_MM, APART_LEAST_MM = 1.5, 0.4
"""Of a face of which a part of the height sinks, the rows up to so far on one side of a line along the blade are held
against those on the other: what is darker on both sides is a stain. Fewer rows than these say nothing."""
LINES_MM = 0.3
"""How far apart such lines are tried."""
LEAST_APART, UNEVEN_APART = 0.09, 12.0
"""Parts of the height that lie level with each other differ by less, and by less often what else is uneven: mottled
metal under one lamp reaches eight times in one key of a hundred."""
LONGEST_APART_MM = 9.0
"""A stain may be longer than a part of the height that somebody ground on one slope."""
STAIN_MM = 0.6
"""Stains are as high as this; the grain of a brush is not."""
SHORTEST_MM = 3.0
"""A shorter stretch is steep enough to stand out as a mark."""

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]


def ground_on_a_slope(rest: Image, against_row: Image, looked: Mask, pitch_mm: float, share: float = 1.0) -> int | None:
    """The column at which a face sinks and rises, or all or part of it sinks once; None where it does neither.

    Args:
        rest: brightness against the rest of each row and of each column, 0 for what is even.
        against_row: brightness as a multiple of the rest of each row alone.
        looked: where the face was looked at.
        pitch_mm: of all three.
        share: of every limit: below 1 for what metal may look like by itself.
    """
    sinks = _sinks_and_rises(rest, looked, pitch_mm, share)
    if sinks is not None:
        return sinks
    stained = _unevenness(_together(rest, looked, pitch_mm, STAIN_MM), looked)
    runs_out = _runs_out(*_along(against_row, looked, pitch_mm), stained, share)
    return runs_out if runs_out is not None else _parts(against_row, looked, pitch_mm, stained, share)


def _sinks_and_rises(rest: Image, looked: Mask, pitch_mm: float, share: float) -> int | None:
    slope = _together(rest, looked, pitch_mm, ACROSS_MM)
    within = np.ones((1, 2 * round(REACH_MM / pitch_mm) + 1), np.uint8)
    both = np.minimum(cv2.dilate(slope, within), -slope)
    least = share * max(LEAST_SLOPE, STAINS * _unevenness(slope, looked))
    if not np.any(both >= least):
        return None
    cells = looked.sum(axis=1)
    in_most_rows = float(np.median(both.max(axis=1)[cells > cells.max() / 2]))
    lit, shaded = (_large(side >= least, LARGE_MM2 / pitch_mm**2) for side in (slope, -slope))
    stands_out = both >= max(least, share * STANDS_OUT * in_most_rows)
    large = shaded.astype(np.bool_) & (cv2.dilate(lit, within) > 0)
    told = np.where(stands_out | large, both, -np.inf)
    return int(np.argmax(told.max(axis=0))) if np.any(stands_out | large) else None


def _large(spots: Mask, fewest: float) -> NDArray[np.uint8]:
    """Those of the spots that have so many cells."""
    _, where, stats, _ = cv2.connectedComponentsWithStats(spots.astype(np.uint8), connectivity=8)
    large = stats[:, cv2.CC_STAT_AREA] >= fewest
    large[0] = False
    return np.asarray(large[where], dtype=np.uint8)


def _unevenness(soft: Image, looked: Mask) -> float:
    return float(np.percentile(np.abs(soft[looked]), 75))


def _together(rest: Image, looked: Mask, pitch_mm: float, across_mm: float) -> Image:
    """Of what is looked at, the mean over a stretch along the blade and across it; 0 elsewhere."""
    values, share = (
        cv2.GaussianBlur(each, (0, 0), sigmaX=ALONG_MM / pitch_mm, sigmaY=across_mm / pitch_mm)
        for each in (rest, looked.astype(np.float32))
    )
    return np.asarray(np.where(looked, values / np.maximum(share, 1e-3), 0.0), dtype=np.float32)


def _sums_along(values: Image | Mask, wide: int) -> Floats:
    """Row by row, a sum for so many columns."""
    count = values.shape[1] // wide
    return np.asarray(values[:, : count * wide].reshape(values.shape[0], count, wide).sum(axis=2, dtype=np.float64))


def _along(against_row: Image, looked: Mask, pitch_mm: float) -> tuple[Floats, Floats]:
    """Mean over the rows that run below the cuts, a value for so much along the blade, and its column.

    What has little is left out.
    """
    rows = looked.sum(axis=1)
    looked = looked & (rows >= BELOW_CUTS * rows.max(initial=0))[:, None]
    wide = round(TOGETHER_MM / pitch_mm)
    cells = _sums_along(looked, wide).sum(axis=0)
    seen = cells >= 0.5 * np.max(cells, initial=1.0)
    along = _sums_along(np.where(looked, against_row, np.float32(0.0)), wide).sum(axis=0)[seen] / cells[seen]
    return along, np.asarray(wide * np.nonzero(seen)[0] + wide / 2, dtype=np.float64)


def _parts(against_row: Image, looked: Mask, pitch_mm: float, stained: float, share: float) -> int | None:
    """The middle of a stretch in which the rows on one side of a line along the blade differ from those beyond it."""
    wide, reach, least = (round(each / pitch_mm) for each in (TOGETHER_MM, APART_MM, APART_LEAST_MM))
    sums, cells = (
        np.pad(np.cumsum(_sums_along(each, wide), axis=0), ((1, 0), (0, 0)))
        for each in (np.where(looked, against_row, np.float32(0.0)), looked)
    )
    rows = np.nonzero(looked.any(axis=1))[0]
    for line in range(rows[0] + least, rows[-1] - least, round(LINES_MM / pitch_mm)):
        first, stop = max(line - reach, 0), min(line + reach, looked.shape[0])
        seen = np.minimum(cells[line] - cells[first], cells[stop] - cells[line]) >= 0.6 * least * wide
        one, other = ((sums[b] - sums[a])[seen] / (cells[b] - cells[a])[seen] for a, b in ((first, line), (line, stop)))
        stretch = _stretch(one - other, LONGEST_APART_MM)
        if stretch is not None and stretch.by >= share * max(
            LEAST_APART, UNEVEN_APART * np.sqrt(stretch.uneven * stained)
        ):
            return round(float(np.nonzero(seen)[0][stretch.cells].mean() * wide + wide / 2))
    return None


@dataclass(frozen=True)
class _Stretch:
    """A stretch along the blade that stands out most: by how much, and how uneven the rest is."""

    by: float
    uneven: float
    cells: slice


def _stretch(along: Floats, longest_mm: float | None = None) -> _Stretch | None:
    """The stretch that stands out most from a slow curve; None where too little is seen."""
    count, shortest = along.size, round(SHORTEST_MM / TOGETHER_MM)
    if count < 3 * shortest:
        return None
    longest = count - shortest if longest_mm is None else min(round(longest_mm / TOGETHER_MM), count - shortest)
    curve, first, stop, stretches = _stretches(count, shortest, longest)
    size = np.sum(stretches**2, axis=0)
    rest, level = (each - curve @ (curve.T @ each) for each in (along, _without_lines(along)))
    by = stretches.T @ level / size
    best = int(np.argmax(by**2 * size))
    uneven = float(np.std(rest - by[best] * stretches[:, best]))
    return _Stretch(abs(float(by[best])), uneven, slice(int(first[best]), int(stop[best])))


@lru_cache(maxsize=256)
def _stretches(count: int, shortest: int, longest: int) -> tuple[Floats, NDArray[np.intp], NDArray[np.intp], Floats]:
    """Slow curves, and begin, end and form of every stretch, less what is slow of it; the same for all such blades."""
    place = np.linspace(-1.0, 1.0, count)
    curve = np.linalg.qr(np.stack([np.ones(count), place, place**2], axis=1))[0]
    first, stop = np.triu_indices(count + 1, shortest)
    first, stop = (each[stop - first <= longest] for each in (first, stop))
    at = np.arange(count)[:, None]
    stretches = ((at >= first) & (at < stop)).astype(np.float64)
    return curve, first, stop, stretches - curve @ (curve.T @ stretches)


def _without_lines(along: Floats) -> Floats:
    """What lies under half of the shortest stretch is no part of one: a hair or a wall across the blade."""
    wide = round(SHORTEST_MM / TOGETHER_MM)
    return np.asarray(np.median(sliding_window_view(np.pad(along, wide // 2, mode="edge"), wide), axis=1))


def _runs_out(along: Floats, columns: Floats, stained: float, share: float) -> int | None:
    """The middle of a stretch that stands out from a slow curve and from all that is uneven beside it."""
    stretch = _stretch(along)
    if stretch is None or stretch.by < share * max(LEAST_TURN, UNEVEN * np.sqrt(stretch.uneven * stained)):
        return None
    return round(float(columns[stretch.cells].mean()))
