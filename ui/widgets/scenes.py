"""The drawn pictures: how to lay the key, what is being looked at, a copy being cut, where to collect it.

Responsible for: what each picture shows at a moment of its round. Not responsible for: smooth shapes
(`ui.widgets.pen`) or timing (`ui.widgets.picture`). The key drawn is always the same made-up key: its teeth are
a regular pattern no lock has, and nothing of a shopper's key ever reaches this file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin

from ui.theme import Palette, Rgba
from ui.widgets.pen import Pen, Place, Points

WIDTH, HEIGHT = 200.0, 130.0
BLADE_FROM, BLADE_TO = 20.0, 96.0
TEETH = 5


@dataclass(frozen=True)
class Moment:
    """`t` runs 0 to 1 once a round; `fraction` is work done, from the session."""

    t: float
    fraction: float


def ease(t: float) -> float:
    """Smooth start and end."""
    t = min(1.0, max(0.0, t))
    return t * t * (3 - 2 * t)


def mix(one: Rgba, other: Rgba, share: float) -> Rgba:
    """A colour between two."""
    (r, g, b, a), (red, green, blue, opaque) = one, other
    return r + (red - r) * share, g + (green - g) * share, b + (blue - b) * share, a + (opaque - a) * share


def _bow() -> list[tuple[float, float]]:
    """The head: a softened trefoil round the origin, from the blade's lower to its upper edge."""
    points = []
    for i in range(61):
        angle = 0.38 + (2 * pi - 0.76) * i / 60
        r = 22.5 + 1.8 * cos(3 * angle)
        points.append((r * cos(angle), r * sin(angle)))
    return points


def _edge(upto: float = 1.0) -> list[tuple[float, float]]:
    """The upper edge from shoulder to tip, cut as far as `upto`: even teeth, the same on every picture."""
    top, root = 8.0, 1.6
    end = BLADE_FROM + 8 + (BLADE_TO - 14 - BLADE_FROM) * upto
    points = [(BLADE_FROM, 10.5), (BLADE_FROM + 4, 10.5), (BLADE_FROM + 4, top)]
    pitch = (BLADE_TO - 16 - BLADE_FROM - 8) / TEETH
    for i in range(TEETH):
        left = BLADE_FROM + 8 + i * pitch
        for dx, y in ((1.5, top), (0.5 * pitch - 1.4, root), (0.5 * pitch + 1.4, root), (pitch - 1.5, top)):
            x = left + dx
            if x > end:
                points.append((end, top))
                break
            points.append((x, y))
    points += [(max(end, BLADE_TO - 8), top), (BLADE_TO, -1.0), (BLADE_TO - 5, -8.0)]
    return points


def draw_key(pen: Pen, place: Place, p: Palette, body: Rgba, shade: Rgba, *, upto: float = 1.0) -> None:
    """The made-up key."""
    bow = _bow()
    # Round the head from the upper to the lower side of the blade, out along the spine, back along the teeth.
    outline = [*bow, (BLADE_FROM, -10.5), (BLADE_FROM + 4, -10.5), (BLADE_FROM + 4, -8.0), *reversed(_edge(upto))]
    hole = [(-9 + 5.2 * cos(2 * pi * i / 32), 5.2 * sin(2 * pi * i / 32)) for i in range(32)]
    pen.polygon([place.put(outline), place.put(hole)], body)
    pen.line(place.put([(BLADE_FROM + 7, -3.4), (BLADE_TO - 6, -3.4)]), shade, 2.2 * place.scale)
    pen.line(place.put([(BLADE_FROM + 1.6, -8.6), (BLADE_FROM + 1.6, 8.6)]), shade, 1.0 * place.scale)
    ring = [(14.5 * cos(a), 14.5 * sin(a)) for a in (0.75 + (2 * pi - 1.5) * i / 40 for i in range(41))]
    pen.line(place.put(ring), shade, 1.0 * place.scale)


