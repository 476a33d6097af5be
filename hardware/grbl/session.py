"""Bookkeeping of one conversation with a GRBL board: what is owed, by when, and what may be believed. No I/O.

Responsible for: one line in flight; acknowledgements, echoes and reports matched to what was sent; deadlines; the
silence after a reset. Time is passed in. Not responsible for: reading, writing, or what to do about a fault.

Every event that nothing explains raises: on a wire without checksums the unexplained is a damaged line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from hardware.errors import BoardAlarm, BoardError, HardwareFault, LinkGarbled, LinkSetup, LinkTimeout
from hardware.grbl.codes import alarm, error
from hardware.grbl.events import (
    Alarm,
    Echo,
    ErrorReply,
    Event,
    Greeting,
    Info,
    Offset,
    Ok,
    ParserState,
    PathSetting,
    Probe,
    Reflected,
    Setting,
    StartupLine,
    StatusReport,
    Unexplained,
)
from hardware.grbl.wire import LocalProtocolError, echo_of

ASKED_BY: dict[type, tuple[str, ...]] = {
    Setting: ("$$",),
    PathSetting: ("$/",),
    StartupLine: ("$N",),
    ParserState: ("$G",),
    Offset: ("$#",),
    Probe: ("$#", "G38", "G53G38"),
}
"""Which line may be answered with what."""
_PLAIN = "Grbl"
UNASKED = {"GrblHAL": "$481=0", "FluidNC": "$Report/Interval=0"}
"""Firmwares that can be set to report by themselves, and what ends it."""
ECHOING = "what is sent comes back: switch local echo off in the serial bridge (a terminal program left it on?)"


@dataclass
class _Owed:
    """The line in flight. Holds key data: no repr is ever taken of it."""

    text: str = field(repr=False)
    deadline_s: float
    echoed: bool = False
    answers: list[Event] = field(default_factory=list, repr=False)


class GrblSession:
    """One conversation, from reset to reset."""

    def __init__(self, reply_timeout_s: float, silence_timeout_s: float) -> None:
        self._reply_timeout_s = reply_timeout_s
        self._silence_timeout_s = silence_timeout_s
        self._owed: _Owed | None = None
        self._answers: list[Event] = []
        self._query_sent_s: float | None = None
        self._held_since_s: float | None = None
        self.awaiting_banner = False
        self._fresh = False
        self.banner: Greeting | None = None
        self.firmware = ""
        """Of the last greeting, or what `$I` says beyond it."""
        self.startup_ran = False
        """A stored line ran by itself after the last reset."""
        self.echoes: bool | None = None
        """Whether the board echoes lines; None until the first line was answered."""
        self.last: StatusReport | None = None
        self.last_s = (0.0, 0.0)
        """Between which moments that report was made: when it was asked for, and when it was heard."""
        self._home_told = False
        self.work_offset_mm: tuple[float, float, float] | None = None
        self.overrides: tuple[int, int, int] | None = None

    # What we did.

    def reset_sent(self) -> None:
        """0x18 went out: whatever was owed is forgotten, and nothing is believed before the banner."""
        self._owed = None
        self._query_sent_s = None
        self._held_since_s = None
        self.awaiting_banner = True
        self.banner = None
        self.startup_ran = self._home_told = False
        self.last = None
        self.work_offset_mm = self.overrides = None

    def line_sent(self, text: str, now_s: float, motion_s: float = 0.0) -> None:
        """A line went out; its acknowledgement is due after the reply time-out and `motion_s` more.

        Raises:
            LocalProtocolError: another line is in flight, or the banner has not come.
        """
        if self._owed is not None or self.awaiting_banner:
            raise LocalProtocolError("a second line in flight")
        self._fresh = self._home_told = False
        self._owed = _Owed(text, now_s + self._reply_timeout_s + motion_s)
        self._answers = []

    def query_sent(self, now_s: float) -> None:
        """`?` went out."""
        self._query_sent_s = now_s

    # What is owed.

    @property
    def line_owed(self) -> bool:
        """Whether a line waits for its acknowledgement."""
        return self._owed is not None

    @property
    def report_owed(self) -> bool:
        """Whether a `?` waits for its report."""
        return self._query_sent_s is not None

    def answers(self) -> list[Event]:
        """What came between the last line and its acknowledgement."""
        return self._answers

    def check(self, now_s: float) -> None:
        """Hold the board to its deadlines.

        Raises:
            LinkTimeout: an acknowledgement or a report is overdue.
        """
        if self._report_overdue(now_s):
            raise LinkTimeout("no status report in time")
        if self._line_overdue(now_s):
            raise LinkTimeout("a line was not acknowledged in time")

    def overdue(self, now_s: float) -> bool:
        """Whether the board owes something it should have sent by now."""
        return self._report_overdue(now_s) or self._line_overdue(now_s)

    def _report_overdue(self, now_s: float) -> bool:
        return self._query_sent_s is not None and now_s - self._query_sent_s > self._silence_timeout_s

    def _line_overdue(self, now_s: float) -> bool:
        # In Hold and Door the board reads no line, so acknowledgement clocks stand still.
        return self._owed is not None and self._held_since_s is None and now_s > self._owed.deadline_s

    # What came.

    def receive(self, event: Event, now_s: float) -> None:
        """Take one event in.

        Raises:
            BoardAlarm, BoardError: the board said so.
            LinkGarbled: nothing explains the event.
        """
        if self.awaiting_banner:
            if isinstance(event, Greeting):
                self.awaiting_banner = False
                self._fresh = True
                self.banner = event
                if not (event.firmware == _PLAIN and self.firmware in UNASKED):
                    self.firmware = event.firmware
            return
        match event:
            case Ok():
                self._acknowledged()
            case StatusReport():
                self._reported(event, now_s)
            case Echo():
                self._echoed(event)
            case ErrorReply(number):
                # A new board complains of its empty memory before anybody asked.
                if self._owed is not None or not self._fresh:
                    raise self._refused(number)
            case Alarm(number):
                raise BoardAlarm(number, alarm(number).text)
            case Greeting() | Info(kind="BOOT"):
                if not self._fresh:
                    raise LinkGarbled("the board restarted by itself: its power, or the emergency stop")
            case Reflected():
                raise LinkSetup(ECHOING)
            case Setting() | PathSetting() | StartupLine() | ParserState() | Offset() | Probe():
                self.startup_ran |= isinstance(event, StartupLine) and event.ran and not event.empty
                if self._owed is None or not self._owed.text.startswith(ASKED_BY[type(event)]):
                    if not self._fresh:
                        raise LinkGarbled("an answer to a question nobody asked")
                else:
                    self._owed.answers.append(event)
            case Info(kind):
                self._informed(event, kind)
            case Unexplained(length):
                if not self._fresh:
                    raise LinkGarbled(f"{length} bytes that nothing explains")
            case _:
                assert_never(event)

    def _acknowledged(self) -> None:
        if self._owed is None:
            raise LinkGarbled("an acknowledgement nobody waited for")
        if self.echoes is None:
            self.echoes = self._owed.echoed
        if self._owed.echoed is not self.echoes:
            raise LinkGarbled("a line without its echo")
        self._answers = self._owed.answers
        self._owed = None

    def _refused(self, number: int) -> HardwareFault:
        if self._owed is None:
            return LinkGarbled(f"error:{number} that answers no line")
        self._owed = None
        return BoardError(number, error(number).text)

    def _echoed(self, event: Echo) -> None:
        if self._owed is None or self._owed.echoed or self.echoes is False:
            raise LinkGarbled("an echo that belongs to no line")
        if event.text != echo_of(self._owed.text):
            raise LinkGarbled("the board received another line than was sent")
        self._owed.echoed = True

    def _informed(self, event: Info, kind: str) -> None:
        if self._owed is not None and self._owed.text.startswith("$"):
            self._owed.answers.append(event)
        elif kind != "MSG" and not self._fresh:
            raise LinkGarbled("an answer to a question nobody asked")

    def _reported(self, status: StatusReport, now_s: float) -> None:
        if status.others and self.firmware == _PLAIN:
            raise LinkGarbled("a status report with a field this board does not know")
        if self._query_sent_s is None:
            self._unasked(status)
        self.last_s = (now_s if self._query_sent_s is None else self._query_sent_s, now_s)
        self._query_sent_s = None
        held = status.state in ("Hold", "Door")
        if held and self._held_since_s is None:
            self._held_since_s = now_s
        elif not held and self._held_since_s is not None:
            if self._owed is not None:
                self._owed.deadline_s += now_s - self._held_since_s
            self._held_since_s = None
        if status.work_offset_mm is not None:
            self.work_offset_mm = status.work_offset_mm
        if status.overrides is not None:
            self.overrides = status.overrides
        self.last = status

    def _unasked(self, status: StatusReport) -> None:
        """A report nobody asked for: grblHAL says once that it begins to home, and that is all there may be."""
        homing = self._owed is not None and self._owed.text == "$H" and status.state == "Home"
        if homing and self.firmware == "GrblHAL" and not self._home_told:
            self._home_told = True
            return
        if self.firmware in UNASKED:
            raise LinkSetup(f"status reports come unasked: turn automatic reporting off ({UNASKED[self.firmware]})")
        raise LinkGarbled("a status report nobody asked for")
