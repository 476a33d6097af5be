from __future__ import annotations

import contextlib
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.payment import Mdb
from hardware.errors import PaymentFault
from hardware.payment.book import Standing
from hardware.payment.mdb import MdbPayment
from hardware.payment.mdb_lines import (
    LineSplitter,
    MdbError,
    MdbState,
    OtherLine,
    ReaderStatus,
    Refused,
    VendResult,
    Version,
    amount_text,
    line_of,
    minor_of,
)
from hardware.ports import PaymentAnswer, PaymentState
from simulator.terminals.mdb import MdbFault, MdbTerminal
from tests.hardware.payment.desk import MemoryBook, TerminalLink, VirtualClock

PRICE = 349


@given(st.integers(0, 10**8))
def test_an_amount_comes_back_as_it_went(amount: int) -> None:
    assert minor_of(amount_text(amount)) == amount


@given(st.text(max_size=60))
def test_whatever_stands_in_a_line_is_understood_or_a_typed_error(text: str) -> None:
    for parse in (line_of, lambda it: line_of(f"d,STATUS,{it}"), lambda it: line_of(f"v,{it}"), minor_of):
        with contextlib.suppress(MdbError):
            parse(text)


@given(st.binary(max_size=300), st.integers(0, 300))
def test_lines_come_out_however_they_were_cut(data: bytes, cut: int) -> None:
    whole, parts = LineSplitter(), LineSplitter()
    try:
        expected = whole.feed(data)
        assert parts.feed(data[:cut]) + parts.feed(data[cut:]) == expected
    except MdbError:
        assert max(map(len, data.split(b"\n"))) > 200


def test_the_adapters_lines_are_understood() -> None:
    assert line_of("d,STATUS,IDLE,#,3,1756,1,2,30,8,2") == ReaderStatus(MdbState.IDLE, 30)
    assert line_of("d,STATUS,RESULT,1,3.49") == VendResult(True, 349)
    assert line_of("d,STATUS,RESULT,-1") == VendResult(False)
    assert line_of('d,ERR,"-1"') == Refused()
    assert line_of("v,3.8.0.1") == Version((3, 8, 0, 1))
    assert line_of("D,REQ,3.49,1") == OtherLine()


class Desk:
    def __init__(self, **terminal: object) -> None:
        self.terminal = MdbTerminal(**terminal)
        self.book, self.clock = MemoryBook(), VirtualClock()
        self.on_message: Callable[[], None] = lambda: None

    def kiosk(self) -> MdbPayment:
        return MdbPayment(self._link, Mdb(), self.book, self.clock)

    def _link(self) -> TerminalLink:
        return TerminalLink(self.terminal, self.clock, lambda: self.on_message())


def insist(payment: MdbPayment, name: str, ask: Callable[[], PaymentAnswer], not_done: PaymentState) -> PaymentState:
    for _ in range(5):
        for each in (ask, lambda: payment.query(name)):
            try:
                state = each().state
            except PaymentFault:
                continue
            if state is not PaymentState.UNKNOWN:
                break
        else:
            continue
        if state is not not_done:
            return state
    return PaymentState.UNKNOWN


def reserves(payment: MdbPayment, name: str = "A1") -> PaymentState:
    return insist(payment, name, lambda: payment.authorise(name, PRICE, "USD"), PaymentState.UNKNOWN)


def settles(payment: MdbPayment, delivered: bool, name: str = "A1") -> PaymentState:
    if delivered:
        return insist(payment, name, lambda: payment.capture(name, PRICE), PaymentState.APPROVED)
    return insist(payment, name, lambda: payment.void(name), PaymentState.APPROVED)


@pytest.mark.parametrize("firmware", ["3.7.0", "3.8.0"])
def test_a_delivered_copy_is_charged_and_one_not_delivered_is_not(firmware: str) -> None:
    desk = Desk(firmware=firmware)
    kiosk = desk.kiosk()
    assert reserves(kiosk) is PaymentState.APPROVED
    assert settles(kiosk, True) is PaymentState.CAPTURED
    assert reserves(kiosk, "A2") is PaymentState.APPROVED
    assert settles(kiosk, False, "A2") is PaymentState.VOIDED
    assert desk.terminal.charged == [PRICE]


@pytest.mark.parametrize("fault", [MdbFault.DENIED, MdbFault.NO_CARD])
def test_a_card_that_is_denied_or_never_comes_leaves_nothing(fault: MdbFault) -> None:
    desk = Desk()
    desk.terminal.will(fault)
    assert reserves(desk.kiosk()) is PaymentState.DECLINED
    assert desk.terminal.approved_minor == 0


