"""Whether a face of the blade is milled: rows, dimples, tracks and cuts beside the bitting, on every key.

Responsible for: finding what does not run straight along the blade. A keyway's grooves are the same all along; whatever
is left when each row's own brightness is taken off was milled from the side. Not responsible for: whether a picture
shows this blade (`laid_face`), what the section is (`match`), why an edge is uncut (`uncut_edge`), or what follows from
a face that was not seen (policy).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.scan import FACE_VIEWS, ScanFrames
from kiosk.identification.outline.blade import BladeFrame
from kiosk.identification.outline.measure import Outline
from kiosk.identification.outline.segment import Segment
from kiosk.identification.section.laid_face import (
    LEAST_MM2,
    PITCH_MM,
    LaidBlade,
    LaidFace,
    laid_face,
    shows_blade,
)
from kiosk.identification.section.slopes import ground_on_a_slope
from kiosk.key.reading import Floats

FEW_MARKS = 3
"""So many spots of one kind are no longer dust."""
WALL_HIGH_MM, WALL_LONG_MM = 0.24, 1.0
"""A bit of a groove's wall that lies askew to the picture's rows is no higher and no longer."""
OTHER_SIDE_MM = 4.0
"""How far from one side of a hollow its other side is looked for."""
_OTHER_SHARE, _OTHER_LEAST = 0.4, 0.75
"""How strong the other side is against the first, and against what is believed by itself. What surrounds a speck or a
scratch is a quarter as strong at most: that is how marks are told from the light."""
MOST_OF_HEIGHT = 0.8
"""Grooves take up less of the blade's height than this."""
STEP_HIGH_MM, STEP_SLIM, STEP_STRONG = 0.5, 1.3, 1.2
"""The wall in which a strip ground along the spine or the cuts begins: so high, so much higher than long, so many times
as strong as a mark must be. Where the strip runs out over the tip it has no other side; a speck is rounder, fainter."""
STEP_STOUT = 0.8
"""A wall on a short slope, or of a narrow strip, is no slimmer than this, as a speck is."""
DOUBTFUL_SHARE = 0.6
"""What reaches so much of the limits of a slope may be one: some stains reach it as well, and a person who turns the
key in the light tells them apart."""
_QUARTER_OF_GAUSSIAN = 0.319
_LEAST_CELLS = 500
_DARKEST = 0.05
_LIT_MM, _LIT_CLOSELY_MM = 3.0, 0.5

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Lighting:
    """How strongly milling stands out under a light, and how many marks it takes to be believed."""

    least_relief: float
    most_relief: float
    """What stands out by so much is believed on the roughest metal."""
    grains: float
    marks: int
    span_mm: float = 0.0
    """A mark is at least so wide or so high."""
    shows_slopes: bool = False
    """Whether a slope of a few degrees is told from a stain."""
    dark_around: bool = True
    """Whether metal is brighter than what lies beside it wherever there is light."""
    cancels_stains: bool = False
    """Whether stains and specks are gone from it, so that a wall needs no slim shape to be one."""


GRAZING = Lighting(least_relief=0.22, most_relief=0.36, grains=6.0, marks=1, shows_slopes=True)
BY_BOTH = replace(GRAZING, least_relief=0.14, cancels_stains=True)
"""What two such lights show together: nothing but walls and slopes, so that a low wall counts to where it fades."""
FRONT = Lighting(least_relief=0.12, most_relief=0.5, grains=6.0, marks=3)
"""From the front milling is faint, and stains are not: a row is believed, a single mark is not."""
PAPER = Lighting(least_relief=0.07, most_relief=0.5, grains=3.0, marks=3, span_mm=0.85, dark_around=False)
"""White paper is brighter than the metal on it, and daylight shows milling no better than the grain of brushed metal,
whose spots are smaller. Nothing that lies there is ever cut."""


@dataclass(frozen=True)
class Trace:
    """Something that does not run along the blade: how far from the stop, and whether it can only be milling."""

    x_mm: float
    sure: bool


@dataclass(frozen=True)
class FacesLook:
    """Which pictures of a face show this blade, by their views' names, and whether any picture shows milling."""

    shown: Mapping[str, bool]
    both_seen: bool
    """Both faces were seen in light that would show milling, from each end where the machine has a lamp there."""
    milled: Mapping[str, float]
    """Views that show milling, and how far from the stop; each counts whether or not the whole of a face was seen."""
    unclear: Mapping[str, float]
    """Views that show what may be milling or not, and how far from the stop."""
    pierced: bool
    """Light falls through the blade."""


