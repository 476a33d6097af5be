"""The payment terminal's entries, in the file of the sales they belong to.

Responsible for: keeping them durably. Not responsible for: what they mean (`hardware.payment.book`).
"""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

from hardware.payment.book import LOOKED_UP, OPEN, Entry, Standing
from kiosk.records.database import open_database, transaction, write

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE terminal_entry (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        transaction_id TEXT NOT NULL UNIQUE,
        standing TEXT NOT NULL,
        reserved_minor INTEGER NOT NULL,
        taken_minor INTEGER NOT NULL,
        receipt INTEGER,
        trace INTEGER,
        begun_s REAL NOT NULL
    ) STRICT;
    CREATE TABLE terminal_trace (trace INTEGER PRIMARY KEY) STRICT;
    """,
)


class SqliteTerminalBook:
    """A `TerminalBook`. Any thread may use it."""

    def __init__(self, path: Path) -> None:
        """Open or create `path`.

        Raises:
            DatabaseFault: the file is damaged, too new, or the disk refuses it.
        """
        self._connection = open_database(path, MIGRATIONS, part="terminal", any_thread=True)
        self._lock = threading.RLock()

    def entry(self, transaction_id: str) -> Entry | None:
        """What is known of it."""
        found = self._entries("WHERE transaction_id = ?", transaction_id)
        return found[0] if found else None

    def write(self, entry: Entry) -> None:
        """Write it, or write it anew."""
        with self._lock, transaction(self._connection):
            write(
                self._connection,
                "INSERT INTO terminal_entry"
                " (transaction_id, standing, reserved_minor, taken_minor, receipt, trace, begun_s)"
                " VALUES (?,?,?,?,?,?,?) ON CONFLICT (transaction_id) DO UPDATE SET standing = excluded.standing,"
                " reserved_minor = excluded.reserved_minor, taken_minor = excluded.taken_minor,"
                " receipt = excluded.receipt, trace = excluded.trace, begun_s = excluded.begun_s",
                (
                    entry.transaction,
                    entry.standing,
                    entry.reserved_minor,
                    entry.taken_minor,
                    entry.receipt,
                    entry.trace,
                    entry.begun_s,
                ),
            )
            if entry.trace is not None:
                self._connection.execute("INSERT OR IGNORE INTO terminal_trace VALUES (?)", (entry.trace,))

    def open_entries(self) -> tuple[Entry, ...]:
        """Entries whose money may be reserved at the terminal, oldest first."""
        marks = ",".join("?" * len(OPEN))
        return self._entries(f"WHERE standing IN ({marks}) ORDER BY number", *sorted(OPEN))

    def knows_trace(self, trace: int) -> bool:
        """Whether something already known was done under this number of the terminal's."""
        with self._lock:
            row = self._connection.execute("SELECT 1 FROM terminal_trace WHERE trace = ?", (trace,)).fetchone()
        return row is not None

    def in_doubt(self, name: str) -> bool:
        """Whether staff may have to look up what became of this payment or refund."""
        entry = self.entry(name)
        return entry is not None and entry.standing in LOOKED_UP

    def looked_up(self, name: str, *, done: bool) -> None:
        """Staff have looked it up: it was taken (a refund: given back), or it was not. Nothing else is changed so."""
        with self._lock:
            entry = self.entry(name)
            if entry is None or entry.standing not in LOOKED_UP:
                return
            if entry.standing is Standing.GIVING_BACK:
                if done:
                    self.write(replace(entry, standing=Standing.GIVEN_BACK))
                return
            taken_minor = (entry.taken_minor or entry.reserved_minor) if done else 0
            self.write(replace(entry, standing=Standing.TAKEN if done else Standing.RELEASED, taken_minor=taken_minor))

    def close(self) -> None:
        """Let go of the file. May be called twice."""
        self._connection.close()

    def _entries(self, where: str, *values: object) -> tuple[Entry, ...]:
        with self._lock:
            rows = self._connection.execute(f"SELECT * FROM terminal_entry {where}", values).fetchall()  # noqa: S608 - ours
        return tuple(_entry_of(row) for row in rows)


def _entry_of(row: sqlite3.Row) -> Entry:
    return Entry(
        row["transaction_id"],
        Standing(row["standing"]),
        row["reserved_minor"],
        row["taken_minor"],
        row["receipt"],
        row["trace"],
        row["begun_s"],
    )
