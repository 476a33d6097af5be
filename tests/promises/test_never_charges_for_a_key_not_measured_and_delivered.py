"""Never charge for a key that was not measured and delivered.

Who would break it: nobody on purpose. A terminal that takes at once what it was to reserve, a bank that says no after
the copy fell, an answer that is lost, a shopper who stops, a copy that does not pass. With their hands: a card pulled
out, a cable, the stop button.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hardware.ports import Fall, PaymentAnswer, PaymentState
from kiosk.records.journal import PaymentStatus
from kiosk.session.intents import Cancel, ConfirmReceived, Done, Stop
from kiosk.session.states import State
from simulator.terminals.card import SimulatedTerminal, TerminalFault
from tests.session.conftest import kiosk as kiosk
from tests.session.parts import BAD_COPY, Shop, shop
from tests.session.test_selling import buy
from tests.support.staff_hands import recovers, signs_in


def takes_at_once(terminal: SimulatedTerminal) -> None:
    """From now on the terminal takes what it is asked to reserve."""
    reserve = terminal.authorise

    def authorise(transaction: str, amount_minor: int, currency: str) -> PaymentAnswer:
        answer = reserve(transaction, amount_minor, currency)
        terminal.capture(transaction, amount_minor)
        return answer

    terminal.authorise = authorise


def test_what_a_terminal_took_too_soon_goes_back_whole_when_nothing_is_made(kiosk: Shop) -> None:
    takes_at_once(kiosk.terminal)
    buy(kiosk, 2)
    kiosk.scanner.key_in_tray = True
    assert kiosk.terminal.taken_in_all_minor == 2 * 349
    kiosk.stage.post(Cancel())
    kiosk.stage.run_to(State.WELCOME)
    sale = kiosk.stage.ports.journal.last_sales(1)[0]
    assert (kiosk.terminal.taken_in_all_minor, sale.money, sale.closed) == (0, PaymentStatus.REFUNDED, True)


def test_what_goes_back_whole_goes_back_once_though_the_kiosk_dies_meanwhile(tmp_path: Path) -> None:
    with shop(tmp_path) as first:
        takes_at_once(first.terminal)
        buy(first, 2)
        first.scanner.key_in_tray = True
        first.terminal.will("refund", TerminalFault.SILENT_DONE, 9)
        first.terminal.will("query", TerminalFault.SILENT_NOT_DONE, 9)
        first.stage.post(Cancel())
        first.stage.run_to(State.WELCOME)
        assert first.stage.ports.journal.open_sales() != ()
    first.terminal.mend()
    first.scanner.key_in_tray = False
    with shop(tmp_path, before=first) as second:
        second.stage.begin()
        # The money goes back without anybody; the machine waits for staff, as a sale was open when the kiosk died.
        second.stage.run_to(State.OUT_OF_ORDER)
        journal = second.stage.ports.journal
        second.stage.run_until(lambda _: journal.open_sales() == ())
        sale = journal.last_sales(1)[0]
        assert (second.terminal.taken_in_all_minor, sale.money, journal.open_sales()) == (0, PaymentStatus.REFUNDED, ())
        assert len(journal.refunds(sale.transaction)) == 1


@pytest.mark.parametrize("state", [PaymentState.DECLINED, PaymentState.VOIDED, PaymentState.REFUNDED])
def test_a_bank_that_takes_its_promise_back_is_not_asked_again_and_the_receipt_says_not_charged(
    kiosk: Shop, state: PaymentState
) -> None:
    asked: list[str] = []

    def capture(transaction: str, amount_minor: int) -> PaymentAnswer:
        asked.append(transaction)
        return PaymentAnswer(state)

    kiosk.terminal.capture = capture
    buy(kiosk)
    receipt = kiosk.stage.run_to(State.THANK_YOU).receipt
    assert receipt is not None
    assert receipt.status == "voided"
    sale = kiosk.stage.ports.journal.last_sales(1)[0]
    assert (sale.money, sale.closed, sale.delivered) == (PaymentStatus.DECLINED, True, 1)
    assert (kiosk.terminal.taken_in_all_minor, len(asked)) == (0, 1)
    # Nothing was paid, so nothing can be claimed.
    assert kiosk.stage.ports.journal.claims_left(sale.transaction) == 0


def test_only_what_was_delivered_is_paid_when_the_second_copy_is_stopped(kiosk: Shop) -> None:
    kiosk.cutter.during_run = None
    buy(kiosk, 2)
    kiosk.stage.run_until(
        lambda now: now.progress is not None and now.progress.copy == 2 and now.state is State.CUTTING
    )
    kiosk.stage.post(Stop())
    receipt = kiosk.stage.run_to(State.THANK_YOU).receipt
    assert receipt is not None
    assert (receipt.copies, kiosk.terminal.taken_in_all_minor, kiosk.cutter.chute) == (1, 349, 1)


@pytest.mark.parametrize("received", [True, False])
def test_a_copy_the_chute_did_not_see_is_not_paid_until_staff_say_who_has_it(kiosk: Shop, received: bool) -> None:
    """It left the clamp: into the shopper's hand past a blind sensor, or beside the chute."""
    kiosk.cutter.fall = Fall.UNSEEN
    buy(kiosk)
    seen = kiosk.stage.run_to(State.OUT_OF_ORDER)
    assert seen.fault is not None
    assert (seen.fault.code, seen.fault.heals_itself) == ("CHUTE_UNSEEN", False)
    recovers(kiosk.stage, pin="190283", received=None)
    kiosk.stage.run_to(State.WELCOME)
    assert kiosk.terminal.taken_in_all_minor == 0, "nobody has said yet that the shopper has it"
    signs_in(kiosk.stage, pin="190283")
    (doubt,) = kiosk.stage.now.staff.doubts
    kiosk.stage.post(ConfirmReceived(doubt.transaction, received=received))
    kiosk.stage.run_until(lambda now: now.staff is not None and not now.staff.doubts)
    assert (kiosk.terminal.taken_in_all_minor, kiosk.terminal.reserved) == (349 if received else 0, ())


