"""Words drawn straight onto a canvas: quick, crisp, kept while they are needed.

Responsible for: textures of short texts and putting them where they belong. Not responsible for: layout. Kivy's Label
is a widget with properties and bindings; a log of wire traffic needs hundreds of words that only move.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.theme import FONTS, Rgba

import kivy  # isort: skip
from kivy.core.text import Label as CoreLabel  # isort: skip
from kivy.graphics import Color, Rectangle

REGULAR = str(FONTS / "Inter-Regular.ttf")
SEMIBOLD = str(FONTS / "Inter-SemiBold.ttf")
BOLD = str(FONTS / "InterDisplay-Bold.ttf")
MONO = str(Path(kivy.__file__).parent / "data" / "fonts" / "RobotoMono-Regular.ttf")


@lru_cache(maxsize=1500)
def texture(text: str, size_px: float, font: str = REGULAR) -> Any:
    """White words on nothing; None for no words."""
    if not text:
        return None
    label = CoreLabel(text=text, font_size=size_px, font_name=font, color=(1, 1, 1, 1))
    label.refresh()
    return label.texture


@lru_cache(maxsize=3000)
def fitted(text: str, size_px: float, font: str, most_px: float) -> str:
    """As much of the text as fits, with an ellipsis where it does not."""
    if width(text, size_px, font) <= most_px:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle].rstrip() + "…", size_px, font) <= most_px:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…" if low else ""


@lru_cache(maxsize=6000)
def width(text: str, size_px: float, font: str = REGULAR) -> float:
    """How wide the words are, px."""
    label = CoreLabel(text=text, font_size=size_px, font_name=font)
    return float(label.get_extents(text)[0])


def wrapped(text: str, size_px: float, font: str, most_px: float) -> list[str]:
    """The text in lines that fit."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size_px, font) <= most_px:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def write(
    text: str, x: float, y: float, size_px: float, colour: Rgba, font: str = REGULAR, *, anchor: str = "left"
) -> float:
    """Put words into the canvas that is open, their middle line at `y`; returns how wide they are.

    Args:
        text: the words.
        x: where they begin, end or have their middle, px.
        y: middle of the line, px.
        size_px: of the font.
        colour: of the words.
        font: file.
        anchor: "left", "right" or "middle".
    """
    found = texture(text, round(size_px), font)
    if found is None:
        return 0.0
    wide, high = found.size
    left = {"left": x, "right": x - wide, "middle": x - wide / 2}[anchor]
    Color(rgba=colour)
    Rectangle(texture=found, pos=(round(left), round(y - high / 2)), size=found.size)
    return float(wide)


def write_mono(text: str, x: float, y: float, size_px: float, colour: Rgba) -> float:
    """Figures that change all the time: each character is a texture of its own, so that no new one is made."""
    step = mono_width(size_px)
    Color(rgba=colour)
    for i, character in enumerate(text.replace("-", "−")):
        found = texture(character, round(size_px), MONO) if character != " " else None
        if found is not None:
            Rectangle(texture=found, pos=(round(x + i * step), round(y - found.height / 2)), size=found.size)
    return step * len(text)


def mono_width(size_px: float) -> float:
    """Width of one character of figures, px."""
    return width("0", round(size_px), MONO)
