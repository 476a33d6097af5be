"""What the screen shows: one frozen value, holding nothing of the key's shape.

The controller makes a new one whenever something shown changes and posts it; the screen never asks. What of it a
shopper, staff and technicians see lies in `kiosk.session.snapshot_parts`; whoever imports it finds it here.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.key.condition import KeyCondition
from kiosk.key.reading import Outcome
from kiosk.policy.letter import LetterProblem
from kiosk.session.snapshot_parts.shopper import (
    CheckResult,
    ClosedReason,
    FailedReason,
    FaultNotice,
    Guidance,
    Offer,
    PaperState,
    Progress,
    Receipt,
    Refusal,
    ReturnMessage,
    ReturnResult,
    Waiting,
    WornChoice,
)
from kiosk.session.snapshot_parts.staff import (
    LessonFound,
    LessonStep,
    LessonView,
    MoneyDoubt,
    OwnKeywayView,
    RefundState,
    SaleLine,
    SalesDesk,
    SettingsView,
    StaffMessage,
    StaffView,
    Switched,
)
from kiosk.session.snapshot_parts.technician import (
    JOG_STEPS_MM,
    CalibrationView,
    FittedView,
    Preview,
    ServiceMessage,
    ServiceView,
    TrialView,
)
from kiosk.session.states import State

__all__ = [
    "JOG_STEPS_MM",
    "CalibrationView",
    "CheckResult",
    "ClosedReason",
    "FailedReason",
    "FaultNotice",
    "FittedView",
    "Guidance",
    "LessonFound",
    "LessonStep",
    "LessonView",
    "MoneyDoubt",
    "Offer",
    "OwnKeywayView",
    "PaperState",
    "Preview",
    "Progress",
    "Receipt",
    "RefundState",
    "Refusal",
    "ReturnMessage",
    "ReturnResult",
    "SaleLine",
    "SalesDesk",
    "ServiceMessage",
    "ServiceView",
    "SettingsView",
    "Snapshot",
    "StaffMessage",
    "StaffView",
    "Switched",
    "TrialView",
    "Waiting",
    "WornChoice",
]


@dataclass(frozen=True)
class Snapshot:
    """Everything the screen shows."""

    state: State
    simulated: bool
    language: str = "en"
    stocked: tuple[str, ...] = ()
    """Names of blanks that could be sold now, for the welcome screen."""
    price_from_minor: int = 0
    currency: str = "USD"
    tray_has_key: bool = False
    key_left: bool = False
    """Somebody before left a key in the tray."""
    cancelled: bool = False
    """A visit was just cancelled and nothing was charged."""
    moves_in_s: int = 0
    """The machine is about to move by itself in so many seconds; 0: it is not."""
    may_move: bool = False
    """The machine moves, or may begin to without another touch: every screen has STOP."""
    wheel_may_turn: bool = False
    """The board was lost, and nothing has confirmed that its wheel stands: people must press the emergency stop."""
    staff_called: bool = False
    help_phone: str = ""
    staff_door: bool = True
    """Whether staff can sign in: not while the program could not even start."""
    try_again: Outcome | None = None
    guidance: Guidance | None = None
    """For whoever lays a key once more and cannot see how."""
    offer: Offer | None = None
    worn: WornChoice | None = None
    condition: KeyCondition | None = None
    """How worn the key is, for whoever asks beside an offer or a refusal."""
    refusal: Refusal | None = None
    letter_problem: LetterProblem | None = None
    """Why the letter just entered was not taken."""
    sold: str = ""
    """Blank and finish that are sold, such as "SC1/black"; nothing of how it is cut."""
    progress: Progress | None = None
    check: CheckResult | None = None
    receipt: Receipt | None = None
    paper: PaperState = PaperState.NONE
    fault: FaultNotice | None = None
    waiting: Waiting | None = None
    staff: StaffView | None = None
    service: ServiceView | None = None
    returned: ReturnResult | None = None
    return_message: ReturnMessage | None = None
    return_closed_min: int = 0
    """Minutes until codes are taken again."""
    return_open_minor: int = 0
    """What is asked of the terminal to be given back of the sale whose code was typed."""
    clear_first: bool = False
    """What lies in the tray was read already and must be taken out before a key is laid again."""
    lay_again: Outcome | None = None
    """Why the original or the copy must be laid once more."""
    other_laid: bool = False
    """What was laid as the copy is another key: the copy itself is asked for, once."""
    closed_reason: ClosedReason | None = None
    opens_utc_s: float = 0.0
    """When shoppers are served again, where the hours say so; 0: nobody knows."""
    failed_reason: FailedReason | None = None
