"""A copy that does not work is brought back: held against the key it was made from, and made good once.

Responsible for: BRING_BACK, LAY_ORIGINAL, LAY_COPY, MEASURING_RETURN, RETURN_RESULT. Not responsible for: comparing
(`kiosk.identification.compare`), counting claims (`kiosk.records.journal`), or keeping anything of either key: both are
read in this visit and forgotten with it.
"""

from __future__ import annotations

from functools import partial

from kiosk.identification.compare import Compared, Likeness
from kiosk.key.reading import Outcome, StampReading, Wear
from kiosk.key.secrecy import wipe
from kiosk.records.journal import Remedy
from kiosk.session import effects
from kiosk.session.context import Lane, SessionContext
from kiosk.session.intents import Cancel, ChooseRemedy, Confirm, Done, EnterReceipt, Intent, KeyLaid
from kiosk.session.phases import offering
from kiosk.session.phases.paying import EMPTY_LOOKS
from kiosk.session.phases.scanning import ATTEMPTS, LAY_AGAIN, LOOK_EVERY_S, look
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
    TraySeen,
)
from kiosk.session.snapshot import ReturnResult


def find_sale(tools: SessionPorts, code: str) -> SaleFound | CodeNotTaken:
    """Look the receipt up; letters may be typed small, spaces and dashes do not matter.

    A code that is wrong is recorded here, on the worker, so that leaving before the answer hides no try.
    """
    number = tools.code_tries.begin()
    if number is None:
        return CodeNotTaken(tools.code_tries.closed_s())
    sale = tools.journal.find_by_code("".join(letter for letter in code.upper() if letter.isalnum()))
    if sale is not None and sale.delivered > 0:
        tools.code_tries.was_right(number)
        return SaleFound(sale, tools.journal.claims_left(sale.transaction))
    closed_s = tools.code_tries.closed_s()
    tools.audit.record("receipt_codes_closed" if closed_s else "receipt_code_wrong", {})
    return CodeNotTaken(closed_s)


def enter_bring_back(desk: SessionContext) -> None:
    """A page that is closed says so before anybody types."""
    _code_message(desk, desk.tools.code_tries.closed_s(), otherwise="")


