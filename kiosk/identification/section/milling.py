"""Whether a face of the blade is milled: rows, dimples, tracks and cuts beside the bitting, on every key.

Responsible for: laying a picture of a face over the silhouette's blade, saying whether it shows that blade at all, and
finding what does not run straight along it. A keyway's grooves are the same all along; whatever is left when each row's
own brightness is taken off was milled from the side. Not responsible for: what the section is (`match`), why an edge
is uncut (`face`), or what follows from a face that was not seen (policy).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.scan import Frame, Pixels, ScanFrames
from kiosk.identification.outline.blade import BladeFrame
from kiosk.identification.outline.measure import Outline
from kiosk.identification.outline.segment import Segment
from kiosk.identification.section.slopes import is_ground_on_a_slope
from kiosk.key.reading import Floats

PITCH_MM = 0.075
RIM_MM = 0.6
"""So near its outline a blade is bevelled, worn round or not quite where the silhouette has it."""
STRETCHES = 8
"""The blade is looked at in so many parts along it: a strip of tape hides one of them."""
LEAST_LIGHT = 12.0
"""Metal and tray differ by at least so many grey levels where there is light."""
LEAST_METAL, MOST_OUTSIDE = 0.5, 0.15
"""Share of a stretch's rim that is light just inside the silhouette's outline, and just outside it: milling and stains
darken a rim, nothing lights the tray beside it."""
BLURRED_MM = 0.55
"""Width of the blade's edge, from a fifth to four fifths of its brightness, beyond which fine milling is lost."""
MOST_BLINDED = 0.2
"""A part of the blade beyond this at full white shows nothing."""
LEAST_MM2 = 0.09
"""A mark is at least so large: smaller than any pin's milling, larger than a grain of brushed metal."""
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
GROOVES_BEGIN_MM = 4.0
"""From the shoulder; of a key that stops at a nose nobody knows how far from the bow they do."""
STEP_HIGH_MM, STEP_SLIM, STEP_STRONG = 0.5, 1.3, 1.2
"""The wall in which a strip ground along the spine or the cuts begins: so high, so much higher than long, so many times
as strong as a mark must be. Where the strip runs out over the tip it has no other side; a speck is rounder, fainter."""
NECK_MM = 7.0
"""A key that stops at a nose has no shoulder: its blade runs on into the bow, and where the grooves end there is no
milling."""
_QUARTER_OF_GAUSSIAN = 0.319
_LEAST_CELLS = 500
_FINE_MM, _COARSE_MM = 0.15, 0.6
_LIT_MM, _LIT_CLOSELY_MM = 3.0, 0.5
_HAIR_MM = 0.5
_ROOM_PX = 32
_FULL_WHITE = 251

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


GRAZING = Lighting(least_relief=0.22, most_relief=0.36, grains=6.0, marks=1, shows_slopes=True)
FRONT = Lighting(least_relief=0.12, most_relief=0.5, grains=6.0, marks=3)
"""From the front milling is faint, and stains are not: a row is believed, a single mark is not."""
PAPER = Lighting(least_relief=0.07, most_relief=0.5, grains=3.0, marks=3, span_mm=0.85, dark_around=False)
"""White paper is brighter than the metal on it, and daylight shows milling no better than the grain of brushed metal,
whose spots are smaller. Nothing that lies there is ever cut."""


@dataclass(frozen=True)
class FaceLook:
    """What one picture says of one face. `milled` counts whether or not the whole face was seen."""

    seen: bool
    milled: bool


@dataclass(frozen=True)
class FacesLook:
    """Both faces: whether each was seen in light that would show milling, and whether any picture shows some."""

    above_seen: bool
    below_seen: bool
    milled: bool
    pierced: bool = False
    """Light falls through the blade."""


