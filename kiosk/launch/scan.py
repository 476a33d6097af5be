"""`kiosk service scan`: pictures of one key for a support case, after its owner has agreed on the kiosk's screen.

Responsible for: the order: a folder that can be used, the question, the look, the record, the files. Not responsible
for: the screen (`ui.consent`), the folder (`kiosk.operations.support_scan`).
"""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from config.machine import Machine
from config.problems import BadInput, Problem
from config.settings import Settings, load_settings
from config.typed_paths import OUTPUT_FOLDER
from hardware.clock import SystemClock
from hardware.scan import ScanFrames
from kiosk.commands.calibrate import live_frames
from kiosk.commands.options import ConfigOption, DataOption
from kiosk.data_paths import DataPaths, data_paths
from kiosk.key.secrecy import no_core_dumps, wipe
from kiosk.operations.doctor import Grade
from kiosk.operations.doctor_machine import display
from kiosk.operations.support_scan import Answer, keep, require_unused
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.audit.log import SealedAuditLog, key_folder_beside
from kiosk.records.database import DatabaseFault
from kiosk.records.ownership import own_folders


def scan(
    out: Annotated[Path, typer.Option("--out", callback=OUTPUT_FOLDER, help="Folder for the pictures; new, or empty.")],
    simulated: Annotated[bool, typer.Option("--simulated", help="A made-up key, simulated cameras.")] = False,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Keep pictures of the key in the tray, if its owner agrees on the screen. The pictures show its cuts."""
    require_unused(out)
    settings = load_settings(config)
    places = data_paths(data, simulated=simulated)
    answer = ask_owner(settings, simulated=simulated)
    if not answer.agreed:
        typer.echo("not agreed: nothing was written")
        raise typer.Exit(1)
    no_core_dumps()
    frames = _made_up(settings.machine) if simulated else live_frames(settings.machine)
    try:
        _record(places, answer, simulated=simulated)
        keep(frames, out)
    finally:
        wipe(frames)
    typer.echo(f"{out}: written. It shows the cuts of a key: hand it to support, keep no copy, delete it after.")


def ask_owner(settings: Settings, *, simulated: bool) -> Answer:
    """Ask whoever owns the key in the tray, on this screen, whether pictures of it may be kept.

    Raises:
        BadInput: there is no screen to ask on.
    """
    if not os.environ.get("SDL_VIDEODRIVER"):
        found = display(settings.store.screen, os.environ)
        if not os.environ.get("DISPLAY") or found.grade is Grade.FAIL:
            reason = found.found if os.environ.get("DISPLAY") else "none here (DISPLAY is not set)"
            raise BadInput(Problem("display", "", f"{reason}: the owner of the key is asked on the kiosk's own screen"))
    # Importing ui earlier would open a window for commands that have none.
    from ui import consent

    return consent.ask_owner(settings.store, simulated=simulated, own_languages=settings.own_languages)


def _made_up(machine: Machine) -> ScanFrames:
    # Only who asks for a simulated machine loads one.
    from kiosk.rehearsal.still_life import frames_of_key

    return frames_of_key(machine)


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
            closing(SealedAuditLog.open(places.audit, key_folder_beside(places.data), SystemClock())) as book,
        ):
            book.record(AuditKind.SUPPORT_SCAN_AGREED, facts)
    except DatabaseFault as fault:
        raise BadInput(Problem(str(places.audit), fault.code, str(fault))) from fault
