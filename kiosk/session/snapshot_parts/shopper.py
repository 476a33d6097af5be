"""What a shopper is shown: frozen values, holding nothing of the key's shape."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hardware.payment.till_code import TillCode
from kiosk.identification.compare import Likeness
from kiosk.identification.outline.placement import Placement
from kiosk.key.reading import Outcome
from kiosk.policy.decision import FiredRule
from kiosk.records.journal import Remedy, Statement


class ClosedReason(StrEnum):
    """Why shoppers cannot be served though nothing is broken."""

    STAFF = "staff"
    DISK = "disk"
    """What a visit does could not be recorded."""
    EMPTY = "empty"
    HOURS = "hours"
    """Outside the opening hours, or closed until another day."""
    DRIFT = "drift"


class FailedReason(StrEnum):
    """Why no copy was made."""

    STOPPED = "stopped"
    CHECK = "check"
    BLANK = "blank"
    PAYMENT = "payment"


class ReturnMessage(StrEnum):
    """What is wrong with a receipt's code typed in."""

    NOT_FOUND = "not_found"
    CLOSED = "closed"
    """Too many wrong ones."""
    CLAIMED = "claimed"
    """Every copy of it was made good."""
    REFUND_OPEN = "refund_open"
    """Money of it is being given back and may not have been yet."""
    UNSETTLED = "unsettled"
    """What was paid for it, or what was cut, is still in doubt."""


@dataclass(frozen=True)
class Offer:
    """What we found and what a copy costs. `blank_name` such as "Kwikset KW1"."""

    blank: str
    blank_name: str
    price_each_minor: int
    currency: str
    quantity: int
    max_quantity: int
    finish: str
    finishes: tuple[str, ...]
    finish_prices_minor: tuple[int, ...] = ()
    """Of one copy in each of `finishes`."""
    notices: tuple[FiredRule, ...] = ()
    stamp_pending: bool = False
    """The head is still being read: buying waits for it."""
    declined: bool = False
    """The last try to pay was."""
    lifted_for: tuple[int, ...] = ()
    """Numbers of copies that staff, or a letter, lifted a rule for; empty where nothing was lifted."""

    @property
    def total_minor(self) -> int:
        """Price of all copies."""
        return self.price_each_minor * self.quantity


@dataclass(frozen=True)
class Guidance:
    """How what lies in the tray must be moved. `number` grows whenever it is to be said."""

    placement: Placement
    number: int


@dataclass(frozen=True)
class WornChoice:
    """Numbers of the worn cuts, and whether the kiosk advises restoring."""

    cuts: tuple[int, ...]


@dataclass(frozen=True)
class Refusal:
    """Why not. `next_steps` are ids of advice (`locksmith`, `card`, `clean`, `staff`), worded by the screen."""

    rules: tuple[FiredRule, ...] = ()
    outcome: Outcome | None = None
    can_be_approved: bool = False
    next_steps: tuple[str, ...] = ()
    takes_letter: bool = False
    """Whether a letter of the mark's owner would lift it."""
    keyway: str = ""
    """The name of the keyway asked for, if it was told: what the owner could stock. Never what the key was."""
    denied: bool = False
    """Staff were asked, and decided against it."""


@dataclass(frozen=True)
class Progress:
    """Live steps: `steps` are ids, `step` the index of the current one, `fraction` of this step done.

    `left_s` and `whole`, the part of all copies that is done, are one estimate told in two ways.
    """

    steps: tuple[str, ...]
    step: int
    fraction: float
    left_s: float
    copy: int
    copies: int
    whole: float = 0.0


@dataclass(frozen=True)
class CheckResult:
    """Pass figures of one copy: the largest error, never the depths."""

    passed: bool
    largest_error_mm: float
    tolerance_mm: float
    transaction: str = ""
    blank: str = ""


@dataclass(frozen=True)
class Receipt:
    """What was paid, and the code to pay or to bring back. `status`: reserved, paid, voided, refunded, free."""

    transaction: str
    amount_minor: int
    currency: str
    status: str
    copies: int
    pay_code: str = ""
    till: TillCode | None = None
    """What the store's till sells by itself; `pay_code` stands beside it, as it alone names the sale."""
    bring_back_code: str = ""
    again: bool = False
    """Not the first one of this sale."""
    statement: Statement | None = None
    """What became of the money that was reserved; None where none was."""
    certificates: tuple[str, ...] = ()
    """One signed text a delivered copy: how exactly it was made, and nothing of the key."""


class PaperState(StrEnum):
    """How it stands with a receipt on paper."""

    NONE = "none"
    """None is offered."""
    MISSING = "missing"
    """One would be printed, and the printer cannot."""
    OFFERED = "offered"
    PRINTING = "printing"
    PRINTED = "printed"
    FAILED = "failed"


@dataclass(frozen=True)
class FaultNotice:
    """Out of order, with a stable code; `detail` is for technicians and holds no key data."""

    code: str
    detail: str
    since_utc_s: float
    recovering: bool = False
    attempt: int = 0
    heals_itself: bool = False
    failed_code: str = ""
    """Why the last try to recover failed; empty: there was none, or it has not ended."""
    failed_utc_s: float = 0.0


@dataclass(frozen=True)
class Waiting:
    """A time-out that is being announced."""

    left_s: int
    extensions_left: int


@dataclass(frozen=True)
class ReturnResult:
    """A copy brought back beside its original: what they are to each other, and what may be chosen (ids)."""

    likeness: Likeness
    largest_error_mm: float | None = None
    """Of a cut, where both are one key."""
    remedies: tuple[Remedy, ...] = ()
    price_minor: int = 0
    """What a refund gives back: the price of this one copy."""
    currency: str = ""
    one_key: bool = False
    """The first key was of another kind than was sold: no second one was laid."""

    @property
    def undecided(self) -> bool:
        """Whether the two keys were not held against each other, and may be laid again."""
        return self.likeness is Likeness.UNREADABLE or self.one_key
