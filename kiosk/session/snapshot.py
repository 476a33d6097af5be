"""What the screen shows: one frozen value, holding nothing of the key's shape.

The controller makes a new one whenever something shown changes and posts it; the screen never asks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from config.problems import Facts, Wrong
from hardware.payment.till_code import TillCode
from hardware.ports import MachineStatus, PrinterStatus, WireLine
from hardware.scan import Pixels
from kiosk.identification.compare import Likeness
from kiosk.identification.outline.placement import Placement
from kiosk.key.condition import KeyCondition
from kiosk.key.reading import Outcome
from kiosk.policy.decision import FiredRule
from kiosk.policy.letter import LetterProblem
from kiosk.policy.role import Role
from kiosk.records.inventory import SlotView
from kiosk.records.journal import Remedy, Statement
from kiosk.session.outlook import Outlook
from kiosk.session.states import State
from kiosk.staff.approvals import ApprovalReason

JOG_STEPS_MM = (0.01, 0.1, 1.0, 10.0)
"""How far a technician may have an axis moved at one touch."""


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


@dataclass(frozen=True)
class Progress:
    """Live steps: `steps` are ids, `step` the index of the current one, `fraction` of this step done."""

    steps: tuple[str, ...]
    step: int
    fraction: float
    left_s: float
    copy: int
    copies: int


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


@dataclass(frozen=True)
class Waiting:
    """A time-out that is being announced."""

    left_s: int
    extensions_left: int


class MoneyDoubt(StrEnum):
    """What staff must look up, as no terminal here can tell any more."""

    NONE = "none"
    TAKEN = "taken"
    """Whether the money was taken."""
    GIVEN_BACK = "given_back"
    """Whether it was given back."""


@dataclass(frozen=True)
class SaleLine:
    """One of the last transactions, for staff."""

    opened_utc_s: float
    transaction: str
    status: str
    amount_minor: int
    copies: int
    blank: str = ""
    statement: Statement | None = None
    doubt: MoneyDoubt = MoneyDoubt.NONE
    number: int = 0
    """Grows from sale to sale."""
    price_each_minor: int = 0
    refundable: int = 0
    """Of how many of its copies the price can be given back."""


class RefundState(StrEnum):
    """How it stands with a refund that a manager asked for."""

    NONE = "none"
    ASKED = "asked"
    DONE = "done"
    LATER = "later"
    """The device has not said so yet: it is asked about until it does."""
    NOT_DUE = "not_due"
    """There was nothing of it to give back any more."""


@dataclass(frozen=True)
class SalesDesk:
    """What staff are doing about the sales that were made."""

    before: int = 0
    """The sales before this number are shown; 0: the newest."""
    sale: str = ""
    """Which one `refund` or `paper` is about."""
    refund: RefundState = RefundState.NONE
    pay_code: str = field(default="", repr=False)
    """By which a register gives the money back, where that is how one pays."""
    paper: PaperState = PaperState.NONE


class StaffMessage(StrEnum):
    """What staff are told on their page."""

    CHECKING = "checking"
    """Their PIN is: that is slow on purpose."""
    WRONG = "wrong"
    LOCKED_OUT = "locked_out"
    NOBODY = "nobody"
    """No account was ever made."""
    NOT_ALLOWED = "not_allowed"
    WRONG_COUNT = "wrong_count"
    NOT_CLEAR_SILENT = "not_clear_silent"
    NOT_CLEAR_EMERGENCY_STOP = "not_clear_emergency_stop"
    NOT_CLEAR_DOOR = "not_clear_door"
    """Not recovered: see `kiosk.session.obstacle.Obstacle`."""
    SETTINGS_OFFICE = "settings_office"
    SETTINGS_INVALID = "settings_invalid"
    SETTINGS_NOT_WRITTEN = "settings_not_written"
    SETTINGS_NO_FOLDER = "settings_no_folder"
    """See `kiosk.session.ports.SettingsRefusal`."""


class LessonStep(StrEnum):
    """What a lesson waits for."""

    LAY = "lay"
    LOOK = "look"
    LIFT = "lift"
    """What was looked at is taken out again."""
    DONE = "done"


class LessonFound(StrEnum):
    """What a lesson found, and was done with it."""

    ENROLLED = "enrolled"
    MIRRORED = "mirrored"
    """Left and right are exchanged: the technician is asked about the cameras."""
    WRONG_BLANK = "wrong_blank"
    """The slot is locked."""
    UNSEEN = "unseen"
    CUT = "cut"
    DIFFER = "differ"
    TOO_THIN = "too_thin"
    TOO_LIKE = "too_like"
    NOT_WRITTEN = "not_written"


@dataclass(frozen=True)
class LessonView:
    """Blanks of a slot being laid for the reader: how many of how many were good, and what is wanted next."""

    slot: int
    step: LessonStep
    good: int
    wanted: int
    found: LessonFound | None = None
    differs: str = ""
    """In what a wrong blank differs: `section`, `length`, `height`, `stop`."""
    taken_for: str = ""
    """Whose section a wrong blank has, where it is on file."""
    unlike_mm: float | None = None
    """How far the section of an enrolled blank is from its drawing."""


@dataclass(frozen=True)
class SettingsView:
    """What a manager may change of the store, as it will hold for the next shopper."""

    price_minor: int
    finish_prices_minor: tuple[tuple[str, int], ...] = ()
    hours: tuple[str, ...] = ()
    """Of each weekday, Monday first, as they are written in the file."""
    closed_until: str = ""
    """A day such as 2026-12-24; empty: it is not closed."""
    today: str = ""
    ruled: frozenset[str] = frozenset()
    """Fields the office sets."""


@dataclass(frozen=True)
class OwnKeywayView:
    """What came of entering a keyway of the owner's own: the field that is wrong and why, or its code and slot."""

    field: str = ""
    wrong: Wrong | None = None
    facts: Facts = ()
    code: str = ""
    slot: int = 0