def look_at_faces(
    frames: ScanFrames, found: Segment, frame: BladeFrame, outline: Outline, *, on_paper: bool = False
) -> FacesLook:
    """Look at every picture of a face there is. The head view may show milling but cannot rule it out."""
    blade = _Blade.of(found, frame, outline)
    above, below = (_look(blade, view, GRAZING) for view in (frames.face_above, frames.face_below))
    front = _look(blade, frames.head, PAPER if on_paper else FRONT)
    holed = not on_paper and blade.holed
    return FacesLook(above.seen, below.seen, above.milled or below.milled or front.milled, holed)


@dataclass(frozen=True, repr=False, eq=False)
class _Blade:
    """The silhouette's blade on a straight grid: how far inside (+) or outside (-) its outline each cell lies, mm."""

    u_mm: Floats
    v_mm: Floats
    frame: BladeFrame
    bend_mm: Floats
    inside_mm: Image
    x_mm: Floats
    """Distance from the stop, of each column."""
    length_mm: float
    extent_mm: Floats
    looked: Mask
    """Cells in which milling is looked for."""
    fine: Image
    coarse: Image
    """How much of what lies around a cell is looked at, over two widths."""
    grooves_begin_mm: float
    """Nearer to the bow an upright wall may be the end of a groove."""
    holed: bool
    """Light falls through the blade itself: it was drilled, as for a pin that moves."""

    @classmethod
    def of(cls, found: Segment, frame: BladeFrame, outline: Outline) -> _Blade:
        u = np.arange(-outline.length_mm - 1.0, 1.0, PITCH_MM)
        v = np.arange(-1.5, frame.height_mm + 2.0, PITCH_MM)
        grey = _resampled(found.grey, found.mm_per_px, frame, u, v)
        origin = np.array(frame.origin)
        light = float(found.light_at(origin[:1], origin[1:])[0])
        metal = (grey < (found.dark + light) / 2).astype(np.float32)
        bend = _bend_mm(metal > 0.5, u)
        solid = (_unbent(metal, bend) > 0.5).astype(np.uint8)
        inside = cv2.distanceTransform(solid, cv2.DIST_L2, 5) - cv2.distanceTransform(1 - solid, cv2.DIST_L2, 5)
        inside_mm = np.asarray(inside * np.float32(PITCH_MM), dtype=np.float32)
        # Of two collars it is the one nearer the tip: between them there may be the bow's flat.
        begins_mm = 1.0 + max(outline.stops.spine_mm or 0.0, 0.0) if outline.stops.nose_mm is None else NECK_MM
        looked = (inside_mm > RIM_MM) & (u + outline.length_mm > begins_mm)[None, :]
        looked &= (looked.sum(axis=1) > 15)[:, None]
        return cls(
            u_mm=u,
            v_mm=v,
            frame=frame,
            bend_mm=bend,
            inside_mm=inside_mm,
            x_mm=u + outline.length_mm,
            length_mm=outline.length_mm,
            extent_mm=np.array(found.grey.shape) * found.mm_per_px,
            looked=looked,
            fine=_smoothed(looked.astype(np.float32), _FINE_MM),
            coarse=_smoothed(looked.astype(np.float32), _COARSE_MM),
            grooves_begin_mm=GROOVES_BEGIN_MM if outline.stops.nose_mm is None else outline.length_mm / 2,
            holed=_is_holed(solid[:, u + outline.length_mm > begins_mm]),
        )


def _is_holed(solid: NDArray[np.uint8]) -> bool:
    """Whether there is light that metal shuts in on all sides: a hair or a crumb over a cut is no metal."""
    count = round(_HAIR_MM / PITCH_MM)
    solid = np.asarray(cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((count, count), np.uint8)), dtype=np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(1 - solid, connectivity=4)
    high, wide = solid.shape
    left, top, width, height = (stats[1:, each] for each in range(4))
    shut_in = (left > 0) & (top > 0) & (left + width < wide) & (top + height < high)
    return bool(np.any(shut_in & (stats[1:, cv2.CC_STAT_AREA] * PITCH_MM**2 >= LEAST_MM2)))


