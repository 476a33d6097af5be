"""Measure the blade: spine, stop, tip, cut edge, in mm and independent of how the key lies.

Responsible for: the shoulder, the tip, height above the spine along the blade, how sharp and clean the edges are, and
whether one, both or neither edge is cut. Not responsible for: the line through the spine (`spine`), what the heights
mean as cuts (`decode`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kiosk.identification.outline.blade import WIDEST_BLADE_MM, BladeFrame
from kiosk.identification.outline.edges import (
    Patch,
    edge_softness_mm,
    lower_edge,
    reaches,
    sharpest_edge_mm,
    straighten,
    upper_edge,
)
from kiosk.identification.outline.segment import Segment
from kiosk.identification.outline.spine import EdgeLine, count_crumbs, edge_line, spine_cut
from kiosk.key.reading import Floats, Outcome, Profile, Stops

BLURRED_MM = 0.16
ROUGH_SPINE_MM = 0.03
BENT_MM = 0.9
"""Sagitta of the spine beyond which heights are not to be trusted."""
FACE_MM = 0.08
"""A shoulder's face is straight within this."""
COLLARS_APART_MM = 6.0
"""Collars of the two edges stand no further apart; the bow begins further off."""
NOSE_MM = (0.5, 4.0)
"""So far a nose may run on beyond its face."""
NOSE_ROWS_MM = (0.2, 2.2)
"""So far above the spine the face is looked for: past its rounded corner, below the nose."""
NOSE_FACE_MM = 0.7
"""A face is upright at least so high."""
SHORTEST_BLADE_MM = 12.0
"""No blade has its stop nearer to the tip; the nub of a tubular key is nearer."""
BEVEL_MM = 5.5
"""So far from its tip a blade's bevel begins at most; the last cut of a key is no nearer, or not its only one."""
PITCH_MM = 0.05
"""Spacing of the profile handed on."""


@dataclass(frozen=True, repr=False, eq=False)
class Outline:
    """What the silhouette says, x from the shoulder, or from where the bow begins."""

    profile: Profile
    height_mm: float
    length_mm: float
    stops: Stops
    cut: bool
    crumbs: int


def measure_outline(found: Segment, frame: BladeFrame, *, on_paper: bool = False) -> Outline | Outcome:
    """Measure along `frame`. `on_paper`: a photograph, of which nothing is ever cut; a shadow may soften one side."""
    patch = straighten(found, frame)
    return measure_patch(patch, on_paper=on_paper)


def measure_patch(patch: Patch, *, on_paper: bool = False) -> Outline | Outcome:
    """Measure a straightened picture whose straight edge lies near v = 0."""
    low, high = lower_edge(patch), upper_edge(patch)
    tip = _tip(patch)
    if tip is None:
        return Outcome.NOT_A_KEY
    narrow = _narrow_columns(patch, low, high, tip)
    if narrow.sum() * patch.pitch_mm < 6.0:
        return Outcome.NOT_A_KEY
    lower, upper = edge_line(patch.u_mm, low, narrow), edge_line(patch.u_mm, high, narrow)
    if upper.straight > lower.straight + 0.02:
        patch = patch.upside_down()
        low, high = lower_edge(patch), upper_edge(patch)
        lower = upper.flipped()
    shoulders = _shoulders(patch, lower, tip)
    stop = shoulders.cut_mm if shoulders.cut_mm is not None else shoulders.spine_mm
    blade = narrow & (patch.u_mm > stop + 0.4) if stop is not None else narrow
    if blade.sum() * patch.pitch_mm < 6.0:
        return Outcome.NOT_A_KEY
    lower = edge_line(patch.u_mm, low, blade)
    # Negated, as of an edge that was not found it is NaN.
    soft_mm = sharpest_edge_mm(patch, np.stack([low, high]), blade) if on_paper else edge_softness_mm(patch, low, blade)
    if not soft_mm < BLURRED_MM:
        return Outcome.OUT_OF_FOCUS
    if lower.straight < 0.6:
        return Outcome.DOUBLE_SIDED
    if lower.rough_mm > ROUGH_SPINE_MM:
        return Outcome.DIRTY
    if lower.sagitta_mm > BENT_MM:
        return Outcome.CUTS_UNREADABLE
    faces = [each for each in (shoulders.cut_mm, shoulders.spine_mm) if each is not None]
    from_mm = min(faces, default=float(patch.u_mm[np.nonzero(blade)[0][0]]))
    # A shadow on paper takes away from an edge as well, and nothing is ever cut of a photograph.
    if not on_paper and spine_cut(patch.u_mm, low, blade, from_mm, tip):
        return Outcome.DOUBLE_SIDED
    heights = high - lower.at(patch.u_mm)
    crumbs = count_crumbs(lower.at(patch.u_mm) - low, blade, patch.pitch_mm)
    stops = replace(shoulders, nose_mm=_behind_nose(patch, lower, tip))
    return _assemble(patch, heights, stops, blade, tip, crumbs)


