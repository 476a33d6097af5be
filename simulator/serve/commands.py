"""`kiosk simulate`: the simulated machine on a serial port for any program, and what can go wrong with it.

Responsible for: the command line. Not responsible for: the machine (`simulator.faults.simulated_machine`) or the ports.
"""

from __future__ import annotations

import json
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from config.problems import BadInput, Problem
from config.settings import catalogue_in_force, machine_in_force
from config.typed_paths import FILE, NEW_FILE
from simulator.faults.injection import FAULTS, FaultPanel, parse_fault
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.firmware.build import ECHO, GUARDED, STOCK, FirmwareBuild, Make
from simulator.firmware.profiles import PROFILES
from simulator.optics import NAMED
from simulator.serve.control import Control
from simulator.serve.control_server import ControlServer
from simulator.serve.pty import PtyPort
from simulator.serve.realtime import RealTimeRunner
from simulator.serve.tcp import TcpPort, address_of


def simulate(
    context: typer.Context,
    pty: Annotated[
        Path | None, typer.Option(callback=NEW_FILE, help="Serve the board at this path, as a serial port.")
    ] = None,
    tcp: Annotated[str | None, typer.Option(help="Serve the board at HOST:PORT (socket://HOST:PORT).")] = None,
    echo: Annotated[bool, typer.Option("--echo/--stock", help="A board built with line echo, or a stock one.")] = False,
    board: Annotated[str | None, typer.Option(help=f"One of {', '.join(PROFILES)}.")] = None,
    guarded: Annotated[bool, typer.Option("--guarded", help="As --echo, and with a door input of its own.")] = False,
    speed: Annotated[float, typer.Option(help="1 to 200 times real time.")] = 1.0,
    control: Annotated[int | None, typer.Option(help="Serve the control socket at this port.")] = None,
    fault: Annotated[list[str] | None, typer.Option(help="NAME or NAME:parameter=value,…; may be repeated.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Draws everything left to chance.")] = 0,
    optics: Annotated[str, typer.Option(help=f"One of {', '.join(NAMED)}.")] = "normal",
    key: Annotated[str | None, typer.Option(help="Lay this sample key in the tray.")] = None,
    machine: Annotated[
        Path | None,
        typer.Option(callback=FILE, help="Machine file; else the owner's, else the shipped one."),
    ] = None,
    factory: Annotated[bool, typer.Option("--factory", help="Board settings from the shelf, not the file's.")] = False,
) -> None:
    """Run a SIMULATED machine until Ctrl-C. Any GRBL sender can open its port; it cuts no metal.

    `kiosk simulate panel` shows it in a window: drop keys, set faults, watch the wire and the metal.
    """
    if context.invoked_subcommand is not None:
        return
    if pty is not None and tcp is not None:
        raise BadInput(Problem("command line", "--tcp", "give either --pty or --tcp"))
    if not 1 <= speed <= 200:
        raise BadInput(Problem("command line", "--speed", "must lie between 1 and 200"))
    if board is not None and (board not in PROFILES or echo or guarded):
        raise BadInput(
            Problem("command line", "--board", f"must be one of {', '.join(PROFILES)}, without --echo or --guarded")
        )
    if optics not in NAMED:
        raise BadInput(Problem("command line", "--optics", f"must be one of {', '.join(NAMED)}"))
    if control is not None and not 0 <= control <= 65535:
        raise BadInput(Problem("command line", "--control", "must be a port from 0 to 65535"))
    wanted = [parse_fault(text) for text in fault or ()]
    sim = SimulatedMachine(
        machine_in_force(named=machine),
        catalogue_in_force(),
        seed,
        optics=NAMED[optics],
        build=PROFILES[board].build if board else GUARDED if guarded else ECHO if echo else STOCK,
        factory_settings=factory,
    )
    panel = FaultPanel(sim)
    for name, given in wanted:
        panel.set(name, given, "--fault")
    with served(sim, panel, pty, tcp, speed, control, key) as running:
        _until_stopped(running.realtime)


def faults() -> None:
    """List what can go wrong, with parameters and the outcome the kiosk must reach."""
    width = max(map(len, FAULTS))
    for each in FAULTS.values():
        typer.echo(f"{each.name:<{width}}  {each.description}")
        if each.parameters:
            described = ", ".join(f"{name}={parameter.describe()}" for name, parameter in each.parameters.items())
            typer.echo(f"{'':<{width}}    {described}")
        typer.echo(f"{'':<{width}}    -> {each.outcome.value}")
    typer.echo(f"{'':<{width}}  Every fault takes after_s= to come later.")


def _described(build: FirmwareBuild) -> str:
    if build.make is not Make.GRBL:
        return build.make.value
    return "echo" if build.echo else "stock"


@dataclass(frozen=True)
class Served:
    """A simulated machine that runs by the wall clock, on a port. `control_port` is None without a control socket."""

    realtime: RealTimeRunner
    control_port: int | None


@contextmanager
def served(
    sim: SimulatedMachine,
    panel: FaultPanel,
    pty: Path | None,
    tcp: str | None,
    speed: float,
    control: int | None,
    key: str | None,
) -> Iterator[Served]:
    """Run a machine and say where it is.

    Raises:
        BadInput: a port or path that cannot be used, or no such key.
    """
    realtime = RealTimeRunner(sim.timeline, speed, sim.wire)
    desk = Control(sim, panel, realtime)
    if key is not None:
        answer = desk.handle(json.dumps({"do": "lay", "key": key}))
        if not answer["ok"]:
            raise BadInput(Problem("command line", "--key", "is no sample key; see `kiosk simulate keys`"))
    with ExitStack() as stack:
        if tcp is not None:
            host, port = address_of(tcp)
            served = TcpPort(host, port, realtime)
            stack.callback(served.close)
            where = f"socket://{served.host}:{served.port}"
        else:
            path = pty if pty is not None else Path(tempfile.gettempdir()) / "kiosk-board"
            line = PtyPort(path, realtime)
            stack.callback(line.close)
            where = str(path)
        control_port = None
        if control is not None:
            server = ControlServer(desk, control)
            stack.callback(server.close)
            control_port = server.port
            typer.echo(f"control socket: 127.0.0.1:{control_port} (JSON lines)")
        realtime.start()
        stack.callback(realtime.stop)
        typer.echo(f"SIMULATED machine, {_described(sim.firmware.core.build)} board at {where}")
        typer.echo("Ctrl-C ends it.")
        yield Served(realtime, control_port)


def _until_stopped(realtime: RealTimeRunner) -> None:
    stop = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        while not stop.wait(0.2):
            if realtime.failed is not None:
                raise realtime.failed
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)
