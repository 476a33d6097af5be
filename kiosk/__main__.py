"""The command line and the composition root: the one place that knows a real machine from a simulated one."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from config.problems import BadInput, Problem
from config.settings import Settings, load_store
from hardware.camera import CameraScanner
from hardware.clock import SystemClock
from hardware.cutter import GrblCutter
from hardware.errors import HardwareFault
from hardware.link import serial_link_factory
from hardware.payment import RegisterPayment
from kiosk.cli import audit, catalogue, fleet, operations, policy, service, staff
from kiosk.cli import config as config_command
from kiosk.cli import identify as identify_command
from kiosk.cli.calibrate import calibrate
from kiosk.compose import Kiosk, Ports, build_kiosk
from kiosk.database import DatabaseFault
from kiosk.ops.places import Places, data_folder
from kiosk.ops.refused_start import BAD_SETTINGS, RefusedStart, supervised
from kiosk.ops.running import Running
from kiosk.ops.settings_in_force import settings_in_force, tell
from kiosk.ops.watchdog import Watchdog, notifier
from kiosk.rehearsal import cli as scenario
from kiosk.rehearsal import cut_rehearsal
from kiosk.rehearsal.live import Hands, LiveMachine, Onlooker, live_machine, scripted
from kiosk.rehearsal.script import Visit, load_scenario
from kiosk.secrecy import no_core_dumps
from simulator import cli as simulate

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
service.app.command("calibrate")(calibrate)
app.add_typer(service.app, name="service")
app.add_typer(policy.app, name="policy")
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(staff.app, name="staff")
app.add_typer(audit.app, name="audit")
app.add_typer(fleet.app, name="fleet")
cut_rehearsal.register(simulate.app)
app.add_typer(simulate.app, name="simulate")
app.add_typer(scenario.app, name="scenario")
operations.mount(app)
app.command("identify")(identify_command.identify_command)
app.command("check-config")(config_command.check_config)


@app.command()
def run(
    simulated: Annotated[bool, typer.Option("--simulated", help="A simulated machine; no real money.")] = False,
    port: Annotated[
        str, typer.Option(help="The board's serial port; with --simulated: where the simulated one appears.")
    ] = "",
    script: Annotated[Path | None, typer.Option(help="A scenario whose visits are played (with --simulated).")] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="Keep a picture of every screen; without --script one sale is played.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Folder of the owner's files.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of journal, stock and audit.")] = None,
    speed: Annotated[float, typer.Option(min=1, max=200, help="Simulated seconds a second.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Draws whatever a simulated machine leaves to chance.")] = 1,
    panel: Annotated[bool, typer.Option(help="With --simulated: the technician's panel beside it.")] = True,
    window: Annotated[
        bool | None, typer.Option("--window/--full-screen", help="In a window; default with --simulated.")
    ] = None,
    stay: Annotated[
        bool, typer.Option("--stay", help="If it cannot start, show out of order rather than end (the service).")
    ] = False,
) -> None:
    """Run the kiosk on this screen."""
    if not simulated:
        for given, name in ((script, "--script"), (pictures, "--pictures")):
            if given is not None:
                raise BadInput(Problem("command line", name, "needs --simulated"))
    visits = load_scenario(script).visit if script else (Visit(),) if pictures else ()
    places = Places(data or (data_folder() / "simulated" if simulated else data_folder()))
    full_screen = not (simulated if window is None else window)
    try:
        status = _run(places, config, port, visits, pictures, seed, speed, simulated, panel, full_screen)
    except (BadInput, DatabaseFault, HardwareFault) as refused:
        if isinstance(refused, BadInput):
            code, bad = BAD_SETTINGS, refused
        else:
            code, bad = refused.code, BadInput(Problem("kiosk", refused.code, str(refused)))
        if visits or not stay:
            raise bad from refused
        status = _out_of_order(bad, code, simulated=simulated, full_screen=full_screen)
    raise typer.Exit(status)


def _run(
    places: Places,
    config: Path | None,
    port: str,
    visits: tuple[Visit, ...],
    pictures: Path | None,
    seed: int,
    speed: float,
    simulated: bool,
    panel: bool,
    full_screen: bool,
) -> int:
    """Build the kiosk and show it until it is ended.

    Raises:
        BadInput: settings that cannot be used.
        DatabaseFault: records that cannot be kept.
        HardwareFault: devices that cannot be opened.
    """
    clock = SystemClock()
    in_force = settings_in_force(places, clock, config)
    for problem in in_force.problems:
        typer.echo(f"kiosk: {problem}; the last good file stays in force", err=True)
    settings = in_force.settings
    if port and not simulated:
        wire = settings.machine.wire.model_copy(update={"port": port})
        settings = replace(settings, machine=settings.machine.model_copy(update={"wire": wire}))
    no_core_dumps()
    with ExitStack() as stack:
        running = stack.enter_context(Running(settings, places, clock))
        live: LiveMachine | None = None
        if simulated:
            pty = Path(port) if port else None
            live = stack.enter_context(live_machine(settings, running.watched, pty=pty, seed=seed, speed=speed))
            typer.echo(f"SIMULATED machine; control socket on 127.0.0.1:{live.control_port}")
            if panel and not visits:
                stack.enter_context(_panel(live.control_port))
        ports = live.ports if live else _real_ports(settings, running)
        kiosk = build_kiosk(settings, ports, places.data, versions=(("kiosk", version("keykiosk")),))
        stack.callback(kiosk.close)
        tell(in_force, kiosk.tools.audit.record)
        kiosk.subscribe(running.saw)
        kiosk.watch(lambda: running.watchdog.beat("controller"))
        return _on_screen(kiosk, settings, live, visits, pictures, seed, full_screen=full_screen)


def _out_of_order(bad: BadInput, code: str, *, simulated: bool, full_screen: bool) -> int:
    """Say on the screen that the kiosk is out of order, and why on stderr. Nothing of the machine is touched."""
    from ui.app import run_app

    _print_problems(bad)
    store = load_store()
    shown: list[Any] = []
    front = RefusedStart(store, code, str(bad.problems[0]), SystemClock(), simulated=simulated)

    def end(*_: object) -> None:
        if shown:
            shown[0].end()

    with _ended_from_outside(end), supervised(Watchdog(notifier()), f"out of order: {code}", end):
        return run_app(
            front,
            store,
            simulated=simulated,
            fullscreen=full_screen,
            show_cursor=simulated,
            on_started=shown.append,
        )


@contextmanager
def _ended_from_outside(end: Callable[..., None]) -> Iterator[None]:
    """`end` is what the supervisor's signals do."""
    before = [(number, signal.signal(number, end)) for number in (signal.SIGTERM, signal.SIGINT)]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


