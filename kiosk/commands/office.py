"""`kiosk fleet doctor | status | page`: the office's servers as they will be used, and what all kiosks say together.

Responsible for: asking and printing. Not responsible for: any finding or figure (`kiosk.operations.fleet`).
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.fleet import load_fleet, load_groups
from config.problems import BadInput, Problem
from config.typed_paths import FILE, OUTPUT_FOLDER
from kiosk.commands.findings import say
from kiosk.commands.options import AsJson, FleetFile
from kiosk.extras import Extra, needing
from kiosk.operations.doctor import examine

if TYPE_CHECKING:
    from kiosk.operations.fleet.overview import Overview


GroupsFile = Annotated[
    Path | None,
    typer.Option(
        "--groups",
        callback=FILE,
        envvar="KIOSK_FLEET_GROUPS",
        help="The groups file of `publish`: of its kiosks, those never seen are told.",
    ),
]


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
    say(findings, as_json=as_json)


def status(as_json: AsJson = False, groups: GroupsFile = None) -> None:
    """What needs somebody today, over all kiosks; from KIOSK_COLLECTOR_DSN."""
    seen = _overview(groups)
    if as_json:
        troubles = [{"kiosk": each.kiosk, "urgency": each.urgency.name, "what": each.words} for each in seen.troubles]
        typer.echo(json.dumps({"kiosks": len(seen.kiosks), "troubles": troubles}, indent=1))
        return
    with needing(Extra.FLEET):
        from kiosk.operations.fleet.page import fleet_lines
    for line in fleet_lines(seen):
        typer.echo(line)


def page(
    out: Annotated[
        Path,
        typer.Option("--out", callback=OUTPUT_FOLDER, help="Folder for index.html and its CSV files; made if missing."),
    ],
    groups: GroupsFile = None,
) -> None:
    """Write the fleet's page, as a timer does every few minutes; from KIOSK_COLLECTOR_DSN."""
    with needing(Extra.FLEET):
        from kiosk.operations.fleet.page import fleet_files
    files = fleet_files(_overview(groups))
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            beside = out / f"{name}.new"
            beside.write_text(text, encoding="utf-8")
            beside.replace(out / name)
    except OSError as error:
        raise BadInput(Problem(str(error.filename or out), "", error.strerror or "cannot be written")) from error
    typer.echo(f"written: {out / 'index.html'}", err=True)


def _overview(groups: Path | None) -> Overview:
    known = {kiosk for group in load_groups(groups).values() for kiosk in group} if groups is not None else set()
    dsn = secret("KIOSK_COLLECTOR_DSN")
    with needing(Extra.FLEET):
        import psycopg

        from kiosk.operations.fleet.overview import read_overview
    try:
        with psycopg.connect(dsn) as connection:
            return read_overview(connection, datetime.now(UTC), known)
    except psycopg.errors.UndefinedTable:
        raise BadInput(Problem("database", "", "no collector has been here; start kiosk fleet collect")) from None
    except psycopg.Error as error:
        raise BadInput(Problem("database", "", f"{type(error).__name__}: {str(error).splitlines()[0]}")) from error
