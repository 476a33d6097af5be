"""Opening the kiosk's own SQLite files: durable, checked, migrated.

Responsible for: how a file is opened (mode 0600, WAL, synchronous FULL), the name each file is known by, the schema
version of each part kept in it, migrations with a copy kept of what was there before, the integrity check at start,
refusing a file whose form is not the one this program makes (`kiosk.records.form`), at opening and once it changes
beneath an open connection, refusing to go on from a row that was not written, and distinguishing a full or read-only
disk from a damaged file. Not responsible for: what any table means; journal,
audit, stock, staff and outbox each bring their own migrations.

Several parts may share one file, so that one transaction covers them::

    connection = open_database(folder / "kiosk.db", JOURNAL_MIGRATIONS, part="journal")
    migrate(connection, OUTBOX_MIGRATIONS, part="outbox")
    with transaction(connection):
        write(connection, "INSERT INTO ...")
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import ClassVar

from config.ordinary_file import ordinary
from kiosk.records.form import IDENTITY, PARTS, strange

BUSY_TIMEOUT_S = 5.0
_DISK_CODES = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
)
_DAMAGE_CODES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class DatabaseFault(Exception):
    """The kiosk cannot keep its records: finish or refund what is open, then out of order."""

    code: ClassVar[str] = "DATABASE"


class DatabaseDamaged(DatabaseFault):
    """The integrity check failed; restore a backup, never repair in place."""

    code: ClassVar[str] = "DATABASE_DAMAGED"


class DatabaseAltered(DatabaseFault):
    """A table, index, trigger or view is not as this program makes it; restore a backup, never repair in place."""

    code: ClassVar[str] = "DATABASE_ALTERED"

    def __init__(self, path: Path, found: str) -> None:
        super().__init__(f"{path}: {found}")
        self.found = found


class NotWritten(DatabaseFault):
    """The database took a statement and wrote nothing."""

    code: ClassVar[str] = "DATABASE_NOT_WRITTEN"


class DatabaseTooNew(DatabaseFault):
    """A newer version of the kiosk wrote this file; an older one does not guess at it."""

    code: ClassVar[str] = "DATABASE_TOO_NEW"


class DiskRefused(DatabaseFault):
    """The disk is full, read-only or failing: nothing can be recorded."""

    code: ClassVar[str] = "DISK_REFUSED"


class NotBegun(DiskRefused):
    """A file that a running kiosk makes is asked for before one has run."""

    code: ClassVar[str] = "NOT_RUN_YET"


class HeldConnection(sqlite3.Connection):
    """A connection that knows which parts were opened by it, and at which form of the file."""

    path: Path
    parts: dict[str, Sequence[str]]
    form_seen: int = -1


def open_database(
    path: Path, migrations: Sequence[str], *, part: str = "main", any_thread: bool = False
) -> sqlite3.Connection:
    """Open (or create) `path`, check it, and bring `part` to the newest of `migrations`.

    The connection is in autocommit mode: group statements with `transaction`. Rows come as `sqlite3.Row`.

    Args:
        path: the file; its folder must exist.
        migrations: one SQL script a schema version, oldest first; entry n leads from version n to n+1. Append only.
        part: whose tables these are; each part of a file has a version of its own.
        any_thread: the connection may move between threads (the caller sees to it that only one uses it at a time).

    Raises:
        DatabaseDamaged: the file is not a sound database.
        DatabaseAltered: something in it is not as this program makes it.
        DatabaseTooNew: a newer kiosk wrote it.
        DiskRefused: it cannot be opened or written.
    """
    refuse_extraordinary(path)
    with _faults_named(path):
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise DiskRefused(f"{path}: {error.strerror}") from error
        connection = sqlite3.connect(
            path,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=not any_thread,
            factory=HeldConnection,
        )
        connection.path, connection.parts = path, {}
        try:
            connection.row_factory = sqlite3.Row
            check_integrity(connection)
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
                connection.execute(f"PRAGMA {pragma}")
            # Otherwise one busy day leaves a WAL as large as itself behind for ever.
            connection.execute("PRAGMA journal_size_limit = 4194304")
            migrate(connection, migrations, part=part)
        except BaseException:
            # Also when it is interrupted: whoever tries again finds no file open.
            connection.close()
            raise
    return connection


def refuse_extraordinary(path: Path) -> None:
    """See that neither `path` nor a file SQLite keeps beside it is a pipe, a device or a folder; it may be absent.

    Raises:
        DiskRefused: one of them is, or cannot be looked at.
    """
    for each in (path, *(path.with_name(path.name + ending) for ending in ("-journal", "-wal", "-shm"))):
        try:
            ordinary(each)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise DiskRefused(f"{each}: {error.strerror}") from error


def migrate(connection: sqlite3.Connection, migrations: Sequence[str], *, part: str) -> None:
    """Bring `part` to version len(`migrations`), each step in one transaction; a copy of the file is kept first.

    Raises:
        DatabaseAltered: something in the file is not as this program makes it; nothing was written.
        DatabaseTooNew: a newer kiosk wrote this part.
        DiskRefused: the disk refuses the copy or the new schema.
    """
    with _faults_named(_path_of(connection)):
        found = schema_version(connection, part)
        if found > len(migrations):
            raise DatabaseTooNew(f"{part}: schema version {found}, this kiosk knows up to {len(migrations)}")
        # Before anything is written: a trigger would answer to that already.
        held = connection if isinstance(connection, HeldConnection) else None
        check_form(connection, {**(held.parts if held else {}), part: migrations})
        if held:
            held.parts[part] = migrations
        connection.execute(PARTS)
        _identify(connection)
        if 0 < found < len(migrations):
            _keep_copy(connection, f"{part}-v{found}")
        for version, script in enumerate(migrations[found:], start=found + 1):
            with transaction(connection):
                for statement in statements(script):
                    connection.execute(statement)
                connection.execute(
                    "INSERT INTO schema_part (part, version) VALUES (?, ?) "
                    "ON CONFLICT (part) DO UPDATE SET version = excluded.version",
                    (part, version),
                )
        if held:
            _hold_form(held)


def check_form(connection: sqlite3.Connection, parts: Mapping[str, Sequence[str]]) -> None:
    """See that the file holds what `parts` make of it and no more.

    Raises:
        DatabaseAltered: naming the file and the first thing that is otherwise.
    """
    with _faults_named(_path_of(connection)):
        found = strange(connection, parts)
    if found:
        raise DatabaseAltered(_path_of(connection), found)


def _hold_form(connection: HeldConnection) -> None:
    # Before the look: what is altered during it is seen by the next transaction.
    seen = _form_number(connection)
    check_form(connection, connection.parts)
    connection.form_seen = seen


def _form_number(connection: sqlite3.Connection) -> int:
    """A number in the file that goes up with every change of its form."""
    return int(connection.execute("PRAGMA main.schema_version").fetchone()[0])


def write(connection: sqlite3.Connection, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
    """Execute a statement that must write a row.

    Raises:
        NotWritten: it wrote none.
    """
    done = connection.execute(statement, values)
    if done.rowcount < 1:
        raise NotWritten(f"{_path_of(connection)}: nothing was written by {' '.join(statement.split()[:3])}")
    return done


def identity_of(connection: sqlite3.Connection) -> str:
    """The name drawn for this file when it was made; a copy has the same one."""
    row = connection.execute("SELECT identity FROM file_identity").fetchone()
    return str(row[0]) if row else ""


def _identify(connection: sqlite3.Connection) -> None:
    connection.execute(IDENTITY)
    if not identity_of(connection):
        write(connection, "INSERT INTO file_identity (only_row, identity) VALUES (1, ?)", (secrets.token_hex(8),))


def schema_version(connection: sqlite3.Connection, part: str) -> int:
    """Version of `part` in this file; 0 if it was never there, or the file ended as it was begun."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'schema_part'").fetchone():
        return 0
    row = connection.execute("SELECT version FROM schema_part WHERE part = ?", (part,)).fetchone()
    return int(row[0]) if row else 0


