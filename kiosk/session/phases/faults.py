"""What a fault, a crash or a stop does, whatever the state it comes in.

Responsible for: which of them ends a visit, which a sale, which only stands in the technician's list. Not responsible
for: getting well again (`kiosk.session.phases.starting`), stopping the machine (`kiosk.session.controller`).
"""

from __future__ import annotations

from kiosk.records.audit.kinds import AuditKind
from kiosk.records.journal import SaleStep
from kiosk.session import recovery
from kiosk.session.context import Lane, SessionContext
from kiosk.session.phases.starting import heal_failed
from kiosk.session.reports import Crashed, Faulted, Timer
from kiosk.session.snapshot import FailedReason
from kiosk.session.states import MAKING, State

STOPPED = "STOPPED"
STOP = Faulted(STOPPED, "stopped at the screen", heals=False)
SCREEN = "SCREEN"
SCREEN_FAILED = Faulted(SCREEN, "the screen failed", heals=False)
_ON_ITS_WAY = (*MAKING, State.CAPTURING, State.SETTLING, State.THANK_YOU, State.FAILED)
"""The sale goes on to where its money is settled, what moves has ended; after it the kiosk waits for staff."""


def stopped(context: SessionContext) -> None:
    """A stop latches wherever it comes: the machine does not move again before staff have recovered it."""
    state = context.session.state
    context.stops_heard += 1
    cause = SCREEN_FAILED if context.screen_failed else STOP
    if state in _ON_ITS_WAY or state is State.OUT_OF_ORDER:
        _note_once(context, cause)
    elif state is State.TECHNICIAN or (state is State.STAFF_MENU and context.recovering):
        # Whoever recovers the machine and stops it stays where they see how it stands.
        _note_for_technician(context, cause)
    else:
        break_down(context, cause)


def reported(context: SessionContext, report: Faulted | Crashed) -> None:
    """A fault or a crash of an effect: whose it is, and what it does."""
    context.service_busy = None
    stopped_before = context.fault is not None and context.fault.code in (STOPPED, SCREEN)
    pressed = context.stops_asked > context.stops_heard or stopped_before
    if pressed and isinstance(report, Faulted) and report.code == STOPPED:
        # The machine knows that it was to stop, and not why.
        report = SCREEN_FAILED if context.screen_failed else report
        if _stopped_in_the_making(context, report):
            return
    if context.recovering:
        # Recovery failed: the first cause stays, the latest is in the technician's list.
        heals = report.heals and context.fault is not None and context.fault.heals_itself
        if heals and context.session.state is State.OUT_OF_ORDER:
            heal_failed(context, report.code, report.detail)
            return
        context.note_fault(report.code, report.detail, heals=False)
        context.set_recovering(False)
        # A homing that is stopped may end as any fault of the board: whoever pressed knows better.
        context.note_failed_recovery(report.code if context.recovery_stands() else STOPPED)
        return
    if context.session.state is State.OUT_OF_ORDER:
        return
    if context.session.state is State.TECHNICIAN and isinstance(report, Faulted):
        _note_for_technician(context, report)
        return
    break_down(context, report)


def _stopped_in_the_making(context: SessionContext, event: Faulted) -> bool:
    """Whether this fault is the stop that was asked for: then the sale is settled, and staff are waited for."""
    visit = context.visit
    if visit is None or context.session.state not in MAKING:
        return False
    if context.fault is None:
        context.note_fault(event.code, event.detail, heals=False)
    visit.failed_reason = FailedReason.STOPPED
    if context.screen_failed:
        context.audit(AuditKind.FAULT, code=event.code)
    else:
        context.audit(AuditKind.STOPPED)
    context.session.settle()
    return True


def _note_once(context: SessionContext, fault: Faulted) -> None:
    """A stop is reported twice, by whoever pressed and by the work it ended, and is one line in the list."""
    if context.fault is None or context.fault.code != fault.code:
        context.note_fault(fault.code, fault.detail, heals=False)


def _note_for_technician(context: SessionContext, fault: Faulted) -> None:
    _note_once(context, fault)
    context.bench.say(None, fault.code)


def break_down(context: SessionContext, event: Faulted | Crashed) -> None:
    """Any fault nobody else takes: out of order. Money of which there is no doubt is settled at once."""
    if isinstance(event, Crashed):
        # Whatever failed, nobody may be left in command of a turning wheel.
        context.ports.cutter.stop()
    # What may hang in the clamp must be scrapped, and that moves: a camera that comes back changes nothing.
    alone = event.heals and not context.may_hold_metal and context.identity is not None
    context.note_fault(event.code, event.detail, heals=alone)
    if context.recovering:
        context.note_failed_recovery(event.code)
    context.set_recovering(False)
    context.audit(AuditKind.CRASH if isinstance(event, Crashed) else AuditKind.FAULT, code=event.code)
    visit = context.visit
    sold = visit is not None and visit.sale_open
    if visit is not None and sold:
        context.ports.journal.write(visit.transaction, SaleStep.FAULT, code=event.code)
    language = context.language
    begun = visit.making if visit is not None else None
    made = begun is not None and (begun.copy > 1 or context.session.state is State.CAPTURING)
    told = visit.transaction if visit is not None and sold and made else ""
    context.end_visit()
    context.cut_short = told
    # Whoever stands there reads what happened in the language they chose, and it is forgotten when they are gone.
    context.language = language
    context.idle_in(context.ports.store.timeouts.idle_s, Timer.IDLE)
    context.staff_called = sold
    # In the machine's lane, so that whatever still runs there has ended before anything is settled.
    context.request(Lane.MACHINE, lambda: recovery.settle_leftovers(context.ports, told))
    context.session.broke()
