"""Never give away more than was paid for: one claim a copy, and only for the key that was sold.

Who would break it: a shopper who wants two keys for one. With their hands they lay a worn original as the copy, the
good copy as the original, the same key twice, a friend's key; they ask for five, choose a dearer finish, come again
with the same code, share it, guess others, take the money and then the recut, pull the plug while the money goes back.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from config.till import CodeKind, Till
from hardware.payment.register import RegisterPayment
from kiosk.identification.compare import Likeness, compare
from kiosk.key.reading import Identification, Outcome
from kiosk.records.journal import ClaimRefused, NewSale, PaymentStatus, Remedy
from kiosk.rehearsal.ready import off_by
from kiosk.session.effects import remedies
from kiosk.session.intents import (
    BringBack,
    Cancel,
    ChooseFinish,
    ChooseRemedy,
    Confirm,
    Done,
    EnterReceipt,
    KeyLaid,
    KeyTaken,
    SetQuantity,
)
from kiosk.session.reports import SaleFound
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State
from kiosk.staff.code_tries import CLOSED_S, MOST_WRONG, WITHIN_S, CodeTries
from simulator.terminals.card import TerminalFault
from tests.session.conftest import kiosk as kiosk
from tests.session.parts import Shop, identified
from tests.session.test_selling import buy
from tests.support.bring_back import sequence
from tests.support.transcript import ManualClock
from ui.present.local import Local
from ui.present.present import present
from ui.present.shown import KeypadDetail

KEY = identified()
OFF = off_by(KEY, 0.15)
TOLERANCE_MM = 0.05


def bought(kiosk: Shop, copies: int = 1) -> str:
    """Buy, and come away with a receipt's code."""
    buy(kiosk, copies)
    receipt = kiosk.stage.run_to(State.THANK_YOU).receipt
    assert receipt is not None
    kiosk.stage.post(Done())
    kiosk.stage.run_to(State.WELCOME)
    return receipt.bring_back_code


def to_original(kiosk: Shop, code: str) -> Snapshot:
    kiosk.stage.post(BringBack())
    kiosk.stage.run_to(State.BRING_BACK)
    kiosk.stage.post(EnterReceipt(code))
    return kiosk.stage.run_until(lambda now: now.state is State.LAY_ORIGINAL or bool(now.return_message))


def lay(kiosk: Shop, key: Identification) -> None:
    kiosk.reader.identifications = [key]
    kiosk.scanner.key_in_tray = True


def lay_copy(kiosk: Shop, key: Identification) -> None:
    kiosk.stage.run_to(State.LAY_COPY)
    kiosk.scanner.key_in_tray = False
    kiosk.stage.run_until(lambda _: kiosk.stage.controller.context.here.tray_empty_seen >= 2)
    lay(kiosk, key)


def other_laid_as_copy(kiosk: Shop) -> Snapshot:
    """The key of the receipt, then another one where its copy is wanted."""
    to_original(kiosk, bought(kiosk))
    lay(kiosk, KEY)
    lay_copy(kiosk, identified(bitting="12345"))
    return kiosk.stage.run_until(lambda now: now.other_laid)


def brought(kiosk: Shop, code: str, original: Identification, copy: Identification) -> Snapshot:
    """Code, original, copy; what the screen says then."""
    to_original(kiosk, code)
    lay(kiosk, original)
    lay_copy(kiosk, copy)
    if kiosk.stage.run_until(lambda now: now.state is State.RETURN_RESULT or now.other_laid).other_laid:
        # It is asked for once more, and the same is laid again.
        lay_copy(kiosk, copy)
    seen = kiosk.stage.run_to(State.RETURN_RESULT)
    kiosk.scanner.key_in_tray = False
    return seen


def offered(seen: Snapshot) -> tuple[Remedy, ...]:
    assert seen.returned is not None
    return seen.returned.remedies


def home(kiosk: Shop) -> None:
    kiosk.stage.post(Cancel())
    kiosk.stage.run_to(State.WELCOME)


