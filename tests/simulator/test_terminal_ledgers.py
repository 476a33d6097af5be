"""A simulated terminal that is begun again knows what it reserved and took: its bank forgot nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.problems import BadInput
from simulator.serve.terminal_ports import Ledger, Terminal
from simulator.terminals.mdb import MdbTerminal
from simulator.terminals.zvt import ZvtTerminal

ZVT = {"reserved": {"7": 698}, "booked": [[5, 349]], "given_back": [349]}


def begun_again(terminal: Terminal, path: Path, kept: object) -> dict[str, object]:
    path.write_text(json.dumps(kept), encoding="utf-8")
    Ledger(terminal, path)
    written: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return written


def test_a_zvt_terminal_still_holds_what_was_reserved_and_gives_no_number_twice(tmp_path: Path) -> None:
    terminal = ZvtTerminal()
    assert begun_again(terminal, tmp_path / "ledger.json", ZVT) == ZVT
    assert terminal.ledger.reserved == {7: 698}
    assert terminal._receipt == 7


def test_a_reader_that_lost_its_power_with_a_sale_open_counts_it_as_sold(tmp_path: Path) -> None:
    reader = MdbTerminal()
    kept = begun_again(reader, tmp_path / "ledger.json", {"approved": 349, "charged": [698]})
    assert kept == {"approved": 0, "charged": [698, 349]}


@pytest.mark.parametrize("terminal", [ZvtTerminal(), MdbTerminal()], ids=["zvt", "mdb"])
@pytest.mark.parametrize("kept", [[], {"something": 1}, {"approved": "x", "charged": {}}])
def test_a_file_that_is_no_ledger_of_it_is_refused_by_its_name(
    tmp_path: Path, terminal: Terminal, kept: object
) -> None:
    with pytest.raises(BadInput, match=r"ledger\.json"):
        begun_again(terminal, tmp_path / "ledger.json", kept)
