"""Lessons for a technician: a fault nobody names, found on the kiosk's own pages, answered, scored.

Responsible for: the form of a lesson's file, one learner's way through one, its score. Not responsible for: what a
fault does (`simulator.faults.table`), who shows it (`ui.panel`), or words of faults.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from config.base import Frozen
from config.problems import BadInput, Problem
from config.toml_files import checked, read_toml
from simulator.faults.injection import FAULTS, FaultPanel
from simulator.faults.model import Value
from simulator.faults.simulated_machine import SimulatedMachine

FOLDER = Path(__file__).parent / "lessons"
LANGUAGES = ("en", "es", "fr")
POINTS = (100, 60, 30, 0)
"""For the first answer being right, the second, the third; and for none."""


class Lesson(Frozen):
    """One lesson: what the shop complains of, what it is, what else it might be, and what tells them apart."""

    level: Literal["easy", "middle", "hard"]
    answer: str
    others: tuple[str, ...] = Field(min_length=3, max_length=6)
    parameters: dict[str, Value] = Field(default_factory=dict)
    complaint: dict[str, str]
    evidence: dict[str, str]

    @model_validator(mode="after")
    def _can_be_taught(self) -> Self:
        for name in (self.answer, *self.others):
            if name not in FAULTS:
                raise ValueError(f"answer: {name} is no fault; `kiosk simulate faults` lists them")
        if self.answer in self.others or len(set(self.others)) < len(self.others):
            raise ValueError("others: each choice must stand there once")
        for words in (self.complaint, self.evidence):
            if set(words) != set(LANGUAGES):
                raise ValueError(f"complaint and evidence must be said in {', '.join(LANGUAGES)}")
        try:
            FAULTS[self.answer].values(self.parameters, "parameters")
        except BadInput as bad:
            raise ValueError(f"parameters: {bad.problems[0].reason}") from None
        return self

    @property
    def choices(self) -> tuple[str, ...]:
        """What may be answered, in an order that says nothing."""
        return tuple(sorted((self.answer, *self.others)))


@cache
def lessons() -> tuple[Lesson, ...]:
    """All of them, easy ones first; lesson 1 is the first.

    Raises:
        BadInput: naming file, field and reason.
    """
    return tuple(load_lesson(path) for path in sorted(FOLDER.glob("*.toml")))


def load_lesson(path: Path) -> Lesson:
    """One file.

    Raises:
        BadInput: naming file, field and reason.
    """
    return checked(Lesson, read_toml(path), path.name)


class Course:
    """One learner before one machine. Its faults are its own: nobody who looks at the machine's is told of them."""

    def __init__(self, sim: SimulatedMachine) -> None:
        """No lesson yet."""
        self._faults = FaultPanel(sim)
        self._number = 0
        self._wrong: list[str] = []
        self._over = False
        self.sign_in: dict[str, str] = {}
        """Number and PIN of the learner's account, where one was made for a lesson."""

    @property
    def blind(self) -> bool:
        """Whether a fault is to be found that must not be shown."""
        return self._number > 0 and not self._over

    def begin(self, number: int, source: str = "lesson") -> None:
        """Let a lesson's fault come.

        Raises:
            BadInput: there is no such lesson.
        """
        lesson = _lesson(number, source)
        self.end()
        self._faults.set(lesson.answer, lesson.parameters, source)
        self._number, self._wrong, self._over = number, [], False

    def answer(self, fault: str, source: str = "lesson") -> None:
        """Say what it is.

        Raises:
            BadInput: no lesson goes on, or it is none of the choices.
        """
        if not self.blind:
            raise BadInput(Problem(source, "answer", "no lesson goes on"))
        lesson = _lesson(self._number, source)
        if fault not in lesson.choices or fault in self._wrong:
            left = ", ".join(each for each in lesson.choices if each not in self._wrong)
            raise BadInput(Problem(source, "fault", f"must be one of {left}"))
        if fault != lesson.answer:
            self._wrong.append(fault)
        self._over = fault == lesson.answer or len(self._wrong) == len(POINTS) - 1

    def end(self) -> None:
        """Mend what the lesson broke."""
        self._faults.clear_all()
        self._number = 0

    def state(self) -> dict[str, Any] | None:
        """Where the learner stands; what it was only once the lesson is over."""
        if not self._number:
            return None
        lesson = _lesson(self._number, "lesson")
        told: dict[str, Any] = {"number": self._number, "wrong": list(self._wrong), "over": self._over}
        if self.sign_in:
            told["sign_in"] = self.sign_in
        if self._over:
            told |= {"answer": lesson.answer, "score": POINTS[len(self._wrong)]}
        return told


def _lesson(number: int, source: str) -> Lesson:
    known = lessons()
    if not 1 <= number <= len(known):
        raise BadInput(Problem(source, "number", f"there is no lesson {number}; they go from 1 to {len(known)}"))
    return known[number - 1]


def blinded(state: dict[str, Any], capacity: dict[str, int]) -> dict[str, Any]:
    """The machine as somebody sees it who must find out: what only a simulation knows is as in a sound one."""
    return {
        **state,
        "position_mm": state["commanded_mm"],
        "stock": {slot: capacity[slot] for slot in state["stock"]},
        "lamp": 1.0,
        "cameras_gone": [],
        "brush_worn": False,
        "wheel_worn_mm": 0.0,
        "limits": "",
        "probe": False,
        "door_open": False,
        "hold": False,
        "emergency_stop": False,
        "unplugged": False,
    }
