"""Options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from config.problems import BadInput, Problem
from config.settings import OWNER_VARIABLE
from config.typed_paths import FILE, FOLDER, NEW_FOLDER
from kiosk.data_paths import DATA_VARIABLE, DataPaths, data_paths

ConfigOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--config", callback=FOLDER, help=f"The owner's settings directory; ${OWNER_VARIABLE}."),
]
DataOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--data", callback=NEW_FOLDER, help=f"The kiosk's data folder; ${DATA_VARIABLE}, else its usual place."
    ),
]
PORT_HELP = "Serial port, pseudo-terminal or socket://host:port."
MachineOption: TypeAlias = Annotated[
    Path | None, typer.Option("--machine", callback=FILE, help="This machine file, not the owner's.")
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="For machines: JSON, one object a line.")]
FleetFile = Annotated[
    Path | None, typer.Option("--config", callback=FILE, help="Fleet settings; the shipped ones by default.")
]


def data_to_read(data: Path | None) -> DataPaths:
    """Where the data lies that a command only reads. A folder that somebody named is there, or it is a slip.

    Raises:
        BadInput: it is not.
    """
    places = data_paths(data)
    if (data is not None or os.environ.get(DATA_VARIABLE)) and not places.data.is_dir():
        raise BadInput(Problem(str(places.data), "--data" if data is not None else DATA_VARIABLE, "no such directory"))
    return places
