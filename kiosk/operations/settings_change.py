"""Settings that change: validated, dated, audited, and the last good ones kept.

Responsible for: loading the owner's folder, noticing what changed since the last start, keeping a copy
of the last good folder, and taking its file where a new one is bad. Not responsible for: what a setting means.

Only a bad file is replaced; rules and keyways are always the owner's newest. What decides which keys may be copied is
never papered over with something older, which might allow what the new forbids: a bad rule or keyway file, a bad place
or *Do Not Duplicate* setting, or a name nobody reads (it may be one of these, misspelt) keep the kiosk out of order.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.ordinary_file import ordinary
from config.problems import BadInput, Problem
from config.settings import DIRECTORIES, FILES, OWNER_VARIABLE, SHIPPED, OtherFile, Settings
from config.strays import DANGLING
from config.toml_files import UNKNOWN_SETTING, Table, read_toml
from hardware.clock import Clock
from kiosk.operations.usable_settings import load_usable
from kiosk.records.database import transaction, write

PART = "settings"
POLICY_OF_STORE = ("do_not_duplicate", "place")
"""Fields of the store file that decide what may be copied."""
MIGRATIONS = (
    """
    CREATE TABLE settings_in_force (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        fields TEXT NOT NULL
    ) STRICT;
    CREATE TABLE settings_change (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        utc TEXT NOT NULL,
        field TEXT NOT NULL,
        before TEXT,
        after TEXT,
        origin TEXT NOT NULL
    ) STRICT;
    """,
)


@dataclass(frozen=True)
class Change:
    """One value that is not what it was. Values as JSON; None: was not or is no longer there."""

    field: str
    before: str | None
    after: str | None
    origin: str


@dataclass(frozen=True)
class InForce:
    """What the kiosk runs with. `problems` are those of the owner's files whose last good ones it runs with instead."""

    settings: Settings
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()