@contextmanager
def _panel(control_port: int) -> Iterator[None]:
    """The technician's panel, a process of its own: Kivy has one window a process."""
    command = [sys.executable, "-m", "ui.panel", "--control", str(control_port)]
    with subprocess.Popen(command) as process:  # noqa: S603 - our own module
        try:
            yield
        finally:
            process.terminate()


def _real_ports(settings: Settings, running: Running) -> Ports:
    clock = SystemClock()
    machine = settings.machine
    cutter = GrblCutter(running.watched(serial_link_factory(machine.wire)), machine, clock)
    return Ports(cutter, CameraScanner(machine.views, clock), RegisterPayment(), clock, simulated=False)


def _on_screen(
    kiosk: Kiosk,
    settings: Settings,
    live: LiveMachine | None,
    visits: tuple[Visit, ...],
    pictures: Path | None,
    seed: int,
    *,
    full_screen: bool,
) -> int:
    """Show the kiosk until it is ended from outside, or the script is played."""
    # Importing ui earlier would open a window for commands that have none.
    from ui.album import Album
    from ui.app import run_app

    onlooker = Onlooker(kiosk) if live else None
    shown: list[Any] = []

    def end(*_: object) -> None:
        if shown:
            shown[0].end()

    if onlooker is not None and live is not None:
        if visits:
            scripted(onlooker, live, visits, end)
        else:
            Hands(onlooker, live.rig, seed)

    def started(screen: Any) -> None:
        shown.append(screen)
        if pictures is not None:
            shown.append(Album(screen, pictures))
        kiosk.start()
        if onlooker is not None:
            onlooker.start()

    try:
        with _ended_from_outside(end):
            return run_app(
                kiosk,
                settings.store,
                simulated=live is not None,
                fullscreen=full_screen,
                show_cursor=live is not None,
                on_started=started,
            )
    finally:
        if onlooker is not None:
            onlooker.close()


def _print_problems(bad: BadInput) -> None:
    for problem in bad.problems:
        print(f"kiosk: {problem}", file=sys.stderr)  # noqa: T201 - this is the command line's own voice


def main() -> None:
    """Run the command line; bad input is one line a problem on stderr and exit status 2."""
    try:
        app()
    except BadInput as bad:
        _print_problems(bad)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
