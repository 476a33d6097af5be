"""How bad input is reported: every problem at once, each as one line naming file, field and reason."""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong with something a person gave us."""

    file: str
    field: str
    reason: str

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
        print(f"kiosk: {problem}", file=sys.stderr)  # noqa: T201