class SettingsKeeper:
    """Loads settings at start and when asked; keeps `folder` as the copy of the last good ones.

    The tables must exist (`migrate(connection, MIGRATIONS, part=PART)`).
    """

    def __init__(self, connection: sqlite3.Connection, folder: Path, clock: Clock) -> None:
        self._connection = connection
        self._folder = folder
        self._clock = clock

    def load(self, owner: Path | None, environment: Mapping[str, str] | None = None) -> InForce:
        """The owner's settings; where a file of theirs is bad its last good one, with the reasons why.

        Raises:
            BadInput: bad settings and none good to fall back to, or bad in what decides which keys may be copied.
        """
        environment = os.environ if environment is None else environment
        if owner is None and environment.get(OWNER_VARIABLE):
            owner = Path(environment[OWNER_VARIABLE])
        try:
            settings = load_usable(owner, environment)
        except BadInput as bad:
            if (
                owner is None
                or not self._folder.is_dir()
                or any(_decides_copying(owner, each) for each in bad.problems)
            ):
                raise
            settings = load_usable(owner, environment, self._instead(owner, bad.problems))
            return InForce(settings, self._note(settings), bad.problems)
        changes = self._note(settings)
        self.keep(owner)
        return InForce(settings, changes)

    def changed(self, origin: str, fields: Mapping[str, object]) -> tuple[Change, ...]:
        """Which of these (value by name, such as `store.price_minor`), just written there, are not as last noted."""
        before = self._in_force() or {}
        now = {field: json.dumps(value, default=str) for field, value in fields.items()}
        return tuple(
            Change(field, before.get(field), value, origin)
            for field, value in now.items()
            if before.get(field) != value
        )

    def note(self, change: Change) -> None:
        """This one is in the audit: the next start does not find it anew."""
        self._write({**(self._in_force() or {}), change.field: change.after or ""}, (change,))

    def _instead(self, owner: Path, problems: tuple[Problem, ...]) -> dict[str, OtherFile]:
        """The last good file for each bad one."""
        found = {}
        for name in {Path(problem.file).stem for problem in problems}:
            good = self._folder / f"{name}.toml"
            kept = _policy_of_store(owner) if name == "store" else {}
            found[name] = OtherFile(good if good.exists() else None, kept, str(owner / f"{name}.toml"))
        return found

    def _note(self, settings: Settings) -> tuple[Change, ...]:
        now_in_force = {
            f"{each.file}.{each.field}": (json.dumps(each.value, default=str), each.origin)
            for each in settings.effective
        }
        now_in_force["catalogue.revision"] = (json.dumps(settings.catalogue.revision), "keyways")
        row = self._in_force()
        before = row or {}
        changes = tuple(
            Change(
                field,
                before.get(field),
                now_in_force[field][0] if field in now_in_force else None,
                now_in_force[field][1] if field in now_in_force else "",
            )
            for field in sorted({*before, *now_in_force})
            if before.get(field) != (now_in_force[field][0] if field in now_in_force else None)
        )
        if row is None:
            changes = ()
        elif not changes:
            return ()
        self._write({field: value for field, (value, _) in now_in_force.items()}, changes)
        return changes

    def _in_force(self) -> dict[str, str] | None:
        """Value by field, as last noted; None before anything was."""
        row = self._connection.execute("SELECT fields FROM settings_in_force").fetchone()
        fields: dict[str, str] | None = json.loads(row[0]) if row else None
        return fields

    def _write(self, fields: Mapping[str, str], changes: tuple[Change, ...]) -> None:
        with transaction(self._connection):
            write(
                self._connection,
                "INSERT INTO settings_in_force (only_row, fields) VALUES (1, ?) "
                "ON CONFLICT (only_row) DO UPDATE SET fields = excluded.fields",
                (json.dumps(fields),),
            )
            for change in changes:
                write(
                    self._connection,
                    "INSERT INTO settings_change (utc, field, before, after, origin) VALUES (?, ?, ?, ?, ?)",
                    (self._clock.utc().isoformat(), change.field, change.before, change.after, change.origin),
                )

    def keep(self, owner: Path | None) -> None:
        """Put a copy of the owner's folder in place of the last one, whole or not at all."""
        fresh, old = self._folder.with_suffix(".new"), self._folder.with_suffix(".old")
        for leftover in (fresh, old):
            shutil.rmtree(leftover, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if owner is not None:
            copy_settings(owner, fresh)
        if self._folder.exists():
            self._folder.rename(old)
        fresh.rename(self._folder)
        shutil.rmtree(old, ignore_errors=True)


def _decides_copying(owner: Path, problem: Problem) -> bool:
    """Whether taking the last good file for the one this is about might allow a copy the owner has forbidden."""
    file = Path(problem.file)
    if problem.reason == DANGLING:
        return True
    if file.suffix != ".toml" or file.stem not in FILES or file.parent not in (owner, SHIPPED):
        return True
    if file.stem != "store":
        return False
    # A file that cannot be read has no field: nobody knows what it forbids.
    return problem.field in ("", *POLICY_OF_STORE) or problem.reason == UNKNOWN_SETTING


def _policy_of_store(owner: Path) -> Table:
    """What the owner's new store file, or else the shipped one, says of `POLICY_OF_STORE`."""
    own = owner / "store.toml"
    table = {**read_toml(SHIPPED / "store.toml"), **(read_toml(own) if own.exists() else {})}
    return {field: table[field] for field in POLICY_OF_STORE if field in table}


def copy_settings(owner: Path, target: Path) -> None:
    """Settings alone: the owner's folder may hold a file of secrets beside them. A folder may be a link."""
    within = (path for name, end in DIRECTORIES.items() for path in owner.glob(f"{name}/*{end}"))
    for path in sorted([*owner.glob("*.toml"), *within]):
        copy = target / path.relative_to(owner)
        copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(ordinary(path), copy)
