"""What is in the magazine, slot by slot.

Responsible for: counts, locked slots, which slot a blank comes from. Not responsible for: turning the magazine
(`hardware`), what a blank costs (`config.store`).
"""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path

from config.machine import Magazine
from kiosk.records.database import open_database, transaction, write


@dataclass(frozen=True)
class SlotView:
    """One magazine slot, for staff."""

    number: int
    blank: str
    finish: str
    count: int
    capacity: int
    low: bool
    locked: bool
    lock_reason: str = ""


MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE slot (
        number INTEGER PRIMARY KEY,
        blank TEXT NOT NULL,
        finish TEXT NOT NULL,
        count INTEGER NOT NULL CHECK (count >= 0),
        locked INTEGER NOT NULL DEFAULT 0,
        lock_reason TEXT NOT NULL DEFAULT ''
    ) STRICT;
    """,
)


class Inventory:
    """The magazine's count. Any thread may use it."""

    def __init__(self, path: Path, magazine: Magazine, *, first_count: int | None = None) -> None:
        """Open or create `path` and bring it in line with the machine file.

        Args:
            path: the database file.
            magazine: slots of the machine file. A slot that now holds another blank counts as empty.
            first_count: blanks in a slot never seen before; None: as many as it holds. A real machine starts with 0:
                staff say what they put in.

        Raises:
            DatabaseFault: the file is damaged, too new, or the disk refuses it.
        """
        self._lock = threading.RLock()
        self._first_count = first_count
        self._connection = open_database(path, MIGRATIONS, part="inventory", any_thread=True)
        self.hold(magazine)

    def hold(self, magazine: Magazine) -> None:
        """Count what these slots hold; one that now holds another blank counts as empty."""
        with self._lock, transaction(self._connection):
            self._magazine = magazine
            for slot in magazine.slots:
                count = slot.capacity if self._first_count is None else self._first_count
                self._connection.execute(
                    "INSERT INTO slot (number, blank, finish, count) VALUES (?,?,?,?) ON CONFLICT (number) DO UPDATE"
                    " SET count = 0, blank = excluded.blank, finish = excluded.finish"
                    " WHERE blank <> excluded.blank OR finish <> excluded.finish",
                    (slot.number, slot.blank, slot.finish, count),
                )

    def slots(self) -> tuple[SlotView, ...]:
        """All slots of the machine file, for staff."""
        with self._lock:
            rows = {row["number"]: row for row in self._connection.execute("SELECT * FROM slot").fetchall()}
        return tuple(_view(rows[slot.number], slot.capacity, slot.low_at) for slot in self._magazine.slots)

    def finishes(self, blank: str) -> tuple[str, ...]:
        """Finishes of `blank` that could be sold now, in the magazine's order."""
        return tuple(dict.fromkeys(slot.finish for slot in self._usable() if slot.blank == blank))

    def stocked(self) -> tuple[str, ...]:
        """Blanks that could be sold now."""
        return tuple(dict.fromkeys(slot.blank for slot in self._usable()))

    def available(self, blank: str, finish: str) -> int:
        """How many of this blank and finish are left in slots that are not locked."""
        return sum(slot.count for slot in self._usable() if (slot.blank, slot.finish) == (blank, finish))

    def slot_for(self, blank: str, finish: str) -> int | None:
        """The usable slot with the fewest blanks left (so that slots run empty one after another), or None."""
        fit = [slot for slot in self._usable() if (slot.blank, slot.finish) == (blank, finish)]
        return min(fit, key=lambda slot: (slot.count, slot.number)).number if fit else None

    def take(self, number: int, blanks: int = 1) -> None:
        """So many blanks leave the slot."""
        self._must_change("UPDATE slot SET count = max(0, count - ?) WHERE number = ?", blanks, number)

    def lock(self, number: int, reason: str) -> None:
        """Nothing is taken from this slot until staff unlock it."""
        self._must_change("UPDATE slot SET locked = 1, lock_reason = ? WHERE number = ?", reason, number)

    def unlock(self, number: int) -> bool:
        """Staff cleared it. False: no such slot."""
        return self._change("UPDATE slot SET locked = 0, lock_reason = '' WHERE number = ?", number)

    def refill(self, number: int, count: int) -> bool:
        """Staff say how many blanks the slot holds now. False: no such slot, or more than it can hold."""
        slot = next((slot for slot in self._magazine.slots if slot.number == number), None)
        if slot is None or not 0 <= count <= slot.capacity:
            return False
        return self._change("UPDATE slot SET count = ? WHERE number = ?", count, number)

    def close(self) -> None:
        """Let go of the file. May be called twice."""
        self._connection.close()

    def _usable(self) -> tuple[SlotView, ...]:
        return tuple(slot for slot in self.slots() if slot.count > 0 and not slot.locked)

    def _must_change(self, statement: str, *values: object) -> None:
        with self._lock, transaction(self._connection):
            write(self._connection, statement, values)

    def _change(self, statement: str, *values: object) -> bool:
        with self._lock, transaction(self._connection):
            return self._connection.execute(statement, values).rowcount > 0


def _view(row: sqlite3.Row, capacity: int, low_at: int) -> SlotView:
    return SlotView(
        number=row["number"],
        blank=row["blank"],
        finish=row["finish"],
        count=row["count"],
        capacity=capacity,
        low=row["count"] <= low_at,
        locked=bool(row["locked"]),
        lock_reason=row["lock_reason"],
    )
