"""A flight record: what happened to a session, as lines of JSON without anything of a key.

Responsible for: which facts of an event may be written, keeping a record bounded, reading it back. Not responsible
for: blanking the wire (`hardware.grbl.wire_log`), when a record is kept, or replaying it (`kiosk.rehearsal.replay`).
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, TextIO, get_args

from pydantic import TypeAdapter, ValidationError

from config.base import Frozen
from config.ordinary_file import ordinary
from config.problems import BadInput, Problem
from config.store_changes import changed_store
from hardware.ports import WireLine
from kiosk.key.reading import Identification, Outcome, Wear
from kiosk.records.coarse_time import quarter_of
from kiosk.records.database import DatabaseFault
from kiosk.session import intents, reports
from kiosk.session.controller import Message
from kiosk.session.ports import IdentifiedKey, SessionPorts
from kiosk.session.reports import Due, Reply
from kiosk.session.states import FRONT, State

_log = logging.getLogger(__name__)

LIMIT_BYTES = 8_000_000
"""Some hundred sales with their wire."""
_HIDDEN: Mapping[str, Mapping[str, object]] = {
    "Credentials": {"pin": ""},
    "EnterReceipt": {"code": ""},
    "EnterLetter": {"code": ""},
    # Whoever reads a record must not be able to bring a copy back, to pay, or to be paid with what stands in it.
    "Sale": {"bring_back_code": ""},
    "Settled": {"pay_code": ""},
    "LeftoversSettled": {"pay_code": ""},
    "CopyRefunded": {"pay_code": ""},
    "PaymentAnswer": {"pay_code": "", "reference": ""},
    "TouchOff": {"edge_mm": 0.0},
    "BoardIdentity": {"options": "", "settings": {}},
    # A replay has the owner's keyways on file.
    "KeywayEntered": {"keyway": None},
}
"""What no record holds, by type and field, and what stands in its place."""
UNWRITTEN = (
    Due,
    reports.CutProgress,
    reports.MachineSeen,
    reports.CamerasSeen,
    reports.BlankSeen,
    reports.SlotTaught,
    reports.OutlookSeen,
)
"""Timers, of which a replay has its own; progress, which is too much; pictures and shapes, which no record holds;
what other records say."""
_WISHES = get_args(intents.Intent)
_EVENTS = {event.__name__: event for event in (*_WISHES, *get_args(reports.Report))}


class EntryKind(StrEnum):
    """What a line is about."""

    INTENT = "intent"
    REPORT = "report"
    WIRE = "wire"
    SETUP = "setup"
    """What kiosk it is that was just switched on: an event of its own, before all others."""
    TIMER = "timer"
    """A timer that led to another state; a replay has its own, and this says when."""


class Entry(Frozen):
    """One line: when, what kind of thing, its type and facts, and the state it led to."""

    at_s: float
    kind: EntryKind
    type: str
    facts: dict[str, Any]
    state: str


class _KeyFacts(Frozen):
    """What may be known of a key: which kind it is and how worn, never a cut."""

    outcome: Outcome
    keyway: str | None
    blank: str | None
    wear: Wear
    worn: tuple[int, ...]
    faces_seen: bool


class SlotThen(Frozen):
    """A slot as the books had it when the kiosk was switched on."""

    number: int
    count: int
    locked: bool


class SwitchedOn(Frozen):
    """What a kiosk was when it came up, as far as what follows depends on it."""

    store: dict[str, Any]
    machine: dict[str, Any]
    slots: tuple[SlotThen, ...]
    fault: str
    """What had stopped the machine before, and nobody had recovered it from."""


_NOT_OF_THE_MACHINE = {"payment", "printer", "wire"}
"""Where money and port are is nobody's business who reads a record."""


def switched_on(ports: SessionPorts) -> SwitchedOn:
    """The kiosk as it stands."""
    return SwitchedOn(
        store=ports.store.model_dump(mode="json", exclude={"help_phone", "till"}),
        machine=ports.machine.model_dump(mode="json", exclude_none=True, exclude=_NOT_OF_THE_MACHINE),
        slots=tuple(SlotThen(number=s.number, count=s.count, locked=s.locked) for s in ports.inventory.slots()),
        fault=ports.machine_record.fault,
    )


