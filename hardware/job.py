"""A cut as it goes to a machine: checked lines of G-code and where each must end.

A job holds the shape of a shopper's key: its repr shows nothing of it, and it is never written anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Position: TypeAlias = tuple[float, float, float]
"""Machine coordinates x, y, z in mm."""


@dataclass(frozen=True, repr=False)
class JobLine:
    """One line, the machine position it ends at (None: does not move), and whether it cuts.

    `plunge` marks a move down from a retracted place: the machine rests there and everything is compared first.
    """

    text: str
    end: Position | None = None
    cutting: bool = False
    plunge: bool = False


@dataclass(frozen=True, repr=False)
class CutJob:
    """A whole cut. `start` is the retracted position it must be run from."""

    lines: tuple[JobLine, ...]
    start: Position
    path_tolerance_mm: float = 0.05

    def __repr__(self) -> str:
        return f"CutJob({len(self.lines)} lines)"
