"""Never anything of a card: number, track and expiry that a terminal sends reach no file, log, answer or text.

Who would break it: whoever steals the kiosk's disk, reads its log over a shoulder or asks a technician for a flight
record. How: every status of the simulated terminal carries a number that is no real card's; it is hunted afterwards.
"""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from config.payment import Zvt
from config.settings import load_settings
from hardware.payment.zvt import ZvtPayment
from kiosk.records.terminal_book import SqliteTerminalBook
from kiosk.session.flight_record import recording
from simulator.terminals.zvt import CANARY_PAN, ZvtFault, ZvtTerminal
from tests.hardware.payment.desk import TerminalLink, VirtualClock
from tests.support.lives import Life, sell

TRACES = (CANARY_PAN, CANARY_PAN.hex().encode(), repr(CANARY_PAN)[2:-1].encode())


def test_a_number_that_a_terminal_sends_is_nowhere_afterwards(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    heard: list[bytes] = []
    terminal, clock = ZvtTerminal(), VirtualClock()
    for fault in (ZvtFault.CARD_LATE, ZvtFault.ACKNOWLEDGEMENT_LOST):
        terminal.will(fault)
    real = terminal.receive
    terminal.receive = lambda data: [heard.append(each) or each for each in real(data)]
    (folder := tmp_path / "data").mkdir()
    book = SqliteTerminalBook(folder / "sales.db")
    payment = ZvtPayment(lambda: TerminalLink(terminal, clock), Zvt(), book, clock)
    life = Life(load_settings(None, {}), folder, payment=payment)
    with life.kiosk() as made, recording(tmp_path / "flight.jsonl", made.stage.ports) as recorder:
        made.stage.controller.observe(recorder.event)
        sell(life, made, 1)
        entries = [book.entry(sale.transaction) for sale in made.stage.ports.journal.last_sales(5)]
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    said = f"{caplog.text} {entries!r} {life.passed}".encode()
    book.close()
    assert any(CANARY_PAN in each for each in heard), "the terminal did send it"
    assert kept
    for trace in TRACES:
        assert trace not in kept
        assert trace not in said
