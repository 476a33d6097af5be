"""Single actions of the machine or its records, that a technician asks for.

Responsible for: whether one may be done now, having it done, and saying what came of it. Not responsible for: who asks
(`kiosk.session.phases.serving`), or what is done (`kiosk.session.service_work`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from hardware.grbl.jog import AXES
from kiosk.records.audit.kinds import AuditKind
from kiosk.session import service_work
from kiosk.session.context import Lane, SessionContext
from kiosk.session.executor import Work
from kiosk.session.intents import ServiceAction, ServiceTask
from kiosk.session.ports import SessionPorts
from kiosk.session.reports import Calibrated, OutlookSeen, Report, ServiceDone, TrialCut
from kiosk.session.settle import scrap
from kiosk.session.snapshot import JOG_STEPS_MM, ServiceMessage

MOVES = frozenset(
    (
        ServiceTask.HOME,
        ServiceTask.REJECT,
        ServiceTask.CHECK,
        ServiceTask.JOG,
        ServiceTask.PROBE,
        ServiceTask.TEST_CUT,
    )
)
"""Actions that move something: none of them before staff have recovered a machine that stopped."""


def ask(context: SessionContext, action: ServiceAction) -> None:
    """Look whether the action may be done now, and have it done."""
    bench = context.bench
    if action.name in (ServiceTask.CAMERAS, ServiceTask.CAMERAS_OFF):
        bench.close_eyes()
        bench.cameras_live = action.name is ServiceTask.CAMERAS
        bench.calibration = None
        bench.say(None)
        return
    if context.service_busy or context.recovering:
        return
    refusal = _refusal(context, action)
    if refusal:
        bench.say(refusal)
        return
    work = _WORK[action.name](context, action)
    if action.name is ServiceTask.CALIBRATE:
        # Its figures take the place of the live pictures, and its scan the cameras.
        bench.close_eyes()
    context.service_busy, bench.fraction = action.name, 0.0
    bench.say(None)
    bench.trial = bench.calibration = None
    if action.name is not ServiceTask.JOG or not bench.jogged:
        # A jog is many touches; that there was one is enough.
        context.audit(AuditKind.SERVICE, staff=context.member.number if context.member else "", action=action.name)
    bench.jogged = bench.jogged or action.name is ServiceTask.JOG
    if action.name in MOVES:
        context.request_motion(work)
    else:
        context.request(_LANES.get(action.name, Lane.MACHINE), work)


_LANES = {ServiceTask.CALIBRATE: Lane.CAMERA, ServiceTask.TERMINAL: Lane.RECORDS}
"""What does not move is no reason not to look at the machine meanwhile: a card may take minutes to come."""


def _refusal(context: SessionContext, action: ServiceAction) -> ServiceMessage | None:
    """Why an action may not be done now; None if it may."""
    if action.name not in _WORK:
        return ServiceMessage.UNKNOWN_ACTION
    if action.name is ServiceTask.JOG and (action.axis not in AXES or abs(action.distance_mm) not in JOG_STEPS_MM):
        return ServiceMessage.UNKNOWN_ACTION
    in_work = any(sale.metal.in_clamp for sale in context.ports.journal.open_sales())
    if context.visit is not None or in_work:
        return ServiceMessage.NOT_NOW
    if context.fault is not None and action.name in MOVES:
        return ServiceMessage.RECOVER_FIRST
    return None


def ended(context: SessionContext, report: ServiceDone | TrialCut | Calibrated) -> None:
    """What came of it is said."""
    bench = context.bench
    context.service_busy = None
    match report:
        case ServiceDone(_, message, detail, unfit):
            bench.say(message, detail, unfit)
            if unfit:
                # The second slot in a row is no fault of slots, and locks none.
                locked = any(slot.number == bench.slot and slot.locked for slot in context.ports.inventory.slots())
                if locked:
                    context.audit(AuditKind.SLOT_LOCKED, slot=bench.slot, reason=unfit)
                context.notify_technician(
                    "SLOT_LOCKED" if locked else "BLANK_UNFIT", f"slot {bench.slot} {detail}".strip() + f": {unfit}"
                )
                ask_outlook(context)
        case TrialCut(trial):
            bench.trial = trial
            bench.say(ServiceMessage.TRIAL_PASSED if trial.passed else ServiceMessage.TRIAL_FAILED)
            if not trial.passed:
                off = f"{trial.largest_error_mm:.3f} of {trial.tolerance_mm:.3f} mm"
                context.notify_technician("TEST_CUT_FAILED", f"slot {trial.slot}: {off}")
        case Calibrated(calibration):
            bench.calibration = calibration
            refused = any(view.refused for view in calibration.views)
            bench.say(ServiceMessage.CALIBRATION_REFUSED if refused else ServiceMessage.CALIBRATED)
        case _:
            assert_never(report)


def ask_outlook(context: SessionContext) -> None:
    """Have it looked up what will need a technician."""
    ports = context.ports
    context.request(Lane.RECORDS, lambda: OutlookSeen(ports.outlook()))


def _plainly(
    name: ServiceTask, work: Callable[[SessionPorts], object]
) -> Callable[[SessionContext, ServiceAction], Work]:
    """An action that is one call."""

    def asked(context: SessionContext, _action: ServiceAction) -> Work:
        def run() -> Report:
            work(context.ports)
            return ServiceDone(name, ServiceMessage.DONE)

        return run

    return asked


def _slot(context: SessionContext, action: ServiceAction) -> int:
    """The slot asked for, else the first that has blanks; 0 if none has."""
    usable = (slot.number for slot in context.ports.inventory.slots() if slot.count and not slot.locked)
    return action.slot or next(usable, 0)


def _jog(context: SessionContext, action: ServiceAction) -> Work:
    held = context.bench.finger.is_set
    return lambda: service_work.jog(context.ports, action.axis, action.distance_mm, held)


def _probe(context: SessionContext, action: ServiceAction) -> Work:
    slot = context.bench.slot = _slot(context, action)
    return lambda: service_work.probe(context.ports, slot)


def _trial(context: SessionContext, action: ServiceAction) -> Work:
    slot, progress = _slot(context, action), context.progress()
    context.bench.slot = slot
    return lambda: service_work.trial_cut(context.ports, slot, progress)


def _calibrate(context: SessionContext, _action: ServiceAction) -> Work:
    return lambda: service_work.calibrate(context.ports)


def _terminal(context: SessionContext, _action: ServiceAction) -> Work:
    return lambda: service_work.terminal(context.ports)


_WORK: dict[ServiceTask, Callable[[SessionContext, ServiceAction], Work]] = {
    ServiceTask.HOME: _plainly(ServiceTask.HOME, lambda ports: ports.cutter.home()),
    ServiceTask.REJECT: _plainly(ServiceTask.REJECT, scrap),
    ServiceTask.CHECK: _plainly(ServiceTask.CHECK, lambda ports: ports.cutter.present_to_check()),
    ServiceTask.NEW_WHEEL: _plainly(ServiceTask.NEW_WHEEL, lambda ports: ports.journal.forget_drift()),
    ServiceTask.JOG: _jog,
    ServiceTask.PROBE: _probe,
    ServiceTask.TEST_CUT: _trial,
    ServiceTask.CALIBRATE: _calibrate,
    ServiceTask.TERMINAL: _terminal,
}
"""Every action of the machine or its records, by name."""
