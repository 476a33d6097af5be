"""Coming up, being out of order, getting well again.

Responsible for: STARTING, OUT_OF_ORDER, resting at the front. Not responsible for: what any fault does to a visit
(`kiosk.session.phases.faults`), settling itself (`kiosk.session.settle`).
"""

from __future__ import annotations

from hardware.ports import MachineStatus
from kiosk.records.audit.kinds import AuditKind
from kiosk.session import effects, recovery
from kiosk.session.context import Lane, SessionContext
from kiosk.session.intents import Done, Intent, StaffKey
from kiosk.session.obstacle import Obstacle, against_recovery
from kiosk.session.phases.ending import receipt_of
from kiosk.session.phases.making import SUSPECT
from kiosk.session.reports import (
    LONE_PROBLEM,
    BroughtUp,
    Connected,
    Due,
    HeldBack,
    LeftoversSettled,
    NotReached,
    Reached,
    Report,
    Timer,
)
from kiosk.session.snapshot import ServiceMessage, StaffMessage
from kiosk.session.states import FRONT, State

HEAL_AFTER_S = (5.0, 15.0, 60.0, 300.0)
"""Waits before each try to reach a board that does not answer yet, or a camera: the last one for ever."""
ANNOUNCED_S = 10
"""How long it is said, on screen and in sound, that the machine is about to move by itself. Stop ends it."""
LEFTOVERS_AFTER_S = 30.0
LOOK_AROUND_EVERY_S = 60.0
"""How often a kiosk nobody uses looks whether it could still serve: a disk fills while nobody touches the screen."""
LEFT_KEY_AFTER_S, LEFT_KEY_EVERY_S = 10.0, 3.0
"""Time to take one's key along, and between looks whether somebody has."""
MACHINE_LOOK_EVERY_S = 2.0
"""Between looks at the inputs of a machine that rests: nobody is to be asked for money by one that will not move."""
REST_LOOK_EVERY_S, LAID_LOOK_AFTER_S = 0.8, 0.3
"""Between looks at an empty tray, and before the next one when something came into it."""
LAID_LOOKS = 2
"""A hand that passes over the tray is seen once."""
HELD_BACK = {
    HeldBack.LATE: "it answers now; after a fault it waits for Recover",
    HeldBack.FAULT: "stopped before the restart; nobody has recovered it since",
    HeldBack.METAL: "something may be in the clamp",
    HeldBack.SALE: "the restart came in the middle of a sale",
    HeldBack.SUSPECT: "blanks failed one after another: look at wheel, probe and clamp",
    HeldBack.DOOR: "the door is open, or hold or the emergency stop are pressed",
}
"""For the technician's list; the screen's words go by the code."""
_NOT_CLEAR = {
    Obstacle.SILENT: (StaffMessage.NOT_CLEAR_SILENT, ServiceMessage.NOT_CLEAR_SILENT),
    Obstacle.EMERGENCY_STOP: (StaffMessage.NOT_CLEAR_EMERGENCY_STOP, ServiceMessage.NOT_CLEAR_EMERGENCY_STOP),
    Obstacle.DOOR: (StaffMessage.NOT_CLEAR_DOOR, ServiceMessage.NOT_CLEAR_DOOR),
}
"""What stands against recovering, on either page."""
CODE_OF = {
    HeldBack.METAL: "RESTART_METAL",
    HeldBack.SALE: "RESTART_SALE",
    HeldBack.SUSPECT: SUSPECT,
    HeldBack.DOOR: "DOOR_OPEN",
}


def begin(context: SessionContext) -> None:
    """Reach the machine and settle what was left open; nothing moves yet."""
    context.audit(AuditKind.START, simulated=int(context.ports.simulated))
    _connect(context)


def _connect(context: SessionContext) -> None:
    context.request(Lane.MACHINE, lambda: recovery.connect(context.ports))


def enter_front(context: SessionContext) -> None:
    """Rest; look around now and then; ask again about money whose answer is unknown."""
    context.due_in(LOOK_AROUND_EVERY_S, Timer.LOOK_AROUND)
    if context.unsettled:
        context.due_in(LEFTOVERS_AFTER_S, Timer.LEFTOVERS)
    # Who called before has been, or has gone.
    context.staff_called = False
    context.tray_clear, context.laid_looks = False, 0
    context.rests_since_s = context.ports.clock.now_s()
    look_at_rest(context)
    if context.session.state is State.WELCOME:
        look_at_machine(context)


def look_at_machine(context: SessionContext) -> None:
    """See whether door, hold and emergency stop let the machine move; what does not puts it out of order."""
    context.request(Lane.MACHINE, lambda: recovery.look_at_inputs(context.ports))


