"""What somebody with a shell does to an audit book, one way a draw: in its rows, its file, or its anchor.

Not responsible for: whether it is found (`tests/promises/test_never_believes_an_altered_book.py`,
`tests/bench/soak_tampering.py`).
"""

from __future__ import annotations

import contextlib
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from kiosk.records.audit.chain import AuditKey, next_record
from kiosk.records.audit.log import SealedAuditLog, record_of
from kiosk.records.audit.reading import read_audit
from kiosk.records.database import DatabaseFault
from tests.support.transcript import ManualClock

RECORDS = 8


@contextlib.contextmanager
def past_the_triggers(file: Path) -> Iterator[sqlite3.Connection]:
    """An audit written to by somebody who puts its triggers back: a book without them is not even opened."""
    with closing(sqlite3.connect(file)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for _, sql in triggers:
            if "audit" in tables:
                connection.execute(sql)
        connection.commit()


class Desk:
    """One book, and a copy of it as it was a while ago."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.file, self.seal = folder / "audit.db", folder / "seal"
        self.yesterday = folder / "yesterday"
        self.rng = rng
        self.book = self.open()
        early = rng.randrange(2, RECORDS - 2)
        for number in range(RECORDS):
            self.book.record(rng.choice(("sale", "refused", "approval")), {"transaction": f"K{number}", "staff": "7"})
            if number == early:
                self.copy_away()

    def open(self) -> SealedAuditLog:
        return SealedAuditLog.open(self.file, self.seal, ManualClock())

    def copy_away(self) -> None:
        self.yesterday.mkdir()
        copy = self.yesterday / "audit.db"
        with closing(sqlite3.connect(self.file)) as here, closing(sqlite3.connect(copy)) as there:
            here.backup(there)
        shutil.copy(self.seal / "audit.anchor", self.yesterday)

    def rows(self) -> object:
        """Everything the book says as it lies there, and the anchor; None if it can no longer be read."""
        try:
            anchor = (self.seal / "audit.anchor").read_bytes()
        except OSError:
            anchor = b""
        try:
            with closing(sqlite3.connect(f"{self.file.as_uri()}?mode=ro", uri=True)) as connection:
                return connection.execute("SELECT * FROM audit ORDER BY number").fetchall(), anchor
        except sqlite3.Error:
            return None

    def sql(self, *statements: str) -> None:
        with past_the_triggers(self.file) as connection:
            for statement in statements:
                connection.execute(statement)

    def found(self) -> str:
        """What verifying says; empty if it is content."""
        try:
            _, finding = read_audit(self.file, self.seal)
        except DatabaseFault as fault:
            return f"{fault.code}: {fault}"
        return str(finding) if finding else ""


def _delete_end(desk: Desk) -> None:
    desk.sql(f"DELETE FROM audit WHERE number > {desk.rng.randrange(0, RECORDS)}")


def _delete_one(desk: Desk) -> None:
    desk.sql(f"DELETE FROM audit WHERE number = {desk.rng.randrange(1, RECORDS + 1)}")


def _empty(desk: Desk) -> None:
    desk.sql("DELETE FROM audit")


def _empty_and_no_anchor(desk: Desk) -> None:
    desk.sql("DELETE FROM audit")
    (desk.seal / "audit.anchor").unlink()


def _made_anew(desk: Desk) -> None:
    with past_the_triggers(desk.file) as connection:
        (form,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'audit'").fetchone()
        connection.execute("DROP TABLE audit")
        connection.execute(form)


def _no_table(desk: Desk) -> None:
    desk.sql("DROP TABLE audit")


def _edit(desk: Desk) -> None:
    column = desk.rng.choice(("at", "kind", "facts", "previous", "hash", "seal"))
    number = desk.rng.randrange(1, RECORDS + 1)
    desk.sql(f"UPDATE audit SET {column} = replace({column} || 'x', '0', '1') WHERE number = {number}")


def _edit_end(desk: Desk) -> None:
    desk.sql(f"UPDATE audit SET facts = '{{}}' WHERE number = {RECORDS}")


def _swap(desk: Desk) -> None:
    one, other = desk.rng.sample(range(1, RECORDS + 1), 2)
    desk.sql(
        f"UPDATE audit SET number = 999 WHERE number = {one}",
        f"UPDATE audit SET number = {one} WHERE number = {other}",
        f"UPDATE audit SET number = {other} WHERE number = 999",
    )


def _renumber(desk: Desk) -> None:
    gone = desk.rng.randrange(1, RECORDS)
    desk.sql(f"DELETE FROM audit WHERE number = {gone}", f"UPDATE audit SET number = number - 1 WHERE number > {gone}")


def _forge(desk: Desk) -> None:
    """A record, or a whole end, as somebody would write it who knows the form and not the key."""
    key, keep = AuditKey(desk.rng.randbytes(32)), desk.rng.randrange(1, RECORDS + 1)
    desk.sql(f"DELETE FROM audit WHERE number > {keep}")
    with closing(sqlite3.connect(desk.file, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        last = record_of(connection.execute("SELECT * FROM audit ORDER BY number DESC").fetchone())
        for _ in range(desk.rng.randrange(1, 4)):
            last = next_record(last, "2026-01-01T00:00:00.000Z", "approval", "{}", key)
            row = (last.number, last.when, last.kind, last.facts, last.previous, last.hash, last.seal)
            connection.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def _acceptance_forged(desk: Desk) -> None:
    desk.sql(
        "DELETE FROM audit WHERE number = 5",
        "UPDATE audit SET kind = 'audit_break_accepted', facts = '{\"finding\": \"record 5: is missing\"}'"
        " WHERE number = 7",
    )


def _no_anchor(desk: Desk) -> None:
    (desk.seal / "audit.anchor").unlink()


def _other_anchor(desk: Desk) -> None:
    (desk.seal / "audit.anchor").write_text(
        desk.rng.choice(("", "rubbish", "1 2 3", f"{RECORDS - 2} {'0' * 64} {'0' * 64}\n"))
    )


def _old_anchor(desk: Desk) -> None:
    shutil.copy(desk.yesterday / "audit.anchor", desk.seal)


def _old_file(desk: Desk) -> None:
    for ending in ("-wal", "-shm"):
        desk.file.with_name(f"audit.db{ending}").unlink(missing_ok=True)
    desk.file.unlink()
    shutil.copy(desk.yesterday / "audit.db", desk.file)


def _old_file_over_it(desk: Desk) -> None:
    """In place: the same inode goes on with yesterday's bytes."""
    log = desk.file.with_name("audit.db-wal")
    if log.exists():
        log.write_bytes(b"")
    desk.file.write_bytes((desk.yesterday / "audit.db").read_bytes())


def _old_file_and_anchor(desk: Desk) -> None:
    _old_file(desk)
    _old_anchor(desk)


def _old_rows_and_anchor(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.yesterday / "audit.db")) as old:
        (end,) = old.execute("SELECT max(number) FROM audit").fetchone()
    desk.sql(f"DELETE FROM audit WHERE number > {end}")
    _old_anchor(desk)


