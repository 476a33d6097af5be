"""The pictures as layers: how to lay the key, what is being looked at, a copy being cut, where to collect it.

Responsible for: what stands where at a moment of a picture's round. Not responsible for: the drawings (`ui.artwork`),
putting them on the glass or timing (`ui.widgets.picture`). Imports no Kivy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi
from typing import TypeAlias

from ui.artwork.features import FEATURES

WIDTH, HEIGHT = 200.0, 120.0
KEY_WIDTH = 160.0
"""Of the drawing of a key in its own units: at this width it stands as it was drawn."""
MODEL = "KW1/brass"


@dataclass(frozen=True)
class Moment:
    """`t` runs 0 to 1 once a round; `fraction` is work done, from the session."""

    t: float
    fraction: float


@dataclass(frozen=True)
class Sprite:
    """A drawing with its middle at (x, y), so wide; `shown` is the part of its width one sees."""

    name: str
    x: float
    y: float
    width: float
    turn_deg: float = 0.0
    shown: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True)
class Stroke:
    """A line upon the field, in the field's own ink, or in the accent where it lies upon something bright."""

    points: tuple[tuple[float, float], ...]
    width: float
    accent: bool = False


@dataclass(frozen=True)
class Halo:
    """The ring round what matters, drawn so far."""

    x: float
    y: float
    r: float
    share: float = 1.0


@dataclass(frozen=True)
class Tick:
    """A round mark: done."""

    x: float
    y: float
    r: float


Layer: TypeAlias = Sprite | Stroke | Halo | Tick
Layers: TypeAlias = tuple[Layer, ...]


def ease(t: float) -> float:
    """Smooth start and end."""
    t = min(1.0, max(0.0, t))
    return t * t * (3 - 2 * t)


def arrow(x: float, start_y: float, end_y: float, *, accent: bool = False) -> Layers:
    """A straight arrow up or down."""
    way = 1 if end_y > start_y else -1
    head = ((x - 7, end_y - 8 * way), (x, end_y), (x + 7, end_y - 8 * way))
    return Stroke(((x, start_y), (x, end_y)), 3.4, accent), Stroke(head, 3.4, accent)


def key(x: float, y: float, width: float = 130.0, turn_deg: float = 0.0, model: str = MODEL) -> Sprite:
    """A cut key."""
    return Sprite(f"key/{model}", x, y, width, turn_deg)


def _model(sold: tuple[str, ...]) -> str:
    """The blank and finish that are told of, or a key that stands for any."""
    return "/".join(sold) or MODEL


def _tray(y: float = 42.0) -> Sprite:
    return Sprite("tray", 100, y, 176)


BEATS = 3
BEAT_MOVES = 0.2
"""Of each beat in which something moves; in what is left of it all stands still, and costs nothing."""


def attract(m: Moment, *_: str) -> Layers:
    """Three beats: a key comes down into the tray, is measured from bow to tip, and its copy comes out beside it."""
    beat, within = int(m.t * BEATS) % BEATS, (m.t * BEATS) % 1.0
    moved = ease(within / BEAT_MOVES)
    if beat == 0:
        return _tray(), key(96, 92 - 46 * moved, 130, 5 * (1 - moved))
    if beat == 1:
        x = 36 + 124 * moved
        return _tray(), key(96, 46), Stroke(((x, 22), (x, 66)), 1.8, accent=True)
    copy = key(104, 46 + 46 * moved, 130, 4 * moved, "KW1/nickel")
    return _tray(), copy, key(96, 46), *((Tick(176, 102, 11),) if moved == 1.0 else ())


def lay_key(m: Moment, *_: str) -> Layers:
    """A key goes down into the tray."""
    down = ease(m.t / 0.6)
    pointer = arrow(178, 116, 94) if down < 0.98 else (Tick(176, 98, 11),)
    return _tray(), key(96, 94 - 48 * down, 130, 5 * (1 - down)), *pointer


