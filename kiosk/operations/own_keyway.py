"""A keyway of the owner's own, entered at the screen: rehearsed, written whole beside the owner's others, audited.

Responsible for: refusing what would be no good keyway file, and putting keyway and slot in place. Not responsible for:
who may (`kiosk.session.phases.own_keyway`), when it counts (`kiosk.session.context`), its section, which three lays of
a blank teach.
"""

from __future__ import annotations

import logging
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from config.keyway import Keyway
from config.own_keyway import CODE, ON_FILE, SLOT, KeywayEntry, keyway_tables, refuse_names_on_file
from config.problems import BadInput, Problem, Wrong
from config.settings import Settings
from kiosk.operations.owner_files import OwnerFiles
from kiosk.operations.recorder import open_operations
from kiosk.operations.settings_change import Change, copy_settings
from kiosk.operations.settings_in_force import record_change
from kiosk.operations.usable_settings import load_usable
from kiosk.records.database import DatabaseFault
from kiosk.records.private_file import replace_settings, settings_text
from kiosk.session.ports import SettingsRefusal

log = logging.getLogger(__name__)

KEYWAYS, MACHINE = "keyways/own.toml", "machine.toml"


class KeywayFiles:
    """The owner's own keyways and slots. Called from a worker thread, one entry at a time."""

    def __init__(self, files: OwnerFiles) -> None:
        self._files = files

    def enter(self, entry: KeywayEntry, staff: str) -> Keyway | Problem | SettingsRefusal:
        """Write it; as it is on file then, or the first thing wrong with it."""
        folder = self._files.settings.owner_directory
        if folder is None:
            return SettingsRefusal.NO_FOLDER
        try:
            with closing(open_operations(self._files.places.operations)):
                rehearsed = self._written(folder, entry, staff)
        except BadInput as bad:
            log.warning("keyway not entered at the screen: %s", bad.problems[0])
            return bad.problems[0]
        except (OSError, UnicodeDecodeError, TOMLKitError, sqlite3.DatabaseError, DatabaseFault) as error:
            log.warning("keyway not entered at the screen: %s", error)
            return SettingsRefusal.NOT_WRITTEN
        # From here on it is entered: a book that cannot take it puts the kiosk out of order as always.
        self._record(folder, rehearsed, entry, staff)
        return rehearsed.catalogue.keyway_of[dict(entry)[CODE]]

    def _written(self, folder: Path, entry: KeywayEntry, staff: str) -> Settings:
        """Rehearse and write; the settings as the next start finds them.

        Raises:
            BadInput: what would come of it is no settings.
        """
        refuse_names_on_file(entry, self._files.settings.policy.phrases, self._files.settings.catalogue, KEYWAYS)
        source = f"entered at the kiosk by {staff}, {self._files.clock.utc().date().isoformat()}"
        tables = keyway_tables(entry, KEYWAYS, source)
        keyways, machine = folder / KEYWAYS, folder / MACHINE
        before = settings_text(keyways)
        if not tables["spec"].keys().isdisjoint(tomlkit.parse(before).get("spec", {})):
            raise BadInput(Problem(KEYWAYS, CODE, ON_FILE, Wrong.ON_FILE))
        added = f"{before.rstrip()}\n\n{tomlkit.dumps(tables)}".lstrip()
        slots = self._with_slot(settings_text(machine), dict(entry))
        rehearsed = self._rehearsed(folder, {KEYWAYS: added, MACHINE: slots})
        existed = keyways.exists()
        replace_settings(keyways, added)
        try:
            replace_settings(machine, slots)
        except OSError:
            # A keyway without its slot could not be entered anew.
            if existed:
                replace_settings(keyways, before)
            else:
                keyways.unlink()
            raise
        return rehearsed

    def _with_slot(self, text: str, typed: dict[str, str]) -> str:
        """The machine file with the slot holding this blank; all else stays as its owner wrote it.

        Raises:
            BadInput: no such slot.
        """
        document = tomlkit.parse(text)
        magazine = document.setdefault("magazine", tomlkit.table())
        if "slots" not in magazine:
            magazine["slots"] = [each.model_dump() for each in self._files.settings.machine.magazine.slots]
        slot = next((each for each in magazine["slots"] if str(each.get("number")) == typed.get(SLOT)), None)
        if slot is None:
            raise BadInput(Problem(MACHINE, SLOT, f"there is no slot {typed.get(SLOT, '')!r}", Wrong.NO_SLOT))
        slot["blank"] = typed[CODE]
        return tomlkit.dumps(document)

    def _rehearsed(self, folder: Path, texts: dict[str, str]) -> Settings:
        """The owner's settings with these files, loaded as a start would.

        Raises:
            BadInput: a kiosk could not start with them.
        """
        with tempfile.TemporaryDirectory(dir=self._files.places.data) as scratch:
            copy_settings(folder, Path(scratch))
            for name, text in texts.items():
                draft = Path(scratch) / name
                draft.parent.mkdir(exist_ok=True)
                draft.write_text(text, encoding="utf-8")
            return load_usable(Path(scratch))

    def _record(self, folder: Path, rehearsed: Settings, entry: KeywayEntry, staff: str) -> None:
        slots = next(each.value for each in rehearsed.effective if (each.file, each.field) == _SLOTS)
        typed = dict(entry)
        said = " ".join(f"{name}={text}" for name, text in entry)
        record_change(Change(f"keyways.{typed[CODE]}", None, said, str(folder / KEYWAYS)), self._files.audit, staff)
        now = {".".join(_SLOTS): slots, "catalogue.revision": rehearsed.catalogue.revision}
        self._files.record_written(folder, str(folder), now, staff)


_SLOTS = ("machine", "magazine.slots")
