"""A copy that does not work is brought back: held against the key it was made from, and made good once.

Responsible for: BRING_BACK, LAY_ORIGINAL, LAY_COPY, MEASURING_RETURN, RETURN_RESULT. Not responsible for: comparing
(`kiosk.identification.compare`), counting claims (`kiosk.records.journal`), or keeping anything of either key: both are
read in this visit and forgotten with it.
"""

from __future__ import annotations

from functools import partial

from kiosk.identification.compare import Compared, Likeness
from kiosk.key.reading import Outcome, Wear
from kiosk.key.secrecy import wipe
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.journal import Remedy, Sale
from kiosk.session import effects
from kiosk.session.context import Lane, SessionContext
from kiosk.session.intents import Cancel, ChooseRemedy, Confirm, Done, EnterReceipt, Intent, KeyLaid
from kiosk.session.phases import offering
from kiosk.session.phases.paying import EMPTY_LOOKS
from kiosk.session.phases.scanning import ATTEMPTS, LAY_AGAIN, LOOK_EVERY_S, guided, lies_there, look
from kiosk.session.ports import SessionPorts
from kiosk.session.reports import (
    CodeNotTaken,
    CopyCompared,
    CutProgress,
    Due,
    KeyIdentified,
    Report,
    SaleFound,
    StampRead,
    Timer,
    TraySeen,
)
from kiosk.session.snapshot import ReturnMessage, ReturnResult
from kiosk.session.visit import Order, Returning


def find_sale(ports: SessionPorts, code: str) -> SaleFound | CodeNotTaken:
    """Look the receipt up; letters may be typed small, spaces and dashes do not matter.

    A code that is wrong is recorded here, on the worker, so that leaving before the answer hides no try.
    """
    number = ports.code_tries.begin()
    if number is None:
        return CodeNotTaken(ports.code_tries.closed_s())
    sale = ports.journal.find_by_code("".join(letter for letter in code.upper() if letter.isalnum()))
    if sale is not None and sale.delivered > 0:
        ports.code_tries.was_right(number)
        journal = ports.journal
        open_minor = sum(refund.amount_minor for refund in journal.open_refunds(sale.transaction))
        return SaleFound(sale, journal.claims_left(sale.transaction), open_minor)
    closed_s = ports.code_tries.closed_s()
    ports.audit.record(AuditKind.RECEIPT_CODES_CLOSED if closed_s else AuditKind.RECEIPT_CODE_WRONG, {})
    return CodeNotTaken(closed_s)


def enter_bring_back(context: SessionContext) -> None:
    """A page that is closed says so before anybody types."""
    context.here.returning = Returning()
    _code_message(context, context.ports.code_tries.closed_s(), otherwise=None)


