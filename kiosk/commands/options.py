"""Options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from config.settings import OWNER_VARIABLE
from kiosk.data_paths import DATA_VARIABLE

ConfigOption: TypeAlias = Annotated[
    Path | None, typer.Option("--config", help=f"The owner's settings directory; ${OWNER_VARIABLE}.")
]
DataOption: TypeAlias = Annotated[
    Path | None, typer.Option("--data", help=f"The kiosk's data folder; ${DATA_VARIABLE}, else its usual place.")
]
PORT_HELP = "Serial port, pseudo-terminal or socket://host:port."
MachineOption: TypeAlias = Annotated[Path | None, typer.Option("--machine", help="This machine file, not the owner's.")]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="For machines: JSON, one object a line.")]
FleetFile = Annotated[Path | None, typer.Option("--config", help="Fleet settings; the shipped ones by default.")]
