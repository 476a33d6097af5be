"""What the shopper's screens say. Pure.

Responsible for: title, words, picture and actions of every state a shopper sees. Not responsible for: frame and
speech (`ui.presenter`), staff screens (`ui.present_staff`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from config.store import Store
from kiosk.decision import FiredRule
from kiosk.events import (
    BringBack,
    CallStaff,
    Cancel,
    ChooseFinish,
    ChooseRepair,
    Confirm,
    Done,
    KeyLaid,
    KeyTaken,
    SetQuantity,
    Start,
    Stop,
)
from kiosk.reading import Outcome
from kiosk.snapshot import Offer, Snapshot
from kiosk.states import State
from ui.i18n import Words
from ui.local import EnterTyped, Erase, Local, OpenHelp, Typed
from ui.present_help import topics
from ui.shown import (
    Action,
    ChoiceDetail,
    KeypadDetail,
    Kind,
    Line,
    OfferDetail,
    Reason,
    ReceiptDetail,
    RefusedDetail,
    Shown,
    Step,
    StepsDetail,
    StepState,
    WelcomeDetail,
)

Present: TypeAlias = Callable[[Words, Local, Snapshot, Store], Shown]


def cancel(words: Words) -> Action:
    """The large way out of every screen before the cut."""
    return Action("cancel", words("cancel"), Cancel(), Kind.SECONDARY, icon="close")


def call_staff(words: Words, snapshot: Snapshot) -> Action:
    """One touch calls staff; touched already, it says so."""
    label = words("staff.called") if snapshot.staff_called else words("staff.call")
    return Action("call_staff", label, CallStaff(), Kind.SECONDARY, "person", enabled=not snapshot.staff_called)


def primary(words: Words, identity: str, key: str, does: object) -> Action:
    """The one thing most people do here."""
    return Action(identity, words(key), does, Kind.PRIMARY)  # type: ignore[arg-type]


def reason_of(words: Words, rule: FiredRule, *, staff: bool = False) -> Reason:
    """A rule in the words of its own file; one that came without is told truthfully in general ones."""
    meaning, next_step = rule.words_in(words.language)
    ground = words("rule.ground", ground=rule.ground) if rule.ground and staff else ""
    if meaning:
        return Reason(meaning, next_step, ground)
    if f"rule.code.{rule.code}.what" in words.ids:
        return Reason(words(f"rule.code.{rule.code}.what"), words(f"rule.code.{rule.code}.why"), ground)
    return Reason(words(f"rule.{rule.verdict.value}.what"), words(f"rule.{rule.verdict.value}.why"), ground)


def _welcome(words: Words, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    facts = [words("welcome.price", price=words.money(snapshot.price_from_minor, snapshot.currency))]
    if snapshot.stocked:
        facts.append(words("welcome.stocked", names=", ".join(snapshot.stocked)))
    facts.append(words("welcome.measured"))
    return Shown(
        page="welcome",
        visit="welcome",
        title=words("welcome.title"),
        store_name=store.name,
        body=(words("welcome.text"),),
        picture="attract",
        detail=WelcomeDetail(primary(words, "start", "welcome.start", Start()), tuple(facts), topics(words)),
        actions=(
            Action("questions", words("welcome.questions"), OpenHelp(""), Kind.SECONDARY, icon="question"),
            Action("bring_back", words("welcome.bring_back"), BringBack(), Kind.SECONDARY, icon="return"),
        ),
    )


def _place_key(words: Words, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    return Shown(
        page="message",
        visit="place_key",
        title=words("place.title"),
        store_name=store.name,
        body=(words("place.how"), words("place.free")),
        picture="lay_key",
        actions=(primary(words, "key_laid", "place.done", KeyLaid()), cancel(words)),
    )


def _try_again(words: Words, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    outcome = snapshot.try_again or Outcome.MOVED
    return Shown(
        page="message",
        visit=f"try_again/{outcome}",
        title=words(f"outcome.{outcome}.what"),
        store_name=store.name,
        body=(words(f"outcome.{outcome}.next"),),
        picture="clean_key" if outcome is Outcome.DIRTY else "lay_key",
        actions=(
            primary(words, "key_laid", "try_again.again", KeyLaid()),
            call_staff(words, snapshot),
            cancel(words),
        ),
        chime="attention",
    )


def steps_detail(words: Words, snapshot: Snapshot) -> StepsDetail:
    """The list of steps of the snapshot's progress."""
    progress = snapshot.progress
    if progress is None or not progress.steps:
        return StepsDetail((), 0.0, 0.0, "", "")
    steps = tuple(
        Step(
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
    return StepsDetail(steps, min(1.0, (progress.step + fraction) / len(steps)), fraction, left, copy)


def _rounded(left_s: float) -> int:
    """Seconds left in steps a person can follow: every second at the end, fives before."""
    return round(left_s) if left_s < 10 else 5 * round(left_s / 5)


def _working(title: str, text: str, picture: str, *, can_stop: bool) -> Present:
    def show(words: Words, local: Local, snapshot: Snapshot, store: Store) -> Shown:
        detail = steps_detail(words, snapshot)
        stop = Action("stop", words("stop"), Stop(), Kind.DANGER, icon="stop", says=words("stop.says"))
        return Shown(
            page="steps",
            # One visit for the whole of the work: Stop must answer from its first moment to its last.
            visit="work" if can_stop else snapshot.state.value,
            title=words(title),
            store_name=store.name,
            body=(words(text),),
            picture=picture,
            picture_fraction=round(detail.work_fraction, 2),
            detail=detail,
            actions=(stop,) if can_stop else (cancel(words),),
        )

    return show


def _worn(words: Words, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    cuts = snapshot.worn.cuts if snapshot.worn else ()
    numbers = ", ".join(str(cut) for cut in cuts)
    advised = words("worn.advised")
    return Shown(
        page="choice",
        visit="worn",
        title=words.plural("worn.title", max(1, len(cuts)), cuts=numbers),
        store_name=store.name,
        body=(words("worn.text"),),
        detail=ChoiceDetail(
            (
                Action(
                    "restore",
                    f"{words('worn.restore')} – {advised}",
                    ChooseRepair(restore=True),
                    Kind.PRIMARY,
                    note=words("worn.restore.likely"),
                ),
                Action("as_is", words("worn.as_is"), ChooseRepair(restore=False), note=words("worn.as_is.likely")),
            )
        ),
        picture="worn_key",
        actions=(cancel(words),),
    )


def finish_name(words: Words, finish: str) -> str:
    """A finish as people call it; an owner's own finish keeps the owner's word."""
    key = f"finish.{finish}"
    return words(key) if key in words.ids else finish.replace("_", " ").capitalize()


def _offer(words: Words, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    offer = snapshot.offer
    if offer is None:
        return _patience(words, local, snapshot, store)
    total = words.money(offer.total_minor, offer.currency)
    buy = Action(
        "confirm",
        words("offer.pending") if offer.stamp_pending else words("offer.buy", total=total),
        Confirm(),
        Kind.PRIMARY,
        enabled=not offer.stamp_pending,
    )
    return Shown(
        page="offer",
        visit="offer",
        title=words("offer.title"),
        store_name=store.name,
        body=(words("offer.text"),),
        picture="found",
        detail=OfferDetail(
            blank=offer.blank_name,
            total=total,
            each=words("offer.each", price=words.money(offer.price_each_minor, offer.currency)),
            quantity_label=words("offer.quantity"),
            quantity=words.number(offer.quantity),
            fewer=_quantity(words, offer, -1),
            more=_quantity(words, offer, +1),
            finish_label=words("offer.finish") if len(offer.finishes) > 1 else "",
            finishes=tuple(
                Action(f"finish_{f}", finish_name(words, f), ChooseFinish(f), chosen=f == offer.finish)
                for f in (offer.finishes if len(offer.finishes) > 1 else ())
            ),
            notices=tuple(" ".join(filter(None, _notice(words, rule))) for rule in offer.notices)
            + ((words("offer.declined"),) if offer.payment == "declined" else ()),
        ),
        actions=(buy, cancel(words)),
    )


def _notice(words: Words, rule: FiredRule) -> tuple[str, str]:
    if rule.approved:
        return words("offer.approved"), ""
    reason = reason_of(words, rule)
    return reason.what, reason.why


def _quantity(words: Words, offer: Offer, change: int) -> Action:
    wanted = offer.quantity + change
    name, key = ("fewer", "offer.fewer") if change < 0 else ("more", "offer.more")
    icon = "minus" if change < 0 else "plus"
    possible = 1 <= wanted <= offer.max_quantity
    return Action(name, words(key), SetQuantity(max(1, wanted)), icon=icon, enabled=possible, says=words(key))


def _refused(words: Words, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    refusal = snapshot.refusal
    rules = [rule for rule in refusal.rules if rule.verdict.blocks and not rule.approved] if refusal else []
    reasons = [reason_of(words, rule) for rule in rules]
    if not reasons:
        outcome = refusal.outcome if refusal else None
        key = f"outcome.{outcome}" if outcome is not None else "rule.refuse"
        reasons = [Reason(words(f"{key}.what"), words(f"{key}.why") if outcome is None else words(f"{key}.next"))]
    steps = refusal.next_steps if refusal and refusal.next_steps else ("staff",)
    can_ask = refusal is not None and refusal.can_be_approved
    asks = call_staff(words, snapshot)
    if can_ask:
        asks = Action(asks.id, asks.label, asks.does, Kind.PRIMARY, asks.icon, enabled=asks.enabled)
    finish = Action("done", words("refused.done"), Done(), Kind.SECONDARY if can_ask else Kind.PRIMARY)
    return Shown(
        page="refused",
        visit="refused",
        title=words("refused.title.ask") if can_ask else words("refused.title"),
        store_name=store.name,
        body=(words("refused.free"),),
        picture="sorry",
        detail=RefusedDetail(
            reasons=tuple(dict.fromkeys(reasons))[:2],
            next_label=words("refused.next"),
            next_steps=tuple(words.first(f"next.{step}", "next.staff") for step in tuple(dict.fromkeys(steps))[:4]),
        ),
        actions=(asks, finish) if can_ask else (finish, asks),
        chime="attention",
    )


def _paying(words: Words, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    receipt = snapshot.receipt
    code = receipt.pay_code if receipt else ""
    lines: tuple[Line, ...] = ()
    if receipt:
        lines = (Line(words("receipt.total"), words.money(receipt.amount_minor, receipt.currency)),)
    return Shown(
        page="receipt",
        visit="paying",
        title=words("paying.title"),
        store_name=store.name,
        body=(words("paying.register") if code else words("paying.terminal"), words("paying.nothing_yet")),
        picture="pay",
        detail=ReceiptDetail(lines, barcode=code, code_label=words("receipt.pay_code") if code else "", code=code),
        actions=(cancel(words),),
    )


def _take_key_back(words: Words, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    return Shown(
        page="message",
        visit="take_key_back",
        title=words("take.title"),
        store_name=store.name,
        body=(words("take.still") if snapshot.tray_has_key else words("take.text"),),
        picture="take_key",
        actions=(primary(words, "key_taken", "take.done", KeyTaken()), cancel(words)),
        chime="attention",
    )


def _thank_you(words: Words, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    receipt, check = snapshot.receipt, snapshot.check
    lines = []
    if receipt:
        lines.append(Line(words("receipt.copies"), words.number(receipt.copies)))
        lines.append(
            Line(
                words.first(f"receipt.status.{receipt.status}", "receipt.status.other"),
                words.money(receipt.amount_minor, receipt.currency),
            )
        )
    if check:
        figures = words(
            "receipt.error", error=words.number(check.largest_error_mm, 3), limit=words.number(check.tolerance_mm, 3)
        )
        lines.append(Line(words("receipt.measured"), figures))
    if receipt:
        lines.append(Line(words("receipt.number"), receipt.transaction))
    code = receipt.bring_back_code if receipt else ""
    pay = receipt.pay_code if receipt else ""
    return Shown(
        page="receipt",
        visit="thank_you",
        title=words("thanks.title"),
        store_name=store.name,
        body=(words("thanks.pay") if pay else words("thanks.text"),),
        picture="collect",
        detail=ReceiptDetail(
            lines=tuple(lines),
            barcode=pay,
            qr="\n".join([store.name, *(f"{line.label}: {line.value}" for line in lines), code]) if code else "",
            code_label=words("receipt.bring_back_code") if code else "",
            code=code,
        ),
        actions=(primary(words, "done", "thanks.done", Done()),),
        chime="done",
    )


def _message(name: str, picture: str) -> Present:
    def show(words: Words, local: Local, snapshot: Snapshot, store: Store) -> Shown:
        return Shown(
            page="message",
            visit=snapshot.state.value,
            title=words(f"{name}.title"),
            store_name=store.name,
            body=(words(f"{name}.text"),),
            picture=picture,
        )

    return show


_patience = _message("patience", "looking")


def _failed(words: Words, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    reason = snapshot.failed_reason
    return Shown(
        page="message",
        visit="failed",
        title=words.first(f"failed.{reason}.title", "failed.title"),
        store_name=store.name,
        body=(words.first(f"failed.{reason}.text", "failed.text"), words("failed.free")),
        picture="sorry",
        actions=(primary(words, "done", "failed.done", Done()), call_staff(words, snapshot)),
        chime="attention",
    )


def keypad_keys(words: Words) -> tuple[Action, ...]:
    """The twelve keys of a telephone, in its order."""
    digits = tuple(Action(f"digit_{d}", d, Typed(d)) for d in "123456789")
    return (
        *digits,
        Action("erase", words("keypad.erase"), Erase(), icon="erase"),
        Action("digit_0", "0", Typed("0")),
        Action("enter", words("keypad.enter"), EnterTyped(), Kind.PRIMARY, icon="check"),
    )


def _bring_back(words: Words, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    wrong = snapshot.return_message
    message = words.first(f"bring.message.{wrong}", "bring.message.not_found") if wrong else ""
    return Shown(
        page="keypad",
        visit="bring_back",
        title=words("bring.title"),
        store_name=store.name,
        body=(words("bring.text"),),
        picture="lay_key",
        detail=KeypadDetail(words("bring.code"), local.typed, keypad_keys(words), message, secret=False),
        actions=(call_staff(words, snapshot), cancel(words)),
    )


def _return_result(words: Words, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    result = snapshot.returned
    passed, offer = (result.passed, result.offer) if result else (True, "none")
    body = [words("returned.true") if passed else words("returned.off")]
    if result:
        body.append(words("returned.error", error=words.number(result.largest_error_mm, 3)))
    body.append(words.first(f"returned.offer.{offer}", "returned.offer.none"))
    actions = []
    if offer in ("recut", "refund"):
        actions.append(primary(words, "confirm", f"returned.do.{offer}", Confirm()))
    actions.append(call_staff(words, snapshot))
    actions.append(Action("done", words("returned.done"), Done(), Kind.SECONDARY if len(actions) > 1 else Kind.PRIMARY))
    return Shown(
        page="message",
        visit="return_result",
        title=words("returned.title.true") if passed else words("returned.title.off"),
        store_name=store.name,
        body=tuple(body),
        picture="checking" if passed else "sorry",
        actions=tuple(actions),
        chime="attention",
    )


def _starting(words: Words, local: Local, snapshot: Snapshot, store: Store) -> Shown:
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


STATES: dict[State, Present] = {
    State.STARTING: _starting,
    State.WELCOME: _welcome,
    State.PLACE_KEY: _place_key,
    State.SCANNING: _working("scanning.title", "scanning.text", "looking", can_stop=False),
    State.TRY_AGAIN: _try_again,
    State.WORN: _worn,
    State.OFFER: _offer,
    State.REFUSED: _refused,
    State.PAYING: _paying,
    State.TAKE_KEY_BACK: _take_key_back,
    State.LOADING: _working("loading.title", "cutting.text", "loading", can_stop=True),
    State.CUTTING: _working("cutting.title", "cutting.text", "cutting", can_stop=True),
    State.CHECKING: _working("checking.title", "checking.text", "checking", can_stop=True),
    State.DELIVERING: _working("delivering.title", "delivering.text", "collect", can_stop=True),
    State.CAPTURING: _message("capturing", "pay"),
    State.THANK_YOU: _thank_you,
    State.FAILED: _failed,
    State.SETTLING: _message("settling", "pay"),
    State.BRING_BACK: _bring_back,
    State.MEASURING_RETURN: _working("measuring.title", "measuring.text", "looking", can_stop=False),
    State.RETURN_RESULT: _return_result,
}
