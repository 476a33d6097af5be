"""`kiosk simulate shadow`: a twin along a recorded wire, or along a board that is asked or driven while it is watched.

Responsible for: the command line; asking a board that is there, and driving it through the air. Not responsible for:
comparing (`simulator.serve.shadow`), recording a cut (`kiosk service cut --wire-log`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from config.machine import Machine
from config.problems import BadInput, Problem
from config.settings import catalogue_in_force, machine_in_force
from config.typed_paths import FILE, NEW_FILE
from config.typed_paths import port as port_rule
from hardware.clock import SystemClock
from hardware.errors import HardwareFault
from hardware.grbl.cutter import GrblCutter
from hardware.grbl.macros import slot_z_mm
from hardware.grbl.recording import WireRecording, read_recording
from hardware.grbl.stop_socket import stop_served
from hardware.link import serial_link_factory
from kiosk.guardian import Guardian
from kiosk.records.ownership import own_machine
from kiosk.rehearsal.simulated_kiosk import scratch_folder
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.firmware.profiles import PROFILES
from simulator.serve.shadow import Likeness, shadow


def shadow_command(
    recorded: Annotated[
        Path | None, typer.Option("--from", callback=FILE, help="A wire written by `kiosk service cut --wire-log`.")
    ] = None,
    port: Annotated[
        str, typer.Option(callback=port_rule, help="Ask the board at this port; nothing moves without --move.")
    ] = "",
    move: Annotated[
        bool, typer.Option("--move", help="With --port: home it and drive each axis, wheel off and clamp empty.")
    ] = False,
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
    for name, given in (("--keep", keep is not None), ("--move", move)):
        if given and not port:
            raise BadInput(Problem("command line", name, "belongs to --port"))
    settings, catalogue = machine_in_force(named=machine), catalogue_in_force()
    with scratch_folder("shadow-") as folder:
        file = recorded or keep or folder / "wire"

        def along() -> Likeness:
            return shadow(read_recording(file), SimulatedMachine(settings, catalogue, build=PROFILES[board].build))

        if port:
            _watch(port, settings, file, lambda: along().first is None, move=move)
        found = along()
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


def _watch(port: str, machine: Machine, file: Path, alike: Callable[[], bool], *, move: bool) -> None:
    """Ask the board, and drive it if wanted; all that passes goes into `file`, and a fault ends it there."""
    with ExitStack() as stack:
        stack.enter_context(own_machine(port))
        recording = stack.enter_context(WireRecording(file, SystemClock()))
        cutter = GrblCutter(recording.factory(serial_link_factory(machine.wire, port)), machine, SystemClock())
        stack.enter_context(stop_served(port, cutter.stop_and_confirm))
        guardian: Guardian | None = None
        try:
            cutter.connect()
            cutter.look()
            if move:
                guardian = Guardian(port, machine.wire.baud)
                for _ in through_the_air(cutter, machine):
                    if not alike():
                        break
        except HardwareFault as fault:
            typer.echo(f"the board: {fault} [{fault.code}]")
        finally:
            cutter.close()
            if guardian is not None:
                # Only once the board was reset is there nothing left to guard.
                guardian.leave(done=not cutter.wheel_may_turn)


def through_the_air(cutter: GrblCutter, machine: Machine) -> Iterator[None]:
    """Home, go with each axis where every sale goes, and home again: wheel off, above any blank. Ends after each."""
    cutter.home()
    yield
    clamp = machine.clamp
    over_mm = clamp.spine_y_mm + machine.cutting.retract_height_mm
    places = (
        {"x_mm": clamp.shoulder_x_mm + clamp.probe_x_from_shoulder_mm},
        {"y_mm": over_mm},
        {"z_mm": slot_z_mm(machine, machine.magazine.slots[-1].number)},
    )
    for place in places:
        with cutter.latch.operation():
            cutter.latch.homed().go(**place)
        yield
    cutter.home()
    yield
