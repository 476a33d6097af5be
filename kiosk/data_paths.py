"""Where a kiosk keeps what it writes.

Responsible for: names of files and folders below the data folder. Not responsible for: making or reading them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

DATA_VARIABLE = "KIOSK_DATA"
INSTALLED = Path("/var/lib/kiosk")


@dataclass(frozen=True)
class DataPaths:
    """All paths below one data folder."""

    data: Path

    @property
    def journal(self) -> Path:
        """Sales, step by step."""
        return self.data / "sales.db"

    @property
    def inventory(self) -> Path:
        """Blanks in the magazine: in the same file as the sales that take them."""
        return self.data / "sales.db"

    @property
    def audit(self) -> Path:
        """Who decided what, hash-chained."""
        return self.data / "audit.db"

    @property
    def staff(self) -> Path:
        """Staff accounts."""
        return self.data / "staff.db"

    @property
    def operations(self) -> Path:
        """Happenings, settings changes, the outbox and accepted documents."""
        return self.data / "operations.db"

    @property
    def enrolled(self) -> Path:
        """Blanks this kiosk has held, a file each."""
        return self.data / "enrolled"

    @property
    def simulated_payments(self) -> Path:
        """What a simulated card terminal remembers: a real one keeps it itself."""
        return self.data / "simulated-payments.json"

    @property
    def good_settings(self) -> Path:
        """Copy of the last good settings folder."""
        return self.data / "settings-good"

    @property
    def logs(self) -> Path:
        """Log files."""
        return self.data / "log"

    @property
    def databases(self) -> tuple[Path, ...]:
        """Every database a backup holds."""
        return (self.journal, self.audit, self.staff, self.operations)


def data_folder() -> Path:
    """The data folder: `KIOSK_DATA`, else the installed one if it is there, else one in the user's home."""
    named = os.environ.get(DATA_VARIABLE, "")
    if named:
        return Path(named)
    if INSTALLED.is_dir():
        return INSTALLED
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "kiosk"


def machine_places(data: Path | None) -> tuple[DataPaths, ...]:
    """Where what is done to this computer's machine is remembered: where its own kiosk looks, whatever folder is named.

    Its own comes first: the installed kiosk's, or the one `KIOSK_DATA` names; a folder in somebody's home is nobody's.
    """
    named, own = data_paths(data), DataPaths(data_folder())
    is_set_up = own.data.is_dir() and (own.data == INSTALLED or bool(os.environ.get(DATA_VARIABLE)))
    return (own, named) if is_set_up and own.data.resolve() != named.data.resolve() else (named,)


def data_paths(data: Path | None, *, simulated: bool = False) -> DataPaths:
    """The folder named, else the usual one; a simulated kiosk never shares a real one's."""
    if data is not None:
        return DataPaths(data)
    return DataPaths(data_folder() / "simulated" if simulated else data_folder())
