"""A card reader was reset in a vend; nobody here can tell whether it charged: staff look it up and close the sale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config.payment import Mdb
from hardware.payment.book import Entry, Standing
from hardware.payment.mdb import MdbPayment
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.journal import NewSale, PaymentStatus, Sale, SaleStep
from kiosk.session.intents import ConfirmCharged, ConfirmReceived, Credentials, Done, StaffKey
from kiosk.session.snapshot import MoneyDoubt, SaleLine
from kiosk.session.states import State
from simulator.terminals.mdb import MdbFault, MdbTerminal
from tests.hardware.payment.desk import TerminalLink, VirtualClock
from tests.session.parts import BAD_COPY, Shop, shop
from tests.session.test_selling import buy
from ui.present.local import Local
from ui.present.present import present


@pytest.fixture
def reader() -> MdbTerminal:
    return MdbTerminal()


@pytest.fixture
def kiosk(tmp_path: Path, reader: MdbTerminal) -> Iterator[Shop]:
    clock = VirtualClock()
    with shop(tmp_path) as made:
        ports = made.stage.ports
        payment = MdbPayment(lambda: TerminalLink(reader, clock), Mdb(), ports.terminal_book, clock)
        made.stage.ports = made.stage.controller.context.ports = replace(ports, payment=payment)
        yield made


def left_in_doubt(kiosk: Shop, reader: MdbTerminal, *, delivered: bool) -> Sale:
    """A sale whose reader was reset after it had approved, the copy in the shopper's hand or in the bin."""
    if not delivered:
        kiosk.reader.errors = [BAD_COPY] * 2
    reader.will(MdbFault.RESET_IN_VEND)
    buy(kiosk)
    reader.lapses()
    kiosk.stage.run_to(State.THANK_YOU if delivered else State.FAILED)
    (sale,) = kiosk.stage.ports.journal.open_sales()
    assert sale.delivered == int(delivered)
    return sale


def staff(kiosk: Shop) -> tuple[SaleLine, ...]:
    """The sales as staff see them."""
    kiosk.stage.post(Done())
    # Two blanks that failed one after another put the kiosk out of order, too.
    kiosk.stage.run_to(State.WELCOME, State.OUT_OF_ORDER)
    kiosk.stage.post(StaffKey())
    kiosk.stage.post(Credentials("1001", "190283"))
    menu = kiosk.stage.run_to(State.STAFF_MENU)
    assert menu.staff is not None
    return menu.staff.sales


@pytest.mark.parametrize(
    ("delivered", "done", "money"),
    [
        (True, True, PaymentStatus.CAPTURED),
        (True, False, PaymentStatus.DECLINED),
        (False, False, PaymentStatus.VOIDED),
        # Taken for nothing: it goes back, which at a reader staff do by hand.
        (False, True, PaymentStatus.REFUNDED),
    ],
)
def test_what_staff_looked_up_closes_the_sale_and_nothing_is_sent_for_it_again(
    kiosk: Shop, reader: MdbTerminal, delivered: bool, done: bool, money: PaymentStatus
) -> None:
    sale = left_in_doubt(kiosk, reader, delivered=delivered)
    first = staff(kiosk)[0]
    assert (first.transaction, first.doubt) == (sale.transaction, MoneyDoubt.TAKEN)
    charged = list(reader.charged)
    kiosk.stage.post(ConfirmCharged(sale.transaction, done=done))
    kiosk.stage.run_until(lambda now: now.staff is not None and now.staff.sales[0].doubt is MoneyDoubt.NONE)
    closed = kiosk.stage.ports.journal.sale(sale.transaction)
    assert closed is not None
    assert (closed.closed, closed.money) == (True, money)
    assert kiosk.stage.ports.journal.open_sales() == ()
    assert reader.charged == charged
    assert (AuditKind.MONEY_LOOKED_UP, {"staff": "1001", "sale": sale.transaction, "done": int(done)}) in [
        (kind, {name: facts[name] for name in ("staff", "sale", "done")})
        for kind, facts in kiosk.audit.records
        if kind == AuditKind.MONEY_LOOKED_UP
    ]
    assert any("looked up" in line for line in kiosk.stage.ports.journal.story(sale.transaction))


