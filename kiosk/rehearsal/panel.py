"""The technician's panel as a process of its own, beside a kiosk or beside a simulated machine alone.

Responsible for: starting and ending that process, and `kiosk simulate panel`. Not responsible for: the panel
(`ui.panel`) or the machine (`simulator`). Kivy has one window a process.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from config.problems import BadInput, Problem
from config.settings import catalogue_in_force, machine_in_force
from config.typed_paths import FILE, NEW_FILE, OUTPUT_FOLDER
from simulator.faults.injection import FaultPanel, parse_fault
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.firmware.build import ECHO, STOCK
from simulator.serve.commands import served

LANGUAGES = ("en", "es", "fr")
"""Those of the panel, which this does not import: it is a program of its own."""


@contextmanager
def panel_window(control_port: int, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A panel for the machine at this control socket, closed at the end.

    Args:
        control_port: of a machine on this computer.
        options: more words for `python -m ui.panel`.
    """
    command = [sys.executable, "-m", "ui.panel", "--control", str(control_port), *options]
    with subprocess.Popen(command) as process:  # noqa: S603 - our own module
        try:
            yield process
        finally:
            process.terminate()


def panel(
    control: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Control socket of a machine that runs; else one is started.")
    ] = None,
    pty: Annotated[
        Path | None,
        typer.Option(callback=NEW_FILE, help="Where the started machine's board appears, as a serial port."),
    ] = None,
    echo: Annotated[bool, typer.Option("--echo/--stock", help="A board built with line echo, or a stock one.")] = False,
    fault: Annotated[list[str] | None, typer.Option(help="NAME or NAME:parameter=value,…; may be repeated.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Draws everything left to chance.")] = 0,
    machine: Annotated[
        Path | None,
        typer.Option(callback=FILE, help="Machine file; else the owner's, else the shipped one."),
    ] = None,
    language: Annotated[str, typer.Option(help=f"One of {', '.join(LANGUAGES)}.")] = "en",
    light: Annotated[bool, typer.Option("--light/--dark", help="Light or dark colours.")] = False,
    pictures: Annotated[Path, typer.Option(callback=OUTPUT_FOLDER, help="Folder where screenshots go.")] = Path("out"),
    size: Annotated[str, typer.Option(help="Of the window, WIDTHxHEIGHT in pixels.")] = "1280x800",
    full_screen: Annotated[bool, typer.Option("--full-screen", help="Cover the display.")] = False,
) -> None:
    """Open the technician's panel: the SIMULATED machine live, keys, faults, the wire, time and pictures."""
    if language not in LANGUAGES:
        raise BadInput(Problem("command line", "--language", f"must be one of {', '.join(LANGUAGES)}"))
    options = ["--language", language, "--shade", "light" if light else "dark", "--pictures", str(pictures)]
    options += ["--size", size, *(["--full-screen"] if full_screen else [])]
    if control is not None:
        given = (("--pty", pty), ("--echo", echo), ("--fault", fault), ("--seed", seed), ("--machine", machine))
        extra = [Problem("command line", name, "belongs to a machine that is started here; not with --control")
                 for name, value in given if value]  # fmt: skip
        if extra:
            raise BadInput(*extra)
        with panel_window(control, *options) as window:
            _until_closed(window)
        return
    wanted = [parse_fault(text) for text in fault or ()]
    sim = SimulatedMachine(machine_in_force(named=machine), catalogue_in_force(), seed, build=ECHO if echo else STOCK)
    faults = FaultPanel(sim)
    for name, values in wanted:
        faults.set(name, values, "--fault")
    with served(sim, faults, pty, None, 1.0, 0, None) as running:
        assert running.control_port is not None  # noqa: S101 - asked for above
        with panel_window(running.control_port, *options) as window:
            _until_closed(window)


def _until_closed(window: subprocess.Popen[bytes]) -> None:
    """Wait for the window, or for Ctrl-C or the end asked for from outside.

    Raises:
        typer.Exit: the panel could not be shown; it has said why.
    """
    stop = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        while window.poll() is None and not stop.wait(0.2):
            pass
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)
    if window.returncode:
        raise typer.Exit(abs(window.returncode))
