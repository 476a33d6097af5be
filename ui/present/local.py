"""What only the screen knows: an open help page, typed digits, chosen aids. Pure.

Responsible for: how a touch that concerns the screen alone changes that. Not responsible for: anything about
the session; whatever concerns it leaves here as an `Intent`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeAlias, assert_never

from kiosk.session.intents import Credentials, EnterLetter, EnterReceipt, Intent
from kiosk.session.snapshot import StaffView
from kiosk.session.states import State
from ui.present.keyway_draft import KeywayDraft

MAX_TYPED = 20
MAX_LETTER = 160
"""Characters of a landlord's letter, with whatever a scanner puts between them."""


@dataclass(frozen=True)
class OpenHelp:
    """Show a help topic; "" is the list of topics."""

    topic: str


@dataclass(frozen=True)
class CloseHelp:
    """Back to the welcome screen."""


@dataclass(frozen=True, repr=False)
class Typed:
    """One character from the keypad. No repr: it may belong to a PIN."""

    character: str


@dataclass(frozen=True)
class Erase:
    """Take the last character back."""


@dataclass(frozen=True)
class EnterTyped:
    """The number is complete."""


@dataclass(frozen=True)
class OpenTab:
    """A page of the staff or technician's menu."""

    tab: str


@dataclass(frozen=True)
class OpenKeyway:
    """The form of a keyway of the owner's own, with what is typed so far."""

    draft: KeywayDraft


@dataclass(frozen=True)
class PickSlot:
    """A magazine slot to work on; 0 is none."""

    number: int


@dataclass(frozen=True)
class CountBlanks:
    """How many blanks staff say lie in the picked slot."""

    count: int


@dataclass(frozen=True)
class ShowCertificate:
    """The certificate of so many a copy, large; 0 is the receipt."""

    copy: int


@dataclass(frozen=True)
class ToggleSpeech:
    """Read aloud, or be quiet."""


@dataclass(frozen=True)
class SetVolume:
    """Loudness of speech, 0 to 10."""

    volume: int


@dataclass(frozen=True)
class Repeat:
    """Say it again."""


@dataclass(frozen=True)
class ToggleReach:
    """Bring everything one touches into the lower half of the glass."""


@dataclass(frozen=True)
class ToggleContrast:
    """Switch between the light and the high-contrast colours."""


@dataclass(frozen=True)
class ToggleSteady:
    """Press twice in place of holding, and take a double strike for one."""


@dataclass(frozen=True)
class Announce:
    """Say this, where somebody listens."""

    text: str


@dataclass(frozen=True)
class OpenAids:
    """Show or hide the row of reading and hearing aids."""

    shown: bool


LocalAct: TypeAlias = (
    OpenHelp
    | CloseHelp
    | Typed
    | Erase
    | EnterTyped
    | OpenTab
    | OpenKeyway
    | PickSlot
    | CountBlanks
    | ShowCertificate
    | ToggleSpeech
    | SetVolume
    | Repeat
    | ToggleReach
    | ToggleContrast
    | ToggleSteady
    | Announce
    | OpenAids
)


@dataclass(frozen=True)
class Local:
    """The screen's own state. Digits are kept out of every repr."""

    help_open: bool = False
    help_topic: str = ""
    number: str = field(default="", repr=False)
    typed: str = field(default="", repr=False)
    tab: str = ""
    keyway: KeywayDraft | None = None
    """While its form is open."""
    slot: int = 0
    certificate: int = 0
    count: int | None = None
    speech: bool = False
    volume: int = 6
    reach: bool = False
    contrast: bool = False
    steady: bool = False
    headset: bool = False
    """One is plugged in."""
    aids_open: bool = False
    repeats: int = 0
    tries: int = 0
    """Numbers and PINs handed in on this screen: the second wrong one must not look like the first."""
    turned_on: bool = False
    """Another page was opened since the session last had something to say to staff."""
    saved_utc_s: float = 0.0
    """When what staff changed on this page was written down; 0: nothing was."""