def _look(blade: _Blade, view: Frame | None, light: Lighting) -> FaceLook:
    if view is None:
        return FaceLook(seen=False, milled=False)
    grey = view.pixels if view.pixels.ndim == 2 else cv2.cvtColor(view.pixels, cv2.COLOR_RGB2GRAY)
    grey = np.asarray(grey, dtype=np.uint8)
    if np.any(np.abs(np.array(grey.shape) * view.mm_per_px - blade.extent_mm) > 0.03 * blade.extent_mm):
        # Of another field than the silhouette's: nobody knows where in it the blade is.
        return FaceLook(seen=False, milled=False)
    face = _unbent(_resampled(grey, view.mm_per_px, blade.frame, blade.u_mm, blade.v_mm), blade.bend_mm)
    metal, tray = _levels(blade, face)
    if light.dark_around and metal - tray < LEAST_LIGHT:
        return FaceLook(seen=False, milled=False)
    return FaceLook(seen=_shows_blade(blade, face, metal, tray), milled=_milled(blade, face, light))


def _levels(blade: _Blade, face: Image) -> tuple[float, float]:
    on = (blade.x_mm > 0.8)[None, :]
    metal = face[(blade.inside_mm > RIM_MM) & on]
    tray = face[(blade.inside_mm < -0.3) & (blade.inside_mm > -1.2) & on]
    return (float(np.median(metal)), float(np.median(tray))) if metal.size and tray.size else (0.0, 0.0)


def _shows_blade(blade: _Blade, face: Image, metal: float, tray: float) -> bool:
    """Whether light metal ends where the silhouette's blade does, all along it, sharply and not blinded."""
    on = np.broadcast_to((blade.x_mm > 0.8) & (blade.x_mm < blade.length_mm), face.shape)
    part = np.broadcast_to(np.floor(blade.x_mm / blade.length_mm * STRETCHES).astype(np.intp), face.shape)
    soft = np.asarray(cv2.GaussianBlur(face, (0, 0), 1.0))
    bright = soft > (metal + tray) / 2
    just_in = on & (blade.inside_mm > 0.25) & (blade.inside_mm < 0.55)
    just_out = on & (blade.inside_mm < -0.25) & (blade.inside_mm > -0.55)
    core = on & (blade.inside_mm > RIM_MM)
    return bool(
        np.all(_shares(bright[just_in], part[just_in]) >= LEAST_METAL)
        and np.all(_shares(bright[just_out], part[just_out]) <= MOST_OUTSIDE)
        and np.all(_shares(face[core] >= _FULL_WHITE, part[core]) <= MOST_BLINDED)
        and _edge_width_mm(blade, face, metal, tray) < BLURRED_MM
    )


def _shares(what: Mask, part: NDArray[np.intp]) -> Floats:
    """Share of cells of which something is true, in each stretch of the blade; NaN, which nothing suits, if none."""
    counts = np.bincount(part, minlength=STRETCHES)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.bincount(part, weights=what, minlength=STRETCHES) / counts)


def _edge_width_mm(blade: _Blade, face: Image, metal: float, tray: float) -> float:
    """How wide the blade's edge is in this picture, all along its outline together."""
    near = (np.abs(blade.inside_mm) < 1.2) & (blade.x_mm > 0.8)[None, :]
    steps = np.arange(-1.05, 1.051, 0.15)
    band = np.rint((blade.inside_mm[near] - steps[0]) / 0.15).astype(np.int16)
    values = face[near][np.argsort(band, kind="stable")]
    ends = np.searchsorted(np.sort(band), np.arange(steps.size + 1))
    levels = [float(np.median(values[a:b])) if b > a else np.nan for a, b in pairwise(ends)]
    known = np.isfinite(levels)
    rising = np.maximum.accumulate((np.array(levels)[known] - tray) / max(metal - tray, 1.0))
    if rising.size < 2 or rising[0] > 0.2 or rising[-1] < 0.8:
        return float("inf")
    return float(np.interp(0.8, rising, steps[known]) - np.interp(0.2, rising, steps[known]))


