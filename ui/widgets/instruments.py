"""A technician's instruments: axes upon their travel, lamps by name, lines of the wire, drift against its limit.

Responsible for: drawing them. Not responsible for: what they show (`ui.present.service`).
"""

from __future__ import annotations

from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.present.shown import Alert, AxisShown, LampShown
from ui.widgets.caption import Caption
from ui.widgets.lists import ListedText, Rows, one_line
from ui.widgets.look import look

from kivy.clock import Clock  # isort: skip
from kivy.graphics import Color, SmoothEllipse, SmoothLine, SmoothRoundedRectangle
from kivy.properties import ObjectProperty
from kivy.uix.widget import Widget


class _Instrument(Widget):
    """Drawn anew when what it shows changes."""

    shows = ObjectProperty(())

    def __init__(self, **kwargs: Any) -> None:
        self._said: list[tuple[str, float, float, str, bool]] = []
        super().__init__(size_hint_y=None, height=0, **kwargs)
        self._trigger = Clock.create_trigger(self._draw, -1)
        for name in ("pos", "size", "shows"):
            self.fbind(name, self._trigger)
        look.follow(self, _Instrument._again)

    def _again(self) -> None:
        self._trigger()

    def _draw(self, *_: Any) -> None:
        self.canvas.before.clear()
        self.clear_widgets()
        self._said.clear()
        self.height = self.wanted() if self.shows else 0
        if not self.shows or self.width < 40 or self.height < 1:
            return
        with self.canvas.before:
            self.paint()
        # A widget made while a canvas is open would be drawn into that canvas for good.
        for text, x, y, ink, right in self._said:
            self._write(text, x, y, ink, right=right)

    def write(self, text: str, x: float, y: float, *, ink: str = "ink", right: bool = False) -> None:
        """Words that begin, or end, at `x`, with their middle at height `y`."""
        self._said.append((text, x, y, ink, right))

    def _write(self, text: str, x: float, y: float, ink: str, *, right: bool) -> None:
        theme, label = look.theme, Caption()
        label.write(text, theme.semibold if ink == "ink" else theme.regular, theme.small_px)
        label.size, label.color = label.texture_size, getattr(theme.palette, ink)
        label.center_y = y
        label.x = x - label.width if right else x
        self.add_widget(label)

    def wanted(self) -> float:
        """How high it needs to be."""
        raise NotImplementedError

    def paint(self) -> None:
        """Draw into the open canvas."""
        raise NotImplementedError


class AxisSliders(_Instrument):
    """Each axis as a slider upon its travel; where it is not known there is no knob."""

    def wanted(self) -> float:
        """A row an axis."""
        return look.theme.mm(10 if look.theme.compact else 15) * len(self.shows)

    def paint(self) -> None:
        """Draw."""
        pitch = self.height / len(self.shows)
        for i, axis in enumerate(self.shows):
            self._axis(axis, self.top - pitch * (i + 0.5))

    def _axis(self, axis: AxisShown, y: float) -> None:
        theme = look.theme
        p, mm = theme.palette, theme.mm
        left, right = self.x + mm(11), self.right - mm(42)
        self.write(axis.name, self.x, y)
        self.write(axis.figure, self.right, y, right=True)
        Color(rgba=p.line)
        SmoothRoundedRectangle(pos=(left, y - mm(1.1)), size=(right - left, mm(2.2)), radius=[mm(1.1)])
        Color(rgba=p.edge)
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            x = left + share * (right - left)
            SmoothLine(points=[x, y - mm(2.6), x, y + mm(2.6)], width=theme.hair_px)
        if axis.place_mm is None or axis.travel_mm <= 0:
            return
        x = left + (right - left) * min(1.0, max(0.0, 1 + axis.place_mm / axis.travel_mm))
        Color(rgba=p.accent)
        SmoothRoundedRectangle(pos=(x - mm(1.5), y - mm(3.6)), size=(mm(3), mm(7.2)), radius=[mm(1.2)])