def draw_tray(pen: Pen, p: Palette, y: float = 10.0, h: float = 76.0) -> None:
    """The open, lit tray."""
    pen.box(18, y - 3, 164, h + 6, mix(p.steel, p.steel_shade, 0.25), 15)
    pen.box(22, y + 1, 156, h - 2, p.steel, 12)
    pen.box(28, y + 7, 144, h - 14, p.glow, 8)


def badge(pen: Pen, x: float, y: float, p: Palette, *, good: bool = True) -> None:
    """A round mark: done."""
    pen.disc(x, y, 15, p.paper)
    pen.disc(x, y, 12.5, p.accent)
    if good:
        pen.line([(x - 5.4, y - 0.2), (x - 1.4, y - 4.4), (x + 5.8, y + 4.4)], p.on_accent, 2.8)


def attract(pen: Pen, p: Palette, m: Moment) -> None:
    """Your key, and its copy."""
    picture = int(m.t * 3) % 3
    if picture == 0:
        draw_key(pen, Place(58, 84, -8, 1.12), p, p.brass, p.brass_shade)
        draw_key(pen, Place(46, 42, -8, 1.12), p, p.steel, p.steel_shade)
    elif picture == 1:
        draw_tray(pen, p, 22, 84)
        draw_key(pen, Place(66, 64, 0, 1.0), p, p.brass, p.brass_shade)
    else:
        draw_key(pen, Place(52, 60, 0, 1.14), p, p.brass, p.brass_shade)
        badge(pen, 156, 92, p)


def lay_key(pen: Pen, p: Palette, m: Moment) -> None:
    """The key comes down into the tray, flat and alone."""
    draw_tray(pen, p)
    down = ease(m.t / 0.45)
    draw_key(pen, Place(66, 104 - 56 * down, 10 * (1 - down), 1.0), p, p.brass, p.brass_shade)
    if down < 1:
        pen.arrow((166, 124), (166, 98), p.accent, 3.4)
    else:
        badge(pen, 168, 92, p)


def clean_key(pen: Pen, p: Palette, m: Moment) -> None:
    """A cloth goes over the key."""
    draw_key(pen, Place(60, 62, 0, 1.1), p, p.brass, p.brass_shade)
    x = 88 + 44 * (0.5 - 0.5 * cos(2 * pi * m.t))
    cloth = [
        (x - 20, 78),
        (x - 6, 84),
        (x + 10, 80),
        (x + 22, 84),
        (x + 26, 60),
        (x + 18, 46),
        (x, 50),
        (x - 16, 44),
        (x - 24, 58),
    ]
    pen.polygon([cloth], p.tint)
    pen.line(cloth, p.accent, 2.0, close=True)
    pen.line([(x - 8, 72), (x - 2, 60), (x + 8, 64)], p.accent, 1.4)


def take_key(pen: Pen, p: Palette, m: Moment) -> None:
    """The key goes back to its owner."""
    draw_tray(pen, p)
    up = ease((m.t - 0.1) / 0.5)
    draw_key(pen, Place(66, 48 + 54 * up, 10 * up, 1.0), p, p.brass, p.brass_shade)
    pen.arrow((166, 92), (166, 122), p.accent, 3.4)


def looking(pen: Pen, p: Palette, m: Moment) -> None:
    """A line of light goes over the key."""
    draw_tray(pen, p, 22, 84)
    draw_key(pen, Place(66, 64, 0, 1.0), p, p.brass, p.brass_shade)
    x = 34 + 132 * (0.5 - 0.5 * cos(2 * pi * m.t))
    glow = (*p.accent[:3], 0.16)
    pen.box(x - 7, 30, 14, 68, glow, 3)
    pen.line([(x, 26), (x, 102)], p.accent, 2.0)


def found(pen: Pen, p: Palette, m: Moment) -> None:
    """We know this key."""
    draw_key(pen, Place(48, 58, 0, 1.2), p, p.brass, p.brass_shade)
    badge(pen, 160, 92, p)


