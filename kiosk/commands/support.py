"""`kiosk support-bundle`: one archive for whoever helps from afar.

Responsible for: asking each part for its piece. Not responsible for: what stays out (`operations.support_bundle`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from config.problems import BadInput
from config.typed_paths import NEW_FILE
from kiosk.commands.operations import checks, figures_object
from kiosk.commands.options import DataOption, data_to_read
from kiosk.operations.counters import read_figures
from kiosk.operations.doctor import as_objects, examine
from kiosk.operations.status import read_status
from kiosk.operations.support_bundle import settings_object, system_object, write_bundle
from kiosk.operations.usable_settings import load_usable
from kiosk.records.database import DatabaseFault


def support_bundle(
    target: Annotated[Path, typer.Argument(callback=NEW_FILE, help="Archive to make (.tar.gz).")],
    data: DataOption = None,
) -> None:
    """Gather doctor, status, figures, settings, versions and logs. Holds no key data, no names and no secrets."""
    logging.getLogger("hardware").addHandler(logging.NullHandler())
    places = data_to_read(data)
    status = read_status(places.data)
    pieces = {
        "doctor": as_objects(examine(checks(places))),
        "status": asdict(status) if status else None,
        "figures": _or_why(lambda: figures_object(read_figures(places))),
        "settings": _or_why(lambda: settings_object(load_usable().effective)),
        "system": system_object(),
    }
    for name in write_bundle(target, pieces, places.logs):
        typer.echo(name)
    typer.echo(f"written: {target}")


def _or_why(piece: Callable[[], object]) -> object:
    """What cannot be told is a finding, too: a bundle is asked for when something is wrong."""
    try:
        return piece()
    except BadInput as bad:
        return [str(problem) for problem in bad.problems]
    except DatabaseFault as fault:
        return [f"{fault.code}: {fault}"]
