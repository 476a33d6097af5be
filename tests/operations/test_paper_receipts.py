"""A printer that is set and cannot be used is found when the kiosk starts, never at somebody's receipt."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from config.printer import Printer
from config.problems import BadInput
from config.settings import Settings, load_settings
from hardware.clock import SystemClock
from kiosk.launch.receipts import paper_receipts
from kiosk.session.ports import PaperReceipts


def with_printer(**printer: object) -> Settings:
    settings = load_settings(None, {})
    machine = settings.machine.model_copy(update={"printer": Printer.model_validate(printer)})
    return replace(settings, machine=machine)


def built(simulated: bool, **printer: object) -> PaperReceipts | None:
    return paper_receipts(with_printer(**printer), SystemClock(), simulated=simulated)


def test_a_kiosk_without_a_printer_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "escpos.printer", None)
    assert built(False) is None


def test_what_composes_receipts_is_missed_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "escpos"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "escpos", None)
    with pytest.raises(BadInput, match=r"keykiosk\[receipts\]"):
        built(False, port="/dev/usb/lp0")


def test_a_profile_that_nobody_knows_is_named_at_the_start() -> None:
    with pytest.raises(BadInput, match=r"printer\.profile"):
        built(False, port="/dev/usb/lp0", profile="no-such-printer")


@pytest.mark.parametrize(
    ("port", "prints"),
    [("socket://127.0.0.1:9100", True), ("socket://192.168.1.50:9100", False), ("/dev/usb/lp0", False)],
)
def test_a_simulated_kiosk_prints_on_nobody_s_paper(port: str, prints: bool) -> None:
    assert (built(True, port=port) is not None) is prints
    assert built(False, port=port) is not None
