"""Worn, tilted and wrongly scaled keys, drawn from the trade's figures alone.

Shares no code with the reader and none with the simulator: cuts are laid out here in inches as depth and space sheets
print them, wear takes metal away, a silhouette is what a solid blade's corners cast, and pictures are PIL polygons.
Only the outlines of the sections come from the catalogue, as numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from config.keyway import Section
from hardware.scan import Frame, ScanFrames

INCH = 25.4
CAMERA_MM = 250.0
"""From the lens to the glass: a blade lifted by a tenth of a millimetre is seen larger by 0.04 %."""


@dataclass(frozen=True)
class Chart:
    """One line of a depth and space sheet, inches; codes from the shallowest."""

    blank: str
    section: str
    first: float
    pitch: float
    roots: dict[str, float]
    flat: float
    angle_deg: float
    height: float
    length: float
    cuts: int
    least_apart: int = 7
    """Most steps between neighbours."""


def _steps(codes: str, first: float, step: float) -> dict[str, float]:
    return {code: round(first - step * at, 5) for at, code in enumerate(codes)}


_KW = Chart(
    "KW1", "kwikset:kw1", 0.247, 0.150, _steps("1234567", 0.329, 0.023), 0.084, 90, 0.335, 1.093, 5, least_apart=4
)
_SC = Chart("SC1", "schlage:c", 0.231, 0.1562, _steps("0123456789", 0.335, 0.015), 0.031, 100, 0.343, 1.053, 5)
_M1 = Chart(
    "M1", "master:k1", 0.186, 0.125, _steps("01234567", 0.272, 0.0155), 0.044, 90, 0.281, 0.732, 4, least_apart=5
)
CHARTS = (
    _KW,
    replace(_KW, blank="KW5", cuts=6, length=1.243),
    _SC,
    replace(_SC, blank="SC4", cuts=6, length=1.209),
    _M1,
)
OLD_KWIKSET = replace(_KW, roots={"1": 0.328, "3": 0.297, "5": 0.266, "7": 0.235}, least_apart=3)
MASTER_BY_MACHINE = replace(_M1, roots=_steps("01234567", 0.275, 0.015))


@dataclass(frozen=True)
class Lie:
    """How wrongly the silhouette shows the key: its scale, its turn about and across the blade, its height."""

    scale: float = 1.0
    roll_deg: float = 0.0
    pitch_deg: float = 0.0
    lift_mm: float = 0.0


@dataclass(frozen=True, repr=False)
class Worn:
    """What use took off: from each root, and from the edge between the cuts."""

    roots_mm: np.ndarray
    edge_mm: float = 0.0


def code_for(chart: Chart, rng: np.random.Generator) -> str:
    codes = list(chart.roots)
    while True:
        steps = rng.integers(len(codes), size=chart.cuts)
        if np.abs(np.diff(steps)).max() <= chart.least_apart:
            return "".join(codes[step] for step in steps)


def edge_of(chart: Chart, code: Sequence[str], worn: Worn) -> np.ndarray:
    """Columns: distance from the shoulder, height above the back, mm; down to the tip."""
    length, height = chart.length * INCH, chart.height * INCH - worn.edge_mm
    x = np.linspace(0.0, length, int(length / 0.02))
    top = np.minimum(height, 0.42 * height + (length - x))
    rise = 1.0 / np.tan(np.radians(chart.angle_deg) / 2)
    for at, (letter, lost) in enumerate(zip(code, worn.roots_mm, strict=True)):
        from_cut = np.abs(x - (chart.first + at * chart.pitch) * INCH) - chart.flat * INCH / 2
        top = np.minimum(top, chart.roots[letter] * INCH - lost + np.clip(from_cut, 0, None) * rise)
    return np.stack([x, top], axis=1)


def cast(edge: np.ndarray, section: Section, lie: Lie) -> np.ndarray:
    """The same edge as the silhouette shows it: corners of the turned blade, larger the nearer to the lens."""
    roll, pitch = np.radians(lie.roll_deg), np.radians(lie.pitch_deg)
    y = np.linspace(0.0, float(edge[:, 1].max()), 400)
    half = section.thickness_mm / 2
    left = half - np.interp(y, *np.array(section.left).T)
    right = np.interp(y, *np.array(section.right).T) - half
    # Heights of both faces' points after the roll; what is cast is the highest below a given height.
    turned = [y * np.cos(roll) + face * np.sin(roll) for face in (left, right)]
    highest = np.maximum.accumulate(np.maximum(*turned))
    lowest = float(np.minimum(*turned).min())
    x, top = edge.T
    nearer = lie.lift_mm + np.sin(pitch) * (x - x.mean())
    larger = lie.scale * CAMERA_MM / (CAMERA_MM - nearer)
    cast_x = (x - x.mean()) * np.cos(pitch) * larger
    return np.stack([cast_x - cast_x[0], (np.interp(top, y, highest) - lowest) * larger], axis=1)


MM_PER_PX = 0.04
_OVER = 3


def silhouette(cast_edge: np.ndarray, rng: np.random.Generator) -> Frame:
    """A dark key on a lit plate, with a round bow and a shoulder on both sides."""
    size = (1750, 850)
    high, long = float(cast_edge[0, 1]), float(cast_edge[-1, 0])
    turn = np.radians(rng.uniform(-6, 6))
    # Bow and tip as far from the picture's edges as each other.
    middle = np.array([-14.0 + rng.uniform(-1, 1), 4.0 + rng.uniform(-1, 1)])

    def placed(points: np.ndarray) -> list[tuple[float, float]]:
        moved = (points - middle - np.array([long / 2, 0])) @ np.array(
            [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
        )
        px = np.array(size) / 2 + moved * [1, -1] / MM_PER_PX
        return [(float(a * _OVER), float(b * _OVER)) for a, b in px]

    paper = Image.new("L", (size[0] * _OVER, size[1] * _OVER), 232)
    pen = ImageDraw.Draw(paper)
    blade = np.concatenate([[[-6.0, 0.0], [-6.0, high]], cast_edge, [[long, 0.4 * high], [long - 0.4 * high, 0.0]]])
    collar = np.array([[-6.5, -1.1], [-6.5, high + 1.7], [0.0, high + 1.7], [0.0, -1.1]])
    around = np.linspace(0, 2 * np.pi, 160)
    bow = np.stack([-16.5 + 11.5 * np.cos(around), high / 2 + 11.5 * np.sin(around)], axis=1)
    for part in (blade, collar, bow):
        pen.polygon(placed(part), fill=24)
    pen.polygon(placed(np.stack([-21 + 2 * np.cos(around), high / 2 + 2 * np.sin(around)], axis=1)), fill=232)
    small = paper.resize(size, Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(0.9))
    grey = np.asarray(small, dtype=np.float64) + rng.normal(0, 2.5, (size[1], size[0]))
    return Frame(np.clip(grey, 0, 255).astype(np.uint8), MM_PER_PX)


def line_view(face: Sequence[tuple[float, float]], height_mm: float, rng: np.random.Generator) -> Frame:
    """One face under a laser sheet at 45 degrees, at a place where the edge is not cut."""
    mm_per_px, rows, columns = 0.025, 500, 300
    foot = rng.uniform(0.6, 1.4)
    y = (rows - 0.5 - np.arange(rows)) * mm_per_px - foot
    at = (2.2 + np.interp(y, *np.array(face).T)) / mm_per_px
    # A row is lit by as much of it as the blade fills.
    filled = np.clip((height_mm - y) / mm_per_px + 0.5, 0, 1) * np.clip(y / mm_per_px + 0.5, 0, 1)
    glow = 225 * filled[:, None] * np.exp(-0.5 * ((np.arange(columns) - at[:, None]) / 2.1) ** 2)
    return Frame(np.clip(glow + 9 + rng.normal(0, 3, glow.shape), 0, 255).astype(np.uint8), mm_per_px)


def frames_of(chart: Chart, cast_edge: np.ndarray, section: Section, edge_mm: float, seed: int) -> ScanFrames:
    """All views but the head; the lines, on a scale of their own, show the key as it is."""
    rng = np.random.default_rng(seed)
    height = chart.height * INCH - edge_mm
    return ScanFrames(
        silhouette=silhouette(cast_edge, rng),
        line_left=line_view(section.left, height, rng),
        line_right=line_view(section.right, height, rng),
        laser_angle_deg=45.0,
    )
