"""A kiosk's side of a simulated terminal in virtual time: no socket, no sleep, and a book that outlives a death."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from hardware.errors import LinkLost, PortUnavailable
from hardware.payment.book import OPEN, Entry


class Terminal(Protocol):
    hung_up: bool

    def connected(self) -> None: ...

    def receive(self, data: bytes) -> list[bytes]: ...

    def sent(self) -> None: ...


class VirtualClock:
    def __init__(self) -> None:
        self.passed_s = 0.0

    def now_s(self) -> float:
        return self.passed_s

    def utc(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.passed_s)

    def sleep(self, duration_s: float) -> None:
        self.passed_s += duration_s


class MemoryBook:
    """What is written stays, whoever dies."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.traces: set[int] = set()
        self.on_write: Callable[[], None] = lambda: None

    def entry(self, transaction: str) -> Entry | None:
        return self.entries.get(transaction)

    def write(self, entry: Entry) -> None:
        self.on_write()
        self.entries[entry.transaction] = entry
        if entry.trace is not None:
            self.traces.add(entry.trace)
        self.on_write()

    def open_entries(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries.values() if entry.standing in OPEN)

    def knows_trace(self, trace: int) -> bool:
        return trace in self.traces


class TerminalLink:
    """A `ByteLink` to a terminal in this process."""

    def __init__(self, terminal: Terminal, clock: VirtualClock, on_message: Callable[[], None] = lambda: None) -> None:
        self._terminal, self._clock, self._on_message = terminal, clock, on_message
        self._segments: deque[bytes] = deque()
        terminal.connected()

    def read(self, timeout_s: float) -> bytes:
        if self._segments:
            self._on_message()
            return self._segments.popleft()
        if self._terminal.hung_up:
            raise LinkLost("hung up")
        self._clock.sleep(timeout_s)
        return b""

    def write(self, data: bytes) -> None:
        if self._terminal.hung_up:
            raise LinkLost("hung up")
        self._on_message()
        self._segments += self._terminal.receive(data)
        self._terminal.sent()
        self._on_message()

    def close(self) -> None:
        pass


class Unplugged(PortUnavailable):
    """Nobody is there."""
