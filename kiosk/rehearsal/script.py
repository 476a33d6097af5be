"""A scenario as a file: who comes with which key, what goes wrong when, and what must be true at the end.

Responsible for: the form of the file and telling every mistake with line, field and reason, also what would not be
heeded where it is to be played. Not responsible for: playing it (`kiosk.rehearsal.run_scenario`, `live`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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

DRAWN_NEW = {
    "KW1": "kwikset-new",
    "SC1": "schlage-new",
    "KW5": "kwikset-6",
    "SC4": "schlage-6",
    "M1": "master-new",
}
"""The sample key that is a new key of a blank."""
_READ = ("outcomes", "keyway", "wear", "off_mm", "stamp", "name_and_phone", "head_seen", "head_illegible")
"""What a ready-made reading says of a key; of a drawn one its picture does."""
_OF_THE_SCENE = ("stops_in", "stops_at_copy", "stops_at_fraction", "power_cut_in")
"""What happens in a visit at a moment of virtual time."""
_LIVE = frozenset({"title", "visit", "frames", "expect"})
"""What of a scenario a machine in real time is given, or is not asked."""


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

    @property
    def drawn(self) -> str:
        """The sample key it is where its picture is read."""
        return self.sample or DRAWN_NEW[self.blank]

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
        if not self.frames and any(key.sample for _, key in self.keys):
            raise ValueError("frames: sample keys need `frames = true`")
        return self

    @property
    def keys(self) -> Iterator[tuple[str, KeyBrought]]:
        """Every key that is laid, with its name in the file."""
        for number, visit in enumerate(self.visit, start=1):
            yield f"visit[{number}].key", visit.key
            if visit.copy_laid is not None:
                yield f"visit[{number}].copy_laid", visit.copy_laid


def load_scenario(path: Path) -> Scenario:
    """Read and check one file that is to be played in virtual time.

    Raises:
        BadInput: naming line, field and reason of each mistake.
    """
    scenario = _checked(path)
    if scenario.frames:
        _refuse(path, _not_drawn(scenario))
    return scenario


def load_live(path: Path) -> Scenario:
    """Read and check one file whose visits are to be played before a simulated machine in real time.

    Raises:
        BadInput: naming line, field and reason of each mistake, and of whatever would not be heeded there.
    """
    # There every key is drawn.
    scenario = _checked(path, frames=True)
    _refuse(path, [*_not_live(scenario), *_not_drawn(scenario)])
    return scenario


def _checked(path: Path, **always: bool) -> Scenario:
    table = {**read_toml(path), **always}
    try:
        return checked(Scenario, table, str(path))
    except BadInput as bad:
        _refuse(path, ((problem.field, problem.reason) for problem in bad.problems))
        raise


def _refuse(path: Path, found: Iterable[tuple[str, str]]) -> None:
    """Raise what was found, if anything, as field and reason, with the line of each."""
    problems = [Problem(str(path), field, reason) for field, reason in found]
    if problems:
        text = ordinary(path).read_text(encoding="utf-8-sig")
        raise BadInput(*(_with_line(problem, text) for problem in problems)) from None


def _not_drawn(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """What is said of keys whose pictures are read, and their pictures would not show."""
    for name, key in scenario.keys:
        for field in _set(key, _READ):
            yield f"{name}.{field}", "is of a ready-made reading, and here the key's picture is read: name a sample key"
        if key.sample and _set(key, ("blank",)):
            yield f"{name}.blank", f"the sample key {key.sample} has a blank of its own"
        elif not key.sample and key.blank not in DRAWN_NEW:
            yield f"{name}.blank", f"no key of {key.blank} is drawn; there are {', '.join(DRAWN_NEW)}"


def _not_live(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """What only virtual time can play."""
    reason = "is played by `kiosk scenario run` alone"
    yield from ((field, reason) for field in _set(scenario, Scenario.model_fields) if field not in _LIVE)
    for number, visit in enumerate(scenario.visit, start=1):
        yield from ((f"visit[{number}].{field}", reason) for field in _set(visit, _OF_THE_SCENE))


def _set(model: Frozen, fields: Iterable[str]) -> list[str]:
    """Those of `fields` that are not as they are where nothing is said of them."""
    known = type(model).model_fields
    return [each for each in fields if getattr(model, each) != known[each].get_default(call_default_factory=True)]


def _with_line(problem: Problem, text: str) -> Problem:
    """`problem` with the line its field stands on, as far as that can be told."""
    name = problem.field.rsplit(".", 1)[-1].split("[")[0] or problem.reason.split(":")[0].split()[-1]
    pattern = re.compile(rf"^\s*(\[+\s*)?{re.escape(name)}\b")
    for number, line in enumerate(text.splitlines(), start=1):
        if name and pattern.match(line):
            return Problem(f"{problem.file}:{number}", problem.field, problem.reason)
    return problem
