"""Settings with what one owner has otherwise than shipped.

Responsible for: laying fields of store and machine over settings. Not responsible for: where they come from (a
scenario's file, a flight record).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from config.machine import Machine
from config.settings import Settings
from config.store import Store
from config.toml_files import checked


def as_owned(
    settings: Settings, store: Mapping[str, Any], machine: Mapping[str, Any], source: str = "scenario"
) -> Settings:
    """`settings` with these fields of the store, and these of each part of the machine.

    Raises:
        BadInput: naming each that no store or machine may have.
    """
    if store:
        table = settings.store.model_dump(mode="json") | dict(store)
        settings = replace(settings, store=checked(Store, table, source, "store"))
    if machine:
        parts = settings.machine.model_dump(mode="json", exclude_none=True)
        laid = {
            name: parts.get(name, {}) | part if isinstance(part, Mapping) else part for name, part in machine.items()
        }
        settings = replace(settings, machine=checked(Machine, parts | laid, source, "machine"))
    return settings
