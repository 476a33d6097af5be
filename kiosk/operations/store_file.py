"""The owner's store file, a few of whose fields a manager changes at the screen: rehearsed, written whole, audited.

Responsible for: refusing what an office document rules or what would be bad settings, and putting the file in place
with the owner's comments. Not responsible for: who may (`kiosk.session.phases.own_settings`), which fields
(`config.store_changes`), or when it takes effect (`kiosk.session.context`).
"""

from __future__ import annotations

import logging
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from config.problems import BadInput
from config.settings import OtherFile, Settings
from config.store import Store
from config.store_changes import FieldChanges, changed_store, field_value, put, toml_values
from kiosk.operations.fleet.signed import DocumentKind, Documents
from kiosk.operations.office import paths, with_store
from kiosk.operations.owner_files import OwnerFiles
from kiosk.operations.recorder import open_operations
from kiosk.operations.settings_in_force import OFFICE
from kiosk.operations.usable_settings import load_usable
from kiosk.records.database import DatabaseFault
from kiosk.records.private_file import replace_settings, settings_text
from kiosk.session.ports import SettingsRefusal

log = logging.getLogger(__name__)


class StoreFile:
    """The store file of a running kiosk. Called from a worker thread, one change at a time."""

    def __init__(self, files: OwnerFiles) -> None:
        self._files = files
        self._store: Store = files.settings.store

    @property
    def ruled(self) -> frozenset[str]:
        """Fields that an office document in force has set."""
        return frozenset(
            each.field
            for each in self._files.settings.effective
            if each.file == "store" and each.origin.startswith(OFFICE)
        )

    def change(self, changes: FieldChanges, staff: str) -> SettingsRefusal | None:
        """Change these fields, all or none; None once they are written."""
        folder = self._files.settings.owner_directory
        if folder is None:
            return SettingsRefusal.NO_FOLDER
        path = folder / "store.toml"
        try:
            with closing(open_operations(self._files.places.operations)) as connection:
                written = self._written(connection, folder, path, changes)
        except BadInput as bad:
            return _refused(SettingsRefusal.INVALID, bad.problems[0])
        except (OSError, UnicodeDecodeError, TOMLKitError, sqlite3.DatabaseError, DatabaseFault) as error:
            return _refused(SettingsRefusal.NOT_WRITTEN, error)
        if isinstance(written, SettingsRefusal):
            return written
        # From here on it is changed: a book that cannot take it puts the kiosk out of order as always.
        self._store = written
        self._record(folder, changes, staff)
        return None

    def _written(
        self, connection: sqlite3.Connection, folder: Path, path: Path, changes: FieldChanges
    ) -> SettingsRefusal | Store:
        """Look whether the office minds, rehearse, write; the store as it is then.

        Raises:
            BadInput: what would come of it is no settings.
        """
        document = self._document(connection)
        if not {field for field, _ in changes}.isdisjoint(self.ruled | set(paths(document))):
            return SettingsRefusal.OFFICE
        store = changed_store(self._store, changes, str(path))
        text = _with(settings_text(path), changes, str(path))
        rehearsed = self._rehearsed(folder, text)
        if document:
            with_store(rehearsed, document, 0)
        replace_settings(path, text)
        return store

    def _record(self, folder: Path, changes: FieldChanges, staff: str) -> None:
        now = {f"store.{field}": field_value(self._store, field) for field, _ in changes}
        self._files.record_written(folder, str(folder / "store.toml"), now, staff)

    def _document(self, connection: sqlite3.Connection) -> dict[str, Any]:
        """What the newest settings document of the office says, also one that is not in force before the next start."""
        fleet = self._files.settings.fleet
        if not fleet.enabled:
            return {}
        held = Documents(connection, fleet.kiosk, fleet.trusted_keys, {}).held(
            DocumentKind.SETTINGS, self._files.clock.utc()
        )
        return dict(held.body) if held is not None and held.refusal is None else {}

    def _rehearsed(self, folder: Path, text: str) -> Settings:
        """The owner's settings with this text as store file, loaded as a start would.

        Raises:
            BadInput: a kiosk could not start with them.
        """
        with tempfile.TemporaryDirectory(dir=self._files.places.data) as scratch:
            draft = Path(scratch) / "store.toml"
            draft.write_text(text, encoding="utf-8")
            return load_usable(folder, instead={"store": OtherFile(draft)})


def _with(text: str, changes: FieldChanges, file: str) -> str:
    """The file's text with these fields changed; comments, order and spacing stay as their owner wrote them."""
    document = tomlkit.parse(text)
    for field, value in toml_values(changes, file):
        put(document, field, value)
    return tomlkit.dumps(document)


def _refused(why: SettingsRefusal, reason: object) -> SettingsRefusal:
    log.warning("settings not changed at the screen: %s", reason)
    return why