@pytest.mark.parametrize(
    ("original", "copy", "likeness"),
    [
        (KEY, KEY, Likeness.SAME),
        (OFF, OFF, Likeness.SAME),
        (off_by(KEY, -0.15), KEY, Likeness.SAME),
        (off_by(KEY, -0.15), off_by(KEY, -0.15), Likeness.SAME),
        (KEY, off_by(KEY, 0.089), Likeness.SAME),
        (KEY, off_by(KEY, 0.0904), Likeness.OFF),
        (KEY, off_by(KEY, 0.091), Likeness.OFF),
        (off_by(KEY, -0.15), OFF, Likeness.OFF),
        (KEY, off_by(KEY, -0.15), Likeness.WORN_OR_OFF),
        (off_by(KEY, -0.12), off_by(KEY, -0.25), Likeness.OFF),
        (KEY, identified(bitting="35243"), Likeness.OTHER_KEY),
        (KEY, identified(blank="SC1", bitting="35244"), Likeness.OTHER_KEY),
        (identified(blank="SC1", bitting="35244"), KEY, Likeness.OTHER_KEY),
        (identified(blank="SC1", bitting="35244"), identified(blank="SC1", bitting="35244"), Likeness.OTHER_KEY),
        (KEY, Identification(Outcome.CUTS_UNREADABLE), Likeness.UNREADABLE),
        (Identification(Outcome.NOT_A_KEY), KEY, Likeness.UNREADABLE),
        (KEY, Identification(Outcome.IDENTIFIED, "KW1", "KW1"), Likeness.UNREADABLE),
    ],
)
def test_only_the_same_key_cut_wrongly_is_off(
    original: Identification, copy: Identification, likeness: Likeness
) -> None:
    compared = compare(original, copy, "KW1", TOLERANCE_MM)
    assert compared.likeness is likeness
    assert compared.error_mm is None or compared.error_mm == round(compared.error_mm, 3), "kept to a micrometre"


def test_one_cut_alone_makes_a_copy_off_and_one_cut_too_high_is_not_wear() -> None:
    cuts = list(off_by(KEY, -0.15).cuts)
    cuts[2] = OFF.cuts[2]
    mixed = Identification(KEY.outcome, KEY.keyway, KEY.blank, tuple(cuts))
    assert compare(KEY, mixed, "KW1", TOLERANCE_MM).likeness is Likeness.OFF
    one = Identification(KEY.outcome, KEY.keyway, KEY.blank, (*KEY.cuts[:4], OFF.cuts[4]))
    assert compare(KEY, one, "KW1", TOLERANCE_MM).likeness is Likeness.OFF


def test_a_copy_cut_wrongly_is_refunded_at_its_own_price_and_once(kiosk: Shop) -> None:
    code = bought(kiosk, 3)
    for left in (2, 1, 0):
        assert offered(brought(kiosk, code, KEY, OFF)) == (Remedy.REFUND, Remedy.RECUT)
        kiosk.stage.post(ChooseRemedy("refund"))
        receipt = kiosk.stage.run_to(State.THANK_YOU).receipt
        assert receipt is not None
        assert (receipt.status, receipt.amount_minor, receipt.copies) == ("refunded", 349, 1)
        assert kiosk.terminal.taken_in_all_minor == 349 * left
        kiosk.stage.post(Done())
        kiosk.stage.run_to(State.WELCOME)
    assert to_original(kiosk, code).return_message == "claimed"


def test_what_is_given_back_never_looks_to_a_till_like_what_is_sold(kiosk: Shop) -> None:
    # Whoever keeps a picture of a code that is both would pay with it, or be paid.
    till = Till(code=CodeKind.PRICE, item="12345")
    context = kiosk.stage.controller.context
    store = context.ports.store.model_copy(update={"till": till})
    context.ports = kiosk.stage.ports = replace(context.ports, payment=RegisterPayment(), store=store)
    code = bought(kiosk, 2)
    brought(kiosk, code, KEY, OFF)
    kiosk.stage.post(ChooseRemedy("refund"))
    receipt = kiosk.stage.run_to(State.THANK_YOU).receipt
    assert receipt is not None
    assert (receipt.status, receipt.till, receipt.certificates) == ("refunded", None, ())
    assert "-R0349" in receipt.pay_code


