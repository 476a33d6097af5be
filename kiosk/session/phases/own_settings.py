"""A manager changes prices, opening hours, or the day until which the store is closed.

Responsible for: who may, one change at a time, and what is said of it. Not responsible for: the file
(`kiosk.operations.store_file`), when the change takes effect (`SessionContext.take_changes`).
"""

from __future__ import annotations

from config.store_changes import FieldChanges, changed_store
from kiosk.policy.role import Role
from kiosk.session.context import Lane, SessionContext
from kiosk.session.ports import SessionPorts
from kiosk.session.reports import SettingsRefused, SettingsWritten
from kiosk.session.snapshot import StaffMessage


def ask(context: SessionContext, changes: FieldChanges) -> None:
    """Have the file changed, if this member may."""
    member, ports = context.member, context.ports
    context.staff_message = None
    if member is None or member.role is not Role.MANAGER:
        context.staff_message = StaffMessage.NOT_ALLOWED
    elif changes and not context.changing_settings:
        context.changing_settings = True
        context.request(Lane.RECORDS, lambda: write(ports, changes, member.number))


def write(ports: SessionPorts, changes: FieldChanges, staff: str) -> SettingsWritten | SettingsRefused:
    """Change the file, on a worker."""
    refusal = ports.owner_settings.change(changes, staff)
    return SettingsWritten(changes) if refusal is None else SettingsRefused(refusal)


def answered(context: SessionContext, report: SettingsWritten | SettingsRefused) -> None:
    """The file was changed or was not, whoever stands here by now."""
    context.changing_settings = False
    if isinstance(report, SettingsWritten):
        context.next_store = changed_store(context.coming_store, report.changes, "store.toml")
        context.take_changes()
    if context.member is None:
        return
    if isinstance(report, SettingsWritten):
        context.note_saved()
    else:
        context.staff_message = StaffMessage(f"settings_{report.reason}")
