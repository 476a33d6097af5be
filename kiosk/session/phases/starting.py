"""Coming up, breaking down, getting well again.

Responsible for: STARTING, OUT_OF_ORDER, resting at the front, and what any fault does to a visit. Not responsible for:
settling itself (`kiosk.session.settle`).
"""

from __future__ import annotations

from kiosk.records.journal import SaleStep
from kiosk.session import effects
from kiosk.session.context import Lane, SessionContext
from kiosk.session.intents import Intent, StaffKey
from kiosk.session.obstacle import obstacle
from kiosk.session.phases.making import SUSPECT
from kiosk.session.reports import (
    BroughtUp,
    Connected,
    Crashed,
    Due,
    Faulted,
    HeldBack,
    LeftoversSettled,
    NotReached,
    Reached,
    Report,
)
from kiosk.session.states import FRONT, State

HEAL_AFTER_S = (5.0, 15.0, 60.0, 300.0)
"""Waits before each try to reach a board that does not answer yet, or a camera: the last one for ever."""
ANNOUNCED_S = 10
"""How long it is said, on screen and in sound, that the machine is about to move by itself. Stop ends it."""
LEFTOVERS_AFTER_S = 30.0
LOOK_AROUND_EVERY_S = 60.0
"""How often a kiosk nobody uses looks whether it could still serve: a disk fills while nobody touches the screen."""
LONE_PROBLEM = "SESSION"
HELD_BACK = {
    HeldBack.FAULT: "stopped before the restart; nobody has recovered it since",
    HeldBack.METAL: "something may be in the clamp",
    HeldBack.SALE: "the restart came in the middle of a sale",
    HeldBack.SUSPECT: "blanks failed one after another: look at wheel, probe and clamp",
    HeldBack.DOOR: "the door is open, or hold or the emergency stop are pressed",
}
"""For the technician's list; the screen's words go by the code."""
CODE_OF = {
    HeldBack.METAL: "RESTART_METAL",
    HeldBack.SALE: "RESTART_SALE",
    HeldBack.SUSPECT: SUSPECT,
    HeldBack.DOOR: "DOOR_OPEN",
}


def begin(desk: SessionContext) -> None:
    """Reach the machine and settle what was left open; nothing moves yet."""
    desk.audit("start", simulated=int(desk.tools.simulated))
    _connect(desk)


def _connect(desk: SessionContext) -> None:
    desk.request(Lane.MACHINE, lambda: effects.connect(desk.tools))


def enter_front(desk: SessionContext) -> None:
    """Rest; look around now and then; ask again about money whose answer is unknown."""
    desk.due_in(LOOK_AROUND_EVERY_S, "look_around")
    if desk.unsettled:
        desk.due_in(LEFTOVERS_AFTER_S, "leftovers")


def handle_starting(desk: SessionContext, event: Intent | Report) -> None:
    """The board answers: what is sound is homed after it was announced; all else waits for a person."""
    match event:
        case Connected():
            _connected(desk, event)
        case NotReached(code, detail):
            desk.note_fault(code, detail, heals=True)
            desk.session.broke()
        case Due("announce"):
            _count_down(desk)
        case BroughtUp():
            _well(desk, event)
        case _:
            pass


def _connected(desk: SessionContext, event: Connected) -> None:
    desk.identity, desk.unsettled = event.identity, event.unsettled
    desk.set_recovering(False)
    reason = event.held_back
    if reason is None:
        if desk.session.state is State.OUT_OF_ORDER:
            desk.fault = None
            desk.heal_attempts = 0
            desk.session.reached()
        desk.moves_in_s = ANNOUNCED_S
        desk.due_in(1.0, "announce")
        return
    code = CODE_OF.get(reason) or desk.tools.machine_record.fault
    desk.fault = None
    desk.note_fault(code, HELD_BACK[reason], heals=False)
    desk.audit("held_back", reason=reason.value)
    if desk.session.state is State.OUT_OF_ORDER:
        enter_out_of_order(desk)
    else:
        desk.session.broke()


def _count_down(desk: SessionContext) -> None:
    desk.moves_in_s -= 1
    if desk.moves_in_s > 0:
        desk.due_in(1.0, "announce")
        return
    desk.request(Lane.MACHINE, lambda: effects.home(desk.tools))


def enter_out_of_order(desk: SessionContext) -> None:
    """Wait for staff; where nothing of the machine has to move for it, ask again after a while."""
    desk.moves_in_s = 0
    fault = desk.fault
    if fault is not None and fault.heals_itself:
        desk.due_in(HEAL_AFTER_S[min(desk.heal_attempts, len(HEAL_AFTER_S) - 1)], "heal")
    if desk.unsettled:
        desk.due_in(LEFTOVERS_AFTER_S, "leftovers")


