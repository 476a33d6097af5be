"""What a learner may choose from, for a command that knows no simulator.

Responsible for: the lessons' levels and complaints. Not responsible for: lessons themselves
(`simulator.faults.lesson`).
"""

from __future__ import annotations

from simulator.faults.lesson import lessons


def complaints(language: str = "en") -> tuple[tuple[str, str], ...]:
    """Level and complaint of each lesson, the first of which is number 1."""
    return tuple((str(lesson.level), lesson.complaint[language]) for lesson in lessons())
