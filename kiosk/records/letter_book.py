"""Letters of landlords that were used here: each once, in the journal's file, so that a restart forgives nothing.

Responsible for: spending a letter, and the latest moment this kiosk has on record. Not responsible for: whether a
letter is good (`kiosk.policy.letter`).
"""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path

from hardware.clock import Clock
from kiosk.records.database import open_database, transaction

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE letter (
        key TEXT NOT NULL,
        serial INTEGER NOT NULL,
        transaction_id TEXT NOT NULL,
        utc TEXT NOT NULL,
        PRIMARY KEY (key, serial)
    ) STRICT;
    """,
)


class LetterBook:
    """Used letters, by the key that signed them and their number. Any thread may use it."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Open or create the table in the journal's file.

        Raises:
            DatabaseFault: the file is damaged, too new, or the disk refuses it.
        """
        self._connection = open_database(path, MIGRATIONS, part="letters", any_thread=True)
        self._clock = clock
        self._lock = threading.Lock()

    def used(self, key: str, serial: int) -> bool:
        """Whether this letter was used before."""
        query = "SELECT 1 FROM letter WHERE key = ? AND serial = ?"
        with self._lock:
            return self._connection.execute(query, (key, serial)).fetchone() is not None

    def spend(self, key: str, serial: int, transaction_id: str) -> bool:
        """Use a letter; False: it was used before. It is on disk when this returns."""
        utc = self._clock.utc().isoformat()
        with self._lock, transaction(self._connection):
            added = self._connection.execute(
                "INSERT INTO letter (key, serial, transaction_id, utc) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (key, serial, transaction_id, utc),
            )
            return added.rowcount == 1

    def latest(self) -> datetime | None:
        """The latest moment at which a sale was opened or a letter used; None before any."""
        with self._lock:
            query = "SELECT max(utc) FROM (SELECT opened_utc AS utc FROM sale UNION ALL SELECT utc FROM letter)"
            (latest,) = self._connection.execute(query).fetchone()
        return datetime.fromisoformat(latest) if latest else None

    def close(self) -> None:
        """Let go of the file. May be called twice."""
        self._connection.close()
