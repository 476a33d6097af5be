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
from kiosk.staff.accounts import Recorded, StaffAccounts

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
    number, pin = request.get("number", ""), request.get("pin", "")

    def recorded(kind: AuditKind, **more: str) -> Recorded:
        def record(digest: str) -> None:
            audit.record(kind, {"staff": number, "account": digest, "by": _BY, **more})

        return record

    match request.get("action"):
        case StaffAction.ADD:
            name, role = request.get("name", ""), request.get("role", "")
            account = staff.add(number, name, role, pin, recorded(AuditKind.STAFF_ADDED, role=role))
            return f"{account.role.value} {account.number} ({account.name}) may sign in."
        case StaffAction.DISABLE:
            staff.disable(number, recorded(AuditKind.STAFF_DISABLED))
            return f"{number} may no longer sign in."
        case StaffAction.RESET_PIN:
            staff.reset_pin(number, pin, recorded(AuditKind.STAFF_PIN_RESET))
            return f"{number} has a new PIN."
        case _:
            raise BadInput(Problem("request", "action", "is not known to the running kiosk"))
