"""The session as the screen shows it: one frozen value, with nothing of the key's shape in it.

Responsible for: filling `Snapshot` from the context. Not responsible for: how it looks (`ui`), when it is sent
(`kiosk.session.controller`).
"""

from __future__ import annotations

from datetime import datetime
from math import ceil

from config.payment import PaymentKind
from kiosk.cutting.check import drift_mm
from kiosk.policy.role import MAY_ENTER_KEYWAYS, Role
from kiosk.records.inventory import Inventory
from kiosk.records.journal import BlankStatus, Sale
from kiosk.session.context import SessionContext
from kiosk.session.effects import refundable
from kiosk.session.phases.offering import lifted_for, max_quantity
from kiosk.session.phases.paying import price_each_minor
from kiosk.session.phases.sold import SALES_A_PAGE
from kiosk.session.snapshot import (
    MoneyDoubt,
    Offer,
    PaperState,
    Progress,
    SaleLine,
    ServiceView,
    SettingsView,
    Snapshot,
    StaffView,
    Switched,
    WornChoice,
)
from kiosk.session.states import State
from kiosk.session.visit import Order, Visit
from kiosk.staff.approvals import reasons_for

STEPS = ("load", "cut", "check", "deliver")
_STEP_OF = {State.LOADING: 0, State.CUTTING: 1, State.CHECKING: 2, State.DELIVERING: 3}
LOOKS = ("look", "compare")
_LOOKING = (State.SCANNING, State.MEASURING_RETURN)
_COMPARING = (State.LAY_ORIGINAL, State.LAY_COPY)
_STAFF = (State.STAFF_LOGIN, State.STAFF_APPROVAL, State.STAFF_MENU)
_TELLS_OF_A_LEFT_KEY = (State.WELCOME, State.CLOSED, State.PLACE_KEY)
WIRE_LINES = 40
"""As many lines of the wire as any screen shows."""


def snapshot(context: SessionContext) -> Snapshot:
    """Everything the screen shows now."""
    state, visit, ports = context.session.state, context.visit, context.ports
    order, making, returning = (visit.order, visit.making, visit.returning) if visit else (None, None, None)
    front = state in (State.WELCOME, State.CLOSED, State.STARTING)
    return Snapshot(
        state=state,
        simulated=ports.simulated,
        language=context.language,
        stocked=_stocked_names(context) if front else (),
        price_from_minor=_price_from_minor(context),
        currency=ports.store.currency,
        tray_has_key=context.tray_has_key,
        key_left=context.key_left and state in (*_TELLS_OF_A_LEFT_KEY, *_STAFF),
        cancelled=state is State.WELCOME and ports.clock.now_s() < context.tells_cancelled_until_s,
        moves_in_s=context.moves_in_s if state is State.STARTING else 0,
        may_move=context.may_move,
        wheel_may_turn=ports.cutter.wheel_may_turn,
        staff_called=context.staff_called,
        help_phone=ports.store.help_phone,
        try_again=visit.try_again if visit and state is State.TRY_AGAIN else None,
        guidance=visit.guidance if visit and visit.try_again and state in (State.TRY_AGAIN, *_COMPARING) else None,
        offer=_offer(context, visit, order)
        if visit and order and order.blank and state in (State.OFFER, State.PAYING)
        else None,
        worn=WornChoice(order.worn_cuts) if order and state is State.WORN else None,
        condition=order.condition if order and state in (State.OFFER, State.REFUSED) else None,
        refusal=visit.refusal if visit and state in (State.REFUSED, *_STAFF) else None,
        letter_problem=visit.letter_problem if visit and state is State.REFUSED else None,
        sold=f"{order.blank}/{order.finish}" if making and order and order.blank and order.finish else "",
        progress=_looking(visit) if visit and state in _LOOKING else _progress(context, visit),
        check=making.check if making else None,
        receipt=visit.receipt if visit else context.cut_short_receipt if state is State.OUT_OF_ORDER else None,
        paper=visit.paper if visit else PaperState.NONE,
        fault=context.fault,
        waiting=context.waiting,
        staff=_staff(context, visit) if state in _STAFF else None,
        service=_service(context) if state is State.TECHNICIAN else None,
        returned=returning.result if returning and state is State.RETURN_RESULT else None,
        return_message=returning.message if returning else None,
        return_closed_min=returning.closed_min if returning else 0,
        return_open_minor=returning.open_minor if returning else 0,
        clear_first=bool(returning and returning.clear_first and state is State.LAY_ORIGINAL),
        lay_again=visit.try_again if visit and state in _COMPARING else None,
        other_laid=bool(returning and returning.other_laid and state is State.LAY_COPY),
        closed_reason=context.closed_reason if state is State.CLOSED else None,
        opens_utc_s=(context.opens_utc_s or 0.0) if state is State.CLOSED else 0.0,
        failed_reason=visit.failed_reason if visit and state in (State.SETTLING, State.FAILED) else None,
    )


