"""What a doctor found, printed.

Responsible for: words or JSON, and the exit status. Not responsible for: any finding (`kiosk.operations.doctor`).
"""

from __future__ import annotations

import json

import typer

from kiosk.operations.doctor import Finding, Grade, as_objects, for_people, worst


def say(findings: list[Finding], *, as_json: bool) -> None:
    """Print them.

    Raises:
        typer.Exit: with status 1 if any failed.
    """
    if as_json:
        typer.echo(json.dumps(as_objects(findings), indent=1))
    else:
        for line in for_people(findings):
            typer.echo(line)
    if worst(findings) is Grade.FAIL:
        raise typer.Exit(1)
