"""What a sale is: where its money and its metal are, and the steps it goes through.

Responsible for: the values, what each step means for money and metal, and each step in words. Not responsible for: how
they are kept (`kiosk.records.journal.rows`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PaymentStatus(StrEnum):
    """Where a sale's money is."""

    NONE = "none"
    AUTHORISING = "authorising"
    RESERVED = "reserved"
    DECLINED = "declined"
    CAPTURING = "capturing"
    CAPTURED = "captured"
    VOIDING = "voiding"
    VOIDED = "voided"
    REFUNDING = "refunding"
    REFUNDED = "refunded"


class BlankStatus(StrEnum):
    """Where a sale's present blank is."""

    NONE = "none"
    CLAMPED = "clamped"
    """In the clamp or on its way there, not yet a copy that may be handed over."""
    DELIVERING = "delivering"
    """A good copy is being dropped into the chute: after a crash only a look shows whether it fell."""
    GONE = "gone"
    """It is no longer in the clamp, and nobody saw where it fell: staff say whether the shopper has it."""

    @property
    def in_clamp(self) -> bool:
        """Whether something may be in the clamp."""
        return self in (BlankStatus.CLAMPED, BlankStatus.DELIVERING)


class Remedy(StrEnum):
    """How a copy that was cut wrongly is made good."""

    REFUND = "refund"
    """Its own price is given back, and no more."""
    RECUT = "recut"
    """One free copy of the same key on the same blank, as a sale of its own."""


class SaleStep(StrEnum):
    """What is about to happen, or what came of it."""

    OPENED = "opened"
    AUTHORISING = "authorising"
    RESERVED = "reserved"
    DECLINED = "declined"
    ANSWER_UNKNOWN = "answer_unknown"
    LOOKED_UP = "looked_up"
    LOADING = "loading"
    SLOT_LOCKED = "slot_locked"
    CUTTING = "cutting"
    CHECKING = "checking"
    PASSED = "passed"
    NOT_PASSED = "not_passed"
    REJECTED = "rejected"
    DELIVERING = "delivering"
    HANGING = "hanging"
    GONE = "gone"
    NOT_RECEIVED = "not_received"
    DELIVERED = "delivered"
    CAPTURING = "capturing"
    CAPTURED = "captured"
    VOIDING = "voiding"
    VOIDED = "voided"
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    STOPPED = "stopped"
    FAULT = "fault"
    SETTLING = "settling"
    CLOSED = "closed"


MONEY_AFTER = {
    SaleStep.AUTHORISING: PaymentStatus.AUTHORISING,
    SaleStep.RESERVED: PaymentStatus.RESERVED,
    SaleStep.DECLINED: PaymentStatus.DECLINED,
    SaleStep.CAPTURING: PaymentStatus.CAPTURING,
    SaleStep.CAPTURED: PaymentStatus.CAPTURED,
    SaleStep.VOIDING: PaymentStatus.VOIDING,
    SaleStep.VOIDED: PaymentStatus.VOIDED,
    SaleStep.REFUNDING: PaymentStatus.REFUNDING,
    SaleStep.REFUNDED: PaymentStatus.REFUNDED,
}
METAL_AFTER = {
    SaleStep.LOADING: BlankStatus.CLAMPED,
    SaleStep.REJECTED: BlankStatus.NONE,
    SaleStep.DELIVERING: BlankStatus.DELIVERING,
    SaleStep.HANGING: BlankStatus.CLAMPED,
    SaleStep.GONE: BlankStatus.GONE,
    SaleStep.NOT_RECEIVED: BlankStatus.NONE,
    SaleStep.DELIVERED: BlankStatus.NONE,
}

TIMED = frozenset(
    {
        SaleStep.OPENED,
        SaleStep.AUTHORISING,
        SaleStep.RESERVED,
        SaleStep.DECLINED,
        SaleStep.ANSWER_UNKNOWN,
    }
)
"""Steps before any metal: their rows say to the millisecond when. All others say the quarter of an hour alone, since
how long a cut took says something of the key."""
CLOSED_AFTER = {SaleStep.REFUNDING: False, SaleStep.CLOSED: True}
"""A sale brought back is open again until its money is back: a crash or an unknown answer must not lose it."""