@pytest.mark.parametrize("fault", [MdbFault.RESET_IN_VEND, MdbFault.UNPLUGGED])
@pytest.mark.parametrize("delivered", [False, True])
def test_a_reader_that_was_reset_in_a_vend_is_for_staff_and_never_a_void(fault: MdbFault, delivered: bool) -> None:
    desk = Desk()
    desk.terminal.will(fault)
    kiosk = desk.kiosk()
    assert reserves(kiosk) is PaymentState.APPROVED
    desk.terminal.lapses()
    assert settles(kiosk, delivered) is PaymentState.UNKNOWN
    assert settles(desk.kiosk(), delivered) is PaymentState.UNKNOWN
    entry = desk.book.entry("A1")
    assert entry is not None
    assert entry.standing is Standing.DOUBT
    assert reserves(kiosk, "A2") is PaymentState.APPROVED, "the next shopper can pay"


def test_a_vend_that_lapsed_at_the_reader_is_in_doubt() -> None:
    desk = Desk(result_timeout_s=30)
    desk.terminal.will(MdbFault.LAPSED)
    kiosk = desk.kiosk()
    reserves(kiosk)
    desk.terminal.lapses()
    desk.clock.sleep(60)
    assert settles(kiosk, True) is PaymentState.UNKNOWN
    assert desk.terminal.charged == []


def test_an_end_after_the_readers_time_out_is_not_taken_for_done() -> None:
    desk = Desk(result_timeout_s=30)
    kiosk = desk.kiosk()
    reserves(kiosk)
    desk.terminal.will(MdbFault.LOST_BEFORE)
    with pytest.raises(PaymentFault):
        kiosk.capture("A1", PRICE)
    desk.terminal._state, desk.terminal._approved = "IDLE", False
    desk.clock.sleep(60)
    assert settles(desk.kiosk(), True) is PaymentState.UNKNOWN


def test_staff_pay_back_once_for_each_number() -> None:
    desk = Desk()
    kiosk = desk.kiosk()
    reserves(kiosk)
    settles(kiosk, True)
    assert kiosk.refund("A1", PRICE, "A1-1").pay_code == "A1-1-R0349"
    assert kiosk.refund("A1", PRICE + 1, "A1-2").state is PaymentState.DECLINED


class Dead(BaseException):
    """The kiosk was killed."""


@pytest.mark.parametrize("delivered", [False, True])
def test_killed_at_every_write_and_every_line_it_is_delivered_and_paid_or_neither(delivered: bool) -> None:
    place = kills = 0
    while True:
        place += 1
        desk, passed, given = Desk(), 0, False

        def step(at: int = place) -> None:
            nonlocal passed
            passed += 1
            if passed == at:
                raise Dead

        desk.book.on_write = desk.on_message = step
        died = True
        try:
            assert reserves(desk.kiosk()) is PaymentState.APPROVED
            given = delivered
            settles(desk.kiosk(), given)
            died = False
        except Dead:
            kills += 1
        desk.book.on_write = desk.on_message = lambda: None
        assert settles(desk.kiosk(), given) is not PaymentState.UNKNOWN, place
        assert sum(desk.terminal.charged) == given * PRICE, place
        if not died:
            break
    assert kills > 15


def one_random_sale(seed: int) -> str:
    dice = random.Random(seed)
    desk = Desk(firmware=dice.choice(["3.7.0", "3.8.0"]), result_timeout_s=dice.choice([30, 600]))
    wrong = [each for each in MdbFault if each is not MdbFault.ABSENT]
    drawn = [dice.choice(wrong) for _ in range(dice.randrange(4))]
    for fault in drawn:
        desk.terminal.will(fault)
    kiosk, delivered = desk.kiosk(), False
    if reserves(kiosk) is PaymentState.APPROVED:
        desk.clock.sleep(dice.choice([5, 20, 45]))
        desk.terminal.lapses()
        delivered = dice.random() < 0.6
    if dice.random() < 0.3:
        kiosk = desk.kiosk()
    ended = settles(kiosk, delivered)
    entry = desk.book.entry("A1")
    in_doubt = entry is not None and entry.standing is Standing.DOUBT
    charged = sum(desk.terminal.charged)
    assert len(desk.terminal.charged) <= 1, f"seed {seed}: charged twice"
    if ended is PaymentState.UNKNOWN:
        assert in_doubt, f"seed {seed}: left unknown without being for staff"
        return "for staff"
    assert charged == delivered * PRICE, f"seed {seed} {drawn}: {ended}"
    return "settled"


def test_nobody_is_charged_without_a_key_or_twice_but_where_a_reset_leaves_it_to_staff() -> None:
    ends = [one_random_sale(seed) for seed in range(300)]
    assert ends.count("settled") > 150