def after(local: Local, act: LocalAct, state: State) -> tuple[Local, Intent | None]:
    """The screen's state after a touch, and what is sent to the session, if anything."""
    match act:
        case OpenHelp(topic):
            return replace(local, help_open=True, help_topic=topic), None
        case CloseHelp():
            return replace(local, help_open=False, help_topic=""), None
        case Typed(character):
            most = MAX_LETTER if state is State.REFUSED else MAX_TYPED
            return replace(local, typed=(local.typed + character)[:most]), None
        case Erase():
            if local.typed:
                return replace(local, typed=local.typed[:-1]), None
            return replace(local, number="") if state is State.STAFF_LOGIN else local, None
        case EnterTyped():
            return _entered(local, state)
        case OpenTab(tab):
            turned = replace(local, tab=tab, keyway=None, slot=0, count=None, saved_utc_s=0.0, turned_on=True)
            return turned, None
        case OpenKeyway(draft):
            return replace(local, keyway=draft, saved_utc_s=0.0, turned_on=True), None
        case PickSlot(number):
            return replace(local, slot=number, count=None, saved_utc_s=0.0, turned_on=True), None
        case CountBlanks(count):
            return replace(local, count=count, saved_utc_s=0.0), None
        case ShowCertificate(copy):
            return replace(local, certificate=copy), None
        case ToggleSpeech():
            return replace(local, speech=not local.speech, aids_open=not local.speech), None
        case SetVolume(volume):
            return replace(local, volume=max(1, min(10, volume)), repeats=local.repeats + 1), None
        case Repeat():
            return replace(local, repeats=local.repeats + 1), None
        case ToggleReach():
            return replace(local, reach=not local.reach), None
        case ToggleContrast():
            return replace(local, contrast=not local.contrast), None
        case ToggleSteady():
            return replace(local, steady=not local.steady), None
        case Announce():
            return local, None
        case OpenAids(shown):
            return replace(local, aids_open=shown), None
        case _:
            assert_never(act)


def _entered(local: Local, state: State) -> tuple[Local, Intent | None]:
    if not local.typed:
        return local, None
    if state is State.BRING_BACK:
        return replace(local, typed=""), EnterReceipt(local.typed)
    if state is State.REFUSED:
        return replace(local, typed="", tries=local.tries + 1), EnterLetter(local.typed)
    if state is State.STAFF_LOGIN:
        if not local.number:
            return replace(local, number=local.typed, typed=""), None
        return replace(local, number="", typed="", tries=local.tries + 1), Credentials(local.number, local.typed)
    return replace(local, typed=""), None


def on_state(local: Local, before: State | None, now: State) -> Local:
    """Forget what belonged to the screen before. Aids stay until the shopper has left."""
    if before is now:
        return local
    kept = replace(
        local,
        help_open=False,
        help_topic="",
        number="",
        typed="",
        tab="",
        keyway=None,
        slot=0,
        count=None,
        certificate=0,
        tries=0,
        saved_utc_s=0.0,
        turned_on=False,
    )
    if now is State.WELCOME:
        # The next person may see and hear well; who has a headset in still listens, as loud as at the beginning.
        return with_headset(Local(), plugged=local.headset)
    return kept


def with_headset(local: Local, *, plugged: bool) -> Local:
    """A headset was put in: speech begins, as loud as for anybody. It was pulled out: speech ends."""
    return replace(local, headset=plugged, speech=plugged, aids_open=plugged, volume=Local().volume)


def on_staff(local: Local, before: StaffView | None, now: StaffView | None) -> Local:
    """A change that was just written down, or was not, is told on the page it was made on."""
    if now is not None and now.message is not None and (before is None or before.message is not now.message):
        local = replace(local, turned_on=False)
    was_utc_s, is_utc_s = (view.saved_utc_s if view else 0.0 for view in (before, now))
    return local if is_utc_s == was_utc_s else replace(local, saved_utc_s=is_utc_s)
