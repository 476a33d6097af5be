"""Keys of kinds this machine does not copy, each with the place where one sees it. Pure.

Responsible for: the drawings, and where the ring goes. Not responsible for: why a key is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sin

from ui.artwork.keys import (
    BOW_X,
    HEIGHT,
    MIDDLE,
    SHOULDER,
    SPINE,
    TIP,
    TOP,
    WIDTH,
    Bow,
    body,
    grooves,
    outline,
    teeth,
)
from ui.artwork.shapes import Drawing, Paint, Ring, Shape, box, circle, curve

STAR = Bow(22.5, 22.5, 2.0, 5, 0.09)
ROUND = Bow(22, 22, 2.4)
BROAD = Bow(24, 21, 3.4)


@dataclass(frozen=True)
class Feature:
    """A drawing, and the ring round what it shows."""

    drawing: Drawing
    x: float
    y: float
    r: float


def _flat(_x: float) -> float:
    return TOP


def _drawing(*shapes: Shape) -> Drawing:
    return Drawing(WIDTH, HEIGHT, shapes)


def _dimple(x: float, y: float) -> tuple[Shape, ...]:
    lower_right = curve(lambda t: (x + 2.7 * sin(pi * (t + 0.25)), y - 2.7 * sin(pi * (0.75 - t))), 16)
    return Shape((circle(x, y, 2.6),), Paint.HOLLOW), Shape((lower_right,), Paint.LIT, line=0.5)


def _dimples() -> Drawing:
    places = ((70, 3.6), (82, -3.6), (93, 3.6), (106, -3.6), (117, 3.6), (130, -3.6))
    spots = [shape for x, lift in places for shape in _dimple(x, MIDDLE + lift)]
    return _drawing(*body(STAR, outline(_flat), Paint.NICKEL), *grooves(((0.44, 0.56),)), *spots)


def _two_edges() -> Drawing:
    upper = teeth("two edges")
    blade = outline(upper, lambda x: SPINE + TOP - upper(x))
    return _drawing(*body(ROUND, blade, Paint.NICKEL), *grooves(((0.44, 0.56),)))


def _track(y: float, swing: float, turns: float) -> tuple[Shape, ...]:
    def along(lift: float) -> Ring:
        return curve(
            lambda t: (SHOULDER + 6 + (TIP - SHOULDER - 12) * t, y + lift + swing * sin(2 * pi * turns * t + 0.6)), 90
        )

    return (
        Shape((along(0.0),), Paint.SHADE, line=4.4),
        Shape((along(0.0),), Paint.HOLLOW, line=3.0),
        Shape((along(-2.0),), Paint.LIT, line=0.6),
    )


def _side_track() -> Drawing:
    return _drawing(*body(BROAD, outline(_flat), Paint.NICKEL), *_track(MIDDLE, 4.2, 2.5))


def _two_tracks() -> Drawing:
    tracks = (*_track(MIDDLE + 4.6, 1.9, 2.5), *_track(MIDDLE - 4.6, 1.9, 3.0))
    return _drawing(*body(BROAD, outline(_flat), Paint.NICKEL), *tracks)


def _tube() -> Drawing:
    shank = box(SHOULDER - 6, MIDDLE - 11, 62, 22, 2)
    mouth = curve(lambda t: (SHOULDER + 56 + 3.8 * sin(2 * pi * t), MIDDLE + 11 * sin(2 * pi * (t + 0.25))))
    bore = curve(lambda t: (SHOULDER + 56 + 2.4 * sin(2 * pi * t), MIDDLE + 7 * sin(2 * pi * (t + 0.25))))
    slots = tuple(
        Shape((box(SHOULDER + 56 - length, MIDDLE + y, length, 2.2, 1),), Paint.HOLLOW)
        for y, length in ((6.4, 9.0), (0.6, 14.0), (-6.2, 7.0))
    )
    rim, inside = Shape((mouth,), Paint.NICKEL, relief=0.8), Shape((bore,), Paint.HOLLOW)
    return _drawing(*body(ROUND, shank, Paint.NICKEL), *slots, rim, inside)


LETTERS: dict[str, tuple[Ring, ...]] = {
    "D": (((0, 0), (0, 6), (2.6, 6), (4, 4.6), (4, 1.4), (2.6, 0), (0, 0)),),
    "O": (((0, 1.4), (0, 4.6), (1.4, 6), (2.8, 6), (4, 4.6), (4, 1.4), (2.8, 0), (1.4, 0), (0, 1.4)),),
    "N": (((0, 0), (0, 6), (4, 0), (4, 6)),),
    "T": (((0, 6), (4, 6)), ((2, 6), (2, 0))),
}


def _struck(word: str, x: float, y: float) -> tuple[Shape, ...]:
    """Letters struck into the head."""
    rings = tuple(
        tuple((x + 6.0 * i + px, y + py) for px, py in ring)
        for i, letter in enumerate(word)
        for ring in LETTERS[letter]
    )
    lit = tuple(tuple((px + 0.35, py - 0.5) for px, py in ring) for ring in rings)
    return Shape(lit, Paint.LIT, line=0.9), Shape(rings, Paint.PRINT, line=0.9)


def _stamp() -> Drawing:
    shapes = body(BROAD, outline(teeth("stamp")), Paint.BRASS)
    words = (*_struck("DO", BOW_X + 0.5, MIDDLE + 1.8), *_struck("NOT", BOW_X - 2.5, MIDDLE - 7.6))
    return _drawing(*shapes, *grooves(((0.22, 0.36),)), *words)


def _worn() -> Drawing:
    new = outline(teeth("worn"))
    shapes = body(ROUND, outline(teeth("worn", wear=0.9)), Paint.BRASS)
    return _drawing(*shapes, *grooves(((0.14, 0.28),)), Shape((new[:241],), Paint.GHOST, line=0.7))


def _groove() -> Drawing:
    return _drawing(
        *body(BROAD, outline(teeth("groove")), Paint.NICKEL), *grooves(((0.06, 0.16), (0.3, 0.38), (0.48, 0.56)))
    )


def _uncut() -> Drawing:
    return _drawing(*body(ROUND, outline(_flat), Paint.NICKEL), *grooves(((0.22, 0.36),)))


FEATURES: dict[str, Feature] = {
    "dimple": Feature(_dimples(), 100, MIDDLE, 21),
    "double_sided": Feature(_two_edges(), 98, SPINE + 3, 17),
    "side_track": Feature(_side_track(), 96, MIDDLE, 20),
    "two_tracks": Feature(_two_tracks(), 96, MIDDLE, 20),
    "tube": Feature(_tube(), SHOULDER + 54, MIDDLE, 19),
    "stamp": Feature(_stamp(), BOW_X + 5, MIDDLE, 17),
    "worn": Feature(_worn(), 98, TOP - 3, 18),
    "groove": Feature(_groove(), 96, SPINE + 6.5, 15),
    "uncut": Feature(_uncut(), 96, TOP, 17),
}
