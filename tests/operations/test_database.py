"""The kiosk's SQLite files: durable, migrated, checked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.records.database import (
    DatabaseDamaged,
    DatabaseTooNew,
    DiskRefused,
    copy_database,
    migrate,
    open_database,
    schema_version,
    transaction,
)

FIRST = "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;"
SECOND = """
ALTER TABLE thing ADD COLUMN colour TEXT NOT NULL DEFAULT 'brass';
CREATE TRIGGER no_delete BEFORE DELETE ON thing BEGIN
    SELECT RAISE(ABORT, 'append only; nothing leaves');
END;
"""


def test_a_new_file_is_private_durable_and_at_the_newest_version(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "k.db", [FIRST, SECOND])) as connection:
        assert (tmp_path / "k.db").stat().st_mode & 0o777 == 0o600
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
        assert schema_version(connection, "main") == 2


def test_an_older_file_is_migrated_with_its_rows_and_a_copy_of_before_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "k.db"
    with closing(open_database(path, [FIRST])) as connection, transaction(connection):
        connection.execute("INSERT INTO thing (name) VALUES ('a')")
    with closing(open_database(path, [FIRST, SECOND])) as connection:
        assert tuple(connection.execute("SELECT name, colour FROM thing").fetchone()) == ("a", "brass")
    with closing(sqlite3.connect(tmp_path / "k.db.before-main-v1")) as kept:
        assert kept.execute("SELECT name FROM thing").fetchall() == [("a",)]


def test_parts_of_one_file_have_versions_of_their_own(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "k.db", [FIRST], part="stock")) as connection:
        migrate(connection, ["CREATE TABLE event (id INTEGER PRIMARY KEY) STRICT;"] * 1, part="outbox")
        assert (schema_version(connection, "stock"), schema_version(connection, "outbox")) == (1, 1)


def test_a_file_of_a_newer_kiosk_is_left_alone(tmp_path: Path) -> None:
    open_database(tmp_path / "k.db", [FIRST, SECOND]).close()
    with pytest.raises(DatabaseTooNew):
        open_database(tmp_path / "k.db", [FIRST])


def test_a_failing_migration_leaves_the_old_schema_whole(tmp_path: Path) -> None:
    open_database(tmp_path / "k.db", [FIRST]).close()
    with pytest.raises(sqlite3.OperationalError):
        open_database(tmp_path / "k.db", [FIRST, "CREATE TABLE other (id INTEGER) STRICT; ALTER TABLE nope ADD x;"])
    with closing(open_database(tmp_path / "k.db", [FIRST])) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert "other" not in names


def test_a_transaction_that_fails_keeps_nothing(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "k.db", [FIRST])) as connection:
        with pytest.raises(sqlite3.IntegrityError), transaction(connection):
            connection.executemany("INSERT INTO thing (name) VALUES (?)", [("a",), (None,)])
        assert connection.execute("SELECT count(*) FROM thing").fetchone()[0] == 0


def test_a_damaged_file_is_told_at_open(tmp_path: Path) -> None:
    path = tmp_path / "k.db"
    with closing(open_database(path, [FIRST])) as connection, transaction(connection):
        connection.executemany("INSERT INTO thing (name) VALUES (?)", [("x" * 500,)] * 200)
    whole = bytearray(path.read_bytes())
    whole[9000:20000] = b"\xa5" * 11000
    path.write_bytes(whole)
    with pytest.raises(DatabaseDamaged):
        open_database(path, [FIRST])


def test_a_file_that_is_no_database_is_told_at_open(tmp_path: Path) -> None:
    (tmp_path / "k.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(DatabaseDamaged):
        open_database(tmp_path / "k.db", [FIRST])


def test_a_full_disk_is_told_apart_and_nothing_half_written_stays(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "k.db", [FIRST])) as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(DiskRefused), transaction(connection):
            connection.executemany("INSERT INTO thing (name) VALUES (?)", [("x" * 900,)] * 100)
        assert connection.execute("SELECT count(*) FROM thing").fetchone()[0] == 0


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DiskRefused):
        open_database(tmp_path / "missing" / "k.db", [FIRST])


def test_a_copy_is_whole_and_private(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "k.db", [FIRST])) as connection:
        with transaction(connection):
            connection.execute("INSERT INTO thing (name) VALUES ('a')")
        copy_database(connection, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT name FROM thing").fetchall() == [("a",)]