def check_integrity(connection: sqlite3.Connection) -> None:
    """Read the whole file and compare it with itself.

    Raises:
        DatabaseDamaged: with the first thing found wrong.
    """
    with _faults_named(_path_of(connection)):
        verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if verdict != "ok":
        raise DatabaseDamaged(f"{_path_of(connection)}: {verdict}")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All of the block's statements, durable when it ends, or none.

    Raises:
        DiskRefused: full or read-only disk; nothing of the block was kept.
        DatabaseDamaged: SQLite found the file damaged on the way.
        DatabaseAltered: the file's form was changed since it was opened, to one that is not this program's.
    """
    with _faults_named(connection):
        connection.execute("BEGIN IMMEDIATE")
        try:
            if isinstance(connection, HeldConnection) and _form_number(connection) != connection.form_seen:
                _hold_form(connection)
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            # Whatever ended it, an interrupt too: half of it is never kept.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def copy_database(connection: sqlite3.Connection, target: Path) -> None:
    """Write a consistent copy of the whole file to `target` (mode 0600) while others may write.

    Raises:
        DiskRefused: `target` cannot be written.
    """
    with _faults_named(target):
        try:
            os.close(os.open(target, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
        except OSError as error:
            raise DiskRefused(f"{target}: {error.strerror}") from error
        with closing(sqlite3.connect(target)) as copy:
            connection.backup(copy)


def _keep_copy(connection: sqlite3.Connection, label: str) -> None:
    path = _path_of(connection)
    if path.name:
        copy_database(connection, path.with_name(f"{path.name}.before-{label}"))


def _path_of(connection: sqlite3.Connection) -> Path:
    if isinstance(connection, HeldConnection):
        return connection.path
    try:
        row = connection.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()
    except sqlite3.DatabaseError:
        # Too damaged even for that: what happened to it matters more than where it lies.
        row = None
    return Path(row[0] if row else "")


def statements(script: str) -> Iterator[str]:
    """A script split on statement ends as SQLite sees them; `executescript` would commit on its own."""
    pending = ""
    for piece in script.split(";"):
        pending += piece + ";"
        if sqlite3.complete_statement(pending):
            if pending.strip(" \n\t;"):
                yield pending
            pending = ""


@contextmanager
def _faults_named(where: Path | sqlite3.Connection) -> Iterator[None]:
    """Faults of SQLite as ours, with the file they happened in; an open one is asked for its path only then."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        path = where if isinstance(where, Path) else _path_of(where)
        # Extended codes keep the primary one in the low byte.
        primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if primary in _DAMAGE_CODES:
            raise DatabaseDamaged(f"{path}: {error}") from error
        if primary in _DISK_CODES:
            raise DiskRefused(f"{path}: {error}") from error
        raise
