"""`kiosk logs`: the log as a person reads it, from a time on, and as it grows.

Responsible for: asking and printing. Not responsible for: the files (`kiosk.operations.logs`).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from config.problems import BadInput, Problem
from hardware.clock import SystemClock
from kiosk.commands.options import DataOption, data_to_read
from kiosk.operations.logs import LOG_NAME, follow, for_people, read_logs

LEVELS = ("debug", "info", "warning", "error", "critical")
_AGO = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
LOOK_EVERY_S = 0.5


def logs(
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many of the newest.")] = 50,
    level: Annotated[str, typer.Option(help="Only this level and above.")] = "info",
    since: Annotated[
        str, typer.Option("--since", help="Only from then on: 2026-03-01, 2026-03-01T08:00, or 90s, 30m, 4h, 2d ago.")
    ] = "",
    follow_on: Annotated[bool, typer.Option("--follow", "-f", help="Go on as the log grows, until Ctrl-C.")] = False,
    data: DataOption = None,
) -> None:
    """The log as a person reads it (the files hold one JSON object a line)."""
    if level not in LEVELS:
        raise BadInput(Problem("--level", "", f"must be one of {', '.join(LEVELS)}"))
    clock = SystemClock()
    first = _moment(since, clock.utc())
    wanted = set(LEVELS[LEVELS.index(level) :])
    folder = data_to_read(data).logs
    if not any(folder.glob(f"{LOG_NAME}*")):
        typer.echo("no log yet", err=True)
    grown = follow(folder, lambda: clock.sleep(LOOK_EVERY_S)) if follow_on else iter(())
    kept = [entry for entry in read_logs(folder) if entry.get("level") in wanted and str(entry.get("time")) >= first]
    for entry in kept if since else kept[-lines:]:
        typer.echo(for_people(entry))
    for entry in grown:
        if entry.get("level") in wanted:
            typer.echo(for_people(entry))


def _moment(text: str, now: datetime) -> str:
    """A time as the log writes it, so that texts compare as times do; a day begins where this computer stands.

    Raises:
        BadInput: it is no time.
    """
    if not text:
        return ""
    ago = _AGO.fullmatch(text)
    try:
        moment = now - timedelta(**{_UNITS[ago[2]]: int(ago[1])}) if ago else datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise BadInput(
            Problem("--since", "", f"{text!r} is no time such as 2026-03-01, 2026-03-01T08:00 or 30m")
        ) from None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