@dataclass(frozen=True)
class Switched:
    """Who of staff opened or closed the kiosk last, and when; nobody has since it came up if `utc_s` is 0."""

    by: str = ""
    utc_s: float = 0.0


@dataclass(frozen=True)
class StaffView:
    """What a member of staff sees. `asked` is exactly what they would approve."""

    name: str = ""
    role: Role | None = None
    message: StaffMessage | None = None
    retry_after_s: int = 0
    asked: FiredRule | None = None
    copies: int = 0
    """How many copies they would approve it for."""
    reasons: tuple[ApprovalReason, ...] = ()
    closes_in_s: int = 0
    """Whole seconds until the approval page closes by itself."""
    slots: tuple[SlotView, ...] = ()
    sales: tuple[SaleLine, ...] = ()
    desk: SalesDesk = SalesDesk()
    more_sales: bool = False
    """There are older ones."""
    machine: MachineStatus | None = None
    """Door, emergency stop and inputs as they are, for whoever wants to recover the machine."""
    printer: PrinterStatus | None = None
    """What it last said of itself; None where there is none."""
    doubts: tuple[SaleLine, ...] = ()
    """Sales whose last copy left the clamp unseen: staff say whether the shopper has it."""
    recovering: bool = False
    lesson: LessonView | None = None
    closed: ClosedReason | None = None
    """Why shoppers are not served when staff leave; None if they are."""
    switched: Switched = Switched()
    saved_utc_s: float = 0.0
    """When their last change was written down; 0 once they asked for something else."""
    settings: SettingsView | None = None
    """For a manager."""
    own_keyway: OwnKeywayView | None = None
    """For a manager or a technician."""


@dataclass(frozen=True, eq=False, repr=False)
class Preview:
    """One camera's picture, small and grey, or why there is none. Overwritten when it is no longer shown."""

    view: str
    pixels: Pixels | None = None
    problem: str = ""


