"""A shopper pays at a card terminal: whole visits over the simulated machine, the terminal's own words in between."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from config.payment import Mdb, PartialBooking, PaymentKind, Zvt
from config.payment import Payment as PaymentSettings
from config.settings import load_settings
from hardware.payment.mdb import MdbPayment
from hardware.payment.zvt import ZvtPayment
from kiosk.operations.payment_device import is_on_this_computer
from kiosk.session.intents import Cancel, Confirm, Start
from kiosk.session.states import State
from simulator.faults.simulated_machine import lay
from simulator.keys.sample_keys import sample_key
from simulator.terminals.mdb import MdbTerminal
from simulator.terminals.zvt import ZvtFault, ZvtTerminal
from tests.hardware.payment.desk import MemoryBook, TerminalLink, VirtualClock
from tests.support.lives import PRICE_MINOR, Life, sell, to_take_key_back


def zvt_life(folder: Path, terminal: ZvtTerminal) -> Life:
    clock = VirtualClock()
    payment = ZvtPayment(lambda: TerminalLink(terminal, clock), Zvt(), MemoryBook(), clock)
    return Life(load_settings(None, {}), folder, payment=payment)


def test_two_copies_are_paid_at_a_zvt_terminal_when_both_are_in_the_chute(tmp_path: Path) -> None:
    terminal = ZvtTerminal()
    life = zvt_life(tmp_path, terminal)
    with life.kiosk() as made:
        to_take_key_back(life, made, 2)
        assert terminal.ledger.reserved == {1: 2 * PRICE_MINOR}
        assert terminal.ledger.booked == []
        life.sim.tray.take()
        made.stage.run_to(State.THANK_YOU)
    assert terminal.ledger.booked == [(1, 2 * PRICE_MINOR)]
    assert len(life.sim.chute) == 2


def test_a_shopper_who_changes_their_mind_gets_the_reservation_back(tmp_path: Path) -> None:
    terminal = ZvtTerminal()
    life = zvt_life(tmp_path, terminal)
    with life.kiosk() as made:
        stage = to_take_key_back(life, made, 1)
        stage.post(Cancel())
        stage.run_to(State.WELCOME)
    assert (terminal.ledger.reserved, terminal.ledger.booked) == ({}, [])


def test_a_declined_card_may_be_tried_again_and_is_asked_for_one_price_only(tmp_path: Path) -> None:
    terminal = ZvtTerminal()
    terminal.will(ZvtFault.DECLINED)
    life = zvt_life(tmp_path, terminal)
    with life.kiosk() as made:
        stage = made.stage
        stage.begin()
        stage.run_to(State.WELCOME)
        stage.post(Start())
        stage.run_to(State.PLACE_KEY)
        lay(life.sim, sample_key("kwikset-new", life.settings.catalogue, 1))
        stage.run_to(State.OFFER)
        stage.post(Confirm())
        stage.run_to(State.PAYING)
        stage.run_to(State.OFFER)
        assert terminal.ledger.reserved == {}
        stage.post(Confirm())
        stage.run_to(State.TAKE_KEY_BACK)
        assert terminal.ledger.reserved == {1: PRICE_MINOR}


def one_copy_settings(kind: PaymentKind) -> PaymentSettings:
    return PaymentSettings(kind=kind, zvt=Zvt(partial_booking=PartialBooking.NONE))


@pytest.mark.parametrize("kind", [PaymentKind.MDB, PaymentKind.ZVT])
def test_one_copy_a_payment_where_the_device_cannot_take_less_than_it_promised(
    kind: PaymentKind, tmp_path: Path
) -> None:
    reader, clock = MdbTerminal(), VirtualClock()
    payment = MdbPayment(lambda: TerminalLink(reader, clock), Mdb(), MemoryBook(), clock)
    settings = load_settings(None, {})
    machine = settings.machine.model_copy(update={"payment": one_copy_settings(kind)})
    life = Life(replace(settings, machine=machine), tmp_path, payment=payment)
    with life.kiosk() as made:
        sell(life, made, 3)
    assert len(life.sim.chute) == 1
    assert reader.charged == [PRICE_MINOR]


@pytest.mark.parametrize(
    ("port", "here"),
    [("socket://127.0.0.1:20007", True), ("socket://localhost:1", True), ("socket://192.0.2.7:20007", False)],
)
def test_a_simulated_machine_is_given_no_terminal_of_another_computer(port: str, here: bool) -> None:
    assert is_on_this_computer(PaymentSettings(kind=PaymentKind.ZVT, zvt=Zvt(port=port))) is here
    assert not is_on_this_computer(PaymentSettings(kind=PaymentKind.ZVT, zvt=Zvt(port="/dev/ttyACM0")))
    assert not is_on_this_computer(PaymentSettings(zvt=Zvt(port=port)))
