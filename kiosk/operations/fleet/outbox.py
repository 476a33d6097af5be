"""Events waiting to leave this kiosk, in the same file and the same transaction as what they tell of.

Responsible for: order, numbers and keeping every event until it is confirmed. Not responsible for: the network.
An event is known by kiosk, stream and sequence: the stream is a random name made with the database, so that a
database made anew never numbers its events like the old one. What an event may say is a closed list of kinds and
fields, none of which can hold the shape of a key.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from kiosk.records.database import write

OUTBOX_MIGRATIONS = (
    """
    CREATE TABLE outbox_stream (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        stream TEXT NOT NULL
    ) STRICT;
    CREATE TABLE outbox (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        happened_utc TEXT NOT NULL,
        kind TEXT NOT NULL,
        facts TEXT NOT NULL
    ) STRICT;
    """,
)
PART = "outbox"

Fact: TypeAlias = str | int | float | bool | None

KINDS = frozenset(
    {
        "started",
        "stopped",
        "sale",
        "test",
        "refused",
        "copy",
        "service",
        "recut",
        "scrapped",
        "fault",
        "recovered",
        "refund",
        "stock",
        "approval",
        "settings",
        "closed",
        "opened",
        "drift",
        "key_left",
    }
)
FIELDS = frozenset(
    {
        "transaction",
        "status",
        "blank",
        "keyway",
        "finish",
        "copies",
        "amount_minor",
        "currency",
        "rule",
        "verdict",
        "outcome",
        "code",
        "step",
        "duration_s",
        "slot",
        "count",
        "largest_error_mm",
        "drift_mm",
        "passed",
        "simulated",
        "staff_number",
        "reason",
        "document",
        "version",
    }
)
"""All an event may carry. There is no field for cuts, and a text longer than 80 characters is not taken."""


@dataclass(frozen=True)
class PendingEvent:
    """One event as it leaves. `first_kept` is the lowest sequence this kiosk still holds."""

    stream: str
    sequence: int
    first_kept: int
    happened_utc: str
    kind: str
    facts: Mapping[str, Fact]

    def to_bytes(self, kiosk: str) -> bytes:
        """The event as JSON, the form on the wire."""
        return json.dumps(
            {
                "kiosk": kiosk,
                "stream": self.stream,
                "sequence": self.sequence,
                "first_kept": self.first_kept,
                "happened_utc": self.happened_utc,
                "kind": self.kind,
                "facts": dict(self.facts),
            },
            separators=(",", ":"),
            sort_keys=True,
        ).encode()


class Outbox:
    """The outbox of one database file. Its tables must exist (`migrate(connection, OUTBOX_MIGRATIONS, part=PART)`)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take up the stream of this file, or begin one."""
        self._connection = connection
        connection.execute(
            "INSERT OR IGNORE INTO outbox_stream (only_row, stream) VALUES (1, ?)", (secrets.token_hex(8),)
        )
        self.stream: str = connection.execute("SELECT stream FROM outbox_stream").fetchone()[0]

    def append(self, kind: str, facts: Mapping[str, Fact], happened: datetime) -> int:
        """Add an event within the caller's transaction (or alone) and return its sequence.

        Raises:
            ValueError: a kind or field that is not on the list, or a text too long for any of them.
        """
        if kind not in KINDS:
            raise ValueError(f"event kind {kind!r} is not on the list")
        for name, fact in facts.items():
            if name not in FIELDS:
                raise ValueError(f"event field {name!r} is not on the list")
            if isinstance(fact, str) and len(fact) > 80:
                raise ValueError(f"event field {name!r} is too long")
        cursor = write(
            self._connection,
            "INSERT INTO outbox (happened_utc, kind, facts) VALUES (?, ?, ?)",
            (happened.astimezone(UTC).isoformat(), kind, json.dumps(dict(facts), separators=(",", ":"))),
        )
        if cursor.lastrowid is None:
            raise sqlite3.InternalError("insert gave no row id")
        return cursor.lastrowid

    def pending(self, after: int, limit: int) -> list[PendingEvent]:
        """Up to `limit` kept events with a sequence above `after`, oldest first."""
        first = self._connection.execute("SELECT min(sequence) FROM outbox").fetchone()[0]
        rows = self._connection.execute(
            "SELECT sequence, happened_utc, kind, facts FROM outbox WHERE sequence > ? ORDER BY sequence LIMIT ?",
            (after, limit),
        )
        return [PendingEvent(self.stream, row[0], first, row[1], row[2], json.loads(row[3])) for row in rows.fetchall()]

    def discard_through(self, sequence: int) -> None:
        """Let go of every event up to `sequence`: it is confirmed."""
        self._connection.execute("DELETE FROM outbox WHERE sequence <= ?", (sequence,))

    def discard(self, sequence: int) -> None:
        """Let go of one confirmed event."""
        self._connection.execute("DELETE FROM outbox WHERE sequence = ?", (sequence,))

    def count(self) -> int:
        """Events still waiting."""
        return int(self._connection.execute("SELECT count(*) FROM outbox").fetchone()[0])

    def last_sequence(self) -> int:
        """The highest sequence ever given out; 0 before the first."""
        row = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
        return int(row[0]) if row else 0
