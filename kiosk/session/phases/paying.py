"""Money is reserved, and the key goes back to its owner's hand.

Responsible for: PAYING, TAKE_KEY_BACK. Not responsible for: taking money, which only delivery leads to
(`kiosk.session.phases.ending`).
"""

from __future__ import annotations

from hardware.ports import PaymentState
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.journal import NewSale, SaleStep
from kiosk.session import effects, recovery
from kiosk.session.context import Lane, SessionContext
from kiosk.session.intents import Cancel, Intent, KeyTaken
from kiosk.session.phases import starting
from kiosk.session.phases.scanning import LOOK_EVERY_S, look
from kiosk.session.reports import Answered, Due, MachineSeen, Report, Timer, TraySeen
from kiosk.session.snapshot import FailedReason
from kiosk.session.visit import Making

EMPTY_LOOKS = 2
"""Looks in a row that must see an empty tray before anything moves: a hand over the tray is not an empty tray."""


def price_each_minor(context: SessionContext, finish: str = "") -> int:
    """Price of one copy in that finish, or in the one chosen."""
    store, visit = context.ports.store, context.here
    return 0 if visit.is_recut else store.finish_prices_minor.get(finish or context.order.finish, store.price_minor)


def enter_paying(context: SessionContext) -> None:
    """Open the sale, see that the machine may move, and reserve the money."""
    visit, ports = context.here, context.ports
    context.order.wants_to_buy = False
    context.order.declined = False
    price = price_each_minor(context)
    if not visit.sale_open:
        ports.journal.open_sale(
            NewSale(
                transaction=visit.transaction,
                bring_back_code=context.bring_back_code(),
                blank=context.order.blank,
                finish=context.order.finish,
                copies=context.order.quantity,
                price_each_minor=price,
                currency=ports.store.currency,
                payment=ports.payment.name,
                recut_of=context.returning_sale.transaction if visit.is_recut else "",
            )
        )
        visit.sale_open = True
        # They were for this sale, which is now recorded: used once, and gone.
        visit.drop_approvals()
    if price == 0:
        # Nothing to pay: nothing to ask anybody for but the machine.
        context.request(Lane.MACHINE, lambda: recovery.look_at_inputs_for_nothing(ports))
        return
    starting.look_at_machine(context)


def _reserve(context: SessionContext) -> None:
    visit, ports = context.here, context.ports
    transaction, currency = visit.transaction, ports.store.currency
    amount = price_each_minor(context) * context.order.quantity
    context.request(Lane.RECORDS, lambda: effects.authorise(ports, transaction, amount, currency))


def handle_paying(context: SessionContext, event: Intent | Report) -> None:
    """What the payment device says. Cancel waits for its answer: what was reserved must be let go."""
    visit = context.here
    match event:
        case MachineSeen():
            _reserve(context)
        case Answered(answer):
            if answer.state is PaymentState.APPROVED and not visit.cancelled:
                context.session.reserved()
            elif answer.state is PaymentState.DECLINED:
                _declined(context)
            else:
                visit.failed_reason = None if visit.cancelled else FailedReason.PAYMENT
                context.session.settle()
        case Cancel():
            visit.cancelled = True
        case _:
            # Wishes of other screens, and a head read late: the offer was judged with it.
            pass


def _declined(context: SessionContext) -> None:
    """Nothing was reserved: this sale is over, another try is a new one."""
    visit = context.here
    context.ports.journal.write(visit.transaction, SaleStep.CLOSED)
    context.audit(AuditKind.DECLINED)
    if visit.cancelled:
        context.go_home()
        context.tell_cancelled()
        return
    visit.sale_open = False
    context.renew_transaction()
    context.order.declined = True
    context.session.not_paid()


def enter_take_key_back(context: SessionContext) -> None:
    """Watch the tray until it is empty."""
    context.here.tray_empty_seen = 0
    look(context)


def handle_take_key_back(context: SessionContext, event: Intent | Report) -> None:
    """Nothing moves before the tray camera has seen an empty tray."""
    visit = context.here
    match event:
        case TraySeen(empty):
            context.tray_has_key = not empty
            visit.tray_empty_seen = visit.tray_empty_seen + 1 if empty else 0
            if visit.tray_empty_seen >= EMPTY_LOOKS:
                visit.making = Making()
                context.session.key_taken()
            else:
                context.due_in(LOOK_EVERY_S, Timer.LOOK)
        case Due(Timer.LOOK):
            look(context)
        case KeyTaken():
            look(context)
        case Cancel():
            context.session.settle()
        case _:
            # Wishes of other screens, and answers that come late.
            pass