def _price_from_minor(context: SessionContext) -> int:
    """The least a copy costs in what the magazine holds: a price of another finish, shipped, is nobody's."""
    store, slots = context.ports.store, context.ports.machine.magazine.slots
    prices = (store.finish_prices_minor.get(slot.finish, store.price_minor) for slot in slots)
    return min(prices, default=store.price_minor)


def _stocked_names(context: SessionContext) -> tuple[str, ...]:
    return tuple(blank_name(context, blank) for blank in context.ports.inventory.stocked())


def blank_name(context: SessionContext, blank: str) -> str:
    """Maker and trade name, such as "Kwikset KW1"."""
    found = context.ports.catalogue.blank_of.get(blank)
    return f"{found[0].maker} {blank}" if found else blank


def _offer(context: SessionContext, visit: Visit, order: Order) -> Offer:
    inventory: Inventory = context.ports.inventory
    lifted = lifted_for(context) if context.session.state is State.OFFER else ()
    finishes = (order.finish,) if visit.is_recut else inventory.finishes(order.blank)
    if lifted:
        # Of a finish with fewer blanks there would be fewer copies, which is another number than was approved.
        finishes = tuple(each for each in finishes if inventory.available(order.blank, each) >= order.quantity)
    rules = order.decision.rules if order.decision else ()
    return Offer(
        blank=order.blank,
        blank_name=blank_name(context, order.blank),
        price_each_minor=price_each_minor(context),
        currency=context.ports.store.currency,
        quantity=order.quantity,
        max_quantity=max_quantity(context),
        finish=order.finish,
        finishes=finishes,
        finish_prices_minor=tuple(price_each_minor(context, finish) for finish in finishes),
        notices=tuple(rule for rule in rules if rule.approved or not rule.verdict.blocks),
        stamp_pending=visit.stamp is None,
        declined=order.declined,
        lifted_for=lifted,
    )


def _looking(visit: Visit) -> Progress:
    """The first look, then the second that must agree; nobody knows how long a further one would take."""
    step = min(1, int(visit.fraction > 0))
    return Progress(LOOKS, step, visit.fraction, 0.0, 1, 1, (step + visit.fraction) / len(LOOKS))


def _progress(context: SessionContext, visit: Visit | None) -> Progress | None:
    if visit is None or visit.order is None or visit.making is None or context.session.state not in _STEP_OF:
        return None
    making, copies = visit.making, visit.order.quantity
    step = _STEP_OF[context.session.state]
    typical_s = [context.typical_s[name] for name in STEPS]
    gone_s = context.ports.clock.now_s() - context.step_began_s
    fraction = making.fraction if step == 1 else min(0.95, gone_s / max(typical_s[step], 0.1))
    copies_to_come = copies - making.copy
    left_s = typical_s[step] * (1 - fraction) + sum(typical_s[step + 1 :]) + copies_to_come * sum(typical_s)
    # A blank cut anew takes its time again, but nobody is shown work that is undone.
    making.whole = max(making.whole, 1 - left_s / (copies * sum(typical_s)))
    return Progress(STEPS, step, round(fraction, 3), round(left_s, 1), making.copy, copies, round(making.whole, 3))


def _staff(context: SessionContext, visit: Visit | None) -> StaffView:
    approving = visit.approving if visit else None
    member = approving.member if approving else context.member
    asked = approving.asked if approving else None
    menu = context.session.state is State.STAFF_MENU
    sales = _sales(context) if menu else ()
    return StaffView(
        name=member.name if member else "",
        role=member.role if member else None,
        message=context.staff_message,
        retry_after_s=context.retry_after_s,
        asked=asked,
        copies=visit.order.quantity if visit and visit.order and asked else 0,
        reasons=reasons_for(asked) if asked else (),
        closes_in_s=max(0, ceil(approving.closes_at_s - context.ports.clock.now_s())) if approving else 0,
        slots=context.ports.inventory.slots() if menu else (),
        sales=sales[:SALES_A_PAGE],
        more_sales=len(sales) > SALES_A_PAGE,
        desk=context.desk,
        machine=context.bench.status if menu else None,
        printer=context.printer if menu else None,
        doubts=_doubts(context) if menu else (),
        recovering=context.recovering,
        lesson=context.lesson.view if context.lesson and menu else None,
        closed=context.closed_reason if menu else None,
        switched=context.switched if menu else Switched(),
        saved_utc_s=context.saved_utc_s if menu else 0.0,
        recovered_utc_s=context.recovered_utc_s if menu else 0.0,
        settings=_settings(context) if menu and member and member.role is Role.MANAGER else None,
        own_keyway=context.own_keyway if menu and member and member.role in MAY_ENTER_KEYWAYS else None,
    )


