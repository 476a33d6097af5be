"""Which payment device a machine has, and how it is reached.

Responsible for: the settings of the register, a ZVT terminal and a card reader behind an MDB adapter. Not responsible
for: talking to any of them (`hardware.payment`), prices (`config.store`).
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from config.base import Frozen, PortText


class PaymentKind(StrEnum):
    """How one pays."""

    REGISTER = "register"
    ZVT = "zvt"
    MDB = "mdb"


class PartialBooking(StrEnum):
    """How a ZVT terminal books less than it reserved: makers read the amount of 06 23 in two ways."""

    RELEASED = "released"
    """The amount sent is what is let go."""
    BOOKED = "booked"
    """The amount sent is what is taken."""
    NONE = "none"
    """The acquirer does not allow it: one copy a payment."""


class Zvt(Frozen):
    """A terminal that speaks ZVT. `port` is `socket://HOST:PORT` or a serial device."""

    port: PortText = "socket://127.0.0.1:20007"
    baud: int = Field(default=115200, ge=1200, le=921600)
    password: str = Field(default="000000", pattern="^[0-9]{6}$", repr=False)
    currency_number: int = Field(default=978, ge=1, le=999)
    partial_booking: PartialBooking = PartialBooking.RELEASED
    acknowledge_timeout_s: float = Field(default=5.0, ge=0.1, le=30)
    command_timeout_s: float = Field(default=180.0, ge=0.1, le=600)


class Mdb(Frozen):
    """A card reader on a Qibixx MDB-USB adapter."""

    port: PortText = "/dev/kiosk-mdb"
    reply_timeout_s: float = Field(default=3.0, ge=0.1, le=30)
    card_timeout_s: float = Field(default=90.0, ge=0.1, le=600)
    longest_job_s: float = Field(default=300.0, ge=10, le=3600)


class Payment(Frozen):
    """The payment device."""

    kind: PaymentKind = PaymentKind.REGISTER
    zvt: Zvt = Zvt()
    mdb: Mdb = Mdb()

    @property
    def one_copy_a_payment(self) -> bool:
        """Whether the device cannot take less than it has promised."""
        return self.kind is PaymentKind.MDB or (
            self.kind is PaymentKind.ZVT and self.zvt.partial_booking is PartialBooking.NONE
        )
