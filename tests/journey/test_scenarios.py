from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.problems import BadInput
from config.settings import Settings, load_settings
from kiosk.command_line import app
from kiosk.commands.scenario import SHIPPED
from kiosk.rehearsal.replay import replay
from kiosk.rehearsal.run_scenario import play
from kiosk.rehearsal.script import load_scenario
from kiosk.session.flight_record import read_record
from simulator.faults.injection import FAULTS

FILES = sorted(SHIPPED.glob("*.toml"))


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings(environment={})


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_scenario_ends_as_it_must_and_its_flight_record_replays(
    path: Path, settings: Settings, tmp_path: Path
) -> None:
    flight = tmp_path / "flight.jsonl"
    with flight.open("w") as file:
        played = play(load_scenario(path), settings, flight=file)
    assert played.passed, "\n".join((*played.findings, " > ".join(played.path)))
    assert replay(read_record(flight), settings) == ()


def test_at_least_sixty_scenarios_ship() -> None:
    assert len(FILES) >= 60


def test_the_same_seed_plays_the_same_session_twice(settings: Settings) -> None:
    scenario = load_scenario(SHIPPED / "sell_five.toml")
    first, second = play(scenario, settings), play(scenario, settings)
    assert (first.path, first.virtual_s) == (second.path, second.virtual_s)


def test_a_bad_scenario_is_told_with_line_field_and_reason(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('title = "A bad one"\n\n[[visit]]\nquantity = 0\nleaves_in = "nowhere"\n')
    with pytest.raises(BadInput) as told:
        load_scenario(bad)
    lines = [str(problem) for problem in told.value.problems]
    assert any(line.startswith(f"{bad}:4: visit[1].quantity") for line in lines), lines
    assert any(line.startswith(f"{bad}:5: visit[1].leaves_in") for line in lines), lines


def test_a_fault_nobody_knows_is_bad_input(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('title = "A bad one"\n[[visit]]\n[[trouble]]\nfault = "gremlins"\n')
    with pytest.raises(BadInput, match="gremlins"):
        load_scenario(bad)


def test_one_bad_file_does_not_keep_the_others_from_running(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("title = ")
    (tmp_path / "b.toml").write_text('title = "Nobody comes"\n[[visit]]\npurpose = "nothing"\n')
    report = tmp_path / "report.xml"
    result = CliRunner().invoke(app, ["scenario", "run", str(tmp_path), "--junit", str(report)])
    assert result.exit_code == 2
    assert "1 of 1 as they must be" in result.output
    assert 'tests="1" failures="0"' in report.read_text()


def test_a_scenario_that_does_not_end_as_it_must_fails_the_run(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text(
        'title = "Nobody comes"\n[[visit]]\npurpose = "nothing"\n[expect]\ndelivered = 1\n'
    )
    result = CliRunner().invoke(app, ["scenario", "run", str(tmp_path)])
    assert result.exit_code == 1
    assert "0 delivered, not 1" in result.output


def test_every_fault_of_the_simulator_is_met_by_a_scenario() -> None:
    played = {trouble.fault for path in FILES for trouble in load_scenario(path).trouble}
    assert set(FAULTS) <= played, "a fault was added without a scenario"
