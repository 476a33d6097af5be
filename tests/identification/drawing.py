"""Keys drawn with plain polygons, independent of the simulator's optics and of the reader.

The conventions are the scan folder's alone: a backlit key dark on light, and a laser line whose x moves by
recess times tan(angle) and whose y is blade height with the spine at the bottom.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np

from config.keyway import CutSpec, Section, SpacingStop
from hardware.scan import Frame, ScanFrames

Points = np.ndarray


@dataclass(frozen=True)
class Sheet:
    """How a key is drawn and how it lies."""

    width_px: int = 1600
    height_px: int = 1200
    mm_per_px: float = 0.045
    head: str = "round"
    shoulders: str = "both"
    collar_mm: float = 0.0
    """How far a second collar stands along the cut edge."""
    turn_deg: float = 0.0
    bow_right: bool = False
    cuts_down: bool = False
    shift_mm: tuple[float, float] = (0.0, 0.0)
    dark: int = 20
    light: int = 235
    blur_px: float = 0.7
    noise: float = 2.0
    rgb: bool = False
    seed: int = 0


@dataclass(frozen=True)
class Line:
    """How a laser line is drawn."""

    width_px: int = 400
    height_px: int = 640
    mm_per_px: float = 0.02
    angle_deg: float = 45.0
    thickness_px: float = 4.0
    margin_mm: float = 0.8
    x_mm: float = 2.5
    bright: int = 240
    noise: float = 3.0
    lean_deg: float = 0.0
    lost: tuple[tuple[float, float], ...] = ()
    top_mm: float = 99.0
    red: bool = False
    seed: int = 0


def blade_edge(spec: CutSpec, roots_mm: Sequence[float], length_mm: float, height_mm: float) -> Points:
    """Upper edge from the shoulder to the tip: flats, flanks, a bevelled tip. Columns x and height."""
    x = np.arange(0.0, length_mm + 0.005, 0.01)
    edge = np.full(x.size, height_mm)
    slope = 1 / math.tan(math.radians(spec.angle_deg / 2))
    from_stop = length_mm - spec.nose_mm - x if spec.stop is SpacingStop.TIP else x
    for place, root in zip(spec.cut_positions_mm(len(roots_mm)), roots_mm, strict=True):
        edge = np.minimum(edge, root + slope * np.maximum(np.abs(from_stop - place) - spec.flat_mm / 2, 0.0))
    bevel = (height_mm - 3.94, 1.0) if spec.nose_mm else (height_mm * 0.45, 1.3)
    edge = np.minimum(edge, bevel[0] + (length_mm - x) * bevel[1])
    return np.stack([x, edge], axis=1)


def nosed(length_mm: float, height_mm: float, nose_mm: float) -> Points:
    """The lower edge of a blade whose nose runs on beyond a face, from the shoulder to the tip."""
    face = length_mm - nose_mm
    return np.array([[0.0, 0.0], [face, 0.0], [face, 0.34 * height_mm], [length_mm, 0.34 * height_mm]])


def outline(edge: Points, height_mm: float, sheet: Sheet, *, lower: Points | None = None) -> list[Points]:
    """The key as polygons in key coordinates (x from the shoulder, y above the spine)."""
    length = float(edge[-1, 0])
    low = np.array([[length, 0.45 * height_mm], [length - 3.0, 0.0], [0.0, 0.0]]) if lower is None else lower[::-1]
    blade = np.concatenate([np.array([[-5.0, 0.0], [-5.0, height_mm]]), edge, low])
    above = 1.8 if sheet.shoulders in ("both", "cut side") else 0.0
    below = 1.2 if sheet.shoulders in ("both", "spine side") else 0.0
    collar = np.array([[-7.0, -below], [-7.0, height_mm + above], [0.0, height_mm + above], [0.0, -below]])
    second = np.array(
        [[-7.0, height_mm / 2], [-7.0, height_mm + above], [sheet.collar_mm, height_mm + above],
         [sheet.collar_mm, height_mm / 2]]
    )  # fmt: skip
    parts = [blade, collar, *([second] if sheet.collar_mm else [])]
    middle = height_mm / 2
    if sheet.head == "round":
        turn = np.linspace(0, 2 * np.pi, 200)
        parts.append(np.stack([-16.0 + 11.5 * np.cos(turn), middle + 11.5 * np.sin(turn)], axis=1))
    elif sheet.head == "square":
        parts.append(
            np.array([[-26.0, middle - 11.0], [-26.0, middle + 11.0], [-4.0, middle + 11.0], [-4.0, middle - 11]])
        )
    else:
        turn = np.linspace(0, 2 * np.pi, 7)
        parts.append(np.stack([-17.0 + 13 * np.cos(turn), middle + 13 * np.sin(turn)], axis=1))
    return parts


@lru_cache(maxsize=8)
def _noise(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    """A sensor's noise of deviation one: most pictures are drawn with the same few seeds."""
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


