"""The wheel against the blade's edge: exact planar geometry on shapely. Pure, in mm.

Responsible for: where the wheel's edge may go without touching wanted metal, and what it leaves behind. Not
responsible for: keyways, feeds or limits (`kiosk.cutting.plan`).

A wheel at edge height e takes everything above e + w(u), u across its width: flat in the middle, flanks rising at
half its angle. Keeping that off the wanted edge f means e(x) >= f(x+u) - w(u) for all u: the Minkowski sum of the
metal below f with the wheel turned upside down. The wheel is convex, so the sum is the union of the convex hulls
of the wheel at both ends of every straight piece of the edge.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

Polyline: TypeAlias = tuple[tuple[float, float], ...]
"""Corners (x from the shoulder, height above the spine) of a polyline, x rising."""

REACH_MM = 60.0
"""How far the flanks are drawn: more than any blade is high."""
OUTLINE_TOLERANCE_MM = 0.004
"""A measured outline is straightened by at most this much."""
PATH_GRID_MM = 0.02
PATH_TOLERANCE_MM = 0.004
"""The path is straightened by at most this much: with the outline's, under a hundredth of a millimetre."""


@dataclass(frozen=True)
class WheelShape:
    """The wheel's rim in section: a flat, and flanks of an included angle."""

    flat_mm: float
    angle_deg: float

    @property
    def flank(self) -> float:
        """Sideways mm per mm of height."""
        return math.tan(math.radians(self.angle_deg / 2))

    def half_width_mm(self, above_edge_mm: float) -> float:
        """Half the wheel's width so far above its edge."""
        return self.flat_mm / 2 + max(0.0, above_edge_mm) * self.flank

    def rise_mm(self, across_mm: float) -> float:
        """How far the rim lies above the edge, so far from the wheel's middle."""
        return max(0.0, abs(across_mm) - self.flat_mm / 2) / self.flank


def edge_path(wanted: Polyline, wheel: WheelShape, *, wall: tuple[float, float], ceiling_mm: float) -> Polyline:
    """Where the wheel's edge runs to leave `wanted` and not a hair less, ends in the air at `ceiling_mm`.

    `wall` is where the shoulder, or a collar before it, ends along the blade, and how high it is; the wheel stays out
    of it. Beyond the tip the last height goes on.
    """
    straight = LineString(wanted).simplify(OUTLINE_TOLERANCE_MM if len(wanted) > 60 else 1e-9)
    corners = [(float(x), float(y)) for x, y in straight.coords]
    wall_x, wall_y = wall
    corners = [(wall_x, height_at(tuple(corners), wall_x)), *(each for each in corners if each[0] > wall_x)]
    tip_x, tip_y = corners[-1]
    beyond = [(tip_x + 2 * REACH_MM, tip_y)]
    shoulder = [(-2 * REACH_MM, wall_y), (wall_x, wall_y)]
    half = wheel.flat_mm / 2
    rim = (
        (-half, 0.0),
        (half, 0.0),
        (half + REACH_MM * wheel.flank, -REACH_MM),
        (-half - REACH_MM * wheel.flank, -REACH_MM),
    )
    top = _upper_edge(_swept([*shoulder, *corners, *beyond], rim))
    inside = LineString(clipped(top, wall_x, tip_x + 1.0, ceiling_mm)).simplify(PATH_TOLERANCE_MM)
    return _between_ceilings(tuple((float(x), float(y)) for x, y in inside.coords), ceiling_mm)


def _swept(path: Sequence[tuple[float, float]], rim: Sequence[tuple[float, float]]) -> BaseGeometry:
    """What a convex shape, given by its corners, covers on its way: the hulls of both its places at every move."""
    at, corners = np.asarray(path, dtype=np.float64), np.asarray(rim, dtype=np.float64)
    places = at[:, np.newaxis, :] + corners
    both_ends = np.concatenate([places[:-1], places[1:]], axis=1)
    moves, points, _ = both_ends.shape
    clouds = shapely.multipoints(both_ends.reshape(-1, 2), indices=np.repeat(np.arange(moves), points))
    swept: BaseGeometry = shapely.union_all(shapely.convex_hull(clouds))
    return swept


def _upper_edge(ground: BaseGeometry) -> Polyline:
    """The top of a shape whose underside lies far below."""
    if not isinstance(ground, Polygon):
        raise ValueError("the edge of a blade must be one piece")
    best: dict[float, float] = {}
    for x, y in ground.exterior.coords:
        key = round(x, 9)
        if y > -1.0 and y > best.get(key, -math.inf):
            best[key] = y
    corners: list[tuple[float, float]] = sorted(best.items())
    line = LineString(corners).simplify(1e-6)
    return tuple((float(x), float(y)) for x, y in line.coords)