def _tip(patch: Patch) -> float | None:
    """The furthest point of the free end: mean of the three furthest rows."""
    ends = reaches(patch, np.arange(patch.dark.shape[0]))
    ends = ends[np.isfinite(ends)]
    if ends.size < 5:
        return None
    return float(np.sort(ends)[-3:].mean())


def _narrow_columns(patch: Patch, low: Floats, high: Floats, tip: float) -> NDArray[np.bool_]:
    """Columns from the bow to the tip's bevel, the bevel left out generously; shoulders are still among them."""
    back = tip - patch.u_mm
    span = high - low
    inner = (back > 3.0) & np.isfinite(span)
    wide = np.nonzero((back > 3.0) & ~(span <= WIDEST_BLADE_MM))[0]
    columns = np.asarray(inner)
    columns[: int(wide[-1]) + 1 if wide.size else 0] = False
    return columns


def _shoulders(patch: Patch, spine: EdgeLine, tip: float) -> Stops:
    """The upright faces of both edges, along the blade."""
    spine_v = float(np.median(spine.at(np.linspace(tip - 20.0, tip - 5.0, 9))))
    above = _face(patch, spine_v + 3.0, 1, tip)
    below = _face(patch, spine_v - 0.15 - spine.sagitta_mm, -1, tip)
    if above is not None and below is not None and abs(below - above) >= COLLARS_APART_MM:
        below = None
    return Stops(above, below)


def _behind_nose(patch: Patch, spine: EdgeLine, tip: float) -> float | None:
    """The upright face in the spine near the tip, behind a nose that runs on; None where the spine has none.

    Bevels and rounded tips reach further row by row; a face does not.
    """
    spine_v = float(spine.at(np.array([tip - NOSE_MM[1]]))[0])
    rows = np.rint((np.arange(*NOSE_ROWS_MM, patch.pitch_mm) + spine_v - patch.v_mm[0]) / patch.pitch_mm)
    ends = reaches(patch, np.asarray(rows[(rows >= 0) & (rows < patch.v_mm.size)], dtype=np.intp))
    need = max(4, round(NOSE_FACE_MM / patch.pitch_mm))
    if ends.size < need:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(ends, need)
    flattest = windows[int(np.argmin(np.nan_to_num(np.ptp(windows, axis=1), nan=np.inf)))]
    back_mm = tip - float(np.median(flattest))
    # Negated, as a row without metal is NaN.
    if not float(np.ptp(flattest)) < FACE_MM or not NOSE_MM[0] < back_mm < NOSE_MM[1]:
        return None
    return float(np.median(flattest))


