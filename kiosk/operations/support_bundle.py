"""One archive for whoever helps from afar: what the kiosk says of itself, and nothing of a key, a person or a secret.

Responsible for: which pieces go in, and leaving secrets out. Not responsible for: any finding in them.

No database goes in, so no name, no staff number and no sale does; logs hold fields of a list only (`logs.FIELDS`).
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import distributions
from pathlib import Path

from config.ordinary_file import ordinary
from config.settings import Effective
from kiosk.operations.archive import write_archive
from kiosk.operations.logs import LOG_NAME

SECRET = ("password", "secret", "token", "dsn")
"""Parts of a setting's name whose value stays here."""
LEFT_OUT = "left out"


def settings_object(effective: Iterable[Effective]) -> dict[str, object]:
    """Every value in force and where it came from, without secrets."""
    return {
        f"{each.file}.{each.field}": {
            "value": LEFT_OUT if any(word in each.field.lower() for word in SECRET) else each.value,
            "origin": each.origin,
        }
        for each in effective
    }


def system_object() -> dict[str, object]:
    """What runs this program: versions, and nothing that names the store or the computer."""
    return {
        "kiosk": {each.metadata["Name"]: each.version for each in distributions() if each.metadata["Name"]},
        "python": sys.version,
        "system": platform.platform(),
    }


def write_bundle(target: Path, pieces: Mapping[str, object], logs: Path) -> tuple[str, ...]:
    """Write the archive (mode 0600, never over an existing file); returns the names in it.

    Raises:
        BadInput: it exists or cannot be written.
    """
    contents = {
        f"{name}.json": json.dumps(piece, indent=1, default=str, ensure_ascii=False).encode()
        for name, piece in pieces.items()
    }
    for path in sorted(logs.glob(f"{LOG_NAME}*")):
        contents[f"log/{path.name}"] = ordinary(path).read_bytes()
    write_archive(target, contents)
    return tuple(contents)
