"""What happened to every sale, written before it happens.

Responsible for: one row before each effect on money or metal, the state both are in, and finding what a crash left
open. Not responsible for: settling it (`kiosk.settle`), audit (`kiosk.audit`). Holds nothing of a key's shape: the
blank's trade name, counts, money, codes of faults.
"""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from hardware.clock import Clock
from kiosk.database import open_database, transaction


class Money(StrEnum):
    """Where a sale's money is."""

    NONE = "none"
    AUTHORISING = "authorising"
    RESERVED = "reserved"
    DECLINED = "declined"
    CAPTURING = "capturing"
    CAPTURED = "captured"
    VOIDING = "voiding"
    VOIDED = "voided"
    REFUNDING = "refunding"
    REFUNDED = "refunded"


class Metal(StrEnum):
    """Where a sale's present blank is."""

    NONE = "none"
    CLAMPED = "clamped"
    """In the clamp or on its way there, not yet a copy that may be handed over."""
    DELIVERING = "delivering"
    """A good copy is being dropped into the chute: after a crash only a look tells whether it fell."""


class Step(StrEnum):
    """What is about to happen, or what came of it."""

    OPENED = "opened"
    AUTHORISING = "authorising"
    RESERVED = "reserved"
    DECLINED = "declined"
    ANSWER_UNKNOWN = "answer_unknown"
    LOADING = "loading"
    SLOT_LOCKED = "slot_locked"
    CUTTING = "cutting"
    CHECKING = "checking"
    PASSED = "passed"
    NOT_PASSED = "not_passed"
    REJECTED = "rejected"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    CAPTURING = "capturing"
    CAPTURED = "captured"
    VOIDING = "voiding"
    VOIDED = "voided"
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    STOPPED = "stopped"
    FAULT = "fault"
    SETTLING = "settling"
    CLOSED = "closed"


_MONEY = {
    Step.AUTHORISING: Money.AUTHORISING,
    Step.RESERVED: Money.RESERVED,
    Step.DECLINED: Money.DECLINED,
    Step.CAPTURING: Money.CAPTURING,
    Step.CAPTURED: Money.CAPTURED,
    Step.VOIDING: Money.VOIDING,
    Step.VOIDED: Money.VOIDED,
    Step.REFUNDING: Money.REFUNDING,
    Step.REFUNDED: Money.REFUNDED,
}
_METAL = {
    Step.LOADING: Metal.CLAMPED,
    Step.REJECTED: Metal.NONE,
    Step.DELIVERING: Metal.DELIVERING,
    Step.DELIVERED: Metal.NONE,
}

_CLOSED = {Step.REFUNDING: False, Step.CLOSED: True}
"""A sale brought back is open again until its money is back: a crash or an unknown answer must not lose it."""

_WORDS = {
    Step.OPENED: "the sale was opened",
    Step.AUTHORISING: "the money was about to be reserved",
    Step.RESERVED: "the money was reserved, none taken",
    Step.DECLINED: "the payment was declined",
    Step.ANSWER_UNKNOWN: "the payment device did not say what it did; it will be asked again",
    Step.LOADING: "a blank was about to be loaded",
    Step.SLOT_LOCKED: "the blank was unfit and its slot was locked",
    Step.CUTTING: "cutting was about to start",
    Step.CHECKING: "the copy was about to be measured",
    Step.PASSED: "the copy was within tolerance",
    Step.NOT_PASSED: "the copy was outside tolerance",
    Step.REJECTED: "what was in the clamp was scrapped",
    Step.DELIVERING: "the copy was about to be dropped into the chute",
    Step.DELIVERED: "the copy was delivered",
    Step.CAPTURING: "the money for the delivered copies was about to be taken",
    Step.CAPTURED: "the money was taken",
    Step.VOIDING: "the reserved money was about to be let go",
    Step.VOIDED: "the reserved money was let go",
    Step.REFUNDING: "the money was about to be given back",
    Step.REFUNDED: "the money was given back",
    Step.STOPPED: "a person stopped the machine",
    Step.FAULT: "a fault ended it",
    Step.SETTLING: "what was left open was about to be settled",
    Step.CLOSED: "the sale was closed",
}

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
)


