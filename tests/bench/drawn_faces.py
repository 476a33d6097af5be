"""Scans of milled and plain keys, drawn from formulas: nothing of the reader's or the simulator's optics is in them.

Responsible for: the ten shapes of milling, a face lit along the blade, its outline against the light. Not responsible
for: what is read in them (`bench_milling`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from config.keyway import Section
from hardware.scan import Frame, ScanFrames
from tests.identification.drawing import Line, laser_line

Field = np.ndarray
FACE_PX, FACE_MM = (1040, 700), 0.075
FINISHES = {"brass": (135.0, 0.0), "nickel": (150.0, 0.0), "tarnished": (95.0, 0.18), "black": (60.0, 0.0)}


@dataclass(frozen=True)
class Hollow:
    """One hollow: a shape of SHAPES, where its middle lies (from the shoulder, above the spine), and its size in mm."""

    shape: str
    x_mm: float
    y_mm: float
    radius_mm: float
    depth_mm: float


def _round(x: Field, y: Field) -> Field:
    return np.sqrt(np.maximum(1 - x**2 - y**2, 0.0))


SHAPES: dict[str, Callable[[Field, Field], Field]] = {
    # Depth, 0 to 1, over the distance from the middle in radii.
    "ball": _round,
    "drill": lambda x, y: np.clip((1 - np.hypot(x, y)) * 3.0, 0.0, 1.0),
    "cone": lambda x, y: np.maximum(1 - np.hypot(x, y), 0.0),
    "oval along": lambda x, y: _round(x / 1.8, y),
    "oval across": lambda x, y: _round(x, y / 1.5),
    "square pocket": lambda x, y: np.clip((1 - np.maximum(abs(x), abs(y))) * 4.0, 0.0, 1.0),
    "slot": lambda x, y: _round(np.maximum(abs(x) - 1.5, 0.0), y),
    "slanted slot": lambda x, y: _round(np.maximum(abs(0.77 * x + 0.64 * y) - 1.2, 0.0), 0.77 * y - 0.64 * x),
    "ring": lambda x, y: np.clip(1.2 - 3.2 * abs(np.hypot(x, y) - 0.75), 0.0, 1.0),
    "notch across": lambda x, y: np.clip((1 - abs(x)) * 1.5, 0.0, 1.0) * (abs(y) < 2.0),
}


@dataclass(frozen=True)
class Lying:
    """How the key lies: turn, shift, and which way round, as the conventions of the scan folder leave it open."""

    turn_deg: float
    shift_mm: tuple[float, float]
    bow_right: bool
    cuts_down: bool

    def to_key(self, mm_per_px: float, size_px: tuple[int, int], over: int = 1) -> tuple[Field, Field]:
        """Where on the key every pixel of a picture lies, mm from the shoulder and above the spine."""
        columns = (np.arange(size_px[0] * over) + 0.5) / over
        rows = (np.arange(size_px[1] * over) + 0.5) / over
        u = ((columns[None, :] - size_px[0] / 2) * mm_per_px - self.shift_mm[0]).astype(np.float32)
        v = (-(rows[:, None] - size_px[1] / 2) * mm_per_px - self.shift_mm[1]).astype(np.float32)
        a = math.radians(self.turn_deg)
        x, y = u * math.cos(a) + v * math.sin(a), v * math.cos(a) - u * math.sin(a)
        return (-x if self.bow_right else x) + 1.0, (-y if self.cuts_down else y) + 4.0


@dataclass(frozen=True)
class DrawnKey:
    """A key: its upper edge over x from the shoulder, its section, and what is milled into the face of each name."""

    edge: np.ndarray
    section: Section
    hollows: dict[str, Sequence[Hollow]]
    finish: str


def _metal(key: DrawnKey, x: Field, y: Field) -> Field:
    """Where there is metal, by the key's own shape."""
    length, height = float(key.edge[-1, 0]), key.section.height_mm
    top = np.interp(x, key.edge[:, 0], key.edge[:, 1])
    low = np.maximum((x - (length - 3.0)) * 0.15 * height, 0.0)
    blade = (x >= -5) & (x <= length) & (y >= low) & (y <= top)
    collar = (x >= -7) & (x <= 0) & (y >= -1.2) & (y <= height + 1.8)
    bow = ((x + 16) ** 2 + (y - height / 2) ** 2 < 11.5**2) & ((x + 21) ** 2 + (y - 4) ** 2 > 2.5**2)
    return blade | collar | bow


def silhouette(key: DrawnKey, lying: Lying, rng: np.random.Generator) -> Frame:
    """Dark on light, each pixel by the share of it that is covered."""
    mm, size, over = 0.06, (1300, 875), 2
    x, y = lying.to_key(mm, size, over)
    covered = _metal(key, x, y).astype(np.float32).reshape(size[1], over, size[0], over).mean(axis=(1, 3))
    grey = _soft(228.0 - 212.0 * covered, 0.9) + 2.0 * rng.standard_normal(covered.shape, dtype=np.float32)
    return Frame(np.clip(np.rint(grey), 0, 255).astype(np.uint8), mm)


