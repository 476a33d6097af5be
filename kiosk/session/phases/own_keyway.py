"""A manager or a technician enters a keyway of the owner's own.

Responsible for: who may, one entry at a time, and what is said of it. Not responsible for: whether it is good, and the
files (`kiosk.operations.own_keyway`); when it counts (`SessionContext.take_changes`); its section, which lays of its
blank teach (`teaching`).
"""

from __future__ import annotations

from config.own_keyway import SLOT, KeywayEntry, typed_as
from config.problems import Problem
from kiosk.policy.role import MAY_ENTER_KEYWAYS
from kiosk.session.context import Lane, SessionContext
from kiosk.session.ports import SessionPorts, SettingsRefusal
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
    found = ports.own_keyways.enter(entry, staff)
    if isinstance(found, Problem):
        return KeywayRefused(typed_as(found.field), found.kind, found.facts)
    if isinstance(found, SettingsRefusal):
        return SettingsRefused(found)
    return KeywayEntered(found.code, int(dict(entry)[SLOT]), found)


def answered(context: SessionContext, report: KeywayEntered | KeywayRefused) -> None:
    """It was entered, and counts from the next visit on, or was not; nobody is told who has left."""
    context.changing_settings = False
    if isinstance(report, KeywayEntered):
        keyway = report.keyway or context.ports.catalogue.keyway_of.get(report.code)
        context.next_keyways += [] if keyway is None else [(keyway, report.slot)]
        context.take_changes()
    if context.member is None:
        return
    if isinstance(report, KeywayRefused):
        context.own_keyway = OwnKeywayView(field=report.field, wrong=report.wrong, facts=report.facts)
        return
    context.own_keyway = OwnKeywayView(code=report.code, slot=report.slot)
    context.note_saved()
