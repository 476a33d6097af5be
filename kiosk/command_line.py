"""Every command of the product, under one name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.problems import BadInput, Problem
from kiosk.commands import (
    audit,
    calibrate,
    catalogue,
    fleet,
    operations,
    policy,
    register,
    scan,
    scenario,
    service,
    staff,
)
from kiosk.commands import config as config_command
from kiosk.commands import identify as identify_command
from kiosk.launch import StartOptions, ask_owner, start
from kiosk.rehearsal import cut_rehearsal
from kiosk.rehearsal import panel as panel_command
from kiosk.rehearsal.script import ScriptedVisit, load_scenario
from kiosk.rehearsal.still_life import frames_of_gauge, frames_of_key
from simulator.serve import commands as simulate

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
calibrate.register(service.app, frames_of_gauge)
scan.register(service.app, ask_owner, frames_of_key)
app.add_typer(service.app, name="service")
app.add_typer(policy.app, name="policy")
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(staff.app, name="staff")
app.add_typer(audit.app, name="audit")
app.add_typer(fleet.app, name="fleet")
cut_rehearsal.register(simulate.app)
panel_command.register(simulate.app)
app.add_typer(simulate.app, name="simulate")
app.add_typer(scenario.app, name="scenario")
operations.mount(app)
app.command("identify")(identify_command.identify_command)
app.command("check-config")(config_command.check_config)
app.command("check-code")(register.check_code)


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
    flight_record: Annotated[
        Path | None, typer.Option(help="Write what happens, wire and all, with nothing of a key in it.")
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
    if not simulated:
        for given, name in ((script, "--script"), (pictures, "--pictures")):
            if given is not None:
                raise BadInput(Problem("command line", name, "needs --simulated"))
    asked = StartOptions(
        simulated=simulated,
        port=port,
        visits=load_scenario(script).visit if script else (ScriptedVisit(),) if pictures else (),
        pictures=pictures,
        config=config,
        data=data,
        flight_record=flight_record,
        speed=speed,
        seed=seed,
        panel=panel,
        full_screen=not (simulated if window is None else window),
        stay=stay,
    )
    raise typer.Exit(start(asked))
