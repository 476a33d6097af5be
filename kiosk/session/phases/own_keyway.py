"""A manager or a technician enters a keyway of the owner's own.

Responsible for: who may, one entry at a time, and what is said of it. Not responsible for: whether it is good, and the
files (`kiosk.operations.own_keyway`); its section, which lays of its blank teach (`teaching`).
"""

from __future__ import annotations

from config.own_keyway import CODE, SLOT, KeywayEntry
from config.problems import Problem
from kiosk.policy.role import MAY_ENTER_KEYWAYS
from kiosk.session.context import Lane, SessionContext
from kiosk.session.ports import SessionPorts
from kiosk.session.reports import KeywayEntered, KeywayRefused, SettingsRefused
from kiosk.session.snapshot import OwnKeywayView, StaffMessage


def ask(context: SessionContext, entry: KeywayEntry) -> None:
    """Have it entered, if this member may."""
    member, ports = context.member, context.ports
    context.staff_message, context.own_keyway = None, OwnKeywayView()
    if member is None or member.role not in MAY_ENTER_KEYWAYS:
        context.staff_message = StaffMessage.NOT_ALLOWED
    elif not context.changing_settings:
        context.changing_settings = True
        context.request(Lane.RECORDS, lambda: enter(ports, entry, member.number))


def enter(ports: SessionPorts, entry: KeywayEntry, staff: str) -> KeywayEntered | KeywayRefused | SettingsRefused:
    """Write it, on a worker."""
    refusal = ports.own_keyways.enter(entry, staff)
    if isinstance(refusal, Problem):
        return KeywayRefused(refusal.field, refusal.reason)
    if refusal is not None:
        return SettingsRefused(refusal)
    typed = dict(entry)
    return KeywayEntered(typed[CODE], int(typed[SLOT]))


def answered(context: SessionContext, report: KeywayEntered | KeywayRefused) -> None:
    """It was entered or was not; nobody is told who has left."""
    context.changing_settings = False
    if context.member is None:
        return
    if isinstance(report, KeywayRefused):
        context.own_keyway = OwnKeywayView(field=report.field, reason=report.reason)
        return
    context.own_keyway = OwnKeywayView(code=report.code, slot=report.slot)
    context.note_saved()