@dataclass(frozen=True)
class TrialView:
    """A test cut: how far it was off, never a shopper's key. `errors_mm` is one error a cut, shoulder first."""

    slot: int
    blank: str
    passed: bool
    largest_error_mm: float
    tolerance_mm: float
    errors_mm: tuple[float, ...] = ()


@dataclass(frozen=True)
class FittedView:
    """What a calibration found in one view; `refused` is the id of why it found nothing that serves."""

    view: str
    mm_per_px: float = 0.0
    residual_mm: float = 0.0
    tilt_deg: float = 0.0
    laser_angle_deg: float | None = None
    refused: str = ""
    figure: float = 0.0


@dataclass(frozen=True)
class CalibrationView:
    """A calibration, and the name of the file it was written to (empty: refused)."""

    views: tuple[FittedView, ...]
    file: str = ""


class ServiceMessage(StrEnum):
    """What came of a technician's last action, or why it was not done."""

    DONE = "done"
    LET_GO = "let_go"
    BEYOND_TRAVEL = "beyond_travel"
    NO_BLANK = "no_blank"
    BLANK_UNFIT = "blank_unfit"
    BLANK_MISSING = "blank_missing"
    BLANK_OTHER = "blank_other"
    NOT_PLANNED = "not_planned"
    TRIAL_PASSED = "trial_passed"
    TRIAL_FAILED = "trial_failed"
    CALIBRATED = "calibrated"
    CALIBRATION_REFUSED = "calibration_refused"
    NOT_WRITTEN = "not_written"
    UNKNOWN_ACTION = "unknown_action"
    NOT_NOW = "not_now"
    RECOVER_FIRST = "recover_first"
    NOT_CLEAR_SILENT = "not_clear_silent"
    NOT_CLEAR_EMERGENCY_STOP = "not_clear_emergency_stop"
    NOT_CLEAR_DOOR = "not_clear_door"
    TERMINAL_GOOD = "terminal_good"
    TERMINAL_NONE = "terminal_none"
    TERMINAL_NO_PARTIAL_BOOKING = "terminal_no_partial_booking"
    TERMINAL_TIMEOUT_UNKNOWN = "terminal_timeout_unknown"
    TERMINAL_TIMEOUT_SHORT = "terminal_timeout_short"
    TERMINAL_WRONG_PASSWORD = "terminal_wrong_password"  # noqa: S105 - what is said of one
    TERMINAL_UNREACHABLE = "terminal_unreachable"
    TERMINAL_DECLINED = "terminal_declined"
    TERMINAL_NOT_RELEASED = "terminal_not_released"
    """See `hardware.payment.check.TerminalState`."""


@dataclass(frozen=True)
class ServiceView:
    """What a technician sees."""

    status: MachineStatus | None = None
    travel_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Of each axis, from minus this to 0."""
    card_terminal: bool = False
    """Whether one pays at a card terminal."""
    versions: tuple[tuple[str, str], ...] = ()
    wire: tuple[WireLine, ...] = ()
    errors: tuple[str, ...] = ()
    drift_mm: tuple[float, ...] = ()
    drift_limit_mm: float = 0.0
    busy: str = ""
    fraction: float = 0.0
    """Of what is going on."""
    message: ServiceMessage | None = None
    detail: str = ""
    """A fault's code or a figure, in place of a message."""
    slots: tuple[SlotView, ...] = ()
    trial: TrialView | None = None
    calibration: CalibrationView | None = None
    cameras_live: bool = False
    previews: tuple[Preview, ...] = ()
    outlook: Outlook | None = None
    """What will need a technician; None before it is known."""
    outlook_failed: bool = False
    """The records do not say it."""


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
    moves_in_s: int = 0
    """The machine is about to move by itself in so many seconds; 0: it is not."""
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
    lay_again: Outcome | None = None
    """Why the original or the copy must be laid once more."""
    closed_reason: ClosedReason | None = None
    opens_utc_s: float = 0.0
    """When shoppers are served again, where the hours say so; 0: nobody knows."""
    failed_reason: FailedReason | None = None
