"""`kiosk simulate shadow`: a twin along a recorded wire, or along a board that is only asked.

Responsible for: the command line; asking a board that is there (nothing moves). Not responsible for: comparing
(`simulator.serve.shadow`), recording a cut (`kiosk service cut --wire-log`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.problems import BadInput, Problem
from config.settings import catalogue_in_force, machine_in_force
from config.typed_paths import FILE, NEW_FILE
from config.typed_paths import port as port_rule
from hardware.clock import SystemClock
from hardware.errors import HardwareFault
from hardware.grbl.cutter import GrblCutter
from hardware.grbl.recording import WireRecording, read_recording
from hardware.link import serial_link_factory
from kiosk.records.ownership import own_machine
from kiosk.rehearsal.simulated_kiosk import scratch_folder
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.firmware.profiles import PROFILES
from simulator.serve.shadow import shadow


def shadow_command(
    recorded: Annotated[
        Path | None, typer.Option("--from", callback=FILE, help="A wire written by `kiosk service cut --wire-log`.")
    ] = None,
    port: Annotated[str, typer.Option(callback=port_rule, help="Ask the board at this port; nothing moves.")] = "",
    board: Annotated[str, typer.Option(help=f"What the twin is: one of {', '.join(PROFILES)}.")] = "grbl",
    keep: Annotated[
        Path | None, typer.Option(callback=NEW_FILE, help="With --port: keep what passed in this file.")
    ] = None,
    machine: Annotated[
        Path | None, typer.Option(callback=FILE, help="Machine file; else the owner's, else the shipped one.")
    ] = None,
) -> None:
    """Run a SIMULATED twin along a wire and mark the first place where board and twin differ. Exit status 1 if any."""
    if bool(port) == (recorded is not None):
        raise BadInput(Problem("command line", "--from", "give either --from or --port"))
    if board not in PROFILES:
        raise BadInput(Problem("command line", "--board", f"must be one of {', '.join(PROFILES)}"))
    if keep is not None and not port:
        raise BadInput(Problem("command line", "--keep", "belongs to --port"))
    settings = machine_in_force(named=machine)
    with scratch_folder("shadow-") as folder:
        file = recorded or keep or folder / "wire"
        if port:
            with own_machine(port), WireRecording(file, SystemClock()) as recording:
                cutter = GrblCutter(
                    recording.factory(serial_link_factory(settings.wire, port)), settings, SystemClock()
                )
                try:
                    cutter.connect()
                    cutter.look()
                except HardwareFault as fault:
                    typer.echo(f"the board: {fault} [{fault.code}]")
                finally:
                    cutter.close()
        lines = read_recording(file)
    sim = SimulatedMachine(settings, catalogue_in_force(), build=PROFILES[board].build)
    found = shadow(lines, sim)
    typer.echo(
        f"{found.replies} replies and {found.reports} reports alike; at most {found.largest_s:.3f} s and"
        f" {found.largest_mm:.3f} mm apart"
    )
    if found.first is None:
        typer.echo("board and twin never differ")
        return
    first = found.first
    typer.echo(f"first difference, in {first.what}: line {first.line}, {first.at_s:.3f} s")
    typer.echo(f"    board: {first.board}")
    typer.echo(f"    twin:  {first.twin}")
    raise typer.Exit(1)