class Lamps(_Instrument):
    """Lamps with their names and what they say, two in a row where there is room."""

    def _columns(self) -> int:
        return min(len(self.shows), 2 if self.width > look.theme.mm(200) else 1)

    def wanted(self) -> float:
        """A row for each that stand beside each other."""
        rows = -(-len(self.shows) // self._columns())
        return look.theme.mm(8.6 if look.theme.compact else 11) * rows

    def paint(self) -> None:
        """Draw."""
        columns = self._columns()
        rows = -(-len(self.shows) // columns)
        pitch, wide = self.height / rows, self.width / columns
        for i, lamp in enumerate(self.shows):
            right = self.x + wide * (i % columns + 1) - (look.theme.gap_px if i % columns < columns - 1 else 0)
            self._lamp(lamp, self.x + wide * (i % columns), right, self.top - pitch * (i // columns + 0.5))

    def _lamp(self, lamp: LampShown, left: float, right: float, y: float) -> None:
        theme = look.theme
        p, r = theme.palette, theme.mm(2.2)
        Color(rgba={Alert.OFF: p.edge, Alert.ON: p.accent, Alert.WARN: p.mark, Alert.DANGER: p.danger}[lamp.alert])
        x = left + theme.mm(3)
        if lamp.alert is Alert.OFF:
            SmoothLine(circle=(x, y, r), width=theme.hair_px)
        else:
            SmoothEllipse(pos=(x - r, y - r), size=(2 * r, 2 * r))
        self.write(lamp.label, left + theme.mm(9), y, ink="soft_ink")
        self.write(lamp.value, right, y, ink="danger" if lamp.alert is Alert.DANGER else "ink", right=True)


class WireLines(Rows):
    """Lines of the wire, newest last: what goes to the board in the accent, what is wrong in red."""

    def make(self, row: Any) -> Widget:
        """One line."""
        words = one_line(ListedText())
        self.write(words, row, None)
        return words

    def write(self, widget: Any, row: Any, _before: Any) -> bool:
        """Another line."""
        widget.ink = "danger" if row.alert is not Alert.OFF else "accent" if row.to_board else "soft_ink"
        widget.text = row.text
        return True

    def space(self) -> None:
        """None."""
        self.spacing = 0


class Drift(_Instrument):
    """Mean error of the last copies, oldest left, between its limits. `shows` is a `DriftShown`."""

    def wanted(self) -> float:
        """As high as tells a tenth of the limit."""
        if not self.shows.values_mm:
            return 0.0
        return look.theme.mm(38 if look.theme.compact else 76)

    def paint(self) -> None:
        """Draw."""
        theme, drift = look.theme, self.shows
        p, mm = theme.palette, theme.mm
        left, middle = self.x + mm(26), self.center_y
        most = max(1.35 * drift.limit_mm, *(1.1 * abs(value) for value in drift.values_mm), 1e-6)
        scale = self.height / 2 / most
        for share, words in zip((1, 0, -1), drift.ticks, strict=True):
            y = middle + share * drift.limit_mm * scale
            self.write(words, left - mm(3), y, ink="soft_ink" if share == 0 else "danger", right=True)
            Color(rgba=p.edge if share == 0 else p.danger)
            SmoothLine(points=[left, y, self.right, y], width=theme.hair_px, dash_length=1 if share == 0 else 6)
        step = (self.right - left) / len(drift.values_mm)
        points = [(left + (i + 0.5) * step, middle + value * scale) for i, value in enumerate(drift.values_mm)]
        Color(rgba=p.accent)
        if len(points) > 1:
            SmoothLine(points=[value for point in points for value in point], width=theme.hair_px)
        r = min(mm(1.8), step * 0.4)
        for (x, y), value in zip(points, drift.values_mm, strict=True):
            Color(rgba=p.danger if abs(value) > drift.limit_mm else p.accent)
            SmoothEllipse(pos=(x - r, y - r), size=(2 * r, 2 * r))