def test_staff_are_shown_it_first_and_asked_with_two_answers(kiosk: Shop, reader: MdbTerminal) -> None:
    sale = left_in_doubt(kiosk, reader, delivered=True)
    staff(kiosk)
    shown = present(kiosk.stage.now, Local(), kiosk.stage.ports.store).detail
    assert [tab.id for tab in shown.tabs if tab.chosen] == ["tab_sales"]
    detail = present(kiosk.stage.now, Local(tab=f"sales/{sale.transaction}"), kiosk.stage.ports.store).detail
    answers = {control.id: control for control in detail.controls}
    assert answers["looked_up_yes"].does == ConfirmCharged(sale.transaction, done=True)
    assert answers["looked_up_no"].does == ConfirmCharged(sale.transaction, done=False)
    assert answers["looked_up_yes"].hold
    assert answers["looked_up_no"].hold


@pytest.mark.parametrize("done", [True, False])
def test_a_sale_that_is_in_no_doubt_is_changed_by_nobody_s_word(kiosk: Shop, reader: MdbTerminal, done: bool) -> None:
    buy(kiosk)
    kiosk.stage.run_to(State.THANK_YOU)
    before = kiosk.stage.ports.journal.last_sales(1)
    name = before[0].transaction
    entry, story = kiosk.stage.ports.terminal_book.entry(name), kiosk.stage.ports.journal.story(name)
    assert staff(kiosk)[0].doubt is MoneyDoubt.NONE
    kiosk.stage.post(ConfirmCharged(name, done=done))
    kiosk.stage.post(ConfirmCharged("NONE", done=done))
    for _ in range(20):
        # Whatever follows from it has followed.
        kiosk.stage.turn()
    assert kiosk.stage.ports.journal.last_sales(1) == before
    assert kiosk.stage.ports.terminal_book.entry(name) == entry
    assert kiosk.stage.ports.journal.story(name) == story


def test_who_has_the_copy_is_asked_before_what_became_of_the_money(kiosk: Shop) -> None:
    journal, book = kiosk.stage.ports.journal, kiosk.stage.ports.terminal_book
    kiosk.stage.begin()
    kiosk.stage.run_to(State.WELCOME)
    journal.open_sale(NewSale("A1", "B1", "KW1", "brass", 1, 349, "USD", "mdb"))
    for step in (SaleStep.RESERVED, SaleStep.LOADING, SaleStep.DELIVERING, SaleStep.GONE):
        journal.write("A1", step)
    book.write(Entry("A1", Standing.DOUBT, 349))
    kiosk.stage.post(StaffKey())
    kiosk.stage.post(Credentials("1001", "190283"))
    menu = kiosk.stage.run_to(State.STAFF_MENU)
    assert menu.staff is not None
    assert [line.transaction for line in menu.staff.doubts] == ["A1"]
    assert [line.doubt for line in menu.staff.sales] == [MoneyDoubt.NONE]
    kiosk.stage.post(ConfirmReceived("A1", received=True))
    asked = kiosk.stage.run_until(lambda now: now.staff is not None and not now.staff.doubts)
    assert asked.staff is not None
    assert asked.staff.sales[0].doubt is MoneyDoubt.TAKEN


@pytest.mark.parametrize("standing", list(Standing))
@pytest.mark.parametrize("done", [True, False])
def test_the_terminal_s_book_takes_staff_s_word_only_where_no_terminal_may_ever_answer(
    kiosk: Shop, standing: Standing, done: bool
) -> None:
    book = kiosk.stage.ports.terminal_book
    entry = Entry("A1", standing, reserved_minor=698)
    book.write(entry)
    book.looked_up("A1", done=done)
    after = book.entry("A1")
    wanted = {
        Standing.DOUBT: Standing.TAKEN if done else Standing.RELEASED,
        Standing.TAKING: Standing.TAKEN if done else Standing.RELEASED,
        Standing.GIVING_BACK: Standing.GIVEN_BACK if done else Standing.GIVING_BACK,
    }.get(standing, standing)
    assert after is not None
    assert after.standing is wanted
    taken_minor = 698 if wanted is Standing.TAKEN and standing is not Standing.TAKEN else 0
    assert after.taken_minor == taken_minor
