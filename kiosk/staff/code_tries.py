"""Receipt codes typed in wrong: after a few within an hour the page closes for a while.

Responsible for: counting, and how long it stays closed, in the journal's file so that a restart forgives nothing. Not
responsible for: what a code belongs to (`kiosk.records.journal`). A code that was known takes back only its own try:
who holds a receipt gets no free guesses. Time is counted as for lock-outs (`kiosk.staff.lockout`).
"""

from __future__ import annotations

import threading
from pathlib import Path

from hardware.clock import Clock
from kiosk.records.database import open_database, transaction, write
from kiosk.staff.lockout import boot_id

MOST_WRONG = 5
WITHIN_S = 3600.0
CLOSED_S = 900.0
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE code_try (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        boot TEXT NOT NULL,
        at_s REAL NOT NULL
    ) STRICT;
    """,
)


class CodeTries:
    """Wrong codes of the last hour. Any thread may use it."""

    def __init__(self, path: Path, clock: Clock, boot: str | None = None) -> None:
        """Open or create the table in `path`.

        Args:
            path: the journal's file.
            clock: its monotonic time counts.
            boot: names the boot of that time; this computer's if None.

        Raises:
            DatabaseFault: the file is damaged, too new, or the disk refuses it.
        """
        self._connection = open_database(path, MIGRATIONS, part="code_tries", any_thread=True)
        self._clock = clock
        self._boot = boot or boot_id()
        self._lock = threading.Lock()

    def closed_s(self) -> int:
        """Whole seconds the page is still closed; 0 if a code may be tried."""
        with self._lock, transaction(self._connection):
            return self._closed_s(self._clock.now_s())

    def begin(self) -> int | None:
        """Count a try before it is made, so that pulling the plug gains none; its number, or None while closed."""
        with self._lock, transaction(self._connection):
            now_s = self._clock.now_s()
            if self._closed_s(now_s) > 0:
                return None
            added = write(self._connection, "INSERT INTO code_try (boot, at_s) VALUES (?, ?)", (self._boot, now_s))
            return added.lastrowid

    def was_right(self, number: int) -> None:
        """The code was known: this try counts no more."""
        with self._lock, transaction(self._connection):
            self._connection.execute("DELETE FROM code_try WHERE id = ?", (number,))

    def close(self) -> None:
        """Let go of the file. May be called twice."""
        self._connection.close()

    def _closed_s(self, now_s: float) -> int:
        # Of another boot nobody knows how long ago it was: it counts as now.
        self._connection.execute(
            "UPDATE code_try SET boot = ?, at_s = ? WHERE boot <> ? OR at_s > ?", (self._boot, now_s, self._boot, now_s)
        )
        self._connection.execute("DELETE FROM code_try WHERE at_s <= ?", (now_s - WITHIN_S,))
        wrong = [row["at_s"] for row in self._connection.execute("SELECT at_s FROM code_try ORDER BY at_s")]
        return max(0, -int((now_s - wrong[-1] - CLOSED_S) // 1)) if len(wrong) >= MOST_WRONG else 0


__all__ = ["CLOSED_S", "MIGRATIONS", "MOST_WRONG", "WITHIN_S", "CodeTries"]