def worn_key(pen: Pen, p: Palette, m: Moment) -> None:
    """A glass over the teeth."""
    draw_key(pen, Place(48, 56, 0, 1.2), p, p.brass, p.brass_shade)
    pen.circle(118, 64, 22, p.accent, 3.4)
    pen.line([(134, 80), (152, 98)], p.accent, 5.0)


def loading(pen: Pen, p: Palette, m: Moment) -> None:
    """The carousel turns a new key forward."""
    for i in range(9):
        angle = 2 * pi * (i / 9 + m.t / 9) + pi / 2
        x, y = 64 + 44 * cos(angle), 65 + 44 * sin(angle)
        pen.disc(x, y, 9, p.brass)
        pen.disc(x, y, 3, p.brass_shade)
    pen.circle(64, 65, 58, p.steel_shade, 2.4)
    pen.disc(64, 65, 12, p.steel)
    draw_key(pen, Place(120, 65, 0, 0.72), p, p.brass, p.brass_shade, upto=0.0)
    pen.arrow((108, 112), (150, 112), p.accent, 3.0)


def cutting(pen: Pen, p: Palette, m: Moment) -> None:
    """The wheel goes along the blade; what it has passed is cut."""
    pen.box(0, 24, 66, 44, mix(p.steel, p.steel_shade, 0.3), 6)
    draw_key(pen, Place(44, 46, 0, 1.3), p, p.brass, p.brass_shade, upto=m.fraction)
    pen.box(10, 62, 50, 12, p.steel_shade, 3)
    x = 44 + 1.3 * (BLADE_FROM + 8 + (BLADE_TO - 14 - BLADE_FROM) * m.fraction)
    y = 46 + 1.3 * 8 + 22
    turn = m.t * 2 * pi / 4
    teeth = 16
    rim = []
    for i in range(teeth * 2):
        angle = turn + pi * i / teeth
        r = 24.0 if i % 2 else 21.6
        rim.append((x + r * cos(angle), y + r * sin(angle)))
    hub = [(x + 6 * cos(2 * pi * i / 24), y + 6 * sin(2 * pi * i / 24)) for i in range(24)]
    pen.polygon([rim, hub], p.steel)
    pen.circle(x, y, 15, p.steel_shade, 1.6)
    pen.circle(x, y, 6, p.steel_shade, 2.0)


def checking(pen: Pen, p: Palette, m: Moment) -> None:
    """The copy before the light, measured."""
    pen.box(14, 18, 172, 94, p.steel, 14)
    pen.box(20, 24, 160, 82, p.glow, 10)
    draw_key(pen, Place(52, 58, 0, 1.16), p, p.brass, p.brass_shade)
    left, right = 52 + 1.16 * (BLADE_FROM + 4), 52 + 1.16 * BLADE_TO
    pen.line([(left, 84), (left, 98)], p.accent, 1.6)
    pen.line([(right, 74), (right, 98)], p.accent, 1.6)
    pen.line([(left, 92), (right, 92)], p.accent, 1.6)
    x = left + (right - left) * (0.5 - 0.5 * cos(2 * pi * m.t))
    pen.line([(x, 40), (x, 98)], p.accent, 2.4)


def collect(pen: Pen, p: Palette, m: Moment) -> None:
    """The copy comes out of the lit slot below."""
    down = ease(m.t / 0.55)
    pen.box(26, 62, 148, 60, mix(p.steel, p.steel_shade, 0.18), 10)
    pen.box(44, 78, 112, 26, p.steel_shade, 6)
    pen.box(48, 82, 104, 18, p.glow, 4)
    draw_key(pen, Place(66, 91 - 62 * down, 0, 0.82), p, p.brass, p.brass_shade)
    pen.box(26, 104, 148, 18, mix(p.steel, p.steel_shade, 0.18), 8)
    pen.arrow((172, 50), (172, 20), p.accent, 3.4)