def test_a_recut_is_one_piece_of_what_was_sold_for_nothing_and_brings_no_other(kiosk: Shop) -> None:
    code = bought(kiosk)
    brought(kiosk, code, KEY, OFF)
    kiosk.stage.post(ChooseRemedy("recut"))
    offer = kiosk.stage.run_until(lambda now: now.offer is not None and not now.offer.stamp_pending).offer
    assert offer is not None
    assert (offer.max_quantity, offer.total_minor, offer.finishes) == (1, 0, ("brass",))
    for wish in (SetQuantity(5), ChooseFinish("black"), Confirm()):
        kiosk.stage.post(wish)
    kiosk.stage.run_to(State.TAKE_KEY_BACK)
    kiosk.stage.post(KeyTaken())
    receipt = kiosk.stage.run_to(State.THANK_YOU).receipt
    assert receipt is not None
    assert (receipt.copies, receipt.status, receipt.bring_back_code) == (1, "free", "")
    assert kiosk.cutter.chute == 2
    kiosk.stage.post(Done())
    kiosk.stage.run_to(State.WELCOME)
    recut = kiosk.stage.ports.journal.last_sales(1)[0]
    assert (recut.blank, recut.finish) == ("KW1", "brass")
    for known in (code, recut.bring_back_code):
        assert to_original(kiosk, known).return_message == "claimed"
        home(kiosk)


def test_a_recut_is_of_the_original_as_it_was_read_and_of_no_key_laid_afterwards(kiosk: Shop) -> None:
    code = bought(kiosk)
    brought(kiosk, code, KEY, OFF)
    lay(kiosk, identified(bitting="12345"))
    kiosk.stage.post(ChooseRemedy("recut"))
    kiosk.stage.run_until(lambda now: now.offer is not None and not now.offer.stamp_pending)
    telling = kiosk.stage.controller.context.here.secrets.identified
    assert telling is not None
    assert telling.identification is KEY


def test_a_recut_that_could_not_be_made_leaves_the_claim(kiosk: Shop) -> None:
    code = bought(kiosk)
    brought(kiosk, code, KEY, OFF)
    kiosk.stage.post(ChooseRemedy("recut"))
    kiosk.stage.run_until(lambda now: now.offer is not None and not now.offer.stamp_pending)
    kiosk.stage.post(Confirm())
    kiosk.stage.run_to(State.TAKE_KEY_BACK)
    sale = kiosk.stage.ports.journal.last_sales(2)[1].transaction
    assert kiosk.stage.ports.journal.claims_left(sale) == 0
    home(kiosk)
    assert kiosk.stage.ports.journal.claims_left(sale) == 1
    assert offered(brought(kiosk, code, KEY, OFF)) == (Remedy.REFUND, Remedy.RECUT)


def test_a_recut_costs_nothing_and_yet_a_guard_that_was_opened_is_seen_before_the_key_is_asked_back(
    kiosk: Shop,
) -> None:
    code = bought(kiosk)
    brought(kiosk, code, KEY, OFF)
    kiosk.stage.post(ChooseRemedy("recut"))
    kiosk.stage.run_until(lambda now: now.offer is not None and not now.offer.stamp_pending)
    kiosk.cutter.pins = "D"
    kiosk.stage.post(Confirm())
    seen = kiosk.stage.run_until(lambda now: now.state in (State.OUT_OF_ORDER, State.TAKE_KEY_BACK))
    assert seen.state is State.OUT_OF_ORDER


@pytest.mark.parametrize(
    ("original", "copy"),
    [
        (KEY, KEY),
        (OFF, OFF),
        (KEY, off_by(KEY, -0.15)),
        (KEY, identified(bitting="12345")),
        (identified(bitting="12345"), off_by(KEY, 0.15)),
        (KEY, Identification(Outcome.DIMPLE)),
    ],
    ids=["good copy", "same key twice", "swapped", "another key as copy", "another as original", "no such key"],
)
def test_nothing_is_given_for_keys_that_prove_nothing(
    kiosk: Shop, original: Identification, copy: Identification
) -> None:
    seen = brought(kiosk, bought(kiosk), original, copy)
    assert offered(seen) == ()
    for wish in (ChooseRemedy("refund"), ChooseRemedy("recut"), Confirm()):
        kiosk.stage.post(wish)
    kiosk.stage.run_to(State.WELCOME)
    assert (kiosk.terminal.taken_in_all_minor, kiosk.cutter.chute) == (349, 1)
    assert seen.staff_called is (copy is not original)


def test_another_key_laid_as_the_copy_by_mistake_is_told_and_the_copy_may_still_be_laid(kiosk: Shop) -> None:
    asks = other_laid_as_copy(kiosk)
    assert (asks.state, asks.tray_has_key, asks.staff_called) == (State.LAY_COPY, True, False)
    lay_copy(kiosk, OFF)
    assert offered(kiosk.stage.run_to(State.RETURN_RESULT)) == (Remedy.REFUND, Remedy.RECUT)


