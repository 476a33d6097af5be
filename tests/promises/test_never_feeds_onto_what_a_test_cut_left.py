"""Never feed a blank onto one that a test cut left in the clamp.

Who would break it: a technician in a hurry, whose command ended in the middle (a fault, Ctrl-C, the plug) and who
types it again, or starts the kiosk.
"""

from __future__ import annotations

import getpass
import json
import sys
from pathlib import Path

import pytest

from hardware.clock import SystemClock
from kiosk.__main__ import main
from kiosk.commands.books import read_records
from kiosk.records.journal import MachineRecord
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.serve.pty import PtyPort
from simulator.serve.realtime import RealTimeRunner
from tests.cutting.keys import catalogue, machine
from tests.session.parts import shop


def test_a_test_cut_that_ended_with_a_blank_in_the_clamp_is_remembered_by_command_and_kiosk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, data = tmp_path / "board", tmp_path / "data"
    sim = SimulatedMachine(machine(), catalogue(), 1)
    # Found when the blank is in the clamp already, and not before.
    sim.world.sensors.probe_closed = True
    realtime = RealTimeRunner(sim.timeline)
    realtime.start()
    port = PtyPort(path, realtime)

    def cut(*more: str) -> str:
        told = ["--keyway", "KW1", "--bitting", "35244", "--port", str(path), "--data", str(data), *more]
        monkeypatch.setattr(sys, "argv", ["kiosk", "service", "cut", *told])
        with pytest.raises(SystemExit) as left:
            main()
        assert left.value.code == 2
        return capsys.readouterr().err

    try:
        assert "probe" in cut()
        with sim.timeline.lock:
            assert sim.world.carousel.clamped is not None
            place = sim.world.position_mm
        assert "--clamp-empty" in cut()
        with sim.timeline.lock:
            assert sim.world.position_mm == place, "the command moves nothing before somebody has looked"
            sim.world.carousel.clamped = None
            sim.world.set_door(True)
        # Whoever says that they looked is believed: the command goes on, to the next thing that is wrong.
        assert "[DOOR_OPEN]" in cut("--clamp-empty")
        facts = [json.loads(record.facts) for record in read_records(data)[0]]
        assert [each["outcome"] for each in facts] == ["begun", "failed"] * 2, "who cut stands in the audit"
        assert {(each["by"], each["blank"]) for each in facts} == {(getpass.getuser(), "KW1")}
        assert "35244" not in str(facts)
    finally:
        port.close()
        realtime.stop()


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
