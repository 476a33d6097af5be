"""A conversation with a GRBL board over a byte link: ask, wait, hold, reset. Blocking, one thread.

Responsible for: moving bytes between the link and the session, polling, waiting until motion is done. All waiting
is `ByteLink.read`, so virtual time works. Not responsible for: what is moved (`hardware.grbl.cutter`) or bookkeeping
(`hardware.grbl.session`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol

from hardware.clock import Clock
from hardware.errors import (
    BoardAlarm,
    DoorOpened,
    HardwareFault,
    LinkFault,
    LinkGarbled,
    LinkSetup,
    LinkTimeout,
    PathDeviation,
    Stopped,
)
from hardware.grbl.events import Event, Greeting, Info, StatusReport
from hardware.grbl.session import GrblSession
from hardware.grbl.wire import CHIP_BOOTS, LineReader, RealTimeByte, line_bytes, parse_line

if TYPE_CHECKING:
    # What stops a wheel loads nothing it does not need.
    from hardware.ports import ByteLink

RESET_TRIES = 3
BANNER_WAIT_S = 1.5
"""A board whose bootloader runs after opening answers only then; so a reset is tried again where nothing comes."""
QUIET_S, LATE_QUIET_S = 0.1, 0.5
"""So long without a byte after the banner, and the past is over; after a slow boot it also heeds the resets it slept
through."""
TEXT_SHARE = 0.8
"""Of what comes back: with less of it letters, the speed is wrong."""
HOLD_WAIT_S = 1.0
SHORTEST_WAIT_S = 0.001
"""A wait that rounding has made nothing would be asked for again and again."""
SYNC = "G4P0.01"
"""Acknowledged only when all motion before it is done."""
SYNC_OF = {"Grbl": "G4P0"}
"""A stock board waits just so for a dwell of nothing, without its shortest pause of 50 ms; FluidNC would not wait."""
_ASK = RealTimeByte.STATUS.byte
OnStatus = Callable[[StatusReport], None]


def _watch_nothing(_status: StatusReport) -> None:
    """What is watched when nothing need be."""


class Deadlines(Protocol):
    """What a board is given to answer, s, and how often it is asked: of the machine file's `[wire]`."""

    @property
    def reply_timeout_s(self) -> float:
        """For an acknowledgement."""

    @property
    def silence_timeout_s(self) -> float:
        """For a status report."""

    @property
    def poll_hz(self) -> float:
        """Status reports a second."""

    @property
    def boot_timeout_s(self) -> float:
        """For a greeting, of a board that boots when its port opens."""


