"""Metal: a blank is loaded, cut, measured and delivered, once for each copy.

Responsible for: LOADING, CUTTING, CHECKING, DELIVERING. Not responsible for: how the machine does it
(`kiosk.session.effects`), money. A stop or a fault here scraps what is in the clamp; nothing is ever resumed.
"""

from __future__ import annotations

from config.keyway import CutSpec
from kiosk.cutting.plan import PlanRefusal
from kiosk.records.audit.kinds import AuditKind
from kiosk.session import effects
from kiosk.session.context import SessionContext
from kiosk.session.intents import Intent
from kiosk.session.reports import BlankLoaded, BlankUnfit, Checked, CutDone, CutProgress, Delivered, NotPlanned, Report
from kiosk.session.snapshot import FailedReason
from kiosk.session.visit import TouchedBlank

BLANKS_TRIED = 3
"""Blanks that may be unfit before the kiosk gives up on this sale."""
SUSPECT = "SUSPECT"


def enter_loading(context: SessionContext) -> None:
    """Bring a blank, if one can still be had."""
    visit, making, ports = context.here, context.making, context.ports
    context.step_began_s = ports.clock.now_s()
    making.fraction = 0.0
    slot = ports.inventory.slot_for(context.order.blank, context.order.finish)
    if slot is None or making.blanks_tried >= BLANKS_TRIED:
        visit.failed_reason = FailedReason.BLANK
        context.session.settle()
        return
    making.blanks_tried += 1
    transaction, copy, height_mm = visit.transaction, making.copy, _spec(context).blade_height_mm
    context.request_motion(lambda: effects.load(ports, transaction, slot, copy, height_mm))


def handle_loading(context: SessionContext, event: Intent | Report) -> None:
    """A seated blank, or another try."""
    match event:
        case BlankLoaded(touch_off, slot):
            context.making.touched = TouchedBlank(slot, touch_off.error_mm)
            _timed(context, "load")
            context.session.loaded()
        case BlankUnfit(slot, reason, suspect):
            if suspect:
                _suspect(context)
                context.here.failed_reason = FailedReason.BLANK
                context.session.settle()
                return
            context.audit(AuditKind.SLOT_LOCKED, slot=slot, reason=reason)
            context.notify_technician("SLOT_LOCKED", f"slot {slot}: {reason}")
            context.session.blank_unfit()
        case _:
            # Wishes of other screens: nothing but Stop, which the controller takes, ends what moves.
            pass


def enter_cutting(context: SessionContext) -> None:
    """Plan for the wheel as it is now, and cut."""
    visit, making, ports = context.here, context.making, context.ports
    context.step_began_s = ports.clock.now_s()
    making.fraction = 0.0
    planned = effects.plan(ports, visit.secrets, context.order.blank, restore=context.order.restore)
    transaction, copy, progress = visit.transaction, making.copy, context.progress()
    context.request_motion(lambda: effects.cut(ports, transaction, copy, planned, progress))


def handle_cutting(context: SessionContext, event: Intent | Report) -> None:
    """Progress, the end, or a path that does not fit this blank."""
    visit, making = context.here, context.making
    match event:
        case CutProgress(fraction):
            making.fraction = fraction
        case CutDone():
            context.session.cut()
        case NotPlanned():
            visit.failed_reason = FailedReason.BLANK
            context.session.settle()
        case _:
            # Wishes of other screens: nothing but Stop, which the controller takes, ends what moves.
            pass


def enter_checking(context: SessionContext) -> None:
    """Measure the copy."""
    visit, making, ports = context.here, context.making, context.ports
    context.step_began_s = ports.clock.now_s()
    making.fraction = 0.0
    planned = visit.secrets.plan
    if planned is None:
        raise LookupError("the plan is forgotten")
    transaction, copy, touched = visit.transaction, making.copy, making.touched
    key = effects.made_from(visit.secrets, restore=context.order.restore)
    context.request_motion(lambda: effects.check(ports, transaction, copy, planned, touched, key))


def handle_checking(context: SessionContext, event: Intent | Report) -> None:
    """Good: deliver. Not good: once more, then no more."""
    visit, making = context.here, context.making
    match event:
        case Checked(result, suspect):
            if suspect:
                _suspect(context)
            making.check = result
            _timed(context, "check")
            if result.passed:
                context.session.good()
            elif not suspect and making.recuts < context.ports.machine.check.recuts:
                making.recuts += 1
                context.session.cut_again()
            else:
                visit.failed_reason = FailedReason.CHECK
                context.session.settle()
        case _:
            # Wishes of other screens, and progress of the cut that comes late.
            pass


def enter_delivering(context: SessionContext) -> None:
    """Drop it into the chute."""
    visit, making, ports = context.here, context.making, context.ports
    context.step_began_s = ports.clock.now_s()
    transaction, copy = visit.transaction, making.copy
    context.request_motion(lambda: effects.deliver(ports, transaction, copy))


def handle_delivering(context: SessionContext, event: Intent | Report) -> None:
    """The next copy, or the money."""
    making = context.making
    match event:
        case Delivered():
            _timed(context, "deliver")
            if making.copy < context.order.quantity and context.fault is None:
                making.next_copy()
                context.session.next_copy()
            else:
                context.session.all_delivered()
        case _:
            # Wishes of other screens: nothing but Stop, which the controller takes, ends what moves.
            pass


def _suspect(context: SessionContext) -> None:
    """Blank after blank failed: wheel, probe or clamp must be looked at before the next one is spoilt."""
    context.note_fault(SUSPECT, "blanks failed one after another: look at wheel, probe and clamp", heals=False)


def _spec(context: SessionContext) -> CutSpec:
    keyway, _ = context.ports.catalogue.blank_of[context.order.blank]
    if keyway.spec is None:
        raise LookupError(f"{keyway.code} has no figures to cut by")
    return keyway.spec


def _timed(context: SessionContext, step: str) -> None:
    """Learn how long a step takes here: a running mean that follows the machine. Not of cutting: that is the key's."""
    took_s = context.ports.clock.now_s() - context.step_began_s
    context.typical_s[step] += (took_s - context.typical_s[step]) / 3


__all__ = [
    "PlanRefusal",
    "enter_checking",
    "enter_cutting",
    "enter_delivering",
    "enter_loading",
    "handle_checking",
    "handle_cutting",
    "handle_delivering",
    "handle_loading",
]
