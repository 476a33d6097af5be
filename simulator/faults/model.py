"""What a named fault is: parameters with bounds, a description, the outcome the kiosk must reach, and how it acts.

Responsible for: the form of a fault and checking what is asked of one. Not responsible for: which there are
(`simulator.faults.injection`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from config.problems import BadInput, Problem

if TYPE_CHECKING:
    from simulator.faults.simulated_machine import SimulatedMachine

Value: TypeAlias = float | int | str
Undo: TypeAlias = Callable[[], None]
Act: TypeAlias = "Callable[[SimulatedMachine, Mapping[str, Value]], Undo]"


class Required(StrEnum):
    """What the kiosk must do about it, in one of these ways."""

    CARRIES_ON = "carries on: the copy is measured and good"
    ASKS_AGAIN = "asks the shopper to lay the key again, then staff"
    SLOT_LOCKED = "blank rejected, slot locked, another slot or no charge"
    REJECTED = "copy measured as bad: rejected, cut once more, else no charge and staff"
    STOPS = "stops at once, scraps the blank, no charge, homes again or out of order"
    OUT_OF_ORDER = "out of order: no motion, no charge, staff called"
    NOT_PAID = "nothing is cut and nothing charged: paid another way, or not at all"
    ASKED = "the terminal is asked until it is known: charged once, or not at all"
    STAFF_SAY = "out of order: staff say who has the copy, and nothing is charged before they do"
    UNSEEN = "cannot be sensed by the machine: staff find it"


@dataclass(frozen=True)
class Parameter:
    """One parameter: default, bounds (numbers) or choices (words)."""

    default: Value
    low: float = 0.0
    high: float = 0.0
    choices: tuple[str, ...] = ()
    whole: bool = False
    unit: str = ""

    def check(self, raw: object) -> Value:
        """The value, or a sentence why not (ValueError)."""
        if isinstance(self.default, str):
            if not isinstance(raw, str):
                raise ValueError("must be a word")
            if self.choices and raw not in self.choices:
                raise ValueError(f"must be one of {', '.join(self.choices)}")
            return raw
        if isinstance(raw, str):
            try:
                raw = float(raw)
            except ValueError:
                raise ValueError("must be a number") from None
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            raise ValueError("must be a number")
        if not self.low <= raw <= self.high:
            raise ValueError(f"must lie between {self.low:g} and {self.high:g}")
        if self.whole:
            if raw != int(raw):
                raise ValueError("must be a whole number")
            return int(raw)
        return float(raw)

    def describe(self) -> str:
        """For the list of faults."""
        span = "|".join(self.choices) if self.choices else f"{self.low:g}…{self.high:g}{self.unit}"
        return f"{self.default}" if isinstance(self.default, str) and not self.choices else f"{self.default} ({span})"


AFTER = Parameter(0.0, 0.0, 86400.0, unit=" s")
"""Every fault may come only after a while."""


@dataclass(frozen=True)
class Fault:
    """One fault by name."""

    name: str
    description: str
    outcome: Required
    act: Act
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    harms: tuple[str, ...] = ()
    """Incidents it causes whatever software does on a machine without further sensors: the hardware's to prevent."""

    def values(self, given: Mapping[str, object], source: str) -> dict[str, Value]:
        """All parameters with defaults filled in.

        Raises:
            BadInput: naming each one that is unknown or out of bounds.
        """
        known = {**self.parameters, "after_s": AFTER}
        problems = [
            Problem(source, f"{self.name}.{name}", f"is no parameter; there are {', '.join(sorted(known))}")
            for name in given
            if name not in known
        ]
        values: dict[str, Value] = {}
        for name, parameter in known.items():
            try:
                values[name] = parameter.check(given[name]) if name in given else parameter.default
            except ValueError as reason:
                problems.append(Problem(source, f"{self.name}.{name}", str(reason)))
        if problems:
            raise BadInput(*problems)
        return values
