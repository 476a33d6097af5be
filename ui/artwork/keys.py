"""The keys that are drawn: one bow and one groove a maker's keyway, in three finishes. Pure.

Responsible for: outline, groove and teeth. Not responsible for: keys of special kinds (`ui.artwork.features`).

The teeth vary with the keyway's name, stand at a pitch no lock has, and come from nothing else: nothing of a shopper's
key ever reaches this file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from math import cos, pi, sin
from zlib import crc32

from ui.artwork.shapes import Drawing, Paint, Ring, Shape, circle, curve

WIDTH, HEIGHT = 160.0, 68.0
MIDDLE = 34.0
BOW_X = 31.0
"""Middle of the head."""
SHOULDER, TIP = 54.0, 148.0
SPINE, TOP = 24.0, 44.0
"""Lower and upper edge of an uncut blade."""
LEAST = 34.0
"""Deepest tooth: above the grooves."""


@dataclass(frozen=True)
class Bow:
    """A head: half its size, how square it is (2: round), and its lobes."""

    wide: float
    high: float
    square: float = 2.0
    lobes: int = 0
    depth: float = 0.0
    phase: float = 0.0

    def ring(self, share: float = 1.0) -> Ring:
        """Its edge, or a line so far inside it."""

        def at(t: float) -> tuple[float, float]:
            angle = 2 * pi * t
            c, s = cos(angle), sin(angle)
            r = (abs(c) ** self.square + abs(s) ** self.square) ** (-1 / self.square)
            r *= share * (1 + self.depth * cos(self.lobes * angle + self.phase))
            return BOW_X + self.wide * r * c, MIDDLE + self.high * r * s

        return curve(at, 96)


@dataclass(frozen=True)
class Style:
    """What sets one maker's keys apart: head, and the grooves of the face one sees, as shares of the blade's height."""

    bow: Bow
    grooves: tuple[tuple[float, float], ...]


STYLES = {
    "KW": Style(Bow(22, 23, 4.6), ((0.30, 0.48),)),
    "SC": Style(Bow(22.5, 22.5, 2.0, 3, 0.075, pi), ((0.08, 0.16), (0.34, 0.46))),
    "M": Style(Bow(25, 18.5, 3.2), ((0.14, 0.29),)),
    "WR": Style(Bow(22, 23, 2.0, 5, 0.05, pi), ((0.2, 0.3), (0.4, 0.5))),
    "Y": Style(Bow(22, 22, 2.0, 4, 0.07), ((0.26, 0.4),)),
    "AR": Style(Bow(22, 22.5, 2.0, 6, 0.035), ((0.12, 0.22), (0.36, 0.5))),
    "AM": Style(Bow(20.5, 20.5), ((0.3, 0.5),)),
    "BEST": Style(Bow(22.5, 22, 2.0, 3, 0.1), ((0.1, 0.24), (0.42, 0.5))),
    "CR": Style(Bow(21, 24, 2.8), ((0.18, 0.28), (0.4, 0.48))),
    "DE": Style(Bow(24, 20, 2.4, 2, 0.05, pi), ((0.34, 0.48),)),
    "LW": Style(Bow(22, 22, 7.0), ((0.16, 0.34),)),
    "S22": Style(Bow(21, 22, 2.0, 8, 0.03), ((0.2, 0.34), (0.42, 0.5))),
    "LA": Style(Bow(23, 20.5, 2.6, 8, 0.03), ((0.16, 0.26), (0.38, 0.5))),
}


def style_of(blank_code: str) -> Style:
    """By the longest beginning of the code that is known; another maker's letters make a style of their own."""
    known = [start for start in STYLES if blank_code.startswith(start)]
    if known:
        return STYLES[max(known, key=len)]
    seed = crc32("".join(takewhile(str.isalpha, blank_code)).encode())
    bits = [(seed >> (4 * i)) & 15 for i in range(6)]
    bow = Bow(20.5 + bits[0] / 5, 20.5 + bits[1] / 5, 2.0 + bits[2] / 16, 3 + bits[3] % 6, 0.02 + bits[4] / 300)
    low = 0.1 + bits[5] / 100
    return Style(bow, ((low, low + 0.1), (0.36, 0.46)))


