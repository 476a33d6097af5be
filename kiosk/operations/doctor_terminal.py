"""The doctor's look at the payment terminal.

Responsible for: what to say and do about what was found. Not responsible for: finding it (`hardware.payment.check`).
"""

from __future__ import annotations

from typing import assert_never

from config.payment import Payment as PaymentSettings
from config.payment import PaymentKind
from hardware.payment.check import TerminalFound, TerminalState, check_terminal, needed_s
from hardware.payment.mdb import MdbPayment
from hardware.payment.zvt import ZvtPayment
from kiosk.operations.doctor import Finding, failed, passed, warned


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
        return _finding(settings, check_terminal(settings, device, reserve=reserve), reserve)
    finally:
        device.close()


def _finding(settings: PaymentSettings, found: TerminalFound, reserve: bool) -> Finding:
    tried = "; one minor unit was reserved and let go" if reserve else ""
    needed = f"{needed_s(settings.mdb):g} s"
    match found.state:
        case TerminalState.GOOD if found.waits_s is not None:
            return passed(
                "terminal", f"the card reader answers, and waits {found.waits_s} s for the end of a sale{tried}"
            )
        case TerminalState.GOOD | TerminalState.NONE:
            return passed("terminal", f"ZVT terminal answers, and nothing is open{tried}")
        case TerminalState.NO_PARTIAL_BOOKING:
            step = "ask the acquirer for partial booking (06 23), then set payment.zvt.partial_booking"
            return warned("terminal", f"ZVT terminal answers; no partial booking: one copy a payment{tried}", step)
        case TerminalState.TIMEOUT_UNKNOWN:
            what = f"the card reader answers, and does not say how long it waits for a sale{tried}"
            return warned("terminal", what, f"ask the reader's operator: it must wait at least {needed}")
        case TerminalState.TIMEOUT_SHORT:
            longest = f"{settings.mdb.longest_job_s:g} s"
            what = f"the card reader waits {found.waits_s} s for the end of a sale; a job may take {longest}"
            step = f"ask the reader's operator for a vend result time-out of at least {needed}"
            return failed("terminal", what, step)
        case TerminalState.WRONG_PASSWORD:
            step = "compare payment.zvt.password with the terminal's cashier password"
            return failed("terminal", found.said, step)
        case TerminalState.UNREACHABLE:
            return failed("terminal", found.said, f"check power, cable and payment.{settings.kind.value}.port")
        case TerminalState.DECLINED:
            step = "try another card; ask the acquirer for reservations"
            return failed("terminal", "the reservation was declined", step)
        case TerminalState.NOT_RELEASED:
            step = "look at the terminal's journal, then try again"
            return failed("terminal", "a test reservation was not let go", step)
        case _:
            assert_never(found.state)
