"""The doctor's look at the payment terminal: it is asked, one minor unit is reserved and let go, nothing is taken.

Responsible for: this check and what to do about what it finds. Not responsible for: the terminal (`hardware.payment`).
"""

from __future__ import annotations

from uuid import uuid4

from config.payment import Mdb, PartialBooking, PaymentKind, Zvt
from config.payment import Payment as PaymentSettings
from hardware.errors import PaymentFault
from hardware.payment.mdb import MdbPayment
from hardware.payment.zvt import ZvtPayment
from hardware.payment.zvt_session import TerminalRefused
from hardware.ports import PaymentState
from kiosk.operations.doctor import Finding, failed, passed, warned

MARGIN_S = 60
"""A reader must wait so much longer for the end of a sale than the longest job takes."""


def terminal(
    settings: PaymentSettings, device: ZvtPayment | MdbPayment | None, *, running: bool, reserve: bool = False
) -> Finding:
    """Does the terminal answer, and would it do what a sale needs?

    Args:
        settings: what the machine file says.
        device: over the port; None where one pays at the register.
        running: whether the kiosk runs, and so has the terminal.
        reserve: reserve one minor unit with the card that is held to it, and let it go.
    """
    if settings.kind is PaymentKind.REGISTER:
        return passed("terminal", "none: paid at the register")
    if running:
        return passed("terminal", "in use by the running kiosk")
    if device is None:
        return warned("terminal", "not asked: there is no data folder yet", "start the kiosk once, or give --data")
    try:
        if isinstance(device, MdbPayment):
            return _reader(settings.mdb, device, reserve)
        return _zvt(settings.zvt, device, reserve)
    except TerminalRefused as fault:
        return failed("terminal", str(fault), "compare payment.zvt.password with the terminal's cashier password")
    except PaymentFault as fault:
        return failed("terminal", str(fault), f"check power, cable and payment.{settings.kind.value}.port")
    finally:
        device.close()


def _zvt(settings: Zvt, device: ZvtPayment, reserve: bool) -> Finding:
    device.query("doctor")
    problem = _reserves(device) if reserve else None
    if problem is not None:
        return problem
    tried = "; one minor unit was reserved and let go" if reserve else ""
    if settings.partial_booking is PartialBooking.NONE:
        step = "ask the acquirer for partial booking (06 23), then set payment.zvt.partial_booking"
        return warned("terminal", f"ZVT terminal answers; no partial booking: one copy a payment{tried}", step)
    return passed("terminal", f"ZVT terminal answers, and nothing is open{tried}")


def _reader(settings: Mdb, device: MdbPayment, reserve: bool) -> Finding:
    timeout_s, needed_s = device.status().result_timeout_s, settings.longest_job_s + MARGIN_S
    if timeout_s is not None and timeout_s < needed_s:
        return failed(
            "terminal",
            f"the card reader waits {timeout_s} s for the end of a sale; a job may take {settings.longest_job_s:g} s",
            f"ask the reader's operator for a vend result time-out of at least {needed_s:g} s",
        )
    problem = _reserves(device) if reserve else None
    if problem is not None:
        return problem
    if timeout_s is None:
        step = f"ask the reader's operator: it must wait at least {needed_s:g} s"
        return warned("terminal", "the card reader answers, and does not say how long it waits for a sale", step)
    return passed("terminal", f"the card reader answers, and waits {timeout_s} s for the end of a sale")


def _reserves(device: ZvtPayment | MdbPayment) -> Finding | None:
    """What is wrong with a reservation of one minor unit, or None."""
    name = f"test-{uuid4().hex[:12]}"
    answer = device.authorise(name, 1, "")
    if answer.state is PaymentState.DECLINED:
        return failed("terminal", "the reservation was declined", "try another card; ask the acquirer for reservations")
    if answer.state is PaymentState.APPROVED:
        answer = device.void(name)
    if answer.state is not PaymentState.VOIDED:
        return failed("terminal", "a test reservation was not let go", "look at the terminal's journal, then try again")
    return None
