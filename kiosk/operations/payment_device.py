"""The payment device the machine file names, built over its port and the book of its payments.

Responsible for: choosing between register, ZVT terminal and card reader, and letting go of them. Not responsible for:
paying (`hardware.payment`). Nothing is opened before the first payment.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import assert_never
from urllib.parse import urlsplit

from config.payment import Payment as PaymentSettings
from config.payment import PaymentKind
from hardware.clock import Clock
from hardware.link import SerialLink
from hardware.payment.book import TerminalBook
from hardware.payment.mdb import MdbPayment
from hardware.payment.register import RegisterPayment
from hardware.payment.zvt import ZvtPayment
from hardware.ports import Payment
from kiosk.records.terminal_book import SqliteTerminalBook

MDB_BAUD = 115200


@contextmanager
def payment_device(settings: PaymentSettings, sales: Path, clock: Clock) -> Iterator[Payment]:
    """The device, until the end of the context.

    Args:
        settings: which, and where.
        sales: the file of the sales, which holds the terminal's book too.
        clock: the time.

    Raises:
        DatabaseFault: the book cannot be opened.
    """
    if settings.kind is PaymentKind.REGISTER:
        yield RegisterPayment()
        return
    sales.parent.mkdir(parents=True, exist_ok=True)
    book = SqliteTerminalBook(sales)
    try:
        device = terminal_of(settings, book, clock)
        try:
            yield device
        finally:
            device.close()
    finally:
        book.close()


def terminal_of(settings: PaymentSettings, book: TerminalBook, clock: Clock) -> ZvtPayment | MdbPayment:
    """The terminal over `book`.

    Raises:
        LookupError: paying at the register needs none.
    """
    match settings.kind:
        case PaymentKind.ZVT:
            zvt = settings.zvt
            return ZvtPayment(lambda: SerialLink(zvt.port, zvt.baud), zvt, book, clock)
        case PaymentKind.MDB:
            mdb = settings.mdb
            return MdbPayment(lambda: SerialLink(mdb.port, MDB_BAUD), mdb, book, clock)
        case PaymentKind.REGISTER:
            raise LookupError("no terminal is set")
        case _:
            assert_never(settings.kind)


def is_on_this_computer(settings: PaymentSettings) -> bool:
    """Whether the terminal's port leads to a program of this computer, as a simulated one's does.

    A simulated machine is never given another: it would take real money for keys that are none.
    """
    if settings.kind is PaymentKind.REGISTER:
        return False
    return leads_to_this_computer(settings.zvt.port if settings.kind is PaymentKind.ZVT else settings.mdb.port)


def leads_to_this_computer(port: str) -> bool:
    """Whether another program of this computer is at the other end of a port."""
    if "://" not in port:
        return str(Path(port).resolve()).startswith("/dev/pts/")
    host = urlsplit(port).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
