"""Text that takes the width it is given and the height it needs, in a role of the type scale.

Responsible for: wrapping, measuring and following the theme. Not responsible for: which words.
"""

from __future__ import annotations

from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.widgets.look import look

from kivy.lang import Builder  # isort: skip
from kivy.properties import StringProperty
from kivy.uix.label import Label

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
"""
)


class TextLabel(Label):
    """Running text. Roles are names of `ui.theme`: `ink` of its palette, `face` of its fonts, `scale` of its sizes."""

    ink = StringProperty("ink")
    face = StringProperty("regular")
    scale = StringProperty("text")

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
