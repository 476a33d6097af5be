from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.settings import load_settings
from kiosk.events import Credentials, EnterReceipt
from hardware.wire_log import blanked
from kiosk.flight import facts_of, read_record
from kiosk.rehearsal.cli import SHIPPED, app
from kiosk.rehearsal.replay import replay


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    yield
    logging.disable(logging.NOTSET)


def flown(name: str, folder: Path) -> Path:
    flight = folder / f"{name}.jsonl"
    result = CliRunner().invoke(app, ["run", str(SHIPPED / f"{name}.toml"), "--flight", str(flight)])
    assert result.exit_code == 0, result.output
    return flight


@pytest.mark.parametrize(
    "name",
    [
        "sell_kw1",
        "sell_worn_restored",
        "dnd_approved",
        "again_then_told",
        "stop_while_cutting",
        "fault_broken_wheel",
        "pay_declined_then_paid",
        "cancel_in_take_key_back",
        "return_good",
        "staff_close_and_open",
    ],
)
def test_a_flight_record_replays_to_the_same_states_and_becomes_a_scenario(name: str, tmp_path: Path) -> None:
    flight = flown(name, tmp_path)
    assert replay(read_record(flight), load_settings(environment={})) == ()
    scenario = tmp_path / "again.toml"
    result = CliRunner().invoke(app, ["record", str(flight), "--out", str(scenario)])
    assert result.exit_code == 0, result.output


def test_a_record_of_a_plain_sale_plays_as_a_scenario(tmp_path: Path) -> None:
    scenario = tmp_path / "again.toml"
    CliRunner().invoke(app, ["record", str(flown("dnd_approved", tmp_path)), "--out", str(scenario)])
    result = CliRunner().invoke(app, ["run", str(scenario)])
    assert result.exit_code == 0, result.output


def test_a_changed_record_is_found_to_go_another_way(tmp_path: Path) -> None:
    flight = flown("sell_kw1", tmp_path)
    flight.write_text(flight.read_text().replace('"passed": true', '"passed": false'))
    result = CliRunner().invoke(app, ["replay", str(flight)])
    assert result.exit_code == 1
    assert "the record says delivering" in result.output


def test_no_figure_of_a_motion_is_left_in_wire_traffic() -> None:
    assert blanked(b"G1X-85.250Y-23.1F480\n") == "G1X#Y#F#\n"
    assert blanked(b"<Run|MPos:-85.250,-23.100,-5.000|FS:480,6000>") == "<Run|MPos:#|FS:#>"
    assert blanked(b"[PRB:-88.000,-21.470,0.000:1]") == "[PRB:#]"
    assert blanked(b"ALARM:1") == "ALARM:1"


def test_neither_pin_nor_receipt_code_is_written() -> None:
    assert facts_of(Credentials("1001", "271828")) == {"number": "1001"}
    assert facts_of(EnterReceipt("ABCD2345")) == {}