def lit_face(
    key: DrawnKey, face: Sequence[tuple[float, float]], name: str, lying: Lying, rng: np.random.Generator
) -> Frame:
    """A face in light from the left that grazes it, by the slope of its surface."""
    over = 1
    x, y = lying.to_key(FACE_MM, FACE_PX, over)
    depth = np.zeros_like(x)
    heights, recesses = zip(*face, strict=True)
    on_blade = (x > 0) & (x < key.edge[-1, 0])
    depth[on_blade] = np.interp(y[on_blade], heights, recesses)
    for hollow in key.hollows.get(name, ()):
        near = np.hypot(x - hollow.x_mm, y - hollow.y_mm) < 4 * hollow.radius_mm
        shape = SHAPES[hollow.shape]
        at_x, at_y = (x[near] - hollow.x_mm) / hollow.radius_mm, (y[near] - hollow.y_mm) / hollow.radius_mm
        depth[near] += hollow.depth_mm * shape(at_x, at_y)
    step = FACE_MM / over
    down, across = np.gradient(depth, step)
    lamp, way = math.radians(rng.uniform(16, 30)), math.radians(rng.uniform(-6, 6))
    towards = (-math.cos(lamp) * math.cos(way), math.cos(lamp) * math.sin(way), math.sin(lamp))
    # The surface falls where depth grows; its normal leans that way.
    size = np.sqrt(1 + across**2 + down**2)
    facing = (across * towards[0] + down * towards[1] + towards[2]) / size
    dull = np.clip(facing / towards[2], 0.0, 2.2)
    gloss = np.clip(facing, 0.0, 1.0) ** 12 * 0.6
    bright, stained = FINISHES[key.finish]
    shine = bright * (0.2 + 0.8 * (dull + gloss) / (1 + 0.6 * towards[2] ** 12))
    metal = _metal(key, x, y)
    picture = np.where(metal, shine, 15.0).astype(np.float32)
    picture = picture.reshape(FACE_PX[1], over, FACE_PX[0], over).mean(axis=(1, 3))
    on = metal[over // 2 :: over, over // 2 :: over]
    picture = np.where(on, picture * _brushed(picture.shape, stained, rng), picture)
    picture = _soft(picture, 0.8) * rng.uniform(0.92, 1.08) + 2.5 * rng.standard_normal(picture.shape, dtype=np.float32)
    return Frame(np.clip(np.rint(picture), 0, 255).astype(np.uint8), FACE_MM)


def drawn_scan(key: DrawnKey, lying: Lying, rng: np.random.Generator) -> ScanFrames:
    """All views but the head's: this is about faces."""
    line = Line(seed=int(rng.integers(1 << 30)))
    faces = {"left": key.section.left, "right": key.section.right}
    upper = "left" if lying.bow_right == lying.cuts_down else "right"
    lower = "right" if upper == "left" else "left"
    return ScanFrames(
        silhouette=silhouette(key, lying, rng),
        line_left=laser_line(key.section.left, key.section.height_mm, line),
        line_right=laser_line(key.section.right, key.section.height_mm, line),
        face_above=lit_face(key, faces[upper], upper, lying, rng),
        face_below=lit_face(key, faces[lower], lower, lying, rng),
    )


def _brushed(shape: tuple[int, ...], stained: float, rng: np.random.Generator) -> Field:
    """Streaks of a brush drawn along the picture, stains as soft spots, and a few straight scratches; about 1."""
    streaks = rng.standard_normal(shape, dtype=np.float32)
    sums = np.cumsum(np.pad(streaks, ((0, 0), (9, 0))), axis=1)
    streaks = (sums[:, 9:] - sums[:, :-9]) / 3.0
    texture = 1.0 + 0.06 * streaks
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    for _ in range(40 if stained else 0):
        cx, cy, wide = rng.uniform(0, shape[1]), rng.uniform(0, shape[0]), rng.uniform(18, 45)
        box = np.s_[max(0, int(cy - 3 * wide)) : int(cy + 3 * wide), max(0, int(cx - 3 * wide)) : int(cx + 3 * wide)]
        away = ((columns[box] - cx) ** 2 + (rows[box] - cy) ** 2) / wide**2
        texture[box] *= 1.0 - stained * rng.uniform(-1, 1) * np.exp(-0.5 * away)
    for _ in range(int(rng.poisson(3))):
        start, way = rng.uniform(0, 1, 2) * (shape[1], shape[0]), rng.uniform(0, math.pi)
        along = np.arange(0, rng.uniform(30, 150), 0.5)
        px = np.rint(start[0] + along * math.cos(way)).astype(int)
        py = np.rint(start[1] + along * math.sin(way)).astype(int)
        inside = (px >= 0) & (px < shape[1]) & (py >= 0) & (py < shape[0])
        texture[py[inside], px[inside]] *= 1.0 + rng.choice([-0.3, 0.35])
    return texture


def _soft(picture: Field, sigma: float) -> Field:
    """Gaussian blur, row by row and column by column."""
    reach = math.ceil(3 * sigma)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    rows = np.pad(picture, ((reach, reach), (0, 0)), mode="edge")
    count = picture.shape[0]
    picture = sum((np.float32(w) * rows[at : at + count] for at, w in enumerate(kernel)), start=np.float32(0.0))
    columns = np.pad(picture, ((0, 0), (reach, reach)), mode="edge")
    count = picture.shape[1]
    return sum((np.float32(w) * columns[:, at : at + count] for at, w in enumerate(kernel)), start=np.float32(0.0))