class FlightRecorder:
    """Writes each event as it is handled, and each line of the wire as the wire's log keeps it. Any thread.

    A record that grows beyond `limit_bytes` begins anew between two visits; the one before it is kept beside it, so
    that the two together stay bounded and each replays from its beginning. A visit that alone is longer than all that
    is written without its wire, and then not to its end. A disk that refuses ends the record, never the session.
    """

    def __init__(
        self, file: TextIO, ports: SessionPorts, *, limit_bytes: int = LIMIT_BYTES, path: Path | None = None
    ) -> None:
        """Lines go to `file`; with its `path`, it can begin anew. The first says what kiosk it is."""
        self._file, self._ports, self._clock = file, ports, ports.clock
        self._began_s = self._clock.now_s()
        self._cut_began_s: float | None = None
        """While a key is cut the record's clock stands: how long that took says something of the key."""
        self._after_a_cut = False
        """From then on, until somebody begins anew at the front, it does not count how long people took either: an
        exact time of another record that lies after the cut would lead back to its end."""
        self._heard_s = self._began_s
        self._connected = reports.Connected(None, (), None)
        self._state = State.STARTING
        self._empty = False
        self._path, self._limit_bytes, self._written_bytes = path, limit_bytes, 0
        self._ended = False
        self._lock = threading.Lock()
        self._set_up()

    def event(self, message: Message, state: State) -> None:
        """Write what was handled. Timers that lead nowhere are left out: a replay has its own."""
        value: Message | reports.Report = message
        if isinstance(message, Reply):
            value = message.report
        kind = EntryKind.REPORT if isinstance(message, Reply) else EntryKind.INTENT
        with self._lock:
            if isinstance(value, reports.Connected) and value.held_back is None:
                self._connected = value
            if isinstance(value, reports.SettingsWritten):
                changed = changed_store(self._ports.store, value.changes, "store.toml")
                self._ports = replace(self._ports, store=changed)
            if isinstance(value, reports.KeywayEntered):
                machine = self._ports.machine
                magazine = machine.magazine.holding(value.slot, value.code)
                self._ports = replace(self._ports, machine=machine.model_copy(update={"magazine": magazine}))
            # A kiosk at rest looks at its tray all day: that it is still empty is no news.
            empty = isinstance(value, reports.TraySeen) and value.empty and state is State.WELCOME
            still_empty, self._empty = (
                empty and self._empty,
                empty or (self._empty and isinstance(value, Due | reports.MachineSeen)),
            )
            somebody = isinstance(value, _WISHES)
            if somebody:
                self._leave_out_the_wait()
            if not isinstance(value, UNWRITTEN) and not still_empty:
                self._write(kind, *_named(value), state.value)
            elif isinstance(value, Due) and state is not self._state:
                self._write(EntryKind.TIMER, value.what.value, {}, state.value)
            if somebody and self._state in FRONT:
                self._after_a_cut = False
            self._state = state
            self._stand_while_cutting()
            if state is State.WELCOME and self._written_bytes > self._limit_bytes:
                self._begin_anew()
                self._empty = False

    def wire(self, line: WireLine) -> None:
        """Write one line of the wire; no number of a motion is in it."""
        with self._lock:
            if self._written_bytes <= self._limit_bytes:
                self._write(EntryKind.WIRE, line.way, {"text": line.text, "meaning": line.meaning}, "")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._ended = True
            with suppress(OSError):
                self._file.close()

    def _write(self, kind: EntryKind, type_: str, facts: dict[str, Any], state: str) -> None:
        if self._ended or self._written_bytes > 2 * self._limit_bytes:
            return
        now_s = self._clock.now_s() if self._cut_began_s is None else self._cut_began_s
        if kind is EntryKind.WIRE and self._after_a_cut:
            # The board is asked while people are waited for.
            now_s = min(now_s, self._heard_s)
        self._heard_s = now_s
        at_s = round(now_s - self._began_s, 6)
        line = Entry(at_s=at_s, kind=kind, type=type_, facts=facts, state=state).model_dump_json() + "\n"
        try:
            self._file.write(line)
        except OSError as error:
            self._ended = True
            _log.warning("flight record ended: %s", error.strerror)
        self._written_bytes += len(line.encode())

    def _stand_while_cutting(self) -> None:
        now_s = self._clock.now_s()
        if self._state is State.CUTTING:
            self._cut_began_s = now_s if self._cut_began_s is None else self._cut_began_s
        elif self._cut_began_s is not None:
            self._began_s += now_s - self._cut_began_s
            self._cut_began_s, self._heard_s, self._after_a_cut = None, now_s, True

    def _leave_out_the_wait(self) -> None:
        if self._after_a_cut and self._cut_began_s is None:
            now_s = self._clock.now_s()
            self._began_s += now_s - self._heard_s
            self._heard_s = now_s

    def _begin_anew(self) -> None:
        if self._path is None:
            return
        try:
            self._file.close()
            self._path.replace(self._path.with_name(f"{self._path.name}.before"))
            self._file = _opened(self._path)
        except OSError as error:
            self._ended = True
            _log.warning("flight record ended: %s", error.strerror)
            return
        self._began_s = self._heard_s = self._clock.now_s()
        self._written_bytes = 0
        # As if it had been switched on just now: what a replay needs to stand where this record begins.
        self._set_up()
        self._write(EntryKind.REPORT, *_named(self._connected), State.STARTING.value)
        self._write(EntryKind.REPORT, *_named(reports.BroughtUp(None, ())), State.WELCOME.value)

    def _set_up(self) -> None:
        try:
            facts = switched_on(self._ports).model_dump(mode="json")
        except DatabaseFault as fault:
            _log.warning("flight record without stock: %s", fault)
            return
        self._write(EntryKind.SETUP, SwitchedOn.__name__, facts, State.STARTING.value)


