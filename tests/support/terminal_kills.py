"""A kiosk's books and payment in a child process that is killed by SIGKILL, against a terminal process that lives on.

What the child does is what a session does with money: the same effects over the same journal and the same terminal's
book, on a real socket or pty. A place is just before or just after a write to either file, or a message either way.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from config.payment import Mdb, Zvt
from hardware.clock import SystemClock
from hardware.link import SerialLink
from hardware.payment.mdb import MdbPayment
from hardware.payment.zvt import ZvtPayment
from hardware.ports import ByteLink
from kiosk.records.journal import Journal, NewSale, PaymentStatus, SaleStep
from kiosk.records.terminal_book import SqliteTerminalBook
from kiosk.session import effects
from kiosk.session.settle import settle_money

PRICE = 349


class QuickClock(SystemClock):
    """Real time, but nobody waits between two askings."""

    def sleep(self, duration_s: float) -> None:
        time.sleep(min(duration_s, 0.02))


@dataclass(frozen=True)
class TerminalProcess:
    kind: str
    port: str
    ledger: Path

    def taken(self) -> int:
        kept = json.loads(self.ledger.read_text())
        if self.kind == "mdb":
            return sum(kept["charged"])
        return sum(amount for _, amount in kept["booked"]) - sum(kept["given_back"])

    def bookings(self) -> int:
        kept = json.loads(self.ledger.read_text())
        return len(kept["charged"] if self.kind == "mdb" else kept["booked"])

    def reserved(self) -> int:
        kept = json.loads(self.ledger.read_text())
        return kept["approved"] if self.kind == "mdb" else sum(kept["reserved"].values())


@contextmanager
def terminal_process(kind: str, folder: Path) -> Iterator[TerminalProcess]:
    """`kiosk simulate terminal`, as a person starts it. Kinds: zvt, zvt-serial, mdb."""
    ledger, path = folder / f"{kind}.json", folder / kind
    where = ["--zvt", "127.0.0.1:0"] if kind == "zvt" else ["--mdb" if kind == "mdb" else "--zvt", str(path)]
    command = [sys.executable, "-u", "-m", "kiosk", "simulate", "terminal", *where, "--ledger", str(ledger)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            said = process.stdout.readline()
            while not ledger.exists() or (kind != "zvt" and not path.exists()):
                assert process.poll() is None, said
            port = said.split(" at ")[1].split(";")[0] if kind == "zvt" else str(path)
            yield TerminalProcess(kind.removesuffix("-serial"), port, ledger)
        finally:
            process.terminate()


@contextmanager
def books(terminal: TerminalProcess, folder: Path, passes: Callable[[], None]) -> Iterator[Any]:
    """What a session settles money with; `passes` is called around each write and each message."""
    clock = QuickClock()
    journal, book = Journal(folder / "sales.db", clock, simulated=True), SqliteTerminalBook(folder / "sales.db")
    for owner, names in ((journal, ("open_sale", "write", "claim_refund", "refund_done")), (book, ("write",))):
        for name in names:
            setattr(owner, name, _around(getattr(owner, name), passes))

    def open_link() -> ByteLink:
        link: Any = SerialLink(terminal.port, 115200)
        link.write = _around(link.write, passes)
        return link

    payment: Any
    if terminal.kind == "mdb":
        payment = MdbPayment(open_link, Mdb(port=terminal.port), book, clock)
    else:
        payment = ZvtPayment(open_link, Zvt(port=terminal.port), book, clock)
    try:
        yield SimpleNamespace(journal=journal, payment=payment, clock=clock)
    finally:
        payment.close()
        book.close()
        journal.close()


def _around(real: Callable[..., Any], passes: Callable[[], None]) -> Callable[..., Any]:
    def watched(*args: object, **kwargs: object) -> Any:
        passes()
        answer = real(*args, **kwargs)
        passes()
        return answer

    return watched


def _opens(ports: Any, name: str, copies: int) -> None:
    ports.journal.open_sale(NewSale(name, f"C{name}", "KW1", "brass", copies, PRICE, "EUR", ports.payment.name))
    effects.authorise(ports, name, copies * PRICE, "EUR")


def one_copy(ports: Any, name: str) -> None:
    _opens(ports, name, 1)
    ports.journal.write(name, SaleStep.DELIVERED, copy=1)
    effects.capture(ports, name)


def two_copies_one_delivered(ports: Any, name: str) -> None:
    _opens(ports, name, 2)
    ports.journal.write(name, SaleStep.DELIVERED, copy=1)
    effects.capture(ports, name)


def cancelled(ports: Any, name: str) -> None:
    _opens(ports, name, 1)
    effects.give_up(ports, name)


def brought_back(ports: Any, name: str) -> None:
    one_copy(ports, name)
    effects.give_back(ports, name)


Story = Callable[[Any, str], None]
STORIES: dict[str, tuple[Story, ...]] = {
    "zvt": (one_copy, two_copies_one_delivered, cancelled, brought_back),
    "zvt-serial": (one_copy, two_copies_one_delivered, cancelled, brought_back),
    "mdb": (one_copy, cancelled, brought_back),
}


def kill_at(terminal: TerminalProcess, folder: Path, story: Story, place: int) -> bool:
    """Play a story in a child that kills itself at a place; whether it died there.

    Then a kiosk starts over the same files, settles, and what was delivered is what was paid.
    """
    folder.mkdir()
    taken, bookings = terminal.taken(), terminal.bookings()
    child = os.fork()
    if child == 0:
        passed = 0

        def passes() -> None:
            nonlocal passed
            passed += 1
            if passed == place:
                os.kill(os.getpid(), signal.SIGKILL)

        status = 1
        try:
            with books(terminal, folder, passes) as ports:
                story(ports, "S1")
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    died = os.WIFSIGNALED(status)
    assert died or os.WEXITSTATUS(status) == 0, f"the story broke at {place}"
    with books(terminal, folder, lambda: None) as ports:
        for sale in ports.journal.open_sales():
            settle_money(sale, ports)
        ports.payment.query("nothing")
        sale = ports.journal.sale("S1")
        assert ports.journal.open_sales() == (), "\n".join(ports.journal.story("S1"))
        kept = 0 if sale is None else sale.kept_minor
        story_told = "\n".join(ports.journal.story("S1"))
        owed = kept
        if sale is not None and terminal.kind == "mdb" and sale.money is PaymentStatus.REFUNDED:
            # Staff pay it back by hand: the reader keeps it.
            owed = sale.due_minor
    assert terminal.taken() - taken == owed, f"place {place}: {story_told}"
    assert terminal.bookings() - bookings <= 1, f"place {place}: {story_told}"
    assert terminal.reserved() == 0, f"place {place}: {story_told}"
    return died
