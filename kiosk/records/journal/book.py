"""The journal's file: a row before each effect on money or metal.

Responsible for: writing each step durably with the state it means, and finding what a crash left open. Not responsible
for: what the rows mean (`kiosk.records.journal.rows`), settling (`kiosk.session.settle`).
"""

from __future__ import annotations

import threading
from enum import StrEnum
from pathlib import Path

from config.payment import PaymentKind
from hardware.clock import Clock
from kiosk.records.coarse_time import quarter_of
from kiosk.records.database import open_database, transaction, write
from kiosk.records.journal.rows import MIGRATIONS, claims_left, copy_error_of, copy_made_of, sale_of, step_in_words
from kiosk.records.journal.statement import Statement, statement_of
from kiosk.records.journal.values import (
    CLOSED_AFTER,
    METAL_AFTER,
    MONEY_AFTER,
    TIMED,
    BlankStatus,
    ClaimRefused,
    CopyError,
    CopyMade,
    NewSale,
    PaymentStatus,
    Refund,
    Sale,
    SaleStep,
)


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
        """Write a sale's first row.

        Raises:
            ClaimRefused: it is to make good a copy of a sale of which none is left to be made good, or more than that.
        """
        with self._lock, transaction(self._connection):
            if sale.recut_of:
                self._may_recut(sale)
            write(
                self._connection,
                "INSERT INTO sale (transaction_id, bring_back_code, opened_utc, simulated, blank, finish, copies,"
                " price_each_minor, currency, payment, money, metal, recut_of) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
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
                    PaymentStatus.NONE,
                    BlankStatus.NONE,
                    sale.recut_of,
                ),
            )
            self._row(sale.transaction, SaleStep.OPENED, None, None, "")

    def write(
        self, transaction_id: str, step: SaleStep, *, slot: int | None = None, copy: int | None = None, code: str = ""
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
            if step in MONEY_AFTER:
                self._set(transaction_id, "money", MONEY_AFTER[step])
            if step in METAL_AFTER:
                self._set(transaction_id, "metal", METAL_AFTER[step])
            if step is SaleStep.DELIVERED:
                write(
                    self._connection,
                    "UPDATE sale SET delivered = delivered + 1 WHERE transaction_id = ?",
                    (transaction_id,),
                )
            if step in CLOSED_AFTER:
                write(
                    self._connection,
                    "UPDATE sale SET closed = ? WHERE transaction_id = ?",
                    (int(CLOSED_AFTER[step]), transaction_id),
                )

    def write_copy(self, transaction_id: str, error: CopyError) -> None:
        """Write how far one copy was off, and whether it may be handed over."""
        with self._lock, transaction(self._connection):
            write(
                self._connection,
                "INSERT INTO copy_error (utc, transaction_id, mean_mm, largest_mm, touch_error_mm, passed)"
                " VALUES (?,?,?,?,?,?)",
                (
                    self._quarter(),
                    transaction_id,
                    error.mean_mm,
                    error.largest_mm,
                    error.touch_error_mm,
                    int(error.passed),
                ),
            )
            self._row(transaction_id, SaleStep.PASSED if error.passed else SaleStep.NOT_PASSED, None, None, "")

    def write_made(self, transaction_id: str, made: CopyMade) -> None:
        """Write how a good copy was made; one made in the place of another that was lost takes its row."""
        with self._lock, transaction(self._connection):
            write(
                self._connection,
                "INSERT OR REPLACE INTO copy_made"
                " (transaction_id, copy, measured_utc, largest_mm, allowed_mm, restored, worn_mm)"
                " VALUES (?,?,?,?,?,?,?)",
                (
                    transaction_id,
                    made.copy,
                    self._quarter(),
                    round(made.largest_mm, 3),
                    round(made.allowed_mm, 3),
                    int(made.restored),
                    round(made.worn_mm, 2),
                ),
            )

    def copies_made(self, transaction_id: str) -> tuple[CopyMade, ...]:
        """How the good copies of a sale were made, the first one first; not every one need have been delivered."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT * FROM copy_made WHERE transaction_id = ? ORDER BY copy", (transaction_id,)
            ).fetchall()
        return tuple(copy_made_of(row) for row in rows)

    def claims_left(self, transaction_id: str) -> int:
        """How many copies of this sale may still be made good: each once, and none that was free.

        A recut counts from the moment it is opened, and no more if it ends without a copy.
        """
        with self._lock:
            return claims_left(self._connection, transaction_id, simulated=self._simulated)

    def claim_refund(self, transaction_id: str) -> None:
        """Write that the price of one copy is about to be given back; the sale is open until it is.

        Raises:
            ClaimRefused: no copy is left to be made good, or nothing was taken for it.
        """
        with self._lock, transaction(self._connection):
            sale = self.sale(transaction_id)
            if sale is None or sale.money is not PaymentStatus.CAPTURED or self.claims_left(transaction_id) < 1:
                raise ClaimRefused(transaction_id)
            self._refund(sale, sale.price_each_minor, 1)

    def refund_all(self, transaction_id: str) -> None:
        """Write that all that was reserved is about to be given back: it was taken though nothing was delivered.

        Raises:
            ClaimRefused: copies were delivered for it.
        """
        with self._lock, transaction(self._connection):
            sale = self.sale(transaction_id)
            if sale is None or sale.delivered:
                raise ClaimRefused(transaction_id)
            if not self.open_refunds(transaction_id):
                self._refund(sale, sale.price_each_minor * sale.copies, 0)

    def open_refunds(self, transaction_id: str) -> tuple[Refund, ...]:
        """What is about to be given back and may not have been yet, oldest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT number, amount_minor FROM refund WHERE transaction_id = ? AND settled = 0 ORDER BY rowid",
                (transaction_id,),
            ).fetchall()
        return tuple(Refund(row["number"], row["amount_minor"]) for row in rows)

    def refund_done(self, transaction_id: str, refund: Refund) -> None:
        """Write that it was given back."""
        with self._lock, transaction(self._connection):
            write(
                self._connection,
                "UPDATE sale SET refunded = refunded"
                " + coalesce((SELECT copies FROM refund WHERE number = ? AND settled = 0), 0) WHERE transaction_id = ?",
                (refund.number, transaction_id),
            )
            write(self._connection, "UPDATE refund SET settled = 1 WHERE number = ?", (refund.number,))
            self._row(transaction_id, SaleStep.REFUNDED, None, None, refund.number)
            sale = self.sale(transaction_id)
            if sale is not None:
                whole = sale.refunded >= sale.delivered
                self._set(transaction_id, "money", PaymentStatus.REFUNDED if whole else PaymentStatus.CAPTURED)

    def refunds(self, transaction_id: str) -> tuple[Refund, ...]:
        """All that was or is to be given back of this sale, oldest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT number, amount_minor FROM refund WHERE transaction_id = ? ORDER BY rowid", (transaction_id,)
            ).fetchall()
        return tuple(Refund(row["number"], row["amount_minor"]) for row in rows)

    def statement(self, sale: Sale) -> Statement | None:
        """What became of its money; None where nothing was ever reserved, as at a register."""
        name = sale.transaction
        with self._lock:
            reserved = self._connection.execute(
                "SELECT 1 FROM sale_step WHERE transaction_id = ? AND step = ?", (name, SaleStep.RESERVED)
            ).fetchone()
            back = self._connection.execute(
                "SELECT coalesce(sum(amount_minor * settled), 0), coalesce(max(copies = 0), 0)"
                " FROM refund WHERE transaction_id = ?",
                (name,),
            ).fetchone()
        if sale.payment == PaymentKind.REGISTER or sale.price_each_minor == 0 or not (reserved or back[1]):
            return None
        return statement_of(sale, given_back_minor=int(back[0]), all_goes_back=bool(back[1]))

    def last_copies(self, count: int) -> tuple[CopyError, ...]:
        """Errors of the last copies of all sales, oldest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT mean_mm, largest_mm, touch_error_mm, passed FROM copy_error ORDER BY id DESC LIMIT ?", (count,)
            ).fetchall()
        return tuple(copy_error_of(row) for row in reversed(rows))

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

    def last_sales(self, count: int, before: int = 0) -> tuple[Sale, ...]:
        """The newest sales first; of those before a sale's number, if one is given."""
        return self._sales("WHERE number < ? OR ? = 0 ORDER BY number DESC LIMIT ?", before, before, count)

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
        return tuple(step_in_words(row) for row in rows)

    def close(self) -> None:
        """Let go of the file. May be called twice."""
        self._connection.close()

    def _may_recut(self, recut: NewSale) -> None:
        sale = self.sale(recut.recut_of)
        same = sale is not None and (sale.blank, sale.finish) == (recut.blank, recut.finish)
        free = recut.copies == 1 and recut.price_each_minor == 0
        if not same or not free or self.claims_left(recut.recut_of) < 1:
            raise ClaimRefused(recut.recut_of)

    def _refund(self, sale: Sale, amount_minor: int, copies: int) -> None:
        """A refund's row and the sale's; within a transaction."""
        name = sale.transaction
        number = f"{name}-{len(self.refunds(name)) + 1}"
        write(
            self._connection,
            "INSERT INTO refund (number, utc, transaction_id, amount_minor, copies) VALUES (?,?,?,?,?)",
            (number, self._quarter(), name, amount_minor, copies),
        )
        self._row(name, SaleStep.REFUNDING, None, None, number)
        self._set(name, "money", PaymentStatus.REFUNDING)
        write(self._connection, "UPDATE sale SET closed = 0 WHERE transaction_id = ?", (name,))

    def _now(self) -> str:
        return self._clock.utc().isoformat(timespec="milliseconds")

    def _row(self, transaction_id: str, step: SaleStep, slot: int | None, copy: int | None, code: str) -> None:
        utc = self._now() if step in TIMED else self._quarter()
        # Never before the row it follows: a story is read in its order.
        write(
            self._connection,
            "INSERT INTO sale_step (utc, transaction_id, step, slot, copy, code) SELECT max(?, coalesce(max(utc), '')),"
            " ?, ?, ?, ?, ? FROM sale_step WHERE transaction_id = ?",
            (utc, transaction_id, step, slot, copy, code, transaction_id),
        )

    def _quarter(self) -> str:
        return quarter_of(self._clock.utc()).isoformat(timespec="milliseconds")

    def _set(self, transaction_id: str, column: str, value: StrEnum) -> None:
        write(
            self._connection,
            f"UPDATE sale SET {column} = ? WHERE transaction_id = ?",  # noqa: S608 - one of ours, never input
            (value, transaction_id),
        )

    def _sales(self, where: str, *values: object) -> tuple[Sale, ...]:
        with self._lock:
            rows = self._connection.execute(f"SELECT * FROM sale {where}", values).fetchall()  # noqa: S608 - ours
        return tuple(sale_of(row) for row in rows)
