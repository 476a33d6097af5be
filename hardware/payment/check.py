"""Would this terminal do what a sale needs? It is asked; with a card, one minor unit is reserved and let go.

Responsible for: the questions, and one word for what was found: the doctor and a technician's page say it each in
their own. Not responsible for: the terminals themselves. Nothing is ever taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import uuid4

from config.payment import Mdb, PartialBooking, Zvt
from config.payment import Payment as PaymentSettings
from hardware.errors import PaymentFault
from hardware.payment.mdb import MdbPayment
from hardware.payment.zvt import ZvtPayment
from hardware.payment.zvt_session import TerminalRefused
from hardware.ports import Payment, PaymentState

MARGIN_S = 60
"""A reader must wait so much longer for the end of a sale than the longest job takes."""


class TerminalState(StrEnum):
    """What was found."""

    GOOD = "good"
    NONE = "none"
    """One pays at the register."""
    NO_PARTIAL_BOOKING = "no_partial_booking"
    """Good, but one copy a payment."""
    TIMEOUT_UNKNOWN = "timeout_unknown"
    """Good, but the reader does not say how long it waits."""
    TIMEOUT_SHORT = "timeout_short"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - what is said of one
    UNREACHABLE = "unreachable"
    DECLINED = "declined"
    NOT_RELEASED = "not_released"


@dataclass(frozen=True)
class TerminalFound:
    """What was found, and what the terminal itself had to say of it."""

    state: TerminalState
    said: str = ""
    waits_s: int | None = None
    """A reader: so long for the end of a sale."""


def needed_s(settings: Mdb) -> float:
    """So long a reader must wait for the end of a sale."""
    return settings.longest_job_s + MARGIN_S


def check_terminal(settings: PaymentSettings, device: Payment, *, reserve: bool) -> TerminalFound:
    """Ask it.

    Args:
        settings: what the machine file says.
        device: the payment device.
        reserve: reserve one minor unit with the card that is held to it, and let it go.
    """
    try:
        if isinstance(device, MdbPayment):
            return _reader(settings.mdb, device, reserve)
        if isinstance(device, ZvtPayment):
            return _zvt(settings.zvt, device, reserve)
    except TerminalRefused as fault:
        return TerminalFound(TerminalState.WRONG_PASSWORD, str(fault))
    except PaymentFault as fault:
        return TerminalFound(TerminalState.UNREACHABLE, str(fault))
    return TerminalFound(TerminalState.NONE)


def _zvt(settings: Zvt, device: ZvtPayment, reserve: bool) -> TerminalFound:
    device.query("doctor")
    problem = _reserves(device) if reserve else None
    partial = settings.partial_booking is not PartialBooking.NONE
    return TerminalFound(problem or (TerminalState.GOOD if partial else TerminalState.NO_PARTIAL_BOOKING))


def _reader(settings: Mdb, device: MdbPayment, reserve: bool) -> TerminalFound:
    waits_s = device.status().result_timeout_s
    if waits_s is not None and waits_s < needed_s(settings):
        return TerminalFound(TerminalState.TIMEOUT_SHORT, waits_s=waits_s)
    problem = _reserves(device) if reserve else None
    known = TerminalState.TIMEOUT_UNKNOWN if waits_s is None else TerminalState.GOOD
    return TerminalFound(problem or known, waits_s=waits_s)


def _reserves(device: ZvtPayment | MdbPayment) -> TerminalState | None:
    """What is wrong with a reservation of one minor unit, or None."""
    name = f"test-{uuid4().hex[:12]}"
    answer = device.authorise(name, 1, "")
    if answer.state is PaymentState.DECLINED:
        return TerminalState.DECLINED
    if answer.state is PaymentState.APPROVED:
        answer = device.void(name)
    return None if answer.state is PaymentState.VOIDED else TerminalState.NOT_RELEASED
