"""What staff do about a sale that was made: refund one copy, print its receipt again, look further back.

Responsible for: who may, saying what came of it. Not responsible for: how much may be given back (the journal counts
claims), what a terminal must look up (`kiosk.session.phases.serving`). Money goes the way of every refund: written
before it is asked for, and asked about until the device says that it was done.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.policy.role import Role
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.journal import ClaimRefused
from kiosk.session import effects
from kiosk.session.context import Lane, SessionContext
from kiosk.session.intents import Intent, PrintAgain, RefundCopy, TurnSales
from kiosk.session.phases.ending import receipt_of
from kiosk.session.ports import SessionPorts
from kiosk.session.reports import CopyRefunded, ReceiptPrinted, Report
from kiosk.session.snapshot import PaperState, RefundState, SalesDesk, StaffMessage

SALES_A_PAGE = 8


def refund_copy(ports: SessionPorts, transaction: str, staff: str) -> CopyRefunded:
    """Give back the price of one copy, on a worker. Who asked for it is recorded before anything is written."""
    if effects.refundable(ports, transaction) < 1:
        return CopyRefunded(transaction, None)
    ports.audit.record(AuditKind.REFUND_ASKED, {"staff": staff, "sale": transaction})
    try:
        settled = effects.give_back(ports, transaction)
    except ClaimRefused:
        return CopyRefunded(transaction, None)
    return CopyRefunded(transaction, settled.sale, settled.pay_code)


def handle_sales(context: SessionContext, event: Intent | Report) -> bool:
    """True if the event was about sales."""
    desk, ports, member = context.desk, context.ports, context.member
    match event:
        case RefundCopy(transaction):
            if member is None or member.role is not Role.MANAGER:
                context.staff_message = StaffMessage.NOT_ALLOWED
            elif desk.refund is not RefundState.ASKED:
                context.desk = SalesDesk(desk.before, transaction, RefundState.ASKED)
                context.request(Lane.RECORDS, lambda: refund_copy(ports, transaction, member.number))
        case PrintAgain(transaction):
            _print_again(context, transaction)
        case ReceiptPrinted(status):
            context.printer = status
            if desk.paper is PaperState.PRINTING:
                context.desk = replace(desk, paper=PaperState.PRINTED if status.prints else PaperState.FAILED)
        case TurnSales(before):
            context.desk = replace(desk, before=max(0, before))
        case _:
            return False
    return True


def refunded(context: SessionContext, report: CopyRefunded) -> None:
    """What came of it, whoever stands at the screen by now."""
    sale = report.sale
    if sale is None:
        state = RefundState.NOT_DUE
    elif sale.closed:
        state = RefundState.DONE
        context.audit(AuditKind.REFUND, sale=sale.transaction, amount_minor=sale.price_each_minor)
    else:
        state = RefundState.LATER
        context.unsettled = (*context.unsettled, sale.transaction)
    if context.desk.refund is RefundState.ASKED and context.desk.sale == report.transaction:
        context.desk = replace(context.desk, refund=state, pay_code=report.pay_code)


def _print_again(context: SessionContext, transaction: str) -> None:
    paper, language, member = context.ports.paper, context.language, context.member
    sale = context.ports.journal.sale(transaction)
    if sale is None or member is None or not sale.delivered or context.desk.paper is PaperState.PRINTING:
        return
    context.audit(AuditKind.RECEIPT_AGAIN, staff=member.number, sale=transaction)
    # A receipt of money that is paid at a register carries no second code to pay it with.
    receipt = replace(receipt_of(context, sale, pay_code=""), again=True)
    refund = context.desk.refund if context.desk.refund is RefundState.ASKED else RefundState.NONE
    context.desk = SalesDesk(context.desk.before, transaction, refund, paper=PaperState.PRINTING)
    context.request(Lane.PRINTER, lambda: ReceiptPrinted(paper.print(receipt, None, language)))