def _between_ceilings(line: Polyline, ceiling_mm: float) -> Polyline:
    """From the last point in the air before the first cut to the first one in the air after the last cut."""
    below = [i for i, (_, y) in enumerate(line) if y < ceiling_mm - 1e-6]
    if not below:
        return ()
    return line[max(0, below[0] - 1) : below[-1] + 2]


def clipped(line: Polyline, x_from_mm: float, x_to_mm: float, top_mm: float) -> Polyline:
    """The part between two x, with everything above `top_mm` brought down to it."""
    xs = {x_from_mm, x_to_mm} | {x for x, _ in line if x_from_mm < x < x_to_mm}
    for (x0, y0), (x1, y1) in pairwise(line):
        if (y0 - top_mm) * (y1 - top_mm) < 0:
            cross = x0 + (top_mm - y0) * (x1 - x0) / (y1 - y0)
            if x_from_mm < cross < x_to_mm:
                xs.add(cross)
    along = np.array(sorted(xs))
    corners = np.array(line)
    heights = np.minimum(top_mm, np.interp(along, corners[:, 0], corners[:, 1]))
    simple = LineString(np.stack([along, heights], axis=1)).simplify(1e-7)
    return tuple((float(x), float(y)) for x, y in simple.coords)


def lowered_to(line: Polyline, floor_mm: float) -> Polyline:
    """The line with everything below `floor_mm` raised to it: one bite of several."""
    raised = clipped(tuple((x, -y) for x, y in line), line[0][0], line[-1][0], -floor_mm)
    return tuple((x, -y) for x, y in raised)


def height_at(line: Polyline, x_mm: float) -> float:
    """Height of a polyline, level beyond its ends."""
    xs, ys = zip(*line, strict=True)
    return float(np.interp(x_mm, xs, ys))


def left_behind(edge: Polyline, wheel: WheelShape, wanted: Polyline, x_mm: float) -> float:
    """Metal left above the wanted height at one x, mm."""
    across = np.linspace(-wheel.flat_mm, wheel.flat_mm, 401)
    xs, ys = zip(*edge, strict=True)
    rims = np.interp(x_mm + across, xs, ys) + np.maximum(0.0, np.abs(across) - wheel.flat_mm / 2) / wheel.flank
    return float(rims.min()) - height_at(wanted, x_mm)


def edge_left(edge: Polyline, wheel: WheelShape, length_mm: float, top_mm: float) -> NDArray[np.float64]:
    """The edge of a blade after the wheel's edge went along `edge`: x and height, on a fine grid.

    Over a straight move the rim is convex, so it is lowest over a point at an end of the move or under a corner.
    """
    x = np.arange(0.0, length_mm + PATH_GRID_MM / 2, PATH_GRID_MM)
    left = np.full_like(x, top_mm)
    for (x0, y0), (x1, y1) in pairwise(edge):
        half = wheel.half_width_mm(top_mm - min(y0, y1))
        first, last = np.searchsorted(x, (x0 - half, x1 + half))
        near = x[first:last]
        corners = (-wheel.flat_mm / 2, wheel.flat_mm / 2)
        for at in (np.full_like(near, x0), np.full_like(near, x1), *(np.clip(near + u, x0, x1) for u in corners)):
            run = y0 + (at - x0) * (y1 - y0) / (x1 - x0) if x1 != x0 else np.full_like(at, min(y0, y1))
            rise = np.maximum(0.0, np.abs(near - at) - wheel.flat_mm / 2) / wheel.flank
            np.minimum(left[first:last], run + rise, out=left[first:last])
    return np.stack([x, left], axis=1)


def metal_left(
    path: Sequence[tuple[float, float]], wheel: WheelShape, length_mm: float, height_mm: float
) -> BaseGeometry:
    """The blade after the wheel went along `path` (x, edge height): what stays, as a shape."""
    half = wheel.flat_mm / 2
    reach = wheel.flank * REACH_MM
    rim = ((-half, 0.0), (half, 0.0), (half + reach, REACH_MM), (-half - reach, REACH_MM))
    swept = _swept(path, rim)
    blade: BaseGeometry = box(0.0, 0.0, length_mm, height_mm)
    return blade.difference(swept)
