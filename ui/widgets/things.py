"""Small things of a shopper's page: the price as a tag, promises as tiles, the name of a key with its code.

Responsible for: drawing them. Not responsible for: their words.
"""

from __future__ import annotations

from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.widgets.caption import Caption
from ui.widgets.icons import draw_icon
from ui.widgets.look import look
from ui.widgets.text import TextLabel

from kivy.clock import Clock  # isort: skip
from kivy.graphics import Color, PopMatrix, PushMatrix, Rotate, SmoothLine, SmoothRoundedRectangle
from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

TILT_DEG = 3.0


class Tag(Widget):
    """A price on a tag, a little askew."""

    text = StringProperty("")
    role = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(size_hint=(None, None), size=(0, 0), **kwargs)
        self._label = Caption()
        self.add_widget(self._label)
        self._trigger = Clock.create_trigger(self._draw, -1)
        for name in ("pos", "text"):
            self.fbind(name, self._trigger)
        look.follow(self, Tag._draw)
        self._draw()

    def _draw(self, *_: Any) -> None:
        theme, label = look.theme, self._label
        label.write(self.text, theme.bold, theme.lead_px)
        label.color, label.size = theme.palette.on_mark, label.texture_size
        pad_x, pad_y = theme.mm(5), theme.mm(3)
        self.size = (label.width + 2 * pad_x, label.height + 2 * pad_y)
        label.center = self.center
        self.canvas.before.clear()
        self.canvas.after.clear()
        with self.canvas.before:
            PushMatrix()
            Rotate(angle=TILT_DEG, origin=self.center)
            Color(rgba=theme.palette.mark)
            SmoothRoundedRectangle(pos=self.pos, size=self.size, radius=[theme.mm(2.4)])
        with self.canvas.after:
            PopMatrix()


class NameChip(Widget):
    """What a key is called, and the code of its blank in a frame beside it."""

    text, code = StringProperty(""), StringProperty("")
    ink, role = StringProperty("on_field"), StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(size_hint_y=None, height=0, **kwargs)
        self._name, self._code = Caption(), Caption()
        self.add_widget(self._name)
        self.add_widget(self._code)
        self._trigger = Clock.create_trigger(self._draw, -1)
        for name in ("pos", "size", "text", "code", "ink"):
            self.fbind(name, self._trigger)
        look.follow(self, NameChip._draw)
        self._draw()

    def _draw(self, *_: Any) -> None:
        theme, name, code = look.theme, self._name, self._code
        ink = getattr(theme.palette, self.ink)
        code.write(self.code, theme.semibold, theme.small_px)
        pad = theme.mm(3)
        beside = code.texture_size[0] + 2 * pad + theme.gap_px
        name.write(self.text, theme.semibold, theme.lead_px, max(1.0, self.width - beside))
        name.size, code.size = name.texture_size, code.texture_size
        name.color = code.color = ink
        self.height = max(name.height, code.height + theme.mm(3))
        name.x, name.center_y = self.x, self.center_y
        code.x, code.center_y = name.right + theme.gap_px + pad, self.center_y
        self.canvas.before.clear()
        with self.canvas.before:
            Color(rgba=ink)
            frame = (code.x - pad, code.y - theme.mm(1.2), code.width + 2 * pad, code.height + theme.mm(2.4))
            SmoothLine(rounded_rectangle=(*frame, theme.mm(2)), width=theme.hair_px)


class Tile(BoxLayout):
    """An icon above a promise, on a card."""

    def __init__(self, icon: str, text: str, **kwargs: Any) -> None:
        super().__init__(orientation="vertical", **kwargs)
        self._icon = icon
        self.words = TextLabel(text=text, scale="small")
        self.add_widget(self.words)
        self._trigger = Clock.create_trigger(self._draw, -1)
        for name in ("pos", "size"):
            self.fbind(name, self._trigger)
        look.follow(self, Tile._draw)
        pad = look.theme.mm(4)
        self.padding = [pad, pad + self._icon_px() + look.theme.mm(2), pad, pad]

    def _icon_px(self) -> float:
        return look.theme.mm(7 if look.theme.compact else 10)

    @property
    def natural_height(self) -> float:
        """What its words need."""
        return float(self.words.height + self.padding[1] + self.padding[3])

    def _draw(self, *_: Any) -> None:
        theme, icon = look.theme, self._icon_px()
        self.canvas.before.clear()
        with self.canvas.before:
            Color(rgba=theme.palette.card)
            SmoothRoundedRectangle(pos=self.pos, size=self.size, radius=[theme.radius_px])
            Color(rgba=theme.palette.line)
            SmoothLine(rounded_rectangle=(*self.pos, *self.size, theme.radius_px), width=theme.hair_px)
            place = (self.x + theme.mm(4), self.top - theme.mm(4) - icon)
            draw_icon(self._icon, *place, icon, theme.palette.accent, theme.stroke_px * 0.7)


class Tiles(BoxLayout):
    """Promises beside each other, all as high as the highest."""

    rows = ObjectProperty(())

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(size_hint_y=None, height=0, **kwargs)
        self._fit_soon = Clock.create_trigger(self._fit, -1)
        self.fbind("rows", self._rebuild)
        self._rebuild()

    def _rebuild(self, *_: Any) -> None:
        self.clear_widgets()
        self.spacing = look.theme.gap_px
        for icon, text in self.rows or ():
            tile = Tile(icon, text)
            tile.words.fbind("height", self._fit_soon)
            self.add_widget(tile)
        self._fit_soon()

    def _fit(self, *_: Any) -> None:
        self.height = max((tile.natural_height for tile in self.children), default=0)