WORDS = {
    SaleStep.OPENED: "the sale was opened",
    SaleStep.AUTHORISING: "the money was about to be reserved",
    SaleStep.RESERVED: "the money was reserved, none taken",
    SaleStep.DECLINED: "the payment was declined",
    SaleStep.ANSWER_UNKNOWN: "the payment device did not say what it did; it will be asked again",
    SaleStep.LOOKED_UP: "staff looked up at the terminal or with its operator what was done",
    SaleStep.LOADING: "a blank was about to be loaded",
    SaleStep.SLOT_LOCKED: "the blank was unfit and its slot was locked",
    SaleStep.CUTTING: "cutting was about to start",
    SaleStep.CHECKING: "the copy was about to be measured",
    SaleStep.PASSED: "the copy was within tolerance",
    SaleStep.NOT_PASSED: "the copy was outside tolerance",
    SaleStep.REJECTED: "what was in the clamp was scrapped",
    SaleStep.DELIVERING: "the copy was about to be dropped into the chute",
    SaleStep.HANGING: "the copy did not fall into the chute: it is still in the clamp",
    SaleStep.GONE: "the copy is not in the clamp, and nobody saw it fall: staff are asked",
    SaleStep.NOT_RECEIVED: "staff say that the shopper did not get the copy",
    SaleStep.DELIVERED: "the copy was delivered",
    SaleStep.CAPTURING: "the money for the delivered copies was about to be taken",
    SaleStep.CAPTURED: "the money was taken",
    SaleStep.VOIDING: "the reserved money was about to be let go",
    SaleStep.VOIDED: "the reserved money was let go",
    SaleStep.REFUNDING: "the money was about to be given back",
    SaleStep.REFUNDED: "the money was given back",
    SaleStep.STOPPED: "the machine was stopped",
    SaleStep.FAULT: "a fault ended it",
    SaleStep.SETTLING: "what was left open was about to be settled",
    SaleStep.CLOSED: "the sale was closed",
}


@dataclass(frozen=True)
class Sale:
    """One sale as the journal has it. Money in minor units of `currency`."""

    transaction: str
    bring_back_code: str
    opened_utc: str
    simulated: bool
    blank: str
    finish: str
    copies: int
    price_each_minor: int
    currency: str
    payment: str
    money: PaymentStatus
    metal: BlankStatus
    delivered: int
    closed: bool
    number: int = 0
    """Grows from sale to sale; 0 for one that never was in a journal."""
    refunded: int = 0
    """Copies whose price was given back."""
    recut_of: str = ""
    """The sale whose copy this one makes good, free of charge; empty for any other."""

    @property
    def due_minor(self) -> int:
        """What the delivered copies cost."""
        return self.price_each_minor * self.delivered

    @property
    def kept_minor(self) -> int:
        """What the shopper has paid in the end, once it was taken: the price of every copy but those given back."""
        return self.price_each_minor * (self.delivered - self.refunded)


@dataclass(frozen=True)
class Refund:
    """The price of one copy, to be given back once: `number` is our own, unlike every other."""

    number: str
    amount_minor: int


class ClaimRefused(Exception):
    """More was to be made good than was sold: nothing was written."""


@dataclass(frozen=True)
class CopyError:
    """How far one copy was off: errors only, mm. `touch_error_mm` is where its blank's edge was met."""

    mean_mm: float
    largest_mm: float
    touch_error_mm: float
    passed: bool


@dataclass(frozen=True)
class CopyMade:
    """How one good copy was made: what its certificate says. Errors only, mm; nothing of the key."""

    copy: int
    largest_mm: float
    allowed_mm: float
    restored: bool
    """Made to factory depths; else the key was copied as it is."""
    worn_mm: float
    """The most that one cut of the key had lost; 0 for one like new."""
    measured_utc: str = ""


@dataclass(frozen=True)
class NewSale:
    """What is known of a sale when it opens."""

    transaction: str
    bring_back_code: str
    blank: str
    finish: str
    copies: int
    price_each_minor: int
    currency: str
    payment: str
    recut_of: str = ""
    """The sale whose copy this one makes good."""
