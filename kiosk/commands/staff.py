"""`kiosk staff`: who may sign in at the kiosk.

Responsible for: asking and telling. Not responsible for: what is done and recorded (`kiosk.staff.requests`), accounts
themselves (`kiosk.staff.accounts`). A PIN is typed unseen, never given as an argument, where other users and the
history could see it.
"""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from config.problems import BadInput, Problem
from kiosk.commands.books import owned_staff, read_accounts
from kiosk.commands.options import DataOption
from kiosk.data_paths import data_paths
from kiosk.operations.requests import ask
from kiosk.records.ownership import Owned
from kiosk.staff.requests import StaffAction, carry_out

Number = Annotated[str, typer.Argument(help="Staff number, 1 to 8 digits.")]


def add(
    number: Number,
    name: Annotated[str, typer.Option(help="Name, as shown on the staff screen.")],
    role: Annotated[str, typer.Option(help="associate, manager or technician; the first account is a manager's.")],
    data: DataOption = None,
) -> None:
    """Make an account. The PIN is asked for twice; with no terminal, it is one line of standard input."""
    _have_done(data, {"action": StaffAction.ADD, "number": number, "name": name, "role": role, "pin": ask_pin()})


def list_accounts(data: DataOption = None) -> None:
    """Every account; no PIN is kept that could be shown."""
    accounts = read_accounts(data)
    if not accounts:
        typer.echo("No accounts yet: make a manager's first, with kiosk staff add NUMBER --name … --role manager")
    for each in accounts:
        typer.echo(
            f"{each.number:>8}  {each.role.value:<10}  {'disabled' if each.disabled else 'active':<8}  {each.name}"
        )


def disable(number: Number, data: DataOption = None) -> None:
    """Let this account in no more. Its records stay."""
    _have_done(data, {"action": StaffAction.DISABLE, "number": number})


def reset_pin(number: Number, data: DataOption = None) -> None:
    """Give the account a new PIN, let it in again, and end its lock-out."""
    _have_done(data, {"action": StaffAction.RESET_PIN, "number": number, "pin": ask_pin()})


def _have_done(data: Path | None, request: dict[str, str]) -> None:
    """Carry out `request`, or have the kiosk do so that runs and owns the accounts."""
    places = data_paths(data)
    try:
        with owned_staff(places) as (staff, audit):
            said = carry_out(staff, audit, request)
    except Owned as owned:
        said = ask(places.data, owned.pid, request)
    typer.echo(said)


def ask_pin() -> str:
    """A new PIN, typed twice; with no terminal, one line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    pin = getpass.getpass("PIN (6 to 12 digits): ")
    if getpass.getpass("Again: ") != pin:
        raise BadInput(Problem("staff", "PIN", "the two were not the same"))
    return pin
