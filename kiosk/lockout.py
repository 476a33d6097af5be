"""Lock-outs: how long a staff number must wait after wrong PINs. Kept in the database, so a restart forgives nothing.

Responsible for: counting and waiting times. Not responsible for: checking PINs (`kiosk.staff`). Numbers that belong to
nobody are counted just the same, so an answer never tells which numbers exist.
"""

from __future__ import annotations

import sqlite3

FREE_TRIES = 5
FIRST_WAIT_S = 30
LONGEST_WAIT_S = 3600
FORGET_AFTER_S = 24 * 3600
"""A number at rest for so long starts afresh."""
_MOST_NUMBERS = 10_000


def waiting_time_s(failures: int) -> int:
    """Seconds to wait after so many failures in a row: none for the first few, then doubling up to an hour."""
    if failures < FREE_TRIES:
        return 0
    return int(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(failures - FREE_TRIES, 20)))


class Lockout:
    """The table `lockout`; the caller holds transactions and threads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def wait_s(self, number: str, now_utc_s: float) -> int:
        """Whole seconds this number must still wait; 0 if it may try."""
        row = self._connection.execute("SELECT * FROM lockout WHERE number = ?", (_key(number),)).fetchone()
        if row is None:
            return 0
        # A clock set back must not lengthen a wait beyond what was imposed.
        left_s = min(row["until_utc_s"] - now_utc_s, waiting_time_s(row["failures"]))
        return max(0, -int(-left_s // 1))

    def count_failure(self, number: str, now_utc_s: float) -> int:
        """Count one failure; the wait it brings, in whole seconds."""
        key = _key(number)
        row = self._connection.execute("SELECT * FROM lockout WHERE number = ?", (key,)).fetchone()
        fresh = row is None or now_utc_s - row["last_utc_s"] > FORGET_AFTER_S
        failures = 1 if fresh else row["failures"] + 1
        wait_s = waiting_time_s(failures)
        self._connection.execute(
            "INSERT INTO lockout (number, failures, until_utc_s, last_utc_s) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (number) DO UPDATE SET failures = excluded.failures, until_utc_s = excluded.until_utc_s, "
            "last_utc_s = excluded.last_utc_s",
            (key, failures, now_utc_s + wait_s, now_utc_s),
        )
        if row is None:
            self._prune(now_utc_s)
        return wait_s

    def forgive(self, number: str) -> None:
        """Forget this number's failures."""
        self._connection.execute("DELETE FROM lockout WHERE number = ?", (_key(number),))

    def _prune(self, now_utc_s: float) -> None:
        """Keep the table small: forget what has rested, and never hold more numbers than a keypad can hammer in."""
        self._connection.execute("DELETE FROM lockout WHERE last_utc_s < ?", (now_utc_s - FORGET_AFTER_S,))
        self._connection.execute(
            "DELETE FROM lockout WHERE number NOT IN (SELECT number FROM staff) AND number NOT IN "
            "(SELECT number FROM lockout ORDER BY last_utc_s DESC LIMIT ?)",
            (_MOST_NUMBERS,),
        )


def _key(number: str) -> str:
    return number[:16]
