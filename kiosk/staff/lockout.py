"""Lock-outs: how long whoever guesses must wait. Kept in the database, so a restart forgives nothing.

Responsible for: counting and waiting times. Not responsible for: checking PINs (`kiosk.staff.accounts`) or codes.
Numbers that belong to nobody are counted just the same, so an answer never reveals which numbers exist.

Time is the computer's own since it was switched on, never the calendar's: setting the clock frees nobody and keeps
nobody out. It outlives the program; after the power was off it begins anew, and so does a wait that was running.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from kiosk.records.database import write

FREE_TRIES = 5
FIRST_WAIT_S = 30
LONGEST_WAIT_S = 3600
FORGET_AFTER_S = 24 * 3600
"""A number at rest for so long starts afresh."""
_MOST_NUMBERS = 10_000
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def boot_id() -> str:
    """Names the time since the computer was switched on: monotonic seconds of two boots say nothing of each other."""
    return _BOOT_ID.read_text(encoding="ascii").strip()


def elapsed_s(boot: str, since_s: float, now_boot: str, now_s: float) -> float:
    """Seconds that surely passed since a moment that was written down; 0 if it was of another boot."""
    return now_s - since_s if boot == now_boot and now_s >= since_s else 0.0


def waiting_time_s(failures: int) -> int:
    """Seconds to wait after so many failures in a row: none for the first few, then doubling up to an hour."""
    if failures < FREE_TRIES:
        return 0
    return int(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(failures - FREE_TRIES, 20)))


class Lockout:
    """The table `lockout`; the caller holds transactions and threads."""

    def __init__(self, connection: sqlite3.Connection, boot: str) -> None:
        """Over a connection; `boot` names the boot that monotonic time is counted in."""
        self._connection = connection
        self._boot = boot

    def wait_s(self, number: str, now_s: float) -> int:
        """Whole seconds this number must still wait; 0 if it may try. Within a transaction."""
        row = self._row(number, now_s)
        if row is None:
            return 0
        left_s = waiting_time_s(row["failures"]) - (now_s - row["since_s"])
        return max(0, -int(-left_s // 1))

    def count_failure(self, number: str, now_s: float) -> int:
        """Count one failure; the wait it brings, in whole seconds. Within a transaction."""
        row = self._row(number, now_s)
        fresh = row is None or now_s - row["since_s"] > FORGET_AFTER_S
        failures = 1 if row is None or fresh else row["failures"] + 1
        write(
            self._connection,
            "INSERT INTO lockout (number, failures, boot, since_s) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (number) DO UPDATE SET failures = excluded.failures, boot = excluded.boot, "
            "since_s = excluded.since_s",
            (_key(number), failures, self._boot, now_s),
        )
        if row is None:
            self._prune(now_s)
        return waiting_time_s(failures)

    def forgive(self, number: str) -> None:
        """Forget this number's failures."""
        self._connection.execute("DELETE FROM lockout WHERE number = ?", (_key(number),))

    def _row(self, number: str, now_s: float) -> sqlite3.Row | None:
        """This number's failures, counted from now if they were of another boot."""
        self._connection.execute(
            "UPDATE lockout SET boot = ?, since_s = ? WHERE number = ? AND (boot <> ? OR since_s > ?)",
            (self._boot, now_s, _key(number), self._boot, now_s),
        )
        found: sqlite3.Row | None = self._connection.execute(
            "SELECT * FROM lockout WHERE number = ?", (_key(number),)
        ).fetchone()
        return found

    def _prune(self, now_s: float) -> None:
        """Keep the table small: forget what has rested, and never hold more numbers than a keypad can hammer in."""
        self._connection.execute(
            "DELETE FROM lockout WHERE boot = ? AND since_s < ?", (self._boot, now_s - FORGET_AFTER_S)
        )
        self._connection.execute(
            "DELETE FROM lockout WHERE number NOT IN (SELECT number FROM staff) AND number NOT IN "
            "(SELECT number FROM lockout ORDER BY boot = ? DESC, since_s DESC LIMIT ?)",
            (self._boot, _MOST_NUMBERS),
        )


def _key(number: str) -> str:
    return number[:16]
