"""Backup and restore of what a kiosk has written.

Responsible for: one archive of consistent copies of the databases and the owner's settings, and putting it back. Not
responsible for: secrets. The audit's sealing key and anchor lie apart and stay apart; passwords come from the
environment. No database holds the shape of a key, so no backup does.

Records of an earlier version told when each copy was measured; such times are taken out of what is backed up and of
what is restored, and the schema stays as it was, since a rollback restores for the version before.

The copy of the outbox is emptied: its events are on their way already, and a restored kiosk begins a new stream.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from config.languages import FOLDER as LANGUAGES
from config.ordinary_file import ordinary
from config.problems import BadInput, Problem
from kiosk.data_paths import DataPaths
from kiosk.operations.archive import write_archive
from kiosk.operations.recorder import COARSE_TIMES as OPERATIONS_TIMES
from kiosk.operations.recorder import MIGRATIONS as OPERATIONS_MIGRATIONS
from kiosk.operations.recorder import PART as OPERATIONS
from kiosk.records.database import check_integrity, copy_database, schema_version, statements
from kiosk.records.journal.reader import read_only
from kiosk.records.journal.rows import COARSE_TIMES as JOURNAL_TIMES
from kiosk.records.journal.rows import MIGRATIONS as JOURNAL_MIGRATIONS

FORM = 1
COARSE = (
    ("journal", JOURNAL_MIGRATIONS.index(JOURNAL_TIMES), JOURNAL_TIMES),
    (OPERATIONS, OPERATIONS_MIGRATIONS.index(OPERATIONS_TIMES), OPERATIONS_TIMES),
)
"""Part, the newest of its versions with exact times, and what takes them out."""
_MANIFEST = "manifest.json"


def back_up(places: DataPaths, owner: Path | None, target: Path) -> tuple[str, ...]:
    """Write the archive `target` (mode 0600, never over an existing file); returns the names in it.

    Raises:
        BadInput: there is nothing to back up, or `target` exists or cannot be written.
        DatabaseFault: a database cannot be read.
    """
    databases = [path for path in places.databases if path.exists()]
    if not databases:
        raise BadInput(Problem(str(places.data), "", "holds no database"))
    contents: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory(prefix="kiosk-backup-") as folder:
        for path in databases:
            copy = Path(folder) / path.name
            with read_only(path) as connection:
                copy_database(connection, copy)
            _settle(copy)
            contents[f"data/{path.name}"] = copy.read_bytes()
    if owner is not None:
        for path in sorted([*owner.rglob("*.toml"), *owner.glob(f"{LANGUAGES}/*.po")]):
            contents[f"settings/{path.relative_to(owner).as_posix()}"] = ordinary(path).read_bytes()
    manifest = {
        "form": FORM,
        "made_utc": datetime.now(UTC).isoformat(),
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()},
    }
    write_archive(target, {_MANIFEST: json.dumps(manifest, indent=1).encode(), **contents})
    return tuple(contents)


def restore(archive_path: Path, target: Path) -> tuple[str, ...]:
    """Unpack a backup into the empty (or missing) folder `target`, after checking every byte of it.

    Raises:
        BadInput: not a whole backup, or `target` is not empty.
    """
    try:
        contents = _read(archive_path)
        if target.exists() and any(target.iterdir()):
            raise BadInput(Problem(str(target), "", "is not empty; a backup is restored beside, never over"))
        for name, data in contents.items():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            path.write_bytes(data)
    except OSError as error:
        raise BadInput(Problem(str(error.filename or archive_path), "", error.strerror or "cannot be read")) from error
    except (tarfile.TarError, ValueError, KeyError, EOFError) as error:
        raise BadInput(Problem(str(archive_path), "", "is not a whole backup")) from error
    for name in contents:
        if name.endswith(".db"):
            with closing(sqlite3.connect(target / name, isolation_level=None)) as connection:
                check_integrity(connection)
                _without_cut_times(connection)
    return tuple(contents)


def _read(archive_path: Path) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    with tarfile.open(ordinary(archive_path), "r:gz") as archive:
        for member in archive:
            file = archive.extractfile(member)
            if file is None or not member.isfile():
                raise ValueError("not a file")
            contents[member.name] = file.read()
    manifest = json.loads(contents.pop(_MANIFEST))
    if manifest["form"] != FORM or set(manifest["files"]) != set(contents):
        raise ValueError("manifest does not fit")
    for name, data in contents.items():
        if not _is_made(name):
            raise BadInput(Problem(str(archive_path), name, "is no file that a backup holds"))
        if hashlib.sha256(data).hexdigest() != manifest["files"][name]:
            raise ValueError("changed after it was made")
    return contents


def _is_made(name: str) -> bool:
    """Whether `back_up` gives a file such a name: what nobody reads back, or reads as a secret, is not put there."""
    path = PurePosixPath(name)
    if name != path.as_posix() or ".." in path.parts:
        return False
    match path.parts:
        case ("data", database):
            return database in {each.name for each in DataPaths(Path()).databases}
        case ("settings", str(folder), file) if folder == LANGUAGES and file.endswith(".po"):
            return True
        case ("settings", *_, file):
            return file.endswith(".toml")
        case _:
            return False


def _without_cut_times(connection: sqlite3.Connection) -> None:
    """What tells how long a key was cut goes, from the file's free pages too."""
    for part, newest_exact, script in COARSE:
        if not 0 < schema_version(connection, part) <= newest_exact:
            continue
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        connection.execute("PRAGMA secure_delete = ON")
        for statement in statements(script):
            if statement.split()[1] in tables:
                connection.execute(statement)
        connection.execute("VACUUM")


def _settle(copy: Path) -> None:
    """One file without WAL, and an outbox that will begin anew."""
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in ("outbox", "outbox_stream"):
            if table in tables:
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of ours
        _without_cut_times(connection)
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("VACUUM")
