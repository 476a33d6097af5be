"""Parts of a drawing that are drawn anew only when what they show has changed, and moved without being drawn.

Responsible for: keeping and moving them. Not responsible for: what they look like.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, sin
from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.panel.style import mixed
from ui.theme import Theme

from kivy.graphics import Canvas, Color, PopMatrix, PushMatrix, Rotate, SmoothLine, Translate  # isort: skip


class _Layer:
    def __init__(self) -> None:
        self.canvas = Canvas()
        self.push = PushMatrix()
        self.move = Translate(0, 0, 0)
        self.inside = Canvas()
        self.pop = PopMatrix()
        for part in (self.push, self.move, self.inside, self.pop):
            self.canvas.add(part)
        self.shows: object = None
        self.fresh = False


class Layers:
    """Layers upon a canvas, in the order they were first drawn."""

    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas
        self._layers: dict[str, _Layer] = {}

    def draw(self, name: str, shows: object, act: Callable[[], None], at: tuple[float, float] = (0.0, 0.0)) -> None:
        """Draw a layer if `shows` differs from the last time, and put it `at` (px from where it was drawn)."""
        layer = self._layers.get(name)
        if layer is None:
            layer = self._layers[name] = _Layer()
            self._canvas.add(layer.canvas)
        if not layer.fresh or layer.shows != shows:
            layer.inside.clear()
            with layer.inside:
                act()
            layer.shows, layer.fresh = shows, True
        if (layer.move.x, layer.move.y) != at:
            layer.move.x, layer.move.y = at

    def forget(self) -> None:
        """Everything is drawn anew the next time."""
        for layer in self._layers.values():
            layer.fresh = False


class Spin:
    """The window in the wheel's housing: the wheel's end, turning."""

    def __init__(self) -> None:
        self._rotate: Any = None
        self._angle_deg = 0.0

    def draw(self, scene: Any, theme: Theme, machine: dict[str, Any]) -> None:
        """Draw it into the canvas that is open; the wheel's lowest point is at u = v = 0."""
        p = theme.palette
        v = machine["wheel"]["diameter_mm"] / 2 - 1.5
        scene.disc(0, v, 6.4, p.paper)
        x, y = scene.px(0, v)
        PushMatrix()
        self._rotate = Rotate(angle=self._angle_deg, origin=(x, y))
        r = 5.4 * scene.unit
        Color(rgba=mixed(p.steel, p.ink, 0.35))
        rim: list[float] = []
        for i in range(28):
            a, radius = 2 * pi * i / 28, r if i % 2 else r * 0.86
            rim += [x + radius * cos(a), y + radius * sin(a)]
        SmoothLine(points=rim, width=1.0, close=True)
        for i in range(3):
            a = 2 * pi * i / 3
            SmoothLine(points=[x, y, x + r * 0.8 * cos(a), y + r * 0.8 * sin(a)], width=1.3)
        PopMatrix()

    def turn(self, by_deg: float) -> None:
        """Turn it on."""
        self._angle_deg = (self._angle_deg - by_deg) % 360
        if self._rotate is not None:
            self._rotate.angle = self._angle_deg