def _assemble(
    patch: Patch,
    heights: Floats,
    stops: Stops,
    blade: NDArray[np.bool_],
    tip: float,
    crumbs: int,
) -> Outline | Outcome:
    # Without a step the profile begins as soon as the bow is as narrow as a blade: such keys are read from the tip.
    bow = float(patch.u_mm[np.nonzero(blade)[0][0]])
    start = next((each for each in (stops.cut_mm, stops.spine_mm) if each is not None), bow)
    near_stop = (patch.u_mm > start + 0.25) & (patch.u_mm < start + 1.0) & np.isfinite(heights)
    by_stop = stops.shoulder_seen and near_stop.any()
    height = float(np.median(heights[near_stop])) if by_stop else _highest_plateau(heights[blade], patch.pitch_mm)
    length = tip - start
    x = np.arange(0.0, max(length, PITCH_MM), PITCH_MM)
    seen = np.isfinite(heights)
    resampled = np.interp(x + start, patch.u_mm[seen], _box(heights[seen], PITCH_MM, patch.pitch_mm))
    blade_x = (x > 0.3) & (x < length - BEVEL_MM)
    notch = float(height - np.percentile(resampled[blade_x], 3)) if blade_x.any() else 0.0
    return Outline(
        profile=np.stack([x, resampled], axis=1),
        height_mm=height,
        length_mm=length,
        stops=Stops(
            *(None if each is None else each - start for each in (stops.cut_mm, stops.spine_mm, stops.nose_mm))
        ),
        cut=notch > 0.09,
        crumbs=crumbs,
    )


def _highest_plateau(heights: Floats, pitch_mm: float) -> float:
    """The greatest height the edge keeps for a third of a millimetre; all of it, where it never does."""
    count = max(3, round(0.35 / pitch_mm))
    if heights.size < count:
        return float(np.median(heights))
    windows = np.lib.stride_tricks.sliding_window_view(heights, count)
    flat = np.ptp(windows, axis=1) < 0.03
    levels = np.median(windows[flat], axis=1)
    return float(levels.max()) if levels.size else float(np.percentile(heights, 97))


def _box(values: Floats, width_mm: float, pitch_mm: float) -> Floats:
    """Running mean over `width_mm`, so that resampling wider than the pixels wastes none of them."""
    count = max(1, round(width_mm / pitch_mm))
    if count == 1:
        return values
    if count % 2 == 0:
        count += 1
    padded = np.pad(values, count // 2, mode="edge")
    return np.convolve(padded, np.full(count, 1.0 / count), mode="valid")


def _face(patch: Patch, from_v: float, direction: int, tip: float) -> float | None:
    """Where along the blade, mm, the lowest upright face met going away from it stands: a shoulder.

    Row by row the furthest reach towards the tip falls back; where it stays put for a third of a millimetre, more
    than `SHORTEST_BLADE_MM` from the tip, that is a face.
    """
    pitch = patch.pitch_mm
    reach_v = np.arange(from_v, patch.v_mm[-1] if direction > 0 else patch.v_mm[0], direction * pitch)
    rows = np.rint((reach_v - patch.v_mm[0]) / pitch).astype(np.intp)
    rows = rows[(rows >= 0) & (rows < patch.v_mm.size)]
    ends = reaches(patch, rows)
    need = max(4, round(0.4 / pitch))
    if ends.size < need:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(ends, need)
    # Where a row ends nowhere all of these are NaN, and no comparison holds.
    slopes = np.abs(windows[:, -1] - windows[:, 0]) / (need * pitch)
    upright = (np.ptp(windows, axis=1) < FACE_MM * 1.5) & (slopes < 0.3)
    met = np.nonzero(upright & (windows[:, 0] <= tip - SHORTEST_BLADE_MM))[0]
    if met.size == 0:
        return None
    first = int(met[0])
    # Rows beyond the first few are clear of the rounded corner.
    more = ends[first + need // 4 : first + need + round(0.3 / pitch)]
    more = more[np.isfinite(more) & (np.abs(more - np.median(windows[first])) < FACE_MM)]
    return float(np.median(more))
