"""Who decided what: an append-only book in SQLite, each record chained and sealed.

Responsible for: the file, the key and the anchor kept apart from it, appending, verifying, exporting. Not
responsible for: the arithmetic (`kiosk.audit_chain`), or what is worth recording. Facts never hold a key's shape.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from hardware.clock import Clock
from kiosk.audit_chain import KEY_BYTES, Anchor, AuditKey, Finding, Record, anchor_at, first_finding, next_record
from kiosk.database import DatabaseFault, open_database, transaction

KEY_FOLDER_VARIABLE = "KIOSK_AUDIT_KEY_FOLDER"
_KEY_FILE = "audit.key"
_ANCHOR_FILE = "audit.anchor"

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


class AuditFault(DatabaseFault):
    """The book cannot be kept as it must: nothing may be sold that cannot be recorded."""

    code: ClassVar[str] = "AUDIT"


class Audit:
    """The book. Safe from any thread."""

    def __init__(self, connection: sqlite3.Connection, key_folder: Path, clock: Clock) -> None:
        """Take up the book where it ended.

        Args:
            connection: of a file with `AUDIT_MIGRATIONS` applied, usable from any thread.
            key_folder: holds the sealing key and the anchor; made on first use.
            clock: for the time of each record.

        Raises:
            AuditFault: there are records but no key to go on sealing with, or the folder refuses.
        """
        self._connection = connection
        self._folder = key_folder
        self._clock = clock
        self._lock = threading.Lock()
        with self._lock:
            empty = self._read_last() is None
        self._key = _key_of(key_folder, may_make=empty)
        anchor = _read_anchor(key_folder)
        self._broken = not (empty if anchor is None else self._holds(anchor))

    @classmethod
    def open(cls, file: Path, key_folder: Path, clock: Clock) -> Audit:
        """Open (or begin) the book at `file`.

        Raises:
            DatabaseFault: of any kind, `AuditFault` among them.
        """
        connection = open_database(file, AUDIT_MIGRATIONS, part="audit", any_thread=True)
        try:
            return cls(connection, key_folder, clock)
        except BaseException:
            connection.close()
            raise

    def record(self, kind: str, facts: Mapping[str, str | int]) -> None:
        """Append one record, durable when this returns.

        Raises:
            ValueError: a fact is named after the shape of a key.
            DatabaseFault: it could not be kept.
        """
        for name in facts:
            if any(word in name.lower() for word in _SHAPE_WORDS):
                raise ValueError(f"{name}: the shape of a key is never recorded")
        text = json.dumps(dict(facts), sort_keys=True, ensure_ascii=False)
        with self._lock:
            self._append(kind, text)

    def accept_break(self, who: str, reason: str) -> Finding | None:
        """Go on from what is there, as after a restored backup: the break itself is recorded. None if there is none."""
        with self._lock:
            finding = first_finding(self._records(), self._key, _read_anchor(self._folder))
            if finding is None:
                return None
            self._broken = False
            facts = {"finding": str(finding), "reason": reason, "staff": who}
            self._append("audit_break_accepted", json.dumps(facts, sort_keys=True, ensure_ascii=False))
            return finding

    def verify(self) -> Finding | None:
        """The first bad record, or None."""
        with self._lock:
            return first_finding(self._records(), self._key, _read_anchor(self._folder))

    def records(self, since: str = "") -> tuple[Record, ...]:
        """Every record written at `since` (ISO 8601 day or time, UTC) or later."""
        with self._lock:
            return tuple(record for record in self._records() if record.when >= since)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _append(self, kind: str, facts: str) -> None:
        when = self._clock.utc().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        with transaction(self._connection):
            # Read again: another command of this kiosk may have written since.
            record = next_record(self._read_last(), when, kind, facts, self._key)
            self._connection.execute(
                "INSERT INTO audit (number, at, kind, facts, previous, hash, seal) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (record.number, record.when, record.kind, record.facts, record.previous, record.hash, record.seal),
            )
        # A broken book keeps its old anchor, so that the break stays visible until somebody answers for it.
        if not self._broken:
            _write_apart(self._folder, _ANCHOR_FILE, _anchor_text(anchor_at(record, self._key)))

    def _holds(self, anchor: Anchor) -> bool:
        """Whether the anchor's record is still there."""
        row = self._connection.execute("SELECT hash FROM audit WHERE number = ?", (anchor.number,)).fetchone()
        return row is not None and bool(row["hash"] == anchor.hash)

    def _read_last(self) -> Record | None:
        row = self._connection.execute("SELECT * FROM audit ORDER BY number DESC LIMIT 1").fetchone()
        return _record(row) if row else None

    def _records(self) -> Iterator[Record]:
        yield from map(_record, self._connection.execute("SELECT * FROM audit ORDER BY number"))


def key_folder_beside(data: Path) -> Path:
    """Where key and anchor lie: `$KIOSK_AUDIT_KEY_FOLDER` (another disk, a root-only folder), else `seal` in `data`."""
    named = os.environ.get(KEY_FOLDER_VARIABLE, "")
    return Path(named) if named else data / "seal"


def _record(row: sqlite3.Row) -> Record:
    return Record(row["number"], row["at"], row["kind"], row["facts"], row["previous"], row["hash"], row["seal"])


def _key_of(folder: Path, *, may_make: bool) -> AuditKey:
    path = folder / _KEY_FILE
    try:
        secret = bytes.fromhex(path.read_text("ascii"))
    except FileNotFoundError:
        if not may_make:
            raise AuditFault(f"{path}: the audit's key is gone; put it back before going on") from None
        secret = secrets.token_bytes(KEY_BYTES)
        _write_apart(folder, _KEY_FILE, secret.hex())
    except (OSError, ValueError) as error:
        raise AuditFault(f"{path}: the audit's key cannot be read: {type(error).__name__}") from error
    if len(secret) != KEY_BYTES:
        raise AuditFault(f"{path}: not an audit key")
    return AuditKey(secret)


def _read_anchor(folder: Path) -> Anchor | None:
    try:
        number, digest, seal = (folder / _ANCHOR_FILE).read_text("ascii").split()
        return Anchor(int(number), digest, seal)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        # What cannot be read vouches for nothing: an anchor that fits no record is found by `verify`.
        return Anchor(0, "", "")


def _anchor_text(anchor: Anchor) -> str:
    return f"{anchor.number} {anchor.hash} {anchor.seal}\n"


def _write_apart(folder: Path, name: str, text: str) -> None:
    """Replace a small file at once and for good, readable by its owner alone."""
    beside = folder / f"{name}.new"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.closing(_Descriptor(beside)) as descriptor:
            os.write(descriptor.number, text.encode("ascii"))
            os.fsync(descriptor.number)
        beside.replace(folder / name)
        with contextlib.closing(_Descriptor(folder, os.O_RDONLY)) as descriptor:
            os.fsync(descriptor.number)
    except OSError as error:
        raise AuditFault(f"{folder / name}: {error.strerror}") from error


class _Descriptor:
    """A file descriptor that `contextlib.closing` can close."""

    def __init__(self, path: Path, flags: int = os.O_CREAT | os.O_TRUNC | os.O_WRONLY) -> None:
        self.number = os.open(path, flags, 0o600)

    def close(self) -> None:
        os.close(self.number)
