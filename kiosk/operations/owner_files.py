"""The owner's files as they are changed at the screen.

Responsible for: what every such change starts from, and what is written down of it afterwards. Not responsible for:
what may be changed (`kiosk.operations.store_file`, `kiosk.operations.own_keyway`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings
from hardware.clock import Clock
from kiosk.data_paths import DataPaths
from kiosk.operations.recorder import open_operations
from kiosk.operations.settings_change import SettingsKeeper
from kiosk.operations.settings_in_force import record_change
from kiosk.records.audit.kinds import AuditKind


@dataclass(frozen=True)
class OwnerFiles:
    """Where the files lie and what is said of a change to them."""

    settings: Settings
    """Those in force at the start."""
    places: DataPaths
    clock: Clock
    audit: Callable[[AuditKind, dict[str, str | int]], None]

    def record_written(self, folder: Path, origin: str, fields: Mapping[str, object], staff: str) -> None:
        """Audit and note what was just written to the owner's `folder`, and keep that as the last good one.

        In the audit first: what is not yet noted is found, and audited, by the next start. `fields` is value by name,
        such as `store.price_minor`.
        """
        with closing(open_operations(self.places.operations)) as connection:
            keeper = SettingsKeeper(connection, self.places.good_settings, self.clock)
            for change in keeper.changed(origin, fields):
                record_change(change, self.audit, staff)
                keeper.note(change)
            keeper.keep(folder)
