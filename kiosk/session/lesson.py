"""A lesson: blanks of one slot laid for the reader, as far as it has come.

Responsible for: holding it. Not responsible for: what follows from a lay (`kiosk.session.phases.teaching`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.calibration.lesson import LAYS
from kiosk.key.reading import KeyReading
from kiosk.session.snapshot import LessonFound, LessonStep, LessonView


@dataclass
class Lesson:
    """One slot's. `looking`: the tray is being looked at."""

    slot: int
    blank: str
    step: LessonStep = LessonStep.LIFT
    looking: bool = False
    settled: bool = False
    """What lies there lay there at the last look too: the hand is out of the picture."""
    readings: list[KeyReading] = field(default_factory=list)
    found: LessonFound | None = None
    differs: str = ""
    taken_for: str = ""
    unlike_mm: float | None = None

    @property
    def view(self) -> LessonView:
        """As staff see it."""
        return LessonView(
            self.slot,
            self.step,
            len(self.readings),
            LAYS,
            self.found,
            self.differs,
            self.taken_for,
            self.unlike_mm,
        )
