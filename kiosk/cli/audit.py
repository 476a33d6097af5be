"""`kiosk audit`: is the book as it was written, and what does it say.

Responsible for: telling a person or a program. Not responsible for: the book itself (`kiosk.audit`).
"""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from config.problems import BadInput, Problem
from kiosk.audit_export import as_csv, as_jsonl
from kiosk.cli.books import DataOption, open_audit

app = typer.Typer(no_args_is_help=True, help="The record of who decided what.")


@app.command()
def verify(data: DataOption = None) -> None:
    """Check every record; exit status 1 and the first bad record if one was tampered with."""
    with open_audit(data, must_exist=True) as audit:
        finding = audit.verify()
        count = len(audit.records())
    if finding is not None:
        typer.echo(f"TAMPERED: {finding}", err=True)
        raise typer.Exit(1)
    typer.echo(f"{count} records, each as it was written.")


@app.command()
def export(
    form: Annotated[str, typer.Option("--format", help="csv or jsonl.")] = "csv",
    since: Annotated[str, typer.Option(help="Day or time (ISO 8601, UTC), such as 2026-01-31.")] = "",
    out: Annotated[Path | None, typer.Option(help="File to write; standard output.")] = None,
    data: DataOption = None,
) -> None:
    """Write the records as CSV or JSON lines."""
    writers = {"csv": as_csv, "jsonl": as_jsonl}
    if form not in writers:
        raise BadInput(Problem("--format", form, "must be csv or jsonl"))
    with open_audit(data, must_exist=True) as audit:
        records = audit.records(_utc(since))
    text = "".join(f"{line}\n" for line in writers[form](records))
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(Problem(str(out), "", f"cannot be written: {error.strerror}")) from None
    typer.echo(f"{len(records)} records written to {out}")


@app.command("accept-break")
def accept_break(
    reason: Annotated[
        str, typer.Option(prompt="Why", help="Why the break is known and accepted, such as a restored backup.")
    ],
    data: DataOption = None,
) -> None:
    """After a restored backup: record the break and who answers for it, and go on from there."""
    with open_audit(data, must_exist=True) as audit:
        finding = audit.accept_break(f"command line ({getpass.getuser()})", reason)
    typer.echo("There is no break." if finding is None else f"Recorded and accepted: {finding}")


def _utc(since: str) -> str:
    """`since` as the records write time, so that texts compare as times do."""
    if not since:
        return ""
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        raise BadInput(
            Problem("--since", since, "must be a day or time such as 2026-01-31 or 2026-01-31T08:00")
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
