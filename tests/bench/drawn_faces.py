"""Scans of milled and plain keys, drawn from formulas: nothing of the reader's or the simulator's optics is in them.

Responsible for: ten shapes of milling, ten of grinding by hand, a face lit along the blade, its outline against the
light. Only the part of a picture that holds the key is computed; the rest is tray. Not responsible for: what is read
in them (`bench_milling`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from config.keyway import Section
from hardware.scan import Frame, ScanFrames
from tests.identification.drawing import Line, laser_line

Field = np.ndarray
_LINE_PICTURES = 3
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

    def depth_at(self, x: Field, y: Field) -> Field:
        """Metal taken off, mm."""
        return self.depth_mm * SHAPES[self.shape]((x - self.x_mm) / self.radius_mm, (y - self.y_mm) / self.radius_mm)


@dataclass(frozen=True)
class Ground:
    """What a hand tool took off: a kind of GROUND, its middle, how far it reaches along and across, and its depth."""

    kind: str
    x_mm: float
    y_mm: float
    along_mm: float
    across_mm: float
    depth_mm: float

    def depth_at(self, x: Field, y: Field) -> Field:
        """Metal taken off, mm."""
        return self.depth_mm * GROUND[self.kind]((x - self.x_mm) / self.along_mm, (y - self.y_mm) / self.across_mm)


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


GROUND: dict[str, Callable[[Field, Field], Field]] = {
    # Depth, 0 to 1; along and across in half lengths and half widths.
    "flat beside a cut": lambda x, y: np.clip((y + 1) / 2, 0.0, 1.0) * np.clip((1 - abs(x)) * 8.0, 0.0, 1.0),
    "dimple at the tip": lambda x, y: np.clip((1 - np.hypot(x, y)) * 1.5, 0.0, 1.0),
    "groove at the spine": lambda x, y: _round(np.maximum(abs(x) - 0.9, 0.0) * 10.0, y),
    "step at the bow": lambda x, y: np.clip((1 - x) * 20.0, 0.0, 1.0) + 0 * y,
    "strip on short slopes": lambda x, y: np.clip((1 - abs(x)) * 3.5, 0.0, 1.0) * (abs(y) < 1),
    "strip on long slopes": lambda x, y: np.clip((1 - abs(x)) * 2.0, 0.0, 1.0) * (abs(y) < 1),
    "scallop": lambda x, y: np.maximum(1 - x**2, 0.0) * (abs(y) < 1),
    "strip out over the tip": lambda x, y: np.clip(x * 20.0, 0.0, 1.0) * (abs(y) < 1),
    "slope out over the tip": lambda x, y: np.clip(x, 0.0, 1.0) + 0 * y,
    "slope out under the bow": lambda x, y: np.clip(-x, 0.0, 1.0) + 0 * y,
}


@dataclass(frozen=True)
class Lying:
    """How the key lies: turn, shift, and which way round, as the conventions of the scan folder leave it open."""

    turn_deg: float
    shift_mm: tuple[float, float]
    bow_right: bool
    cuts_down: bool

    def to_key(self, mm_per_px: float, size_px: tuple[int, int]) -> tuple[Field, Field]:
        """Where on the key every pixel of a picture lies, mm from the shoulder and above the spine."""
        columns, rows = np.arange(size_px[0]) + 0.5, np.arange(size_px[1]) + 0.5
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
    hollows: dict[str, Sequence[Hollow | Ground]]
    finish: str


def _metal(key: DrawnKey, x: Field, y: Field) -> Field:
    """Where there is metal, by the key's own shape."""
    length, height = float(key.edge[-1, 0]), key.section.height_mm
    blade = (x >= -5) & (x <= length) & (y >= 0) & (y <= height)
    along, above = x[blade], y[blade]
    low = np.maximum((along - (length - 3.0)) * 0.15 * height, 0.0)
    blade[blade] = (above >= low) & (above <= np.interp(along, key.edge[:, 0], key.edge[:, 1]))
    collar = (x >= -7) & (x <= 0) & (y >= -1.2) & (y <= height + 1.8)
    bow = ((x + 16) ** 2 + (y - height / 2) ** 2 < 11.5**2) & ((x + 21) ** 2 + (y - 4) ** 2 > 2.5**2)
    return blade | collar | bow