def pay(pen: Pen, p: Palette, m: Moment) -> None:
    """A receipt with its code."""
    pen.box(58, 8, 84, 114, p.card, 6)
    pen.frame(58, 8, 84, 114, p.edge, 6, 1.6)
    for i, w in enumerate((50, 62, 38)):
        pen.line([(69, 106 - 12 * i), (69 + w, 106 - 12 * i)], p.steel_shade, 2.6)
    for i in range(15):
        width = 2.6 if i % 3 == 0 else 1.4
        pen.line([(70 + 4.3 * i, 24), (70 + 4.3 * i, 58)], p.ink, width)


def sorry(pen: Pen, p: Palette, m: Moment) -> None:
    """A key, and somebody to ask."""
    draw_key(pen, Place(46, 44, 0, 1.12), p, p.steel, p.steel_shade)
    pen.disc(152, 88, 30, p.paper)
    pen.disc(152, 88, 27, p.tint)
    pen.circle(152, 88, 27, p.accent, 2.2)
    pen.disc(152, 96, 8, p.accent)
    shoulders = [(136 + 32 * i / 16, 76 + 8 * sin(pi * i / 16)) for i in range(17)]
    pen.polygon([[*shoulders, (168, 72), (136, 72)]], p.accent)


def closed(pen: Pen, p: Palette, m: Moment) -> None:
    """A kiosk with its shutter down."""
    pen.box(58, 8, 84, 112, mix(p.steel, p.steel_shade, 0.2), 10)
    pen.box(66, 62, 68, 50, p.steel_shade, 5)
    for i in range(4):
        pen.line([(72, 72 + 10 * i), (128, 72 + 10 * i)], p.steel, 2.4)
    pen.box(76, 34, 48, 14, p.glow, 4)
    pen.line([(84, 20), (116, 20)], p.steel_shade, 3)


def machine(pen: Pen, p: Palette, m: Moment) -> None:
    """A wheel that turns slowly: the machine looks after itself."""
    for x, y, r, teeth, way in ((78, 62, 36, 12, 1), (136, 84, 24, 8, -1)):
        rim: list[tuple[float, float]] = []
        for i in range(teeth):
            base = way * m.t * 2 * pi / teeth + 2 * pi * i / teeth + (0.2 if way < 0 else 0)
            for da, rr in ((-0.30, r - 5), (-0.20, r), (0.20, r), (0.30, r - 5)):
                angle = base + da * (12 / teeth) * 0.85
                rim.append((x + rr * cos(angle), y + rr * sin(angle)))
        hub: Points = [(x + r * 0.32 * cos(2 * pi * i / 24), y + r * 0.32 * sin(2 * pi * i / 24)) for i in range(24)]
        pen.polygon([rim, hub], p.steel if way > 0 else p.brass)


@dataclass(frozen=True)
class Scene:
    """A picture, and whether it moves by itself."""

    draw: Callable[[Pen, Palette, Moment], None]
    moves: bool = False
    still: float = 0.0
    """The moment that tells most, for a picture that stands still."""


SCENES: dict[str, Scene] = {
    "attract": Scene(attract),
    "lay_key": Scene(lay_key, moves=True, still=0.2),
    "clean_key": Scene(clean_key, moves=True, still=0.3),
    "take_key": Scene(take_key, moves=True, still=0.45),
    "looking": Scene(looking, moves=True, still=0.3),
    "found": Scene(found),
    "worn_key": Scene(worn_key),
    "loading": Scene(loading, moves=True),
    "cutting": Scene(cutting, moves=True),
    "checking": Scene(checking, moves=True, still=0.3),
    "collect": Scene(collect, moves=True, still=0.42),
    "pay": Scene(pay),
    "sorry": Scene(sorry),
    "closed": Scene(closed),
    "machine": Scene(machine, moves=True),
}
