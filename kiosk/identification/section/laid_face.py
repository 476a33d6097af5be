"""A picture of a face laid over the silhouette's blade, and whether it shows that blade at all.

Responsible for: the straight grid every picture of a face is brought to, which of it is looked at, and whether the face
was seen: lit, in focus, this blade and no other. Not responsible for: what is on it (`milling`, `slopes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.scan import Frame, Pixels
from kiosk.identification.outline.blade import BladeFrame
from kiosk.identification.outline.measure import Outline
from kiosk.identification.outline.segment import Segment
from kiosk.key.reading import Floats

PITCH_MM = 0.075
RIM_MM = 0.6
"""So near its outline a blade is bevelled, worn round or not quite where the silhouette has it."""
STRETCHES = 8
"""The blade is looked at in so many parts along it: a strip of tape hides one of them."""
LEAST_LIGHT = 12.0
"""Metal and tray differ by at least so many grey levels where there is light."""
LEAST_METAL, MOST_OUTSIDE = 0.4, 0.15
"""Share of a stretch's rim that is light just inside the silhouette's outline, and just outside it: milling and stains
darken a rim, nothing lights the tray beside it."""
BLURRED_MM = 0.55
"""Width of the blade's edge, from a fifth to four fifths of its brightness, beyond which fine milling is lost."""
MOST_BLINDED = 0.2
"""A part of the blade beyond this at full white shows nothing."""
LEAST_MM2 = 0.09
"""A mark is at least so large: smaller than any pin's milling, larger than a grain of brushed metal."""
GROOVES_BEGIN_MM, GROOVES_BEGIN_LOOSELY_MM = 1.0, 3.0
"""So far out from where a face is looked at a wall may be the end of a groove. A blade goes into its lock up to the
shoulder, so its grooves do too; where no shoulder is seen nobody knows exactly where it stands, and of a key that stops
at a nose not even how far from the bow that is."""
NECK_MM = 7.0
"""A key that stops at a nose has no shoulder: its blade runs on into the bow, and where the grooves end there is no
milling."""
_FINE_MM, _COARSE_MM = 0.15, 0.6
_HAIR_MM = 0.5
_ROOM_PX = 32
_FULL_WHITE = 251

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, repr=False, eq=False)
class LaidBlade:
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
    def of(cls, found: Segment, frame: BladeFrame, outline: Outline) -> LaidBlade:
        """The silhouette's blade, brought into line where it is bent."""
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
        by_nose = outline.stops.nose_mm is not None
        begins_mm = NECK_MM if by_nose else 1.0 + max(outline.stops.spine_mm or 0.0, 0.0)
        doubt_mm = GROOVES_BEGIN_MM if outline.stops.shoulder_seen else GROOVES_BEGIN_LOOSELY_MM
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
            grooves_begin_mm=outline.length_mm / 2 if by_nose else begins_mm + doubt_mm,
            holed=_is_holed(solid[:, u + outline.length_mm > begins_mm]),
        )

    def between_widths(self, rest: Image) -> Image:
        """What of a picture on this grid is larger than grain and smaller than the lamp's own unevenness."""
        fine = _smoothed(rest, _FINE_MM) / np.maximum(self.fine, 1e-3)
        coarse = _smoothed(rest, _COARSE_MM) / np.maximum(self.coarse, 1e-3)
        return np.asarray(np.where(self.looked, fine - coarse, 0.0), dtype=np.float32)


def _is_holed(solid: NDArray[np.uint8]) -> bool:
    """Whether there is light that metal shuts in on all sides: a hair or a crumb over a cut is no metal."""
    count = round(_HAIR_MM / PITCH_MM)
    solid = np.asarray(cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((count, count), np.uint8)), dtype=np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(1 - solid, connectivity=4)
    high, wide = solid.shape
    left, top, width, height = (stats[1:, each] for each in range(4))
    shut_in = (left > 0) & (top > 0) & (left + width < wide) & (top + height < high)
    return bool(np.any(shut_in & (stats[1:, cv2.CC_STAT_AREA] * PITCH_MM**2 >= LEAST_MM2)))