def _key_in(metal: Field) -> tuple[slice, slice]:
    """The part of a picture that holds the key, with room for a blur."""
    rows, columns = np.nonzero(metal.any(axis=1))[0], np.nonzero(metal.any(axis=0))[0]
    return slice(max(rows[0] - 6, 0), rows[-1] + 7), slice(max(columns[0] - 6, 0), columns[-1] + 7)


def silhouette(key: DrawnKey, lying: Lying, rng: np.random.Generator) -> Frame:
    """Dark on light, each pixel by the share of it that is covered."""
    mm, size, over = 0.06, (1300, 875), 3
    x, y = lying.to_key(mm, size)
    covered = _metal(key, x, y).astype(np.float32)
    # Along its outline a pixel is covered in part.
    change = np.zeros(covered.shape, bool)
    down, across = covered[1:] != covered[:-1], covered[:, 1:] != covered[:, :-1]
    for part, differs in ((np.s_[1:], down), (np.s_[:-1], down), (np.s_[:, 1:], across), (np.s_[:, :-1], across)):
        change[part] |= differs
    ways = (np.arange(over) - (over - 1) / 2) / over
    along_u, along_v = (x[0, 1] - x[0, 0], y[0, 1] - y[0, 0]), (x[1, 0] - x[0, 0], y[1, 0] - y[0, 0])
    parts = [
        _metal(key, x[change] + du * along_u[0] + dv * along_v[0], y[change] + du * along_u[1] + dv * along_v[1])
        for du in ways
        for dv in ways
    ]
    covered[change] = np.mean(parts, axis=0)
    box = _key_in(covered)
    grey = np.full(covered.shape, np.float32(228.0))
    grey[box] = _soft(228.0 - 212.0 * covered[box], 0.9)
    grey += 2.0 * rng.standard_normal(covered.shape, dtype=np.float32)
    return Frame(np.clip(np.rint(grey), 0, 255).astype(np.uint8), mm)


def lit_faces(
    key: DrawnKey, face: Sequence[tuple[float, float]], name: str, lying: Lying, rng: np.random.Generator
) -> tuple[Frame, Frame]:
    """A face in light from the left that grazes it, and in such light from the right, by the slope of its surface."""
    x, y = lying.to_key(FACE_MM, FACE_PX)
    metal = _metal(key, x, y)
    box = _key_in(metal)
    x, y, metal = x[box], y[box], metal[box]
    depth = np.zeros_like(x)
    heights, recesses = zip(*face, strict=True)
    on_blade = (x > 0) & (x < key.edge[-1, 0])
    depth[on_blade] = np.interp(y[on_blade], heights, recesses)
    for hollow in key.hollows.get(name, ()):
        depth[on_blade] += hollow.depth_at(x[on_blade], y[on_blade])
    down, across = np.gradient(depth, FACE_MM)
    # The surface falls where depth grows; its normal leans that way.
    size = np.sqrt(1 + across**2 + down**2)
    bright, stained = FINISHES[key.finish]
    frames = []
    for end, texture in zip((-1.0, 1.0), _brushed(metal.shape, stained, rng), strict=True):
        lamp, way = math.radians(rng.uniform(16, 30)), math.radians(rng.uniform(-6, 6))
        towards = (end * math.cos(lamp) * math.cos(way), math.cos(lamp) * math.sin(way), math.sin(lamp))
        facing = (across * towards[0] + down * towards[1] + towards[2]) / size
        dull = np.clip(facing / towards[2], 0.0, 2.2)
        gloss = np.clip(facing, 0.0, 1.0) ** 12 * 0.6
        shine = bright * (0.2 + 0.8 * (dull + gloss) / (1 + 0.6 * towards[2] ** 12))
        lit = np.where(metal, shine * texture, 15.0).astype(np.float32)
        picture = np.full((FACE_PX[1], FACE_PX[0]), np.float32(15.0))
        picture[box] = _soft(lit, 0.8)
        picture *= np.float32(rng.uniform(0.92, 1.08))
        picture += 2.5 * rng.standard_normal(picture.shape, dtype=np.float32)
        frames.append(Frame(np.clip(np.rint(picture), 0, 255).astype(np.uint8), FACE_MM))
    return frames[0], frames[1]


