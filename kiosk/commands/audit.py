"""`kiosk audit`: is the book as it was written, and what does it say.

Responsible for: telling a person or a program. Not responsible for: the book itself (`kiosk.records.audit.log`).
"""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from config.problems import BadInput, Problem
from config.typed_paths import NEW_FILE
from kiosk.commands.books import owned_staff, read_records
from kiosk.commands.options import DataOption
from kiosk.data_paths import data_paths
from kiosk.policy.role import Role
from kiosk.records.audit.export import as_csv, as_jsonl
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.audit.log import NotTheBreak
from kiosk.staff.member import StaffMember

BREAK = "The break, as `kiosk audit verify` names it"
WHY = "Why it is known, such as a restored backup"
WHO = "Staff number of the manager who answers for it"


def verify(data: DataOption = None) -> None:
    """Check every record; exit status 1 and the first bad record if one was tampered with."""
    records, finding = read_records(data)
    if finding is not None:
        typer.echo(f"TAMPERED: {finding}", err=True)
        raise typer.Exit(1)
    typer.echo(f"{len(records)} records, each as it was written.")


def export(
    form: Annotated[str, typer.Option("--format", help="csv or jsonl.")] = "csv",
    since: Annotated[str, typer.Option(help="Day or time (ISO 8601, UTC), such as 2026-01-31.")] = "",
    out: Annotated[Path | None, typer.Option(callback=NEW_FILE, help="File to write; standard output.")] = None,
    data: DataOption = None,
) -> None:
    """Write the records as CSV or JSON lines."""
    writers = {"csv": as_csv, "jsonl": as_jsonl}
    if form not in writers:
        raise BadInput(Problem("--format", form, "must be csv or jsonl"))
    first = _utc(since)
    records = tuple(record for record in read_records(data)[0] if record.when >= first)
    text = "".join(f"{line}\n" for line in writers[form](records))
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(Problem(str(out), "", f"cannot be written: {error.strerror}")) from None
    typer.echo(f"{len(records)} records written to {out}")


def accept_break(
    named: Annotated[str, typer.Option("--break", prompt=BREAK, help=f"{BREAK}.")],
    reason: Annotated[str, typer.Option(prompt=WHY, help=f"{WHY}.")],
    manager: Annotated[str, typer.Option(prompt=WHO, help=f"{WHO}.")],
    data: DataOption = None,
) -> None:
    """Record who answers for exactly this break, and go on from there. The kiosk must not run; a PIN is asked for."""
    places = data_paths(data)
    if not places.audit.is_file():
        raise BadInput(Problem(str(places.audit), "", "no audit here; name the data folder with --data"))
    with owned_staff(places) as (staff, audit):
        member = staff.sign_in(manager, _one_pin())
        if not isinstance(member, StaffMember) or member.role != Role.MANAGER:
            audit.record(AuditKind.BREAK_NOT_ACCEPTED, {"staff": manager, "by": getpass.getuser()})
            raise BadInput(Problem("audit", "--manager", "no manager signs in with this number and PIN"))
        try:
            finding = audit.accept_break(named.removeprefix("TAMPERED: ").strip(), member.number, reason)
        except NotTheBreak as other:
            raise BadInput(Problem("audit", "--break", f"not what is found here: {other}")) from None
        left = audit.verify()
    typer.echo(f"Recorded and accepted: {finding}")
    if left is not None:
        typer.echo(f"Still TAMPERED: {left}", err=True)
        raise typer.Exit(1)


def _one_pin() -> str:
    return getpass.getpass("PIN: ") if sys.stdin.isatty() else sys.stdin.readline().strip()


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
