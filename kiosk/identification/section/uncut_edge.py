"""What the head view adds about the blade: whether the key moved, and why an uncut edge is uncut.

Responsible for: holding the outline against the front-lit picture, and distinguishing dimple, two-track and tubular
keys from a plain uncut blank. Not responsible for: stamps (`stamp`).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.scan import Frame
from kiosk.identification.outline.blade import BladeFrame
from kiosk.identification.outline.measure import Outline
from kiosk.identification.outline.segment import Segment
from kiosk.identification.section.line import GRID_MM
from kiosk.key.reading import Floats, Outcome, SectionReading

FLAT_FACE_MM = 0.12
"""A face with no recess beyond this is no milled keyway."""
LONGEST_TUBE_MM = 17.0
SHADOW_NOTCH_MM = 1.9
"""No shadow notches an edge by more; hardly a key has no cut so deep."""
SHADOW_BESIDE_MM = 1.0
"""So much longer a key may look by the shadow at its end."""
BOW_SHADOW_MM = 3.0
"""So far from the stop the bow may throw one beside the blade: less than to any first cut."""
LEAST_MOVE_MM = 0.8
LEAST_RELIEF = 0.045
"""Shading of something milled, as a share of the metal's brightness; the grain of brushed metal stays below."""
LEAST_MARK_MM2 = 0.3
HIGHEST_STREAK_MM = 0.85
"""Streaks of brushed metal are lower, however long; what a cutter milled is hardly ever."""
LONGEST_DIMPLE_MM = 3.2
"""A dimple is as wide as a pin; what is longer along the blade is a track, or a piece of one."""
TRACK_SHARE = 0.4
"""Of all that is marked, long marks make up at least so much on a track, and a third of that among dimples."""
FEWEST_DIMPLES = 4
_SEARCH_MM = 5.0
_STEP_MM = 0.3


