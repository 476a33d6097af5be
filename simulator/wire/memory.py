"""Virtual time and the wire inside it.

Responsible for: one timeline that firmware and scheduled events share, a clock that sleeps in it, and a `ByteLink`
straight onto the firmware whose waiting lets time pass. Not responsible for: damage on the wire
(`simulator.wire.damage`).

Several threads may use one timeline; whoever waits moves time on, one at a time.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hardware.errors import LinkLost, PortUnavailable
from simulator.firmware.board import Firmware

_NOTHING_S = 1e-9
"""Less than this is no time: sums of seconds differ by rounding."""
START = datetime(2026, 1, 5, 9, 0, 0, tzinfo=UTC)


class Timeline:
    """Time for a board and its machine, moved on by whoever waits (or by a real-time runner)."""

    def __init__(self, firmware: Firmware) -> None:
        self.firmware = firmware
        self.lock = threading.RLock()
        self.now_s = 0.0
        """Seconds since the start."""
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def at(self, at_s: float, act: Callable[[], None]) -> None:
        """Do something when the time has come."""
        with self.lock:
            heapq.heappush(self._due, (at_s, next(self._order), act))

    def advance(self, dt_s: float) -> None:
        """Let `dt_s` pass."""
        with self.lock:
            end_s = self.now_s + dt_s
            while self._due and self._due[0][0] <= end_s:
                due_s, _, act = heapq.heappop(self._due)
                self._to(max(due_s, self.now_s))
                act()
            self._to(end_s)

    def _to(self, at_s: float) -> None:
        self.firmware.advance(at_s - self.now_s)
        self.now_s = at_s

    def advance_until(self, done: Callable[[], bool], limit_s: float) -> bool:
        """Let time pass from event to event until `done`, but no more than `limit_s`."""
        firmware = self.firmware
        with self.lock:
            end_s = self.now_s + limit_s
            while True:
                if done():
                    return True
                left_s = end_s - self.now_s
                if left_s <= _NOTHING_S:
                    self.now_s = max(self.now_s, end_s)
                    return False
                if self._due:
                    due_s = self._due[0][0]
                    if due_s <= self.now_s + _NOTHING_S:
                        self.now_s = max(self.now_s, due_s)
                        self.advance(0.0)
                        continue
                    left_s = min(left_s, due_s - self.now_s)
                before_s = firmware.now_s
                firmware.pass_event(before_s + left_s)
                self.now_s += firmware.now_s - before_s


class VirtualClock:
    """A `hardware.clock.Clock` whose sleep moves the machine on."""

    def __init__(self, timeline: Timeline, start: datetime = START) -> None:
        self._timeline = timeline
        self._start = start
        self.offset_s = 0.0
        """How far the wall clock was set forward (a fault a real clock can have)."""

    def now_s(self) -> float:
        """Monotonic seconds."""
        return self._timeline.now_s

    def utc(self) -> datetime:
        """Wall-clock time."""
        return self._start + timedelta(seconds=self._timeline.now_s + self.offset_s)

    def sleep(self, duration_s: float) -> None:
        """Let time pass."""
        if duration_s > 0:
            self._timeline.advance(duration_s)


class MemoryLink:
    """The board's serial port in memory. Opening it resets the board, as a real one does (DTR)."""

    def __init__(self, timeline: Timeline, *, reset: bool = True, present: Callable[[], bool] = lambda: True) -> None:
        """Open the port.

        Raises:
            PortUnavailable: nothing is plugged in.
        """
        if not present():
            raise PortUnavailable("simulated board: not plugged in")
        self._timeline = timeline
        self._present = present
        self._closed = False
        self._waiting = b""
        with timeline.lock:
            timeline.firmware.take_output()
            if reset:
                timeline.firmware.power_cycle()

    def read(self, timeout_s: float) -> bytes:
        """What has arrived, letting up to `timeout_s` pass for it."""
        self._timeline.advance_until(self._arrived, timeout_s)
        got, self._waiting = self._waiting, b""
        return got

    def _arrived(self) -> bool:
        self._check()
        said = self._timeline.firmware.take_output()
        if said:
            self._waiting += said
        return bool(self._waiting)

    def write(self, data: bytes) -> None:
        """Put bytes on the wire; they arrive at the baud rate."""
        with self._timeline.lock:
            self._check()
            self._timeline.firmware.receive(data)

    def close(self) -> None:
        """Let go."""
        self._closed = True

    def _check(self) -> None:
        if self._closed or not self._present():
            raise LinkLost("simulated board: " + ("closed" if self._closed else "unplugged"))