def test_a_copy_the_chute_saw_is_paid(kiosk: Shop) -> None:
    kiosk.cutter.fall = Fall.SEEN
    buy(kiosk)
    kiosk.stage.run_to(State.THANK_YOU)
    assert kiosk.terminal.taken_in_all_minor == 349


def test_a_copy_that_hangs_is_not_paid_whatever_slid_past_the_sensor(kiosk: Shop) -> None:
    def hangs(before_opening: Callable[[], None]) -> Fall:
        before_opening()
        return Fall.SEEN

    kiosk.cutter.deliver = hangs
    buy(kiosk)
    seen = kiosk.stage.run_to(State.OUT_OF_ORDER)
    assert seen.fault is not None
    assert seen.fault.code == "CHUTE"
    kiosk.stage.run_until(lambda _: kiosk.terminal.reserved == ())
    assert kiosk.terminal.taken_in_all_minor == 0


def test_copies_that_do_not_pass_are_neither_delivered_nor_paid(kiosk: Shop) -> None:
    kiosk.reader.errors = [BAD_COPY, BAD_COPY]
    buy(kiosk)
    kiosk.stage.run_to(State.FAILED)
    assert (kiosk.terminal.taken_in_all_minor, kiosk.terminal.reserved, kiosk.cutter.chute) == (0, (), 0)
    kiosk.stage.post(Done())


def test_a_measured_copy_names_its_sale_and_its_blank(kiosk: Shop) -> None:
    buy(kiosk)
    check = kiosk.stage.run_to(State.THANK_YOU).check
    sale = kiosk.stage.ports.journal.last_sales(1)[0]
    assert check is not None
    assert (check.transaction, check.blank) == (sale.transaction, "KW1")
