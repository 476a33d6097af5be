from __future__ import annotations

import pytest

from config.payment import Mdb, PartialBooking, PaymentKind, Zvt
from config.payment import Payment as PaymentSettings
from hardware.payment.mdb import MdbPayment
from hardware.payment.zvt import ZvtPayment
from kiosk.operations.doctor import Finding, Grade
from kiosk.operations.doctor_terminal import terminal
from simulator.terminals.mdb import MdbFault, MdbTerminal
from simulator.terminals.zvt import ZvtFault, ZvtTerminal
from tests.hardware.payment.desk import MemoryBook, TerminalLink, Unplugged, VirtualClock


def asks_zvt(zvt: ZvtTerminal | None, settings: Zvt | None = None, *, reserve: bool = True) -> Finding:
    clock, settings = VirtualClock(), settings or Zvt()

    def open_link() -> TerminalLink:
        if zvt is None:
            raise Unplugged("nobody")
        return TerminalLink(zvt, clock)

    chosen = PaymentSettings(kind=PaymentKind.ZVT, zvt=settings)
    return terminal(chosen, ZvtPayment(open_link, settings, MemoryBook(), clock), running=False, reserve=reserve)


def asks_reader(reader: MdbTerminal, *, reserve: bool = True) -> Finding:
    clock = VirtualClock()
    device = MdbPayment(lambda: TerminalLink(reader, clock), Mdb(), MemoryBook(), clock)
    return terminal(PaymentSettings(kind=PaymentKind.MDB), device, running=False, reserve=reserve)


def test_a_sound_terminal_passes_and_nothing_of_the_test_stays() -> None:
    zvt = ZvtTerminal()
    assert asks_zvt(zvt).grade is Grade.PASS
    assert (zvt.ledger.reserved, zvt.ledger.booked) == ({}, [])
    reader = MdbTerminal()
    assert asks_reader(reader).grade is Grade.PASS
    assert reader.charged == []


def test_without_the_wish_no_card_is_asked_for() -> None:
    zvt = ZvtTerminal()
    zvt.will(ZvtFault.DECLINED)
    assert asks_zvt(zvt, reserve=False).grade is Grade.PASS


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (lambda: asks_zvt(None), "reached"),
        (lambda: asks_zvt(ZvtTerminal(password="1" * 6)), "password"),
        (lambda: asks_reader(MdbTerminal(result_timeout_s=359)), "waits 359 s"),
    ],
)
def test_what_is_wrong_is_named_with_a_next_step(found: object, word: str) -> None:
    finding: Finding = found()
    assert finding.grade is Grade.FAIL
    assert word in finding.found
    assert finding.next_step


def test_a_reader_that_waits_just_long_enough_passes() -> None:
    assert asks_reader(MdbTerminal(result_timeout_s=360)).grade is Grade.PASS


def test_a_declined_card_and_a_reader_that_is_not_there_are_named() -> None:
    zvt, reader = ZvtTerminal(), MdbTerminal()
    zvt.will(ZvtFault.DECLINED)
    assert "declined" in asks_zvt(zvt).found
    reader.will(MdbFault.ABSENT)
    assert "reader" in asks_reader(reader).found


def test_missing_partial_booking_is_a_warning() -> None:
    finding = asks_zvt(ZvtTerminal(), Zvt(partial_booking=PartialBooking.NONE))
    assert (finding.grade, "one copy a payment" in finding.found) == (Grade.WARN, True)


def test_at_the_register_and_beside_a_running_kiosk_nothing_is_asked() -> None:
    assert "register" in terminal(PaymentSettings(), None, running=False).found
    assert "running" in terminal(PaymentSettings(kind=PaymentKind.ZVT), None, running=True).found