def _milled(blade: _Blade, face: Image, light: Lighting) -> bool:
    """Whether marks stand out that do not run along the blade."""
    if blade.looked.sum() < _LEAST_CELLS:
        return False
    against_row = _against_row(blade, face)
    if light.shows_slopes:
        closely = _against_rows(blade, against_row, _LIT_CLOSELY_MM)
        if is_ground_on_a_slope(closely, against_row, blade.looked, PITCH_MM):
            return True
    relief = _relief(blade, against_row)
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
        return False
    if len(marks) < light.marks or _is_bit_of_a_wall(marks):
        return False
    if _is_upright_line(marks):
        # A wall: over all of the blade's height it is a step that was ground; between grooves there is land.
        is_step = _share_of_height(blade, marks) >= MOST_OF_HEIGHT
        if is_step or max(mark.x_mm for mark in marks) < blade.grooves_begin_mm:
            return is_step
    if any(_ends_a_step(blade, mark, least) for mark in marks):
        return True
    return not _one_sided(marks) or any(_has_other_side(blade, relief, mark, least) for mark in marks)


@dataclass(frozen=True)
class _Mark:
    """One spot brighter (sign 1) or darker (-1) than the rest of its row: where, its size, and its most."""

    sign: float
    x_mm: float
    width_mm: float
    height_mm: float
    rows: slice
    peak: float


def _marks(blade: _Blade, relief: Image, least: float, sign: float) -> list[_Mark]:
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


def _one_sided(marks: list[_Mark]) -> bool:
    """Few of them, all light or all dark: a speck on the glass or a scratch, if no other side is found to any."""
    return len(marks) < FEW_MARKS and len({mark.sign for mark in marks}) == 1


def _has_other_side(blade: _Blade, relief: Image, mark: _Mark, least: float) -> bool:
    """A hollow has a side in the light and one in the shade; one of them may be fainter, or lie half in the rim."""
    near = np.abs(blade.x_mm - mark.x_mm) < mark.width_mm / 2 + OTHER_SIDE_MM
    opposite = -mark.sign * relief[mark.rows, near]
    return float(opposite.max(initial=0.0)) >= max(_OTHER_SHARE * mark.peak, _OTHER_LEAST * least)


def _is_upright_line(marks: list[_Mark]) -> bool:
    """All of them one line across the blade, light or dark: in the half by the bow, where the blade's grooves begin."""
    places = [mark.x_mm for mark in marks]
    upright = all(mark.height_mm >= max(1.2, 2.0 * mark.width_mm) for mark in marks)
    return upright and len({mark.sign for mark in marks}) == 1 and max(places) - min(places) < 0.8


def _ends_a_step(blade: _Blade, mark: _Mark, least: float) -> bool:
    """One strong upright wall that reaches as far to the spine or to the cuts as is looked at."""
    about = np.abs(blade.x_mm - mark.x_mm) <= mark.width_mm / 2
    rows = np.nonzero(blade.looked[:, about].any(axis=1))[0]
    reaches = rows.size > 0 and (mark.rows.start <= rows[0] + 1 or mark.rows.stop >= rows[-1])
    upright = mark.height_mm >= max(STEP_HIGH_MM, STEP_SLIM * mark.width_mm)
    return bool(reaches and upright and mark.x_mm > blade.grooves_begin_mm and mark.peak >= STEP_STRONG * least)


def _share_of_height(blade: _Blade, marks: list[_Mark]) -> float:
    """How much of what is looked at there the marks of one upright line take up."""
    about = np.abs(blade.x_mm - marks[0].x_mm) < 0.3
    high_mm = float(np.median(blade.looked[:, about].sum(axis=0))) * PITCH_MM
    return sum(mark.height_mm for mark in marks) / max(high_mm, PITCH_MM)


def _relief(blade: _Blade, against_row: Image) -> Image:
    """Brightness against the rest of the same row, between two widths: 0 for what runs along the blade."""
    rest = _against_rows(blade, against_row, _LIT_MM)
    fine = _smoothed(rest, _FINE_MM) / np.maximum(blade.fine, 1e-3)
    coarse = _smoothed(rest, _COARSE_MM) / np.maximum(blade.coarse, 1e-3)
    return np.asarray(np.where(blade.looked, fine - coarse, 0.0), dtype=np.float32)


