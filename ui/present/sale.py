"""What the screens say that are about buying: repair, offer, paying, the receipt. Pure.

Responsible for: words, price and actions of those states. Not responsible for: refusals
(`ui.present.refusal`), or the way there and back (`ui.present.shopper`).
"""

from __future__ import annotations

from dataclasses import replace

from config.store import Store
from hardware.payment.till_code import Symbology
from kiosk.policy.decision import FiredRule
from kiosk.session.intents import ChooseFinish, ChooseRepair, Confirm, Done, PrintReceipt, SetQuantity
from kiosk.session.snapshot import CheckResult, Offer, PaperState, Receipt, Snapshot
from ui.present.condition import condition_action
from ui.present.language import Translation
from ui.present.local import Local, ShowCertificate
from ui.present.parts import call_staff, cancel, finish_name, message, of_sale, please_wait, primary, reason_of
from ui.present.shown import (
    Action,
    ButtonKind,
    ChoiceDetail,
    LabelledValue,
    OfferDetail,
    ReceiptDetail,
    Shown,
    Tone,
)
from ui.present.statement import bars_of, code_lines, measured_lines, paid_lines

MOST_CHIPS = 5
PADLOCKS = frozenset({"American", "Master"})
"""Makers whose blanks sold here are padlocks': their keys are not house keys."""
REFUNDS = frozenset({"refunded", "refunding"})
"""What a receipt says of money that goes back."""
_PAPER_SAYS = frozenset({PaperState.PRINTING, PaperState.PRINTED, PaperState.FAILED})


