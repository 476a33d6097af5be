"""A few words on a button or in the frame, whose picture is made once and kept.

Responsible for: wrapping and measuring, and not writing the same words twice: making the picture of a text costs more
than everything else about a button. Not responsible for: running text (`ui.widgets.text`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy

from kivy.core.text import Label as CoreLabel  # isort: skip
from kivy.graphics import Color, Rectangle
from kivy.properties import ColorProperty
from kivy.uix.widget import Widget

TEXTURES_KEPT = 400
"""Pictures of words kept: those of a dozen screens in three languages."""
BETWEEN = " · "
"""Stands between the parts of one text."""


@lru_cache(maxsize=4 * TEXTURES_KEPT)
def width_of(text: str, font: str, size: float) -> float:
    """How wide `text` is in one line."""
    return float(CoreLabel(font_name=font, font_size=size).get_extents(text)[0])


def lines_of(text: str, font: str, size: float, most: float) -> int:
    """How many lines `text` takes, or a great many where a word is too long for one."""
    lines, line = 1, ""
    for word in text.split():
        wider = f"{line} {word}" if line else word
        if width_of(wider, font, size) <= most:
            line = wider
            continue
        if width_of(word, font, size) > most:
            return 99
        lines, line = lines + 1, word
    return lines


def whole_parts(text: str, font: str, size: float, most: float) -> str:
    """`text` in lines that end between its parts where there is room for those, and never with the dot between them."""
    lines: list[str] = []
    for part in text.split(BETWEEN):
        wider = f"{lines[-1]}{BETWEEN}{part}" if lines else part
        if lines and width_of(wider, font, size) <= most:
            lines[-1] = wider
        else:
            lines.append(part)
    return "\n".join(lines)


@lru_cache(maxsize=TEXTURES_KEPT)
def _picture(text: str, font: str, size: float, most: float | None, halign: str) -> Any:
    """White on nothing: colour is given when it is drawn, so that a change of colours makes no new pictures."""
    written = CoreLabel(
        text=text, font_name=font, font_size=size, text_size=(most, None), halign=halign, valign="middle"
    )
    written.refresh()
    return written.texture


class Caption(Widget):
    """Words as wide as they are, or wrapped at the most they may have."""

    color = ColorProperty((1, 1, 1, 1))

    def __init__(self, **kwargs: Any) -> None:
        self.text, self.font_name, self.font_size = "", "", 0.0
        self.text_size: tuple[float | None, None] = (None, None)
        self.texture_size: tuple[float, float] = (0, 0)
        super().__init__(size_hint=(None, None), size=(0, 0), **kwargs)
        with self.canvas:
            self._ink = Color()
            self._paper = Rectangle(size=(0, 0))
        self.fbind("pos", self._place)
        self.fbind("color", self._place)

    def write(self, text: str, font: str, size: float, most: float | None = None, halign: str = "center") -> None:
        """Show `text`; `texture_size` is what it needs then."""
        wraps = most is not None and bool(text) and width_of(text, font, size) > most
        self.text, self.font_name, self.font_size = text, font, size
        self.text_size = (most if wraps else None, None)
        if wraps and most is not None:
            text = whole_parts(text, font, size, most)
        texture = _picture(text, font, size, most if wraps else None, halign) if text else None
        self.texture_size = texture.size if texture else (0, 0)
        self._paper.texture = texture
        self._place()

    def _place(self, *_: Any) -> None:
        self._ink.rgba = self.color
        self._paper.pos = (round(self.x), round(self.y))
        self._paper.size = self.texture_size if self.text else (0, 0)
