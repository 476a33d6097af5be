"""`kiosk service scan`: pictures of one key for a support case, after its owner has agreed on the kiosk's screen.

Responsible for: the order: a folder that can be used, the question, the look, the record, the files. Not responsible
for: the screen (`ui.consent`), the folder (`kiosk.operations.support_scan`).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from config.problems import BadInput, Problem
from config.settings import load_settings
from config.store import Store
from hardware.clock import SystemClock
from kiosk.commands.calibrate import Pretend, live_frames
from kiosk.commands.options import ConfigOption
from kiosk.key.secrecy import no_core_dumps, wipe
from kiosk.operations.places import DataPaths, places_of
from kiosk.operations.support_scan import Answer, keep, require_unused
from kiosk.records.audit.log import Audit, key_folder_beside
from kiosk.records.database import DatabaseFault
from kiosk.records.ownership import own_folders

Ask: TypeAlias = Callable[[Store, bool], Answer]
"""Asks the owner on the kiosk's own screen; told whether the machine is simulated."""


def register(app: typer.Typer, ask: Ask, pretend: Pretend) -> None:
    """Add the command to `kiosk service`.

    Args:
        app: the group of commands.
        ask: the screen.
        pretend: where the frames of `--simulated` come from.
    """

    @app.command("scan")
    def scan(
        out: Annotated[Path, typer.Option("--out", help="Folder for the pictures; new, or empty.")],
        simulated: Annotated[bool, typer.Option("--simulated", help="A made-up key, simulated cameras.")] = False,
        config: ConfigOption = None,
        data: Annotated[Path | None, typer.Option("--data", help="Folder of journal, stock and audit.")] = None,
    ) -> None:
        """Keep pictures of the key in the tray, if its owner agrees on the screen. The pictures show its cuts."""
        require_unused(out)
        settings = load_settings(config)
        places = places_of(data, simulated=simulated)
        answer = ask(settings.store, simulated)
        if not answer.agreed:
            typer.echo("not agreed: nothing was written")
            raise typer.Exit(1)
        no_core_dumps()
        frames = pretend(settings.machine) if simulated else live_frames(settings.machine)
        try:
            _record(places, answer, simulated=simulated)
            keep(frames, out)
        finally:
            wipe(frames)
        typer.echo(f"{out}: written. It shows the cuts of a key: hand it to support, keep no copy, delete it after.")


def _record(places: DataPaths, answer: Answer, *, simulated: bool) -> None:
    """What was agreed, before anything is written. Nothing of the key, and not where the pictures lie.

    Raises:
        BadInput: it cannot be recorded, so it may not be done.
    """
    facts: dict[str, str | int] = {
        "language": answer.language,
        "user": os.getuid(),
        "simulated": int(simulated),
    }
    try:
        with (
            own_folders(places.data, key_folder_beside(places.data)),
            closing(Audit.open(places.audit, key_folder_beside(places.data), SystemClock())) as book,
        ):
            book.record("support_scan_agreed", facts)
    except DatabaseFault as fault:
        raise BadInput(Problem(str(places.audit), fault.code, str(fault))) from fault
