"""`kiosk run`: the composition root, the one place that knows a real machine from a simulated one.

Responsible for: reading the command line, building the kiosk before its devices, and showing it until it is ended. Not
responsible for: which devices (`kiosk.launch.devices`), how parts are wired (`kiosk.compose`), what is shown when it
cannot start (`kiosk.launch.out_of_order`).

Nothing of a simulator is imported before `--simulated` asks for it.
"""

from __future__ import annotations

import logging
import sys
from contextlib import ExitStack
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.payment import PaymentKind
from config.problems import BadInput, Problem
from config.settings import Settings
from config.typed_paths import FILE, NEW_FILE, OUTPUT_FOLDERS
from config.typed_paths import port as port_rule
from hardware.clock import SystemClock
from hardware.errors import HardwareFault
from kiosk.commands.options import PORT_HELP, ConfigOption, DataOption
from kiosk.compose import Kiosk, build_kiosk
from kiosk.data_paths import DATA_VARIABLE, machine_places
from kiosk.key.secrecy import no_core_dumps
from kiosk.launch.devices import headset_jack, on_port, paid_at, real_devices, simulated_machine
from kiosk.launch.ended import ended_from_outside
from kiosk.launch.last_resort import become_last_resort
from kiosk.launch.out_of_order import say_out_of_order
from kiosk.launch.receipts import paper_receipts
from kiosk.launch.start_options import StartOptions
from kiosk.operations.refused_start import BAD_SETTINGS
from kiosk.operations.requests import answering
from kiosk.operations.running import Running
from kiosk.operations.settings_in_force import OFFICE, record_changes, settings_in_force
from kiosk.records.audit.log import key_folder_beside
from kiosk.records.database import DatabaseFault
from kiosk.records.ownership import Owned, own_folders, own_machine
from kiosk.session.flight_record import recording
from kiosk.staff.accounts import StaffAccounts
from kiosk.staff.requests import carry_out

if TYPE_CHECKING:
    from kiosk.rehearsal.live import LiveMachine
    from kiosk.rehearsal.script import ScriptedVisit


BROKEN = "BROKEN"
"""Code of a start that failed in a way nobody foresaw."""
STUCK, INTERRUPTED = 3, 130
"""Status of a script that could not be played to its end, and of one that somebody broke off."""


class MachineInUse(Exception):
    """What broke did so once the kiosk was up; it is this one's cause."""


