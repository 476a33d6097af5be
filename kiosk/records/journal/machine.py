"""What is known of the machine over sessions and restarts: a fault nobody has seen to, metal in the clamp, failures.

Responsible for: remembering these durably, each before the motion or sale it is about. Not responsible for: sales
(`kiosk.records.journal.book`), stock (`kiosk.records.inventory`), or what follows (`kiosk.session.phases`). Holds
nothing of a key's shape.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from hardware.clock import Clock
from kiosk.records.coarse_time import quarter_of
from kiosk.records.database import open_database, transaction, write

SUSPICIOUS = 2
"""So many blanks failing one after another: no longer the blanks, nor their slots."""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE machine (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        fault TEXT NOT NULL DEFAULT '',
        clamped_by TEXT NOT NULL DEFAULT ''
    ) STRICT;
    INSERT INTO machine (id) VALUES (1);
    CREATE TABLE failure (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        utc TEXT NOT NULL,
        kind TEXT NOT NULL,
        slot INTEGER NOT NULL,
        locked INTEGER NOT NULL CHECK (locked IN (0, 1))
    ) STRICT;
    """,
    """
    ALTER TABLE machine ADD COLUMN faces TEXT NOT NULL DEFAULT '';
    ALTER TABLE machine ADD COLUMN faces_utc TEXT NOT NULL DEFAULT '';
    """,
)


class FailureKind(StrEnum):
    """What a blank failed at."""

    TOUCH_OFF = "touch_off"
    COPY = "copy"


@dataclass(frozen=True)
class Failure:
    """One blank that failed, and whether its slot was locked for it."""

    kind: FailureKind
    slot: int
    locked: bool


class MachineRecord:
    """The machine's lasting condition. Any thread may use it; a write is on the disk when the call returns."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Open or create `path`.

        Raises:
            DatabaseFault: the file is damaged, too new, or the disk refuses it.
        """
        self._connection = open_database(path, MIGRATIONS, part="machine", any_thread=True)
        self._clock = clock
        self._lock = threading.RLock()

    @property
    def fault(self) -> str:
        """Code of the fault after which nobody has yet recovered the machine; empty if there is none."""
        return self._value("fault")

    def note_fault(self, code: str) -> None:
        """Something stopped the machine: nothing moves until a person has recovered it. The first cause stays."""
        # Also where it stays, a row is written: none at all is no fault noted.
        self._write("UPDATE machine SET fault = CASE fault WHEN '' THEN ? ELSE fault END", code)

    def recovered(self) -> None:
        """A person recovered it: what stopped it is seen to, and so is whatever made blanks fail."""
        self._write("UPDATE machine SET fault = ''")
        self._forget("DELETE FROM failure")

    @property
    def clamped_by(self) -> str:
        """What may have left metal in the clamp (`sale`, `probe`, `test_cut`); empty when it was seen empty."""
        return self._value("clamped_by")

    def clamp_used(self, by: str) -> None:
        """A blank is about to be fed."""
        self._write("UPDATE machine SET clamped_by = ?", by)

    def clamp_emptied(self) -> None:
        """The clamp was looked at, and nothing is in it."""
        self._write("UPDATE machine SET clamped_by = ''")

    @property
    def faces(self) -> str:
        """Whether left and right are what the catalogue calls so: `agree BLANK`, `swapped BLANK`; empty: never seen."""
        return self._value("faces")

    def faces_seen(self, blank: str, *, agree: bool) -> None:
        """A known blank was laid: its left and right face were seen as the catalogue has them, or exchanged."""
        now = self._clock.utc().isoformat(timespec="seconds")
        said = f"{'agree' if agree else 'swapped'} {blank}"
        self._write("UPDATE machine SET faces = ?, faces_utc = ?", said, now)

    def failed(self, kind: FailureKind, slot: int, *, locked: bool = False) -> None:
        """A blank from `slot` failed; `locked` says that its slot was open before and is locked for it."""
        now = quarter_of(self._clock.utc()).isoformat(timespec="milliseconds")
        self._write(
            "INSERT INTO failure (utc, kind, slot, locked) VALUES (?,?,?,?)", now, kind.value, slot, int(locked)
        )

    def seated(self) -> None:
        """A touch-off found a seated blank: probe and clamp are sound."""
        self._forget("DELETE FROM failure WHERE kind = ?", FailureKind.TOUCH_OFF.value)

    def passed(self) -> None:
        """A copy came out right: everything is sound."""
        self._forget("DELETE FROM failure")

    def failures(self) -> tuple[Failure, ...]:
        """Blanks that failed one after another, oldest first."""
        with self._lock:
            rows = self._connection.execute("SELECT kind, slot, locked FROM failure ORDER BY id").fetchall()
        return tuple(Failure(FailureKind(row["kind"]), row["slot"], bool(row["locked"])) for row in rows)

    @property
    def is_suspect(self) -> bool:
        """Whether wheel, probe or clamp must be looked at: touch-offs count once a slot, copies each."""
        run = self.failures()
        slots = {failure.slot for failure in run if failure.kind is FailureKind.TOUCH_OFF}
        copies = sum(failure.kind is FailureKind.COPY for failure in run)
        return len(slots) + copies >= SUSPICIOUS

    def close(self) -> None:
        """Let go of the file. May be called twice."""
        self._connection.close()

    def _value(self, column: str) -> str:
        with self._lock:
            row = self._connection.execute("SELECT fault, clamped_by, faces FROM machine").fetchone()
        return str(row[column])

    def _write(self, statement: str, *values: object) -> None:
        with self._lock, transaction(self._connection):
            write(self._connection, statement, values)

    def _forget(self, statement: str, *values: object) -> None:
        with self._lock, transaction(self._connection):
            self._connection.execute(statement, values)
