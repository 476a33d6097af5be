"""How bad input is reported: every problem at once, each as one line naming file, field and reason."""

from __future__ import annotations

import dataclasses
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Facts: TypeAlias = tuple[tuple[str, int | float | str], ...]
"""Figures of a problem, by the name that stands for each in a screen's words."""


class Wrong(StrEnum):
    """Kinds of problems of what is typed at a screen, which says them in the language of whoever typed it."""

    OTHER = "other"
    MISSING = "missing"
    NO_NUMBER = "no_number"
    NOT_WHOLE = "not_whole"
    TOO_SMALL = "too_small"
    """Must be more than `limit`, or `limit_mm`; so with the next three."""
    TOO_LARGE = "too_large"
    BELOW_LEAST = "below_least"
    ABOVE_MOST = "above_most"
    TOO_FEW = "too_few"
    """Of figures, or of characters: fewer than `limit`."""
    TOO_MANY = "too_many"
    LETTERS = "letters"
    """Other characters than capitals, digits and hyphens."""
    ON_FILE = "on_file"
    CLOSED_NAME = "closed_name"
    """`name` stands for keys that are not copied."""
    NO_SLOT = "no_slot"
    NO_COUNT = "no_count"
    """Of depths there are two to twelve."""
    COUNT = "count"
    """`listed` figures stand there, but another number was typed."""
    NOT_DEEPER = "not_deeper"
    """The depth `code` is not deeper than the one before."""
    STEP = "step"
    """Between two depths lies `fall_mm`, but the step is `step_mm`."""
    ABOVE_BLADE = "above_blade"
    CUT_THROUGH = "cut_through"
    FLAT = "flat"
    FEW_DEPTHS = "few_depths"
    REACHES_NEIGHBOUR = "reaches_neighbour"
    PAST_END = "past_end"
    """The last of `cuts` cuts lies past the blade's end."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with something a person gave us. `kind` and `facts` say it where screens do."""

    file: str
    field: str
    reason: str
    kind: Wrong = dataclasses.field(default=Wrong.OTHER, compare=False)
    facts: Facts = dataclasses.field(default=(), compare=False)

    def __str__(self) -> str:
        where = f"{self.file}: {self.field}" if self.field else self.file
        return f"{where}: {self.reason}"


class BadInput(Exception):
    """Input that cannot be used; the command line prints one line a problem and exits with status 2."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def print_problems(bad: BadInput) -> None:
    """One line a problem on stderr: the product's own voice on a command line and in a service's log."""
    for problem in bad.problems:
        print(f"kiosk: {problem}", file=sys.stderr)  # noqa: T201 - a command's own voice
