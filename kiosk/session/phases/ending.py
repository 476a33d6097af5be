"""How a sale ends: the money is taken for what was delivered, or everything goes back.

Responsible for: CAPTURING, SETTLING, THANK_YOU, FAILED. Not responsible for: settling itself
(`kiosk.session.settle`), what a stop or a fault does while metal moves (`kiosk.session.phases.faults`).
"""

from __future__ import annotations

from dataclasses import replace

from hardware.payment.till_code import till_code
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.journal import PaymentStatus, Remedy, Sale, SaleStep
from kiosk.session import effects
from kiosk.session.context import Lane, SessionContext
from kiosk.session.intents import Cancel, Done, Intent
from kiosk.session.reports import Report, Settled
from kiosk.session.snapshot import FailedReason, Receipt

_STATUS = {
    PaymentStatus.CAPTURED: "paid",
    PaymentStatus.VOIDED: "voided",
    PaymentStatus.DECLINED: "voided",
    PaymentStatus.REFUNDED: "refunded",
}


def receipt_of(context: SessionContext, sale: Sale, pay_code: str) -> Receipt:
    """What the shopper is shown of the money, and what they keep of the copies."""
    ports = context.ports
    status = "free" if sale.price_each_minor == 0 else _STATUS.get(sale.money, "reserved")
    return Receipt(
        transaction=sale.transaction,
        amount_minor=sale.due_minor,
        currency=sale.currency,
        status=status,
        copies=sale.delivered,
        pay_code=pay_code,
        till=till_code(ports.store.till, sale.due_minor, sale.delivered, sale.finish) if pay_code else None,
        # A recut is the claim; it brings no other.
        bring_back_code=sale.bring_back_code if sale.delivered and not sale.recut_of else "",
        statement=ports.journal.statement(sale),
        certificates=ports.certificates.of_sale(sale),
    )


def enter_capturing(context: SessionContext) -> None:
    """All copies are in the shopper's hand: take their price."""
    visit, ports = context.here, context.ports
    transaction = visit.transaction
    # The shape of the key has done its work.
    visit.secrets.wipe()
    context.request(Lane.RECORDS, lambda: effects.capture(ports, transaction))


def handle_capturing(context: SessionContext, event: Intent | Report) -> None:
    """Paid, or not known yet: either way the copies are the shopper's."""
    if isinstance(event, Settled):
        _paid(context, event)


def _paid(context: SessionContext, event: Settled) -> None:
    visit, sale = context.here, event.sale
    visit.sale_open = False
    if not sale.closed:
        context.unsettled = (*context.unsettled, sale.transaction)
    visit.receipt = receipt_of(context, sale, event.pay_code)
    context.audit(AuditKind.SALE, copies=sale.delivered, amount_minor=sale.due_minor, blank=sale.blank)
    context.session.captured()


def enter_settling(context: SessionContext) -> None:
    """Give up: what was reserved goes back. Nothing moves for it; what is in the clamp waits for a person."""
    visit, ports = context.here, context.ports
    visit.secrets.wipe()
    if visit.remedy is Remedy.REFUND:
        claimed = context.returning_sale.transaction
        context.request(Lane.RECORDS, lambda: effects.give_back(ports, claimed))
        return
    transaction = visit.transaction
    if visit.failed_reason is FailedReason.STOPPED:
        ports.journal.write(transaction, SaleStep.STOPPED)
    context.request(Lane.MACHINE, lambda: effects.give_up(ports, transaction))


def handle_settling(context: SessionContext, event: Intent | Report) -> None:
    """Settled: thank for what was delivered, say that nothing was made, or simply end."""
    visit = context.here
    if not isinstance(event, Settled):
        return
    sale = event.sale
    visit.sale_open = False
    if not sale.closed:
        context.unsettled = (*context.unsettled, sale.transaction)
    visit.receipt = receipt_of(context, sale, event.pay_code)
    if visit.remedy is Remedy.REFUND:
        # One copy's price, once it is surely back; a device that has not said so is asked again.
        status = "refunded" if sale.closed else "refunding"
        amount_minor = sale.price_each_minor
        # What is sold and what is given back must never look alike to a till: a refund has the kiosk's own code alone.
        known = replace(visit.receipt, till=None, certificates=())
        visit.receipt = replace(known, status=status, amount_minor=amount_minor, copies=1)
        context.audit(AuditKind.REFUND, sale=sale.transaction, amount_minor=sale.price_each_minor)
        context.session.captured()
    elif sale.delivered:
        context.staff_called = context.staff_called or bool(visit.failed_reason)
        _paid(context, event)
    elif visit.failed_reason:
        context.audit(AuditKind.VOID, reason=visit.failed_reason)
        context.session.no_copy()
    else:
        context.audit(AuditKind.VOID, reason="cancelled")
        context.go_home()
        context.tell_cancelled()


def enter_failed(context: SessionContext) -> None:
    """Nothing was charged; somebody comes."""
    context.staff_called = True


def handle_finished(context: SessionContext, event: Intent | Report) -> None:
    """Read, done."""
    if isinstance(event, Done | Cancel):
        context.go_home()
