"""Changes to staff accounts from the command line, the same whether a kiosk runs or not.

Responsible for: carrying out one request on the accounts and recording it. Not responsible for: how it came here
(`kiosk.operations.requests`, `kiosk.commands.staff`), accounts themselves (`kiosk.staff.accounts`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from config.problems import BadInput, Problem
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.audit.port import AuditLog
from kiosk.staff.accounts import StaffAccounts

_BY = "command line"


class StaffAction(StrEnum):
    """What may be asked for."""

    ADD = "staff_add"
    DISABLE = "staff_disable"
    RESET_PIN = "staff_reset_pin"


def carry_out(staff: StaffAccounts, audit: AuditLog, request: Mapping[str, str]) -> str:
    """Do what `request` asks; returns what to say of it.

    Raises:
        BadInput: it cannot be done, or nobody knows what is asked.
        DatabaseFault: it cannot be kept.
    """
    number = request.get("number", "")
    match request.get("action"):
        case StaffAction.ADD:
            account = staff.add(number, request.get("name", ""), request.get("role", ""), request.get("pin", ""))
            audit.record(AuditKind.STAFF_ADDED, {**_kept(staff, account.number), "role": account.role.value})
            return f"{account.role.value} {account.number} ({account.name}) may sign in."
        case StaffAction.DISABLE:
            staff.disable(number)
            audit.record(AuditKind.STAFF_DISABLED, _kept(staff, number))
            return f"{number} may no longer sign in."
        case StaffAction.RESET_PIN:
            staff.reset_pin(number, request.get("pin", ""))
            audit.record(AuditKind.STAFF_PIN_RESET, _kept(staff, number))
            return f"{number} has a new PIN."
        case _:
            raise BadInput(Problem("request", "action", "is not known to the running kiosk"))


def _kept(staff: StaffAccounts, number: str) -> dict[str, str | int]:
    """What the audit keeps of a changed account."""
    return {"staff": number, "account": staff.digest(number), "by": _BY}
