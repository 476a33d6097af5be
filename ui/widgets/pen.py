"""Drawing in a scene's own units, crisp at any size.

Responsible for: mapping a scene's box onto the glass and drawing smooth shapes there. Not responsible for: what
is drawn (`ui.widgets.scenes`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.theme import Rgba

from kivy.graphics import Color, Mesh, SmoothEllipse, SmoothLine, SmoothRoundedRectangle  # isort: skip
from kivy.graphics.tesselator import TYPE_POLYGONS, WINDING_ODD, Tesselator

Points: TypeAlias = Sequence[tuple[float, float]]


def _triangles(fans: Iterable[tuple[Sequence[float], Sequence[int]]]) -> tuple[list[float], list[int]]:
    """One mesh of all fans: a shape of eighty fans would be eighty calls to the graphics library in every frame."""
    vertices: list[float] = []
    indices: list[int] = []
    for fan, order in fans:
        first = len(vertices) // 4
        vertices += fan
        for at in range(1, len(order) - 1):
            indices += (first + order[0], first + order[at], first + order[at + 1])
    return vertices, indices


class Pen:
    """Draws into the canvas that is open. Scene units: the box is `width` by `height`, origin lower left."""

    def __init__(self, pos: Sequence[float], size: Sequence[float], width: float, height: float) -> None:
        self.unit = min(size[0] / width, size[1] / height)
        self._x0 = pos[0] + (size[0] - width * self.unit) / 2
        self._y0 = pos[1] + (size[1] - height * self.unit) / 2

    def px(self, x: float, y: float) -> tuple[float, float]:
        """Scene to glass."""
        return self._x0 + x * self.unit, self._y0 + y * self.unit

    def _flat(self, points: Points) -> list[float]:
        return [value for x, y in points for value in self.px(x, y)]

    def line(self, points: Points, colour: Rgba, width: float = 1.0, *, close: bool = False) -> None:
        """A round-ended line, `width` in scene units."""
        Color(rgba=colour)
        SmoothLine(
            points=self._flat(points), width=max(0.8, width * self.unit / 2), close=close, cap="round", joint="round"
        )

    def polygon(self, rings: Iterable[Points], colour: Rgba) -> None:
        """A filled shape, holes by the odd rule, edges smoothed."""
        Color(rgba=colour)
        tess = Tesselator()
        flats = [self._flat(ring) for ring in rings]
        for flat in flats:
            tess.add_contour(flat)
        if tess.tesselate(WINDING_ODD, TYPE_POLYGONS):
            vertices, indices = _triangles(tess.meshes)
            Mesh(vertices=vertices, indices=indices, mode="triangles")
        for flat in flats:
            SmoothLine(points=flat, width=0.8, close=True)

    def disc(self, x: float, y: float, r: float, colour: Rgba) -> None:
        """A filled circle."""
        Color(rgba=colour)
        cx, cy = self.px(x - r, y - r)
        SmoothEllipse(pos=(cx, cy), size=(2 * r * self.unit, 2 * r * self.unit))

    def circle(self, x: float, y: float, r: float, colour: Rgba, width: float = 1.0) -> None:
        """A ring."""
        Color(rgba=colour)
        cx, cy = self.px(x, y)
        SmoothLine(circle=(cx, cy, r * self.unit), width=max(0.8, width * self.unit / 2))

    def box(self, x: float, y: float, w: float, h: float, colour: Rgba, radius: float = 0.0) -> None:
        """A filled rectangle with round corners."""
        if w <= 0 or h <= 0:
            return
        Color(rgba=colour)
        r = min(radius, w / 2, h / 2) * self.unit
        SmoothRoundedRectangle(pos=self.px(x, y), size=(w * self.unit, h * self.unit), radius=[max(0.1, r)])

    def frame(self, x: float, y: float, w: float, h: float, colour: Rgba, radius: float, width: float) -> None:
        """The border of a rectangle with round corners."""
        Color(rgba=colour)
        px, py = self.px(x, y)
        SmoothLine(
            rounded_rectangle=(px, py, w * self.unit, h * self.unit, radius * self.unit),
            width=max(0.8, width * self.unit / 2),
        )
