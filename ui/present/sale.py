"""What the screens say that are about buying: repair, offer, refusal, paying, the receipt. Pure.

Responsible for: words, price and actions of those states. Not responsible for: the way there and back
(`ui.present.shopper`).
"""

from __future__ import annotations

from dataclasses import replace

from config.store import Store
from kiosk.policy.decision import FiredRule
from kiosk.session.intents import ChooseFinish, ChooseRepair, Confirm, Done, SetQuantity
from kiosk.session.snapshot import Offer, Receipt, Snapshot
from ui.present.condition import condition_action
from ui.present.language import Translation
from ui.present.local import Local, ShowCertificate
from ui.present.parts import call_staff, cancel, finish_name, message, please_wait, primary, reason_of
from ui.present.shown import (
    Action,
    ButtonKind,
    ChoiceDetail,
    LabelledValue,
    OfferDetail,
    Reason,
    ReceiptDetail,
    RefusedDetail,
    Shown,
)
from ui.present.statement import paid_lines

REFUNDS = frozenset({"refunded", "refunding"})
"""What a receipt says of money that goes back."""


def worn(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """Restore to factory or copy as it is, with the likely result of each."""
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
                    ButtonKind.PRIMARY,
                    note=words("worn.restore.likely"),
                ),
                Action("as_is", words("worn.as_is"), ChooseRepair(restore=False), note=words("worn.as_is.likely")),
            )
        ),
        picture="worn_key",
        actions=(cancel(words),),
    )


def offered(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """What we found, what it costs, how many, in which finish."""
    offer = snapshot.offer
    if offer is None:
        return please_wait(words, local, snapshot, store)
    if offer.stamp_pending:
        return _checking(words, store)
    total = words.money(offer.total_minor, offer.currency)
    buy = Action(
        "confirm",
        _buy_label(words, offer, total),
        Confirm(),
        ButtonKind.PRIMARY,
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
            + ((words("offer.declined"),) if offer.declined else ()),
        ),
        actions=(buy, cancel(words), *condition_action(words, snapshot)),
    )


def _checking(words: Translation, store: Store) -> Shown:
    """The head is still being read, and may forbid the copy: nothing is offered before it is known."""
    return Shown(
        page="message",
        visit="offer/checking",
        title=words("offer.checking"),
        store_name=store.name,
        body=(words("offer.pending"),),
        picture="looking",
        actions=(cancel(words),),
    )


def _buy_label(words: Translation, offer: Offer, total: str) -> str:
    return words("offer.buy", total=total) if offer.total_minor else words("offer.free")


def _notice(words: Translation, rule: FiredRule) -> tuple[str, str]:
    if rule.approved:
        return words("offer.approved"), ""
    reason = reason_of(words, rule)
    return reason.what, reason.why


def _quantity(words: Translation, offer: Offer, change: int) -> Action:
    wanted = offer.quantity + change
    name, key = ("fewer", "offer.fewer") if change < 0 else ("more", "offer.more")
    icon = "minus" if change < 0 else "plus"
    possible = 1 <= wanted <= offer.max_quantity
    return Action(
        name, words(key), SetQuantity(max(1, wanted)), icon=icon, enabled=possible, counts=True, says=words(key)
    )


def refused(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """Why not, in plain words, and what to do next."""
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
        asks = Action(asks.id, asks.label, asks.does, ButtonKind.PRIMARY, asks.icon, enabled=asks.enabled)
    finish = Action("done", words("refused.done"), Done(), ButtonKind.SECONDARY if can_ask else ButtonKind.PRIMARY)
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
        actions=(*((asks, finish) if can_ask else (finish, asks)), *condition_action(words, snapshot)),
        chime="attention",
    )