def run(
    simulated: Annotated[bool, typer.Option("--simulated", help="A simulated machine; no real money.")] = False,
    port: Annotated[
        str, typer.Option(callback=port_rule, help=f"{PORT_HELP} With --simulated: where the board's one appears.")
    ] = "",
    script: Annotated[
        Path | None,
        typer.Option(callback=FILE, help="A scenario whose visits are played (with --simulated)."),
    ] = None,
    pictures: Annotated[
        Path | None,
        typer.Option(
            callback=OUTPUT_FOLDERS, help="Keep a picture of every screen; without --script one sale is played."
        ),
    ] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    flight_record: Annotated[
        Path | None,
        typer.Option(callback=NEW_FILE, help="Write what happens, wire and all, with nothing of a key in it."),
    ] = None,
    terminal: Annotated[
        PaymentKind | None, typer.Option(help="With --simulated: pay at a simulated terminal of this kind.")
    ] = None,
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
    visits: tuple[ScriptedVisit, ...] = ()
    if not simulated:
        for given, name in ((script, "--script"), (pictures, "--pictures"), (terminal, "--terminal")):
            if given is not None:
                raise BadInput(Problem("command line", name, "needs --simulated"))
        if data is not None and (own := machine_places(data)[0].data).resolve() != data.resolve():
            reason = f"the kiosk of this computer keeps its records in {own}, and what its machine holds with them"
            raise BadInput(Problem(str(data), "--data", f"{reason}: leave --data out, or set {DATA_VARIABLE}"))
    elif port and ("://" in port or not Path(port).absolute().parent.is_dir()):
        raise BadInput(Problem(port, "--port", "with --simulated it must be a path in a folder that is there"))
    if simulated and (script or pictures):
        from kiosk.rehearsal.script import Expect, ScriptedVisit, load_live

        scenario = load_live(script) if script else None
        visits = scenario.visit if scenario else (ScriptedVisit(),)
        if scenario and scenario.expect != Expect():
            typer.echo(f"kiosk: {script}: expect: is not looked at here; `kiosk scenario run` does", err=True)
    asked = StartOptions(
        simulated=simulated,
        port=port,
        visits=visits,
        pictures=pictures,
        config=config,
        data=data,
        flight_record=flight_record,
        terminal=terminal,
        speed=speed,
        seed=seed,
        panel=panel,
        full_screen=not (simulated if window is None else window),
        stay=stay,
    )
    raise typer.Exit(start(asked))


def start(asked: StartOptions) -> int:
    """Run the kiosk until it is ended; returns the exit status.

    Raises:
        Owned: another kiosk has the records or the machine. Nothing was touched.
        BadInput: it cannot start, and is not to stay.
    """
    with ExitStack() as owned:
        try:
            owned.enter_context(own_folders(asked.places.data, key_folder_beside(asked.places.data)))
        except Owned:
            # The kiosk that has the records has the screen too.
            raise
        except BadInput as bad:
            return _refuse(asked, bad, BAD_SETTINGS)
        return _start(asked)


def _start(asked: StartOptions) -> int:
    try:
        return _run(asked)
    except Owned:
        # The kiosk that has the machine has the screen too.
        raise
    except (BadInput, DatabaseFault, HardwareFault) as refused:
        if isinstance(refused, BadInput):
            code, bad = BAD_SETTINGS, refused
        else:
            code, bad = refused.code, BadInput(Problem("kiosk", refused.code, str(refused)))
        return _refuse(asked, bad, code)
    except MachineInUse as broke:
        # The supervisor's own step after an exit stops the machine: nothing may come before it.
        raise broke.__cause__ or broke from None
    except Exception:
        # Whatever broke before there was a screen: the shopper is told, and the supervisor tries again.
        if asked.visits or not asked.stay:
            raise
        logging.getLogger(__name__).exception("the kiosk cannot start")
        become_last_resort(BROKEN, fullscreen=asked.full_screen)


def _run(asked: StartOptions) -> int:
    """Build the kiosk and show it until it is ended.

    Raises:
        BadInput: settings that cannot be used.
        DatabaseFault: records that cannot be kept.
        HardwareFault: devices that cannot be opened.
    """
    clock = SystemClock()
    in_force = settings_in_force(asked.places, clock, asked.config)
    for problem in in_force.problems:
        stays = "" if problem.file == OFFICE else "; the last good file stays in force"
        print(f"kiosk: {problem}{stays}", file=sys.stderr)  # noqa: T201 - there is no log yet
    settings = on_port(in_force.settings, asked)
    no_core_dumps()
    with ExitStack() as stack:
        settings = paid_at(settings, asked.terminal, stack)
        if not asked.simulated:
            stack.enter_context(own_machine(settings.machine.wire.port))
        running = stack.enter_context(Running(settings, asked.places, clock))
        live = stack.enter_context(simulated_machine(asked, settings, running)) if asked.simulated else None
        devices = live.devices if live else real_devices(settings, asked.places, running, stack)
        paper = paper_receipts(settings, devices.clock, simulated=asked.simulated)
        versions = (("kiosk", version("keykiosk")),)
        kiosk = build_kiosk(settings, devices, asked.places.data, paper=paper, versions=versions)
        stack.callback(kiosk.close)
        record_changes(in_force, kiosk.ports.audit.record)
        running.record_in(kiosk.ports.audit.record)
        staff, audit = kiosk.ports.staff, kiosk.ports.audit
        if isinstance(staff, StaffAccounts):
            stack.enter_context(answering(asked.places.data, lambda request: carry_out(staff, audit, request)))
        kiosk.subscribe(running.on_snapshot)
        kiosk.watch(lambda: running.watchdog.beat("controller"))
        if asked.flight_record is not None:
            recorder = stack.enter_context(recording(asked.flight_record, kiosk.ports))
            kiosk.observe(recorder.event)
            devices.cutter.hear_wire(recorder.wire)
        return _on_screen(asked, kiosk, settings, live, stack)


def _refuse(asked: StartOptions, bad: BadInput, code: str) -> int:
    """Out of order on the screen where it is to stay, else what is bad.

    Raises:
        BadInput: it is not to stay.
    """
    if asked.visits or not asked.stay:
        raise bad
    return say_out_of_order(asked, bad, code)


def _on_screen(
    asked: StartOptions, kiosk: Kiosk, settings: Settings, live: LiveMachine | None, stack: ExitStack
) -> int:
    """Show the kiosk until it is ended from outside, or the script is played."""
    # Importing ui earlier would open a window for commands that have none.
    from ui.album import Album
    from ui.app import run_app
    from ui.panel.style import SMALLEST_PX
    from ui.present.present import present

    shown: list[Any] = []
    broken_off: list[int] = []

    def end(*_: object) -> None:
        if shown:
            shown[0].end()

    def interrupted(*_: object) -> None:
        # Without a script, that is how a kiosk is ended.
        if asked.visits:
            broken_off.append(INTERRUPTED)
        end()

    def stuck(code: str) -> None:
        typer.echo(f"kiosk: the script stopped in out of order, {code}: kiosk logs tells more", err=True)
        broken_off.append(STUCK)
        end()

    headset = live.headset if live else headset_jack(settings.machine.headset, stack)
    person = live.person(kiosk, asked.visits, asked.seed, end) if live else None
    if person is not None and asked.visits:
        person.when_out_of_order(stuck)

    def started(screen: Any) -> None:
        shown.append(screen)
        if asked.pictures is not None:
            shown.append(Album(screen, asked.pictures))
        kiosk.start()
        if person is not None:
            person.start()

    try:
        with ended_from_outside(interrupted):
            status = run_app(
                kiosk,
                settings.store,
                simulated=live is not None,
                fullscreen=asked.full_screen,
                aside_px=SMALLEST_PX[0] if asked.shows_panel else 0,
                show_cursor=live is not None,
                headset=headset,
                on_started=started,
                present=partial(present, own_languages=settings.own_languages),
            )
        return broken_off[0] if broken_off else status
    except Exception as broke:
        # Once it is up, the machine may be in use: what follows is not for this process to decide.
        if shown:
            raise MachineInUse from broke
        raise
    finally:
        if person is not None:
            person.close()
