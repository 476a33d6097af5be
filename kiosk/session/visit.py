"""One person's visit: everything that must be forgotten when it ends.

Responsible for: holding the visit's data, what is shown of it, and wiping it on every way out. Not responsible for:
what may happen in a visit (`kiosk.session.phases`). No repr shows anything of the key.
"""

from __future__ import annotations

from dataclasses import dataclass

from hardware.scan import ScanFrames
from kiosk.cutting.plan import CutPlan
from kiosk.key.condition import KeyCondition
from kiosk.key.reading import Outcome, StampReading
from kiosk.key.secrecy import wipe
from kiosk.policy.decision import Approval, Decision, FiredRule, Release
from kiosk.policy.letter import LetterProblem
from kiosk.records.journal import Remedy, Sale
from kiosk.session.ports import IdentifiedKey
from kiosk.session.snapshot import (
    CheckResult,
    FailedReason,
    Guidance,
    PaperState,
    Receipt,
    Refusal,
    ReturnMessage,
    ReturnResult,
)
from kiosk.staff.member import StaffMember


@dataclass(frozen=True, repr=False, eq=False)
class PlanBasis:
    """What a plan was made from, to know whether it still holds."""

    identified: IdentifiedKey
    blank: str
    restore: bool
    edge_error_mm: float

    def is_of(self, other: PlanBasis | None) -> bool:
        """Whether both give the same plan: the very same reading, and all else equal."""
        return (
            other is not None
            and self.identified is other.identified
            and (self.blank, self.restore, self.edge_error_mm) == (other.blank, other.restore, other.edge_error_mm)
        )


@dataclass(frozen=True)
class TouchedBlank:
    """The blank in the clamp: where it came from, and how far its edge lay from where it should."""

    slot: int = 0
    error_mm: float = 0.0


@dataclass(repr=False)
class KeySecrets:
    """What is known of the key's shape. One object, wiped at the end of the visit whatever way it ends."""

    identified: IdentifiedKey | None = None
    frames: ScanFrames | None = None
    plan: CutPlan | None = None
    plan_basis: PlanBasis | None = None
    """What `plan` was made from; None while there is none."""

    def drop_frames(self) -> None:
        """Overwrite and let go of the pictures."""
        wipe(self.frames)
        self.frames = None

    def wipe(self) -> None:
        """Overwrite what can be overwritten, let go of the rest."""
        self.drop_frames()
        wipe(self.plan, self.identified)
        self.identified = None
        self.plan = None
        self.plan_basis = None


@dataclass(frozen=True)
class MadeFrom:
    """What a certificate says of the key: no cut and no depth, only how much the most worn one had lost."""

    restored: bool
    worn_mm: float


@dataclass
class Order:
    """What may be bought and what is chosen of it; there is none before a key was read to its end."""

    blank: str
    """Empty: the key was not identified, nothing of it is offered."""
    worn_cuts: tuple[int, ...] = ()
    condition: KeyCondition | None = None
    restore: bool = True
    quantity: int = 1
    finish: str = ""
    declined: bool = False
    wants_to_buy: bool = False
    """Confirmed while the head was still being read."""
    decision: Decision | None = None


@dataclass
class Approving:
    """A member of staff stands before a refusal, with the rule they are asked to lift."""

    member: StaffMember
    asked: FiredRule | None
    closes_at_s: float = 0.0
    """By the session's clock: when their page closes by itself."""


@dataclass
class Making:
    """The copy that is being made; there is none before the key is back in its owner's hand."""

    copy: int = 1
    """Which copy, 1 for the first."""
    recuts: int = 0
    blanks_tried: int = 0
    touched: TouchedBlank = TouchedBlank()
    fraction: float = 0.0
    """Of its cut."""
    whole: float = 0.0
    """Of all copies, as it was last shown."""
    check: CheckResult | None = None
    """Of the copy measured last."""

    def next_copy(self) -> None:
        """One is delivered, another wanted."""
        self.copy += 1
        self.recuts = self.blanks_tried = 0


@dataclass
class Returning:
    """A copy is brought back."""

    message: ReturnMessage | None = None
    closed_min: int = 0
    open_minor: int = 0
    sale: Sale | None = None
    """What was sold, once its receipt is found."""
    copy_attempts: int = 0
    other_laid: bool = False
    """Another key was laid as the copy, and the copy was asked for again: once, so that nobody tries out many."""
    clear_first: bool = False
    """What lies in the tray was read already: nothing is read before it was seen to be taken out."""
    result: ReturnResult | None = None
    remedy: Remedy | None = None
    """How this copy is being made good."""


@dataclass(repr=False)
class Visit:
    """One visit, and in it a value for each stage it has come to. Owned by the controller's thread."""

    transaction: str
    secrets: KeySecrets
    # Looking at the key
    attempts: int = 0
    try_again: Outcome | None = None
    guidance: Guidance | None = None
    guided_at_s: float = 0.0
    """When the tray was last looked at for it."""
    told_at_s: float = 0.0
    """When there was last something to say."""
    fraction: float = 0.0
    """Of the looks that may be needed."""
    tray_empty_seen: int = 0
    stamp: StampReading | None = None
    refusal: Refusal | None = None
    approvals: tuple[Approval, ...] = ()
    release: Release | None = None
    """What the letter of a mark's owner allowed for this key."""
    letter_problem: LetterProblem | None = None
    # The sale
    sale_open: bool = False
    cancelled: bool = False
    """Wanted to leave while the money was being reserved."""
    failed_reason: FailedReason | None = None
    receipt: Receipt | None = None
    paper: PaperState = PaperState.NONE
    # Stages not every visit comes to
    approving: Approving | None = None
    order: Order | None = None
    making: Making | None = None
    returning: Returning | None = None

    @property
    def is_recut(self) -> bool:
        """Whether this is the one free copy in the place of one that was cut wrongly."""
        return self.remedy is Remedy.RECUT

    @property
    def remedy(self) -> Remedy | None:
        """How a copy brought back is being made good, if it is."""
        return self.returning.remedy if self.returning else None

    def wipe(self) -> None:
        """Forget the key, and whatever staff allowed for it."""
        self.secrets.wipe()
        self.drop_approvals()
        self.release = self.letter_problem = None

    def drop_approvals(self) -> None:
        """Nothing more may be done on what staff allowed."""
        self.approvals = ()
        self.approving = None
