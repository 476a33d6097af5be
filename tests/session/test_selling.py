from __future__ import annotations

from kiosk.records.journal import PaymentStatus
from kiosk.session.intents import Cancel, Confirm, Done, SetQuantity, Start
from kiosk.session.states import State
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
    kiosk.stage.run_to(State.WELCOME)
    assert kiosk.terminal.reserved == ()
    assert kiosk.terminal.taken_in_all_minor == 0
    sale = kiosk.stage.ports.journal.last_sales(1)[0]
    assert (sale.money, sale.closed) == (PaymentStatus.VOIDED, True)