def silhouette(parts: Sequence[Points], sheet: Sheet, *, hole: bool = True, centre_x_mm: float = 1.0) -> Frame:
    """Dark on light, each pixel by area. What no part reaches is light without looking."""
    over = 4

    def place(points: Points) -> np.ndarray:
        x, y = points[:, 0] - centre_x_mm, points[:, 1] - 4.0
        x = -x if sheet.bow_right else x
        y = -y if sheet.cuts_down else y
        a = math.radians(sheet.turn_deg)
        u = x * math.cos(a) - y * math.sin(a) + sheet.shift_mm[0]
        v = x * math.sin(a) + y * math.cos(a) + sheet.shift_mm[1]
        px = u / sheet.mm_per_px + sheet.width_px / 2
        py = -v / sheet.mm_per_px + sheet.height_px / 2
        return np.round((np.stack([px, py], axis=1) * over + (over - 1) / 2) * 16).astype(np.int32)

    grey = np.full((sheet.height_px, sheet.width_px), sheet.light, np.float32)
    placed = [place(part) for part in parts]
    reach = np.concatenate([*placed, np.zeros((0, 2), np.int32)]) // (16 * over)
    beside_px = 3 + math.ceil(4 * sheet.blur_px)
    left, top = np.maximum(reach.min(axis=0, initial=sheet.width_px) - beside_px, 0)
    right, bottom = np.minimum(reach.max(axis=0, initial=0) + beside_px, (sheet.width_px, sheet.height_px))
    corner = np.array([left, top]) * over * 16
    image = np.zeros((max(bottom - top, 1) * over, max(right - left, 1) * over), np.uint8)
    for part in placed:
        # A filled polygon takes in its border; counting the border half puts the edge where it belongs.
        one = np.zeros_like(image)
        cv2.fillPoly(one, [part - corner], 255, lineType=cv2.LINE_8, shift=4)
        cv2.polylines(one, [part - corner], True, 128, 1, cv2.LINE_8, 4)
        np.maximum(image, one, out=image)
    if hole:
        turn = np.linspace(0, 2 * np.pi, 90)
        ring = place(np.stack([-21 + 2.5 * np.cos(turn), 4 + 2.5 * np.sin(turn)], axis=1))
        cv2.fillPoly(image, [ring - corner], 0, shift=4)
    shares = cv2.resize(image, None, fx=1 / over, fy=1 / over, interpolation=cv2.INTER_AREA)
    covered = shares.astype(np.float32) / 255
    key = sheet.light + (sheet.dark - sheet.light) * covered
    if sheet.blur_px > 0:
        key = cv2.GaussianBlur(key, (0, 0), sheet.blur_px)
    seen = grey[top:bottom, left:right]
    seen[:] = key[: seen.shape[0], : seen.shape[1]]
    grey += np.float32(sheet.noise) * _noise(sheet.seed, grey.shape)
    pixels = np.clip(np.rint(grey), 0, 255).astype(np.uint8)
    return Frame(np.repeat(pixels[:, :, None], 3, axis=2) if sheet.rgb else pixels, sheet.mm_per_px)


def laser_line(face: Sequence[tuple[float, float]], height_mm: float, line: Line) -> Frame:
    """A face under a laser sheet, drawn row by row with a Gaussian profile."""
    heights, recesses = zip(*face, strict=True)
    rows = np.arange(line.height_px * 4) / 4 - 0.375
    height = (line.height_px - 0.5 - rows) * line.mm_per_px - line.margin_mm
    seen = (height >= 0) & (height <= min(height_mm, line.top_mm))
    for low, high in line.lost:
        seen &= ~((height > low) & (height < high))
    recess = np.interp(height, heights, recesses) + math.tan(math.radians(line.lean_deg)) * height
    x = (line.x_mm + recess * math.tan(math.radians(line.angle_deg))) / line.mm_per_px
    deviation_px = line.thickness_px / 2
    image = np.float32(line.noise) * _noise(line.seed, (line.height_px, line.width_px)) + 8
    # Beyond six deviations there is no light that a grey level shows.
    first = max(math.floor(x.min() - 6 * deviation_px), 0)
    columns = np.arange(first, min(math.ceil(x.max() + 6 * deviation_px), line.width_px), dtype=np.float32)
    profile = np.exp(-0.5 * ((columns - x[:, None].astype(np.float32)) / deviation_px) ** 2) * seen[:, None]
    lit = profile.reshape(line.height_px, 4, columns.size).mean(axis=1) * line.bright
    image[:, first : first + columns.size] += lit
    grey = np.clip(image, 0, 255).astype(np.uint8)
    if not line.red:
        return Frame(grey, line.mm_per_px)
    pixels = np.zeros((*grey.shape, 3), np.uint8)
    pixels[:, :, 0] = grey
    return Frame(pixels, line.mm_per_px)


def drawn_key(
    spec: CutSpec,
    bitting: Sequence[str],
    section: Section,
    length_mm: float,
    sheet: Sheet | None = None,
    line: Line | None = None,
) -> ScanFrames:
    """A whole scan, but for its head view."""
    sheet, line = sheet or Sheet(), line or Line()
    edge = blade_edge(spec, [spec.root_mm_of[code] for code in bitting], length_mm, section.height_mm)
    lower = nosed(length_mm, section.height_mm, spec.nose_mm) if spec.nose_mm else None
    return ScanFrames(
        silhouette=silhouette(outline(edge, section.height_mm, sheet, lower=lower), sheet),
        line_left=laser_line(section.left, section.height_mm, line),
        line_right=laser_line(section.right, section.height_mm, replace(line, seed=line.seed + 1)),
        laser_angle_deg=line.angle_deg,
    )
