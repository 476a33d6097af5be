"""Everything that can happen to a session, as frozen values: what people wish, and what effects report.

Wishes (`Intent`) come from the screen. Outcomes come from effects. Faults come as `Faulted`, whoever raised them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from config.own_keyway import KeywayEntry
from config.store_changes import FieldChanges
from kiosk.staff.approvals import ApprovalReason


@dataclass(frozen=True)
class Start:
    """The shopper touched the welcome screen."""


@dataclass(frozen=True)
class KeyLaid:
    """The shopper says the key lies in the tray (the tray's own camera may say it first)."""


@dataclass(frozen=True)
class KeyTaken:
    """The shopper says the key is back in their hand; the tray camera has the last word."""


@dataclass(frozen=True)
class Cancel:
    """Leave, before anything is cut."""


@dataclass(frozen=True)
class Stop:
    """Stop the machine now. `screen_failed`: nobody wishes it, but nobody could stop it on that screen any more."""

    screen_failed: bool = False


@dataclass(frozen=True)
class ChooseRepair:
    """For a worn key: `restore` to factory depths, or copy as it is."""

    restore: bool


@dataclass(frozen=True)
class SetQuantity:
    """How many copies."""

    quantity: int


@dataclass(frozen=True)
class ChooseFinish:
    """Which of the stocked finishes."""

    finish: str


@dataclass(frozen=True)
class Confirm:
    """Yes: buy, or go on from a notice."""


@dataclass(frozen=True)
class Done:
    """Finished reading this screen."""


@dataclass(frozen=True)
class PrintReceipt:
    """The receipt on paper, please."""


@dataclass(frozen=True)
class MoreTime:
    """Do not time out yet."""


@dataclass(frozen=True)
class CallStaff:
    """One touch calls staff."""


@dataclass(frozen=True)
class SetLanguage:
    """Show everything in this language from now on."""

    language: str


@dataclass(frozen=True)
class BringBack:
    """A copy does not work: measure it."""


@dataclass(frozen=True, repr=False)
class EnterReceipt:
    """The receipt code of the copy brought back."""

    code: str


@dataclass(frozen=True)
class ChooseRemedy:
    """How a copy that was cut wrongly is to be made good, of what is offered."""

    remedy: str


@dataclass(frozen=True, repr=False)
class EnterLetter:
    """The code of a letter of the mark's owner, typed or read by a scanner."""

    code: str


@dataclass(frozen=True)
class StaffKey:
    """Staff wish to identify themselves, from a refusal or for the staff menu."""


@dataclass(frozen=True)
class Credentials:
    """Staff number and PIN. The repr shows no PIN."""

    number: str
    pin: str = field(repr=False)


@dataclass(frozen=True)
class Approve:
    """Staff lift the rule shown, for the reason chosen."""

    reason: ApprovalReason | None


@dataclass(frozen=True)
class Deny:
    """Staff looked and said no."""


@dataclass(frozen=True)
class Refill:
    """Staff filled a slot: it holds `count` blanks now."""

    slot: int
    count: int


@dataclass(frozen=True)
class TeachSlot:
    """Staff lay blanks of a slot into the tray, one after another, for the reader to learn; 0 ends it."""

    slot: int


@dataclass(frozen=True)
class UnlockSlot:
    """Staff cleared a slot that was locked."""

    slot: int


@dataclass(frozen=True)
class CloseKiosk:
    """Staff close the kiosk to shoppers."""


@dataclass(frozen=True)
class OpenKiosk:
    """Staff open it again."""


@dataclass(frozen=True)
class ChangeSettings:
    """A manager wants fields of the store's settings changed, all or none."""

    changes: FieldChanges


@dataclass(frozen=True)
class EnterKeyway:
    """A manager or a technician wants a keyway of the owner's own on file."""

    entry: KeywayEntry


@dataclass(frozen=True)
class Recover:
    """Staff or a technician ask for recovery from a fault: reset, wheel off, re-home. Never resumes a cut."""


@dataclass(frozen=True)
class ConfirmReceived:
    """Staff say whether the shopper has a copy that left the clamp unseen when the machine stopped."""

    transaction: str
    received: bool


@dataclass(frozen=True)
class ConfirmCharged:
    """Staff have looked up what a card terminal did for a sale: money was taken (a refund: given back), or not."""

    transaction: str
    done: bool


@dataclass(frozen=True)
class RefundCopy:
    """A manager gives the price of one copy of this sale back."""

    transaction: str


@dataclass(frozen=True)
class PrintAgain:
    """Staff want the receipt of this sale once more on paper."""

    transaction: str


@dataclass(frozen=True)
class TurnSales:
    """Staff turn to the sales before this number; 0 is the newest."""

    before: int


class ServiceTask(StrEnum):
    """What a technician may have done."""

    HOME = "home"
    REJECT = "reject"
    CHECK = "check"
    JOG = "jog"
    PROBE = "probe"
    TEST_CUT = "test_cut"
    CALIBRATE = "calibrate"
    NEW_WHEEL = "new_wheel"
    TERMINAL = "terminal"
    """Ask the card terminal, and reserve one minor unit with a card."""
    CAMERAS = "cameras"
    CAMERAS_OFF = "cameras_off"


@dataclass(frozen=True)
class ServiceAction:
    """A technician wants a task done, with its figures."""

    name: ServiceTask
    axis: str = ""
    distance_mm: float = 0.0
    slot: int = 0


@dataclass(frozen=True)
class LetGo:
    """The finger left a button that acts only while it is held: what moves by it ends at once."""


@dataclass(frozen=True)
class ServiceMenu:
    """A technician (by role) opens the service screen from the staff menu."""


Intent: TypeAlias = (
    Start
    | KeyLaid
    | KeyTaken
    | Cancel
    | Stop
    | ChooseRepair
    | SetQuantity
    | ChooseFinish
    | Confirm
    | Done
    | PrintReceipt
    | MoreTime
    | CallStaff
    | SetLanguage
    | BringBack
    | EnterReceipt
    | ChooseRemedy
    | EnterLetter
    | StaffKey
    | Credentials
    | Approve
    | Deny
    | Refill
    | TeachSlot
    | UnlockSlot
    | CloseKiosk
    | OpenKiosk
    | ChangeSettings
    | EnterKeyway
    | Recover
    | ConfirmReceived
    | ConfirmCharged
    | RefundCopy
    | PrintAgain
    | TurnSales
    | ServiceAction
    | LetGo
    | ServiceMenu
)
"""All a person at the screen can wish."""
