"""Where the blade of a contour lies: its straight edge, its free end, which side is cut.

Responsible for: distinguishing a key from another object and laying a frame along the blade, good to about a tenth of a
millimetre and a tenth of a degree. Not responsible for: measuring (see `outline`).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.identification.outline.segment import Segment
from kiosk.key.reading import Floats, Outcome

WIDEST_BLADE_MM = 12.2
"""Blade with shoulders; every bow is wider."""
SHORTEST_RUN_MM = 9.0
SHORTEST_KEY_MM, LONGEST_KEY_MM = 25.0, 140.0
_BIN_MM = 0.25


@dataclass(frozen=True)
class BladeFrame:
    """A frame in image mm: `origin` on the straight edge at the tip, `along` towards the tip, `up` to the other edge.

    `run_mm` is how far back from the tip the object stays as narrow as a blade; `height_mm` its typical span.
    """

    origin: tuple[float, float]
    along: tuple[float, float]
    up: tuple[float, float]
    run_mm: float
    height_mm: float


@dataclass(frozen=True)
class _Run:
    """How far from its narrow end an object stays narrow, seen along `angle_rad`; `sign` +1: tip at larger u."""

    angle_rad: float
    sign: int
    length_mm: float
    tip_mm: float
    whole: bool


def find_blade(found: Segment) -> BladeFrame | Outcome:
    """Lay a frame along the blade, or say that this is no key."""
    points = found.contour_mm
    (_, _), sides, box_deg = cv2.minAreaRect(points.astype(np.float32))
    longest = float(max(sides))
    if not SHORTEST_KEY_MM <= longest <= LONGEST_KEY_MM:
        return Outcome.NOT_A_KEY
    centred = points - points.mean(axis=0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    principal = float(np.arctan2(vectors[1, 1], vectors[0, 1]))
    box = float(np.deg2rad(box_deg))
    steps = np.deg2rad(np.arange(-12.0, 12.1, 4.0))
    angles = [*(principal + steps), 0.0, box, box + np.pi / 2]
    best = max((_run(points, float(angle)) for angle in angles), key=lambda run: run.length_mm)
    if best.whole or best.length_mm < SHORTEST_RUN_MM:
        return Outcome.NOT_A_KEY
    angle = _straightest(points, best)
    run = _run(points, angle)
    if run.whole or run.length_mm < SHORTEST_RUN_MM:
        return Outcome.NOT_A_KEY
    return _frame(points, run)


def lay_along(points: Floats) -> BladeFrame:
    """A frame on the straight base of a bar: `origin` at one end of it, `up` into the bar."""
    (_, _), sides, box_deg = cv2.minAreaRect(points.astype(np.float32))
    turn = np.deg2rad(box_deg) if sides[0] >= sides[1] else np.deg2rad(box_deg) + np.pi / 2
    u, _ = _turned(points, float(turn))
    angle = _straightest(points, _Run(float(turn), 1, float(np.ptp(u)), float(u.max()), True))
    u, _ = _turned(points, angle)
    return _frame(points, _Run(angle, 1, float(np.ptp(u)), float(u.max()), True))


def _turned(points: Floats, angle_rad: float) -> tuple[Floats, Floats]:
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return points[:, 0] * c + points[:, 1] * s, points[:, 1] * c - points[:, 0] * s


def _run(points: Floats, angle_rad: float) -> _Run:
    """The longer of the two narrow ends when looking along `angle_rad`."""
    u, v = _turned(points, angle_rad)
    start = float(u.min())
    index = ((u - start) / _BIN_MM).astype(np.intp)
    count = int(index.max()) + 1
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, index, v)
    np.maximum.at(high, index, v)
    wide = np.nonzero(high - low > WIDEST_BLADE_MM)[0]
    if wide.size == 0:
        return _Run(angle_rad, 1, count * _BIN_MM, start + count * _BIN_MM, True)
    from_low, from_high = float(wide[0]) * _BIN_MM, float(count - 1 - wide[-1]) * _BIN_MM
    if from_low > from_high:
        return _Run(angle_rad, -1, from_low, start, False)
    return _Run(angle_rad, 1, from_high, float(u.max()), False)


def _in_run(
    u: Floats, run: _Run, tip_margin_mm: float, bow_margin_mm: float
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    back = (run.tip_mm - u) * run.sign
    return np.asarray((back > tip_margin_mm) & (back < run.length_mm - bow_margin_mm))


def _straightest(points: Floats, run: _Run) -> float:
    """Direction of the longest straight edge of the narrow end."""
    u, _ = _turned(points, run.angle_rad)
    blade = points[_in_run(u, run, 1.0, 0.5)]
    middle = blade.mean(axis=0)
    best_angle, best_v = _most_in_line(blade - middle, run.angle_rad + np.deg2rad(np.arange(-20.0, 20.01, 0.25)))
    for reach in (0.3, 0.2, 0.15):
        u, v = _turned(blade - middle, best_angle)
        near = np.abs(v - best_v) < reach
        if near.sum() < 20:
            break
        slope, level = np.polyfit(u[near], v[near], 1)
        best_angle, best_v = best_angle + float(np.arctan(slope)), float(level)
    return best_angle


def _most_in_line(points: Floats, angles_rad: Floats) -> tuple[float, float]:
    """Direction, and distance across it, at which most points lie within a fifth of a millimetre; all at once."""
    across = np.stack([-np.sin(angles_rad), np.cos(angles_rad)])
    index = np.rint((points @ across + 60.0) / 0.1).astype(np.intp)
    width = int(index.max()) + 2
    counts = np.bincount((index + np.arange(angles_rad.size) * width).ravel(), minlength=angles_rad.size * width)
    by_angle = counts.reshape(angles_rad.size, width)
    sums = by_angle[:, :-1] + by_angle[:, 1:]
    angle, at = np.unravel_index(int(np.argmax(sums)), sums.shape)
    return float(angles_rad[angle]), (int(at) + 0.5) * 0.1 - 60.0


def _frame(points: Floats, run: _Run) -> BladeFrame:
    u, v = _turned(points, run.angle_rad)
    inside = _in_run(u, run, 2.0, 0.5)
    if inside.sum() < 20:
        inside = _in_run(u, run, 0.5, 0.0)
    low, high = float(np.percentile(v[inside], 2)), float(np.percentile(v[inside], 98))
    # The straight edge is the one more points lie close to; both are measured again at full resolution.
    edges = {side: _most_common(v[inside & ((v > (low + high) / 2) == side)]) for side in (False, True)}
    counts = {side: int((np.abs(v[inside] - edges[side]) < 0.12).sum()) for side in (False, True)}
    spine_is_high = counts[True] > counts[False]
    along = np.array([np.cos(run.angle_rad), np.sin(run.angle_rad)])
    across = np.array([-np.sin(run.angle_rad), np.cos(run.angle_rad)])
    origin = along * run.tip_mm + across * edges[spine_is_high]
    up = -across if spine_is_high else across
    along = along * run.sign
    return BladeFrame(
        origin=(float(origin[0]), float(origin[1])),
        along=(float(along[0]), float(along[1])),
        up=(float(up[0]), float(up[1])),
        run_mm=run.length_mm,
        height_mm=high - low,
    )


def _most_common(values: Floats) -> float:
    if values.size == 0:
        return 0.0
    bins = np.round(values / 0.1).astype(np.intp)
    first = int(bins.min())
    counts = np.bincount(bins - first)
    centre = (int(np.argmax(counts)) + first) * 0.1
    near = values[np.abs(values - centre) <= 0.15]
    return float(np.median(near))
