"""Exactly what is displayed: frozen values with every word in place.

Responsible for: the shape of what the presenter hands to the screen. Not responsible for: choosing words
(`ui.present.present`) or drawing them (`ui.screens`). An equal value changes nothing on the glass.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from hardware.scan import Pixels
from kiosk.session.intents import Intent
from ui.present.local import LocalAct

BRIEF_LETTERS = 300
"""Of an answer that is brief."""


class ButtonKind(StrEnum):
    """How a button looks, by what it means."""

    PRIMARY = "primary"
    """The one thing most people do here."""
    SECONDARY = "secondary"
    QUIET = "quiet"
    DANGER = "danger"


class Tone(StrEnum):
    """What the field behind title and picture says before a word is read."""

    GOOD = "good"
    AWAY = "away"
    """Not here, not now."""
    LOOK = "look"
    """Look at me."""


@dataclass(frozen=True)
class Holding:
    """What is said of a button that must be held: that it must, how else it is done, and once it was pressed."""

    mark: str
    """Stands behind its label."""
    how: str
    again: str
    longer: str
    """To whoever let go too soon."""


@dataclass(frozen=True)
class Action:
    """Something one can touch. `id` is stable over languages; `says` is spoken when it has the focus."""

    id: str
    label: str
    does: Intent | LocalAct
    kind: ButtonKind = ButtonKind.SECONDARY
    icon: str = ""
    note: str = ""
    enabled: bool = True
    chosen: bool = False
    hold: Holding | None = None
    """Must be held, or pressed twice by whoever cannot hold."""
    says: str = ""
    counts: bool = False
    """Changes a figure on the same screen: every tap counts, and one that is held goes on."""
    picture: str = ""
    """A drawing that stands on it (`ui.artwork`)."""
    figure: str = ""
    """What it comes to, opposite the label."""
    released: Intent | LocalAct | None = None
    """Of a held one: sent when the finger leaves it after it has acted."""
    short: str = ""
    """What stands on it where its label has no room."""
    full: float | None = None
    """How full what it stands for is, 0 to 1."""

    @property
    def spoken(self) -> str:
        """What is said of it."""
        said = self.says or ". ".join(filter(None, (self.label, self.figure, self.note)))
        return f"{said}. {self.hold.how}" if self.hold else said


class StepState(StrEnum):
    """Where a step of the work stands."""

    DONE = "done"
    NOW = "now"
    LATER = "later"


@dataclass(frozen=True)
class ShownStep:
    """One line of the list of steps."""

    label: str
    state: StepState


@dataclass(frozen=True)
class WelcomeDetail:
    """The first screen. `tag` is the price, `tiles` are an icon and a promise each, `stocked` stands small below."""

    start: Action
    tag: str
    tiles: tuple[tuple[str, str], ...]
    stocked: str


@dataclass(frozen=True)
class HelpDetail:
    """The list of questions, or one answer."""

    paragraphs: tuple[str, ...] = ()
    topics: tuple[Action, ...] = ()

    @property
    def brief(self) -> bool:
        """Whether its words are so few that they are written larger."""
        return sum(map(len, self.paragraphs)) < BRIEF_LETTERS


@dataclass(frozen=True)
class StepsDetail:
    """Live steps with time left."""

    steps: tuple[ShownStep, ...]
    fraction: float
    """Of the whole, 0 to 1."""
    work_fraction: float
    """Of the step going on, 0 to 1: for the drawn cut."""
    left: str
    copy: str


@dataclass(frozen=True)
class ChoiceDetail:
    """Large answers to one question."""

    choices: tuple[Action, ...]


@dataclass(frozen=True)
class OfferDetail:
    """What we found, in which finish, and how many; `code` is the blank's. What it costs stands on the main button."""

    name: str
    code: str
    finish_label: str
    finishes: tuple[Action, ...]
    quantity_label: str
    quantities: tuple[Action, ...]
    small: str
    notices: tuple[str, ...]


@dataclass(frozen=True)
class Reason:
    """One reason of a refusal: the rule in plain words, and what it rests on."""

    what: str
    why: str
    ground: str = ""


@dataclass(frozen=True)
class RefusedDetail:
    """What to do next; why not stands in title and body."""

    next_label: str
    next_steps: tuple[str, ...]
    qr: str
    """The same, to be carried away on a telephone."""
    quiet: str


@dataclass(frozen=True)
class FaultDetail:
    """What staff need to know of a machine that is out of order, in one place."""

    label: str
    lines: tuple[str, ...]
    qr: str


@dataclass(frozen=True)
class KeypadDetail:
    """Digits. `dots` stands for what was typed where that is secret."""

    label: str
    dots: str
    keys: tuple[Action, ...]
    message: str
    secret: bool
    columns: int = 3
    places: int = 0
    """Boxes for what is typed, a character each; 0 where it is longer than a row of boxes."""


@dataclass(frozen=True)
class ApprovalDetail:
    """Exactly what a member of staff would approve."""

    asked: Reason
    who: str
    reasons_label: str
    reasons: tuple[Action, ...]


@dataclass(frozen=True)
class LabelledValue:
    """A label with its value."""

    label: str
    value: str


