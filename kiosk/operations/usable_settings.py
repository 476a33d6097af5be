"""Settings rehearsed whole before a kiosk takes them: what they name exists, and the machine would be driven by them.

Responsible for: the one way in which settings are loaded to be accepted (a start, check-config, doctor). Not
responsible for: any single check (`config`, `hardware.grbl.macros`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from config.settings import SHIPPED, OtherFile, Settings, load_settings
from hardware.grbl.macros import check_macros


def load_usable(
    directory: Path | None = None,
    environment: Mapping[str, str] | None = None,
    instead: Mapping[str, OtherFile] | None = None,
) -> Settings:
    """As `config.settings.load_settings`, of settings a kiosk can run with.

    Raises:
        BadInput: with every problem.
    """
    settings = load_settings(directory, environment, instead)
    check_macros(settings.machine, _file_of("machine", settings))
    return settings


def _file_of(name: str, settings: Settings) -> str:
    """The file a problem is told of: the owner's where there is one."""
    own = settings.owner_directory / f"{name}.toml" if settings.owner_directory else None
    return str(own if own is not None and own.exists() else SHIPPED / f"{name}.toml")
