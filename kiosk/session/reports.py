"""What effects report back, as frozen values. No repr prints anything of a key.

Responsible for: the closed union of reports the controller's inbox may hold beside people's wishes
(`kiosk.session.intents`). Not responsible for: what follows from them (`kiosk.session.phases`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, TypeAlias

from config.keyway import Keyway
from config.problems import Facts, Wrong
from config.store_changes import FieldChanges
from hardware.ports import BoardIdentity, MachineStatus, PaymentAnswer, PrinterStatus, TouchOff
from hardware.scan import ScanFrames
from kiosk.calibration.enrolment import EnrolmentRefusal
from kiosk.calibration.lesson import Taught
from kiosk.identification.compare import Compared
from kiosk.identification.outline.placement import Placement
from kiosk.key.reading import Outcome, StampReading
from kiosk.policy.role import Role
from kiosk.records.journal import Remedy, Sale
from kiosk.session.intents import ServiceTask
from kiosk.session.outlook import Outlook
from kiosk.session.ports import IdentifiedKey, LaidBlank, SettingsRefusal
from kiosk.session.snapshot import CalibrationView, CheckResult, Preview, ServiceMessage, TrialView
from kiosk.staff.member import SignInProblem

LONE_PROBLEM = "SESSION"
"""The code of a problem nothing explains."""


@dataclass(frozen=True)
class Faulted:
    """An effect ended in a fault.

    `heals` says whether the kiosk may come back by itself: only where nothing of the machine has to move for it.
    """

    code: str
    detail: str
    heals: bool


class HeldBack(StrEnum):
    """Why a machine that was just switched on must wait for a person before it moves."""

    LATE = "late"
    """It did not answer at first."""
    FAULT = "fault"
    """It stopped before the restart, and nobody has recovered it since."""
    METAL = "metal"
    """Something may be in the clamp."""
    SALE = "sale"
    """The restart came in the middle of a sale."""
    SUSPECT = "suspect"
    """Blank after blank failed."""
    DOOR = "door"
    """The door is open, or hold or the emergency stop are pressed."""


@dataclass(frozen=True)
class Connected:
    """The board answers, nothing has moved. `held_back` says why nothing may by itself, if so."""

    identity: BoardIdentity | None
    unsettled: tuple[str, ...]
    held_back: HeldBack | None = None


@dataclass(frozen=True)
class NotReached:
    """The board does not answer yet; nothing has moved."""

    code: str
    detail: str


@dataclass(frozen=True)
class WheelStopped:
    """One more try to stop the wheel of a board that was lost; whether the board confirmed it."""

    confirmed: bool


@dataclass(frozen=True)
class Reached:
    """What failed without the machine answers again."""

    unsettled: tuple[str, ...]


@dataclass(frozen=True)
class BroughtUp:
    """The machine is homed and everything left open is settled, but for `unsettled` transactions."""

    identity: BoardIdentity | None
    unsettled: tuple[str, ...]


@dataclass(frozen=True)
class TraySeen:
    """What the tray camera says; `placement` where somebody is told how to lay it."""

    empty: bool
    placement: Placement | None = None


@dataclass(frozen=True, repr=False)
class BlankSeen:
    """One blank of a slot was laid: how it stands to what the slot claims, and the reading behind it."""

    laid: LaidBlank


@dataclass(frozen=True, repr=False)
class SlotTaught:
    """What came of three good lays."""

    taught: Taught | EnrolmentRefusal


@dataclass(frozen=True, repr=False)
class KeyIdentified:
    """Two readings agreed, or why not. `frames` are kept for the stamp."""

    identified: IdentifiedKey
    frames: ScanFrames | None


@dataclass(frozen=True)
class StampRead:
    """The head was read."""

    stamp: StampReading


@dataclass(frozen=True)
class StaffKnown:
    """Number and PIN were right."""

    number: str
    name: str
    role: Role


@dataclass(frozen=True)
class StaffNotKnown:
    """They were not, or may not be tried yet."""

    message: SignInProblem
    retry_after_s: int


@dataclass(frozen=True)
class Answered:
    """The payment device's answer to `authorise` or `capture`."""

    answer: PaymentAnswer


@dataclass(frozen=True)
class BlankLoaded:
    """A seated blank was found where it must be."""

    touch_off: TouchOff
    slot: int = 0


@dataclass(frozen=True)
class BlankUnfit:
    """What came out of the slot was no seated blank; it was thrown away."""

    slot: int
    reason: str
    suspect: bool = False
    """Blank after blank failed: wheel, probe or clamp must be looked at."""


@dataclass(frozen=True)
class CutProgress:
    """Fraction of this copy's cut that is done."""

    fraction: float


@dataclass(frozen=True)
class CutDone:
    """The wheel has been round."""


@dataclass(frozen=True)
class NotPlanned:
    """No path could be planned to this blank; nothing was cut."""

    reason: str


@dataclass(frozen=True)
class Checked:
    """The copy was measured; if it did not pass it has been rejected. `suspect` as in `BlankUnfit`."""

    result: CheckResult
    suspect: bool = False


@dataclass(frozen=True)
class Delivered:
    """The copy fell into the chute."""


@dataclass(frozen=True)
class Settled:
    """A sale is settled. `sale` is as the journal has it now: open still, if the money's answer is unknown."""

    sale: Sale
    pay_code: str = ""


