"""Whole books as a kiosk leaves them, for tests that alter one past the program.

Not responsible for: what is done to an audit's records (`tests/support/tamperings.py`).
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from kiosk.operations.doctor_records import KNOWN
from kiosk.records.database import migrate, open_database

PARTS_OF = {
    "sales.db": ("journal", "machine", "inventory", "terminal", "code_tries", "letters"),
    "operations.db": ("operations", "outbox", "documents", "settings"),
    "audit.db": ("audit",),
    "staff.db": ("staff",),
}


def begun(folder: Path, book: str) -> Path:
    """A whole book with every part it may hold, as a kiosk that ran once leaves it."""
    path = folder / book
    first, *others = PARTS_OF[book]
    with closing(open_database(path, KNOWN[first], part=first)) as connection:
        for each in others:
            migrate(connection, KNOWN[each], part=each)
    return path


def sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