def handle_out_of_order(desk: SessionContext, event: Intent | Report) -> None:
    """Staff may come; what failed without the machine may answer again."""
    match event:
        case StaffKey():
            desk.session.staff_key()
        case Due("heal"):
            _heal(desk)
        case Due("leftovers"):
            ask_leftovers(desk)
        case Connected():
            _connected(desk, event)
        case NotReached(code, detail):
            heal_failed(desk, code, detail)
        case Reached(unsettled):
            desk.unsettled = unsettled
            _come_back(desk)
        case BroughtUp():
            # Staff had it recovered and left before it was done.
            well_again(desk, event)
            if desk.fault is None:
                _to_front(desk)
        case _:
            pass


def _heal(desk: SessionContext) -> None:
    """Ask again. Nothing moves for it, whatever the answer is."""
    if desk.recovering or desk.fault is None or not desk.fault.heals_itself:
        return
    desk.heal_attempts += 1
    desk.set_recovering(True)
    if desk.identity is None:
        _connect(desk)
    else:
        desk.request(Lane.MACHINE, lambda: effects.look_again(desk.tools))


def heal_failed(desk: SessionContext, code: str, detail: str) -> None:
    """It does not answer yet: the first cause stays, the latest is in the technician's list."""
    desk.note_fault(code, detail, heals=True)
    desk.set_recovering(False)
    enter_out_of_order(desk)


def _come_back(desk: SessionContext) -> None:
    """A camera or the terminal is back, and the machine stands as it was left: homed, and nothing in its clamp."""
    desk.set_recovering(False)
    if desk.fault is None or not desk.fault.heals_itself:
        return
    desk.fault = None
    desk.heal_attempts = 0
    _to_front(desk)


def recover(desk: SessionContext) -> None:
    """A person's wish at the machine: reset, home, scrap, settle. Nothing is resumed.

    Only after the screen has shown door, emergency stop and inputs as they are, and nothing stands against it.
    """
    if desk.recovering:
        return
    against = obstacle(desk.bench.status)
    if against is not None:
        desk.staff_message = desk.service_message = f"not_clear_{against.value}"
        return
    desk.staff_message = desk.service_message = ""
    desk.heal_attempts = 0
    desk.set_recovering(True)
    wanted = desk.unless_stopped()
    desk.recovery_stands = wanted
    desk.request(Lane.MACHINE, lambda: effects.bring_up(desk.tools, wanted))


def well_again(desk: SessionContext, event: BroughtUp) -> None:
    """A person has recovered the machine and it is sound: forget the fault. The state stays.

    A stop that was pressed meanwhile is not forgotten: the machine has latched it.
    """
    if not desk.recovering or not desk.recovery_stands():
        desk.set_recovering(False)
        return
    desk.identity = event.identity or desk.identity
    desk.unsettled = event.unsettled
    desk.tools.machine_record.recovered()
    desk.fault = None
    desk.heal_attempts = 0
    desk.moves_in_s = 0
    desk.set_recovering(False)


def _well(desk: SessionContext, event: BroughtUp) -> None:
    desk.unsettled = event.unsettled
    desk.moves_in_s = 0
    _to_front(desk)


def _to_front(desk: SessionContext) -> None:
    if desk.closed_reason:
        desk.session.ready_but_closed()
    else:
        desk.session.ready()


def leftovers(desk: SessionContext, event: LeftoversSettled) -> None:
    """Money that was unknown may be known now."""
    desk.unsettled = event.unsettled
    if desk.unsettled and desk.session.state in FRONT:
        desk.due_in(LEFTOVERS_AFTER_S, "leftovers")


def look_around(desk: SessionContext) -> None:
    """Close when shoppers cannot be served any more, and open again when the reason has gone."""
    closed = bool(desk.closed_reason)
    if closed is (desk.session.state is State.CLOSED):
        desk.due_in(LOOK_AROUND_EVERY_S, "look_around")
    elif closed:
        desk.session.ended_closed()
    else:
        desk.session.ended()


def ask_leftovers(desk: SessionContext) -> None:
    """Ask again about money whose answer is unknown."""
    desk.request(Lane.MACHINE, lambda: effects.settle_leftovers(desk.tools))


def break_down(desk: SessionContext, event: Faulted | Crashed) -> None:
    """Any fault nobody else takes: out of order. Money of which there is no doubt is settled at once."""
    code, detail, heals = (
        (event.code, event.detail, event.heals) if isinstance(event, Faulted) else (LONE_PROBLEM, event.where, False)
    )
    if isinstance(event, Crashed):
        # Whatever failed, nobody may be left in command of a turning wheel.
        desk.tools.cutter.stop()
    # What may hang in the clamp must be scrapped, and that moves: a camera that comes back changes nothing.
    alone = heals and not desk.may_hold_metal and desk.identity is not None
    desk.note_fault(code, detail, heals=alone)
    desk.set_recovering(False)
    desk.audit("crash" if isinstance(event, Crashed) else "fault", code=code)
    visit = desk.visit
    if visit is not None and visit.sale_open:
        desk.tools.journal.write(visit.transaction, SaleStep.FAULT, code=code)
        desk.staff_called = True
    desk.end_visit()
    # In the machine's lane, so that whatever still runs there has ended before anything is settled.
    desk.request(Lane.MACHINE, lambda: effects.settle_leftovers(desk.tools))
    desk.session.broke()
