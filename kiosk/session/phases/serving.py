"""Staff and technicians: stock, opening and closing, recovery, single actions of the machine.

Responsible for: STAFF_MENU, TECHNICIAN, CLOSED. Not responsible for: who they are (`kiosk.staff.accounts`).
"""

from __future__ import annotations

from collections.abc import Callable

from hardware.grbl.jog import AXES
from kiosk.key.secrecy import wipe
from kiosk.session import effects, service_work
from kiosk.session.context import Lane, SessionContext
from kiosk.session.executor import Work
from kiosk.session.intents import (
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
    TellReceived,
    UnlockSlot,
)
from kiosk.session.phases import approving, starting
from kiosk.session.ports import SessionPorts
from kiosk.session.reports import (
    BroughtUp,
    Calibrated,
    CamerasSeen,
    CutProgress,
    Due,
    MachineSeen,
    Report,
    ServiceDone,
    TrialCut,
)
from kiosk.session.settle import scrap
from kiosk.session.snapshot import JOG_STEPS_MM, Preview

TECHNICIAN = "technician"
MOVES = frozenset(("home", "reject", "check", "jog", "probe", "test_cut"))
"""Actions that move something: none of them before staff have recovered a machine that stopped."""
LOOK_AFTER_S = 0.5
"""Between two looks at the machine while a technician watches it."""


def handle_closed(desk: SessionContext, event: Intent | Report) -> None:
    """Only staff get in; a shopper's touch finds out whether the reason has gone."""
    match event:
        case StaffKey():
            desk.session.staff_key()
        case Start():
            if not desk.closed_reason:
                desk.session.ended()
        case Due("leftovers"):
            starting.ask_leftovers(desk)
        case Due("look_around"):
            starting.look_around(desk)
        case _:
            pass


def handle_menu(desk: SessionContext, event: Intent | Report) -> None:
    """What any member of staff may do."""
    if _signed_out(desk, event):
        return
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


def _signed_out(desk: SessionContext, event: Intent | Report) -> bool:
    """End the session of whoever's account was disabled. What already runs ends first; a held button is let go."""
    if desk.member is None or approving.still_in(desk, desk.member, event):
        return False
    desk.bench.finger.clear()
    match event:
        case ServiceDone() | TrialCut() | Calibrated():
            _done(desk, event)
        case BroughtUp():
            starting.well_again(desk, event)
        case CamerasSeen(previews):
            wipe(previews)
        case _:
            pass
    if not desk.service_busy:
        desk.go_home()
    return True


def _common(desk: SessionContext, event: Intent | Report) -> bool:
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
            starting.recover(desk)
        case TellReceived(transaction, received):
            desk.audit("received" if received else "not_received", staff=staff, sale=transaction)
            desk.request(Lane.MACHINE, lambda: effects.settle_doubt(tools, transaction, received=received))
        case MachineSeen(status):
            desk.bench.looking = False
            desk.bench.status = status
        case Due("look"):
            look(desk)
        case BroughtUp():
            starting.well_again(desk, event)
        case _:
            return False
    return True


def enter_menu(desk: SessionContext) -> None:
    """The machine is looked at all the time: staff see door, emergency stop and inputs before they recover it.

    Whoever is signed in stays so only while their account stands.
    """
    desk.bench.begin()
    approving.watch_account(desk)
    look(desk)


def enter_technician(desk: SessionContext) -> None:
    """Nothing moves until it is asked for; the machine is looked at all the time."""
    desk.service_busy = ""
    desk.service_message = ""
    desk.bench.begin()
    approving.watch_account(desk)
    look(desk)


def handle_technician(desk: SessionContext, event: Intent | Report) -> None:
    """One action at a time."""
    if _signed_out(desk, event):
        return
    if _common(desk, event):
        return
    match event:
        case ServiceAction():
            _asked(desk, event)
        case ServiceDone() | TrialCut() | Calibrated():
            _done(desk, event)
        case CutProgress(fraction):
            desk.bench.fraction = fraction
        case CamerasSeen(previews):
            _seen(desk, previews)
        case Done() | Cancel():
            if not desk.service_busy:
                desk.bench.close_eyes()
                desk.session.service_closed()
        case _:
            pass


def look(desk: SessionContext) -> None:
    """See how the machine stands, and do so again soon."""
    bench, tools = desk.bench, desk.tools
    if desk.recovering:
        # The inputs stay on the screen as they were seen before.
        pass
    elif desk.service_busy:
        # The worker has the machine: this is what it last heard, and asks nothing.
        bench.status = tools.cutter.status()
    elif not bench.looking:
        bench.looking = True
        desk.request(Lane.MACHINE, lambda: service_work.look(tools))
    if bench.cameras_live and not bench.seeing and desk.visit is None:
        bench.seeing = True
        desk.request(Lane.CAMERA, lambda: service_work.see(tools))
    desk.due_in(LOOK_AFTER_S, "look")