def drawn_scan(key: DrawnKey, lying: Lying, rng: np.random.Generator) -> ScanFrames:
    """All views but the head's: this is about faces."""
    shape, pictures = key.section, int(rng.integers(_LINE_PICTURES))
    faces = {"left": key.section.left, "right": key.section.right}
    upper = "left" if lying.bow_right == lying.cuts_down else "right"
    lower = "right" if upper == "left" else "left"
    above, above_far = lit_faces(key, faces[upper], upper, lying, rng)
    below, below_far = lit_faces(key, faces[lower], lower, lying, rng)
    return ScanFrames(
        silhouette=silhouette(key, lying, rng),
        line_left=_line_view(tuple(shape.left), shape.height_mm, pictures),
        line_right=_line_view(tuple(shape.right), shape.height_mm, pictures),
        face_above=above,
        face_below=below,
        face_above_far=above_far,
        face_below_far=below_far,
    )


@lru_cache(maxsize=256)
def _line_view(face: tuple[tuple[float, float], ...], height_mm: float, number: int) -> Frame:
    """One of a few pictures of a section's line: nothing here turns on it."""
    return laser_line(face, height_mm, Line(seed=number))


def _brushed(shape: tuple[int, ...], stained: float, rng: np.random.Generator) -> tuple[Field, Field]:
    """Streaks of a brush drawn along the picture, stains as soft spots, and a few straight scratches; about 1.

    Under two lamps: half of a streak is colour and half the slope of its side, which is dark where it was bright; a
    stain is the same to a few hundredths, but for a gloss of its own; a scratch may be either.
    """
    colour, side = (_streaks(shape, rng) for _ in range(2))
    textures = [1.0 + 0.06 * math.sqrt(0.5) * (colour + sign * side) for sign in (1.0, -1.0)]
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    for _ in range(round(40 * colour.size / (FACE_PX[0] * FACE_PX[1])) if stained else 0):
        cx, cy, wide = rng.uniform(0, shape[1]), rng.uniform(0, shape[0]), rng.uniform(18, 45)
        box = np.s_[max(0, int(cy - 3 * wide)) : int(cy + 3 * wide), max(0, int(cx - 3 * wide)) : int(cx + 3 * wide)]
        away = ((columns[box] - cx) ** 2 + (rows[box] - cy) ** 2) / wide**2
        strength = stained * rng.uniform(-1, 1)
        for texture in textures:
            texture[box] *= 1.0 - strength * rng.uniform(0.9, 1.1) * np.exp(-0.5 * away)
    for _ in range(int(rng.poisson(3))):
        start, way = rng.uniform(0, 1, 2) * (shape[1], shape[0]), rng.uniform(0, math.pi)
        along = np.arange(0, rng.uniform(30, 150), 0.5)
        px = np.rint(start[0] + along * math.cos(way)).astype(int)
        py = np.rint(start[1] + along * math.sin(way)).astype(int)
        inside = (px >= 0) & (px < shape[1]) & (py >= 0) & (py < shape[0])
        for texture in textures:
            texture[py[inside], px[inside]] *= 1.0 + rng.choice([-0.3, 0.35])
    return textures[0], textures[1]


def _streaks(shape: tuple[int, ...], rng: np.random.Generator) -> Field:
    streaks = rng.standard_normal(shape, dtype=np.float32)
    sums = np.cumsum(np.pad(streaks, ((0, 0), (9, 0))), axis=1)
    return (sums[:, 9:] - sums[:, :-9]) / 3.0


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
