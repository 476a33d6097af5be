"""A flight record: what happened to a session, as lines of JSON without anything of a key.

Responsible for: which facts of an event may be written, keeping a record bounded, reading it back. Not responsible
for: blanking the wire (`hardware.grbl.wire_log`), when a record is kept, or replaying it (`kiosk.rehearsal.replay`).
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, TextIO

from config.problems import BadInput, Problem
from hardware.clock import Clock
from hardware.ports import MachineStatus, PaymentAnswer, PaymentState, TouchOff, WireLine
from kiosk.identification.compare import Compared, Likeness
from kiosk.key.reading import Identification, Outcome, StampReading, Wear
from kiosk.records.journal import BlankStatus, PaymentStatus, Remedy, Sale
from kiosk.session import intents, reports
from kiosk.session.controller import Message
from kiosk.session.ports import IdentifiedKey
from kiosk.session.reports import Due, Reply
from kiosk.session.snapshot import CalibrationView, CheckResult, FittedView, TrialView
from kiosk.session.states import State

_log = logging.getLogger(__name__)

LIMIT_BYTES = 8_000_000
"""Some hundred sales with their wire."""
_SECRET = {
    "Credentials": {"pin"},
    "EnterReceipt": {"code"},
    # Whoever reads a record must not be able to bring a copy back, to pay, or to be paid with what stands in it.
    "Sale": {"bring_back_code"},
    "Settled": {"pay_code"},
    "PaymentAnswer": {"pay_code", "reference"},
}


@dataclass(frozen=True)
class Entry:
    """One line: when, what kind of thing, its type and facts, and the state it led to."""

    at_s: float
    kind: str
    """`intent`, `report` or `wire`."""
    type: str
    facts: Mapping[str, Any]
    state: str


class FlightRecorder:
    """Writes each event as it is handled, and each line of the wire as the wire's log keeps it. Any thread.

    A record that grows beyond `limit_bytes` begins anew between two visits; the one before it is kept beside it, so
    that the two together stay bounded and each replays from its beginning. A visit that alone is longer than all that
    is written without its wire, and then not to its end. A disk that refuses ends the record, never the session.
    """

    def __init__(self, file: TextIO, clock: Clock, *, limit_bytes: int = LIMIT_BYTES, path: Path | None = None) -> None:
        """Lines go to `file`; with its `path`, it can begin anew."""
        self._file, self._clock, self._began_s = file, clock, clock.now_s()
        self._path, self._limit_bytes, self._written_bytes = path, limit_bytes, 0
        self._ended = False
        self._lock = threading.Lock()

    def event(self, message: Message, state: State) -> None:
        """Write what was handled. Timers are left out: a replay has its own."""
        kind, value = ("report", message.report) if isinstance(message, Reply) else ("intent", message)
        with self._lock:
            # Progress is too much, pictures are none of a record's business: neither says what happened.
            if not isinstance(value, Due | reports.CutProgress | reports.MachineSeen | reports.CamerasSeen):
                self._write(kind, type(value).__name__, facts_of(value), state.value)
            if state is State.WELCOME and self._written_bytes > self._limit_bytes:
                self._begin_anew()

    def wire(self, line: WireLine) -> None:
        """Write one line of the wire; no number of a motion is in it."""
        with self._lock:
            if self._written_bytes <= self._limit_bytes:
                self._write("wire", line.way, {"text": line.text, "meaning": line.meaning}, "")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._ended = True
            with suppress(OSError):
                self._file.close()

    def _write(self, kind: str, type_: str, facts: Mapping[str, Any], state: str) -> None:
        if self._ended or self._written_bytes > 2 * self._limit_bytes:
            return
        at_s = round(self._clock.now_s() - self._began_s, 6)
        line = json.dumps(asdict(Entry(at_s, kind, type_, facts, state)), ensure_ascii=False) + "\n"
        try:
            self._file.write(line)
        except OSError as error:
            self._ended = True
            _log.warning("flight record ended: %s", error.strerror)
        self._written_bytes += len(line.encode())

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
        self._began_s, self._written_bytes = self._clock.now_s(), 0
        # As if it had been switched on just now: what a replay needs to stand where this record begins.
        self._write("report", reports.BroughtUp.__name__, {"unsettled": []}, State.WELCOME.value)


@contextmanager
def recording(path: Path, clock: Clock) -> Iterator[FlightRecorder]:
    """A flight record in a new private file.

    Raises:
        BadInput: it cannot be written.
    """
    try:
        file = _opened(path)
    except OSError as error:
        raise BadInput(Problem(str(path), "", f"cannot be written: {error.strerror}")) from error
    recorder = FlightRecorder(file, clock, path=path)
    try:
        yield recorder
    finally:
        recorder.close()


def _opened(path: Path) -> TextIO:
    # Whole lines reach the file at once: a record is read after something broke.
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", buffering=1)


def facts_of(value: object) -> dict[str, Any]:
    """The facts of an event that may be written."""
    match value:
        case reports.KeyIdentified(identified, _):
            key = identified.identification
            return {
                "outcome": key.outcome.value,
                "keyway": key.keyway,
                "blank": key.blank,
                "wear": key.wear.value,
                "worn": list(key.worn_cuts),
                "faces_seen": key.faces_seen,
            }
        case reports.BlankLoaded(touch_off):
            return {"error_mm": touch_off.error_mm}
        case reports.BroughtUp():
            return {"unsettled": list(value.unsettled)}
        case reports.Connected():
            held_back = value.held_back.value if value.held_back else ""
            return {"unsettled": list(value.unsettled), "held_back": held_back}
        case _:
            plain = _plain(value)
            return plain if isinstance(plain, dict) else {}


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        hidden = _SECRET.get(type(value).__name__, set())
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value) if field.name not in hidden}
    return list(value) if isinstance(value, tuple) else value


def read_record(path: Path) -> tuple[Entry, ...]:
    """A flight record from its file.

    Raises:
        BadInput: missing, or naming the first line that is not of a record.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(Problem(str(path), "", f"cannot be read: {error}")) from error
    entries = []
    for number, line in enumerate(lines, start=1):
        try:
            entries.append(Entry(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise BadInput(Problem(f"{path}:{number}", "", "is no line of a flight record")) from error
    return tuple(entries)


def message_of(entry: Entry, stand_in: Callable[[str], Identification]) -> Message | None:
    """The event of an entry; None for the wire. `stand_in` makes a key of a blank, for the one that was forgotten.

    Raises:
        BadInput: no event of this version is like it.
    """
    if entry.kind == "wire":
        return None
    try:
        if entry.kind == "intent":
            hidden = dict.fromkeys(_SECRET.get(entry.type, ()), "")
            facts = dict(entry.facts)
            if entry.type == intents.ServiceAction.__name__:
                facts["name"] = intents.ServiceTask(facts["name"])
            intent: Message = getattr(intents, entry.type)(**facts, **hidden)
            return intent
        return Reply(-1, _report(entry, stand_in))
    except (AttributeError, TypeError, ValueError, KeyError) as error:
        raise BadInput(Problem("flight record", entry.type, "is no event of this version")) from error


def _report(entry: Entry, stand_in: Callable[[str], Identification]) -> reports.Report:
    facts = dict(entry.facts)
    match entry.type:
        case "KeyIdentified":
            return reports.KeyIdentified(IdentifiedKey(_identification(facts, stand_in)), None)
        case "BlankLoaded":
            return reports.BlankLoaded(TouchOff(0.0, facts["error_mm"]))
        case "BroughtUp":
            return reports.BroughtUp(None, tuple(facts["unsettled"]))
        case "Connected":
            held_back = reports.HeldBack(facts["held_back"]) if facts["held_back"] else None
            return reports.Connected(None, tuple(facts["unsettled"]), held_back)
        case "Reached":
            return reports.Reached(tuple(facts["unsettled"]))
        case "MachineSeen":
            place = facts["status"]["position_mm"]
            seen = facts["status"] | {"position_mm": tuple(place) if place else None}
            return reports.MachineSeen(MachineStatus(**seen))
        case "StampRead":
            stamp = facts["stamp"] | {"phrases": tuple(facts["stamp"]["phrases"])}
            return reports.StampRead(StampReading(**stamp))
        case "Answered":
            answer = facts["answer"] | {"state": PaymentState(facts["answer"]["state"])}
            return reports.Answered(PaymentAnswer(**answer))
        case "Checked":
            return reports.Checked(CheckResult(**facts["result"]), facts["suspect"])
        case "TrialCut":
            trial = facts["trial"] | {"errors_mm": tuple(facts["trial"]["errors_mm"])}
            return reports.TrialCut(TrialView(**trial))
        case "Calibrated":
            fitted = facts["calibration"]
            views = tuple(FittedView(**view) for view in fitted["views"])
            return reports.Calibrated(CalibrationView(views, fitted["file"]))
        case "Settled":
            sale = _sale(facts["sale"])
            if sale is None:
                raise ValueError("a settled sale must be there")
            return reports.Settled(sale)
        case "SaleFound":
            return reports.SaleFound(_sale(facts["sale"]), facts["claims_left"])
        case "CopyCompared":
            compared = facts["compared"]
            return reports.CopyCompared(
                compared and Compared(Likeness(compared["likeness"]), compared["error_mm"]),
                tuple(Remedy(each) for each in facts["remedies"]),
                Outcome(facts["again"]) if facts["again"] else None,
            )
        case "LeftoversSettled":
            return reports.LeftoversSettled(tuple(facts["unsettled"]))
        case _:
            report: reports.Report = getattr(reports, entry.type)(**facts)
            return report


def _identification(facts: Mapping[str, Any], stand_in: Callable[[str], Identification]) -> Identification:
    outcome, blank = Outcome(facts["outcome"]), facts["blank"]
    if outcome is not Outcome.IDENTIFIED or not blank:
        return Identification(outcome, facts["keyway"], blank)
    key, seen = stand_in(blank), facts["faces_seen"]
    wear = Wear(facts["wear"])
    return Identification(outcome, facts["keyway"], blank, key.cuts, wear, key.score, key.margin, faces_seen=seen)


def _sale(facts: Mapping[str, Any] | None) -> Sale | None:
    if facts is None:
        return None
    known = {**facts, "money": PaymentStatus(facts["money"]), "metal": BlankStatus(facts["metal"])}
    return Sale(bring_back_code="", **known)
