"""Small live pictures of the cameras, each with its name.

Responsible for: laying them out and bringing grey pixels to the glass. Not responsible for: taking or keeping them:
a picture is copied to the screen and not held here.
"""

from __future__ import annotations

from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.widgets.look import look
from ui.widgets.text import SmallText

from kivy.graphics import Color, Rectangle  # isort: skip
from kivy.graphics.texture import Texture
from kivy.properties import NumericProperty, ObjectProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

COLUMNS = 3
SHAPE = 0.75
"""Height of a picture's place as part of its width."""


class Previews(GridLayout):
    """All pictures there are, three in a row."""

    pictures = ObjectProperty(())
    highest = NumericProperty(0)
    """Of one picture, in pixels; 0: as its width allows."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(cols=COLUMNS, size_hint_y=None, height=0, **kwargs)
        self.fbind("minimum_height", self.setter("height"))
        self.fbind("pictures", self._rebuild)
        self.fbind("highest", self._rebuild)
        look.follow(self, Previews._rebuild)
        self._rebuild()

    def _rebuild(self, *_: Any) -> None:
        shown = tuple(self.pictures or ())
        self.spacing = look.theme.gap_px
        cells = list(reversed(self.children))
        if len(cells) != len(shown):
            self.clear_widgets()
            cells = [Cell() for _ in shown]
            for cell in cells:
                self.add_widget(cell)
        for cell, preview in zip(cells, shown, strict=True):
            cell.highest = self.highest
            cell.show(preview)


class Cell(BoxLayout):
    """One picture above its name; in its place, why there is none."""

    highest = NumericProperty(0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(orientation="vertical", size_hint_y=None, **kwargs)
        self.fbind("minimum_height", self.setter("height"))
        self._frame = Widget(size_hint_y=None)
        self._name = SmallText(halign="center")
        self.add_widget(self._frame)
        self.add_widget(self._name)
        self.fbind("width", self._fit)
        self.fbind("highest", self._fit)
        for name in ("pos", "size"):
            self._frame.fbind(name, self._draw)
        self._texture: Any = None

    def show(self, preview: Any) -> None:
        """Put a picture up."""
        self._name.text = f"{preview.label}: {preview.problem}" if preview.problem else preview.label
        if preview.pixels is None:
            self._texture = None
        else:
            height, width = preview.pixels.shape
            self._texture = Texture.create(size=(width, height), colorfmt="luminance")
            self._texture.blit_buffer(preview.pixels.tobytes(), colorfmt="luminance", bufferfmt="ubyte")
            self._texture.flip_vertical()
        self._draw()

    def _fit(self, *_: Any) -> None:
        high = self.width * SHAPE
        self._frame.height = min(high, self.highest) if self.highest else high

    def _draw(self, *_: Any) -> None:
        frame = self._frame
        frame.canvas.clear()
        if frame.width < 4 or frame.height < 4:
            return
        with frame.canvas:
            Color(rgba=look.theme.palette.line)
            Rectangle(pos=frame.pos, size=frame.size)
            if self._texture is not None:
                scale = min(frame.width / self._texture.width, frame.height / self._texture.height)
                size = (self._texture.width * scale, self._texture.height * scale)
                Color(rgba=(1, 1, 1, 1))
                Rectangle(
                    texture=self._texture,
                    pos=(frame.center_x - size[0] / 2, frame.center_y - size[1] / 2),
                    size=size,
                )
