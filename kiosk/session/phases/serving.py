"""Staff and technicians: stock, opening and closing, recovery, looking at the machine.

Responsible for: STAFF_MENU, TECHNICIAN, CLOSED. Not responsible for: who they are (`kiosk.staff.accounts`), what a
technician has the machine do (`kiosk.session.phases.single_actions`).
"""

from __future__ import annotations

from kiosk.key.secrecy import wipe
from kiosk.policy.role import Role
from kiosk.records.audit.kinds import AuditKind
from kiosk.session import recovery, service_work
from kiosk.session.context import Lane, SessionContext
from kiosk.session.intents import (
    Cancel,
    ChangeSettings,
    CloseKiosk,
    ConfirmCharged,
    ConfirmReceived,
    Done,
    EnterKeyway,
    Intent,
    OpenKiosk,
    Recover,
    Refill,
    ServiceAction,
    ServiceMenu,
    StaffKey,
    Start,
    TeachSlot,
    UnlockSlot,
)
from kiosk.session.obstacle import SILENT
from kiosk.session.phases import approving, own_keyway, own_settings, printing, single_actions, sold, starting, teaching
from kiosk.session.reports import (
    BlankSeen,
    BroughtUp,
    Calibrated,
    CamerasSeen,
    CutProgress,
    Due,
    MachineSeen,
    OutlookSeen,
    Report,
    ServiceDone,
    SlotTaught,
    Timer,
    TraySeen,
    TrialCut,
)
from kiosk.session.snapshot import Preview, StaffMessage, Switched

LOOK_AFTER_S = 0.5
"""Between two looks at the machine while a technician watches it."""


def handle_closed(context: SessionContext, event: Intent | Report) -> None:
    """Only staff get in; a shopper's touch finds out whether the reason has gone."""
    match event:
        case StaffKey():
            context.session.staff_key()
        case Start():
            if not context.closed_reason:
                context.session.ended()
        case Due(Timer.LEFTOVERS):
            starting.ask_leftovers(context)
        case Due(Timer.LOOK_AROUND):
            starting.look_around(context)
        case Due(Timer.LOOK):
            starting.look_at_rest(context)
        case TraySeen(empty):
            starting.laid_at_rest(context, empty=empty)
        case _:
            # Whatever else was meant for a screen that is gone.
            pass


def handle_menu(context: SessionContext, event: Intent | Report) -> None:
    """What any member of staff may do."""
    if _signed_out(context, event):
        return
    if _common(context, event) or sold.handle_sales(context, event):
        return
    match event:
        case ServiceMenu():
            if context.member is not None and context.member.role == Role.TECHNICIAN:
                context.staff_message = None
                context.session.service_opened()
            else:
                context.staff_message = StaffMessage.NOT_ALLOWED
        case ChangeSettings(changes):
            own_settings.ask(context, changes)
        case EnterKeyway(entry):
            own_keyway.ask(context, entry)
        case Done() | Cancel():
            context.go_home()
        case _:
            # Wishes of other screens, and reports of a technician's action that come late.
            pass


def _signed_out(context: SessionContext, event: Intent | Report) -> bool:
    """End the session of whoever's account was disabled. What already runs ends first; a held button is let go."""
    if context.member is None or approving.still_in(context, context.member, event):
        return False
    context.bench.finger.clear()
    match event:
        case ServiceDone() | TrialCut() | Calibrated():
            single_actions.ended(context, event)
        case BroughtUp():
            starting.well_again(context, event)
        case CamerasSeen(previews):
            wipe(previews)
        case _:
            # Nothing is done any more for who is signed out.
            pass
    if not context.service_busy:
        context.go_home()
    return True