def registration(found: Segment, head: Frame) -> Outcome | None:
    """MOVED when the outline fits the head view clearly better somewhere else than where it was seen.

    A head view of another extent, or one that shows no outline at all, says nothing.
    """
    height, width = head.pixels.shape[:2]
    extent = np.array(found.grey.shape) * found.mm_per_px
    if np.any(np.abs(np.array([height, width]) * head.mm_per_px - extent) > 0.03 * extent):
        return None
    factor = max(1, round(0.12 / head.mm_per_px))
    pitch = head.mm_per_px * factor
    whole = head.pixels[: height // factor * factor, : width // factor * factor]
    small = cv2.resize(whole, (width // factor, height // factor), interpolation=cv2.INTER_AREA)
    grey = small if small.ndim == 2 else cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    edges = _edges(np.asarray(grey, dtype=np.uint8))
    step = max(1, len(found.contour_mm) // 350)
    points = found.contour_mm[::step] / pitch
    moves = np.arange(-_SEARCH_MM, _SEARCH_MM + 0.01, _STEP_MM)
    x = np.rint(points[:, 0] + moves[:, None] / pitch).astype(np.intp)
    y = np.rint(points[:, 1] + moves[:, None] / pitch).astype(np.intp)
    x, y = np.clip(x, 0, edges.shape[1] - 1), np.clip(y, 0, edges.shape[0] - 1)
    scores = edges[y[:, None, :], x[None, :, :]].mean(axis=2)
    distance = np.hypot(moves[:, None], moves[None, :])
    here = float(scores[distance < 0.45].max())
    best = np.unravel_index(int(np.argmax(scores)), scores.shape)
    there = float(scores[best])
    moved = there > 0.55 and there > here + 0.25 and float(distance[best]) > LEAST_MOVE_MM
    return Outcome.MOVED if moved else None


def _edges(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """1 where brightness changes sharply, 0 where it does not."""
    soft = cv2.GaussianBlur(grey, (0, 0), 1.0)
    gx = cv2.Sobel(soft, cv2.CV_32F, 1, 0)
    gy = cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    size = np.asarray(cv2.magnitude(gx, gy), dtype=np.float32)
    strong = (size > max(60.0, float(np.percentile(size[::3, ::3], 90)))).astype(np.uint8)
    return np.asarray(cv2.dilate(strong, np.ones((3, 3), np.uint8)), dtype=np.float32)


def refine_uncut(
    outline: Outline, section: SectionReading | None, found: Segment, frame: BladeFrame, head: Frame | None
) -> Outcome:
    """Why the edge is uncut: a tube, dimples, a milled track, or simply a blank."""
    if outline.length_mm < LONGEST_TUBE_MM and outline.length_mm < 2.3 * outline.height_mm:
        return Outcome.TUBULAR
    hollows = _hollows(outline, found, frame, head) if head is not None else None
    if hollows is not None:
        return hollows
    plain = section is not None and _is_flat(section.left_mm) and _is_flat(section.right_mm)
    return Outcome.DIMPLE if plain else Outcome.UNCUT


def kind_on_paper(outline: Outline, found: Segment, frame: BladeFrame, view: Frame) -> Outcome | None:
    """What kind a key in an ordinary photograph is, where its face shows that; None: cut along its edge, or not seen.

    A shadow notches an uncut edge, so the edge says nothing of it; the face is looked at below the deepest cut.
    """
    if outline.length_mm < LONGEST_TUBE_MM + SHADOW_BESIDE_MM and outline.length_mm < 2.3 * outline.height_mm:
        return Outcome.TUBULAR
    inner = outline.profile[outline.profile[:, 0] < outline.length_mm - 3.5]
    lowest_mm = float(np.percentile(inner[inner[:, 0] > 1.0, 1], 1)) if len(inner) > 20 else 0.0
    # The bow's own shadow lies beside the stop: how high the blade is, is asked of the lands beyond it.
    beyond = inner[inner[:, 0] > BOW_SHADOW_MM, 1]
    height_mm = float(np.percentile(beyond, 97)) if beyond.size else outline.height_mm
    if height_mm - lowest_mm > SHADOW_NOTCH_MM:
        return None
    return _hollows(outline, found, frame, view, lowest_mm)


def _hollows(
    outline: Outline, found: Segment, frame: BladeFrame, head: Frame, top_mm: float | None = None
) -> Outcome | None:
    """DIMPLE or TWO_TRACK when the face shows something that does not run straight along the blade.

    A keyway's grooves are the same all along: what is left after each lengthwise row's own brightness is taken
    off is milled from the side.
    """
    grey = head.pixels if head.pixels.ndim == 2 else np.asarray(cv2.cvtColor(head.pixels, cv2.COLOR_RGB2GRAY))
    extent = np.array(found.grey.shape) * found.mm_per_px
    if np.any(np.abs(np.array(grey.shape) * head.mm_per_px - extent) > 0.03 * extent):
        return None
    pitch = max(head.mm_per_px, 0.08)
    u_mm = np.arange(-(outline.length_mm - 1.0), -3.5, pitch)
    v_mm = np.arange(0.6, (outline.height_mm if top_mm is None else top_mm) - 0.6, pitch)
    if u_mm.size < 40 or v_mm.size < 20:
        return None
    origin, along, up = np.array(frame.origin), np.array(frame.along), np.array(frame.up)
    corner = (origin + along * u_mm[0] + up * v_mm[0]) / head.mm_per_px
    step_u, step_v = along * pitch / head.mm_per_px, up * pitch / head.mm_per_px
    matrix = np.array([[step_u[0], step_v[0], corner[0]], [step_u[1], step_v[1], corner[1]]])
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    face = np.asarray(cv2.warpAffine(grey, matrix, (u_mm.size, v_mm.size), flags=how), dtype=np.float32)
    left = face - np.median(face, axis=1, keepdims=True)
    left -= np.asarray(cv2.GaussianBlur(left, (0, 0), 3.0 / pitch), dtype=np.float32)
    size = np.abs(cv2.GaussianBlur(left, (0, 0), 0.25 / pitch)) / max(float(np.median(face)), 20.0)
    grain, strong = float(np.median(size)), float(np.percentile(size, 95))
    if strong < LEAST_RELIEF or strong < 3.4 * grain:
        return None
    marks = (size > max(LEAST_RELIEF * 0.8, 2.2 * grain)).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(marks, connectivity=8)
    areas_mm2 = stats[1:count, cv2.CC_STAT_AREA] * pitch**2
    lengths_mm = stats[1:count, cv2.CC_STAT_WIDTH] * pitch
    heights_mm = stats[1:count, cv2.CC_STAT_HEIGHT] * pitch
    marked = (areas_mm2 > LEAST_MARK_MM2) & (heights_mm > HIGHEST_STREAK_MM)
    # The light breaks a track into pieces, and joins two dimples here and there.
    long_mm2 = float(areas_mm2[marked & (lengths_mm > LONGEST_DIMPLE_MM)].sum())
    if long_mm2 > TRACK_SHARE * float(areas_mm2[marked].sum()):
        return Outcome.TWO_TRACK
    return Outcome.DIMPLE if int(marked.sum()) >= FEWEST_DIMPLES else None


def _is_flat(face: Floats | None) -> bool:
    if face is None:
        return False
    seen = np.isfinite(face)
    if seen.sum() < 20:
        return False
    heights = np.nonzero(seen)[0] * GRID_MM
    level = face[seen] - np.polyval(np.polyfit(heights, face[seen], 1), heights)
    return bool(np.percentile(level, 96) - np.percentile(level, 4) < FLAT_FACE_MM)
