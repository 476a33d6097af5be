"""Keeping what happened, and passing it on to the outbox in the same transaction.

Responsible for: the operations database: happenings, which sales have been reported, and (when the fleet link is on)
the outbox. Not responsible for: deciding what happened (`happenings`), or the sale itself (`kiosk.records.journal`).

A sale becomes an event from the journal, not from the screen, and its number is noted as reported in the transaction
that appends the event: after any crash it is reported once, at the next start.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hardware.clock import Clock
from kiosk.operations.fleet.outbox import OUTBOX_MIGRATIONS, Fact, Outbox
from kiosk.operations.fleet.outbox import PART as OUTBOX_PART
from kiosk.operations.happenings import SAYS_STOCK, Happening, HappeningKind, happened, ran_out
from kiosk.records.coarse_time import quarter_of
from kiosk.records.database import DatabaseFault, migrate, open_database, transaction, write
from kiosk.records.journal import Sale
from kiosk.records.journal.reader import closed_sales, rows_of, slots
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State

log = logging.getLogger(__name__)

PART = "operations"
# When a copy was measured was kept once to the microsecond, and says how long it was cut: the hour stays.
COARSE_TIMES = "UPDATE happening SET utc = substr(utc, 1, 13) || ':00:00+00:00' WHERE what IN ('checked', 'empty');"
MIGRATIONS = (
    """
    CREATE TABLE happening (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        utc TEXT NOT NULL,
        what TEXT NOT NULL,
        code TEXT NOT NULL,
        transaction_id TEXT NOT NULL,
        blank TEXT NOT NULL,
        slot INTEGER,
        passed INTEGER,
        largest_error_mm REAL,
        simulated INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX happening_utc ON happening (utc);
    CREATE TABLE reported_sale (number INTEGER PRIMARY KEY) STRICT;
    """,
    "ALTER TABLE happening ADD COLUMN seconds REAL;",
    COARSE_TIMES,
)
_EVENT_OF = {
    HappeningKind.REFUSED: "refused",
    HappeningKind.CHECKED: "copy",
    HappeningKind.FAULT: "fault",
    HappeningKind.RECOVERED: "recovered",
    HappeningKind.CLOSED: "closed",
    HappeningKind.OPENED: "opened",
    HappeningKind.EMPTY: "stock",
    HappeningKind.TEST: "test",
    HappeningKind.KEY_LEFT: "key_left",
}


AFTER_A_SCAN = (State.OFFER, State.WORN, State.REFUSED, State.TRY_AGAIN)
"""Not cancelled, nor ended by a fault."""


def open_operations(path: Path, *, any_thread: bool = False) -> sqlite3.Connection:
    """The operations database with all its parts.

    Raises:
        DatabaseFault: damaged, too new, or the disk refuses it.
    """
    connection = open_database(path, MIGRATIONS, part=PART, any_thread=any_thread)
    migrate(connection, OUTBOX_MIGRATIONS, part=OUTBOX_PART)
    return connection


class Recorder:
    """Takes every snapshot the controller posts. It never raises: a kiosk that cannot count can still sell."""

    def __init__(self, path: Path, journal: Path, clock: Clock, *, fleet: bool, keep_days: int = 400) -> None:
        """Open `path` and report what sales of `journal` a crash left unreported.

        Raises:
            DatabaseFault: the operations database cannot be used.
        """
        self._connection = open_operations(path, any_thread=True)
        self._journal = journal
        self._clock = clock
        self._outbox = Outbox(self._connection) if fleet else None
        self._before: Snapshot | None = None
        self._stocked: tuple[str, ...] = ()
        self._scanning_since_s: float | None = None
        self._stock_told: dict[int, tuple[str, int]] = {}
        if fleet:
            self._guarded(self._forget_foreseen)
        self._reported = {row[0] for row in self._connection.execute("SELECT number FROM reported_sale").fetchall()}
        self._reported_through = 0
        self._lock = threading.Lock()
        self.problem = ""
        """Why happenings cannot be kept; empty when all is well."""
        horizon = (clock.utc() - timedelta(days=keep_days)).astimezone(UTC).isoformat()
        with transaction(self._connection):
            self._connection.execute("DELETE FROM happening WHERE utc < ?", (horizon,))
        self.report_sales()

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """Note what happened since the snapshot before. Any thread, one at a time."""
        with self._lock:
            found = (*happened(self._before, snapshot), *ran_out(self._stocked, snapshot), *self._scanned(snapshot))
            if snapshot.state in SAYS_STOCK:
                self._stocked = snapshot.stocked
            visit_over = self._before is not None and self._before.receipt is not None and snapshot.receipt is None
            self._before = snapshot
            if found:
                self._guarded(lambda: self._keep(found))
        if visit_over:
            self.report_sales()
            self.report_stock()

    def _scanned(self, snapshot: Snapshot) -> tuple[Happening, ...]:
        """How long a scan took, once it has come to an end."""
        now_s, began_s = self._clock.now_s(), self._scanning_since_s
        if snapshot.state is State.SCANNING:
            self._scanning_since_s = now_s if began_s is None else began_s
            return ()
        self._scanning_since_s = None
        if began_s is None or snapshot.state not in AFTER_A_SCAN:
            return ()
        seconds, page = now_s - began_s, snapshot.state.value
        return (Happening(HappeningKind.IDENTIFIED, code=page, seconds=seconds, simulated=snapshot.simulated),)

    def note(self, happening: Happening) -> None:
        """Keep something no snapshot shows."""
        with self._lock:
            self._guarded(lambda: self._keep((happening,)))

    def tell(self, kind: str, facts: Mapping[str, Fact]) -> None:
        """Append an event that is no happening, such as what this kiosk holds."""
        if self._outbox is not None:
            outbox, now = self._outbox, self._clock.utc()
            with self._lock:
                self._guarded(lambda: _append(outbox, kind, facts, now))

    def report_stock(self) -> None:
        """Append an event for every slot whose count is not the one last told."""
        if self._outbox is not None:
            with self._lock:
                self._guarded(self._report_stock)

    def _report_stock(self) -> None:
        if self._outbox is None or not self._journal.exists():
            return
        for slot in slots(self._journal):
            if self._stock_told.get(slot.number) == (slot.blank, slot.count):
                continue
            facts: dict[str, Fact] = {"slot": slot.number, "blank": slot.blank, "finish": slot.finish}
            self._outbox.append("stock", {**facts, "count": slot.count}, quarter_of(self._clock.utc()))
            self._stock_told[slot.number] = (slot.blank, slot.count)

    def report_sales(self) -> None:
        """Append an event for every closed sale that has none yet."""
        if self._outbox is None:
            return
        with self._lock:
            self._guarded(self._report_sales)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _guarded(self, write: Callable[[], None]) -> None:
        try:
            write()
        except (DatabaseFault, sqlite3.Error) as error:
            self.problem = f"{type(error).__name__}: {error}"
            log.exception("happenings cannot be kept")
        else:
            self.problem = ""

    def _keep(self, found: tuple[Happening, ...]) -> None:
        moment = self._clock.utc().astimezone(UTC)
        with transaction(self._connection):
            for each in found:
                now = quarter_of(moment) if each.after_a_cut else moment
                write(
                    self._connection,
                    "INSERT INTO happening (utc, what, code, transaction_id, blank, slot, passed, largest_error_mm, "
                    "seconds, simulated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        now.isoformat(),
                        each.what,
                        each.code,
                        each.transaction,
                        each.blank,
                        each.slot,
                        None if each.passed is None else int(each.passed),
                        each.largest_error_mm,
                        each.seconds,
                        int(each.simulated),
                    ),
                )
                if self._outbox is not None and each.what in _EVENT_OF:
                    self._outbox.append(_EVENT_OF[each.what], _facts(each), now)

    def _forget_foreseen(self) -> None:
        """A sale yet to come was not reported: one that somebody noted as such would never be told to the office."""
        if self._journal.exists():
            rows = rows_of(self._journal, "journal", "SELECT coalesce(max(number), 0) FROM sale")
            with transaction(self._connection):
                self._connection.execute("DELETE FROM reported_sale WHERE number > ?", tuple(rows[0] if rows else (0,)))

    def _report_sales(self) -> None:
        if self._outbox is None or not self._journal.exists():
            return
        for sale in closed_sales(self._journal, after=self._reported_through):
            if sale.number in self._reported:
                continue
            with transaction(self._connection):
                self._connection.execute("INSERT OR IGNORE INTO reported_sale (number) VALUES (?)", (sale.number,))
                self._outbox.append("sale", _sale_facts(sale), datetime.fromisoformat(sale.opened_utc))
            self._reported.add(sale.number)
        while self._reported_through + 1 in self._reported:
            self._reported_through += 1
            self._reported.discard(self._reported_through)


def _append(outbox: Outbox, kind: str, facts: Mapping[str, Fact], now: datetime) -> None:
    outbox.append(kind, facts, now)


def _facts(happening: Happening) -> dict[str, Fact]:
    facts: dict[str, Fact] = {
        "code": happening.code,
        "transaction": happening.transaction,
        "blank": happening.blank,
        "slot": happening.slot,
        "passed": happening.passed,
        "largest_error_mm": happening.largest_error_mm,
        "simulated": happening.simulated,
    }
    return {name: fact for name, fact in facts.items() if fact not in ("", None)}


def _sale_facts(sale: Sale) -> dict[str, Fact]:
    return {
        "transaction": sale.transaction,
        "status": sale.money,
        "blank": sale.blank,
        "finish": sale.finish,
        "copies": sale.delivered,
        "amount_minor": sale.kept_minor if sale.money == "captured" else 0,
        "currency": sale.currency,
        "simulated": sale.simulated,
    }
