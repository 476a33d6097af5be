"""Metal: a blank is loaded, cut, measured and delivered, once for each copy.

Responsible for: LOADING, CUTTING, CHECKING, DELIVERING. Not responsible for: how the machine does it
(`kiosk.session.effects`), money. A stop or a fault here scraps what is in the clamp; nothing is ever resumed.
"""

from __future__ import annotations

from config.keyway import CutSpec
from kiosk.cutting.plan import PlanRefusal
from kiosk.session import effects
from kiosk.session.context import Lane, SessionContext
from kiosk.session.intents import Intent
from kiosk.session.reports import BlankLoaded, BlankUnfit, Checked, CutDone, CutProgress, Delivered, NotPlanned, Report
from kiosk.session.visit import TouchedBlank

BLANKS_TRIED = 3
"""Blanks that may be unfit before the kiosk gives up on this sale."""
SUSPECT = "SUSPECT"


def enter_loading(desk: SessionContext) -> None:
    """Bring a blank, if one can still be had."""
    visit, tools = desk.here, desk.tools
    desk.step_began_s = tools.clock.now_s()
    visit.fraction = 0.0
    slot = tools.inventory.slot_for(visit.blank, visit.finish)
    if slot is None or visit.blanks_tried >= BLANKS_TRIED:
        visit.failed_reason = "blank"
        desk.session.settle()
        return
    visit.blanks_tried += 1
    transaction, copy, height_mm = visit.transaction, visit.copy, _spec(desk).blade_height_mm
    desk.request(Lane.MACHINE, lambda: effects.load(tools, transaction, slot, copy, height_mm))


def handle_loading(desk: SessionContext, event: Intent | Report) -> None:
    """A seated blank, or another try."""
    match event:
        case BlankLoaded(touch_off, slot):
            desk.here.touched = TouchedBlank(slot, touch_off.error_mm)
            _timed(desk, "load")
            desk.session.loaded()
        case BlankUnfit(slot, reason, suspect):
            if suspect:
                _suspect(desk)
                desk.here.failed_reason = "blank"
                desk.session.settle()
                return
            desk.audit("slot_locked", slot=slot, reason=reason)
            desk.session.blank_unfit()
        case _:
            pass


def enter_cutting(desk: SessionContext) -> None:
    """Plan for the wheel as it is now, and cut."""
    visit, tools = desk.here, desk.tools
    desk.step_began_s = tools.clock.now_s()
    visit.fraction = 0.0
    planned = effects.plan(tools, visit.secrets, visit.blank, restore=visit.restore)
    transaction, copy, progress = visit.transaction, visit.copy, desk.progress()
    desk.request(Lane.MACHINE, lambda: effects.cut(tools, transaction, copy, planned, progress))


def handle_cutting(desk: SessionContext, event: Intent | Report) -> None:
    """Progress, the end, or a path that does not fit this blank."""
    visit = desk.here
    match event:
        case CutProgress(fraction):
            visit.fraction = fraction
        case CutDone():
            _timed(desk, "cut")
            desk.session.cut()
        case NotPlanned():
            visit.failed_reason = "blank"
            desk.session.settle()
        case _:
            pass


def enter_checking(desk: SessionContext) -> None:
    """Measure the copy."""
    visit, tools = desk.here, desk.tools
    desk.step_began_s = tools.clock.now_s()
    visit.fraction = 0.0
    planned = visit.secrets.plan
    if planned is None:
        raise LookupError("the plan is forgotten")
    transaction, copy, touched = visit.transaction, visit.copy, visit.touched
    desk.request(Lane.MACHINE, lambda: effects.check(tools, transaction, copy, planned, touched))


def handle_checking(desk: SessionContext, event: Intent | Report) -> None:
    """Good: deliver. Not good: once more, then no more."""
    visit = desk.here
    match event:
        case Checked(result, suspect):
            if suspect:
                _suspect(desk)
            visit.check = result
            _timed(desk, "check")
            if result.passed:
                desk.session.good()
            elif not suspect and visit.recuts < desk.tools.machine.check.recuts:
                visit.recuts += 1
                desk.session.cut_again()
            else:
                visit.failed_reason = "check"
                desk.session.settle()
        case _:
            pass


def enter_delivering(desk: SessionContext) -> None:
    """Drop it into the chute."""
    visit, tools = desk.here, desk.tools
    desk.step_began_s = tools.clock.now_s()
    transaction, copy = visit.transaction, visit.copy
    desk.request(Lane.MACHINE, lambda: effects.deliver(tools, transaction, copy))


def handle_delivering(desk: SessionContext, event: Intent | Report) -> None:
    """The next copy, or the money."""
    visit = desk.here
    match event:
        case Delivered():
            _timed(desk, "deliver")
            if visit.copy < visit.quantity and desk.fault is None:
                visit.copy += 1
                visit.recuts = 0
                visit.blanks_tried = 0
                desk.session.next_copy()
            else:
                desk.session.all_delivered()
        case _:
            pass


def _suspect(desk: SessionContext) -> None:
    """Blank after blank failed: wheel, probe or clamp must be looked at before the next one is spoilt."""
    desk.note_fault(SUSPECT, "blanks failed one after another: look at wheel, probe and clamp", heals=False)


def _spec(desk: SessionContext) -> CutSpec:
    keyway, _ = desk.tools.catalogue.blank_of[desk.here.blank]
    if keyway.spec is None:
        raise LookupError(f"{keyway.code} has no figures to cut by")
    return keyway.spec


def _timed(desk: SessionContext, step: str) -> None:
    """Learn how long a step takes here: a running mean that follows the machine."""
    took_s = desk.tools.clock.now_s() - desk.step_began_s
    desk.typical_s[step] += (took_s - desk.typical_s[step]) / 3


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