@dataclass(frozen=True)
class ReceiptDetail:
    """Lines of a receipt, with a code to pay or to keep."""

    lines: tuple[LabelledValue, ...]
    barcode: str = ""
    symbology: str = "code128"
    qr: str = ""
    code_label: str = ""
    code: str = ""
    large: bool = False
    """The QR code is all there is to do here: as large as a telephone likes it."""

    @property
    def figure(self) -> LabelledValue | None:
        """The one line that is all there is, which is written large."""
        return self.lines[0] if len(self.lines) == 1 and not self.code else None


@dataclass(frozen=True)
class StaffDetail:
    """The staff menu: tabs, and the lines of the open one. `title` and `picture` are of what is open below a tab."""

    tabs: tuple[Action, ...]
    rows: tuple[Action, ...] = ()
    lines: tuple[LabelledValue, ...] = ()
    paragraphs: tuple[str, ...] = ()
    controls: tuple[Action, ...] = ()
    pairs: bool = False
    """Whether two controls belong beside each other: less and more of one thing."""
    title: str = ""
    picture: str = ""
    figure: LabelledValue | None = None
    """What is being chosen here, large."""
    unsaved: bool = False
    """Whether it would be lost by leaving now."""


@dataclass(frozen=True, eq=False, repr=False)
class PreviewShown:
    """One camera's small picture with its name; `problem` says why there is none."""

    label: str
    pixels: Pixels | None
    problem: str = ""


class Alert(StrEnum):
    """How much something asks to be looked at."""

    OFF = "off"
    ON = "on"
    WARN = "warn"
    DANGER = "danger"


@dataclass(frozen=True)
class AxisShown:
    """Where an axis stands upon its travel, which runs from minus `travel_mm` to 0; None: not known."""

    name: str
    place_mm: float | None
    travel_mm: float
    figure: str


@dataclass(frozen=True)
class LampShown:
    """A lamp with its name, and in words what it says."""

    label: str
    alert: Alert
    value: str


@dataclass(frozen=True)
class WireShown:
    """One line of the wire: when, which way, what it means."""

    text: str
    to_board: bool
    alert: Alert


@dataclass(frozen=True)
class DriftShown:
    """Mean error of the last copies, oldest first, on an axis from minus to plus `limit_mm` and somewhat beyond."""

    values_mm: tuple[float, ...] = ()
    limit_mm: float = 0.0
    ticks: tuple[str, str, str] = ("", "", "")
    """Words at the upper limit, at nought and at the lower limit."""


@dataclass(frozen=True)
class ServiceDetail:
    """The technician's screen. `choices` and `amounts` are two rows of what an action is to be done with."""

    tabs: tuple[Action, ...] = ()
    lines: tuple[LabelledValue, ...] = ()
    axes: tuple[AxisShown, ...] = ()
    lamps: tuple[LampShown, ...] = ()
    log: tuple[str, ...] = ()
    wire: tuple[WireShown, ...] = ()
    drift: DriftShown = DriftShown()
    drift_label: str = ""
    controls: tuple[Action, ...] = ()
    message: str = ""
    choices: tuple[Action, ...] = ()
    amounts: tuple[Action, ...] = ()
    previews: tuple[PreviewShown, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences, whole."""


Detail: TypeAlias = (
    WelcomeDetail
    | HelpDetail
    | StepsDetail
    | ChoiceDetail
    | OfferDetail
    | RefusedDetail
    | FaultDetail
    | KeypadDetail
    | ApprovalDetail
    | ReceiptDetail
    | StaffDetail
    | ServiceDetail
)


@dataclass(frozen=True)
class WaitingShown:
    """The announced time-out, over whatever screen is open."""

    title: str
    text: str
    seconds: str
    more: Action
    leave: Action


@dataclass(frozen=True)
class Shown:
    """One screen, whole.

    `page` names the layout, `visit` changes whenever a new screen begins (touches are ignored for a moment
    then), `spoken` is everything shown as one speakable text, `chime` a sound to draw attention.
    """

    page: str
    visit: str
    title: str
    store_name: str
    body: tuple[str, ...] = ()
    picture: str = ""
    picture_fraction: float = 0.0
    tone: Tone = Tone.GOOD
    detail: Detail | None = None
    actions: tuple[Action, ...] = ()
    languages: tuple[Action, ...] = ()
    aids: tuple[Action, ...] = ()
    staff_door: Action | None = None
    badge: str = ""
    simulated: str = ""
    waiting: WaitingShown | None = None
    how: str = ""
    """How the kiosk is used without seeing it: said before anything else."""
    spoken: str = ""
    statements: tuple[str, ...] = ()
    """What of it is said once more when it changes."""
    ticking: tuple[str, ...] = ()
    """What counts down by itself: said with the page alone."""
    guidance: str = ""
    """How what lies in the tray must be moved: said beside everything else, whenever `guided` changes."""
    guided: int = 0
    voice: str = "en"
    chime: str = ""
    beat: int = 0
    """Counts down where the chime is to sound again and again on one screen."""

    @property
    def text(self) -> str:
        """Body as one text."""
        return "\n".join(self.body)