def _no_file(desk: Desk) -> None:
    desk.file.unlink()
    if desk.rng.random() < 0.5:
        for ending in ("-wal", "-shm"):
            desk.file.with_name(f"audit.db{ending}").unlink(missing_ok=True)


def _flip(desk: Desk) -> None:
    """One byte of the file or of its write-ahead log."""
    sides = [each for each in (desk.file, desk.file.with_name("audit.db-wal")) if each.exists() and each.stat().st_size]
    path = desk.rng.choice(sides)
    with path.open("r+b") as file:
        at = desk.rng.randrange(path.stat().st_size)
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ desk.rng.randrange(1, 256)]))


def _cut_short(desk: Desk) -> None:
    with desk.file.open("r+b") as file:
        file.truncate(desk.rng.randrange(desk.file.stat().st_size))


WAYS: tuple[Callable[[Desk], None], ...] = (
    _delete_end,
    _delete_one,
    _empty,
    _empty_and_no_anchor,
    _made_anew,
    _no_table,
    _edit,
    _edit_end,
    _swap,
    _renumber,
    _forge,
    _acceptance_forged,
    _no_anchor,
    _other_anchor,
    _old_anchor,
    _old_file,
    _old_file_over_it,
    _no_file,
    _flip,
    _cut_short,
)
PUT_BACK_WITH_ITS_ANCHOR: tuple[Callable[[Desk], None], ...] = (_old_file_and_anchor, _old_rows_and_anchor)
"""Both halves as they once were together. Nothing on the disk tells; only a process that was there does."""


def tried(folder: Path, way: Callable[[Desk], None], *, online: bool, rng: random.Random) -> str | None:
    """What is found after one tampering with a book that is closed, or open in a process that writes on.

    None: what was done left every record and the anchor as they were.
    """
    desk = Desk(folder, rng)
    if not online:
        desk.book.close()
    before = desk.rows()
    way(desk)
    if desk.rows() == before:
        desk.book.close()
        return None
    finding = "" if online else desk.found()
    # Going on must not make it good again: some records more, and a start.
    try:
        if not online:
            desk.book = desk.open()
        with closing(desk.book):
            for number in range(rng.randrange(1, 4)):
                desk.book.record("sale", {"transaction": f"K9{number}"})
        with closing(desk.open()) as again:
            again.record("start", {})
    except DatabaseFault as fault:
        finding = finding or f"{fault.code}: {fault}"
    finally:
        with contextlib.suppress(sqlite3.Error):
            desk.book.close()
    after = desk.found()
    return after and (finding or after) if not online else after
