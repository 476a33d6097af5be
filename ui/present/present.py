"""From what the session says to exactly what is displayed: a pure function, and the home of all chrome.

Responsible for: which page is shown, its frame (languages, aids, banner, time-out) and its spoken form. The
words of each screen are chosen in `ui.present.shopper`, `ui.present.staff` and `ui.present.help`. Not
responsible for: any decision about the session.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from config.store import Store
from kiosk.session.intents import Cancel, MoreTime, SetLanguage, StaffKey
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State
from ui.present import condition, help, shopper, staff
from ui.present.language import Translation, language_name, load_words
from ui.present.local import Local, OpenAids, Repeat, SetVolume, ToggleContrast, ToggleReach, ToggleSpeech, ToggleSteady
from ui.present.parts import stop
from ui.present.shown import Action, ButtonKind, Shown, WaitingShown
from ui.present.spoken import spoken_of, statements_of

STAFF_DOOR = frozenset({State.WELCOME, State.CLOSED, State.OUT_OF_ORDER})
"""Screens from which staff can always identify themselves; from a refusal where they may lift it."""


HELD = frozenset({State.STAFF_APPROVAL, State.STAFF_MENU, State.TECHNICIAN})
"""Screens with buttons that must be held."""
FULL_PAGES = frozenset({State.STAFF_MENU, State.TECHNICIAN})
"""Screens of staff with more on them than the lower half of a low screen holds at 20 mm a button."""


def words_for(snapshot: Snapshot, store: Store, own_languages: Path | None) -> Translation:
    """The words of the snapshot's language, with the store's country for money."""
    return load_words(snapshot.language, store.place.split("-")[0], own_languages)


def present(snapshot: Snapshot, local: Local, store: Store, own_languages: Path | None = None) -> Shown:
    """What the glass shows of `snapshot`; `own_languages` is the owner's folder of language files."""
    words = words_for(snapshot, store, own_languages)
    if snapshot.state is State.WELCOME and local.help_open:
        shown = help.help_page(words, local, snapshot, store)
    elif local.help_open and local.help_topic == condition.TOPIC and snapshot.condition is not None:
        shown = condition.condition_page(words, snapshot, snapshot.condition, store)
    elif snapshot.state in staff.STATES:
        shown = staff.STATES[snapshot.state](words, local, snapshot, store)
    else:
        shown = shopper.STATES[snapshot.state](words, local, snapshot, store)
    return framed(shown, snapshot, local, store, own_languages)


def framed(shown: Shown, snapshot: Snapshot, local: Local, store: Store, own_languages: Path | None) -> Shown:
    """A page with what stands around every page, and its spoken form."""
    words = words_for(snapshot, store, own_languages)
    if snapshot.may_move and all(action.id != "stop" for action in shown.actions):
        shown = replace(shown, actions=(stop(words), *shown.actions))
    shown = replace(
        shown,
        store_name=store.name,
        voice=words.language,
        languages=tuple(_language(code, snapshot.language, own_languages) for code in store.languages),
        aids=_aids(words, local, snapshot.state, store),
        staff_door=Action("staff_door", words("staff.door"), StaffKey(), ButtonKind.QUIET, icon="person")
        if _has_staff_door(snapshot) and not local.help_open
        else None,
        badge=_badge(words, snapshot),
        simulated=_banner(words, snapshot),
        # It would cover STOP.
        waiting=None if snapshot.may_move else _waiting(words, snapshot),
    )
    if shown.waiting is not None:
        shown = replace(shown, chime="warning")
    if snapshot.guidance is not None:
        said = words(f"guide.{snapshot.guidance.placement}")
        shown = replace(shown, guidance=said, guided=snapshot.guidance.number)
    return replace(
        shown, how=words("spoken.how"), spoken=spoken_of(shown, words), statements=statements_of(shown, words)
    )


def _badge(words: Translation, snapshot: Snapshot) -> str:
    """What stands in the header: that somebody comes, that a key lies there, that nothing was charged."""
    if snapshot.staff_called:
        return words("staff.coming")
    if snapshot.key_left:
        return words("key_left.badge")
    return words("cancelled.badge") if snapshot.cancelled else ""


def _banner(words: Translation, snapshot: Snapshot) -> str:
    """What runs across the top of every screen: a danger first."""
    danger = words("wheel.banner") if snapshot.wheel_may_turn else ""
    simulated = words("simulated") if snapshot.simulated else ""
    return " · ".join(part for part in (danger, simulated) if part)


def _has_staff_door(snapshot: Snapshot) -> bool:
    if snapshot.state is State.REFUSED:
        return snapshot.refusal is not None and snapshot.refusal.can_be_approved
    return snapshot.state in STAFF_DOOR and snapshot.staff_door


def _language(code: str, current: str, own_languages: Path | None) -> Action:
    name = language_name(code, own_languages)
    chosen = code == current
    return Action(f"language_{code}", name, SetLanguage(code), ButtonKind.QUIET, chosen=chosen, short=code.upper())


def _aids(words: Translation, local: Local, state: State, store: Store) -> tuple[Action, ...]:
    aids = [
        Action(
            "aid_speech", words("aid.speech"), ToggleSpeech(), ButtonKind.QUIET, icon="headphones", chosen=local.speech
        ),
        Action(
            "aid_contrast", words("aid.contrast"), ToggleContrast(), ButtonKind.QUIET, "contrast", chosen=local.contrast
        ),
    ]
    if state in HELD:
        says = words("aid.steady.says")
        aids.append(
            Action(
                "aid_steady",
                words("aid.steady"),
                ToggleSteady(),
                ButtonKind.QUIET,
                "steady",
                chosen=local.steady,
                says=says,
            )
        )
    if store.screen.width_px > store.screen.height_px and state not in FULL_PAGES:
        # In portrait everything one touches is in the lower half already.
        aids.append(
            Action("aid_reach", words("aid.reach"), ToggleReach(), ButtonKind.QUIET, "reach", chosen=local.reach)
        )
    if local.speech and local.aids_open:
        volume = words("aid.volume", level=local.volume)
        aids += [
            Action(
                "aid_quieter",
                words("aid.quieter"),
                SetVolume(local.volume - 1),
                ButtonKind.QUIET,
                "quieter",
                note=volume,
            ),
            Action(
                "aid_louder", words("aid.louder"), SetVolume(local.volume + 1), ButtonKind.QUIET, "louder", note=volume
            ),
            Action("aid_repeat", words("aid.repeat"), Repeat(), ButtonKind.QUIET, icon="repeat"),
            Action("aid_hide", words("aid.hide"), OpenAids(shown=False), ButtonKind.QUIET, icon="close"),
        ]
    return tuple(aids)


def _waiting(words: Translation, snapshot: Snapshot) -> WaitingShown | None:
    waiting = snapshot.waiting
    if waiting is None:
        return None
    text = words("waiting.key_in_tray") if snapshot.tray_has_key else words("waiting.text")
    more = Action(
        "more_time", words("waiting.more"), MoreTime(), ButtonKind.PRIMARY, enabled=waiting.extensions_left > 0
    )
    leave = Action("waiting_leave", words("waiting.leave"), Cancel())
    seconds = words.plural("waiting.seconds", waiting.left_s)
    return WaitingShown(words("waiting.title"), text, seconds, more, leave)