@dataclass(frozen=True, repr=False, eq=False)
class LaidFace:
    """A picture of a face on the blade's grid, and how bright metal and tray are in it."""

    picture: Image
    metal: float
    tray: float

    @property
    def is_lit(self) -> bool:
        """Whether metal is brighter than what lies beside it, as it is wherever there is light."""
        return self.metal - self.tray >= LEAST_LIGHT


def laid_face(blade: LaidBlade, view: Frame | None) -> LaidFace | None:
    """None where there is no picture, or one of another field than the silhouette's: its blade may be anywhere."""
    if view is None:
        return None
    grey = view.pixels if view.pixels.ndim == 2 else cv2.cvtColor(view.pixels, cv2.COLOR_RGB2GRAY)
    grey = np.asarray(grey, dtype=np.uint8)
    if np.any(np.abs(np.array(grey.shape) * view.mm_per_px - blade.extent_mm) > 0.03 * blade.extent_mm):
        return None
    picture = _unbent(_resampled(grey, view.mm_per_px, blade.frame, blade.u_mm, blade.v_mm), blade.bend_mm)
    return LaidFace(picture, *_levels(blade, picture))


def _levels(blade: LaidBlade, face: Image) -> tuple[float, float]:
    on = (blade.x_mm > 0.8)[None, :]
    metal = face[(blade.inside_mm > RIM_MM) & on]
    tray = face[(blade.inside_mm < -0.3) & (blade.inside_mm > -1.2) & on]
    return (float(np.median(metal)), float(np.median(tray))) if metal.size and tray.size else (0.0, 0.0)


def shows_blade(blade: LaidBlade, face: LaidFace) -> bool:
    """Whether light metal ends where the silhouette's blade does, all along it, sharply and not blinded."""
    if not face.is_lit:
        return False
    picture, half = face.picture, (face.metal + face.tray) / 2
    on = np.broadcast_to((blade.x_mm > 0.8) & (blade.x_mm < blade.length_mm), picture.shape)
    part = np.broadcast_to(np.floor(blade.x_mm / blade.length_mm * STRETCHES).astype(np.intp), picture.shape)
    bright = np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.0)) > half
    just_in = on & (blade.inside_mm > 0.25) & (blade.inside_mm < 0.55)
    just_out = on & (blade.inside_mm < -0.25) & (blade.inside_mm > -0.55)
    core = on & (blade.inside_mm > RIM_MM)
    return bool(
        np.all(_shares(bright[just_in], part[just_in]) >= LEAST_METAL)
        and np.all(_shares(bright[just_out], part[just_out]) <= MOST_OUTSIDE)
        and np.all(_shares(picture[core] >= _FULL_WHITE, part[core]) <= MOST_BLINDED)
        and _edge_width_mm(blade, face) < BLURRED_MM
    )


def _shares(what: Mask, part: NDArray[np.intp]) -> Floats:
    """Share of cells of which something is true, in each stretch of the blade; NaN, which nothing suits, if none."""
    counts = np.bincount(part, minlength=STRETCHES)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.bincount(part, weights=what, minlength=STRETCHES) / counts)


def _edge_width_mm(blade: LaidBlade, face: LaidFace) -> float:
    """How wide the blade's edge is in this picture, all along its outline together."""
    near = (np.abs(blade.inside_mm) < 1.2) & (blade.x_mm > 0.8)[None, :]
    steps = np.arange(-1.05, 1.051, 0.15)
    band = np.rint((blade.inside_mm[near] - steps[0]) / 0.15).astype(np.int16)
    values = face.picture[near][np.argsort(band, kind="stable")]
    ends = np.searchsorted(np.sort(band), np.arange(steps.size + 1))
    levels = [float(np.median(values[a:b])) if b > a else np.nan for a, b in pairwise(ends)]
    known = np.isfinite(levels)
    rising = np.maximum.accumulate((np.array(levels)[known] - face.tray) / max(face.metal - face.tray, 1.0))
    if rising.size < 2 or rising[0] > 0.2 or rising[-1] < 0.8:
        return float("inf")
    return float(np.interp(0.8, rising, steps[known]) - np.interp(0.2, rising, steps[known]))


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
