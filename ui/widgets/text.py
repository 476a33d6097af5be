"""Text that takes the width it is given and the height it needs, in a role of the type scale.

Responsible for: wrapping, measuring and following the theme. Not responsible for: which words.
"""

from __future__ import annotations

from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.widgets.caption import lines_of
from ui.widgets.look import look

from kivy.lang import Builder  # isort: skip
from kivy.properties import StringProperty
from kivy.uix.label import Label

HEADLINE_STEPS = 6
"""Sizes of a headline from its largest to a plain title."""

Builder.load_string(
    """
<TextLabel>:
    size_hint_y: None
    text_size: self.width, None
    height: self.texture_size[1] if self.text else 0
    halign: 'left'
    valign: 'top'
    markup: False
    line_height: 1.12

<Title>:
    line_height: 1.02

<Display>:
    line_height: 1.0

<Headline>:
    line_height: 0.98
"""
)


class TextLabel(Label):
    """Running text. Roles are names of `ui.theme`: `ink` of its palette, `face` of its fonts, `scale` of its sizes."""

    ink = StringProperty("ink")
    face = StringProperty("regular")
    scale = StringProperty("text")
    role = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for role in ("ink", "face", "scale"):
            self.fbind(role, self._dress)
        look.follow(self, TextLabel._dress)
        self._dress()

    def _dress(self, *_: Any) -> None:
        theme = look.theme
        self.color = getattr(theme.palette, self.ink)
        self.font_name, self.font_size = getattr(theme, self.face), getattr(theme, f"{self.scale}_px")


class Title(TextLabel):
    """What the screen is about."""

    face = StringProperty("bold")
    scale = StringProperty("title")


class Headline(TextLabel):
    """The one sentence of a field: as large as it can be in two lines, or three where it is long."""

    face = StringProperty("bold")
    scale = StringProperty("headline")
    role = StringProperty("head")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fbind("text", self._dress)
        self.fbind("width", self._dress)

    def _dress(self, *_: Any) -> None:
        super()._dress()
        theme = look.theme
        first = getattr(theme, f"{self.scale}_px")
        sizes = [round(first - (first - theme.title_px) * step / HEADLINE_STEPS) for step in range(HEADLINE_STEPS + 1)]
        fits = [size for size in sizes if lines_of(self.text, self.font_name, size, self.width) <= 2]
        self.font_size = (fits or sizes[-1:])[0]


class Display(TextLabel):
    """The largest words."""

    face = StringProperty("bold")
    scale = StringProperty("display")


class LeadText(TextLabel):
    """The first sentence."""

    scale = StringProperty("lead")


class Strong(TextLabel):
    """Emphasis."""

    face = StringProperty("semibold")


class Soft(TextLabel):
    """Explanation."""

    ink = StringProperty("soft_ink")


class SmallText(TextLabel):
    """The least that may be shown."""

    ink = StringProperty("soft_ink")
    scale = StringProperty("small")
