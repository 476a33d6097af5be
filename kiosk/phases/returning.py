"""A copy that does not work is brought back: it is measured, and the store's rule is offered.

Responsible for: BRING_BACK, MEASURING_RETURN, RETURN_RESULT. Not responsible for: keeping anything of the key: the
copy is held against the factory depths nearest to its own cuts, which need no memory of the original.
"""

from __future__ import annotations

from kiosk import effects
from kiosk.desk import Desk, Lane
from kiosk.events import Cancel, Confirm, Done, EnterReceipt, Intent, KeyLaid
from kiosk.journal import Money, Sale
from kiosk.outcomes import Due, Report, ReturnMeasured, SaleFound, TraySeen
from kiosk.phases.scanning import LOOK_EVERY_S, look
from kiosk.snapshot import ReturnResult
from kiosk.tools import Tools


def find_sale(tools: Tools, code: str) -> SaleFound:
    """Look the receipt up; letters may be typed small, spaces and dashes do not matter."""
    return SaleFound(tools.journal.find_by_code("".join(letter for letter in code.upper() if letter.isalnum())))


def handle_bring_back(desk: Desk, event: Intent | Report) -> None:
    """The code on the receipt."""
    visit = desk.here
    match event:
        case EnterReceipt(code):
            desk.request(Lane.DESK, lambda: find_sale(desk.tools, code))
        case SaleFound(sale):
            if sale is None or sale.delivered == 0:
                visit.return_message = "not_found"
                return
            visit.return_message = ""
            visit.brought_back = sale
            desk.session.sale_found()
        case Cancel():
            desk.go_home()
        case _:
            pass


def enter_measuring(desk: Desk) -> None:
    """Wait for the copy in the tray, then measure it."""
    look(desk)


def handle_measuring(desk: Desk, event: Intent | Report) -> None:
    """The copy is there, measured, or cannot be told."""
    visit = desk.here
    match event:
        case TraySeen(empty):
            desk.tray_has_key = not empty
            if empty:
                desk.due_in(LOOK_EVERY_S, "look")
            else:
                _measure(desk)
        case Due("look"):
            look(desk)
        case KeyLaid():
            _measure(desk)
        case ReturnMeasured():
            visit.returned = _judged(desk, event)
            desk.audit(
                "brought_back",
                sale=visit.brought_back.transaction if visit.brought_back else "",
                passed=int(visit.returned.passed),
                offer=visit.returned.offer,
            )
            desk.session.measured()
        case Cancel():
            desk.go_home()
        case _:
            pass


def _measure(desk: Desk) -> None:
    desk.request(Lane.CAMERA, lambda: effects.measure_return(desk.tools))


def _judged(desk: Desk, event: ReturnMeasured) -> ReturnResult:
    sale = desk.here.brought_back
    if sale is None or event.largest_error_mm is None or event.blank != sale.blank:
        # Not a copy of this sale, or not readable: people must look at it.
        return ReturnResult(passed=False, largest_error_mm=event.largest_error_mm or 0.0, offer="none")
    passed = event.largest_error_mm <= desk.tools.machine.check.tolerance_mm
    return ReturnResult(passed, event.largest_error_mm, "none" if passed else _offer(desk, sale))


def _offer(desk: Desk, sale: Sale) -> str:
    if sale.money is Money.CAPTURED and sale.price_each_minor > 0:
        return "refund"
    return "recut" if desk.tools.inventory.available(sale.blank, sale.finish) else "none"


def handle_result(desk: Desk, event: Intent | Report) -> None:
    """Take what is offered, or leave."""
    visit = desk.here
    match event:
        case Confirm():
            offer = visit.returned.offer if visit.returned else "none"
            if offer == "refund":
                desk.session.settle()
            elif offer == "recut":
                visit.free = True
                visit.brought_back = None
                visit.returned = None
                visit.attempts = 0
                desk.session.recut_wanted()
            else:
                desk.go_home()
        case Done() | Cancel():
            desk.go_home()
        case _:
            pass