def look_at_rest(context: SessionContext) -> None:
    """Have the tray camera look, a glance where the tray was clear; of a key itself nothing is read."""
    look = effects.glance_at_tray if context.tray_clear else effects.look_at_tray
    context.request(Lane.CAMERA, lambda: look(context.ports))


def laid_at_rest(context: SessionContext, *, empty: bool) -> bool:
    """Whether somebody has laid a key into a tray that was clear. One that lay there before is told of as left."""
    again_s = REST_LOOK_EVERY_S
    if empty:
        context.tray_clear, context.laid_looks = True, 0
        left_key(context, empty=True)
        if context.session.state is State.CLOSED:
            return False
    elif context.tray_clear:
        context.laid_looks += 1
        if context.laid_looks == LAID_LOOKS:
            return True
        again_s = LAID_LOOK_AFTER_S
    elif context.key_left or context.ports.clock.now_s() - context.rests_since_s >= LEFT_KEY_AFTER_S:
        left_key(context, empty=False)
        again_s = LEFT_KEY_EVERY_S
    context.due_in(again_s, Timer.LOOK)
    return False


def left_key(context: SessionContext, *, empty: bool) -> None:
    """Tell of a key that was left, until it is gone."""
    if empty is context.key_left:
        context.key_left = not empty
        context.audit(AuditKind.KEY_LEFT if context.key_left else AuditKind.KEY_LEFT_TAKEN)


def handle_starting(context: SessionContext, event: Intent | Report) -> None:
    """The board answers: what is sound is homed after it was announced; all else waits for a person."""
    match event:
        case Connected():
            _connected(context, event)
        case NotReached(code, detail):
            context.note_fault(code, detail, heals=True)
            context.session.broke()
        case Due(Timer.ANNOUNCE):
            identity, unsettled = context.identity, context.unsettled
            context.request(Lane.MACHINE, lambda: recovery.ask_again(context.ports, identity, unsettled))
        case BroughtUp():
            _well(context, event)
        case _:
            # Touches: nothing can be wished before the machine is up but Stop, which the controller takes.
            pass


def _connected(context: SessionContext, event: Connected) -> None:
    context.identity, context.unsettled = event.identity, event.unsettled
    context.set_recovering(False)
    reason = event.held_back
    if reason is None and context.session.state is State.OUT_OF_ORDER:
        # It could not be reached before, and after a fault nothing moves but by a person's wish.
        reason = HeldBack.LATE
    if reason is None:
        _announce(context)
        return
    known = context.fault.code if context.fault is not None else LONE_PROBLEM
    code = CODE_OF.get(reason) or context.ports.machine_record.fault or known
    context.fault = None
    context.note_fault(code, HELD_BACK[reason], heals=False)
    context.audit(AuditKind.HELD_BACK, reason=reason.value)
    if context.session.state is State.OUT_OF_ORDER:
        enter_out_of_order(context)
    else:
        context.session.broke()


def _announce(context: SessionContext) -> None:
    """Say in how many seconds it moves by itself.

    Its inputs are looked at anew each second: who opens the door means to reach in, though it be closed again.
    """
    context.moves_in_s = context.moves_in_s - 1 if context.moves_in_s else ANNOUNCED_S
    if context.moves_in_s > 0:
        context.due_in(1.0, Timer.ANNOUNCE)
        return
    context.request_motion(lambda: recovery.home(context.ports))


def enter_out_of_order(context: SessionContext) -> None:
    """Wait for staff; where nothing of the machine has to move for it, ask again after a while."""
    context.moves_in_s = 0
    fault = context.fault
    if fault is not None and fault.heals_itself:
        context.due_in(HEAL_AFTER_S[min(context.heal_attempts, len(HEAL_AFTER_S) - 1)], Timer.HEAL)
    if context.unsettled:
        context.due_in(LEFTOVERS_AFTER_S, Timer.LEFTOVERS)


def handle_out_of_order(context: SessionContext, event: Intent | Report) -> None:
    """Staff may come; what failed without the machine may answer again."""
    match event:
        case StaffKey():
            context.session.staff_key()
        case Done():
            context.forget_cut_short()
        case Due(Timer.HEAL) if context.cut_short:
            # Whose sale it ended still reads what became of it.
            context.due_in(HEAL_AFTER_S[0], Timer.HEAL)
        case Due(Timer.HEAL):
            _heal(context)
        case Due(Timer.LEFTOVERS):
            ask_leftovers(context)
        case Connected():
            _connected(context, event)
        case NotReached(code, detail):
            heal_failed(context, code, detail)
        case Reached(unsettled):
            context.unsettled = unsettled
            _come_back(context)
        case BroughtUp():
            # Staff had it recovered and left before it was done.
            well_again(context, event)
            if context.fault is None:
                _to_front(context)
        case _:
            # Touches of shoppers, and reports of what was going on when it broke.
            pass