def look_at_faces(
    frames: ScanFrames, found: Segment, frame: BladeFrame, outline: Outline, *, on_paper: bool = False
) -> FacesLook:
    """Look at every picture of a face there is. The head view may show milling but cannot rule it out."""
    blade = LaidBlade.of(found, frame, outline)
    pairs = [[laid_face(blade, getattr(frames, name)) for name in pair] for pair in FACE_VIEWS]
    sides = [[face is not None and shows_blade(blade, face) for face in pair] for pair in pairs]
    shown = dict(zip(chain(*FACE_VIEWS), chain(*sides), strict=True))
    front = laid_face(blade, frames.head)
    traces = {
        near: _trace_on_face(blade, *pair, both_shown=all(side))
        for (near, _), pair, side in zip(FACE_VIEWS, pairs, sides, strict=True)
    }
    if front is not None and not any(trace is not None and trace.sure for trace in traces.values()):
        traces["head"] = _trace(blade, front, PAPER if on_paper else FRONT)
    return FacesLook(
        shown=shown,
        both_seen=all(shown[near] and (shown[far] or getattr(frames, far) is None) for near, far in FACE_VIEWS),
        milled={name: trace.x_mm for name, trace in traces.items() if trace is not None and trace.sure},
        unclear={name: trace.x_mm for name, trace in traces.items() if trace is not None and not trace.sure},
        pierced=blade.holed and not on_paper,
    )


def _trace_on_face(blade: LaidBlade, near: LaidFace | None, far: LaidFace | None, *, both_shown: bool) -> Trace | None:
    """By the two pictures together where both show the blade; a lamp's picture alone shows stains as well as slopes."""
    if near is not None and far is not None and both_shown:
        by_both = _marked(blade, _turned(blade, near, far), BY_BOTH)
        return _surest(by_both, _trace(blade, near, replace(GRAZING, shows_slopes=False)))
    return _surest(*(None if face is None else _trace(blade, face, GRAZING) for face in (near, far)))


def _surest(*traces: Trace | None) -> Trace | None:
    return max((trace for trace in traces if trace is not None), key=lambda trace: trace.sure, default=None)


def _turned(blade: LaidBlade, near: LaidFace, far: LaidFace) -> Image:
    """Of two pictures lit from either end what one alone shows, as strong as in one: without stains and colours."""
    one, other = (np.maximum(_against_row(blade, face.picture), _DARKEST) for face in (near, far))
    # By the logarithm a wall in the first one's shade stands out as far as one in its light.
    return np.asarray(1.0 + np.log(one / other) / 2.0, dtype=np.float32)


def _trace(blade: LaidBlade, face: LaidFace, light: Lighting) -> Trace | None:
    """What one picture shows of milling, if there is light on it."""
    return _marked(blade, _against_row(blade, face.picture), light) if face.is_lit or not light.dark_around else None


def _marked(blade: LaidBlade, against_row: Image, light: Lighting) -> Trace | None:
    """What stands out that does not run along the blade."""
    if blade.looked.sum() < _LEAST_CELLS:
        return None
    sloping = _sloping(blade, against_row) if light.shows_slopes else None
    return _surest(sloping, _standing_out(blade, against_row, light))


def _sloping(blade: LaidBlade, against_row: Image) -> Trace | None:
    closely = _against_rows(blade, against_row, _LIT_CLOSELY_MM)
    told = None
    for share in (DOUBTFUL_SHARE, 1.0):
        column = ground_on_a_slope(closely, against_row, blade.looked, PITCH_MM, share)
        if column is None:
            break
        told = Trace(float(blade.x_mm[column]), sure=share >= 1.0)
    return told


def _standing_out(blade: LaidBlade, against_row: Image, light: Lighting) -> Trace | None:
    relief = blade.between_widths(_against_rows(blade, against_row, _LIT_MM))
    size = np.abs(relief[blade.looked])
    # By the quietest part of the face: on a face milled all over the median is the milling's own.
    grain = float(np.percentile(size, 25)) / _QUARTER_OF_GAUSSIAN
    least = min(max(light.least_relief, light.grains * grain), light.most_relief)
    marks = [
        mark
        for sign in (1.0, -1.0)
        for mark in _marks(blade, relief * np.float32(sign), least, sign)
        if max(mark.width_mm, mark.height_mm) >= light.span_mm
    ]
    if not light.dark_around and all(mark.sign < 0 for mark in marks):
        # Print and stains on a key are as dark as shade; only a hollow has a lit side.
        return None
    if not marks or len(marks) < light.marks or _is_bit_of_a_wall(marks):
        return None
    strongest = max(marks, key=lambda mark: mark.peak)
    trace = Trace(strongest.x_mm, sure=True)
    if _is_upright_line(marks):
        # A wall: over all of the blade's height it is a step that was ground; between grooves there is land.
        is_step = _share_of_height(blade, marks) >= MOST_OF_HEIGHT
        if is_step or max(mark.x_mm for mark in marks) < blade.grooves_begin_mm:
            return trace if is_step else None
    slim = STEP_STOUT if light.cancels_stains else STEP_SLIM
    if any(_ends_a_step(blade, mark, least, slim) for mark in marks):
        return trace
    one_sided = len({mark.sign for mark in marks}) == 1
    if not one_sided or any(_has_other_side(blade, relief, mark, least) for mark in marks):
        return trace
    # A speck on the glass or a scratch; so many may be a row whose other sides are lost in the light.
    doubtful = len(marks) >= FEW_MARKS or any(_ends_a_step(blade, mark, least, STEP_STOUT) for mark in marks)
    return replace(trace, sure=False) if doubtful else None


