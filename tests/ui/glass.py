"""The one Kivy window of the test process, and measuring what stands on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

from ui.gallery import SIZES, Gallery
from ui.theme import CAP_HEIGHT_EM, MIN_TARGET_MM, MIN_TEXT_MM


@cache
def gallery() -> Gallery:
    """Kivy has one window a process: every test of this folder shares it."""
    return Gallery(SIZES["portrait"][:2])


@dataclass(frozen=True)
class Box:
    name: str
    x: float
    y: float
    right: float
    top: float

    def inside(self, other: Box, slack: float = 1.5) -> bool:
        return (
            self.x >= other.x - slack
            and self.y >= other.y - slack
            and self.right <= other.right + slack
            and self.top <= other.top + slack
        )

    def meets(self, other: Box, slack: float = 2.0) -> bool:
        return (
            min(self.right, other.right) - max(self.x, other.x) > slack
            and min(self.top, other.top) - max(self.y, other.y) > slack
        )


def box_of(widget: Any, name: str) -> Box:
    x, y = widget.to_window(widget.x, widget.y)
    return Box(name, x, y, x + widget.width, y + widget.height)


def labels_in(root: Any) -> Iterator[Any]:
    from kivy.uix.label import Label

    from ui.widgets.caption import Caption

    for widget in root.walk(restrict=True):
        if isinstance(widget, Label | Caption) and widget.text:
            yield widget


def mistakes(frame: Any, theme: Any) -> list[str]:
    """Everything clipped, overlapping, too small or outside the glass."""
    from ui.widgets.button import BigButton

    root = frame._dialogue or frame
    glass = box_of(frame, "glass")
    found: list[str] = []
    buttons = [w for w in root.walk(restrict=True) if isinstance(w, BigButton)]
    inside_buttons = {label for button in buttons for label in button.labels}
    boxes: list[Box] = []
    for label in labels_in(root):
        box = box_of(label, f"text {label.text[:40]!r}")
        if label.font_size * CAP_HEIGHT_EM < MIN_TEXT_MM * theme.px_per_mm - 0.01:
            found.append(f"{box.name} is smaller than {MIN_TEXT_MM} mm")
        if label.texture_size[1] > label.height + 1.5 or label.texture_size[0] > label.width + 1.5:
            found.append(f"{box.name} is clipped: {label.texture_size} in {label.size}")
        if not box.inside(glass):
            found.append(f"{box.name} leaves the glass: {box}")
        if label.text_size[0] and not getattr(label, "shorten", False):
            found += [
                f"{box.name} breaks the word {w!r}"
                for w in label.text.split()
                if _width(label, w) > label.text_size[0] + 1
            ]
        if label not in inside_buttons:
            boxes.append(box)
    for button in buttons:
        box = box_of(button, f"button {button.action.id}")
        boxes.append(box)
        for side, length in (("wide", button.width), ("high", button.height)):
            if length < MIN_TARGET_MM * theme.px_per_mm:
                found.append(f"{box.name} is only {length / theme.px_per_mm:.1f} mm {side}")
        if not box.inside(glass):
            found.append(f"{box.name} leaves the glass")
        for label in button.labels:
            if label.text and not box_of(label, "").inside(box):
                found.append(f"{box.name}: its words {label.text!r} stand out of it")
    found += [f"{a.name} overlaps {b.name}" for a, b in combinations(boxes, 2) if a.meets(b)]
    return found


def time_passes(held: Any, part: float) -> None:
    """That part of the time a button is to be held, to one that is held: looked at before, and often enough after."""
    from ui.widgets.look import look

    for elapsed_s in (0.0, look.theme.motion.hold_s * part, 0.0, 0.0):
        if held._holding is not None:
            held._hold(elapsed_s)


@cache
def _measure(font: str, size: float, word: str) -> float:
    from kivy.core.text import Label as CoreLabel

    return float(CoreLabel(font_name=font, font_size=size).get_extents(word)[0])


def _width(label: Any, word: str) -> float:
    return _measure(label.font_name, label.font_size, word)
