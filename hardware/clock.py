"""Time as something handed in, so that a whole session runs in virtual time."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Time. Only a Clock sleeps."""

    def now_s(self) -> float:
        """Monotonic seconds; only differences mean anything."""

    def utc(self) -> datetime:
        """Wall-clock time, aware, UTC."""

    def sleep(self, duration_s: float) -> None:
        """Let `duration_s` pass."""


class SystemClock:
    """The machine's own clock."""

    def now_s(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    def utc(self) -> datetime:
        """Wall-clock time, aware, UTC."""
        return datetime.now(UTC)

    def sleep(self, duration_s: float) -> None:
        """Block the calling thread for `duration_s`."""
        time.sleep(duration_s)