def _against_row(blade: _Blade, face: Image) -> Image:
    """Brightness as a multiple of the same row's own; NaN where nothing is looked for."""
    shown = np.where(blade.looked, face, np.nan).astype(np.float32)
    rows = blade.looked[:, ::2].any(axis=1)
    row = np.ones((face.shape[0], 1), np.float32)
    row[rows, 0] = np.maximum(_median_of_seen(shown[rows][:, ::2]), 8.0)
    return np.asarray(shown / row, dtype=np.float32)


def _against_rows(blade: _Blade, against_row: Image, lit_mm: float) -> Image:
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


def _smoothed(values: Image, width_mm: float) -> Image:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), width_mm / PITCH_MM), dtype=np.float32)


def _resampled(grey: Pixels, mm_per_px: float, frame: BladeFrame, u_mm: Floats, v_mm: Floats) -> Image:
    """A picture along the blade's frame."""
    origin, along, up = np.array(frame.origin), np.array(frame.along), np.array(frame.up)
    corner = (origin + along * u_mm[0] + up * v_mm[0]) / mm_per_px
    step_u, step_v = along * PITCH_MM / mm_per_px, up * PITCH_MM / mm_per_px
    matrix = np.array([[step_u[0], step_v[0], corner[0]], [step_u[1], step_v[1], corner[1]]])
    if mm_per_px < 0.7 * PITCH_MM:
        grey, first = _part_around(grey, matrix, (u_mm.size, v_mm.size))
        matrix[:, 2] -= first
        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.35 * PITCH_MM / mm_per_px), dtype=np.uint8)
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (u_mm.size, v_mm.size)
    return np.asarray(cv2.warpAffine(grey, matrix, size, flags=how, borderMode=cv2.BORDER_REPLICATE), dtype=np.float32)


def _part_around(grey: Pixels, matrix: Floats, size: tuple[int, int]) -> tuple[Pixels, Floats]:
    """As much of a picture as is needed, and where it begins: smoothing all of it takes ten times as long."""
    corners = matrix @ np.array([[0, size[0], 0, size[0]], [0, 0, size[1], size[1]], [1, 1, 1, 1]])
    most = np.array(grey.shape[::-1])
    first = np.clip(np.floor(corners.min(axis=1)).astype(np.intp) - _ROOM_PX, 0, most - 1)
    stop = np.clip(np.ceil(corners.max(axis=1)).astype(np.intp) + _ROOM_PX, first + 1, most)
    return np.ascontiguousarray(grey[first[1] : stop[1], first[0] : stop[0]]), first.astype(np.float64)


def _bend_mm(metal: Mask, u_mm: Floats) -> Floats:
    """How far the blade is bent out of line, column by column: a slight curve through its straighter edge."""
    columns = np.nonzero(metal.any(axis=0))[0]
    best: tuple[int, Floats] | None = None
    for edge in (metal.argmax(axis=0), metal.shape[0] - 1 - metal[::-1].argmax(axis=0)):
        x, y = u_mm[columns], edge[columns] * PITCH_MM
        near = np.abs(y - np.median(y)) < 0.5
        for _ in range(3):
            if near.sum() < 60:
                break
            fit = np.polyfit(x[near], y[near], 2)
            near = np.abs(y - np.polyval(fit, x)) < 0.12
        else:
            if best is None or near.sum() > best[0]:
                best = int(near.sum()), np.asarray(np.polyval(fit, u_mm), dtype=np.float64)
    return np.zeros(u_mm.size) if best is None else best[1] - best[1][u_mm.size // 2]


def _unbent(image: Image, bend_mm: Floats) -> Image:
    """Every column moved back into line."""
    rows = np.arange(image.shape[0], dtype=np.float32)[:, None] + (bend_mm / PITCH_MM).astype(np.float32)[None, :]
    columns = np.broadcast_to(np.arange(image.shape[1], dtype=np.float32), rows.shape)
    moved = cv2.remap(image, np.ascontiguousarray(columns), rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, dtype=np.float32)