@dataclass(frozen=True)
class CopyRefunded:
    """What came of a refund that a manager asked for. `sale` is None where there was nothing to give back."""

    transaction: str
    sale: Sale | None
    pay_code: str = ""


@dataclass(frozen=True)
class PrinterSeen:
    """Whether a receipt could be printed; None: this kiosk prints none."""

    status: PrinterStatus | None


@dataclass(frozen=True)
class ReceiptPrinted:
    """What the printer said after a receipt was sent to it."""

    status: PrinterStatus


@dataclass(frozen=True)
class LeftoversSettled:
    """Sales whose money was unknown were asked about again; these remain."""

    unsettled: tuple[str, ...]
    pay_code: str = ""
    """To pay with at a register, of the one sale whose shopper may still stand there."""


@dataclass(frozen=True)
class SaleFound:
    """The receipt of a copy brought back, how many copies may still be made good, and what is being given back."""

    sale: Sale | None
    claims_left: int = 0
    open_minor: int = 0


@dataclass(frozen=True)
class CopyCompared:
    """The copy brought back, read and held against its original; nothing of its reading is left.

    `again` says why it must be laid once more; then nothing else is reported.
    """

    compared: Compared | None
    remedies: tuple[Remedy, ...] = ()
    again: Outcome | None = None


@dataclass(frozen=True)
class CodeNotTaken:
    """No receipt has this code, or none is taken for a while: too many were wrong."""

    closed_s: int


@dataclass(frozen=True)
class ServiceDone:
    """A technician's action ended well. `detail` is a figure, for what there are no words."""

    name: ServiceTask
    message: ServiceMessage | None
    detail: str = ""
    unfit: str = ""
    """Why a blank was unfit, as its slot's lock says it."""


@dataclass(frozen=True)
class Warmed:
    """What takes long to load was loaded."""


@dataclass(frozen=True)
class MachineSeen:
    """A look at the machine, for the technician's screen."""

    status: MachineStatus


@dataclass(frozen=True, eq=False, repr=False)
class CamerasSeen:
    """A look through every camera. Whoever drops this overwrites it."""

    previews: tuple[Preview, ...]


@dataclass(frozen=True)
class TrialCut:
    """A technician's test cut was measured and scrapped."""

    trial: TrialView


@dataclass(frozen=True)
class Calibrated:
    """The gauge was measured."""

    calibration: CalibrationView


@dataclass(frozen=True)
class SettingsWritten:
    """Fields of the owner's store file were changed."""

    changes: FieldChanges


@dataclass(frozen=True)
class SettingsRefused:
    """They were not."""

    reason: SettingsRefusal


@dataclass(frozen=True)
class OutlookSeen:
    """The records were read for what will need a technician; None: they could not be."""

    outlook: Outlook | None


@dataclass(frozen=True)
class KeywayEntered:
    """A keyway of the owner's own and its slot are written."""

    code: str
    slot: int
    keyway: Keyway | None = None
    """None in a record: a replay has it on file already."""


@dataclass(frozen=True)
class KeywayRefused:
    """It is no good keyway file."""

    field: str
    """Of the form; empty where the whole does not fit."""
    wrong: Wrong
    facts: Facts


class Timer(StrEnum):
    """What a timer is for."""

    LOOK = "look"
    """Look at the tray or the machine again."""
    MACHINE = "machine"
    """Look at the machine of a kiosk that rests again."""
    ANNOUNCE = "announce"
    """One second less until the machine moves by itself."""
    HEAL = "heal"
    LEFTOVERS = "leftovers"
    """Ask again about money whose answer is unknown."""
    LOOK_AROUND = "look_around"
    ACCOUNT = "account"
    """Look whether whoever is signed in still may be."""
    APPROVAL = "approval"
    """An approver has stood there long enough."""
    IDLE = "idle"
    WAITING = "waiting"
    """One second less of the announced time-out."""
    WHEEL = "wheel"
    """Try again to stop the wheel of a board that was lost."""


@dataclass(frozen=True)
class Due:
    """A timer of the session ran out. Stale if `mark` is no longer the current one of its kind."""

    what: Timer
    mark: int


@dataclass(frozen=True)
class Crashed:
    """Some thread of ours failed in a way nothing explains: of the exception, only its type and place."""

    detail: str
    code: ClassVar[str] = LONE_PROBLEM
    heals: ClassVar[bool] = False


Report: TypeAlias = (
    Faulted
    | Connected
    | NotReached
    | Reached
    | WheelStopped
    | BroughtUp
    | TraySeen
    | KeyIdentified
    | BlankSeen
    | SlotTaught
    | StampRead
    | StaffKnown
    | StaffNotKnown
    | Answered
    | BlankLoaded
    | BlankUnfit
    | CutProgress
    | CutDone
    | NotPlanned
    | Checked
    | Delivered
    | Settled
    | CopyRefunded
    | PrinterSeen
    | ReceiptPrinted
    | LeftoversSettled
    | SaleFound
    | CopyCompared
    | CodeNotTaken
    | ServiceDone
    | Warmed
    | MachineSeen
    | CamerasSeen
    | TrialCut
    | Calibrated
    | SettingsWritten
    | SettingsRefused
    | KeywayEntered
    | KeywayRefused
    | OutlookSeen
    | Due
    | Crashed
)


@dataclass(frozen=True)
class Reply:
    """A report and the visit it was asked for: a reply to a visit that has ended is dropped."""

    visit: int
    report: Report
