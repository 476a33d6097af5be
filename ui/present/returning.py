"""What the screens say to whoever brings a copy back. Pure.

Responsible for: the receipt's code, laying original and copy, and what came of comparing them. Not responsible for:
what may be claimed (`kiosk.session.phases.returning`), or the way there and back (`ui.present.shopper`).
"""

from __future__ import annotations

from config.store import Store
from kiosk.identification.compare import Likeness
from kiosk.records.journal import Remedy
from kiosk.session.intents import ChooseRemedy, Done, KeyLaid
from kiosk.session.snapshot import ReturnResult, Snapshot
from ui.present.language import Translation
from ui.present.local import Local
from ui.present.parts import call_staff, cancel, keypad_keys, primary
from ui.present.shown import Action, ButtonKind, KeypadDetail, Shown, Tone

_SEEN = {
    Likeness.SAME: "same",
    Likeness.OFF: "unlike",
    Likeness.WORN_OR_OFF: "unlike",
    Likeness.OTHER_KEY: "others",
    Likeness.UNREADABLE: "clean_key",
}
"""The picture of what two keys are to each other."""

CODE_DIGITS = 10
"""The code on a receipt has as many."""


def code(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """The code of the receipt."""
    wrong = snapshot.return_message
    asked = words.money(snapshot.return_open_minor, snapshot.currency)
    message = words(f"bring.message.{wrong}", amount=asked) if wrong and wrong != "closed" else ""
    if local.typed:
        # Of another code nothing is known yet.
        message = ""
    if wrong == "closed":
        message = words.plural("bring.message.closed", max(1, snapshot.return_closed_min))
    return Shown(
        page="keypad",
        visit="bring_back",
        title=words("bring.title"),
        store_name=store.name,
        body=(words("bring.text"),),
        picture="pay",
        tone=Tone.LOOK if message else Tone.GOOD,
        detail=KeypadDetail(
            words("bring.code"), local.typed, keypad_keys(words), message, secret=False, places=CODE_DIGITS
        ),
        actions=(call_staff(words, snapshot), cancel(words)),
    )


def original(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """The key it was made from comes first; what was read already comes out before it."""
    again, out = snapshot.lay_again, snapshot.clear_first
    first = (words("copy.take_other"),) if out else ()
    laid = () if out else (primary(words, "key_laid", "original.done", KeyLaid()),)
    return Shown(
        page="message",
        visit=f"lay_original/{again}/{out}",
        title=words(f"outcome.{again}.what") if again else words("original.title"),
        tone=Tone.LOOK if again else Tone.GOOD,
        store_name=store.name,
        body=(*first, words("original.text"), words(f"outcome.{again}.next") if again else words("original.why")),
        picture="take_key" if out else "lay_key",
        actions=(*laid, call_staff(words, snapshot), cancel(words)),
    )


def copy(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """The original out, then the copy in."""
    again, other = snapshot.lay_again, snapshot.other_laid and not snapshot.lay_again
    hint = (words(f"outcome.{again}.next"),) if again else ()
    take = words("copy.take_other" if other else "copy.take")
    moved = (primary(words, "key_laid", "try_again.again", KeyLaid()),) if again else ()
    return Shown(
        page="message",
        visit=f"lay_copy/{again}/{other}",
        title=words(f"outcome.{again}.what" if again else "copy.other" if other else "copy.title"),
        store_name=store.name,
        body=((take,) if snapshot.tray_has_key and not again else ()) + (words("copy.text"), *hint),
        picture="take_key" if snapshot.tray_has_key and not again else "lay_key",
        tone=Tone.LOOK if again or other else Tone.GOOD,
        actions=(*moved, call_staff(words, snapshot), cancel(words)),
        chime="attention",
    )


def result(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """What the two keys are to each other, and what may be chosen."""
    returned = snapshot.returned or ReturnResult(Likeness.UNREADABLE)
    likeness = returned.likeness
    said = "one_key" if returned.one_key else likeness
    body = [words(f"returned.{said}.text")]
    if returned.largest_error_mm is not None:
        body.append(words("returned.error", error=words.number(returned.largest_error_mm, 3)))
    helpless = likeness is Likeness.OFF and not returned.remedies
    body.append(words("returned.staff") if helpless else words(f"returned.{said}.next"))
    actions = [_remedy(words, returned, each, first=not at) for at, each in enumerate(returned.remedies)]
    if returned.undecided:
        actions.append(primary(words, "again", "returned.again", KeyLaid()))
    actions.append(call_staff(words, snapshot))
    actions.append(
        Action("done", words("returned.done"), Done(), ButtonKind.SECONDARY if len(actions) > 1 else ButtonKind.PRIMARY)
    )
    return Shown(
        page="message",
        visit="return_result",
        title=words(f"returned.{said}.title"),
        store_name=store.name,
        body=tuple(body),
        picture="feature/groove" if returned.one_key else _SEEN[likeness],
        tone=Tone.GOOD if likeness is Likeness.SAME else Tone.AWAY,
        actions=tuple(actions),
        chime="attention",
    )


def _remedy(words: Translation, returned: ReturnResult, remedy: Remedy, *, first: bool) -> Action:
    price = words.money(returned.price_minor, returned.currency) if returned.currency else ""
    kind = ButtonKind.PRIMARY if first else ButtonKind.SECONDARY
    label = words("returned.do.refund", price=price) if remedy is Remedy.REFUND else words("returned.do.recut")
    return Action(f"remedy_{remedy}", label, ChooseRemedy(remedy), kind)