def _common(context: SessionContext, event: Intent | Report) -> bool:
    """Stock, opening, recovery. True if the event was one of them."""
    ports, staff = context.ports, context.member.number if context.member else ""
    if isinstance(event, Intent):
        context.saved_utc_s = 0.0
    match event:
        case Refill(slot, count):
            done = ports.inventory.refill(slot, count)
            context.staff_message = None if done else StaffMessage.WRONG_COUNT
            if done:
                context.audit(AuditKind.REFILL, staff=staff, slot=slot, count=count)
                _saved(context)
        case TeachSlot(slot):
            teaching.begin(context, slot)
        case TraySeen(empty):
            teaching.tray_seen(context, empty=empty)
        case BlankSeen(laid):
            teaching.blank_seen(context, laid)
        case SlotTaught():
            teaching.taught(context, event)
        case UnlockSlot(slot):
            if ports.inventory.unlock(slot):
                context.audit(AuditKind.SLOT_UNLOCKED, staff=staff, slot=slot)
                _saved(context)
        case CloseKiosk() | OpenKiosk():
            context.closed_by_staff = isinstance(event, CloseKiosk)
            context.audit(AuditKind.CLOSED if context.closed_by_staff else AuditKind.OPENED, staff=staff)
            _saved(context)
            context.switched = Switched(context.member.name if context.member else "", context.saved_utc_s)
        case Recover():
            context.audit(AuditKind.RECOVER, staff=staff)
            starting.recover(context)
        case ConfirmReceived(transaction, received):
            context.audit(AuditKind.RECEIVED if received else AuditKind.NOT_RECEIVED, staff=staff, sale=transaction)
            context.request(Lane.MACHINE, lambda: recovery.settle_doubt(ports, transaction, received=received))
            _saved(context)
        case ConfirmCharged(transaction, done):
            context.audit(AuditKind.MONEY_LOOKED_UP, staff=staff, sale=transaction, done=int(done))
            context.request(Lane.MACHINE, lambda: recovery.settle_looked_up(ports, transaction, done=done))
            _saved(context)
        case MachineSeen(status):
            context.bench.looking = False
            starting.saw_machine(context, status)
        case Due(Timer.LOOK):
            look(context)
        case BroughtUp():
            starting.well_again(context, event)
        case _:
            return False
    return True


def _saved(context: SessionContext) -> None:
    """What was asked for is written down, and the page says so."""
    context.note_saved()
    context.staff_message = None


def enter_menu(context: SessionContext) -> None:
    """The machine is looked at all the time: staff see door, emergency stop and inputs before they recover it.

    Whoever is signed in stays so only while their account stands.
    """
    context.bench.begin()
    approving.watch_account(context)
    printing.look_at_printer(context)
    look(context)


def enter_technician(context: SessionContext) -> None:
    """Nothing moves until it is asked for; the machine is looked at all the time."""
    context.service_busy = None
    context.bench.begin()
    single_actions.ask_outlook(context)
    approving.watch_account(context)
    look(context)


def handle_technician(context: SessionContext, event: Intent | Report) -> None:
    """One action at a time."""
    if _signed_out(context, event):
        return
    if _common(context, event):
        return
    match event:
        case ServiceAction():
            single_actions.ask(context, event)
        case ServiceDone() | TrialCut() | Calibrated():
            single_actions.ended(context, event)
        case CutProgress(fraction):
            context.bench.fraction = fraction
        case CamerasSeen(previews):
            _seen(context, previews)
        case OutlookSeen(outlook):
            context.bench.outlook, context.bench.outlook_failed = outlook, outlook is None
        case Done() | Cancel():
            if not context.service_busy:
                context.bench.close_eyes()
                context.session.service_closed()
        case _:
            # Wishes of other screens, and looks at the tray that come late.
            pass


def look(context: SessionContext) -> None:
    """See how the machine stands, and do so again soon."""
    bench, ports = context.bench, context.ports
    if context.service_busy or context.recovering:
        # The worker has the machine: this is what it last heard, and asks nothing.
        heard = ports.cutter.status()
        # A board that is being reset is no silent one: until it is heard again it is being asked.
        bench.status = None if context.recovering and heard.state == SILENT else heard
    elif not bench.looking:
        bench.looking = True
        context.request(Lane.MACHINE, lambda: service_work.look(ports))
    teaching.watch_tray(context)
    if bench.cameras_live and not bench.seeing and context.visit is None:
        bench.seeing = True
        context.request(Lane.CAMERA, lambda: service_work.see(ports))
    context.due_in(LOOK_AFTER_S, Timer.LOOK)


def _seen(context: SessionContext, previews: tuple[Preview, ...]) -> None:
    context.bench.seeing = False
    if context.bench.cameras_live and context.visit is None:
        context.bench.show(previews)
    else:
        wipe(previews)
