from __future__ import annotations

from kiosk.records.journal import PaymentStatus
from kiosk.session.intents import Cancel, Confirm, Done, SetQuantity, Start
from kiosk.session.snapshot import Progress, Snapshot
from kiosk.session.states import MAKING, State
from kiosk.session.view import snapshot
from tests.session.parts import Shop


def to_offer(kiosk: Shop) -> None:
    kiosk.stage.begin()
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.post(Start())
    kiosk.stage.run_to(State.PLACE_KEY)
    kiosk.scanner.key_in_tray = True
    kiosk.stage.run_to(State.OFFER)


def buy(kiosk: Shop, quantity: int = 1) -> None:
    to_offer(kiosk)
    kiosk.stage.post(SetQuantity(quantity))
    kiosk.stage.post(Confirm())
    kiosk.stage.run_to(State.TAKE_KEY_BACK)
    kiosk.scanner.key_in_tray = False


def test_a_key_is_copied_paid_and_handed_over(kiosk: Shop) -> None:
    buy(kiosk)
    thanks = kiosk.stage.run_to(State.THANK_YOU)
    assert kiosk.stage.path == [
        State.STARTING,
        State.WELCOME,
        State.PLACE_KEY,
        State.SCANNING,
        State.OFFER,
        State.PAYING,
        State.TAKE_KEY_BACK,
        State.LOADING,
        State.CUTTING,
        State.CHECKING,
        State.DELIVERING,
        State.CAPTURING,
        State.THANK_YOU,
    ]
    assert thanks.receipt is not None
    assert (thanks.receipt.status, thanks.receipt.copies, thanks.receipt.amount_minor) == ("paid", 1, 349)
    assert kiosk.terminal.taken_minor(thanks.receipt.transaction) == 349
    assert kiosk.cutter.chute == 1
    kiosk.stage.post(Done())
    kiosk.stage.run_to(State.WELCOME)


def test_three_copies_are_made_and_paid_once(kiosk: Shop) -> None:
    buy(kiosk, 3)
    thanks = kiosk.stage.run_to(State.THANK_YOU)
    assert kiosk.cutter.chute == 3
    assert thanks.receipt is not None
    assert kiosk.terminal.taken_minor(thanks.receipt.transaction) == 3 * 349


def test_nothing_moves_while_the_key_lies_in_the_tray(kiosk: Shop) -> None:
    to_offer(kiosk)
    kiosk.stage.post(Confirm())
    kiosk.stage.run_to(State.TAKE_KEY_BACK)
    before = list(kiosk.cutter.diary)
    kiosk.stage.run_until(lambda now: now.waiting is not None)
    assert kiosk.cutter.diary == before


def test_cancel_after_the_money_was_reserved_lets_it_go(kiosk: Shop) -> None:
    to_offer(kiosk)
    kiosk.stage.post(Confirm())
    kiosk.stage.run_to(State.TAKE_KEY_BACK)
    kiosk.stage.post(Cancel())
    told = kiosk.stage.run_until(lambda now: now.state is State.WELCOME and now.cancelled)
    assert not told.staff_called
    kiosk.scanner.key_in_tray = False
    kiosk.stage.run_until(lambda now: not now.cancelled)
    assert kiosk.terminal.reserved == ()
    assert kiosk.terminal.taken_in_all_minor == 0
    sale = kiosk.stage.ports.journal.last_sales(1)[0]
    assert (sale.money, sale.closed) == (PaymentStatus.VOIDED, True)


def test_bar_and_seconds_left_are_one_estimate_of_all_copies_and_the_bar_never_goes_back(kiosk: Shop) -> None:
    told: list[Progress] = []

    def watch(now: Snapshot) -> bool:
        if now.progress is not None and now.state in MAKING:
            told.append(now.progress)
        return now.state is State.THANK_YOU

    buy(kiosk, 2)
    kiosk.stage.run_until(watch)
    all_s = told[0].left_s / (1 - told[0].whole)
    first = [each for each in told if each.copy == 1]
    assert {each.copy for each in told} == {1, 2}
    assert max(each.whole for each in first) <= 0.5
    assert [each.whole for each in told] == sorted(each.whole for each in told)
    assert all(abs((1 - each.whole) * all_s - each.left_s) < 0.2 * all_s for each in told)


def test_a_blank_cut_anew_takes_time_again_and_the_bar_stays(kiosk: Shop) -> None:
    buy(kiosk)
    kiosk.stage.run_to(State.CUTTING)
    context = kiosk.stage.controller.context
    assert context.here.making is not None
    context.here.making.fraction = 0.8
    before = snapshot(context).progress
    context.here.making.fraction = 0.0
    again = snapshot(context).progress
    assert before is not None
    assert again is not None
    assert again.left_s > before.left_s
    assert again.whole == before.whole
