"""A rectangle of the glass, as a value.

Responsible for: joining and growing. Not responsible for: what is drawn in it. Imports no Kivy.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor


@dataclass(frozen=True)
class Patch:
    """A rectangle of the glass in pixels, from its lower left."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def area(self) -> float:
        """Pixels in it."""
        return max(0.0, self.right - self.left) * max(0.0, self.top - self.bottom)

    def union(self, other: Patch) -> Patch:
        """The least rectangle that holds both."""
        return Patch(
            min(self.left, other.left),
            min(self.bottom, other.bottom),
            max(self.right, other.right),
            max(self.top, other.top),
        )

    def holds(self, other: Patch) -> bool:
        """Whether all of `other` lies in it."""
        return (
            self.left <= other.left
            and self.bottom <= other.bottom
            and other.right <= self.right
            and other.top <= self.top
        )

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        return self.right - self.left, self.top - self.bottom

    def grown(self, by: float) -> Patch:
        """So much more on every side."""
        return Patch(self.left - by, self.bottom - by, self.right + by, self.top + by)

    def within(self, other: Patch) -> Patch:
        """What of it lies in `other`, in whole pixels."""
        left, bottom = max(other.left, floor(self.left)), max(other.bottom, floor(self.bottom))
        return Patch(
            left, bottom, max(left, min(other.right, ceil(self.right))), max(bottom, min(other.top, ceil(self.top)))
        )