def _seen(desk: SessionContext, previews: tuple[Preview, ...]) -> None:
    desk.bench.seeing = False
    if desk.bench.cameras_live and desk.visit is None:
        desk.bench.show(previews)
    else:
        wipe(previews)


def _asked(desk: SessionContext, action: ServiceAction) -> None:
    """Look whether the action may be done now, and have it done."""
    bench = desk.bench
    if action.name in ("cameras", "cameras_off"):
        bench.close_eyes()
        bench.cameras_live = action.name == "cameras"
        bench.calibration, desk.service_message = None, ""
        return
    if desk.service_busy or desk.recovering:
        return
    refusal = _refusal(desk, action)
    if refusal:
        desk.service_message = refusal
        return
    work = _WORK[action.name](desk, action)
    desk.service_busy, desk.service_message, bench.fraction = action.name, "", 0.0
    bench.trial = bench.calibration = None
    if action.name != "jog" or not bench.jogged:
        # A jog is many touches; that there was one is enough.
        desk.audit("service", staff=desk.member.number if desk.member else "", action=action.name)
    bench.jogged = bench.jogged or action.name == "jog"
    desk.request(Lane.CAMERA if action.name == "calibrate" else Lane.MACHINE, work)


def _refusal(desk: SessionContext, action: ServiceAction) -> str:
    """Id of why an action may not be done now; empty if it may."""
    if action.name not in _WORK:
        return "unknown_action"
    if action.name == "jog" and (action.axis not in AXES or abs(action.distance_mm) not in JOG_STEPS_MM):
        return "unknown_action"
    in_work = any(sale.metal.in_clamp for sale in desk.tools.journal.open_sales())
    if desk.visit is not None or in_work:
        return "not_now"
    if desk.fault is not None and action.name in MOVES:
        return "recover_first"
    return ""


def _done(desk: SessionContext, report: ServiceDone | TrialCut | Calibrated) -> None:
    bench = desk.bench
    desk.service_busy = ""
    match report:
        case ServiceDone(_, message):
            desk.service_message = message
        case TrialCut(trial):
            bench.trial = trial
            desk.service_message = "trial_passed" if trial.passed else "trial_failed"
        case Calibrated(calibration):
            bench.calibration = calibration
            refused = any(view.refused for view in calibration.views)
            desk.service_message = "calibration_refused" if refused else "calibrated"


def _plainly(name: str, work: Callable[[SessionPorts], object]) -> Callable[[SessionContext, ServiceAction], Work]:
    """An action that is one call."""

    def asked(desk: SessionContext, _action: ServiceAction) -> Work:
        def run() -> Report:
            work(desk.tools)
            return ServiceDone(name, "done")

        return run

    return asked


def _slot(desk: SessionContext, action: ServiceAction) -> int:
    """The slot asked for, else the first that has blanks; 0 if none has."""
    usable = (slot.number for slot in desk.tools.inventory.slots() if slot.count and not slot.locked)
    return action.slot or next(usable, 0)


def _jog(desk: SessionContext, action: ServiceAction) -> Work:
    held = desk.bench.finger.is_set
    return lambda: service_work.jog(desk.tools, action.axis, action.distance_mm, held)


def _probe(desk: SessionContext, action: ServiceAction) -> Work:
    slot = _slot(desk, action)
    return lambda: service_work.probe(desk.tools, slot)


def _trial(desk: SessionContext, action: ServiceAction) -> Work:
    slot, progress = _slot(desk, action), desk.progress()
    return lambda: service_work.trial_cut(desk.tools, slot, progress)


def _calibrate(desk: SessionContext, _action: ServiceAction) -> Work:
    return lambda: service_work.calibrate(desk.tools)


_WORK: dict[str, Callable[[SessionContext, ServiceAction], Work]] = {
    "home": _plainly("home", lambda tools: tools.cutter.home()),
    "reject": _plainly("reject", scrap),
    "check": _plainly("check", lambda tools: tools.cutter.present_to_check()),
    "new_wheel": _plainly("new_wheel", lambda tools: tools.journal.forget_drift()),
    "jog": _jog,
    "probe": _probe,
    "test_cut": _trial,
    "calibrate": _calibrate,
}
"""Every action of the machine or its records, by name."""
