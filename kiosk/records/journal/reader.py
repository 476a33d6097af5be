"""The journal and the stock as reports read them: read-only, beside a running kiosk.

Responsible for: the queries, on a connection that cannot write. Not responsible for: what a row says
(`kiosk.records.journal.rows`), writing any of it, or for what the figures mean.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kiosk.records.database import (
    BUSY_TIMEOUT_S,
    DatabaseDamaged,
    DiskRefused,
    NotBegun,
    refuse_extraordinary,
    schema_version,
)
from kiosk.records.journal import Sale
from kiosk.records.journal.rows import sale_of


@dataclass(frozen=True)
class StepRow:
    """One step of a sale."""

    utc: datetime
    transaction: str
    step: str
    slot: int | None
    copy: int | None
    code: str


@dataclass(frozen=True)
class SlotRow:
    """One slot of the magazine."""

    number: int
    blank: str
    finish: str
    count: int
    locked: bool
    lock_reason: str


@contextmanager
def read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write.

    Raises:
        NotBegun: there is no such database.
        DiskRefused: it cannot be read.
        DatabaseDamaged: it is none.
    """
    refuse_extraordinary(path)
    try:
        with closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_S)
        ) as connection:
            connection.row_factory = sqlite3.Row
            yield connection
    except sqlite3.OperationalError as error:
        if _absent(path):
            raise NotBegun(
                f"there is no {path}: this kiosk has not run yet, or its data folder is another one (--data)"
            ) from error
        raise DiskRefused(f"{path}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise DatabaseDamaged(f"{path}: {error}") from error


def _absent(path: Path) -> bool:
    """Whether the system says that it is not there; what cannot be looked at may be."""
    try:
        path.stat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


def rows_of(path: Path, part: str, query: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
    """Rows of a part's tables: none where that part was never begun, as in a file another part alone has opened.

    A table that is missing from a part that was begun is no empty one.

    Raises:
        DiskRefused: there is no such database, or it cannot be read.
        DatabaseDamaged: it is none.
    """
    with read_only(path) as connection:
        return connection.execute(query, values).fetchall() if schema_version(connection, part) else []


LATEST = "9999"
"""Later than any time written."""


def sales(journal: Path, since_utc: str = "", until_utc: str = LATEST) -> list[Sale]:
    """Sales opened at or after `since_utc` and before `until_utc` (ISO 8601, UTC), oldest first."""
    query = "SELECT * FROM sale WHERE opened_utc >= ? AND opened_utc < ? ORDER BY number"
    rows = rows_of(journal, "journal", query, (since_utc, until_utc))
    return [sale_of(row) for row in rows]


def closed_sales(journal: Path, after: int = 0) -> list[Sale]:
    """Every closed sale with a number above `after`."""
    rows = rows_of(journal, "journal", "SELECT * FROM sale WHERE closed = 1 AND number > ? ORDER BY number", (after,))
    return [sale_of(row) for row in rows]


def steps(journal: Path, since_utc: str = "", until_utc: str = LATEST) -> list[StepRow]:
    """Steps at or after `since_utc` and before `until_utc`, oldest first."""
    query = "SELECT * FROM sale_step WHERE utc >= ? AND utc < ? ORDER BY id"
    rows = rows_of(journal, "journal", query, (since_utc, until_utc))
    return [
        StepRow(
            datetime.fromisoformat(row["utc"]),
            row["transaction_id"],
            row["step"],
            row["slot"],
            row["copy"],
            row["code"],
        )
        for row in rows
    ]


def faces_found(journal: Path) -> str:
    """What was found of left and right, see `MachineRecord.faces`; empty where this kiosk never looked."""
    with read_only(journal) as connection:
        columns = {row["name"] for row in connection.execute("SELECT name FROM pragma_table_info('machine')")}
        row = connection.execute("SELECT faces FROM machine").fetchone() if "faces" in columns else None
    return str(row["faces"]) if row else ""


def mean_errors(journal: Path, since_utc: str = "", until_utc: str = LATEST) -> list[tuple[datetime, float]]:
    """Time and mean signed error (mm) of each measured copy since the wheel was last changed, oldest first."""
    query = "SELECT utc, mean_mm FROM copy_error WHERE utc >= ? AND utc < ? ORDER BY id"
    rows = rows_of(journal, "journal", query, (since_utc, until_utc))
    return [(datetime.fromisoformat(row["utc"]), row["mean_mm"]) for row in rows]


def touch_errors(journal: Path) -> list[float]:
    """How far each blank's edge lay from where it should (mm), since the wheel was last changed."""
    return [row[0] for row in rows_of(journal, "journal", "SELECT touch_error_mm FROM copy_error ORDER BY id")]


def slots(inventory: Path) -> list[SlotRow]:
    """The magazine as counted."""
    rows = rows_of(inventory, "inventory", "SELECT * FROM slot ORDER BY number")
    return [
        SlotRow(row["number"], row["blank"], row["finish"], row["count"], bool(row["locked"]), row["lock_reason"])
        for row in rows
    ]