def _settings(context: SessionContext) -> SettingsView:
    store, ports = context.coming_store, context.ports
    return SettingsView(
        price_minor=store.price_minor,
        finish_prices_minor=tuple(store.finish_prices_minor.items()),
        hours=store.hours.week,
        closed_until=store.closed_until.isoformat() if store.closed_until else "",
        today=ports.clock.utc().astimezone().date().isoformat(),
        ruled=ports.owner_settings.ruled,
    )


def _sales(context: SessionContext) -> tuple[SaleLine, ...]:
    """A page of sales and one more, and before the newest those of which staff must look up what was taken."""
    journal, before = context.ports.journal, context.desk.before
    lines = [_line(context, sale) for sale in journal.open_sales()] if not before else []
    first = [line for line in lines if line.doubt is not MoneyDoubt.NONE]
    named = {line.transaction for line in first}
    last = (sale for sale in journal.last_sales(SALES_A_PAGE + 1, before) if sale.transaction not in named)
    return (*first, *(_line(context, sale) for sale in last))


def _money_doubt(context: SessionContext, sale: Sale) -> MoneyDoubt:
    book = context.ports.terminal_book
    if sale.closed or sale.metal in (BlankStatus.DELIVERING, BlankStatus.GONE):
        # Who has the copy is asked first: it says what should have been taken.
        return MoneyDoubt.NONE
    if any(book.in_doubt(due.number) for due in context.ports.journal.open_refunds(sale.transaction)):
        return MoneyDoubt.GIVEN_BACK
    return MoneyDoubt.TAKEN if book.in_doubt(sale.transaction) else MoneyDoubt.NONE


def _doubts(context: SessionContext) -> tuple[SaleLine, ...]:
    return tuple(_line(context, sale) for sale in context.ports.journal.open_sales() if sale.metal is BlankStatus.GONE)


def _line(context: SessionContext, sale: Sale) -> SaleLine:
    return SaleLine(
        opened_utc_s=datetime.fromisoformat(sale.opened_utc).timestamp(),
        transaction=sale.transaction,
        status=sale.money.value if sale.closed else "open",
        amount_minor=sale.kept_minor,
        copies=sale.delivered,
        blank=sale.blank,
        statement=context.ports.journal.statement(sale),
        doubt=_money_doubt(context, sale),
        number=sale.number,
        price_each_minor=sale.price_each_minor,
        refundable=refundable(context.ports, sale.transaction),
    )


def _service(context: SessionContext) -> ServiceView:
    ports, bench = context.ports, context.bench
    means_mm = [copy.mean_mm for copy in ports.journal.last_copies(200)]
    identity = context.identity
    board = (
        (("board", f"{identity.firmware} {identity.version}"), ("assurance", identity.assurance.value))
        if identity
        else ()
    )
    drift = drift_mm(means_mm, ports.machine.check)
    broken = (("audit", ports.audit.broken),) if ports.audit.broken else ()
    return ServiceView(
        status=bench.status,
        travel_mm=(ports.machine.x.travel_mm, ports.machine.y.travel_mm, ports.machine.z.travel_mm),
        card_terminal=ports.machine.payment.kind is not PaymentKind.REGISTER,
        versions=(*broken, *ports.versions, *board, ("catalogue", ports.catalogue.revision[:12])),
        wire=ports.cutter.wire()[-WIRE_LINES:],
        errors=tuple(context.recent_errors),
        drift_mm=tuple(means_mm if drift is None else (*means_mm, drift)),
        drift_limit_mm=ports.machine.check.drift_limit_mm,
        busy=context.service_busy or ("recover" if context.recovering else ""),
        fraction=round(bench.fraction, 2),
        message=bench.message,
        detail=bench.detail,
        unfit=bench.unfit,
        slot=bench.slot,
        slots=ports.inventory.slots(),
        trial=bench.trial,
        calibration=bench.calibration,
        cameras_live=bench.cameras_live,
        previews=bench.previews,
        outlook=bench.outlook,
        outlook_failed=bench.outlook_failed,
    )
