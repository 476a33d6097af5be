"""What is typed on a keypad, a box a character: how much there is, and how much is wanted, is seen without reading.

Responsible for: drawing it. Not responsible for: what was typed, or hiding it (`ui.present`).
"""

from __future__ import annotations

from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.widgets.caption import Caption
from ui.widgets.look import look

from kivy.clock import Clock  # isort: skip
from kivy.graphics import Color, SmoothEllipse, SmoothLine, SmoothRoundedRectangle
from kivy.properties import NumericProperty, StringProperty
from kivy.uix.widget import Widget

HIDDEN = "•"
"""Stands for a character that is never shown."""
TALLER = 1.2
"""A box's height by its width."""


class Boxes(Widget):
    """So many boxes, or one more than was typed; without `places` there are none."""

    text = StringProperty("")
    places = NumericProperty(0)
    ink = StringProperty("ink")

    def __init__(self, **kwargs: Any) -> None:
        self._captions: list[Caption] = []
        super().__init__(size_hint_y=None, height=0, **kwargs)
        self._trigger = Clock.create_trigger(self._draw, -1)
        for name in ("pos", "size", "text", "places", "ink"):
            self.fbind(name, self._trigger)
        look.follow(self, Boxes._draw)

    @property
    def count(self) -> int:
        """How many there are."""
        return max(int(self.places), len(self.text) + 1) if self.places else 0

    def _draw(self, *_: Any) -> None:
        theme, count = look.theme, self.count
        for caption in self._captions:
            caption.write("", theme.bold, theme.title_px)
        self.canvas.before.clear()
        if not count or self.width < theme.target_px:
            self.height = 0
            return
        gap = theme.mm(2)
        most = theme.mm(12 if theme.compact else 20)
        wide = min(most, (self.width - gap * (count - 1)) / count)
        self.height = round(most * TALLER)
        high = min(self.height, wide * TALLER)
        ink = getattr(theme.palette, self.ink)
        middle = self.center_y
        with self.canvas.before:
            for at in range(count):
                x = self.x + at * (wide + gap)
                box = (x, middle - high / 2, wide, high)
                typed = self.text[at : at + 1]
                Color(rgba=(*ink[:3], 0.2 if typed else 0.08))
                SmoothRoundedRectangle(pos=box[:2], size=box[2:], radius=[theme.mm(1.6)])
                Color(rgba=ink)
                width = theme.stroke_px if at == len(self.text) else theme.hair_px
                SmoothLine(rounded_rectangle=(*box, theme.mm(1.6)), width=width)
                if typed == HIDDEN:
                    r = min(theme.mm(2.6), wide * 0.22)
                    SmoothEllipse(pos=(x + wide / 2 - r, middle - r), size=(2 * r, 2 * r))
        for at, typed in enumerate(self.text):
            if typed != HIDDEN:
                self._write(at, typed, self.x + at * (wide + gap) + wide / 2, wide)

    def _write(self, at: int, typed: str, middle: float, wide: float) -> None:
        theme = look.theme
        while len(self._captions) <= at:
            self._captions.append(Caption())
            self.add_widget(self._captions[-1])
        caption = self._captions[at]
        caption.write(typed, theme.bold, max(theme.small_px, min(theme.title_px, wide)))
        caption.color, caption.size = getattr(theme.palette, self.ink), caption.texture_size
        caption.center = (middle, self.center_y)
