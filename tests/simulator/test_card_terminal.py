"""A kiosk is switched off and on between a sale and its refund: the simulated terminal remembers, as a real one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.problems import BadInput
from hardware.ports import PaymentState
from simulator.terminals.card import SimulatedTerminal, TerminalFault


def terminal(path: Path) -> SimulatedTerminal:
    made = SimulatedTerminal()
    made.keep_in(path)
    return made


def test_a_sale_of_before_a_restart_can_be_given_back_after_it_and_no_more_than_once(tmp_path: Path) -> None:
    path = tmp_path / "payments.json"
    before = terminal(path)
    before.authorise("T-1", 698, "USD")
    before.capture("T-1", 698)
    assert terminal(path).refund("T-1", 349, "R-1").state is PaymentState.REFUNDED
    # Asked for again by the kiosk after another restart: the same answer, and no money.
    assert terminal(path).refund("T-1", 349, "R-1").state is PaymentState.REFUNDED
    assert terminal(path).taken_minor("T-1") == 349
    assert terminal(path).refund("T-1", 350, "R-2").state is PaymentState.DECLINED


def test_what_was_done_though_the_answer_was_lost_is_known_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "payments.json"
    for request in ("authorise", "capture"):
        before = terminal(path)
        before.will(request, TerminalFault.SILENT_DONE)
        answer = before.authorise("T-1", 349, "USD") if request == "authorise" else before.capture("T-1", 349)
        assert answer.state is PaymentState.UNKNOWN
        expected = PaymentState.APPROVED if request == "authorise" else PaymentState.CAPTURED
        assert terminal(path).query("T-1").state is expected
    terminal(path).authorise("T-2", 349, "USD")
    terminal(path).void("T-2")
    assert terminal(path).reserved == ()


def test_nothing_is_kept_but_numbers_of_sales_and_amounts(tmp_path: Path) -> None:
    path = tmp_path / "payments.json"
    kept = terminal(path)
    kept.authorise("T-1", 698, "USD")
    assert json.loads(path.read_text()) == {"T-1": {"state": "approved", "reserved_minor": 698, "taken_minor": 0}}
    assert [each.name for each in tmp_path.iterdir()] == ["payments.json"]


def test_a_terminal_that_is_given_no_file_writes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    SimulatedTerminal().authorise("T-1", 698, "USD")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text", ["", "[]", '{"T-1": {"state": "rich"}}', '{"T-1": {"state": "captured", "taken_minor": -1}}']
)
def test_a_file_that_is_no_such_book_is_named_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "payments.json"
    path.write_text(text)
    with pytest.raises(BadInput) as refused:
        terminal(path)
    assert [str(problem) for problem in refused.value.problems] == [
        f"simulated card terminal: {path}: is no book of payments"
    ]
