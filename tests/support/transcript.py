"""A `ByteLink` that plays one side of a dialogue and enforces the other, in virtual time.

What was expected and never sent, and what was answered and never read, both fail.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from hardware.errors import LinkLost

HOMING_S = 1.2
"""How long the reference machine homes from where a homing left it."""


class ManualClock:
    """Time that moves only when set, or when somebody waits."""

    def __init__(self) -> None:
        self.time_s = 0.0
        self.set_by_s = 0.0
        """By how much somebody set the calendar's clock."""

    def now_s(self) -> float:
        return self.time_s

    def utc(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.time_s + self.set_by_s)

    def sleep(self, duration_s: float) -> None:
        self.time_s += duration_s


class Transcript:
    """Plays `(sent, answer)` pairs in order. `?` is answered beside the dialogue from `reports`, the last for ever.

    An answer of None: the line vanishes. `delay_s` passes before an answer can be read.
    """

    def __init__(
        self,
        clock: ManualClock,
        dialogue: Iterable[tuple[bytes, bytes | None]],
        reports: Iterable[bytes] = (),
        delay_s: float = 0.002,
        step: int = 10_000,
    ) -> None:
        self.clock = clock
        self.left = list(dialogue)
        self.reports = list(reports)
        self.sent = bytearray()
        self.closed = False
        self.cut_off = False
        self._unread = bytearray()
        self._unmatched = bytearray()
        self._delay_s = delay_s
        self._step = step

    def write(self, data: bytes) -> None:
        if self.closed or self.cut_off:
            raise LinkLost("transcript: the port is gone")
        self.sent += data
        if data == b"?" and self.reports and not (self.left and self.left[0][0] == b"?"):
            report = self.reports.pop(0) if len(self.reports) > 1 else self.reports[0]
            self._unread += report
            return
        self._unmatched += data
        while self.left and self._unmatched.startswith(self.left[0][0]):
            expected, answer = self.left.pop(0)
            if expected == b"$H\n":
                self.clock.time_s += HOMING_S
            del self._unmatched[: len(expected)]
            self._unread += answer or b""
        if self._unmatched and not (self.left and self.left[0][0].startswith(bytes(self._unmatched))):
            expected = self.left[0][0] if self.left else b"nothing"
            raise AssertionError(f"sent {bytes(self._unmatched)!r}, expected {expected!r}")

    def read(self, timeout_s: float) -> bytes:
        if self.closed or self.cut_off:
            raise LinkLost("transcript: the port is gone")
        if not self._unread:
            self.clock.sleep(timeout_s)
            return b""
        self.clock.sleep(min(self._delay_s, timeout_s))
        data = bytes(self._unread[: self._step])
        del self._unread[: self._step]
        return data

    def close(self) -> None:
        self.closed = True

    def finish(self) -> None:
        """Nothing may be left over on either side."""
        assert not self.left, f"never sent: {self.left[0][0]!r} and {len(self.left) - 1} more"
        assert not self._unread, f"never read: {bytes(self._unread)!r}"
