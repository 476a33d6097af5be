"""`kiosk fleet doctor`: the office's servers, as kiosks and collectors will use them.

Responsible for: asking and printing. Not responsible for: any finding (`kiosk.operations.fleet`).
"""

from __future__ import annotations

import json
import os
from typing import Annotated

import typer

from config.fleet import load_fleet
from config.problems import BadInput, Problem
from kiosk.commands.options import AsJson, FleetFile
from kiosk.extras import Extra, needing
from kiosk.operations.doctor import Grade, as_objects, examine, for_people, worst


def secret(name: str) -> str:
    """A value the environment must give.

    Raises:
        BadInput: it does not.
    """
    value = os.environ.get(name, "")
    if not value:
        raise BadInput(Problem("environment", name, "is not set"))
    return value


def doctor(
    config: FleetFile = None,
    name: Annotated[str, typer.Option(help="User name at the broker.")] = "collector",
    queue: Annotated[int, typer.Option(min=1, max=200_000, help="Events the broker must keep; all are sent.")] = 5000,
    as_json: AsJson = False,
) -> None:
    """Try broker and database as collectors use them; finds a broker that drops what it took. Status 1 if any fails."""
    fleet = load_fleet(config)
    password, dsn = secret("KIOSK_MQTT_PASSWORD"), secret("KIOSK_COLLECTOR_DSN")
    with needing(Extra.FLEET):
        import psycopg

        from kiosk.operations.fleet.doctor import fleet_checks

    findings = examine(fleet_checks(fleet, name, password, lambda: psycopg.connect(dsn), queue))
    if as_json:
        typer.echo(json.dumps(as_objects(findings), indent=1))
    else:
        for line in for_people(findings):
            typer.echo(line)
    if worst(findings) is Grade.FAIL:
        raise typer.Exit(1)
