"""`kiosk service visit | work-order | check-order`: before a technician comes, and what was done.

Responsible for: asking, recording in the audit, printing. Not responsible for: forecasts, the page and the order's text
(`kiosk.operations.service_visit`).
"""

from __future__ import annotations

import getpass
import hashlib
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from config.problems import BadInput, Problem
from config.settings import load_settings
from config.typed_paths import NEW_FILE
from kiosk.commands.books import one_line, owned_staff
from kiosk.commands.options import ConfigOption, DataOption, data_to_read
from kiosk.operations.counters import begin_utc
from kiosk.operations.service_visit import (
    TrialCut,
    WorkOrder,
    is_genuine,
    read_forecasts,
    read_visit,
    settings_changed,
    signed_order,
    to_bring,
    to_do,
    told,
    visit_page,
)
from kiosk.policy.role import Role
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.audit.log import key_folder_beside
from kiosk.records.certificate import public_key, public_text
from kiosk.records.certificate.key import own_key
from kiosk.records.journal.reader import rows_of
from kiosk.staff.member import StaffMember


def visit(
    html: Annotated[Path | None, typer.Option("--html", callback=NEW_FILE, help="Write it as one page.")] = None,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """What a technician's visit is for: what is due and why, what to bring, what to do in order."""
    settings, places = load_settings(config), data_to_read(data)
    with one_line(places.journal):
        seen = read_visit(places, settings.machine, settings.store.name, datetime.now(UTC))
    if html is not None:
        try:
            html.write_text(visit_page(seen), encoding="utf-8")
        except OSError as error:
            raise BadInput(Problem(str(html), "", error.strerror or "cannot be written")) from error
        typer.echo(f"written: {html}", err=True)
        return
    for each in seen.due:
        typer.echo(f"due    {told(each)}")
    for line in to_bring(seen):
        typer.echo(f"bring  {line}")
    for number, line in enumerate(to_do(seen), start=1):
        typer.echo(f"{number:>5}  {line}")


def work_order(
    staff: Annotated[str, typer.Option("--staff", help="The technician's staff number.")],
    out: Annotated[Path, typer.Option("--out", callback=NEW_FILE, help="File to write.")],
    part: Annotated[list[str] | None, typer.Option("--part", help="A part that was changed; repeat it.")] = None,
    day: Annotated[str, typer.Option("--day", help="Day of the visit, such as 2026-03-01; today by default.")] = "",
    next_due: Annotated[str, typer.Option("--next-due", help="When to come again; what is foretold by default.")] = "",
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Write a visit down: test cuts before and after, parts, settings changed, next due; signed, and in the audit.

    The kiosk must not run. The technician's PIN is asked for at a terminal.
    Its certificate key signs; `kiosk certificate key` prints what checks it.
    """
    settings, places = load_settings(config), data_to_read(data)
    try:
        when = date.fromisoformat(day) if day else datetime.now(UTC).astimezone().date()
    except ValueError:
        raise BadInput(Problem("--day", "", f"{day!r} is not a day such as 2026-03-01")) from None
    since = begin_utc(when)
    if not sys.stdin.isatty():
        raise BadInput(Problem("work order", "--staff", "the PIN is typed at a terminal, and there is none"))
    with owned_staff(places) as (accounts, audit), one_line(places.operations):
        member = accounts.sign_in(staff, getpass.getpass("PIN: "))
        if not isinstance(member, StaffMember) or member.role is not Role.TECHNICIAN:
            known = member.number if isinstance(member, StaffMember) else member.account
            audit.record(AuditKind.STAFF_SIGN_IN_FAILED, {"staff": known or "unknown", "by": getpass.getuser()})
            raise BadInput(Problem("work order", "--staff", "no technician signs in with this number and PIN"))
        query = (
            "SELECT utc, largest_error_mm, passed FROM happening WHERE what = 'test' AND utc >= ? "
            "AND largest_error_mm IS NOT NULL ORDER BY id"
        )
        rows = rows_of(places.operations, "operations", query, (since,))
        due = [told(each) for each in read_forecasts(places, settings.machine, datetime.now(UTC))]
        order = WorkOrder(
            settings.store.name,
            when,
            staff,
            tuple(TrialCut(row["utc"][:19], row["largest_error_mm"], bool(row["passed"])) for row in rows),
            tuple(part or ()),
            settings_changed(audit.records(), since),
            next_due or "; ".join(due) or "nothing is foretold",
        )
        text = signed_order(order, own_key(key_folder_beside(places.data)))
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as error:
            raise BadInput(Problem(str(out), "", error.strerror or "cannot be written")) from error
        digest = hashlib.sha256(text.encode()).hexdigest()
        audit.record(AuditKind.WORK_ORDER, {"staff_number": staff, "parts": " ".join(order.parts), "digest": digest})
    typer.echo(f"written: {out}", err=True)


def check_order(
    order: Annotated[typer.FileText, typer.Argument(help="A work order.")],
    key: Annotated[str, typer.Option("--key", help="The kiosk's public key; this one's by default.")] = "",
    data: DataOption = None,
) -> None:
    """Say whether a work order is this kiosk's, unchanged. Status 1 if it is not."""
    try:
        text = order.read()
    except UnicodeDecodeError:
        raise BadInput(Problem(order.name, "", "is no work order: not text")) from None
    try:
        signer = public_key(key or public_text(own_key(key_folder_beside(data_to_read(data).data)).public_key()))
    except ValueError as error:
        raise BadInput(Problem("--key", "", "is not a public key")) from error
    genuine = is_genuine(text, signer)
    typer.echo("genuine" if genuine else "NOT GENUINE: not signed by this kiosk, or altered")
    if not genuine:
        raise typer.Exit(1)