def test_what_was_laid_by_mistake_is_not_read_again_before_it_was_taken_out(kiosk: Shop) -> None:
    other_laid_as_copy(kiosk)
    kiosk.reader.identifications = [OFF]
    kiosk.stage.post(KeyLaid())
    before_s = kiosk.clock.now_s()
    kiosk.stage.run_until(lambda _: kiosk.clock.now_s() > before_s + 10)
    assert kiosk.stage.now.state is State.LAY_COPY


def test_a_second_other_key_ends_it_however_many_more_there_are(kiosk: Shop) -> None:
    other_laid_as_copy(kiosk)
    lay_copy(kiosk, identified(bitting="24643"))
    seen = kiosk.stage.run_to(State.RETURN_RESULT)
    assert offered(seen) == ()
    assert seen.staff_called


def test_an_original_of_another_blank_ends_it_before_any_copy_is_laid(kiosk: Shop) -> None:
    to_original(kiosk, bought(kiosk))
    lay(kiosk, identified(blank="SC1", bitting="35244"))
    seen = kiosk.stage.run_to(State.RETURN_RESULT)
    assert seen.returned is not None
    assert seen.returned.likeness is Likeness.OTHER_KEY


def test_where_nothing_was_decided_both_keys_may_be_laid_again_without_the_code(kiosk: Shop) -> None:
    to_original(kiosk, bought(kiosk))
    lay(kiosk, identified(blank="SC1", bitting="35244"))
    seen = kiosk.stage.run_to(State.RETURN_RESULT)
    assert seen.returned is not None
    assert seen.returned.one_key
    first = kiosk.stage.controller.context.here
    kiosk.stage.post(KeyLaid())
    asks = kiosk.stage.run_until(lambda now: now.state is State.LAY_ORIGINAL and now.tray_has_key)
    assert asks.clear_first, "what lies there was read already"
    assert first.secrets.identified is None
    kiosk.stage.post(KeyLaid())
    before_s = kiosk.clock.now_s()
    kiosk.stage.run_until(lambda _: kiosk.clock.now_s() > before_s + 10)
    assert kiosk.stage.now.state is State.LAY_ORIGINAL
    kiosk.scanner.key_in_tray = False
    kiosk.stage.run_until(lambda now: not now.clear_first)
    lay(kiosk, KEY)
    lay_copy(kiosk, OFF)
    assert offered(kiosk.stage.run_to(State.RETURN_RESULT)) == (Remedy.REFUND, Remedy.RECUT)


def test_what_the_head_of_the_first_try_said_late_is_not_said_of_the_second(kiosk: Shop) -> None:
    to_original(kiosk, bought(kiosk))
    lay(kiosk, identified(blank="SC1", bitting="35244"))
    kiosk.stage.run_to(State.RETURN_RESULT)
    context = kiosk.stage.controller.context
    first = context.visit_number
    kiosk.stage.post(KeyLaid())
    kiosk.stage.run_to(State.LAY_ORIGINAL)
    assert context.visit_number != first
    assert context.here.stamp is None


def test_what_was_decided_is_not_begun_anew(kiosk: Shop) -> None:
    brought(kiosk, bought(kiosk), KEY, identified(bitting="12345"))
    kiosk.stage.post(KeyLaid())
    before_s = kiosk.clock.now_s()
    kiosk.stage.run_until(lambda _: kiosk.clock.now_s() > before_s + 3)
    assert kiosk.stage.now.state is State.RETURN_RESULT


def test_who_laid_another_key_as_the_copy_has_done_so_still_when_it_begins_anew(kiosk: Shop) -> None:
    other_laid_as_copy(kiosk)
    lay_copy(kiosk, Identification(Outcome.DIMPLE))
    kiosk.stage.run_to(State.RETURN_RESULT)
    kiosk.stage.post(KeyLaid())
    kiosk.stage.run_to(State.LAY_ORIGINAL)
    kiosk.scanner.key_in_tray = False
    kiosk.stage.run_until(lambda now: not now.clear_first)
    lay(kiosk, KEY)
    lay_copy(kiosk, identified(bitting="24643"))
    assert offered(kiosk.stage.run_to(State.RETURN_RESULT)) == ()