class GrblBoard:
    """One open link and the session on it."""

    def __init__(
        self,
        link: ByteLink,
        wire: Deadlines,
        clock: Clock,
        stop_asked: Callable[[], bool],
        reset_confirmed: Callable[[], None] = lambda: None,
    ) -> None:
        """Nothing is sent yet.

        Args:
            link: open.
            wire: deadlines.
            clock: time.
            stop_asked: whether a person wants everything stopped.
            reset_confirmed: called whenever the board has greeted after a reset, so that its wheel is off.
        """
        self.link = link
        self._reset_confirmed = reset_confirmed
        self._only_looking = False
        self._wire = wire
        self._clock = clock
        self._stop_asked = stop_asked
        self._reader = LineReader()
        self.session = GrblSession(wire.reply_timeout_s, wire.silence_timeout_s)
        self._watch: OnStatus = _watch_nothing
        self._next_query_s = 0.0

    # Asking.

    def command(self, text: str, motion_s: float = 0.0, *, polled: bool = False) -> list[Event]:
        """Send one line and wait for its acknowledgement; returns what the board said before it.

        `polled` asks for status reports meanwhile; never where the board cannot answer (`$H`, settings).
        """
        self._heed_stop()
        data = line_bytes(text)
        self.session.line_sent(text, self._clock.now_s(), motion_s)
        self.link.write(data)
        while self.session.line_owed:
            self._turn(self._wire.reply_timeout_s, polled=polled)
        return self.session.answers()

    def query(self) -> StatusReport:
        """One fresh status report."""
        self._await_report()
        self._ask()
        self._await_report()
        status = self.session.last
        if status is None:
            raise LinkGarbled("no report where one was due")
        return status

    def look(self) -> StatusReport:
        """One fresh status report whatever it says of door, hold and emergency stop: to be shown, not to move by."""
        self._only_looking = True
        try:
            return self.query()
        finally:
            self._only_looking = False

    def _await_report(self) -> None:
        while self.session.report_owed:
            self._turn(1 / self._wire.poll_hz, polled=False)

    def wait_done(self, motion_s: float | None) -> StatusReport:
        """Wait until all motion is done and the board says Idle.

        `motion_s` is the longest it can take; None when the last line was acknowledged only after all motion.
        """
        if motion_s is not None:
            self.command(SYNC_OF.get(self.session.firmware, SYNC), motion_s, polled=True)
        until_s = self._clock.now_s() + self._wire.silence_timeout_s
        while True:
            # By when it was asked, not by when it was heard: this thread may have been held up in between.
            asked_s = self._clock.now_s()
            status = self.query()
            if status.state == "Idle":
                return status
            moving_freely(status)
            if asked_s > until_s:
                raise PathDeviation("motion was acknowledged as done, but the machine is not idle")
            # Asked at the usual pace: on a wire that takes no time the limit would never come.
            self._clock.sleep(1 / self._wire.poll_hz)
            self._heed_stop()

    @contextmanager
    def watching(self, watch: OnStatus) -> Iterator[None]:
        """Have every status report looked at by `watch`, which raises what it does not like."""
        self._watch = watch
        try:
            yield
        finally:
            self._watch = _watch_nothing

    # Stopping.

    def boot(self) -> Greeting:
        """Soft reset of a board that may be booting: sent again where nothing comes, and otherwise patience.

        Raises:
            LinkTimeout, LinkSetup, LinkGarbled: as `reset`.
        """
        return self._greeted(RESET_TRIES, BANNER_WAIT_S, self._wire.boot_timeout_s, patient=True)

    def reset(self, tries: int = RESET_TRIES, wait_s: float = BANNER_WAIT_S) -> Greeting:
        """Soft reset, until the board greets (each try waits so long for it) and has fallen silent.

        Raises:
            LinkTimeout: nothing came back.
            LinkSetup: what came back is no text: the speed is wrong.
            LinkGarbled: something came back, but no GRBL board greets like that.
        """
        return self._greeted(tries, wait_s, tries * wait_s, patient=False)

    def _greeted(self, tries: int, wait_s: float, in_all_s: float, *, patient: bool) -> Greeting:
        began_s = self._clock.now_s()
        heard = bytearray()
        sent = 0
        came: bytes | bytearray = b""
        while (began_s + in_all_s) - self._clock.now_s() > SHORTEST_WAIT_S:
            if sent < tries and not (patient and came):
                self.session.reset_sent()
                self._reader.clear()
                self.link.write(RealTimeByte.RESET.byte)
                sent += 1
            came = bytearray()
            until_s = min(self._clock.now_s() + wait_s, began_s + in_all_s)
            while self.session.awaiting_banner and (left_s := until_s - self._clock.now_s()) > 0:
                came += self._take(max(left_s, SHORTEST_WAIT_S))
            heard += came
            if self.session.banner is not None:
                self._reset_confirmed()
                self._fall_silent(LATE_QUIET_S if self._clock.now_s() - began_s > wait_s else QUIET_S)
                return self.session.banner
        raise _no_greeting(bytes(heard), self._clock.now_s() - began_s)

    def _fall_silent(self, quiet_s: float) -> None:
        until_s = self._clock.now_s() + BANNER_WAIT_S
        while self._take(quiet_s) and self._clock.now_s() < until_s:
            pass

    def hold_and_reset(self, tries: int = 1) -> bool:
        """Stop motion so that the position is kept where that can be: hold, wait for rest, reset.

        The reset stops the wheel on every GRBL board. Returns whether the machine was at rest before the reset.
        Best effort: a board that does not answer is reset all the same.
        """
        at_rest = False
        self.link.write(RealTimeByte.HOLD.byte)
        until_s = self._clock.now_s() + HOLD_WAIT_S
        with suppress(LinkTimeout):
            while not at_rest and (left_s := until_s - self._clock.now_s()) > 0:
                self.link.write(RealTimeByte.STATUS.byte)
                ask_again_s = self._clock.now_s() + min(left_s, 1 / self._wire.poll_hz)
                while not at_rest and (wait_s := ask_again_s - self._clock.now_s()) > 0:
                    for event in self._reader.feed(self.link.read(max(wait_s, SHORTEST_WAIT_S))):
                        if isinstance(event, StatusReport):
                            at_rest |= event.state in ("Idle", "Alarm", "Check", "Sleep") or (
                                event.state in ("Hold", "Door") and event.substate == 0
                            )
                            at_rest |= event.state == "Door" and event.substate == 1
        self.reset(tries)
        return at_rest

    # The pump.

    def _turn(self, wait_s: float, *, polled: bool) -> None:
        self._heed_stop()
        now_s = self._clock.now_s()
        if polled and now_s >= self._next_query_s and not self.session.report_owed:
            self._ask()
        if polled:
            until_query_s = self._next_query_s - now_s
            wait_s = min(wait_s, until_query_s if until_query_s > SHORTEST_WAIT_S else 1 / self._wire.poll_hz)
        self._take(wait_s)
        self._heed_stop()
        now_s = self._clock.now_s()
        if self.session.overdue(now_s):
            # This thread may have been held up itself: what has come meanwhile counts before anyone is blamed.
            self._take(0.0)
            self.session.check(now_s)

    def _take(self, wait_s: float) -> bytes:
        data = self.link.read(wait_s)
        if data:
            now_s = self._clock.now_s()
            for event in self._reader.feed(data):
                self.session.receive(event, now_s)
                if isinstance(event, StatusReport) and self.session.last is event:
                    if not self._only_looking:
                        require_closed(event)
                    self._watch(event)
        return data

    def _ask(self) -> None:
        now_s = self._clock.now_s()
        self.session.query_sent(now_s)
        self._next_query_s = now_s + 1 / self._wire.poll_hz
        self.link.write(_ASK)

    def _heed_stop(self) -> None:
        if self._stop_asked() and not self._only_looking:
            raise Stopped("told to stop")