@contextmanager
def recording(path: Path, ports: SessionPorts) -> Iterator[FlightRecorder]:
    """A flight record in a new private file.

    Raises:
        BadInput: it cannot be written.
    """
    try:
        file = _opened(path)
    except OSError as error:
        raise BadInput(Problem(str(path), "", f"cannot be written: {error.strerror}")) from error
    recorder = FlightRecorder(file, ports, path=path)
    try:
        yield recorder
    finally:
        recorder.close()


def _opened(path: Path) -> TextIO:
    # Whole lines reach the file at once: a record is read after something broke.
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", buffering=1)


def _named(event: object) -> tuple[str, dict[str, Any]]:
    return type(event).__name__, facts_of(event)


def facts_of(event: object) -> dict[str, Any]:
    """The facts of an event that may be written."""
    if isinstance(event, reports.KeyIdentified):
        key = event.identified.identification
        facts = _KeyFacts(
            outcome=key.outcome,
            keyway=key.keyway,
            blank=key.blank,
            wear=key.wear,
            worn=key.worn_cuts,
            faces_seen=key.faces_seen,
        )
        return facts.model_dump(mode="json")
    plain: dict[str, Any] = _plain(event)
    return plain


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        hidden = _HIDDEN.get(type(value).__name__, {})
        return {each.name: hidden.get(each.name, _told(each.name, getattr(value, each.name))) for each in fields(value)}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _told(name: str, value: object) -> Any:
    if name.endswith("_utc") and isinstance(value, str) and value:
        # A record that also told the time of day would tell how long its clock stood.
        return quarter_of(datetime.fromisoformat(value)).isoformat(timespec="milliseconds")
    return _plain(value)


def read_record(path: Path) -> tuple[Entry, ...]:
    """A flight record from its file.

    Raises:
        BadInput: missing, or naming the first line that is not of a record.
    """
    try:
        lines = ordinary(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(Problem(str(path), "", f"cannot be read: {error}")) from error
    entries = []
    for number, line in enumerate(lines, start=1):
        try:
            entries.append(Entry.model_validate_json(line))
        except ValidationError as error:
            raise BadInput(Problem(f"{path}:{number}", "", "is no line of a flight record")) from error
    return tuple(entries)


def message_of(entry: Entry, stand_in: Callable[[str], Identification]) -> Message | None:
    """The event of an entry; None for the wire, for what kiosk it is, and for a timer, of which a replay has its own.

    `stand_in` makes a key of a blank, for the one that was forgotten.

    Raises:
        BadInput: no event of this version is like it.
    """
    if entry.kind not in (EntryKind.INTENT, EntryKind.REPORT):
        return None
    try:
        if entry.type == reports.KeyIdentified.__name__:
            facts = _KeyFacts.model_validate(entry.facts)
            return Reply(-1, reports.KeyIdentified(IdentifiedKey(_identification(facts, stand_in)), None))
        event: Any = form_of(entry.type).validate_python(entry.facts)
        if facts_of(event) != entry.facts:
            raise ValueError("it says more than such an event does")
    except (KeyError, ValueError) as error:
        raise BadInput(Problem("flight record", entry.type, "is no event of this version")) from error
    return event if entry.kind is EntryKind.INTENT else Reply(-1, event)


def setup_of(entry: Entry) -> SwitchedOn | None:
    """What kiosk it is, if this entry says so.

    Raises:
        BadInput: it says it otherwise than this version does.
    """
    if entry.kind is not EntryKind.SETUP:
        return None
    try:
        return SwitchedOn.model_validate(entry.facts)
    except ValidationError as error:
        raise BadInput(Problem("flight record", entry.type, "is no event of this version")) from error


@cache
def form_of(event: str) -> TypeAdapter[Any]:
    """What reads an event of this name back."""
    return TypeAdapter(_EVENTS[event])


def _identification(facts: _KeyFacts, stand_in: Callable[[str], Identification]) -> Identification:
    if facts.outcome is not Outcome.IDENTIFIED or not facts.blank:
        return Identification(facts.outcome, facts.keyway, facts.blank)
    return replace(stand_in(facts.blank), keyway=facts.keyway, wear=facts.wear, faces_seen=facts.faces_seen)