def test_the_copy_is_not_read_before_the_tray_was_seen_empty(kiosk: Shop) -> None:
    to_original(kiosk, bought(kiosk))
    lay(kiosk, KEY)
    kiosk.stage.run_to(State.LAY_COPY)
    kiosk.stage.post(KeyLaid())
    before_s = kiosk.clock.now_s()
    kiosk.stage.run_until(lambda _: kiosk.clock.now_s() > before_s + 10)
    assert kiosk.stage.now.state is State.LAY_COPY


def test_a_copy_laid_as_soon_as_the_screen_no_longer_asks_for_the_original_is_read(kiosk: Shop) -> None:
    to_original(kiosk, bought(kiosk))
    lay(kiosk, KEY)
    kiosk.stage.run_to(State.LAY_COPY)
    kiosk.scanner.key_in_tray = False
    kiosk.stage.run_until(lambda now: not now.tray_has_key)
    lay(kiosk, OFF)
    assert offered(kiosk.stage.run_to(State.RETURN_RESULT)) == (Remedy.REFUND, Remedy.RECUT)


def test_the_original_lifted_for_one_look_and_laid_again_is_not_the_copy(kiosk: Shop) -> None:
    to_original(kiosk, bought(kiosk))
    lay(kiosk, KEY)
    kiosk.stage.run_to(State.LAY_COPY)
    kiosk.scanner.key_in_tray = False
    kiosk.stage.run_until(lambda _: kiosk.stage.controller.context.here.tray_empty_seen == 1)
    lay(kiosk, KEY)
    before_s = kiosk.clock.now_s()
    kiosk.stage.run_until(lambda _: kiosk.clock.now_s() > before_s + 10)
    assert kiosk.stage.now.state is State.LAY_COPY
    assert kiosk.stage.now.tray_has_key, "the screen must ask for it back"


def test_a_copy_that_could_not_be_read_is_moved_where_it_lies_and_read_when_told_so(kiosk: Shop) -> None:
    to_original(kiosk, bought(kiosk))
    lay(kiosk, KEY)
    lay_copy(kiosk, Identification(Outcome.CUT_OFF))
    kiosk.stage.run_until(lambda now: now.state is State.LAY_COPY and now.lay_again is Outcome.CUT_OFF)
    lay(kiosk, OFF)
    kiosk.stage.post(KeyLaid())
    assert offered(kiosk.stage.run_to(State.RETURN_RESULT)) == (Remedy.REFUND, Remedy.RECUT)


def test_what_is_left_of_either_key_after_the_visit_is_nothing(kiosk: Shop) -> None:
    brought(kiosk, bought(kiosk), KEY, OFF)
    kiosk.stage.post(Done())
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.run_until(
        lambda _: not any(each.silhouette.pixels.any() for each in kiosk.scanner.scanned if each.silhouette)
    )


def test_a_refund_the_terminal_does_not_answer_is_made_once(kiosk: Shop) -> None:
    code = bought(kiosk, 2)
    brought(kiosk, code, KEY, OFF)
    kiosk.terminal.will("refund", TerminalFault.SILENT_DONE, 9)
    kiosk.terminal.will("query", TerminalFault.SILENT_NOT_DONE, 9)
    kiosk.stage.post(ChooseRemedy("refund"))
    receipt = kiosk.stage.run_to(State.THANK_YOU).receipt
    assert receipt is not None
    assert receipt.status == "refunding"
    kiosk.terminal.mend()
    kiosk.stage.post(Done())
    kiosk.stage.run_until(lambda _: not kiosk.stage.ports.journal.open_sales())
    sale = kiosk.stage.ports.journal.last_sales(1)[0]
    assert (sale.money, sale.refunded, kiosk.terminal.taken_in_all_minor) == (PaymentStatus.CAPTURED, 1, 349)


def test_what_is_still_open_of_a_sale_is_not_called_made_good(kiosk: Shop) -> None:
    code = bought(kiosk, 2)
    journal = kiosk.stage.ports.journal
    sale = journal.last_sales(1)[0]
    kiosk.terminal.will("refund", TerminalFault.SILENT_NOT_DONE, 99)
    kiosk.terminal.will("query", TerminalFault.SILENT_NOT_DONE, 99)
    journal.claim_refund(sale.transaction)
    seen = to_original(kiosk, code)
    assert (seen.return_message, seen.return_open_minor) == ("refund_open", 349)
    page = present(seen, Local(), kiosk.stage.ports.store).detail
    assert isinstance(page, KeypadDetail)
    assert page.message == "A refund of this sale is still open: $3.49. Please ask staff."