def worn(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """Restore to factory or copy as it is, with the likely result of each."""
    advised = words("worn.advised")
    return Shown(
        page="choice",
        visit="worn",
        title=words("worn.title"),
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
        picture="feature/worn",
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
        words("offer.copy") if offer.total_minor else words("offer.free"),
        Confirm(),
        ButtonKind.PRIMARY,
        icon="forward",
        figure=total if offer.total_minor else "",
        says=words("offer.buy", total=total) if offer.total_minor else "",
    )
    return Shown(
        page="offer",
        visit="offer",
        title=words("offer.title"),
        store_name=store.name,
        picture=f"found/{offer.blank}/{offer.finish}",
        detail=OfferDetail(
            name=_key_name(words, offer),
            code=offer.blank,
            finish_label=words("offer.finish") if len(offer.finishes) > 1 else "",
            finishes=tuple(_swatch(words, offer, finish) for finish in _choice(offer.finishes)),
            quantity_label=words("offer.quantity"),
            quantities=_quantities(words, offer),
            small=words("offer.text"),
            notices=tuple(dict.fromkeys(" ".join(filter(None, _notice(words, rule, offer))) for rule in offer.notices))
            + ((words("offer.declined"),) if offer.declined else ())
            + ((words("paper.missing"),) if snapshot.paper is PaperState.MISSING else ()),
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


def _key_name(words: Translation, offer: Offer) -> str:
    """A blank as people call it: its code says nothing to them by itself."""
    maker = offer.blank_name.removesuffix(offer.blank).strip()
    if not maker:
        return offer.blank_name
    return words("offer.padlock_key" if maker in PADLOCKS else "offer.house_key", maker=maker)


def _choice(finishes: tuple[str, ...]) -> tuple[str, ...]:
    """What there is to choose from: of one alone there is nothing to choose."""
    return finishes if len(finishes) > 1 else ()


def _swatch(words: Translation, offer: Offer, finish: str) -> Action:
    """A finish as a thing: its key, its name, its price."""
    prices = dict(zip(offer.finishes, offer.finish_prices_minor, strict=False))
    price = words.money(prices[finish], offer.currency) if finish in prices else ""
    name = finish_name(words, finish)
    return Action(
        f"finish_{finish}",
        name,
        ChooseFinish(finish),
        chosen=finish == offer.finish,
        picture=f"key/{offer.blank}/{finish}",
        figure=price,
        says=f"{name} {price}".strip(),
    )


def _notice(words: Translation, rule: FiredRule, offer: Offer) -> tuple[str, str]:
    if rule.approved:
        return _lifted(words, "offer.letter" if rule.letter_taken else "offer.approved", offer), ""
    reason = reason_of(words, rule)
    return reason.what, reason.why


def _lifted(words: Translation, what: str, offer: Offer) -> str:
    """That a rule was lifted, by `what`; and for how many copies, where one sees numbers that nobody approved."""
    if offer.lifted_for and len(offer.lifted_for) < offer.max_quantity:
        return words.plural(f"{what}_for", max(offer.lifted_for))
    return words(what)


def _quantities(words: Translation, offer: Offer) -> tuple[Action, ...]:
    """Numbers to choose from: five at a time, the chosen one among them; of an approved copy what was approved."""
    if offer.max_quantity < 2:
        return ()
    first = max(1, min(offer.quantity - 2, offer.max_quantity - MOST_CHIPS + 1))
    numbers = range(first, min(offer.max_quantity, first + MOST_CHIPS - 1) + 1)
    return tuple(
        Action(
            f"copies_{number}",
            words.number(number),
            SetQuantity(number),
            chosen=number == offer.quantity,
            enabled=not offer.lifted_for or number in offer.lifted_for,
            says=words.plural("offer.copies", number),
        )
        for number in numbers
    )


def paying(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """The money is being reserved: at the register or on the terminal."""
    receipt = snapshot.receipt
    code = receipt.pay_code if receipt else ""
    lines: tuple[LabelledValue, ...] = ()
    if snapshot.offer:
        lines = (LabelledValue(words("receipt.total"), words.money(snapshot.offer.total_minor, snapshot.currency)),)
    return Shown(
        page="receipt",
        visit="paying",
        title=words("paying.title") if code else words("paying.card"),
        store_name=store.name,
        body=(words("paying.register") if code else words("paying.terminal"), words("paying.nothing_yet")),
        picture="pay" if code else "card",
        detail=ReceiptDetail(lines, barcode=code, code_label=words("receipt.pay_code") if code else "", code=code),
        actions=(cancel(words),),
    )


def thank_you(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """Paid or to be paid, measured, and the code to bring the copy back with."""
    receipt, check = snapshot.receipt, snapshot.check
    if receipt and 0 < local.certificate <= len(receipt.certificates):
        return _certificate(words, receipt, local.certificate, snapshot, store)
    code = receipt.bring_back_code if receipt else ""
    pay = receipt.pay_code if receipt else ""
    refund = receipt is not None and receipt.status in REFUNDS
    return Shown(
        page="receipt",
        visit="thank_you",
        title=words("refund.title")
        if refund
        else words.plural("thanks.title", max(1, receipt.copies if receipt else 1)),
        store_name=store.name,
        body=(
            words(_thanks(receipt.status if receipt else "", pay=bool(pay), code=bool(code))),
            *((words(f"paper.{snapshot.paper}"),) if snapshot.paper in _PAPER_SAYS else ()),
        ),
        picture="pay" if refund else of_sale("collect", snapshot),
        detail=receipt_detail(words, receipt, check, store),
        actions=(
            primary(words, "done", "thanks.done", Done()),
            *(_to_certificate(words, receipt, 1) if receipt else ()),
            *((Action("print", words("paper.print"), PrintReceipt()),) if snapshot.paper is PaperState.OFFERED else ()),
        ),
        chime="done",
    )


def receipt_detail(
    words: Translation, receipt: Receipt | None, check: CheckResult | None, store: Store
) -> ReceiptDetail:
    """What was paid and measured, the code to pay with, and the one to bring a copy back with."""
    lines = list(paid_lines(words, receipt)) if receipt else []
    lines += measured_lines(words, check)
    if receipt:
        lines += [*code_lines(words, receipt), LabelledValue(words("receipt.number"), receipt.transaction)]
    code = receipt.bring_back_code if receipt else ""
    bars = bars_of(receipt) if receipt and receipt.pay_code else None
    return ReceiptDetail(
        lines=tuple(lines),
        barcode=bars.text if bars else "",
        symbology=bars.symbology if bars else Symbology.CODE_128,
        qr="\n".join([store.name, *(f"{line.label}: {line.value}" for line in lines), code]) if code else "",
        code_label=words("receipt.bring_back_code") if code else "",
        code=_grouped(code),
    )


def _grouped(code: str) -> str:
    """As people copy figures: three, three, and what is left."""
    return " ".join(filter(None, (code[:3], code[3:6], code[6:])))


def _certificate(words: Translation, receipt: Receipt, copy: int, snapshot: Snapshot, store: Store) -> Shown:
    """What proves one copy: a code to take along on a telephone, as large as there is room."""
    copies = len(receipt.certificates)
    return Shown(
        page="receipt",
        visit=f"thank_you/certificate/{copy}",
        title=words("certificate.title"),
        store_name=store.name,
        body=(words("certificate.text"),),
        picture=of_sale("collect", snapshot),
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
        picture="wheel" if snapshot.wheel_may_turn else "rejected" if reason is None else "closed",
        tone=Tone.LOOK if snapshot.wheel_may_turn else Tone.AWAY,
        actions=(primary(words, "done", "failed.done", Done()), call_staff(words, snapshot)),
        chime="attention",
    )