def _heal(context: SessionContext) -> None:
    """Ask again. Nothing moves for it, whatever the answer is."""
    if context.recovering or context.fault is None or not context.fault.heals_itself:
        return
    context.heal_attempts += 1
    context.set_recovering(True)
    if context.identity is None:
        _connect(context)
    else:
        context.request(Lane.MACHINE, lambda: recovery.look_again(context.ports))


def heal_failed(context: SessionContext, code: str, detail: str) -> None:
    """It does not answer yet: the first cause stays, the latest is in the technician's list."""
    context.note_fault(code, detail, heals=True)
    context.set_recovering(False)
    enter_out_of_order(context)


def _come_back(context: SessionContext) -> None:
    """A camera or the terminal is back, and the machine stands as it was left: homed, and nothing in its clamp."""
    context.set_recovering(False)
    if context.fault is None or not context.fault.heals_itself:
        return
    context.fault = None
    context.heal_attempts = 0
    _to_front(context)


def recover(context: SessionContext) -> None:
    """A person's wish at the machine: reset, home, scrap, settle. Nothing is resumed.

    Only after the screen has shown door, emergency stop and inputs as they are, and nothing stands against it.
    """
    if context.recovering:
        return
    against = against_recovery(context.bench.status)
    if against is not None:
        context.staff_message, serves = _NOT_CLEAR[against]
        context.bench.say(serves)
        return
    context.staff_message = None
    context.bench.say(None)
    context.heal_attempts = 0
    context.note_failed_recovery("")
    context.recovered_utc_s = 0.0
    context.set_recovering(True)
    wanted = context.unless_stopped()
    context.recovery_stands = wanted
    context.request_motion(lambda: recovery.bring_up(context.ports, wanted))


def saw_machine(context: SessionContext, status: MachineStatus) -> None:
    """How the machine stands now: what was said to stand against recovering goes with its cause."""
    context.bench.status = status
    against = against_recovery(status)
    for obstacle, (staff_reads, technician_reads) in _NOT_CLEAR.items():
        if obstacle is not against and context.staff_message is staff_reads:
            context.staff_message = None
        if obstacle is not against and context.bench.message is technician_reads:
            context.bench.say(None)


def well_again(context: SessionContext, event: BroughtUp) -> None:
    """A person has recovered the machine and it is sound: forget the fault. The state stays.

    A stop that was pressed meanwhile is not forgotten: the machine has latched it.
    """
    if not context.recovering or not context.recovery_stands():
        context.set_recovering(False)
        return
    context.identity = event.identity or context.identity
    context.unsettled = event.unsettled
    context.ports.machine_record.recovered()
    context.fault = None
    context.recovered_utc_s = context.ports.clock.utc().timestamp()
    context.bench.say(ServiceMessage.RECOVERED)
    context.heal_attempts = 0
    context.moves_in_s = 0
    context.set_recovering(False)


def _well(context: SessionContext, event: BroughtUp) -> None:
    context.unsettled = event.unsettled
    context.moves_in_s = 0
    _to_front(context)


def _to_front(context: SessionContext) -> None:
    if context.closed_reason:
        context.session.ready_but_closed()
    else:
        context.session.ready()


def leftovers(context: SessionContext, event: LeftoversSettled) -> None:
    """Money that was unknown may be known now."""
    context.unsettled = event.unsettled
    _tell_cut_short(context, event.pay_code)
    if context.unsettled and context.session.state in FRONT:
        context.due_in(LEFTOVERS_AFTER_S, Timer.LEFTOVERS)


def _tell_cut_short(context: SessionContext, pay_code: str) -> None:
    """What was made before the fault, what was taken, and the code to bring it back with: nobody thanks for it."""
    sale = context.ports.journal.sale(context.cut_short) if context.cut_short else None
    if sale is not None and sale.delivered:
        known = context.cut_short_receipt.pay_code if context.cut_short_receipt else ""
        context.cut_short_receipt = receipt_of(context, sale, pay_code or known)


def look_around(context: SessionContext) -> None:
    """Close when shoppers cannot be served any more, and open again when the reason has gone."""
    closed = bool(context.closed_reason)
    if closed is (context.session.state is State.CLOSED):
        context.due_in(LOOK_AROUND_EVERY_S, Timer.LOOK_AROUND)
    elif closed:
        context.session.ended_closed()
    else:
        context.session.ended()


def ask_leftovers(context: SessionContext) -> None:
    """Ask again about money whose answer is unknown."""
    context.request(Lane.MACHINE, lambda: recovery.settle_leftovers(context.ports))
