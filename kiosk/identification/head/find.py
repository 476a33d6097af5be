"""One line found in one look at a head, and whether it is a known line seen again.

Responsible for: telling another look at the same line from a second line beside, above or across it. Not responsible
for: what a line says, and what a head says by all its lines (`stamp`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from config.phrases import fold
from kiosk.identification.head.letters import Text, TextLine

_AS_HIGH = 1.3
"""How nearly as high the same box is when it is found again."""
BESIDE_MM = 0.5
"""How far beside a line another look may find the same one."""
_WIDE, _GAPS = 1.2, 1.5
"""A letter with its gap is hardly wider than its line is high; room for so many letters may be empty."""
_ROUND_LETTERS_MM = 0.3
"""The blur around a letter: what of a matched line explains strokes."""
_MUCH_LONGER, _LONGER_MM = 1.5, 1.0
Spine = tuple[tuple[float, float], ...]


@dataclass(frozen=True, repr=False, eq=False)
class Find:
    """One line in one look: points along its middle on the bow, in its pixels, and what was made of it."""

    spine: Spine
    half_px: float
    text: Text
    length_mm: float
    """On the bow: unrolled, a line near the middle is drawn out."""
    on_metal: bool = True
    """Whether it lies where letters can stand, and not on a rim or in a hole that was painted over."""

    @property
    def middle(self) -> tuple[float, float]:
        """Halfway along its line."""
        return self.spine[len(self.spine) // 2]

    def no_higher_than(self, letters_mm: float) -> Find:
        """The line as high as its letters: what else its box holds may be another line across it."""
        half_mm = self.text.line.height_mm / 2
        px_per_mm = self.half_px / (half_mm + BESIDE_MM)
        return replace(self, half_px=(min(half_mm, letters_mm / 2) + _ROUND_LETTERS_MM) * px_per_mm)


def letters_in(said: str) -> int:
    """How many letters and figures; a sign that stands for some counts as one."""
    return max(sum(c.isalnum() for c in said), 1)


def at_one_place(one: Find, known: Find) -> bool:
    """Whether one find is another look at a known line: its middle lies on that line and it is not much longer.

    What stands above or below a maker's name is not excused by the name.
    """
    if one.length_mm > _MUCH_LONGER * known.length_mm + _LONGER_MM:
        return False
    return min(math.dist(one.middle, at) for at in known.spine) <= known.half_px


def says_the_same(find: Find, known: Find) -> bool:
    """Whether it is a known line again, with its words, in a box that leaves no room for others."""
    if not find.text.said or not known.text.said or fold(find.text.said[0]) != fold(known.text.said[0]):
        return False
    near = min(math.dist(find.middle, at) for at in known.spine) <= known.half_px
    return near and is_filled(find.text)


def is_filled(text: Text) -> bool:
    """Whether a line is no longer than what was read of it: of a long one two letters are not what it says."""
    return text.line.length_mm <= (letters_in(text.said[0]) + _GAPS) * _WIDE * text.line.height_mm


def lies_on(find: Find, known: list[Find]) -> bool:
    """Whether all of a find lies on known lines: round the rim two straight lines are found as one curve over both."""
    return all(any(math.dist(at, there) <= each.half_px for each in known for there in each.spine) for at in find.spine)


def is_same_box(line: TextLine, spine: Spine, known: Find, near_px: float) -> bool:
    """Whether a line ends where a known one ends and is about as high: nothing more can stand in it."""
    if not 1 / _AS_HIGH <= line.height_mm / max(known.text.line.height_mm, 1e-6) <= _AS_HIGH:
        return False
    ends, there = (spine[0], spine[-1]), (known.spine[0], known.spine[-1])
    return any(all(math.dist(a, b) <= near_px for a, b in zip(ends, way, strict=True)) for way in (there, there[::-1]))
