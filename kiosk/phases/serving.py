"""Staff and technicians: stock, opening and closing, recovery, single actions of the machine.

Responsible for: STAFF_MENU, TECHNICIAN, CLOSED. Not responsible for: who they are (`kiosk.staff`).
"""

from __future__ import annotations

from collections.abc import Callable

from config.machine import Slot
from kiosk import effects
from kiosk.desk import Desk, Lane
from kiosk.events import (
    Cancel,
    CloseKiosk,
    Done,
    Intent,
    OpenKiosk,
    Recover,
    Refill,
    ServiceAction,
    ServiceMenu,
    StaffKey,
    Start,
    UnlockSlot,
)
from kiosk.outcomes import BroughtUp, Due, Report, ServiceDone
from kiosk.phases import starting
from kiosk.tools import Tools

TECHNICIAN = "technician"


def handle_closed(desk: Desk, event: Intent | Report) -> None:
    """Only staff get in; a shopper's touch finds out whether the reason has gone."""
    match event:
        case StaffKey():
            desk.session.staff_key()
        case Start():
            if not desk.closed_reason:
                desk.session.ended()
        case Due("leftovers"):
            starting.ask_leftovers(desk)
        case _:
            pass


def handle_menu(desk: Desk, event: Intent | Report) -> None:
    """What any member of staff may do."""
    if _common(desk, event):
        return
    match event:
        case ServiceMenu():
            if desk.member is not None and desk.member.role == TECHNICIAN:
                desk.staff_message = ""
                desk.session.service_opened()
            else:
                desk.staff_message = "not_allowed"
        case Done() | Cancel():
            desk.go_home()
        case _:
            pass


def _common(desk: Desk, event: Intent | Report) -> bool:
    """Stock, opening, recovery. True if the event was one of them."""
    tools, staff = desk.tools, desk.member.number if desk.member else ""
    match event:
        case Refill(slot, count):
            done = tools.inventory.refill(slot, count)
            desk.staff_message = "" if done else "wrong_count"
            if done:
                desk.audit("refill", staff=staff, slot=slot, count=count)
        case UnlockSlot(slot):
            if tools.inventory.unlock(slot):
                desk.audit("slot_unlocked", staff=staff, slot=slot)
        case CloseKiosk():
            desk.closed_by_staff = True
            desk.audit("closed", staff=staff)
        case OpenKiosk():
            desk.closed_by_staff = False
            desk.audit("opened", staff=staff)
        case Recover():
            desk.audit("recover", staff=staff)
            desk.heal_attempts = 0
            starting.recover(desk)
        case BroughtUp():
            starting.well_again(desk, event)
        case _:
            return False
    return True


def enter_technician(desk: Desk) -> None:
    """Nothing moves until it is asked for."""
    desk.service_busy = ""
    desk.service_message = ""


def handle_technician(desk: Desk, event: Intent | Report) -> None:
    """One action at a time."""
    if _common(desk, event):
        return
    match event:
        case ServiceAction() if not desk.service_busy:
            action = _action(desk.tools, event)
            if action is None:
                desk.service_message = "unknown_action"
                return
            desk.service_busy = event.name
            desk.audit("service", staff=desk.member.number if desk.member else "", action=event.name)
            desk.request(Lane.MACHINE, action)
        case ServiceDone(_, message):
            desk.service_busy = ""
            desk.service_message = message
        case Done() | Cancel():
            if not desk.service_busy:
                desk.session.service_closed()
        case _:
            pass


def _action(tools: Tools, action: ServiceAction) -> Callable[[], Report] | None:
    """The work of a technician's action; None if there is no such action."""
    match action.name:
        case "home":
            return lambda: _done(action, tools.cutter.home)
        case "reconnect":
            return lambda: effects.bring_up(tools, first=True)
        case "reject":
            return lambda: _done(action, tools.cutter.reject)
        case "check":
            return lambda: _done(action, tools.cutter.present_to_check)
        case "probe":
            return lambda: _probe(tools, action)
        case "status":
            return lambda: ServiceDone(action.name, tools.cutter.status().state)
        case "cameras":
            return lambda: _done(action, lambda: _scan(tools))
        case "new_wheel":
            return lambda: _done(action, tools.journal.forget_drift)
        case _:
            return None


def _done(action: ServiceAction, work: Callable[[], None]) -> ServiceDone:
    work()
    return ServiceDone(action.name, "done")


def _scan(tools: Tools) -> None:
    tools.scanner.scan()


def _probe(tools: Tools, action: ServiceAction) -> ServiceDone:
    """Load from the first slot that has blanks, touch off, throw away; says how far the edge is off."""
    stocked = {slot.number for slot in tools.inventory.slots() if slot.count and not slot.locked}
    slot: Slot | None = next((slot for slot in tools.machine.magazine.slots if slot.number in stocked), None)
    found = tools.catalogue.blank_of.get(slot.blank) if slot else None
    if slot is None or found is None or found[0].spec is None:
        return ServiceDone(action.name, "no_blank")
    tools.inventory.take(slot.number)
    touch = tools.cutter.load(slot.number, found[0].spec.blade_height_mm)
    tools.cutter.reject()
    return ServiceDone(action.name, f"{touch.error_mm:+.3f} mm")
