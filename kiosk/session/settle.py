"""Bringing a sale to an end that is either *delivered and paid* or *neither*.

Responsible for: what becomes of metal and money of a sale given up, stopped, or left open by a crash. Not responsible
for: when it is asked. Every step is written before it is done and may be done again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import assert_never

from config.machine import CopyCheck
from hardware.errors import CameraFault, ClampNotEmpty, PaymentFault
from hardware.ports import PaymentAnswer, PaymentState
from hardware.scan import Frame
from kiosk.cutting.measure import counted, levels, measure_copy
from kiosk.records.journal import BlankStatus, PaymentStatus, Refund, Sale, SaleStep
from kiosk.session.ports import SessionPorts
from kiosk.session.reports import Settled

ASK_AGAIN = 5
"""How often an unknown answer is asked about before it is put off."""
ASK_AGAIN_AFTER_S = 2.0


def settle_metal(sale: Sale, ports: SessionPorts) -> None:
    """Scrap what a sale left in the clamp. The machine is homed, by a person's wish.

    A copy that was about to fall is looked for: still there, it is scrapped; gone, nobody knows who has it, and staff
    are asked (`settle_doubt`).

    Raises:
        HardwareFault: the machine or the camera cannot say or do it.
    """
    if not sale.metal.in_clamp:
        return
    ports.journal.write(sale.transaction, SaleStep.SETTLING)
    if sale.metal is BlankStatus.DELIVERING and not seen_in_clamp(ports):
        ports.journal.write(sale.transaction, SaleStep.GONE)
        return
    scrap(ports)
    ports.journal.write(sale.transaction, SaleStep.REJECTED)


def settle_doubt(transaction: str, ports: SessionPorts, *, received: bool) -> Settled:
    """Staff say whether the shopper has the copy that was being dropped when the machine stopped."""
    ports.journal.write(transaction, SaleStep.DELIVERED if received else SaleStep.NOT_RECEIVED)
    return settle_money(_now(transaction, ports), ports)


def scrap(ports: SessionPorts) -> None:
    """Drop what may be in the clamp into the locked bin, and see that it is gone.

    Raises:
        ClampNotEmpty: it still hangs there: another blank must not be fed on top of it.
        HardwareFault: the machine or the camera cannot say or do it.
    """
    ports.cutter.reject()
    require_thrown_away(ports)


def require_thrown_away(ports: SessionPorts) -> None:
    """See that what was dropped over the bin is gone from the clamp.

    Raises:
        ClampNotEmpty: it still hangs there.
        HardwareFault: the machine or the camera cannot say it.
    """
    if seen_in_clamp(ports):
        raise ClampNotEmpty("what was thrown away still hangs in the clamp")


def seen_in_clamp(ports: SessionPorts) -> bool:
    """Bring the clamp before its camera and look; one that is empty may be fed to again.

    Raises:
        HardwareFault: the machine or the camera cannot say it.
    """
    ports.cutter.present_to_check()
    there = copy_is_there(ports.scanner.check(), ports.machine.check)
    if not there:
        ports.machine_record.clamp_emptied()
    return there


def settle_money(sale: Sale, ports: SessionPorts) -> Settled:
    """Take what the delivered copies cost, or give everything back; then close the sale.

    If the payment device does not say what it did, the sale stays open and is asked about later.
    """
    journal, name = ports.journal, sale.transaction
    match sale.money:
        case (
            PaymentStatus.NONE
            | PaymentStatus.DECLINED
            | PaymentStatus.VOIDED
            | PaymentStatus.REFUNDED
            | PaymentStatus.CAPTURED
        ):
            return _close(name, SaleStep.CLOSED, ports)
        case PaymentStatus.REFUNDING:
            return refund(sale, ports)
        case PaymentStatus.AUTHORISING:
            # The answer to the first request of all was lost: ask, and let go of whatever was reserved.
            journal.write(name, SaleStep.SETTLING)
            return _void(sale, ports)
        case PaymentStatus.RESERVED | PaymentStatus.CAPTURING | PaymentStatus.VOIDING:
            return capture(sale, ports) if sale.delivered > 0 else _void(sale, ports)
        case _:
            assert_never(sale.money)


def capture(sale: Sale, ports: SessionPorts) -> Settled:
    """Take the price of the delivered copies."""
    name = sale.transaction
    ports.journal.write(name, SaleStep.CAPTURING)
    answer = insist(ports, name, lambda: ports.payment.capture(name, sale.due_minor), PaymentState.APPROVED)
    match answer.state:
        case PaymentState.CAPTURED:
            return _close(name, SaleStep.CAPTURED, ports, answer.pay_code)
        case PaymentState.VOIDED | PaymentState.REFUNDED | PaymentState.DECLINED:
            # The bank took its promise back after the copy fell: the store bears it, nobody is charged.
            return _close(name, SaleStep.DECLINED, ports)
        case PaymentState.UNKNOWN | PaymentState.APPROVED:
            return _put_off(sale, ports)
        case _:
            assert_never(answer.state)


def refund(sale: Sale, ports: SessionPorts) -> Settled:
    """Give back what the journal says is to be given back, each refund once under its own number."""
    name, pay_code = sale.transaction, ""
    for due in ports.journal.open_refunds(name):
        # A device that has never heard of a refund's number has not done it.
        answer = insist(ports, due.number, partial(_refund, ports, name, due), PaymentState.DECLINED)
        if answer.state is not PaymentState.REFUNDED:
            return _put_off(sale, ports)
        ports.journal.refund_done(name, due)
        pay_code = answer.pay_code
    return _close(name, SaleStep.CLOSED, ports, pay_code)


def _refund(ports: SessionPorts, transaction: str, due: Refund) -> PaymentAnswer:
    return ports.payment.refund(transaction, due.amount_minor, due.number)


def insist(
    ports: SessionPorts, transaction: str, ask: Callable[[], PaymentAnswer], not_done: PaymentState
) -> PaymentAnswer:
    """Ask until the device says what became of it: an unknown answer is asked about, never assumed.

    Args:
        ports: payment device and clock.
        transaction: ours; the device does nothing twice for it.
        ask: the request.
        not_done: what a query says while the request has not been done; it is then made again.
    """
    answer = PaymentAnswer(PaymentState.UNKNOWN)
    for attempt in range(ASK_AGAIN):
        if attempt:
            ports.clock.sleep(ASK_AGAIN_AFTER_S)
        answer = _reached(ask)
        if answer.state is PaymentState.UNKNOWN:
            answer = _reached(lambda: ports.payment.query(transaction))
        if answer.state not in (PaymentState.UNKNOWN, not_done):
            return answer
    return PaymentAnswer(PaymentState.UNKNOWN)


def _void(sale: Sale, ports: SessionPorts) -> Settled:
    name = sale.transaction
    ports.journal.write(name, SaleStep.VOIDING)
    answer = insist(ports, name, lambda: ports.payment.void(name), PaymentState.APPROVED)
    match answer.state:
        case PaymentState.VOIDED | PaymentState.REFUNDED | PaymentState.DECLINED:
            return _close(name, SaleStep.VOIDED, ports)
        case PaymentState.CAPTURED:
            # Taken though nothing was delivered and nobody asked for it: all of it goes back.
            ports.journal.refund_all(name)
            return refund(sale, ports)
        case PaymentState.UNKNOWN | PaymentState.APPROVED:
            return _put_off(sale, ports)
        case _:
            assert_never(answer.state)


def _reached(ask: Callable[[], PaymentAnswer]) -> PaymentAnswer:
    """An unreachable device has said nothing: the same as an unknown answer."""
    try:
        return ask()
    except PaymentFault:
        return PaymentAnswer(PaymentState.UNKNOWN)


def _close(transaction: str, last: SaleStep, ports: SessionPorts, pay_code: str = "") -> Settled:
    if last is not SaleStep.CLOSED:
        ports.journal.write(transaction, last)
    ports.journal.write(transaction, SaleStep.CLOSED)
    return Settled(_now(transaction, ports), pay_code)


def _put_off(sale: Sale, ports: SessionPorts) -> Settled:
    ports.journal.write(sale.transaction, SaleStep.ANSWER_UNKNOWN)
    return Settled(_now(sale.transaction, ports))


def _now(transaction: str, ports: SessionPorts) -> Sale:
    sale = ports.journal.sale(transaction)
    if sale is None:
        raise LookupError("a sale the journal has never heard of")
    return sale


def copy_is_there(view: Frame, limits: CopyCheck) -> bool:
    """Whether anything hangs in the clamp before the check camera.

    Raises:
        CameraFault: too dark to tell.
        JawMisplaced: the clamp is not where it must be, so that an empty picture is no empty clamp.
    """
    try:
        measure_copy(view, limits)
    except CameraFault:
        grey, colours = counted(view)
        (light,) = levels(grey, 0.98)
        if light < 60 * colours:
            raise
        # The jaw is at the left; a blade covers a good part of what is right of it.
        right = grey[:, grey.shape[1] // 3 :]
        return float((right < light / 2).mean()) > 0.02
    return True