def _code_message(context: SessionContext, closed_s: int, otherwise: ReturnMessage | None) -> None:
    returning = context.returning
    returning.message = ReturnMessage.CLOSED if closed_s else otherwise
    returning.closed_min = -(-closed_s // 60)


def handle_bring_back(context: SessionContext, event: Intent | Report) -> None:
    """The code on the receipt."""
    returning = context.returning
    match event:
        case EnterReceipt(code):
            context.request(Lane.RECORDS, lambda: find_sale(context.ports, code))
        case CodeNotTaken(closed_s):
            _code_message(context, closed_s, otherwise=ReturnMessage.NOT_FOUND)
        case SaleFound(sale, claims_left, open_minor):
            if sale is None or claims_left < 1:
                returning.message = _why_not(sale, open_minor)
                returning.open_minor = open_minor
                return
            returning.message = None
            returning.sale = sale
            context.session.sale_found()
        case Cancel():
            context.go_home()
        case _:
            # Wishes of other screens, and looks at the tray that come late.
            pass


def _why_not(sale: Sale | None, open_minor: int) -> ReturnMessage:
    """What is not settled is not made good: only of a closed sale may it be said that it was."""
    if open_minor:
        return ReturnMessage.REFUND_OPEN
    return ReturnMessage.CLAIMED if sale is None or sale.closed else ReturnMessage.UNSETTLED


def enter_lay_original(context: SessionContext) -> None:
    """Watch the tray for the key the copy was made from."""
    look(context)


def handle_lay_original(context: SessionContext, event: Intent | Report) -> None:
    """It may lie there already, but where the claim begins anew: what lies there then was read."""
    returning = context.returning
    match event:
        case TraySeen(empty, seen):
            guided(context, seen)
            returning.clear_first = returning.clear_first and not empty
            if not lies_there(context, empty=empty):
                return
            if returning.clear_first:
                context.due_in(LOOK_EVERY_S, Timer.LOOK)
            else:
                context.session.laid_to_compare()
        case Due(Timer.LOOK) | KeyLaid():
            look(context)
        case Cancel():
            context.go_home()
        case _:
            # Wishes of other screens, and progress of the look before that comes late.
            pass


def enter_lay_copy(context: SessionContext) -> None:
    """Watch for the tray to be emptied, and then for the copy."""
    context.here.tray_empty_seen = 0
    context.here.guidance = None
    look(context)


def handle_lay_copy(context: SessionContext, event: Intent | Report) -> None:
    """Nothing is read before the tray was seen empty: what lies there now is what was read already.

    The screen asks for the original back until then: a copy laid on one empty look would wait there unread.
    """
    visit = context.here
    match event:
        case TraySeen(empty, seen):
            if guided(context, seen):
                context.session.laid_to_compare()
                return
            if not empty and visit.tray_empty_seen >= EMPTY_LOOKS:
                context.tray_has_key = True
                context.session.laid_to_compare()
                return
            visit.tray_empty_seen = visit.tray_empty_seen + 1 if empty else 0
            context.tray_has_key = visit.tray_empty_seen < EMPTY_LOOKS
            context.due_in(LOOK_EVERY_S, Timer.LOOK)
        case KeyLaid() if visit.try_again is not None:
            # The original was seen to be gone before the copy was read the first time; a copy only moved is no new one.
            context.session.laid_to_compare()
        case Due(Timer.LOOK):
            look(context)
        case StampRead(stamp):
            offering.note_head(context, stamp)
        case Cancel():
            context.go_home()
        case _:
            # Wishes of other screens: that the copy is laid is first seen, not said. Progress that comes late.
            pass


def enter_measuring(context: SessionContext) -> None:
    """Look at whichever of the two lies there until two looks agree."""
    visit, ports, looked = context.here, context.ports, context.progress()
    visit.try_again = None
    visit.fraction = 0.0
    original, returning, sale = visit.secrets.identified, context.returning, context.returning_sale
    if original is None:
        visit.attempts += 1
        context.request(Lane.CAMERA, lambda: effects.identify_key(ports, looked))
        return
    returning.copy_attempts += 1
    lay_again = partial(_again, returning.copy_attempts)
    context.request(Lane.CAMERA, lambda: effects.compare_copy(ports, original.identification, sale, looked, lay_again))


def _again(attempts: int, outcome: Outcome) -> bool:
    return outcome is Outcome.NOTHING_THERE or (outcome in LAY_AGAIN and attempts < ATTEMPTS)


def handle_measuring(context: SessionContext, event: Intent | Report) -> None:
    """The original is read, then the copy; or one of them cannot be."""
    visit = context.here
    match event:
        case KeyIdentified():
            _original_identified(context, event)
        case CopyCompared(None, again=again):
            visit.try_again = again
            context.session.copy_wanted()
        case CopyCompared(Compared(Likeness.OTHER_KEY)) if not context.returning.other_laid:
            # A ring has many keys: the wrong one laid by mistake ends nothing, a second one does.
            context.returning.other_laid = True
            context.session.copy_wanted()
        case CopyCompared(Compared() as compared, remedies):
            _concluded(context, compared, remedies)
        case CutProgress(fraction):
            visit.fraction = fraction
        case StampRead(stamp):
            offering.note_head(context, stamp)
        case Cancel():
            context.go_home()
        case _:
            # Wishes of other screens, and looks at the tray that come late.
            pass


def _original_identified(context: SessionContext, event: KeyIdentified) -> None:
    visit, frames = context.here, event.frames
    outcome = event.identified.identification.outcome
    if outcome is not Outcome.IDENTIFIED:
        wipe(event)
        if outcome is Outcome.NOTHING_THERE:
            visit.attempts -= 1
        if _again(visit.attempts, outcome):
            visit.try_again = outcome
            context.session.original_wanted()
        else:
            _concluded(context, Compared(Likeness.UNREADABLE))
        return
    visit.secrets.identified = event.identified
    visit.secrets.frames = frames
    blank = event.identified.identification.blank or ""
    visit.order = Order(blank, event.identified.identification.worn_cuts)
    if frames is not None:
        # Should it come to a recut, the rules must know what the head says.
        context.request(Lane.HEAD, lambda: effects.read_head(context.ports, frames))
    if blank != context.returning_sale.blank:
        _concluded(context, Compared(Likeness.OTHER_KEY), one_key=True)
        return
    context.session.copy_wanted()


def _concluded(
    context: SessionContext, compared: Compared, remedies: tuple[Remedy, ...] = (), *, one_key: bool = False
) -> None:
    returning, sale = context.returning, context.returning_sale
    returning.result = ReturnResult(
        compared.likeness, compared.error_mm, remedies, sale.price_each_minor, sale.currency, one_key
    )
    if not remedies and compared.likeness is not Likeness.SAME:
        context.staff_called = True
    context.audit(
        AuditKind.BROUGHT_BACK, sale=sale.transaction, likeness=compared.likeness, remedies=" ".join(remedies) or "none"
    )
    context.session.measured()


def handle_result(context: SessionContext, event: Intent | Report) -> None:
    """Take what is offered, begin anew where nothing was decided, or leave."""
    result = context.returning.result
    remedies = result.remedies if result else ()
    match event:
        case ChooseRemedy(remedy) if remedy in remedies:
            _make_good(context, Remedy(remedy))
        case Confirm() if remedies:
            _make_good(context, remedies[0])
        case KeyLaid() if result and result.undecided:
            _begin_anew(context)
        case StampRead(stamp):
            offering.note_head(context, stamp)
        case Confirm() | Done() | Cancel():
            context.go_home()
        case _:
            # Wishes of other screens, and a remedy that is not offered.
            pass


def _begin_anew(context: SessionContext) -> None:
    """Both keys once more, for the receipt already typed: a visit of its own, which no late word of the first reaches.

    Who laid another key as the copy has done so still, and staff who were called come.
    """
    before, called = context.returning, context.staff_called
    context.here.wipe()
    anew = context.begin_visit()
    anew.returning = Returning(sale=before.sale, other_laid=before.other_laid, clear_first=True)
    context.staff_called = called
    context.session.original_wanted()


def _make_good(context: SessionContext, remedy: Remedy) -> None:
    context.returning.remedy = remedy
    if remedy is Remedy.REFUND:
        context.session.settle()
        return
    _recut(context)


def _recut(context: SessionContext) -> None:
    """One piece of the original as it was read in this visit, on the blank that was sold."""
    visit = context.here
    identified, sale = visit.secrets.identified, context.returning_sale
    if identified is None:
        raise LookupError("the original is forgotten")
    context.order.finish = sale.finish
    if offering.refused(context):
        return
    if identified.identification.wear is Wear.WORN or context.order.worn_cuts:
        context.session.identified_worn()
    else:
        offering.make_offer(context)