def paying(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """The money is being reserved: at the register or on the terminal."""
    receipt = snapshot.receipt
    code = receipt.pay_code if receipt else ""
    lines: tuple[LabelledValue, ...] = ()
    if receipt:
        lines = (LabelledValue(words("receipt.total"), words.money(receipt.amount_minor, receipt.currency)),)
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


def thank_you(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """Paid or to be paid, measured, and the code to bring the copy back with."""
    receipt, check = snapshot.receipt, snapshot.check
    if receipt and 0 < local.certificate <= len(receipt.certificates):
        return _certificate(words, receipt, local.certificate, store)
    lines = list(paid_lines(words, receipt)) if receipt else []
    if check:
        figures = words(
            "receipt.error", error=words.number(check.largest_error_mm, 3), limit=words.number(check.tolerance_mm, 3)
        )
        lines.append(LabelledValue(words("receipt.measured"), figures))
    if receipt:
        lines.append(LabelledValue(words("receipt.number"), receipt.transaction))
    code = receipt.bring_back_code if receipt else ""
    pay = receipt.pay_code if receipt else ""
    refund = receipt is not None and receipt.status in REFUNDS
    return Shown(
        page="receipt",
        visit="thank_you",
        title=words("refund.title") if refund else words("thanks.title"),
        store_name=store.name,
        body=(words(_thanks(receipt.status if receipt else "", pay=bool(pay), code=bool(code))),),
        picture="pay" if refund else "collect",
        detail=ReceiptDetail(
            lines=tuple(lines),
            barcode=pay,
            qr="\n".join([store.name, *(f"{line.label}: {line.value}" for line in lines), code]) if code else "",
            code_label=words("receipt.bring_back_code") if code else "",
            code=code,
        ),
        actions=(
            primary(words, "done", "thanks.done", Done()),
            *(_to_certificate(words, receipt, 1) if receipt else ()),
        ),
        chime="done",
    )


def _certificate(words: Translation, receipt: Receipt, copy: int, store: Store) -> Shown:
    """What proves one copy: a code to take along on a telephone, as large as there is room."""
    copies = len(receipt.certificates)
    return Shown(
        page="receipt",
        visit=f"thank_you/certificate/{copy}",
        title=words("certificate.title"),
        store_name=store.name,
        body=(words("certificate.text"),),
        picture="collect",
        detail=ReceiptDetail(
            lines=(
                LabelledValue(words("certificate.copy"), words("certificate.of", copy=copy, copies=copies)),
                LabelledValue(words("receipt.number"), receipt.transaction),
            ),
            qr=receipt.certificates[copy - 1],
            large=True,
        ),
        actions=(
            Action("receipt", words("certificate.back"), ShowCertificate(0), ButtonKind.PRIMARY, icon="back"),
            *_to_certificate(words, receipt, copy + 1),
        ),
    )


def _to_certificate(words: Translation, receipt: Receipt, copy: int) -> tuple[Action, ...]:
    copies = len(receipt.certificates)
    if copy > copies:
        return ()
    key = "certificate.show" if copies == 1 else "certificate.show_copy"
    return (Action("certificate", words(key, copy=copy, copies=copies), ShowCertificate(copy)),)


def _thanks(status: str, *, pay: bool, code: bool) -> str:
    """Id of what is said under the title: of a refund, of a copy to be paid for, of a copy."""
    match status:
        case "refunded":
            return "refund.pay" if pay else "refund.text"
        case "refunding":
            return "refund.later"
        case _:
            return "thanks.pay" if pay else "thanks.text" if code else "thanks.recut"


_settling = message("settling", "pay")


def settling(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """Money goes back; after Stop what is asked first is whether the machine stands."""
    shown = _settling(words, local, snapshot, store)
    if snapshot.failed_reason != "stopped":
        return shown
    return replace(shown, title=words("wheel.title" if snapshot.wheel_may_turn else "failed.stopped.title"))


def failed(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """No copy was made and nothing is charged."""
    reason = snapshot.failed_reason
    title = words.first(f"failed.{reason}.title", "failed.title")
    body = (words.first(f"failed.{reason}.text", "failed.text"), words("failed.free"))
    if reason == "stopped":
        # Whoever pressed Stop asks about the machine, then about money, and then about the key.
        body = (body[1], body[0])
    if snapshot.wheel_may_turn:
        # Nobody is to believe that it stands.
        title, body = words("wheel.title"), (words("wheel.text"), words("failed.free"))
    return Shown(
        page="message",
        visit="failed/wheel" if snapshot.wheel_may_turn else "failed",
        title=title,
        store_name=store.name,
        body=body,
        picture="sorry",
        actions=(primary(words, "done", "failed.done", Done()), call_staff(words, snapshot)),
        chime="attention",
    )