def _code_message(desk: SessionContext, closed_s: int, otherwise: str) -> None:
    visit = desk.here
    visit.return_message = "closed" if closed_s else otherwise
    visit.return_closed_min = -(-closed_s // 60)


def handle_bring_back(desk: SessionContext, event: Intent | Report) -> None:
    """The code on the receipt."""
    visit = desk.here
    match event:
        case EnterReceipt(code):
            desk.request(Lane.DESK, lambda: find_sale(desk.tools, code))
        case CodeNotTaken(closed_s):
            _code_message(desk, closed_s, otherwise="not_found")
        case SaleFound(sale, claims_left):
            if sale is None or claims_left < 1:
                visit.return_message = "claimed"
                return
            visit.return_message = ""
            visit.brought_back = sale
            desk.session.sale_found()
        case Cancel():
            desk.go_home()
        case _:
            pass


def enter_lay_original(desk: SessionContext) -> None:
    """Watch the tray for the key the copy was made from."""
    look(desk)


def handle_lay_original(desk: SessionContext, event: Intent | Report) -> None:
    """It may lie there already."""
    match event:
        case TraySeen(empty):
            desk.tray_has_key = not empty
            if empty:
                desk.due_in(LOOK_EVERY_S, "look")
            else:
                desk.session.laid_to_compare()
        case Due("look") | KeyLaid():
            look(desk)
        case Cancel():
            desk.go_home()
        case _:
            pass


def enter_lay_copy(desk: SessionContext) -> None:
    """Watch for the tray to be emptied, and then for the copy."""
    desk.here.tray_empty_seen = 0
    look(desk)


def handle_lay_copy(desk: SessionContext, event: Intent | Report) -> None:
    """Nothing is read before the tray was seen empty: what lies there now is what was read already."""
    visit = desk.here
    match event:
        case TraySeen(empty):
            desk.tray_has_key = not empty
            if not empty and visit.tray_empty_seen >= EMPTY_LOOKS:
                desk.session.laid_to_compare()
                return
            visit.tray_empty_seen = visit.tray_empty_seen + 1 if empty else 0
            desk.due_in(LOOK_EVERY_S, "look")
        case Due("look"):
            look(desk)
        case StampRead(stamp):
            _stamp_read(desk, stamp)
        case Cancel():
            desk.go_home()
        case _:
            pass


def enter_measuring(desk: SessionContext) -> None:
    """Look at whichever of the two lies there until two looks agree."""
    visit, tools, looked = desk.here, desk.tools, desk.progress()
    visit.try_again = None
    visit.fraction = 0.0
    original, sale = visit.secrets.telling, visit.brought_back
    if original is None or sale is None:
        visit.attempts += 1
        desk.request(Lane.CAMERA, lambda: effects.tell_key(tools, looked))
        return
    visit.copy_attempts += 1
    lay_again = partial(_again, visit.copy_attempts)
    desk.request(Lane.CAMERA, lambda: effects.compare_copy(tools, original.identification, sale, looked, lay_again))


def _again(attempts: int, outcome: Outcome) -> bool:
    return outcome is Outcome.NOTHING_THERE or (outcome in LAY_AGAIN and attempts < ATTEMPTS)


def handle_measuring(desk: SessionContext, event: Intent | Report) -> None:
    """The original is read, then the copy; or one of them cannot be."""
    visit = desk.here
    match event:
        case KeyIdentified():
            _original_told(desk, event)
        case CopyCompared(compared, remedies, again):
            if compared is None:
                visit.try_again = again
                desk.session.copy_wanted()
            else:
                _concluded(desk, compared, remedies)
        case CutProgress(fraction):
            visit.fraction = fraction
        case StampRead(stamp):
            _stamp_read(desk, stamp)
        case Cancel():
            desk.go_home()
        case _:
            pass


def _original_told(desk: SessionContext, told: KeyIdentified) -> None:
    visit, frames = desk.here, told.frames
    outcome = told.telling.identification.outcome
    if outcome is not Outcome.IDENTIFIED:
        wipe(told)
        if outcome is Outcome.NOTHING_THERE:
            visit.attempts -= 1
        if _again(visit.attempts, outcome):
            visit.try_again = outcome
            desk.session.original_wanted()
        else:
            _concluded(desk, Compared(Likeness.UNREADABLE))
        return
    visit.secrets.telling = told.telling
    visit.secrets.frames = frames
    visit.blank = told.telling.identification.blank or ""
    if frames is not None:
        # Should it come to a recut, the rules must know what the head says.
        desk.request(Lane.HEAD, lambda: effects.read_head(desk.tools, frames))
    if visit.brought_back is None or visit.blank != visit.brought_back.blank:
        _concluded(desk, Compared(Likeness.OTHER_KEY))
        return
    desk.session.copy_wanted()


def _concluded(desk: SessionContext, compared: Compared, remedies: tuple[Remedy, ...] = ()) -> None:
    visit, sale = desk.here, desk.here.brought_back
    if sale is None:
        raise LookupError("no sale was found")
    visit.returned = ReturnResult(compared.likeness, compared.error_mm, remedies, sale.price_each_minor, sale.currency)
    if not remedies and compared.likeness is not Likeness.SAME:
        desk.staff_called = True
    desk.audit("brought_back", sale=sale.transaction, likeness=compared.likeness, remedies=" ".join(remedies) or "none")
    desk.session.measured()


def handle_result(desk: SessionContext, event: Intent | Report) -> None:
    """Take what is offered, or leave."""
    remedies = desk.here.returned.remedies if desk.here.returned else ()
    match event:
        case ChooseRemedy(remedy) if remedy in remedies:
            _make_good(desk, Remedy(remedy))
        case Confirm() if remedies:
            _make_good(desk, remedies[0])
        case StampRead(stamp):
            _stamp_read(desk, stamp)
        case Confirm() | Done() | Cancel():
            desk.go_home()
        case _:
            pass


def _make_good(desk: SessionContext, remedy: Remedy) -> None:
    visit = desk.here
    visit.remedy = remedy
    if remedy is Remedy.REFUND:
        desk.session.settle()
        return
    _recut(desk)


def _recut(desk: SessionContext) -> None:
    """One piece of the original as it was read in this visit, on the blank that was sold."""
    visit = desk.here
    telling, sale = visit.secrets.telling, visit.brought_back
    if telling is None or sale is None:
        raise LookupError("the original is forgotten")
    visit.quantity, visit.finish = 1, sale.finish
    if offering.refused(desk):
        return
    visit.worn_cuts = telling.identification.worn_cuts
    if telling.identification.wear is Wear.WORN or visit.worn_cuts:
        desk.session.told_worn()
    else:
        offering.make_offer(desk)


def _stamp_read(desk: SessionContext, stamp: StampReading) -> None:
    desk.here.stamp = stamp
    desk.here.secrets.drop_frames()
