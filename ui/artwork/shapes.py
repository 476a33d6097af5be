"""What a drawing is: shapes of a paint, in units of its own, y upwards. Pure values.

Responsible for: the vocabulary, and the few curves every drawing is made of. Not responsible for: colours or pixels
(`ui.artwork.raster`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import cos, pi, sin
from typing import TypeAlias

Ring: TypeAlias = tuple[tuple[float, float], ...]


class Paint(StrEnum):
    """What a shape is made of; `ui.artwork.raster` knows how that looks in each theme."""

    BRASS = "brass"
    NICKEL = "nickel"
    BLACK = "black"
    STEEL = "steel"
    GLOW = "glow"
    """The lit floor of the tray."""
    HOLLOW = "hollow"
    """What lies in the dark."""
    SHADE = "shade"
    """A milled groove, an engraved line: whatever lies under it, darker."""
    LIT = "lit"
    """An edge that catches the light."""
    GHOST = "ghost"
    """What was there and is worn away."""
    PAPER = "paper"
    PRINT = "print"


@dataclass(frozen=True)
class Shape:
    """Rings filled as one, less the holes; or, with a `line`, drawn as lines of that width."""

    rings: tuple[Ring, ...]
    paint: Paint
    holes: tuple[Ring, ...] = ()
    line: float = 0.0
    relief: float = 0.0
    """How far the lit and the shaded edge reach inwards."""
    shadow: float = 0.0
    """How far its soft shadow falls."""


@dataclass(frozen=True)
class Drawing:
    """Shapes in a box of that size, the first one lowest."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


def curve(at: Callable[[float], tuple[float, float]], steps: int = 64) -> Ring:
    """Points of a curve whose parameter runs from 0 to 1."""
    return tuple(at(i / steps) for i in range(steps + 1))


def circle(x: float, y: float, r: float) -> Ring:
    """A circle."""
    return curve(lambda t: (x + r * cos(2 * pi * t), y + r * sin(2 * pi * t)))


def box(x: float, y: float, w: float, h: float, r: float = 0.0) -> Ring:
    """A rectangle with round corners."""
    r = min(r, w / 2, h / 2)
    corners = ((x + w - r, y + h - r, 0.0), (x + r, y + h - r, 0.5), (x + r, y + r, 1.0), (x + w - r, y + r, 1.5))
    return tuple(
        (cx + r * cos(pi * (start + i / 16)), cy + r * sin(pi * (start + i / 16)))
        for cx, cy, start in corners
        for i in range(9)
    )


def gear(x: float, y: float, r: float, teeth: int, depth: float) -> Ring:
    """A wheel with teeth."""
    each = ((-0.3, r - depth), (-0.18, r), (0.18, r), (0.3, r - depth))
    return tuple(
        (x + rr * cos(2 * pi * (i + da) / teeth), y + rr * sin(2 * pi * (i + da) / teeth))
        for i in range(teeth)
        for da, rr in each
    )


def moved(rings: Iterable[Ring], dx: float, dy: float) -> tuple[Ring, ...]:
    """The same rings elsewhere."""
    return tuple(tuple((x + dx, y + dy) for x, y in ring) for ring in rings)