def clean_key(m: Moment, *_: str) -> Layers:
    """A cloth goes along the blade."""
    x = 106 + 26 * cos(2 * pi * m.t)
    return _tray(), key(100, 46), Sprite("cloth", x, 58, 46, -8)


def take_key(m: Moment, *_: str) -> Layers:
    """The key comes up out of the tray."""
    up = ease(m.t / 0.6)
    return _tray(), key(96, 46 + 40 * up, 130, 5 * up), *arrow(178, 92, 114)


def looking(m: Moment, *_: str) -> Layers:
    """A line of light goes along the key."""
    x = 100 - 62 * cos(2 * pi * m.t)
    return _tray(54), key(100, 58), Stroke(((x, 30), (x, 80)), 1.8, accent=True)


def found(_m: Moment, code: str = "KW1", finish: str = "brass") -> Layers:
    """The blank that will be cut, as it will be."""
    return (key(100, 58, 178, 0, f"{code}/{finish}"),)


def feature(m: Moment, name: str = "uncut") -> Layers:
    """A key of a kind that is not copied here, and a ring round what makes it so."""
    seen = FEATURES[name]
    scale = 186 / KEY_WIDTH
    x, y = 100 + (seen.x - KEY_WIDTH / 2) * scale, 60 + (seen.y - seen.drawing.height / 2) * scale
    return Sprite(f"feature/{name}", 100, 60, 186), Halo(x, y, seen.r * scale, ease(m.t / 0.5))


def loading(m: Moment, *sold: str) -> Layers:
    """The carousel turns a new blank forward."""
    turn = -360 * m.t / 14
    return Sprite("cog", 66, 60, 104, turn), Sprite(f"blank/{_model(sold)}", 128, 60, 116), *arrow(190, 44, 76)


def cutting(m: Moment, *sold: str) -> Layers:
    """The wheel goes along the blade; what it has passed is cut."""
    width, x, y = 156.0, 106.0, 40.0
    first, last = 0.40, 0.90
    at = first + (last - first) * m.fraction
    wheel = Sprite("wheel", x + width * (at - 0.5), y + 34, 58, 360 * m.t / 5)
    model = _model(sold)
    blank, cut = Sprite(f"blank/{model}", x, y, width, 0, (at, 1.0)), Sprite(f"key/{model}", x, y, width, 0, (0.0, at))
    return blank, cut, wheel, Sprite("clamp", 40, 42, 52)


def checking(m: Moment, *sold: str) -> Layers:
    """The copy before the light, measured."""
    left, right = 88.0, 153.0
    x = left + (right - left) * (0.5 - 0.5 * cos(2 * pi * m.t))
    measure = (
        Stroke(((left, 84), (left, 94)), 1.4),
        Stroke(((right, 84), (right, 94)), 1.4),
        Stroke(((left, 89), (right, 89)), 1.4),
    )
    return _tray(46), key(100, 50, model=_model(sold)), *measure, Stroke(((x, 24), (x, 72)), 1.8, accent=True)


def collect(m: Moment, *sold: str) -> Layers:
    """The copy comes out of the lit slot into the cup below."""
    down = ease(m.t / 0.5)
    copy = key(92, 80 - 44 * down, 84, model=_model(sold))
    return Sprite("chute", 92, 60, 150), copy, Sprite("lip", 92, 20, 132), *arrow(184, 84, 50)


def same(_m: Moment, *_: str) -> Layers:
    """Two keys, and they are alike."""
    return key(92, 88, 128), key(92, 34, 128, model="KW1/nickel"), Tick(178, 60, 12)


def unlike(m: Moment, *_: str) -> Layers:
    """Two keys, and a ring round where the lower one is cut otherwise."""
    return key(100, 88, 128), Sprite("feature/worn", 100, 34, 128), Halo(122, 39, 17, ease(m.t / 0.5))


