"""What staff are shown on their pages, and a manager of sales, slots and settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from config.problems import Facts, Wrong
from hardware.ports import MachineStatus, PrinterStatus
from kiosk.policy.decision import FiredRule
from kiosk.policy.role import Role
from kiosk.records.inventory import SlotView
from kiosk.records.journal import Statement
from kiosk.session.snapshot_parts.shopper import ClosedReason, PaperState
from kiosk.staff.approvals import ApprovalReason


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
    recovered_utc_s: float = 0.0
    """When they recovered the machine; 0: they did not, or it broke again."""
    settings: SettingsView | None = None
    """For a manager."""
    own_keyway: OwnKeywayView | None = None
    """For a manager or a technician."""