@dataclass(frozen=True)
class _Mark:
    """One spot brighter (sign 1) or darker (-1) than the rest of its row: where, its size, and its most."""

    sign: float
    x_mm: float
    width_mm: float
    height_mm: float
    rows: slice
    peak: float


def _marks(blade: LaidBlade, relief: Image, least: float, sign: float) -> list[_Mark]:
    spots = (relief > least).astype(np.uint8)
    count, where, stats, centres = cv2.connectedComponentsWithStats(spots, connectivity=8)
    marks = []
    for at in range(1, count):
        if stats[at, cv2.CC_STAT_AREA] * PITCH_MM**2 >= LEAST_MM2:
            top, wide, high = (
                int(stats[at, each]) for each in (cv2.CC_STAT_TOP, cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT)
            )
            place = float(blade.x_mm[round(centres[at, 0])])
            peak = float(relief[where == at].max())
            marks.append(_Mark(sign, place, wide * PITCH_MM, high * PITCH_MM, slice(top, top + high), peak))
    return marks


def _is_bit_of_a_wall(marks: list[_Mark]) -> bool:
    """Few of them, and each as low and short as what a groove's wall shows of itself."""
    low = all(mark.height_mm <= WALL_HIGH_MM and mark.width_mm <= WALL_LONG_MM for mark in marks)
    return low and len(marks) < FEW_MARKS


def _has_other_side(blade: LaidBlade, relief: Image, mark: _Mark, least: float) -> bool:
    """A hollow has a side in the light and one in the shade; one of them may be fainter, or lie half in the rim."""
    near = np.abs(blade.x_mm - mark.x_mm) < mark.width_mm / 2 + OTHER_SIDE_MM
    opposite = -mark.sign * relief[mark.rows, near]
    return float(opposite.max(initial=0.0)) >= max(_OTHER_SHARE * mark.peak, _OTHER_LEAST * least)


def _is_upright_line(marks: list[_Mark]) -> bool:
    """All of them one line across the blade, light or dark: in the half by the bow, where the blade's grooves begin."""
    places = [mark.x_mm for mark in marks]
    upright = all(mark.height_mm >= max(1.2, 2.0 * mark.width_mm) for mark in marks)
    return upright and len({mark.sign for mark in marks}) == 1 and max(places) - min(places) < 0.8


def _ends_a_step(blade: LaidBlade, mark: _Mark, least: float, slim: float = STEP_SLIM) -> bool:
    """One strong upright wall that reaches as far to the spine or to the cuts as is looked at."""
    about = np.abs(blade.x_mm - mark.x_mm) <= mark.width_mm / 2
    # Beside a cut the edge falls: what counts is how far all of the mark's columns are looked at.
    rows = np.nonzero(blade.looked[:, about].all(axis=1))[0]
    reaches = rows.size > 0 and (mark.rows.start <= rows[0] + 1 or mark.rows.stop >= rows[-1])
    upright = mark.height_mm >= max(STEP_HIGH_MM, slim * mark.width_mm)
    return bool(reaches and upright and mark.x_mm > blade.grooves_begin_mm and mark.peak >= STEP_STRONG * least)


def _share_of_height(blade: LaidBlade, marks: list[_Mark]) -> float:
    """How much of what is looked at there the marks of one upright line take up."""
    about = np.abs(blade.x_mm - marks[0].x_mm) < 0.3
    high_mm = float(np.median(blade.looked[:, about].sum(axis=0))) * PITCH_MM
    return sum(mark.height_mm for mark in marks) / max(high_mm, PITCH_MM)


def _against_row(blade: LaidBlade, face: Image) -> Image:
    """Brightness as a multiple of the same row's own; NaN where nothing is looked for."""
    shown = np.where(blade.looked, face, np.nan).astype(np.float32)
    rows = blade.looked[:, ::2].any(axis=1)
    row = np.ones((face.shape[0], 1), np.float32)
    row[rows, 0] = np.maximum(_median_of_seen(shown[rows][:, ::2]), 8.0)
    return np.asarray(shown / row, dtype=np.float32)


def _against_rows(blade: LaidBlade, against_row: Image, lit_mm: float) -> Image:
    """Brightness against the rest of the same row, and against the light along the blade, taken over so much."""
    looked = blade.looked
    columns = looked[::2].sum(axis=0) > 4
    column = np.ones((1, against_row.shape[1]), np.float32)
    column[0, columns] = _median_of_seen(against_row[::2, columns].T)
    # A lamp at one end lights the blade unevenly along it.
    column = np.asarray(cv2.GaussianBlur(column, (0, 0), lit_mm / PITCH_MM, sigmaY=0.1), dtype=np.float32)
    return np.where(looked, against_row / column - 1.0, 0.0).astype(np.float32)


def _median_of_seen(rows: Image | Floats) -> Image | Floats:
    """Of each row, which has something to see; several times as fast as numpy's own for gaps."""
    ordered = np.sort(rows, axis=1)
    seen = np.isfinite(ordered).sum(axis=1)
    at = np.arange(seen.size)
    return np.asarray((ordered[at, (seen - 1) // 2] + ordered[at, seen // 2]) / ordered.dtype.type(2))
