"""Never feed a blank onto one that a test cut left in the clamp.

Who would break it: a technician in a hurry, whose command ended in the middle (a fault, Ctrl-C, the plug) and who
types it again, or starts the kiosk; or who names a folder of their own with `--data`.
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.problems import BadInput
from hardware.clock import SystemClock
from kiosk.command_line import app
from kiosk.commands.books import read_records
from kiosk.data_paths import DATA_VARIABLE
from kiosk.records.audit.log import KEY_FOLDER_VARIABLE
from kiosk.records.journal import MachineRecord
from kiosk.records.ownership import own_folders
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.serve.pty import PtyPort
from simulator.serve.realtime import RealTimeRunner
from tests.cutting.keys import catalogue, machine
from tests.session.parts import shop


class Bench:
    """A board on a port whose probe is stuck: found when a blank is in the clamp already, and not before."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "board"
        self.sim = SimulatedMachine(machine(), catalogue(), 1)
        self.sim.world.sensors.probe_closed = True

    def cut(self, *more: str) -> str:
        """What a test cut is refused for."""
        told = ["--keyway", "KW1", "--bitting", "35244", "--port", str(self.path), *more]
        return refused("service", "cut", *told)


def refused(*words: str) -> str:
    ended = CliRunner().invoke(app, words)
    assert isinstance(ended.exception, BadInput), (ended.output, repr(ended.exception))
    return str(ended.exception)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    realtime = RealTimeRunner(made.sim.timeline)
    realtime.start()
    port = PtyPort(made.path, realtime)
    yield made
    port.close()
    realtime.stop()


def test_a_test_cut_that_ended_with_a_blank_in_the_clamp_is_remembered_by_command_and_kiosk(
    bench: Bench, tmp_path: Path
) -> None:
    sim, data = bench.sim, tmp_path / "data"
    assert "probe" in bench.cut("--data", str(data))
    with sim.timeline.lock:
        assert sim.world.carousel.clamped is not None
        place = sim.world.position_mm
    assert "--clamp-empty" in bench.cut("--data", str(data))
    with sim.timeline.lock:
        assert sim.world.position_mm == place, "the command moves nothing before somebody has looked"
        sim.world.carousel.clamped = None
        sim.world.set_door(True)
    # Whoever says that they looked is believed: the command goes on, to the next thing that is wrong.
    assert "[DOOR_OPEN]" in bench.cut("--data", str(data), "--clamp-empty")
    facts = [json.loads(record.facts) for record in read_records(data)[0]]
    assert [each["outcome"] for each in facts] == ["begun", "failed"] * 2, "who cut stands in the audit"
    assert {(each["by"], each["blank"]) for each in facts} == {(getpass.getuser(), "KW1")}
    assert "35244" not in str(facts)


def test_a_test_cut_is_remembered_where_the_machines_own_kiosk_looks_whatever_folder_is_named(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, elsewhere = tmp_path / "own", tmp_path / "elsewhere"
    own.mkdir()
    monkeypatch.setenv(DATA_VARIABLE, str(own))
    monkeypatch.setenv(KEY_FOLDER_VARIABLE, str(tmp_path / "seal"))
    assert "probe" in bench.cut("--data", str(elsewhere))
    for folder in (own, elsewhere):
        with closing(MachineRecord(folder / "sales.db", SystemClock())) as record:
            assert record.clamped_by == "test_cut"
    assert [json.loads(each.facts)["outcome"] for each in read_records(own)[0]] == ["begun", "failed"]
    assert "--clamp-empty" in bench.cut()
    assert "--clamp-empty" in bench.cut("--data", str(tmp_path / "a third")), "nor does another folder help"
    with bench.sim.timeline.lock:
        bench.sim.world.carousel.clamped = None
        bench.sim.world.set_door(True)
    assert "[DOOR_OPEN]" in bench.cut("--data", str(elsewhere), "--clamp-empty")
    with own_folders(own):
        assert "in use" in bench.cut("--data", str(elsewhere)), "a kiosk that runs has the machine"
    assert read_records(own)[1] is None


def test_a_kiosk_is_not_run_on_a_real_machine_with_records_other_than_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    monkeypatch.setenv(DATA_VARIABLE, str(own))
    told = refused("run", "--port", "/dev/kiosk-nothing", "--data", str(tmp_path / "elsewhere"))
    assert f"keeps its records in {own}" in told
    assert not (tmp_path / "elsewhere").exists()


def test_the_kiosk_waits_for_staff_where_a_test_cut_left_a_blank(tmp_path: Path) -> None:
    record = MachineRecord(tmp_path / "sales.db", SystemClock())
    record.clamp_used("test_cut")
    record.close()
    with shop(tmp_path) as kiosk:
        kiosk.stage.begin()
        kiosk.stage.run_until(lambda now: now.fault is not None)
        assert kiosk.stage.now.fault is not None
        assert kiosk.stage.now.fault.code == "RESTART_METAL"
        assert kiosk.cutter.moves == []
