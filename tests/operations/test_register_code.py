"""Codes shown at the register: one the kiosk never made, for that sale and amount, is told from the journal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hardware.payment.register import RegisterPayment
from kiosk.command_line import app
from kiosk.operations.register_code import problem_of
from kiosk.records.journal import Journal, NewSale, SaleStep
from tests.support.transcript import ManualClock

REGISTER = RegisterPayment()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """K1: two copies delivered and paid, one of them refunded. K2: nothing delivered."""
    with closing(Journal(tmp_path / "sales.db", ManualClock(), simulated=False)) as journal:
        for name in ("K1", "K2"):
            journal.open_sale(NewSale(name, f"B{name}", "KW1", "brass", 2, 349, "USD", "register"))
        for step in (SaleStep.DELIVERED, SaleStep.DELIVERED, SaleStep.CAPTURED, SaleStep.CLOSED):
            journal.write("K1", step)
        journal.write("K2", SaleStep.VOIDED)
        journal.claim_refund("K1")
        journal.refund_done("K1", journal.open_refunds("K1")[0])
        yield tmp_path


def test_codes_the_kiosk_made_are_good(folder: Path) -> None:
    for code in (REGISTER.capture("K1", 698).pay_code, REGISTER.refund("K1", 349, "K1-1").pay_code):
        assert problem_of(folder / "sales.db", code) == ""
        told = CliRunner().invoke(app, ["check-code", code, "--data", str(folder)])
        assert (told.exit_code, told.stdout) == (0, f"{code}: is good\n")


@pytest.mark.parametrize(
    "code",
    [
        "K1-0349",
        "K1-1-R0698",
        "K1-2-R0349",
        "K1-R0349",
        "K2-0000",
        "K2-0698",
        "K2-1-R0349",
        "K9-0349",
        "",
        "K1",
        "K1-0698 ",
    ],
)
def test_any_other_is_not(folder: Path, code: str) -> None:
    good = code.strip() == "K1-0698"  # a cashier's stray space harms nobody
    assert (problem_of(folder / "sales.db", code) == "") is good
    assert CliRunner().invoke(app, ["check-code", code, "--data", str(folder)]).exit_code == (0 if good else 1)


def test_a_simulated_sale_is_worth_nothing_at_a_register(tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "sales.db", ManualClock(), simulated=True)) as journal:
        journal.open_sale(NewSale("SIM1", "B", "KW1", "brass", 1, 349, "USD", "register"))
        for step in (SaleStep.DELIVERED, SaleStep.CAPTURED, SaleStep.CLOSED):
            journal.write("SIM1", step)
    assert "simulated" in problem_of(tmp_path / "sales.db", "SIM1-0349")


def test_a_till_s_own_code_names_no_sale_and_the_cashier_is_told_to_ask_for_the_one_that_does(folder: Path) -> None:
    assert problem_of(folder / "sales.db", "212345206980") == "names an article and no sale: ask for the code beside it"
