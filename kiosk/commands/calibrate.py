"""`kiosk service calibrate`: figures for the machine file from pictures of the step gauge.

Responsible for: the command: where the pictures come from, and what is said of the outcome. Not responsible for: the
fit or the file (`kiosk.calibration.cameras`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from config.machine import Machine
from config.problems import BadInput, Problem
from config.settings import machine_in_force
from config.typed_paths import FOLDER, NEW_FILE
from hardware.camera import CameraScanner
from hardware.camera.scan_folder import load_scan, scans_below
from hardware.clock import SystemClock
from hardware.errors import CameraFault
from hardware.scan import ScanFrames
from kiosk.calibration.cameras import Calibration, calibrate_frames, file_name, joined, write
from kiosk.commands.options import ConfigOption, MachineOption
from kiosk.key.secrecy import wipe


def calibrate(
    scan: Annotated[
        Path | None,
        typer.Option(
            "--from",
            callback=FOLDER,
            help="Scan folder of the gauge, or a folder of several such; else the machine's cameras look.",
        ),
    ] = None,
    simulated: Annotated[bool, typer.Option("--simulated", help="The cameras of a simulated machine.")] = False,
    out: Annotated[
        Path | None, typer.Option(callback=NEW_FILE, help="File to write; calibration-DATE.toml here by default.")
    ] = None,
    config: ConfigOption = None,
    machine: MachineOption = None,
) -> None:
    """Find scale, tilt and laser angle of each view from pictures of the step gauge in the tray."""
    if scan is not None and simulated:
        raise BadInput(Problem("command line", "--simulated", "give either --from or --simulated"))
    in_force = machine_in_force(config, machine)
    if scan is not None:
        lays = [(str(each), load_scan(each)) for each in scans_below(scan)]
    elif simulated:
        # Only who asks for a simulated machine loads one.
        from kiosk.rehearsal.still_life import frames_of_gauge

        lays = [("simulated cameras", frames_of_gauge(in_force))]
    else:
        lays = [("cameras", live_frames(in_force))]
    _fit_and_write(lays, in_force, out)


def live_frames(machine: Machine) -> ScanFrames:
    """What lies in the tray, through the machine's own cameras.

    Raises:
        BadInput: a camera is missing, taken by the running kiosk, or dark.
    """
    scanner = CameraScanner(machine.views, SystemClock())
    try:
        return scanner.scan()
    except CameraFault as fault:
        raise BadInput(Problem("cameras", fault.view, str(fault).partition(": ")[2])) from fault
    finally:
        scanner.close()


def _fit_and_write(lays: Sequence[tuple[str, ScanFrames]], machine: Machine, out: Path | None) -> None:
    fitted: list[Calibration] = []
    problems: list[Problem] = []
    for source, frames in lays:
        found = calibrate_frames(frames, machine.gauge)
        wipe(frames)
        if isinstance(found, Calibration):
            fitted.append(found)
        else:
            problems += (Problem(source, view, why.reason) for view, why in found.reasons)
    if problems:
        raise BadInput(*problems)
    now = datetime.now(UTC)
    path = out or Path(file_name(now))
    text = write(joined(fitted, "the gauge"), path, now)
    typer.echo(text.rstrip())
    typer.echo(f"written to {path}: take these lines into the machine file")
