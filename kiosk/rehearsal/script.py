"""A scenario as a file: who comes with which key, what goes wrong when, and what must be true at the end.

Responsible for: the form of the file and telling every mistake with line, field and reason. Not responsible for:
playing it (`kiosk.rehearsal.run_scenario`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.base import Frozen
from config.ordinary_file import ordinary
from config.problems import BadInput, Problem
from config.toml_files import checked, read_toml
from kiosk.key.reading import Outcome, Wear
from kiosk.session.states import State
from simulator.faults.injection import FAULTS
from simulator.keys.sample_keys import SAMPLE_KEYS
from simulator.terminals.card import TerminalFault


class KeyBrought(Frozen):
    """The key: a sample key, drawn and read, or one whose reading is ready made."""

    sample: str = ""
    seed: int = 1
    blank: str = "KW1"
    outcomes: tuple[Outcome, ...] = (Outcome.IDENTIFIED,)
    """One for each time it is laid, the last for ever."""
    keyway: str = ""
    """For a ready-made key of a keyway that has no blank here."""
    wear: Wear = Wear.NEW
    off_mm: float = Field(default=0.0, ge=-0.25, le=0.25)
    """Of a ready-made key: how much higher every cut stands than its code says."""
    stamp: tuple[str, ...] = ()
    name_and_phone: bool = False
    head_seen: bool = True
    head_illegible: bool = False

    @model_validator(mode="after")
    def _is_a_sample_key(self) -> Self:
        if self.sample and self.sample not in SAMPLE_KEYS:
            raise ValueError(f"sample: there is no key {self.sample}; `kiosk simulate frames --list` names them")
        return self


class StaffVisit(Frozen):
    """Staff come in a state: number, PIN, and what they do one after another.

    `does`: `approve REASON` (or `approve`), `deny`, `refill SLOT COUNT`, `unlock SLOT`, `close`, `open`, `recover`,
    `received`, `not_received`, `service`, `action NAME`, `wait`, `leave`.
    """

    comes_in: State
    number: str = "1001"
    pin: str = ""
    does: tuple[str, ...] = ()


class FaultInjection(Frozen):
    """A fault by name, when it comes and when it goes."""

    fault: str
    comes_in: State | None = None
    at_fraction: float = Field(default=0.0, ge=0, le=1)
    """Of the cut, if it comes in `cutting`."""
    after_s: float = Field(default=0.0, ge=0, le=3600)
    clears_in: State | None = None
    clears_after_s: float | None = Field(default=None, ge=0, le=3600)
    parameters: dict[str, float | int | str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_a_fault(self) -> Self:
        if self.fault not in FAULTS:
            raise ValueError(f"fault: {self.fault} is none; `kiosk simulate faults` lists them")
        return self


class TerminalTrouble(Frozen):
    """What the card terminal does wrong."""

    request: Literal["authorise", "capture", "void", "refund", "query", "any"] = "any"
    mishap: TerminalFault
    times: int = Field(default=1, ge=1, le=1000)


class ScriptedVisit(Frozen):
    """One visit of one person."""

    purpose: Literal["copy", "bring_back", "staff", "nothing"] = "copy"
    key: KeyBrought = KeyBrought()
    think_s: float = Field(default=4.0, ge=0, le=600)
    quantity: int = Field(default=1, ge=1, le=50)
    finish: str = ""
    restore: bool = True
    language: str = ""
    leaves_in: State | None = None
    walks_away_in: State | None = None
    stops_in: State | None = None
    stops_at_copy: int = Field(default=1, ge=1)
    stops_at_fraction: float = Field(default=0.0, ge=0, le=1)
    lays_again: bool = True
    pays_again: bool = True
    more_time: int = Field(default=0, ge=0, le=50)
    receipt_code: str = "last"
    """For bring_back: `last` is the code of the last sale."""
    copy_laid: KeyBrought | None = None
    """For bring_back: what is laid as the copy, after `key` as the original; `key` once more if left out."""
    remedy: Literal["refund", "recut"] = "refund"
    """For bring_back: what is chosen, if it is offered."""
    calls_staff: bool = False
    power_cut_in: State | None = None
    staff: tuple[StaffVisit, ...] = ()


class Expect(Frozen):
    """What must be true at the end. Money, metal and the wheel are always checked beside it."""

    ends_in: State = State.WELCOME
    lingers_s: float = Field(default=0.0, ge=0, le=86400)
    """How long nobody does anything at the end, while faults come and go: nothing may move in that time."""
    through: tuple[State, ...] = ()
    not_through: tuple[State, ...] = ()
    delivered: int | None = Field(default=None, ge=0)
    """Copies in the chute; left out where a fault may end either way."""
    charged_minor: int | None = None
    """What the shoppers paid in the end; by default the price of what was delivered."""
    rejected: int | None = None
    rules: tuple[str, ...] = ()
    try_again: tuple[Outcome, ...] = ()
    fault: str = ""
    failed_reason: str = ""
    closed_reason: str = ""
    locked_slots: tuple[int, ...] | None = None
    staff_called: bool | None = None
    audit: tuple[str, ...] = ()
    """Kinds of record that must have been made."""
    returned: Literal["", "refund", "recut", "same", "off", "worn_or_off", "other_key", "unreadable"] = ""
    """What came of a copy brought back: how it compared, or a remedy that was offered."""


class Scenario(Frozen):
    """A whole scenario."""

    title: str = Field(min_length=5, max_length=120)
    seed: int = 1
    frames: bool = False
    """Draw and read pictures; otherwise readings are ready made. Sample keys need pictures."""
    board: Literal["stock", "echo", "guarded", "grbl", "grbl-echo", "grbl-door", "grblhal", "fluidnc"] = "stock"
    """Which firmware runs on the board: as it comes, built with line echo, or with a door input of its own as well; or
    one of the profiles of `kiosk simulate --board`."""
    visit: tuple[ScriptedVisit, ...] = Field(min_length=1, max_length=20)
    trouble: tuple[FaultInjection, ...] = ()
    terminal: tuple[TerminalTrouble, ...] = ()
    store: dict[str, str | int] = Field(default_factory=dict)
    """Store settings other than the shipped ones."""
    machine: dict[str, dict[str, str | int | float | bool]] = Field(default_factory=dict)
    """Fields of the machine file other than the shipped ones, by part (`chute`, `wheel`)."""
    stock: dict[Annotated[str, Field(pattern=r"^[1-9]\d?$")], int] = Field(default_factory=dict)
    """What the books say a slot holds, by its number; what is not named is full."""
    empty_slots: tuple[int, ...] = ()
    all_slots_hold: int | None = Field(default=None, ge=0)
    limit_s: float = Field(default=3600.0, gt=0, le=86400)
    expect: Expect = Expect()

    @property
    def held(self) -> dict[int, int]:
        """`stock` by the slots' own numbers."""
        return {int(slot): count for slot, count in self.stock.items()}

    @model_validator(mode="after")
    def _pictures_for_sample_keys(self) -> Self:
        if not self.frames and any(visit.key.sample for visit in self.visit):
            raise ValueError("frames: sample keys need `frames = true`")
        return self


def load_scenario(path: Path) -> Scenario:
    """Read and check one file.

    Raises:
        BadInput: naming line, field and reason of each mistake.
    """
    table = read_toml(path)
    try:
        return checked(Scenario, table, str(path))
    except BadInput as bad:
        text = ordinary(path).read_text(encoding="utf-8-sig")
        raise BadInput(*(_with_line(problem, text) for problem in bad.problems)) from None


def _with_line(problem: Problem, text: str) -> Problem:
    """`problem` with the line its field stands on, as far as that can be told."""
    name = problem.field.rsplit(".", 1)[-1].split("[")[0] or problem.reason.split(":")[0].split()[-1]
    pattern = re.compile(rf"^\s*(\[+\s*)?{re.escape(name)}\b")
    for number, line in enumerate(text.splitlines(), start=1):
        if name and pattern.match(line):
            return Problem(f"{problem.file}:{number}", problem.field, problem.reason)
    return problem