@pytest.mark.parametrize(
    ("closed", "open_minor", "message"), [(True, 0, "claimed"), (False, 0, "unsettled"), (False, 349, "refund_open")]
)
def test_only_a_closed_sale_is_said_to_have_been_made_good(
    kiosk: Shop, mocker: MockerFixture, closed: bool, open_minor: int, message: str
) -> None:
    bought(kiosk)
    sale = replace(kiosk.stage.ports.journal.last_sales(1)[0], closed=closed)
    found = mocker.patch("kiosk.session.phases.returning.find_sale", return_value=SaleFound(sale, 0, open_minor))
    assert to_original(kiosk, "any").return_message == message
    found.assert_called_once()


def test_the_journal_itself_refuses_more_than_one_claim_a_copy(kiosk: Shop) -> None:
    bought(kiosk)
    journal = kiosk.stage.ports.journal
    sale = journal.last_sales(1)[0]
    recut = NewSale("K9", "9", sale.blank, sale.finish, 1, 0, "USD", "simulated", recut_of=sale.transaction)
    wrong: list[dict[str, object]] = [
        {"copies": 2},
        {"price_each_minor": 1},
        {"blank": "SC1"},
        {"finish": "black"},
        {"recut_of": "K0"},
    ]
    for otherwise in wrong:
        with pytest.raises(ClaimRefused):
            journal.open_sale(NewSale(**{**vars(recut), **otherwise}))
    assert remedies(kiosk.stage.ports, sale) == (Remedy.REFUND, Remedy.RECUT)
    journal.claim_refund(sale.transaction)
    assert remedies(kiosk.stage.ports, sale) == ()
    for claim in (lambda: journal.claim_refund(sale.transaction), lambda: journal.open_sale(recut)):
        with pytest.raises(ClaimRefused):
            claim()
    with pytest.raises(ClaimRefused):
        journal.refund_all(sale.transaction)
    assert len(journal.refunds(sale.transaction)) == 1


def test_guessing_codes_closes_the_page_and_a_right_code_is_not_even_looked_up_then(kiosk: Shop) -> None:
    code = bought(kiosk)
    for number in range(MOST_WRONG):
        seen = to_original(kiosk, f"{number:010d}")
        assert seen.return_message == ("closed" if number == MOST_WRONG - 1 else "not_found")
        home(kiosk)
    seen = to_original(kiosk, code)
    assert (seen.state, seen.return_message, seen.return_closed_min) == (State.BRING_BACK, "closed", 15)
    assert kiosk.audit.kinds.count("receipt_code_wrong") == MOST_WRONG - 1
    assert kiosk.audit.kinds.count("receipt_codes_closed") == 1
    home(kiosk)
    kiosk.clock.sleep(CLOSED_S)
    assert to_original(kiosk, code).state is State.LAY_ORIGINAL


def test_neither_a_restart_nor_the_clock_nor_a_right_code_opens_the_page(tmp_path: Path) -> None:
    clock = ManualClock()
    clock.sleep(10_000)
    tries = CodeTries(tmp_path / "sales.db", clock, "boot")
    for _ in range(MOST_WRONG - 1):
        assert tries.begin() is not None
    right = tries.begin()
    assert right is not None
    tries.was_right(right)
    assert tries.closed_s() == 0
    assert tries.begin() is not None
    assert tries.closed_s() == CLOSED_S
    tries.close()
    clock.set_by_s = 86400.0
    again = CodeTries(tmp_path / "sales.db", clock, "boot")
    assert (again.closed_s(), again.begin()) == (CLOSED_S, None)
    clock.sleep(CLOSED_S)
    # Within the hour one more is one too many; after an hour it is the first again.
    assert again.begin() is not None
    assert again.closed_s() == CLOSED_S
    again.close()
    other = CodeTries(tmp_path / "sales.db", ManualClock(), "another boot")
    assert other.closed_s() == CLOSED_S
    other.close()
    clock.sleep(WITHIN_S)
    later = CodeTries(tmp_path / "later.db", clock, "boot")
    assert later.closed_s() == 0
    later.close()


@pytest.mark.parametrize("seed", range(12))
def test_whatever_people_do_no_more_is_given_than_was_paid_for(tmp_path: Path, seed: int) -> None:
    sequence(tmp_path, seed)
