"""Outlines of what is not blade: bows of many makers, and things that are no key at all.

Responsible for: closed outlines in mm in the key's own frame (x from the shoulder towards the tip, y above the
spine; a bow lies at negative x). Not responsible for: blades and cuts (`simulator.keys.key`) or pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

ClosedLine = NDArray[np.float64]
"""(n, 2) corners in mm of a closed line; the last corner joins the first."""


class BowShape(StrEnum):
    """Head shapes one meets."""

    ROUND = "round"
    OVAL = "oval"
    SQUARE = "square"
    HEXAGON = "hexagon"
    CLOVER = "clover"
    WAISTED = "waisted"
    PLASTIC = "plastic"


@dataclass(frozen=True, repr=False, eq=False)
class Solid:
    """One piece: outer line and holes."""

    outer: ClosedLine
    holes: tuple[ClosedLine, ...] = ()


@dataclass(frozen=True)
class Bow:
    """A head: shape, size, hole, and the collar that makes the shoulder. Lengths in mm.

    `shoulder_mm` is how far the collar stands above the blade's edge; 0 for a key stopped at its tip.
    """

    shape: BowShape = BowShape.ROUND
    length_mm: float = 24.0
    width_mm: float = 25.0
    collar_mm: float = 4.5
    shoulder_mm: float = 2.0
    below_mm: float = 0.8
    hole_mm: float = 3.0
    hole_slot_mm: float = 0.0
    lift_mm: float = 0.0
    """Middle of the bow above the middle of the blade."""

    def centre_mm(self, blade_height_mm: float) -> tuple[float, float]:
        """Middle of the bow in the key's frame."""
        return -(self.collar_mm * 0.6 + self.length_mm / 2), blade_height_mm / 2 + self.lift_mm

    def solids(self, blade_height_mm: float) -> tuple[Solid, ...]:
        """Bow and collar as outlines."""
        cx, cy = self.centre_mm(blade_height_mm)
        outline = _head(self.shape, self.length_mm, self.width_mm) + np.array([cx, cy])
        # The hole lies towards the far end of the bow, where a ring goes through.
        hole = _slot(self.hole_mm, self.hole_slot_mm) + np.array([cx - self.length_mm * 0.27, cy])
        return Solid(outline, (hole,)), Solid(self._collar(blade_height_mm))

    def _collar(self, height_mm: float) -> ClosedLine:
        back = -(self.collar_mm + self.length_mm * 0.2)
        if self.shoulder_mm <= 0:
            return np.array([(back, -2.0), (-self.collar_mm, 0.0), (0, 0), (0, height_mm),
                             (-self.collar_mm, height_mm), (back, height_mm + 2.0)])  # fmt: skip
        top, low = height_mm + self.shoulder_mm, -self.below_mm
        ease = min(0.3, self.shoulder_mm / 4)
        return np.array([(back, low), (-0.2, low), (0, low + 0.2), (0, top - ease), (-ease, top), (back, top)])


def circle(radius_mm: float, points: int = 180) -> ClosedLine:
    """A circle about the origin."""
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return np.stack([radius_mm * np.cos(angle), radius_mm * np.sin(angle)], axis=1)


def rectangle(width_mm: float, height_mm: float, corner_mm: float) -> ClosedLine:
    """A rounded rectangle about the origin."""
    quarter = np.linspace(0, np.pi / 2, 16)
    arc = np.stack([np.cos(quarter), np.sin(quarter)], axis=1) * corner_mm
    a, b = width_mm / 2 - corner_mm, height_mm / 2 - corner_mm
    turned = [arc, arc[:, ::-1] * (-1, 1), -arc, arc[:, ::-1] * (1, -1)]
    corners = [(a, b), (-a, b), (-a, -b), (a, -b)]
    return np.concatenate([t + c for t, c in zip(turned, corners, strict=True)])


def ring(centre_mm: tuple[float, float], radius_mm: float, wire_mm: float) -> Solid:
    """A key ring."""
    at = np.asarray(centre_mm)
    return Solid(circle(radius_mm + wire_mm / 2) + at, (circle(radius_mm - wire_mm / 2) + at,))


def coin(diameter_mm: float) -> tuple[Solid, ...]:
    """A coin."""
    return (Solid(circle(diameter_mm / 2, 360)),)


def card() -> tuple[Solid, ...]:
    """A bank card, larger than the field of view on one side."""
    return (Solid(rectangle(85.6, 53.98, 3.2)),)


def paperclip() -> tuple[Solid, ...]:
    """A bent wire with its three bends."""
    line: list[tuple[float, float]] = [(-10.0, 2.9)]
    # Three half turns, each inside the one before: x, y and radius of the bend, and whether it turns at the right.
    for x, y, radius, right in ((11.0, 0.0, 2.9, True), (-13.0, -0.4, 2.5, False), (8.0, -0.3, 2.0, True)):
        angles = np.radians(np.linspace(90, -90, 24) if right else np.linspace(-90, -270, 24))
        line += [(x + radius * float(np.cos(a)), y + radius * float(np.sin(a))) for a in angles]
    line.append((-6.0, -2.3))
    return tuple(_wire(line, 0.9))


def screw() -> tuple[Solid, ...]:
    """A wood screw: head, threaded shank, point."""
    x = np.arange(0, 32, 0.1)
    core = np.where(x < 26, 1.6, 1.6 * (32 - x) / 6)
    thread = core + 0.5 * np.maximum(0, np.sin(x * 2 * np.pi / 1.6)) * (core > 0.3)
    top, low = np.stack([x, thread], 1), np.stack([x[::-1], -thread[::-1]], 1)
    head = np.array([(-3.0, -4.2), (-2.4, -4.2), (0, -1.8), (0, 1.8), (-2.4, 4.2), (-3.0, 4.2)])
    return Solid(np.concatenate([top, low])), Solid(head)


def _head(shape: BowShape, length_mm: float, width_mm: float) -> ClosedLine:
    angle = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    cos, sin = np.cos(angle), np.sin(angle)
    if shape is BowShape.HEXAGON:
        sector = np.mod(angle + np.pi / 6, np.pi / 3) - np.pi / 6
        radius = np.minimum(np.cos(np.pi / 6) / np.cos(sector), 0.97)
    elif shape is BowShape.CLOVER:
        radius = 0.88 + 0.12 * np.cos(3 * (angle - np.pi))
    elif shape is BowShape.WAISTED:
        radius = 0.93 - 0.07 * np.cos(4 * angle)
    else:
        power = {BowShape.ROUND: 2.0, BowShape.OVAL: 2.6, BowShape.SQUARE: 4.5, BowShape.PLASTIC: 6.0}[shape]
        radius = (np.abs(cos) ** power + np.abs(sin) ** power) ** (-1 / power)
    return np.stack([radius * cos * length_mm / 2, radius * sin * width_mm / 2], axis=1)


def _slot(radius_mm: float, slot_mm: float) -> ClosedLine:
    line = circle(radius_mm, 120)
    line[:, 1] += np.sign(line[:, 1]) * slot_mm / 2
    return line


def _wire(line: list[tuple[float, float]], wire_mm: float) -> list[Solid]:
    """A polyline drawn with a round wire, a piece a stretch."""
    half = wire_mm / 2
    pieces = [Solid(circle(half, 24) + np.asarray(point)) for point in line]
    for a, b in pairwise(line):
        along = np.subtract(b, a)
        side = np.array([-along[1], along[0]]) / (np.hypot(*along) or 1.0) * half
        pieces.append(Solid(np.array([a + side, a - side, b - side, b + side])))
    return pieces
