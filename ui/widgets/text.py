"""Text that takes the width it is given and the height it needs, in a role of the type scale.

Responsible for: wrapping, measuring and following the theme. Not responsible for: which words.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil
from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.widgets.caption import lines_of
from ui.widgets.look import look

from kivy.core.text import Label as CoreLabel  # isort: skip
from kivy.lang import Builder
from kivy.properties import NumericProperty, ObjectProperty, StringProperty
from kivy.uix.label import Label

HEADLINE_STEPS = 6
"""Sizes of a headline from its largest to a plain title."""
SLACK_PX = 2
"""Beside the widest line, for what its letters might reach beyond it."""

Builder.load_string(
    """
<-TextLabel>:
    canvas:
        Color:
            rgba: self.color
        Rectangle:
            texture: self.inked
            size: self.inked.size if self.inked else (0, 0)
            pos:
                int(self.center_x - self.texture_size[0] / 2) + self.inked_x, \
                int(self.center_y - self.texture_size[1] / 2)
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
    """Running text. Roles are names of `ui.theme`: `ink` of its palette, `face` of its fonts, `scale` of its sizes.

    Its picture is white and takes its colour when it is drawn, so that other colours make no new pictures; and only
    that part of its width is drawn on which something stands.
    """

    ink = StringProperty("ink")
    face = StringProperty("regular")
    scale = StringProperty("text")
    role = StringProperty("")
    inked = ObjectProperty(None, allownone=True)
    """The part of its texture that is drawn."""
    inked_x = NumericProperty(0)
    """Where that part begins."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for role in ("ink", "face", "scale"):
            self.fbind(role, self.dress)
        look.follow(self, lambda label: label.dress())
        self.dress()

    def _trigger_texture_update(self, name: Any = None, source: Any = None, value: Any = None) -> None:
        if name != "color":
            super()._trigger_texture_update(name, source, value)

    def texture_update(self, *args: Any) -> None:
        """Write it."""
        super().texture_update(*args)
        whole = self.texture
        if whole is None:
            self.inked, self.inked_x = None, 0
            return
        # It stands where it was written, pixel upon pixel: nothing is mixed of its neighbours.
        whole.mag_filter = whole.min_filter = "nearest"
        width = min(whole.width, ceil(self._label._internal_size[0]) + 2 * SLACK_PX)  # noqa: SLF001 - kept nowhere else
        self.inked_x = {"left": 0, "right": whole.width - width}.get(self.halign, (whole.width - width) // 2)
        self.inked = whole.get_region(self.inked_x, 0, width, whole.height)

    def dress(self, *_: Any) -> None:
        """Take the colours, the letters and their size that are in force."""
        theme = look.theme
        self.color = getattr(theme.palette, self.ink)
        self.font_name, self.font_size = getattr(theme, self.face), getattr(theme, f"{self.scale}_px")


def height_at(words: TextLabel, size_px: float, width: float) -> float:
    """How high `words` would stand in letters of that size, in that width."""
    return _height(words.text, words.font_name, size_px, width, words.line_height)


@lru_cache(maxsize=400)
def _height(text: str, font: str, size_px: float, width: float, line_height: float) -> float:
    written = CoreLabel(text=text, font_name=font, font_size=size_px, text_size=(width, None), line_height=line_height)
    return float(written.render()[1])


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
        self.fbind("text", self.dress)
        self.fbind("width", self.dress)

    def dress(self, *_: Any) -> None:
        """As large as fits."""
        super().dress()
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
