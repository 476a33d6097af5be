"""Whoever stands at the desk: a manager gives one copy's price back, staff print a receipt again and look further back.

Who would break it: staff who refund what is no copy of theirs to refund, a manager who presses twice or comes back for
more than was sold, a program that dies with the money on its way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.store import PaperReceipt
from hardware.payment.register import RegisterPayment
from hardware.ports import PrinterStatus
from hardware.slip import Heading, Qr
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.journal import NewSale, PaymentStatus, Sale, SaleStep
from kiosk.session.intents import Cancel, Credentials, Done, PrintAgain, RefundCopy, StaffKey, TurnSales
from kiosk.session.phases.sold import SALES_A_PAGE, refund_copy
from kiosk.session.snapshot import PaperState, RefundState, StaffMessage, StaffView
from kiosk.session.states import State
from simulator.terminals.card import TerminalFault
from tests.session.conftest import kiosk as kiosk
from tests.session.parts import SETTINGS, Shop, shop
from tests.session.test_paper import READY, FakePaper, with_paper
from tests.session.test_selling import buy
from tests.support.words import load_words
from ui.present.local import Local
from ui.present.present import present
from ui.present.printed import slip_of
from ui.present.shown import Action, StaffDetail

PRICE = 349


def sold(kiosk: Shop, copies: int = 1) -> Sale:
    buy(kiosk, copies)
    kiosk.stage.run_to(State.THANK_YOU)
    kiosk.stage.post(Done())
    kiosk.stage.run_to(State.WELCOME)
    return kiosk.stage.ports.journal.last_sales(1)[0]


def signs_in(kiosk: Shop, number: str = "2001") -> StaffView:
    kiosk.stage.post(StaffKey())
    kiosk.stage.post(Credentials(number, "190283"))
    return view(kiosk.stage.run_to(State.STAFF_MENU).staff)


def view(staff: StaffView | None) -> StaffView:
    assert staff is not None
    return staff


def page(kiosk: Shop, sale: Sale, language: str = "en") -> StaffDetail:
    snapshot = replace(kiosk.stage.now, language=language)
    detail = present(snapshot, Local(tab=f"sales/{sale.transaction}"), SETTINGS.store).detail
    assert isinstance(detail, StaffDetail)
    return detail


def button(kiosk: Shop, sale: Sale, name: str) -> Action | None:
    return next((each for each in page(kiosk, sale).controls if each.id == name), None)


def asks(kiosk: Shop, sale: Sale) -> RefundState:
    """Press it, and wait for what comes of it."""
    kiosk.stage.post(RefundCopy(sale.transaction))
    kiosk.stage.run_until(lambda now: view(now.staff).desk.refund is RefundState.ASKED)
    return view(
        kiosk.stage.run_until(lambda now: view(now.staff).desk.refund is not RefundState.ASKED).staff
    ).desk.refund


def now(kiosk: Shop, sale: Sale) -> Sale:
    found = kiosk.stage.ports.journal.sale(sale.transaction)
    assert found is not None
    return found


def test_a_manager_gives_back_one_copy_after_another_and_no_more_than_were_sold(kiosk: Shop) -> None:
    sale = sold(kiosk, 2)
    signs_in(kiosk)
    act = button(kiosk, sale, "refund_copy")
    assert act is not None
    assert (act.label, act.does, bool(act.hold)) == (
        "Refund $3.49", RefundCopy(sale.transaction), True
    )  # fmt: skip
    for left in (1, 0):
        assert asks(kiosk, sale) is RefundState.DONE
        assert kiosk.terminal.taken_in_all_minor == PRICE * left
        assert "The price of one copy was given back." in page(kiosk, sale).paragraphs
    assert now(kiosk, sale).money is PaymentStatus.REFUNDED
    assert button(kiosk, sale, "refund_copy") is None
    assert asks(kiosk, sale) is RefundState.NOT_DUE
    assert kiosk.terminal.taken_in_all_minor == 0
    asked = [facts for kind, facts in kiosk.audit.records if kind == AuditKind.REFUND_ASKED]
    assert asked == [{"staff": "2001", "sale": sale.transaction}] * 2
    assert kiosk.audit.kinds.count(AuditKind.REFUND) == 2


def test_pressed_twice_in_a_moment_one_copy_is_given_back(kiosk: Shop) -> None:
    sale = sold(kiosk, 3)
    signs_in(kiosk)
    for _ in range(2):
        kiosk.stage.post(RefundCopy(sale.transaction))
    kiosk.stage.run_until(lambda seen: view(seen.staff).desk.refund is RefundState.DONE)
    assert (now(kiosk, sale).refunded, kiosk.terminal.taken_in_all_minor) == (1, 2 * PRICE)


@pytest.mark.parametrize("number", ["1001", "3001"])
def test_nobody_but_a_manager_gives_money_back(kiosk: Shop, number: str) -> None:
    sale = sold(kiosk)
    signs_in(kiosk, number)
    assert button(kiosk, sale, "refund_copy") is None
    kiosk.stage.post(RefundCopy(sale.transaction))
    seen = kiosk.stage.run_until(lambda seen: view(seen.staff).message is StaffMessage.NOT_ALLOWED)
    assert view(seen.staff).desk.refund is RefundState.NONE
    assert kiosk.terminal.taken_in_all_minor == PRICE
    assert AuditKind.REFUND_ASKED not in kiosk.audit.kinds


def test_what_nobody_paid_for_is_given_back_to_nobody(kiosk: Shop) -> None:
    journal = kiosk.stage.ports.journal
    sold(kiosk)
    for number, (each_minor, money) in enumerate(
        [(0, SaleStep.CAPTURED), (PRICE, SaleStep.DECLINED), (PRICE, SaleStep.VOIDED), (PRICE, SaleStep.CAPTURING)]
    ):
        name = f"SIM{number}"
        journal.open_sale(NewSale(name, str(number), "KW1", "brass", 1, each_minor, "USD", "simulated"))
        for step in (SaleStep.DELIVERED, money, SaleStep.CLOSED):
            journal.write(name, step)
    for name in ("SIM0", "SIM1", "SIM2", "SIM3", "NONE"):
        assert refund_copy(kiosk.stage.ports, name, "2001").sale is None
    assert AuditKind.REFUND_ASKED not in kiosk.audit.kinds
    assert kiosk.terminal.taken_in_all_minor == PRICE


def test_a_refund_the_terminal_does_not_answer_is_told_so_and_made_once_whoever_stands_there_then(kiosk: Shop) -> None:
    sale = sold(kiosk, 2)
    signs_in(kiosk)
    kiosk.terminal.will("refund", TerminalFault.SILENT_DONE, 9)
    kiosk.terminal.will("query", TerminalFault.SILENT_NOT_DONE, 9)
    assert asks(kiosk, sale) is RefundState.LATER
    assert "do not pay it out by hand" in " ".join(page(kiosk, sale).paragraphs)
    assert button(kiosk, sale, "refund_copy") is None
    kiosk.terminal.mend()
    kiosk.stage.post(Cancel())
    kiosk.stage.run_until(lambda _: not kiosk.stage.ports.journal.open_sales())
    assert (now(kiosk, sale).refunded, kiosk.terminal.taken_in_all_minor) == (1, PRICE)


def test_a_manager_who_leaves_at_once_is_owed_no_second_refund_and_it_is_recorded(kiosk: Shop) -> None:
    sale = sold(kiosk)
    signs_in(kiosk)
    kiosk.stage.post(RefundCopy(sale.transaction))
    kiosk.stage.post(Cancel())
    kiosk.stage.run_until(lambda _: AuditKind.REFUND in kiosk.audit.kinds)
    assert now(kiosk, sale).refunded == 1
    assert view(signs_in(kiosk)).desk.refund is RefundState.NONE


def test_at_a_register_the_code_that_gives_the_money_back_is_shown(kiosk: Shop) -> None:
    context = kiosk.stage.controller.context
    context.ports = kiosk.stage.ports = replace(context.ports, payment=RegisterPayment())
    sale = sold(kiosk)
    signs_in(kiosk)
    assert asks(kiosk, sale) is RefundState.DONE
    (said,) = page(kiosk, sale).paragraphs
    assert said.endswith(f"{sale.transaction}-1-R0349")


class Died(BaseException):
    """The plug was pulled."""


WRITES = ("audit.record", "journal.claim_refund", "payment.refund", "journal.refund_done", "journal.write")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", WRITES)
def test_the_plug_pulled_beside_any_write_gives_back_one_copy_or_none_and_never_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: str, after: bool
) -> None:
    with shop(tmp_path) as made:
        sale = sold(made, 2)
        part, name = write.split(".")
        owner = {"audit": made.audit, "journal": made.stage.ports.journal, "payment": made.terminal}[part]
        with monkeypatch.context() as pulled:
            pulled.setattr(owner, name, _pulled(getattr(owner, name), after=after))
            with pytest.raises(Died):
                refund_copy(made.stage.ports, sale.transaction, "2001")
    with shop(tmp_path, before=made) as again:
        again.stage.begin()
        again.stage.run_until(lambda _: not again.stage.ports.journal.open_sales())
        back = now(again, sale).refunded
        # Before the journal knows of it nothing was asked of the terminal; from then on it is carried out.
        assert back == (0 if WRITES.index(write) + after < 2 else 1)
        assert again.terminal.taken_in_all_minor == PRICE * (2 - back)
        assert AuditKind.REFUND_ASKED in again.audit.kinds or not back
        assert refund_copy(again.stage.ports, sale.transaction, "2001").sale is not None
        if not back:
            assert refund_copy(again.stage.ports, sale.transaction, "2001").sale is not None
        assert refund_copy(again.stage.ports, sale.transaction, "2001").sale is None
        assert again.terminal.taken_in_all_minor == 0


def _pulled(real: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    def act(*args: Any, **kwargs: Any) -> Any:
        if after:
            real(*args, **kwargs)
        raise Died

    return act


def test_a_receipt_is_printed_again_with_all_that_is_kept_and_says_that_it_is_a_copy(tmp_path: Path) -> None:
    paper = FakePaper([READY])
    with with_paper(tmp_path, paper, PaperReceipt.ASKED) as kiosk:
        sale = sold(kiosk, 2)
        signs_in(kiosk, "1001")
        kiosk.stage.run_until(lambda seen: view(seen.staff).printer is READY)
        act = button(kiosk, sale, "print_again")
        assert act is not None
        kiosk.stage.post(act.does)
        kiosk.stage.run_until(lambda seen: view(seen.staff).desk.paper is PaperState.PRINTED)
        assert page(kiosk, sale).paragraphs == ("The receipt was printed.",)
        (receipt, check, language) = paper.printed[0]
        assert (receipt.transaction, receipt.bring_back_code, receipt.copies) == (
            sale.transaction, sale.bring_back_code, 2
        )  # fmt: skip
        assert (receipt.again, receipt.pay_code, receipt.till) == (True, "", None)
        slip = slip_of(load_words(language, "US"), SETTINGS.store, receipt, check, simulated=False)
        assert slip[0] == Heading("Copy of a receipt")
        assert len([part for part in slip if isinstance(part, Qr)]) == 2
        assert (AuditKind.RECEIPT_AGAIN, {"staff": "1001", "sale": sale.transaction}) in kiosk.audit.records


def test_a_printer_that_cannot_is_named_on_the_button_and_one_that_fails_on_the_page(tmp_path: Path) -> None:
    paper = FakePaper([PrinterStatus.COVER_OPEN])
    with with_paper(tmp_path, paper, PaperReceipt.ASKED) as kiosk:
        sale = sold(kiosk)
        signs_in(kiosk, "1001")
        kiosk.stage.run_until(lambda seen: view(seen.staff).printer is PrinterStatus.COVER_OPEN)
        act = button(kiosk, sale, "print_again")
        assert act is not None
        assert (act.enabled, act.note) == (False, "cover open")
        kiosk.stage.post(PrintAgain(sale.transaction))
        kiosk.stage.run_until(lambda seen: view(seen.staff).desk.paper is PaperState.FAILED)
        assert page(kiosk, sale).paragraphs == ("The printer did not print all of it.",)


def test_where_there_is_no_printer_no_receipt_is_offered_again(kiosk: Shop) -> None:
    sale = sold(kiosk)
    signs_in(kiosk)
    assert button(kiosk, sale, "print_again") is None


def test_staff_turn_back_to_the_oldest_sale_and_to_the_newest_again(kiosk: Shop) -> None:
    sold(kiosk)
    for number in range(SALES_A_PAGE * 2):
        kiosk.stage.ports.journal.open_sale(
            NewSale(f"SIMOLD{number}", str(number), "KW1", "brass", 1, PRICE, "USD", "simulated")
        )
        kiosk.stage.ports.journal.write(f"SIMOLD{number}", SaleStep.CLOSED)
    signs_in(kiosk)
    seen: list[str] = []
    for _ in range(3):
        sales = view(kiosk.stage.now.staff).sales
        seen += [sale.transaction for sale in sales]
        detail = present(kiosk.stage.now, Local(tab="sales"), SETTINGS.store).detail
        assert isinstance(detail, StaffDetail)
        older = next((act for act in detail.controls if act.id == "older_sales"), None)
        if older is None:
            break
        assert isinstance(older.does, TurnSales)
        kiosk.stage.post(older.does)
        kiosk.stage.run_until(lambda now, sales=sales: view(now.staff).sales != sales)
    assert len(seen) == len(set(seen)) == SALES_A_PAGE * 2 + 1
    (oldest,) = view(kiosk.stage.now.staff).sales
    assert not oldest.transaction.startswith("SIMOLD")
    kiosk.stage.post(TurnSales(0))
    kiosk.stage.run_until(lambda now: view(now.staff).sales[0].transaction == f"SIMOLD{SALES_A_PAGE * 2 - 1}")
