"""`kiosk staff`: who may sign in at the kiosk.

Responsible for: asking and telling; every change goes into the audit. Not responsible for: accounts themselves
(`kiosk.staff`). A PIN is typed unseen, never given as an argument, where other users and the history could see it.
"""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from config.problems import BadInput, Problem
from kiosk.cli.books import DataOption, open_staff

app = typer.Typer(no_args_is_help=True, help="Staff accounts: who may sign in at the kiosk.")

Number = Annotated[str, typer.Argument(help="Staff number, 1 to 8 digits.")]
_BY = "command line"


@app.command()
def add(
    number: Number,
    name: Annotated[str, typer.Option(help="Name, as shown on the staff screen.")],
    role: Annotated[str, typer.Option(help="associate, manager or technician; the first account is a manager's.")],
    data: DataOption = None,
) -> None:
    """Make an account. The PIN is asked for twice; with no terminal, it is one line of standard input."""
    with open_staff(data) as (staff, audit):
        account = staff.add(number, name, role, _ask_pin())
        audit.record("staff_added", {"staff": account.number, "role": account.role.value, "by": _BY})
    typer.echo(f"{account.role.value} {account.number} ({account.name}) may sign in.")


@app.command("list")
def list_accounts(data: DataOption = None) -> None:
    """Every account; no PIN is kept that could be shown."""
    with open_staff(data) as (staff, _):
        accounts = staff.accounts()
    if not accounts:
        typer.echo("No accounts yet: make a manager's first, with kiosk staff add NUMBER --name … --role manager")
    for each in accounts:
        typer.echo(
            f"{each.number:>8}  {each.role.value:<10}  {'disabled' if each.disabled else 'active':<8}  {each.name}"
        )


@app.command()
def disable(number: Number, data: DataOption = None) -> None:
    """Let this account in no more. Its records stay."""
    with open_staff(data) as (staff, audit):
        staff.disable(number)
        audit.record("staff_disabled", {"staff": number, "by": _BY})
    typer.echo(f"{number} may no longer sign in.")


@app.command("reset-pin")
def reset_pin(number: Number, data: DataOption = None) -> None:
    """Give the account a new PIN, let it in again, and end its lock-out."""
    with open_staff(data) as (staff, audit):
        staff.reset_pin(number, _ask_pin())
        audit.record("staff_pin_reset", {"staff": number, "by": _BY})
    typer.echo(f"{number} has a new PIN.")


def _ask_pin() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    pin = getpass.getpass("PIN (6 to 12 digits): ")
    if getpass.getpass("Again: ") != pin:
        raise BadInput(Problem("staff", "PIN", "the two were not the same"))
    return pin
