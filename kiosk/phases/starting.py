"""Coming up, breaking down, getting well again.

Responsible for: STARTING, OUT_OF_ORDER, resting at the front, and what any fault does to a visit. Not responsible for:
settling itself (`kiosk.settle`).
"""

from __future__ import annotations

from kiosk import effects
from kiosk.desk import Desk, Lane
from kiosk.events import Intent, StaffKey
from kiosk.journal import Step
from kiosk.outcomes import BroughtUp, Crashed, Due, Faulted, LeftoversSettled, Report
from kiosk.states import State

HEAL_AFTER_S = (5.0, 15.0, 60.0, 300.0)
"""Waits before each try to recover alone; then only staff may ask for it."""
LEFTOVERS_AFTER_S = 30.0
LOOK_AROUND_EVERY_S = 60.0
"""How often a kiosk nobody uses looks whether it could still serve: a disk fills while nobody touches the screen."""
LONE_PROBLEM = "SESSION"


def begin(desk: Desk) -> None:
    """Connect, home, settle what was left open."""
    desk.audit("start", simulated=int(desk.tools.simulated))
    desk.request(Lane.MACHINE, lambda: effects.bring_up(desk.tools, first=True))


def enter_front(desk: Desk) -> None:
    """Rest; look around now and then; ask again about money whose answer is unknown."""
    desk.due_in(LOOK_AROUND_EVERY_S, "look_around")
    if desk.unsettled:
        desk.due_in(LEFTOVERS_AFTER_S, "leftovers")


def handle_starting(desk: Desk, event: Intent | Report) -> None:
    """Only the machine's answer matters."""
    if isinstance(event, BroughtUp):
        _well(desk, event)


def enter_out_of_order(desk: Desk) -> None:
    """Wait for staff, or try alone after a while if this kind of fault allows it."""
    fault = desk.fault
    if fault is None or not fault.heals_itself or desk.heal_attempts >= len(HEAL_AFTER_S):
        return
    desk.due_in(HEAL_AFTER_S[desk.heal_attempts], "heal")


def handle_out_of_order(desk: Desk, event: Intent | Report) -> None:
    """Staff may come; recovery may be due, done, or have failed."""
    match event:
        case StaffKey():
            desk.session.staff_key()
        case Due("heal"):
            recover(desk)
        case BroughtUp():
            _well(desk, event)
        case _:
            pass


def recover(desk: Desk) -> None:
    """Ask for recovery: reset, wheel off, home, scrap, settle. Nothing is resumed."""
    if desk.recovering:
        return
    desk.heal_attempts += 1
    desk.set_recovering(True)
    scrap = desk.bench.clamped
    desk.request(Lane.MACHINE, lambda: effects.bring_up(desk.tools, first=False, scrap=scrap))


def well_again(desk: Desk, event: BroughtUp) -> None:
    """The machine is sound: forget the fault. The state stays."""
    desk.identity = event.identity or desk.identity
    desk.unsettled = event.unsettled
    desk.bench.clamped = False
    desk.fault = None
    desk.heal_attempts = 0
    desk.set_recovering(False)


def _well(desk: Desk, event: BroughtUp) -> None:
    well_again(desk, event)
    if desk.closed_reason:
        desk.session.ready_but_closed()
    else:
        desk.session.ready()


def leftovers(desk: Desk, event: LeftoversSettled) -> None:
    """Money that was unknown may be known now."""
    desk.unsettled = event.unsettled
    if desk.unsettled and desk.session.state in (State.WELCOME, State.CLOSED):
        desk.due_in(LEFTOVERS_AFTER_S, "leftovers")


def look_around(desk: Desk) -> None:
    """Close when shoppers cannot be served any more, and open again when the reason has gone."""
    closed = bool(desk.closed_reason)
    if closed is (desk.session.state is State.CLOSED):
        desk.due_in(LOOK_AROUND_EVERY_S, "look_around")
    elif closed:
        desk.session.ended_closed()
    else:
        desk.session.ended()


def ask_leftovers(desk: Desk) -> None:
    """Ask again about money whose answer is unknown."""
    desk.request(Lane.MACHINE, lambda: effects.settle_leftovers(desk.tools))


def break_down(desk: Desk, event: Faulted | Crashed) -> None:
    """Any fault nobody else takes: out of order. Money of which there is no doubt is settled at once."""
    code, detail, heals = (
        (event.code, event.detail, event.heals) if isinstance(event, Faulted) else (LONE_PROBLEM, event.where, False)
    )
    if isinstance(event, Crashed):
        # Whatever failed, nobody may be left in command of a turning wheel.
        desk.tools.cutter.stop()
    desk.note_fault(code, detail, heals=heals)
    desk.set_recovering(False)
    desk.audit("crash" if isinstance(event, Crashed) else "fault", code=code)
    visit = desk.visit
    if visit is not None and visit.sale_open:
        desk.tools.journal.write(visit.transaction, Step.FAULT, code=code)
        desk.staff_called = True
    desk.end_visit()
    # In the machine's lane, so that whatever still runs there has ended before anything is settled.
    desk.request(Lane.MACHINE, lambda: effects.settle_leftovers(desk.tools, in_doubt=False))
    desk.session.broke()