@dataclass(frozen=True)
class Sale:
    """One sale as the journal has it. Money in minor units of `currency`."""

    transaction: str
    bring_back_code: str
    opened_utc: str
    simulated: bool
    blank: str
    finish: str
    copies: int
    price_each_minor: int
    currency: str
    payment: str
    money: Money
    metal: Metal
    delivered: int
    closed: bool

    @property
    def due_minor(self) -> int:
        """What the delivered copies cost."""
        return self.price_each_minor * self.delivered


@dataclass(frozen=True)
class CopyError:
    """How far one copy was off: errors only, mm. `touch_error_mm` is where its blank's edge was met."""

    mean_mm: float
    largest_mm: float
    touch_error_mm: float
    passed: bool


@dataclass(frozen=True)
class NewSale:
    """What is known of a sale when it opens."""

    transaction: str
    bring_back_code: str
    blank: str
    finish: str
    copies: int
    price_each_minor: int
    currency: str
    payment: str


class Journal:
    """The journal's file. Any thread may use it; a write is on the disk when the call returns."""

    def __init__(self, path: Path, clock: Clock, *, simulated: bool) -> None:
        """Open or create `path`.

        Args:
            path: the database file.
            clock: where the time of a row comes from.
            simulated: whether every sale of this run is a simulated one; written into each.

        Raises:
            DatabaseFault: the file is damaged, too new, or the disk refuses it.
        """
        self._connection = open_database(path, MIGRATIONS, part="journal", any_thread=True)
        self._clock = clock
        self._simulated = simulated
        self._lock = threading.RLock()

    def open_sale(self, sale: NewSale) -> None:
        """Write a sale's first row."""
        with self._lock, transaction(self._connection):
            self._connection.execute(
                "INSERT INTO sale (transaction_id, bring_back_code, opened_utc, simulated, blank, finish, copies,"
                " price_each_minor, currency, payment, money, metal) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    sale.transaction,
                    sale.bring_back_code,
                    self._now(),
                    int(self._simulated),
                    sale.blank,
                    sale.finish,
                    sale.copies,
                    sale.price_each_minor,
                    sale.currency,
                    sale.payment,
                    Money.NONE,
                    Metal.NONE,
                ),
            )
            self._row(sale.transaction, Step.OPENED, None, None, "")

    def write(
        self, transaction_id: str, step: Step, *, slot: int | None = None, copy: int | None = None, code: str = ""
    ) -> None:
        """Write one step and the state of money and metal it means, in one transaction.

        Args:
            transaction_id: whose step.
            step: what is about to happen or has happened.
            slot: magazine slot, where it matters.
            copy: which copy of the sale, 1 for the first.
            code: stable code of a fault or a reason; never free text about a key.
        """
        with self._lock, transaction(self._connection):
            self._row(transaction_id, step, slot, copy, code)
            if step in _MONEY:
                self._set(transaction_id, "money", _MONEY[step])
            if step in _METAL:
                self._set(transaction_id, "metal", _METAL[step])
            if step is Step.DELIVERED:
                self._connection.execute(
                    "UPDATE sale SET delivered = delivered + 1 WHERE transaction_id = ?", (transaction_id,)
                )
            if step in _CLOSED:
                self._connection.execute(
                    "UPDATE sale SET closed = ? WHERE transaction_id = ?", (int(_CLOSED[step]), transaction_id)
                )

    def write_copy(self, transaction_id: str, error: CopyError) -> None:
        """Write how far one copy was off, and whether it may be handed over."""
        with self._lock, transaction(self._connection):
            self._connection.execute(
                "INSERT INTO copy_error (utc, transaction_id, mean_mm, largest_mm, touch_error_mm, passed)"
                " VALUES (?,?,?,?,?,?)",
                (
                    self._now(),
                    transaction_id,
                    error.mean_mm,
                    error.largest_mm,
                    error.touch_error_mm,
                    int(error.passed),
                ),
            )
            self._row(transaction_id, Step.PASSED if error.passed else Step.NOT_PASSED, None, None, "")

    def last_copies(self, count: int) -> tuple[CopyError, ...]:
        """Errors of the last copies of all sales, oldest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT mean_mm, largest_mm, touch_error_mm, passed FROM copy_error ORDER BY id DESC LIMIT ?", (count,)
            ).fetchall()
        return tuple(
            CopyError(row["mean_mm"], row["largest_mm"], row["touch_error_mm"], bool(row["passed"]))
            for row in reversed(rows)
        )

    def forget_drift(self) -> None:
        """The wheel was changed: errors of copies before this say nothing of copies after it."""
        with self._lock, transaction(self._connection):
            self._connection.execute("DELETE FROM copy_error")

    def sale(self, transaction_id: str) -> Sale | None:
        """One sale, or None."""
        found = self._sales("WHERE transaction_id = ?", transaction_id)
        return found[0] if found else None

    def open_sales(self) -> tuple[Sale, ...]:
        """Sales not closed, or with metal still in the clamp, oldest first: what a crash left, or unknown money."""
        return self._sales("WHERE closed = 0 OR metal <> 'none' ORDER BY number")

    def last_sales(self, count: int) -> tuple[Sale, ...]:
        """The newest sales first."""
        return self._sales("ORDER BY number DESC LIMIT ?", count)

    def find_by_code(self, bring_back_code: str) -> Sale | None:
        """The sale a receipt's code belongs to. A simulated sale is never found on a real machine, nor the reverse."""
        found = self._sales("WHERE bring_back_code = ? AND simulated = ?", bring_back_code, int(self._simulated))
        return found[0] if found else None

    def next_number(self) -> int:
        """Number the next sale will get; grows for ever."""
        with self._lock:
            row = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'sale'").fetchone()
        return int(row[0]) + 1 if row else 1

    def story(self, transaction_id: str) -> tuple[str, ...]:
        """What happened, in words, one line a step."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT utc, step, slot, copy, code FROM sale_step WHERE transaction_id = ? ORDER BY id",
                (transaction_id,),
            ).fetchall()
        return tuple(_told(row) for row in rows)

    def close(self) -> None:
        """Let go of the file. May be called twice."""
        self._connection.close()

    def _now(self) -> str:
        return self._clock.utc().isoformat(timespec="milliseconds")

    def _row(self, transaction_id: str, step: Step, slot: int | None, copy: int | None, code: str) -> None:
        self._connection.execute(
            "INSERT INTO sale_step (utc, transaction_id, step, slot, copy, code) VALUES (?,?,?,?,?,?)",
            (self._now(), transaction_id, step, slot, copy, code),
        )

    def _set(self, transaction_id: str, column: str, value: StrEnum) -> None:
        # `column` is one of ours, never input.
        self._connection.execute(
            f"UPDATE sale SET {column} = ? WHERE transaction_id = ?",  # noqa: S608
            (value, transaction_id),
        )

    def _sales(self, where: str, *values: object) -> tuple[Sale, ...]:
        with self._lock:
            rows = self._connection.execute(f"SELECT * FROM sale {where}", values).fetchall()  # noqa: S608 - ours
        return tuple(_sale(row) for row in rows)


def _sale(row: sqlite3.Row) -> Sale:
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
        money=Money(row["money"]),
        metal=Metal(row["metal"]),
        delivered=row["delivered"],
        closed=bool(row["closed"]),
    )


def _told(row: sqlite3.Row) -> str:
    facts = [f"copy {row['copy']}"] if row["copy"] is not None else []
    facts += [f"slot {row['slot']}"] if row["slot"] is not None else []
    facts += [row["code"]] if row["code"] else []
    return f"{row['utc']} {_WORDS[Step(row['step'])]}" + (f" ({', '.join(facts)})" if facts else "")
