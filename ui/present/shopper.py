"""What the shopper's screens say. Pure.

Responsible for: title, words, picture and actions of every state a shopper sees, but those about buying
(`ui.present.sale`) and bringing back (`ui.present.returning`). Not responsible for: frame and speech
(`ui.present.present`), staff screens (`ui.present.staff`).
"""

from __future__ import annotations

from dataclasses import replace

from config.store import Store
from kiosk.key.reading import Outcome
from kiosk.session.intents import BringBack, KeyLaid, KeyTaken, Start
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State
from ui.present import refusal, returning, sale
from ui.present.language import Translation
from ui.present.local import Local, OpenHelp
from ui.present.parts import PresentState, call_staff, cancel, message, of_sale, primary, stop
from ui.present.shown import Action, ButtonKind, Shown, ShownStep, StepsDetail, StepState, Tone, WelcomeDetail

_WITHIN_MM = 0.05
"""How exact a copy is that is handed over."""


def _welcome(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    start = Action("start", words("welcome.start"), Start(), ButtonKind.PRIMARY, note=words("welcome.or_lay"))
    within = words.number(_WITHIN_MM, 2)
    detail = WelcomeDetail(
        start,
        tag=words("welcome.price", price=words.money(snapshot.price_from_minor, snapshot.currency)),
        tiles=tuple((icon, words(f"welcome.tile.{icon}", limit=within)) for icon in ("tray", "ruler", "check")),
        stocked=words("welcome.stocked", names=", ".join(snapshot.stocked)) if snapshot.stocked else "",
    )
    return Shown(
        page="welcome",
        visit="welcome",
        title=words("welcome.title"),
        store_name=store.name,
        picture="attract",
        detail=detail,
        actions=(
            Action("questions", words("welcome.questions"), OpenHelp(""), ButtonKind.SECONDARY, icon="question"),
            Action("bring_back", words("welcome.bring_back"), BringBack(), ButtonKind.SECONDARY, icon="return"),
        ),
    )


def _place_key(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    left = snapshot.key_left
    return Shown(
        page="message",
        visit="place_key/left" if left else "place_key",
        title=words("key_left.badge" if left else "place.title"),
        store_name=store.name,
        body=(words("key_left.text"),) if left else (words("place.how"), words("place.free")),
        picture="take_key" if left else "lay_key",
        tone=Tone.LOOK if left else Tone.GOOD,
        actions=(primary(words, "key_laid", "key_left.mine" if left else "place.done", KeyLaid()), cancel(words)),
    )


def _try_again(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    outcome = snapshot.try_again or Outcome.MOVED
    return Shown(
        page="message",
        visit=f"try_again/{outcome}",
        title=words(f"outcome.{outcome}.what"),
        store_name=store.name,
        body=(words(f"outcome.{outcome}.next"),),
        picture="clean_key" if outcome in (Outcome.DIRTY, Outcome.CUT_FILLED) else "lay_key",
        tone=Tone.LOOK,
        actions=(
            primary(words, "key_laid", "try_again.again", KeyLaid()),
            call_staff(words, snapshot),
            cancel(words),
        ),
        chime="attention",
    )


def steps_detail(words: Translation, snapshot: Snapshot) -> StepsDetail:
    """The list of steps of the snapshot's progress."""
    progress = snapshot.progress
    if progress is None or not progress.steps:
        return StepsDetail((), 0.0, 0.0, "", "")
    steps = tuple(
        ShownStep(
            words.first(f"step.{name}", "step.other"),
            StepState.DONE if i < progress.step else StepState.NOW if i == progress.step else StepState.LATER,
        )
        for i, name in enumerate(progress.steps)
    )
    fraction = min(1.0, max(0.0, progress.fraction))
    left = ""
    if progress.left_s > 0:
        left = words("steps.almost") if progress.left_s < 3 else words.plural("steps.left", _rounded(progress.left_s))
    copy = words("steps.copy", copy=progress.copy, copies=progress.copies) if progress.copies > 1 else ""
    return StepsDetail(steps, min(1.0, max(0.0, progress.whole)), fraction, left, copy)


def _rounded(left_s: float) -> int:
    """Seconds left in steps a person can follow: every second at the end, fives before."""
    return round(left_s) if left_s < 10 else 5 * round(left_s / 5)


def _working(title: str, text: str, picture: str, *, can_stop: bool) -> PresentState:
    def show(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
        detail = steps_detail(words, snapshot)
        return Shown(
            page="steps",
            # One visit for the whole of the work: Stop must answer from its first moment to its last.
            visit="work" if can_stop else snapshot.state.value,
            title=words(title),
            store_name=store.name,
            body=(words(text),),
            picture=of_sale(picture, snapshot) if can_stop else picture,
            picture_fraction=round(detail.work_fraction, 2),
            detail=detail,
            actions=(stop(words),) if can_stop else (cancel(words),),
        )

    return show


def _take_key_back(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    return Shown(
        page="message",
        visit="take_key_back",
        title=words("take.title"),
        store_name=store.name,
        body=(words("take.still") if snapshot.tray_has_key else words("take.text"),),
        picture="take_key",
        tone=Tone.LOOK,
        actions=(primary(words, "key_taken", "take.done", KeyTaken()), cancel(words)),
        chime="attention",
    )


def _about_to_move(words: Translation, snapshot: Snapshot, store: Store) -> Shown:
    """The one motion nobody at the kiosk asked for: said every second before it comes, and Stop ends it."""
    left = words.plural("waiting.seconds", snapshot.moves_in_s)
    return Shown(
        page="message",
        visit="starting/moves",
        title=words("starting.moves.title"),
        store_name=store.name,
        body=(
            left,
            words("starting.moves.text"),
            words("starting.moves.stop"),
        ),
        ticking=(left,),
        picture="machine",
        tone=Tone.LOOK,
        chime="warning",
        beat=snapshot.moves_in_s,
        actions=(stop(words),),
    )


def _starting(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    if snapshot.moves_in_s:
        return _about_to_move(words, snapshot, store)
    fault = snapshot.fault
    body = [words("starting.text")]
    if fault is not None:
        body = [words("starting.again", attempt=words.number(max(1, fault.attempt))), words("starting.honest")]
    return Shown(
        page="message",
        visit="starting",
        title=words("starting.title"),
        store_name=store.name,
        body=tuple(body),
        picture="machine",
        actions=(call_staff(words, snapshot),),
    )


_below = message("capturing", "collect")


def _capturing(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """The copy lies there; what is sold is what is shown."""
    return replace(_below(words, local, snapshot, store), picture=of_sale("collect", snapshot))


STATES: dict[State, PresentState] = {
    State.STARTING: _starting,
    State.WELCOME: _welcome,
    State.PLACE_KEY: _place_key,
    State.SCANNING: _working("scanning.title", "scanning.text", "looking", can_stop=False),
    State.TRY_AGAIN: _try_again,
    State.WORN: sale.worn,
    State.OFFER: sale.offered,
    State.REFUSED: refusal.refused,
    State.PAYING: sale.paying,
    State.TAKE_KEY_BACK: _take_key_back,
    State.LOADING: _working("loading.title", "cutting.text", "loading", can_stop=True),
    State.CUTTING: _working("cutting.title", "cutting.text", "cutting", can_stop=True),
    State.CHECKING: _working("checking.title", "checking.text", "checking", can_stop=True),
    State.DELIVERING: _working("delivering.title", "delivering.text", "collect", can_stop=True),
    State.CAPTURING: _capturing,
    State.THANK_YOU: sale.thank_you,
    State.FAILED: sale.failed,
    State.SETTLING: sale.settling,
    State.BRING_BACK: returning.code,
    State.LAY_ORIGINAL: returning.original,
    State.LAY_COPY: returning.copy,
    State.MEASURING_RETURN: _working("measuring.title", "measuring.text", "looking", can_stop=False),
    State.RETURN_RESULT: returning.result,
}
