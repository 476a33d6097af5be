"""Text that takes the width it is given and the height it needs.

Responsible for: wrapping and measuring. Not responsible for: which words.
"""

from __future__ import annotations

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy

from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty
from kivy.uix.label import Label

Builder.load_string(
    """
#:import look ui.widgets.look.look

<Words>:
    size_hint_y: None
    text_size: self.width, None
    height: self.texture_size[1] if self.text else 0
    halign: 'left'
    valign: 'top'
    markup: False
    line_height: 1.12
    color: look.theme.palette.ink
    font_name: look.theme.regular
    font_size: look.theme.text

<Title>:
    font_name: look.theme.bold
    font_size: look.theme.title
    line_height: 1.02

<Display>:
    font_name: look.theme.bold
    font_size: look.theme.display
    line_height: 1.0

<Lead>:
    font_size: look.theme.lead

<Strong>:
    font_name: look.theme.semibold

<Soft>:
    color: look.theme.palette.soft_ink

<Small>:
    font_size: look.theme.small
    color: look.theme.palette.soft_ink
"""
)


class Words(Label):
    """Running text. `fits` is checked by tests: nothing may be cut off."""

    mono = BooleanProperty(False)


class Title(Words):
    """What the screen is about."""


class Display(Words):
    """The largest words."""


class Lead(Words):
    """The first sentence."""


class Strong(Words):
    """Emphasis."""


class Soft(Words):
    """Explanation."""


class Small(Words):
    """The least that may be shown."""