def others(_m: Moment, *_: str) -> Layers:
    """Two keys that have nothing to do with each other."""
    return key(100, 88, 128), key(100, 34, 128, model="SC1/nickel")


def rejected(m: Moment, *sold: str) -> Layers:
    """The copy, and a ring round what is not right about it."""
    return key(100, 58, 168, model=_model(sold)), Halo(134, 64, 21, ease(m.t / 0.5))


def wheel(m: Moment, *_: str) -> Layers:
    """The cutting wheel, and a ring round it."""
    return Sprite("wheel", 100, 60, 84, 360 * m.t), Halo(100, 60, 52)


def bare(_m: Moment, code: str = "KW1", finish: str = "brass") -> Layers:
    """A blank as it lies in its slot."""
    return (Sprite(f"blank/{code}/{finish}", 100, 58, 168),)


def stock(_m: Moment, *_: str) -> Layers:
    """Blanks upon each other."""
    piled = ((96, 28, "KW1/nickel"), (102, 58, "SC1/brass"), (96, 88, "KW1/brass"))
    return tuple(Sprite(f"blank/{model}", x, y, 120) for x, y, model in piled)


def badge(_m: Moment, *_: str) -> Layers:
    """The badge of somebody who works here."""
    return (Sprite("badge", 100, 60, 88, 4),)


def pay(_m: Moment, *_: str) -> Layers:
    """A receipt."""
    return (Sprite("receipt", 100, 60, 90, -4),)


def card(m: Moment, *_: str) -> Layers:
    """A card comes before the terminal of this kiosk."""
    near = ease(m.t / 0.5)
    return Sprite("terminal", 74, 60, 118), Sprite("card", 168 - 34 * near, 48, 78, -8 + 4 * near)


def closed(_m: Moment, *_: str) -> Layers:
    """A kiosk with its shutter down."""
    return (Sprite("shutter", 100, 60, 122),)


def machine(m: Moment, *_: str) -> Layers:
    """Wheels that turn slowly: the machine looks after itself."""
    return Sprite("cog", 74, 56, 92, 360 * m.t / 14), Sprite("small_cog", 134, 84, 66, -360 * m.t / 10 + 9)


@dataclass(frozen=True)
class Scene:
    """A picture, and whether it moves by itself; `still` is the moment that tells most."""

    layers: Callable[..., Layers]
    moves: bool = False
    still: float = 0.0
    once: bool = False
    """It comes to rest after its first round."""


SCENES: dict[str, Scene] = {
    "attract": Scene(attract, moves=True, still=0.01),
    "lay_key": Scene(lay_key, moves=True, still=0.2),
    "clean_key": Scene(clean_key, moves=True, still=0.3),
    "take_key": Scene(take_key, moves=True, still=0.45),
    "looking": Scene(looking, moves=True, still=0.3),
    "found": Scene(found),
    "feature": Scene(feature, moves=True, still=1.0, once=True),
    "loading": Scene(loading, moves=True),
    "cutting": Scene(cutting, moves=True),
    "checking": Scene(checking, moves=True, still=0.3),
    "collect": Scene(collect, moves=True, still=0.42),
    "same": Scene(same),
    "unlike": Scene(unlike, moves=True, still=1.0, once=True),
    "others": Scene(others),
    "rejected": Scene(rejected, moves=True, still=1.0, once=True),
    "wheel": Scene(wheel, moves=True),
    "bare": Scene(bare),
    "stock": Scene(stock),
    "badge": Scene(badge),
    "pay": Scene(pay),
    "card": Scene(card, moves=True, still=0.5),
    "closed": Scene(closed),
    "machine": Scene(machine, moves=True),
}


def scene_of(name: str) -> tuple[Scene, tuple[str, ...]] | None:
    """The picture `name`, such as `found/KW1/brass`, and what is said of it; None is no picture."""
    kind, *rest = name.split("/")
    scene = SCENES.get(kind)
    return (scene, tuple(rest)) if scene is not None else None
