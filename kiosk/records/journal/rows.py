"""The journal's tables, and what a row of them says.

Responsible for: the schema, and the one place where a row becomes a value: the journal that writes and the reports
that only read share it. Not responsible for: opening the file.
"""

from __future__ import annotations

import sqlite3
from typing import TypedDict

from kiosk.records.journal.values import WORDS, BlankStatus, CopyError, CopyMade, PaymentStatus, Sale, SaleStep

# How long each cut took was kept once, and says something of the key: such times become the sale's own.
COARSE_TIMES = """
    UPDATE sale_step SET utc =
        (SELECT opened_utc FROM sale WHERE sale.transaction_id = sale_step.transaction_id)
        WHERE step NOT IN ('opened', 'authorising', 'reserved', 'declined', 'answer_unknown');
    UPDATE copy_error SET utc =
        (SELECT opened_utc FROM sale WHERE sale.transaction_id = copy_error.transaction_id);
    UPDATE copy_made SET measured_utc =
        (SELECT opened_utc FROM sale WHERE sale.transaction_id = copy_made.transaction_id);
    """

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE sale (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        transaction_id TEXT NOT NULL UNIQUE,
        bring_back_code TEXT NOT NULL UNIQUE,
        opened_utc TEXT NOT NULL,
        simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
        blank TEXT NOT NULL,
        finish TEXT NOT NULL,
        copies INTEGER NOT NULL,
        price_each_minor INTEGER NOT NULL,
        currency TEXT NOT NULL,
        payment TEXT NOT NULL,
        money TEXT NOT NULL,
        metal TEXT NOT NULL,
        delivered INTEGER NOT NULL DEFAULT 0,
        closed INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX sale_open ON sale (number) WHERE closed = 0 OR metal <> 'none';
    CREATE TABLE sale_step (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        utc TEXT NOT NULL,
        transaction_id TEXT NOT NULL REFERENCES sale (transaction_id),
        step TEXT NOT NULL,
        slot INTEGER,
        copy INTEGER,
        code TEXT NOT NULL DEFAULT ''
    ) STRICT;
    CREATE INDEX sale_step_of ON sale_step (transaction_id);
    CREATE TABLE copy_error (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        utc TEXT NOT NULL,
        transaction_id TEXT NOT NULL REFERENCES sale (transaction_id),
        mean_mm REAL NOT NULL,
        largest_mm REAL NOT NULL,
        touch_error_mm REAL NOT NULL,
        passed INTEGER NOT NULL
    ) STRICT;
    """,
    # A sale refunded before claims were counted was refunded whole: all its copies are spoken for.
    """
    ALTER TABLE sale ADD COLUMN refunded INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sale ADD COLUMN recut_of TEXT NOT NULL DEFAULT '';
    CREATE INDEX sale_recut ON sale (recut_of) WHERE recut_of <> '';
    UPDATE sale SET refunded = delivered WHERE money = 'refunded';
    CREATE TABLE refund (
        number TEXT PRIMARY KEY,
        utc TEXT NOT NULL,
        transaction_id TEXT NOT NULL REFERENCES sale (transaction_id),
        amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
        copies INTEGER NOT NULL CHECK (copies >= 0),
        settled INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX refund_of ON refund (transaction_id);
    INSERT INTO refund (number, utc, transaction_id, amount_minor, copies)
        SELECT transaction_id || '-1', opened_utc, transaction_id, price_each_minor * delivered, delivered
        FROM sale WHERE money = 'refunding';
    """,
    """
    CREATE TABLE copy_made (
        transaction_id TEXT NOT NULL REFERENCES sale (transaction_id),
        copy INTEGER NOT NULL,
        measured_utc TEXT NOT NULL,
        largest_mm REAL NOT NULL,
        allowed_mm REAL NOT NULL,
        restored INTEGER NOT NULL CHECK (restored IN (0, 1)),
        worn_mm REAL NOT NULL,
        PRIMARY KEY (transaction_id, copy)
    ) STRICT;
    """,
    COARSE_TIMES,
)


def claims_left(connection: sqlite3.Connection, transaction_id: str, *, simulated: bool) -> int:
    """How many copies of this sale may still be made good; a command asks beside the kiosk that runs."""
    row = connection.execute(
        "SELECT delivered"
        " - (SELECT coalesce(sum(copies), 0) FROM refund WHERE transaction_id = sale.transaction_id)"
        " - (SELECT count(*) FROM sale AS recut WHERE recut.recut_of = sale.transaction_id"
        " AND (recut.delivered > 0 OR recut.closed = 0 OR recut.metal <> 'none'))"
        " FROM sale WHERE transaction_id = ? AND recut_of = '' AND closed = 1 AND metal = 'none'"
        " AND simulated = ? AND money IN ('captured', 'none')",
        (transaction_id, int(simulated)),
    ).fetchone()
    return max(0, int(row[0])) if row else 0


class Claims(TypedDict):
    """What was made good of a sale, and what it makes good."""

    refunded: int
    recut_of: str


def sale_of(row: sqlite3.Row) -> Sale:
    """A row of `sale`."""
    return Sale(
        transaction=row["transaction_id"],
        bring_back_code=row["bring_back_code"],
        opened_utc=row["opened_utc"],
        simulated=bool(row["simulated"]),
        blank=row["blank"],
        finish=row["finish"],
        copies=row["copies"],
        price_each_minor=row["price_each_minor"],
        currency=row["currency"],
        payment=row["payment"],
        money=PaymentStatus(row["money"]),
        metal=BlankStatus(row["metal"]),
        delivered=row["delivered"],
        closed=bool(row["closed"]),
        number=row["number"],
        **_of_claims(row),
    )


def _of_claims(row: sqlite3.Row) -> Claims:
    """A report may read a journal that no kiosk of this version has opened yet."""
    if "recut_of" not in row.keys():  # noqa: SIM118 - a row's own members are its values
        return Claims(refunded=0, recut_of="")
    return Claims(refunded=row["refunded"], recut_of=row["recut_of"])


def copy_error_of(row: sqlite3.Row) -> CopyError:
    """A row of `copy_error`."""
    return CopyError(row["mean_mm"], row["largest_mm"], row["touch_error_mm"], bool(row["passed"]))


def copy_made_of(row: sqlite3.Row) -> CopyMade:
    """A row of `copy_made`."""
    return CopyMade(
        row["copy"],
        row["largest_mm"],
        row["allowed_mm"],
        bool(row["restored"]),
        row["worn_mm"],
        row["measured_utc"],
    )


def step_in_words(row: sqlite3.Row) -> str:
    """A row of `sale_step` in words."""
    facts = [f"copy {row['copy']}"] if row["copy"] is not None else []
    facts += [f"slot {row['slot']}"] if row["slot"] is not None else []
    facts += [row["code"]] if row["code"] else []
    return f"{row['utc']} {WORDS[SaleStep(row['step'])]}" + (f" ({', '.join(facts)})" if facts else "")
