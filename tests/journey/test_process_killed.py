"""A process that writes the journal is killed by SIGKILL: what it was told is written is there, all else whole or not.

The other kill proofs stop a kiosk at a seam of its own code and let its machine live on. Here nothing of the process
gets another instruction, at a moment nobody chose: what the journal says afterwards is what the disk has.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from hardware.clock import SystemClock
from kiosk.records.journal import BlankStatus, Journal, NewSale, PaymentStatus, SaleStep

STEPS = (
    SaleStep.AUTHORISING,
    SaleStep.RESERVED,
    SaleStep.LOADING,
    SaleStep.CUTTING,
    SaleStep.CHECKING,
    SaleStep.DELIVERING,
    SaleStep.DELIVERED,
)
ENDS = {
    SaleStep.OPENED: (PaymentStatus.NONE, BlankStatus.NONE, 0),
    SaleStep.AUTHORISING: (PaymentStatus.AUTHORISING, BlankStatus.NONE, 0),
    SaleStep.RESERVED: (PaymentStatus.RESERVED, BlankStatus.NONE, 0),
    SaleStep.LOADING: (PaymentStatus.RESERVED, BlankStatus.CLAMPED, 0),
    SaleStep.CUTTING: (PaymentStatus.RESERVED, BlankStatus.CLAMPED, 0),
    SaleStep.CHECKING: (PaymentStatus.RESERVED, BlankStatus.CLAMPED, 0),
    SaleStep.DELIVERING: (PaymentStatus.RESERVED, BlankStatus.DELIVERING, 0),
    SaleStep.DELIVERED: (PaymentStatus.RESERVED, BlankStatus.NONE, 1),
}


def write_sales_for_ever(path: Path, told: int) -> None:
    """One byte to `told` after each write that has returned."""
    journal = Journal(path, SystemClock(), simulated=True)
    for number in range(10**6):
        name = f"SIM{number}"
        journal.open_sale(NewSale(name, f"CODE{number}", "KW1", "brass", 1, 349, "USD", "simulated"))
        os.write(told, b".")
        for step in STEPS:
            journal.write(name, step)
            os.write(told, b".")


@pytest.mark.parametrize("writes", [1, 2, 3, 5, 8, 13, 21, 34])
def test_a_killed_process_leaves_every_write_it_was_told_of_and_no_half_one(writes: int, tmp_path: Path) -> None:
    told, tell = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            write_sales_for_ever(tmp_path / "sales.db", tell)
        finally:
            os._exit(1)
    os.close(tell)
    heard = b""
    while len(heard) < writes:
        heard += os.read(told, 1)
    os.kill(process, signal.SIGKILL)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL
    while rest := os.read(told, 4096):
        heard += rest
    os.close(told)
    journal = Journal(tmp_path / "sales.db", SystemClock(), simulated=True)
    sales = journal.last_sales(1000)[::-1]
    stories = [journal.story(sale.transaction) for sale in sales]
    assert len(heard) <= sum(map(len, stories)) <= len(heard) + 1
    for sale, story in zip(sales, stories, strict=True):
        last = (SaleStep.OPENED, *STEPS)[len(story) - 1]
        assert (sale.money, sale.metal, sale.delivered) == ENDS[last]
    journal.close()
