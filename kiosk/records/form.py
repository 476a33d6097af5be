"""The form of a file: its tables, indexes, triggers and views, held against what this program makes.

Responsible for: saying what is in a file that no part of it made, or lacks what one made. Not responsible for: rows, or
what follows (`kiosk.records.database`).

A file remembers triggers: one put into it deletes or undoes what every later program writes, and nothing that is
written tells. What a part's form is comes from its own migrations, run beside; so an older file is held against the
form of its own version, and a migrated one against what migrating makes.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import lru_cache
from typing import NamedTuple

PARTS = "CREATE TABLE IF NOT EXISTS schema_part (part TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT"
IDENTITY = (
    "CREATE TABLE IF NOT EXISTS file_identity (only_row INTEGER PRIMARY KEY CHECK (only_row = 1),"
    " identity TEXT NOT NULL) STRICT"
)
NAMES: Mapping[str, frozenset[str]] = {
    "journal": frozenset(
        {
            "sale",
            "sale_step",
            "copy_error",
            "copy_made",
            "refund",
            "sale_open",
            "sale_step_of",
            "sale_recut",
            "refund_of",
        }
    ),
    "machine": frozenset({"machine", "failure"}),
    "inventory": frozenset({"slot"}),
    "terminal": frozenset({"terminal_entry", "terminal_trace"}),
    "code_tries": frozenset({"code_try"}),
    "letters": frozenset({"letter"}),
    "audit": frozenset({"audit"}),
    "staff": frozenset({"staff", "lockout"}),
    "operations": frozenset({"happening", "reported_sale", "happening_utc"}),
    "outbox": frozenset({"outbox_stream", "outbox"}),
    "documents": frozenset({"document", "document_keys"}),
    "settings": frozenset({"settings_in_force", "settings_change"}),
}
"""Tables and indexes that may lie beside those of the part that is opened, which knows the migrations of no other."""


class Thing(NamedTuple):
    """One table, index, trigger or view."""

    kind: str
    name: str
    of: str
    """The table it belongs to."""
    sql: tuple[str, ...]


def strange(connection: sqlite3.Connection, parts: Mapping[str, Sequence[str]]) -> str:
    """The first thing in the file that is not as its parts make it, as `trigger NAME`; empty if there is none.

    Args:
        connection: to the file.
        parts: migrations of each part to be held; tables of others are left to whoever opens those, triggers and views
            are not.
    """
    with _one_look(connection):
        found = {each.name: each for each in _things(connection)}
        versions: dict[str, int] = {}
        if "schema_part" in found:
            versions = dict(connection.execute("SELECT part, version FROM schema_part").fetchall())
    made: dict[str, Thing] = {}
    for part, migrations in parts.items():
        made |= form(tuple(migrations[: versions.get(part, 0)]))
    others = frozenset[str]().union(*(NAMES[each] for each in versions if each in NAMES and each not in parts))
    frame = form((PARTS, IDENTITY, *_NUMBERED))
    for each in found.values():
        if each in (made.get(each.name), frame.get(each.name)):
            continue
        if each.name in others and each.name not in made and each.kind in ("table", "index"):
            continue
        what = "was altered" if each.name in made or each.name in frame else "is not the kiosk's"
        return f"{each.kind} {each.name} {what}"
    return next((f"{each.kind} {each.name} is gone" for each in made.values() if each.name not in found), "")


_NUMBERED = ("CREATE TABLE numbered (id INTEGER PRIMARY KEY AUTOINCREMENT)", "DROP TABLE numbered")
"""Leave behind the table in which SQLite keeps what it has numbered."""


@lru_cache(maxsize=64)
def form(scripts: tuple[str, ...]) -> Mapping[str, Thing]:
    """What these scripts make of an empty file, by name."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for script in scripts:
            connection.executescript(script)
        return {each.name: each for each in _things(connection)}


def _things(connection: sqlite3.Connection) -> Iterator[Thing]:
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM main.sqlite_master").fetchall()
    for kind, name, of, sql in rows:
        # Without words of its own: it comes with its table's PRIMARY KEY or UNIQUE.
        if kind == "index" and sql is None and str(name).startswith("sqlite_autoindex_"):
            continue
        yield Thing(str(kind), str(name), str(of), _words(str(sql)))


_WORD = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|\w+|\s+|.", re.DOTALL)
_QUOTED_NAME = re.compile(r'"(\w+)"')


@lru_cache(maxsize=256)
def _words(sql: str) -> tuple[str, ...]:
    """SQL without what says nothing: versions of SQLite differ in spaces and in quoting a name they change."""
    words = (_QUOTED_NAME.sub(r"\1", each) if each.startswith('"') else each for each in _WORD.findall(sql))
    return tuple(each for each in words if not each.isspace() and not each.startswith(("--", "/*")))


@contextmanager
def _one_look(connection: sqlite3.Connection) -> Iterator[None]:
    """What is read within is of one moment: another program may be migrating a part of its own."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