def _no_greeting(heard: bytes, waited_s: float) -> LinkFault:
    """What is wrong with a port that has greeted with nothing, with noise, in another tongue, or not yet."""
    if not heard:
        return LinkTimeout(
            f"the board does not answer a reset within {waited_s:.0f} s; one that boots longer: wire.boot_timeout_s"
        )
    if sum(byte in b"\r\n\t" or 0x20 <= byte < 0x7F for byte in heard) < TEXT_SHARE * len(heard):
        return LinkSetup(f"{len(heard)} bytes came back that are no text: is the baud rate right (wire.baud)?")
    if Info(CHIP_BOOTS, "") in map(parse_line, heard.splitlines()):
        return LinkSetup(
            f"the board boots, and did not greet within {waited_s:.0f} s: give it longer (wire.boot_timeout_s)"
        )
    return LinkGarbled(f"{len(heard)} bytes came back, but no greeting of a GRBL board")


def require_closed(status: StatusReport) -> None:
    """The guard door closed, hold not held, the emergency stop not pressed: in every report, whatever the state.

    A stock board has no door input of its own: the guard door is wired to the hold input, which acts when it changes
    and no more. A door that was open before the power came on, or before a reset, leaves the board Idle.

    Raises:
        DoorOpened, Stopped: an input is active.
    """
    if "D" in status.pins or "H" in status.pins:
        raise DoorOpened("the guard door is open, or hold is held")
    if "R" in status.pins:
        raise Stopped("the emergency stop is pressed")


def moving_freely(status: StatusReport) -> None:
    """Watch that nothing but motion we asked for goes on.

    Raises:
        DoorOpened, Stopped, BoardAlarm, LinkGarbled: what else the board reports.
    """
    match status.state:
        case "Idle" | "Run":
            return
        case "Door":
            raise DoorOpened("the guard door was opened")
        case "Hold":
            raise Stopped("the machine was held, and not by this program")
        case "Alarm":
            raise BoardAlarm(0, "locked without saying why")
        case other:
            raise LinkGarbled(f"the board is in state {other}")


def stop_board(link: ByteLink, wire: Deadlines, clock: Clock, tries: int = RESET_TRIES) -> bool:
    """Make whatever is on `link` safe: hold, reset, wheel off. Returns whether it was at rest before the reset.

    Raises:
        LinkFault: nothing confirmed it.
    """
    greeted: list[bool] = []
    try:
        board = GrblBoard(link, wire, clock, lambda: False, lambda: greeted.append(True))
        return board.hold_and_reset(tries)
    except HardwareFault:
        # What a board says after its greeting changes nothing: it was reset.
        if not greeted:
            raise
        return False
    finally:
        link.close()