def teeth(name: str, wear: float = 0.0) -> Callable[[float], float]:
    """Height of the upper edge along the blade; `wear` rounds it off."""
    seed = crc32(name.encode())
    cuts = []
    x = SHOULDER + 12.0
    for i in range(6):
        bits = (seed >> (4 * i)) & 15
        cuts.append((x, LEAST + (TOP - 2.5 - LEAST) * (bits % 8) / 7))
        x += 10.2 + (bits // 4) * 1.5

    def height(at: float) -> float:
        sharp = min(TOP, *(root + 1.35 * max(0.0, abs(at - cut) - 1.5) for cut, root in cuts if cut < TIP - 11))
        return sharp - wear * float(max(0.0, sharp - LEAST) ** 1.5) / 6

    return height


def outline(top: Callable[[float], float], bottom: Callable[[float], float] = lambda _x: SPINE) -> Ring:
    """A blade from its shoulder to its tip, between two edges."""
    last = TIP - 7.0
    steps = 240
    xs = [SHOULDER + (last - SHOULDER) * i / steps for i in range(steps + 1)]
    upper = [(x, top(x)) for x in xs]
    lower = [(x, bottom(x)) for x in reversed(xs)]
    middle = (upper[-1][1] + lower[0][1]) / 2 - 1.5
    return (*upper, (TIP, middle), *lower)


def body(bow: Bow, blade: Ring, paint: Paint) -> tuple[Shape, ...]:
    """Head, collar and blade as one piece of metal, with its hole and the line round the head."""
    collar: Ring = (
        (SHOULDER - 5, SPINE - 3),
        (SHOULDER + 3, SPINE - 3),
        (SHOULDER + 3, TOP + 3),
        (SHOULDER - 5, TOP + 3),
    )
    neck: Ring = ((BOW_X, SPINE + 1), (SHOULDER, SPINE + 1), (SHOULDER, TOP - 1), (BOW_X, TOP - 1))
    hole = circle(BOW_X - 0.5 * bow.wide, MIDDLE, 4.6)
    rim = circle(BOW_X - 0.5 * bow.wide, MIDDLE, 5.4)
    return (
        Shape((bow.ring(), neck, collar, blade), paint, holes=(hole,), relief=1.5, shadow=3.4),
        Shape((rim,), Paint.SHADE, line=0.7),
        Shape((bow.ring(0.86),), Paint.SHADE, line=0.5),
        Shape((bow.ring(0.84),), Paint.LIT, line=0.45),
        Shape((((SHOULDER + 3, SPINE - 2.4), (SHOULDER + 3, TOP + 2.4)),), Paint.SHADE, line=0.7),
    )


def grooves(bands: tuple[tuple[float, float], ...]) -> tuple[Shape, ...]:
    """Milled grooves, each with its bright lower lip."""
    shapes = []
    for low, high in bands:
        y0, y1 = SPINE + (TOP - SPINE) * low, SPINE + (TOP - SPINE) * high
        left, right = SHOULDER - 3.0, TIP - 6.0
        shapes.append(Shape((((left, y0), (right, y0), (right - 1, y1), (left + 1.5, y1)),), Paint.SHADE))
        shapes.append(Shape((((left, y0), (right, y0)),), Paint.LIT, line=0.55))
        shapes.append(Shape((((left + 1.5, y1), (right - 1, y1)),), Paint.SHADE, line=0.5))
    return tuple(shapes)


def _drawn(code: str, finish: str, top: Callable[[float], float]) -> Drawing:
    style = style_of(code)
    paint = Paint(finish) if finish in (Paint.BRASS, Paint.NICKEL, Paint.BLACK) else Paint.NICKEL
    return Drawing(WIDTH, HEIGHT, (*body(style.bow, outline(top), paint), *grooves(style.grooves)))


def key(code: str, finish: str) -> Drawing:
    """A cut key of that blank."""
    return _drawn(code, finish, teeth(code))


def blank(code: str, finish: str) -> Drawing:
    """The same before it is cut."""
    return _drawn(code, finish, lambda _x: TOP)
