"""A technician in the office has the flight record of a kiosk that ended badly, and wants to see it happen."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kiosk.command_line import app
from kiosk.rehearsal.script import load_scenario
from tests.journey.test_flight_record import flown


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize(
    ("name", "says", "cause"),
    [
        ("fault_door_while_cutting", "DOOR_OPEN in cutting", "door_open"),
        ("fault_emergency_stop", "BOARD_ALARM in cutting", "emergency_stop"),
        ("fault_empty_slot", "a blank that did not sit in loading", "empty_slot"),
        ("fault_camera_gone_in_tray", "CAMERA in place_key", "camera_unplugged"),
        ("pay_declined_gives_up", "a payment that was declined", ""),
        ("fault_wire_swap", "BOARD_ALARM in cutting", "wire_drop"),
        ("fault_wire_flip_to_board", "BOARD_ALARM in cutting", "wire_drop"),
    ],
)
def test_a_record_that_ended_badly_becomes_a_scenario_that_ends_so(
    name: str, says: str, cause: str, tmp_path: Path
) -> None:
    out = tmp_path / "field.toml"
    made = CliRunner().invoke(app, ["scenario", "from-flight", str(flown(name, tmp_path)), "--out", str(out)])
    assert made.exit_code == 0, made.output
    assert says in made.output
    assert [each.fault for each in load_scenario(out).trouble] == ([cause] if cause else [])
    played = CliRunner().invoke(app, ["scenario", "run", str(out)])
    assert played.exit_code == 0, played.output


def test_the_stores_own_settings_and_stock_come_along(tmp_path: Path) -> None:
    out = tmp_path / "field.toml"
    flight = flown("closed_when_empty", tmp_path)
    assert CliRunner().invoke(app, ["scenario", "from-flight", str(flight), "--out", str(out)]).exit_code == 0
    assert set(load_scenario(out).stock.values()) == {0}


def test_what_no_simulated_cause_leads_to_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    out, flight = tmp_path / "field.toml", flown("fault_chute_full", tmp_path)
    flight.write_text(flight.read_text().replace('"code":"CHUTE"', '"code":"GREMLINS"'))
    made = CliRunner().invoke(app, ["scenario", "from-flight", str(flight), "--out", str(out)])
    assert made.exit_code == 1
    assert "none of" in made.output
    assert not out.exists()
