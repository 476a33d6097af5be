"""A straightened, levelled picture of the blade, and its two edges to a fraction of a pixel.

Responsible for: resampling along the blade's frame, dividing out the light, edge crossings at half level by
column and by row. Not responsible for: what the edges mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.identification.outline.blade import BladeFrame
from kiosk.identification.outline.segment import Segment
from kiosk.key.reading import Floats

BOW_SIDE_MM, TIP_SIDE_MM = 9.0, 1.5
BELOW_MM, ABOVE_MM = 4.5, 4.5
_FINEST_MM, _COARSEST_MM = 0.02, 0.06
_COLUMNS_TOGETHER = 6


@dataclass(frozen=True, repr=False, eq=False)
class Patch:
    """The blade straightened: column along the blade, row upwards from the spine; 0 is dark, 1 is light.

    `u_mm` and `v_mm` are the coordinates of columns and rows; u is 0 at the rough tip and negative towards the bow.
    """

    level: NDArray[np.float32]
    dark: NDArray[np.bool_]
    u_mm: Floats
    v_mm: Floats

    @property
    def pitch_mm(self) -> float:
        """Distance of neighbouring columns and rows."""
        return float(self.u_mm[1] - self.u_mm[0])

    def upside_down(self) -> Patch:
        """The same with the other edge below."""
        return Patch(self.level[::-1], self.dark[::-1], self.u_mm, -self.v_mm[::-1])


def straighten(found: Segment, frame: BladeFrame) -> Patch:
    """Resample the blade with its surroundings along `frame`."""
    pitch = float(np.clip(found.mm_per_px, _FINEST_MM, _COARSEST_MM))
    u_mm = np.arange(-(frame.run_mm + BOW_SIDE_MM), TIP_SIDE_MM, pitch)
    v_mm = np.arange(-BELOW_MM, frame.height_mm + ABOVE_MM, pitch)
    along, up, origin = np.array(frame.along), np.array(frame.up), np.array(frame.origin)
    corner = (origin + along * u_mm[0] + up * v_mm[0]) / found.mm_per_px
    step_u, step_v = along * pitch / found.mm_per_px, up * pitch / found.mm_per_px
    matrix = np.array([[step_u[0], step_v[0], corner[0]], [step_u[1], step_v[1], corner[1]]])
    raw = cv2.warpAffine(
        found.grey,
        matrix,
        (u_mm.size, v_mm.size),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    ).astype(np.float32)
    # A million cells: every step is made in place.
    level = np.asarray(cv2.GaussianBlur(raw, (0, 0), 0.8), dtype=np.float32)
    lit, dark = _light_under(found, frame, u_mm, v_mm), np.float32(found.dark)
    lit -= dark
    np.maximum(lit, np.float32(10.0), out=lit)
    level -= dark
    level /= lit
    return Patch(level, _body(level), u_mm, v_mm)


def _light_under(found: Segment, frame: BladeFrame, u_mm: Floats, v_mm: Floats) -> NDArray[np.float32]:
    """The light's surface on a coarse lattice, spread over the patch: it is smooth by construction."""
    us, vs = np.linspace(u_mm[0], u_mm[-1], 24), np.linspace(v_mm[0], v_mm[-1], 12)
    uu, vv = np.meshgrid(us, vs)
    x = frame.origin[0] + frame.along[0] * uu + frame.up[0] * vv
    y = frame.origin[1] + frame.along[1] * uu + frame.up[1] * vv
    lattice = found.light_at(x, y).astype(np.float32)
    return np.asarray(cv2.resize(lattice, (u_mm.size, v_mm.size), interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _body(level: NDArray[np.float32]) -> NDArray[np.bool_]:
    """The largest dark region, its holes filled."""
    mask = (level < 0.5).astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros_like(mask)
    if not contours:
        return filled.astype(bool)
    largest = max(contours, key=cv2.contourArea)
    cv2.drawContours(filled, [largest], -1, 1, thickness=cv2.FILLED)
    return filled.astype(bool)


def upper_edge(patch: Patch) -> Floats:
    """Height of the topmost edge in every column; NaN where there is none."""
    return _upper(patch.level, patch.dark, patch.v_mm)


def lower_edge(patch: Patch) -> Floats:
    """Height of the lowest edge in every column; NaN where there is none."""
    return -_upper(patch.level[::-1], patch.dark[::-1], -patch.v_mm[::-1])


def reaches(patch: Patch, rows: NDArray[np.intp]) -> Floats:
    """Where along the blade the body ends towards the tip, for each of the rows; NaN where there is none."""
    width = patch.dark.shape[1]
    backwards = patch.dark[rows, ::-1]
    first = np.argmax(backwards, axis=1)
    at = width - 1 - first
    seen = backwards[np.arange(first.size), first] & (at + 1 < width)
    inner = patch.level[rows, at].astype(np.float64)
    outer = patch.level[rows, np.minimum(at + 1, width - 1)].astype(np.float64)
    rise = outer - inner
    share = np.where(rise > 1e-6, (0.5 - inner) / np.where(rise > 1e-6, rise, 1.0), 0.5)
    return np.where(seen, patch.u_mm[at] + np.clip(share, 0.0, 1.0) * patch.pitch_mm, np.nan)


def edge_softness_mm(patch: Patch, low: Floats, columns: NDArray[np.bool_]) -> float:
    """Spread (standard deviation, mm) of the blurred lower edge: steepest slope of its profile across the edge."""
    chosen = np.nonzero(columns & np.isfinite(low))[0]
    if chosen.size == 0:
        return float("nan")
    chosen = chosen[:: max(1, chosen.size // 200)]
    reach_px = max(4, round(0.6 / patch.pitch_mm))
    offsets = np.arange(-reach_px, reach_px + 1)
    rows = np.clip(
        np.rint((low[chosen] - patch.v_mm[0]) / patch.pitch_mm).astype(np.intp)[:, None] + offsets,
        0,
        patch.level.shape[0] - 1,
    )
    profile = patch.level[rows, chosen[:, None]].mean(axis=0)
    steepest = float(np.max(-np.gradient(profile)))
    if steepest <= 0:
        return float("inf")
    return float(patch.pitch_mm / (steepest * np.sqrt(2 * np.pi)))


def sharpest_edge_mm(patch: Patch, edges: Floats, columns: NDArray[np.bool_]) -> float:
    """The softness of the sharpest quarter of an edge: on paper a shadow softens one side, a lens all of them.

    Args:
        patch: the blade straightened.
        edges: heights of one or several edges, a row each.
        columns: those of the blade.
    """
    found = []
    for edge in np.atleast_2d(edges):
        chosen = np.nonzero(columns & np.isfinite(edge))[0]
        if chosen.size < _COLUMNS_TOGETHER:
            continue
        groups = chosen[: chosen.size // _COLUMNS_TOGETHER * _COLUMNS_TOGETHER].reshape(-1, _COLUMNS_TOGETHER)
        straight = groups[np.ptp(edge[groups], axis=1) < 2 * patch.pitch_mm]
        found += [_softness_mm(_across(patch, edge, group)) * patch.pitch_mm for group in straight]
    return float(np.percentile(found, 25)) if found else float("nan")


def _across(patch: Patch, edge: Floats, columns: NDArray[np.intp]) -> Floats:
    """The mean profile across an edge, from below to above it."""
    reach_px = max(4, round(0.6 / patch.pitch_mm))
    rows = np.rint((edge[columns] - patch.v_mm[0]) / patch.pitch_mm).astype(np.intp)[:, None]
    rows = np.clip(rows + np.arange(-reach_px, reach_px + 1), 0, patch.level.shape[0] - 1)
    return np.asarray(patch.level[rows, columns[:, None]].mean(axis=0), dtype=np.float64)


def _softness_mm(profile: Floats) -> float:
    """Spread of a step, in rows: steepest slope against how high the step is."""
    steepest = float(np.max(np.abs(np.gradient(profile))))
    # Bright metal on paper steps down by less than from light to dark: that makes no edge soft.
    return float(min(1.0, np.ptp(profile)) / (steepest * np.sqrt(2 * np.pi))) if steepest > 0 else float("inf")


def _upper(level: NDArray[np.float32], dark: NDArray[np.bool_], v_mm: Floats) -> Floats:
    rows = dark.shape[0]
    # Turned, each column lies in one piece of memory: ten times as fast to search.
    downwards = np.ascontiguousarray(dark[::-1].T)
    first = np.argmax(downwards, axis=1)
    top = rows - 1 - first
    seen = downwards[np.arange(first.size), first] & (top < rows - 1)
    columns = np.arange(dark.shape[1])
    at = np.where(seen, top, 0)
    inner = level[at, columns].astype(np.float64)
    outer = level[np.minimum(at + 1, rows - 1), columns].astype(np.float64)
    rise = outer - inner
    share = np.where(rise > 1e-6, (0.5 - inner) / np.where(rise > 1e-6, rise, 1.0), 0.5)
    pitch = v_mm[1] - v_mm[0]
    return np.where(seen, v_mm[at] + np.clip(share, 0.0, 1.0) * pitch, np.nan)
