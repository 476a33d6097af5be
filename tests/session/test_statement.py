"""What a shopper and staff are told of reserved money: from the journal alone, and to the last cent."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.records.journal import Journal, NewSale, SaleStep, Statement
from kiosk.session.intents import Credentials, Done, StaffKey
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State
from tests.session.parts import BAD_COPY, Shop
from tests.session.test_selling import buy
from tests.support.transcript import ManualClock
from tests.support.words import load_words
from ui.present.local import Local, OpenTab
from ui.present.present import present
from ui.present.samples import SALES, STAFF
from ui.present.statement import statement_lines

S = SaleStep
TAKEN_LATER = (S.RESERVED, S.DELIVERED, S.CAPTURING)


def in_words(statement: Statement, language: str = "en") -> list[str]:
    return [f"{line.label}: {line.value}" for line in statement_lines(load_words(language, "US"), statement, "USD")]


def test_fewer_copies_than_reserved_say_what_was_taken_and_what_was_let_go(kiosk: Shop) -> None:
    good = kiosk.reader.measure(None, None)
    kiosk.reader.errors = [good, *[BAD_COPY] * 2]
    buy(kiosk, 2)
    thanks = kiosk.stage.run_to(State.THANK_YOU)
    assert thanks.receipt is not None
    assert thanks.receipt.statement == Statement(698, 349, 349, 0, 1)
    assert kiosk.terminal.taken_minor(thanks.receipt.transaction) == 349
    shown = present(thanks, Local(), kiosk.stage.ports.store)
    said = [f"{line.label}: {line.value}" for line in shown.detail.lines]
    assert said[:3] == ["Reserved on the card: $6.98", "Taken for 1 copy: $3.49", "Released: $3.49"]


def test_staff_see_the_same_of_that_sale_when_they_touch_it(kiosk: Shop) -> None:
    good = kiosk.reader.measure(None, None)
    kiosk.reader.errors = [good, *[BAD_COPY] * 2]
    buy(kiosk, 2)
    kiosk.stage.run_to(State.THANK_YOU)
    kiosk.stage.post(Done())
    kiosk.stage.run_to(State.WELCOME, State.OUT_OF_ORDER, State.CLOSED)
    kiosk.stage.post(StaffKey())
    kiosk.stage.post(Credentials("1001", "190283"))
    menu = kiosk.stage.run_to(State.STAFF_MENU)
    listed = present(menu, Local(tab="sales"), kiosk.stage.ports.store).detail.rows[0]
    assert isinstance(listed.does, OpenTab)
    assert "Released: $3.49" in of_sale(menu, listed.does.tab, kiosk)


def of_sale(menu: Snapshot, tab: str, kiosk: Shop) -> list[str]:
    detail = present(menu, Local(tab=tab), kiosk.stage.ports.store).detail
    return [f"{line.label}: {line.value}" for line in detail.lines]


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [
        ((), None),
        ((S.AUTHORISING, S.DECLINED, S.CLOSED), None),
        ((S.AUTHORISING, S.ANSWER_UNKNOWN), None),
        ((S.RESERVED,), Statement(698, 0, 0, 0, 0)),
        ((S.RESERVED, S.VOIDING), Statement(698, 0, 0, 0, 0)),
        ((S.RESERVED, S.VOIDING, S.VOIDED), Statement(698, 0, 698, 0, 0)),
        ((*TAKEN_LATER, S.ANSWER_UNKNOWN), Statement(698, 0, 0, 0, 0)),
        ((*TAKEN_LATER, S.DECLINED, S.CLOSED), Statement(698, 0, 698, 0, 0)),
        ((*TAKEN_LATER, S.CAPTURED, S.CLOSED), Statement(698, 349, 349, 0, 1)),
        ((*TAKEN_LATER, S.DELIVERED, S.CAPTURED, S.CLOSED), Statement(698, 698, 0, 0, 2)),
    ],
)
def test_wherever_the_money_is_the_sums_are_right(
    tmp_path: Path, steps: tuple[SaleStep, ...], wanted: Statement | None
) -> None:
    with closing(Journal(tmp_path / "sales.db", ManualClock(), simulated=False)) as journal:
        assert _after(journal, "K1", steps, "zvt") == wanted


@pytest.mark.parametrize(("payment", "price_minor"), [("register", 349), ("zvt", 0)])
def test_where_nothing_is_reserved_nothing_is_said_of_it(tmp_path: Path, payment: str, price_minor: int) -> None:
    with closing(Journal(tmp_path / "sales.db", ManualClock(), simulated=False)) as journal:
        steps = (*TAKEN_LATER, S.CAPTURED, S.CLOSED)
        assert _after(journal, "K1", steps, payment, price_minor) is None


def test_what_was_given_back_counts_once_it_surely_is(tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "sales.db", ManualClock(), simulated=False)) as journal:
        _after(journal, "K1", (*TAKEN_LATER, S.DELIVERED, S.CAPTURED, S.CLOSED), "zvt")
        journal.claim_refund("K1")
        assert _of(journal, "K1") == Statement(698, 698, 0, 0, 2)
        journal.refund_done("K1", journal.open_refunds("K1")[0])
        assert _of(journal, "K1") == Statement(698, 698, 0, 349, 2)


def test_what_was_taken_for_nothing_is_told_though_the_reservation_was_never_heard_of(tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "sales.db", ManualClock(), simulated=False)) as journal:
        _after(journal, "K1", (S.AUTHORISING, S.VOIDING), "zvt")
        journal.refund_all("K1")
        journal.refund_done("K1", journal.open_refunds("K1")[0])
        assert _of(journal, "K1") == Statement(698, 698, 0, 698, 0)


def test_it_is_told_in_every_language() -> None:
    assert in_words(Statement(698, 698, 0, 349, 2), "es")[1:] == [
        "Cobrado por 2 copias: $6.98",
        "Devuelto: $3.49",
    ]
    assert in_words(Statement(698, 0, 0, 0, 0), "fr")[1].startswith("Pas encore réglé: au plus 6,98")
    assert in_words(Statement(698, 0, 698, 0, 0)) == [
        "Reserved on the card: $6.98",
        "Taken for 0 copies: $0.00",
        "Released: $6.98",
    ]


def test_a_sale_at_the_register_is_told_without_a_card(kiosk: Shop) -> None:
    kiosk.stage.begin()
    menu = kiosk.stage.run_to(State.WELCOME)
    view = replace(menu, state=State.STAFF_MENU, staff=replace(STAFF, sales=SALES[:1]))
    assert "Paid: $6.98" in of_sale(view, f"sales/{SALES[0].transaction}", kiosk)


def _after(
    journal: Journal, name: str, steps: tuple[SaleStep, ...], payment: str, price_minor: int = 349
) -> Statement | None:
    journal.open_sale(NewSale(name, f"B{name}", "KW1", "brass", 2, price_minor, "USD", payment))
    for step in steps:
        journal.write(name, step)
    return _of(journal, name)


def _of(journal: Journal, name: str) -> Statement | None:
    sale = journal.sale(name)
    assert sale is not None
    return journal.statement(sale)
