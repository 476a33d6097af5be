"""Who decided what: an append-only book in SQLite, each record chained and sealed.

Responsible for: the file, appending, noticing at every append what somebody else has done to book or anchor since, and
answering for a break. Not responsible for: the arithmetic (`kiosk.records.audit.chain`), key and anchor
(`kiosk.records.audit.seal`), reading beside a running kiosk (`kiosk.records.audit.reading`), or what is worth
recording. Facts never hold a key's shape.

One process writes (`kiosk.records.ownership`), so whatever differs from what this process wrote last was done by
somebody else. It is kept as a record of its own, which stays a finding until a person answers for exactly that one.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from hardware.clock import Clock
from kiosk.data_paths import DATA_VARIABLE
from kiosk.records.audit.chain import (
    AuditKey,
    BrokenRecord,
    Record,
    acceptances,
    anchor_at,
    findings,
    next_record,
)
from kiosk.records.audit.kinds import UNTIMED, AuditKind
from kiosk.records.audit.seal import AuditFault, SealFolder
from kiosk.records.coarse_time import quarter_of
from kiosk.records.database import (
    DatabaseDamaged,
    NotWritten,
    copy_database,
    open_database,
    transaction,
    write,
)

_log = logging.getLogger(__name__)

KEY_FOLDER_VARIABLE = "KIOSK_AUDIT_KEY_FOLDER"
SIMULATED = "simulated"
"""Folder of a simulated kiosk's records beside a real one's; its seal lies in it."""

AUDIT_MIGRATIONS = (
    """
    CREATE TABLE audit (
        number INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        facts TEXT NOT NULL,
        previous TEXT NOT NULL,
        hash TEXT NOT NULL,
        seal TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER audit_keeps_records BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
    CREATE TRIGGER audit_keeps_words BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
    """,
)

_SHAPE_WORDS = ("bitting", "cuts", "depth", "profile", "outline", "section", "gcode", "frame", "photo", "stamp_text")


_NAMED_AT_ONCE = 3
"""As many findings as one record names; it is one break, and the first is what matters."""


class NotTheBreak(Exception):
    """Somebody would answer for a break that is not the one there is."""

    def __init__(self, found: BrokenRecord | None) -> None:
        super().__init__(str(found) if found else "there is no break")
        self.found = found


class SealedAuditLog:
    """The book. Safe from any thread; one process at a time."""

    def __init__(self, connection: sqlite3.Connection, file: Path, seal: SealFolder, clock: Clock) -> None:
        """Take up the book where it ended.

        Args:
            connection: of `file` with `AUDIT_MIGRATIONS` applied, usable from any thread.
            file: where the book lies.
            seal: holds the sealing key and the anchor; begun on first use.
            clock: for the time of each record.

        Raises:
            AuditFault: there are records or an anchor but no key to go on sealing with, or the folder refuses.
        """
        self._connection = connection
        self._file = file
        self._seal = seal
        self._clock = clock
        self._lock = threading.Lock()
        begins = not seal.begun and self._read_last() is None
        self._key: AuditKey = seal.begin() if begins else seal.key()
        self._last = self._read_last()
        self._anchor = seal.anchor()
        self._known = self._all_findings()
        # Found at the opening, recorded with the first record: opening alone writes nothing.
        self._unrecorded = tuple(each for each in self._known if each.at_the_end)
        self._written = _signature(file)

    @classmethod
    def open(cls, file: Path, key_folder: Path, clock: Clock) -> SealedAuditLog:
        """Open (or begin) the book at `file`.

        Raises:
            DatabaseFault: of any kind, `AuditFault` among them.
        """
        seal = SealFolder(key_folder)
        if not seal.begun and not file.exists():
            # Before the book: one without its key could not be told from one whose key was taken.
            seal.begin()
        connection = open_database(file, AUDIT_MIGRATIONS, part="audit", any_thread=True)
        try:
            return cls(connection, file, seal, clock)
        except sqlite3.DatabaseError as error:
            connection.close()
            raise AuditFault(f"{file}: {error}") from error
        except BaseException:
            # Also when it is interrupted: whoever tries again finds no file open.
            connection.close()
            raise

    @property
    def broken(self) -> str:
        """The first thing wrong that nobody has answered for, as known to this process; empty if nothing is."""
        with self._at_work():
            return next((str(each) for each in self._known if each.token not in self._accepted), "")

    def record(self, kind: AuditKind, facts: Mapping[str, str | int]) -> None:
        """Append one record, durable when this returns.

        Raises:
            ValueError: a fact is named after the shape of a key.
            DatabaseFault: it could not be kept.
        """
        for name in facts:
            if any(word in name.lower() for word in _SHAPE_WORDS):
                raise ValueError(f"{name}: the shape of a key is never recorded")
        text = _text(facts)
        with self._at_work():
            self._look()
            self._append(kind, text)

    def record_break(self, what: str) -> None:
        """Record that something kept beside this book is not as it was. What was recorded before is not recorded again.

        Raises:
            DatabaseFault: it could not be kept.
        """
        facts = _text({"finding": what})
        with self._at_work():
            self._look()
            row = self._connection.execute(
                "SELECT 1 FROM audit WHERE kind = ? AND facts = ?", (AuditKind.BROKEN, facts)
            ).fetchone()
            if row is None:
                self._append(AuditKind.BROKEN, facts)
                self._known = self._all_findings()

    def accept_break(self, named: str, who: str, reason: str) -> BrokenRecord:
        """Go on from what is there, as after a restored backup: who answers for exactly the break `named` is recorded.

        Raises:
            NotTheBreak: the first one there is, if any, is another.
            DatabaseFault: it could not be kept.
        """
        with self._at_work():
            self._unrecorded += tuple(self._altered())
            found = next((each for each in self._known if each.token not in self._accepted), None)
            if found is None or str(found) != named:
                raise NotTheBreak(found)
            self._unrecorded = tuple(each for each in self._unrecorded if each.token != found.token)
            self._look()
            facts = {"finding": str(found), "evidence": found.evidence, "reason": reason, "staff": who}
            self._append(AuditKind.BREAK_ACCEPTED, _text(facts))
            self._known = self._all_findings()
            return found

    def verify(self) -> BrokenRecord | None:
        """The first thing wrong that nobody has answered for, or None."""
        with self._at_work():
            self._unrecorded += tuple(self._altered())
            self._known = self._all_findings()
            return next((each for each in (*self._known, *self._unrecorded) if each.token not in self._accepted), None)

    def records(self, since: str = "") -> tuple[Record, ...]:
        """Every record written at `since` (ISO 8601 day or time, UTC) or later."""
        with self._at_work():
            return tuple(record for record in self._records() if record.when >= since)

    def close(self) -> None:
        """Let go of the file."""
        with self._at_work():
            self._connection.close()

    @contextlib.contextmanager
    def _at_work(self) -> Iterator[None]:
        """One thread at a time; a book whose tables are gone is a fault, no crash."""
        with self._lock:
            try:
                yield
            except sqlite3.DatabaseError as error:
                raise AuditFault(f"{self._file}: {error}") from error

    def _look(self) -> None:
        """Hold book and anchor against what this process wrote last, and record what is not so."""
        news = [*self._unrecorded, *self._altered()]
        if not news:
            return
        more = f"; and {len(news) - _NAMED_AT_ONCE} more" if len(news) > _NAMED_AT_ONCE else ""
        self._append(AuditKind.BROKEN, _text({"finding": "; ".join(map(str, news[:_NAMED_AT_ONCE])) + more}))
        self._unrecorded = ()
        self._known = self._all_findings()

    def _altered(self) -> list[BrokenRecord]:
        """What somebody else has done since this process wrote last."""
        same = _signature(self._file) == self._written and self._seal.anchor() == self._anchor
        # A clock of files is coarse: the last record is looked at in any case.
        if same and self._read_last() == self._last:
            return []
        found = self._reopen_if_altered()
        before = {each.token for each in self._known}
        # What is judged is what lies there now, by the anchor this process wrote: one put back does not help.
        now = tuple(findings(self._records(), self._key, self._anchor))
        found += [each for each in now if each.token not in before]
        if not found and self._read_last() != self._last:
            number = self._last.number if self._last else 0
            found.append(BrokenRecord(number, "is no longer the last record this kiosk wrote"))
        if self._seal.anchor() != self._anchor:
            found.append(BrokenRecord(self._anchor.number if self._anchor else 0, "the anchor was exchanged"))
        self._written = _signature(self._file)
        return found

    def _reopen_if_altered(self) -> list[BrokenRecord]:
        """See the file as it lies there, not as this process remembers it; one exchanged or deleted is put back."""
        now = _signature(self._file)
        if now == self._written:
            return []
        found = []
        if not now[:1] or now[0][:2] != self._written[0][:2]:
            number = self._last.number if self._last else 0
            found.append(BrokenRecord(number, f"{self._file.name} was deleted or exchanged while it was open"))
            self._put_back()
        else:
            fresh = self._fresh()
            self._connection.close()
            self._connection = fresh
        self._written = _signature(self._file)
        return found

    def _put_back(self) -> None:
        """What this process still holds open is the book; what lies in its place is kept aside."""
        now = self._clock.utc()
        with contextlib.suppress(FileNotFoundError):
            self._file.rename(self._file.with_name(f"{self._file.name}.found-{now:%Y%m%dT%H%M%S%f}"))
        for ending in ("-wal", "-shm"):
            self._file.with_name(self._file.name + ending).unlink(missing_ok=True)
        copy_database(self._connection, self._file)
        fresh = self._fresh()
        self._connection.close()
        self._connection = fresh

    def _fresh(self) -> sqlite3.Connection:
        try:
            return open_database(self._file, AUDIT_MIGRATIONS, part="audit", any_thread=True)
        except DatabaseDamaged as damaged:
            raise AuditFault(f"the open book was overwritten: {damaged}") from damaged

    def _append(self, kind: AuditKind, facts: str) -> None:
        # The book is never more than one record ahead of its anchor: that one is a power cut's, more is somebody's.
        behind = self._anchor is not None and self._last is not None and self._anchor.number < self._last.number
        if behind and self._last is not None and kind not in (AuditKind.BROKEN, AuditKind.BREAK_ACCEPTED):
            self._keep_anchor(self._last)
        moment = quarter_of(self._clock.utc()) if kind in UNTIMED else self._clock.utc()
        when = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        # The anchor is on disk before the record is: a full disk refuses both.
        with transaction(self._connection):
            record = next_record(self._read_last(), when, kind, facts, self._key)
            write(
                self._connection,
                "INSERT INTO audit (number, at, kind, facts, previous, hash, seal) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (record.number, record.when, record.kind, record.facts, record.previous, record.hash, record.seal),
            )
            if self._read_last() != record:
                raise NotWritten(f"{self._file}: record {record.number} was not kept")
            anchor = anchor_at(record, self._key)
            self._seal.prepare(anchor)
        self._last, self._written = record, _signature(self._file)
        try:
            self._seal.settle()
        except AuditFault as fault:
            # It is recorded: the anchor, one behind as after a power cut, is put right before the next record is.
            _log.warning("the audit's anchor stays behind: %s", fault)
        else:
            self._anchor = anchor

    def _keep_anchor(self, record: Record) -> None:
        anchor = anchor_at(record, self._key)
        self._seal.keep(anchor)
        self._anchor = anchor

    def _all_findings(self) -> tuple[BrokenRecord, ...]:
        accepted = self._connection.execute("SELECT * FROM audit WHERE kind = ?", (AuditKind.BREAK_ACCEPTED,))
        self._accepted = acceptances(map(record_of, accepted.fetchall()), self._key)
        return tuple(findings(self._records(), self._key, self._seal.anchor()))

    def _read_last(self) -> Record | None:
        row = self._connection.execute("SELECT * FROM audit ORDER BY number DESC LIMIT 1").fetchone()
        return record_of(row) if row else None

    def _records(self) -> Iterator[Record]:
        yield from map(record_of, self._connection.execute("SELECT * FROM audit ORDER BY number"))


def key_folder_beside(data: Path) -> Path:
    """Where key and anchor lie: `$KIOSK_AUDIT_KEY_FOLDER` (another disk, a root-only folder), else `seal` in `data`.

    The folder named is a real kiosk's, the one whose data `$KIOSK_DATA` names: the simulated one beside it never writes
    there, nor does a book that is begun in another folder. A backup's book, restored elsewhere, is read with it.
    """
    named, own = os.environ.get(KEY_FOLDER_VARIABLE, ""), data / "seal"
    if not named or data.name == SIMULATED:
        return own
    begun_there = own.exists() or not (data / "audit.db").exists()
    return own if is_another_kiosks(data) and begun_there else Path(named)


def is_another_kiosks(data: Path) -> bool:
    """Whether `data` is not the folder `$KIOSK_DATA` names, where that is said."""
    named = os.environ.get(DATA_VARIABLE, "")
    return bool(named) and Path(named).resolve() != data.resolve()


def record_of(row: sqlite3.Row) -> Record:
    """A row of the file as a record."""
    return Record(row["number"], row["at"], row["kind"], row["facts"], row["previous"], row["hash"], row["seal"])


def _text(facts: Mapping[str, str | int]) -> str:
    return json.dumps(dict(facts), sort_keys=True, ensure_ascii=False)


def _signature(file: Path) -> tuple[tuple[int, int, int, int], ...]:
    """What shows that anybody wrote to book or write-ahead log: which file, how long, changed when."""
    found = []
    for path in (file, file.with_name(f"{file.name}-wal")):
        with contextlib.suppress(FileNotFoundError):
            seen = path.stat()
            found.append((seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns))
    return tuple(found)
