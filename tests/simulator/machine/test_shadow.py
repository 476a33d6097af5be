"""A technician has a wire and asks where the board does another thing than a board should."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.problems import BadInput
from hardware.clock import Clock
from hardware.errors import HardwareFault
from hardware.grbl.cutter import GrblCutter
from hardware.grbl.recording import WireRecording, read_recording
from kiosk.command_line import app
from kiosk.cutting.gcode import to_gcode
from kiosk.cutting.plan import CutPlan, plan_cuts
from kiosk.rehearsal.shadow import through_the_air
from simulator.faults.injection import FaultPanel
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.firmware.profiles import PROFILES
from simulator.serve.pty import PtyPort
from simulator.serve.realtime import RealTimeRunner
from simulator.serve.shadow import Differing, Likeness, shadow
from tests.simulator.machine.parts import catalogue, machine


def planned(edge_error_mm: float = 0.0) -> CutPlan:
    keyway, blank = catalogue().blank_of["KW1"]
    plan = plan_cuts(keyway, blank, tuple("35244"), machine(), edge_error_mm=edge_error_mm)
    assert isinstance(plan, CutPlan)
    return plan


def recorded(path: Path, board: str = "grbl", spoil: Callable[[SimulatedMachine], None] = lambda _: None) -> Path:
    """A whole test cut, its wire written down."""
    sim = SimulatedMachine(machine(), catalogue(), 1, build=PROFILES[board].build)
    with WireRecording(path, sim.clock) as recording:
        cutter = GrblCutter(recording.factory(sim.link), machine(), sim.clock)
        cutter.connect()
        cutter.home()
        spoil(sim)
        touch = cutter.load(1, planned().blade_height_mm)
        cutter.run(to_gcode(planned(touch.error_mm), machine()), lambda _: None)
        cutter.present_to_check()
        cutter.deliver()
        cutter.close()
    return path


def along(path: Path, board: str = "grbl") -> Likeness:
    return shadow(read_recording(path), SimulatedMachine(machine(), catalogue(), 7, build=PROFILES[board].build))


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("wire") / "wire.txt")


def changed(wire: Path, folder: Path, change: Callable[[list[str]], None]) -> Path:
    lines = wire.read_text().splitlines()
    change(lines)
    (folder / "changed").write_text("\n".join(lines) + "\n")
    return folder / "changed"


@pytest.mark.parametrize("board", PROFILES)
def test_a_sound_board_of_any_make_and_its_twin_never_differ_in_a_whole_cut(board: str, tmp_path: Path) -> None:
    found = along(recorded(tmp_path / "wire", board), board)
    assert found.first is None
    assert found.replies > 250
    assert found.reports > 200
    assert found.largest_mm < 0.1


def test_a_reply_that_is_another_is_marked_with_its_line_and_what_the_twin_said(wire: Path, tmp_path: Path) -> None:
    places: list[int] = []

    def refuse(lines: list[str]) -> None:
        n = [i for i, line in enumerate(lines) if line.endswith("< ok")][60]
        lines[n] = lines[n].replace("ok", "error:20")
        places.append(n + 1)

    first = along(changed(wire, tmp_path, refuse)).first
    assert first is not None
    assert (first.what, first.line, first.board) == (Differing.REPLY, places[0], "error:20")
    assert first.twin.startswith("ok at ")


def test_a_place_that_is_another_is_marked(wire: Path, tmp_path: Path) -> None:
    def move(lines: list[str]) -> None:
        n = [i for i, line in enumerate(lines) if "<Idle" in line][-1]
        lines[n] = re.sub(r"MPos:-?\d+", "MPos:-12", lines[n])

    first = along(changed(wire, tmp_path, move)).first
    assert first is not None
    assert first.what is Differing.POSITION


def test_a_blank_that_is_met_elsewhere_than_blanks_lie_is_marked_at_the_touch(tmp_path: Path) -> None:
    def lift(sim: SimulatedMachine) -> None:
        # A slide that goes farther than its steps say: the board knows nothing of it, the touch does.
        sim.world.slides[1].faults.scale = 1.04

    path = tmp_path / "wire"
    with pytest.raises(Exception, match="slot 1"):
        recorded(path, spoil=lift)
    first = along(path).first
    assert first is not None
    assert "Pn:P" in first.board
    assert "Pn:P" not in first.twin


def test_a_board_that_answers_late_is_marked_as_late(wire: Path, tmp_path: Path) -> None:
    def late(lines: list[str]) -> None:
        oks = [i for i, line in enumerate(lines) if line.endswith("< ok")]
        for i in range(oks[150], len(lines)):
            at, rest = lines[i].split(None, 1)
            lines[i] = f"{float(at) + (0.6 if i == oks[150] else 0.7):9.3f} {rest}"

    first = along(changed(wire, tmp_path, late)).first
    assert first is not None
    assert first.what is Differing.TIMING


def test_a_board_of_another_make_differs_in_its_greeting(tmp_path: Path) -> None:
    first = along(recorded(tmp_path / "wire", "grblhal"), "grbl").first
    assert first is not None
    assert first.what is Differing.REPLY
    assert "GrblHAL" in first.board


@pytest.mark.parametrize("text", ["", "0.1 > $$\n0.0 < ok\n", "G0X-1\n", "0.1 ? $$\n"])
def test_a_file_that_is_no_recorded_wire_is_told_by_its_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "wire").write_text(text)
    with pytest.raises(BadInput, match="wire"):
        read_recording(tmp_path / "wire")


def test_the_file_is_readable_by_its_owner_alone(wire: Path) -> None:
    assert wire.stat().st_mode & 0o077 == 0


@dataclass
class LongerSeconds:
    """The clock beside a board whose every move takes longer."""

    clock: Clock
    times: float

    def now_s(self) -> float:
        return self.clock.now_s() * self.times

    def utc(self) -> datetime:
        return self.clock.utc()

    def sleep(self, duration_s: float) -> None:
        self.clock.sleep(duration_s / self.times)


def driven(
    path: Path, spoil: Callable[[SimulatedMachine], None] = lambda _: None, slower_times: float = 1.0
) -> Likeness:
    """A board driven through the air, held against its twin after every move as the command does."""
    sim = SimulatedMachine(machine(), catalogue(), 1)
    spoil(sim)
    with WireRecording(path, LongerSeconds(sim.clock, slower_times)) as recording:
        cutter = GrblCutter(recording.factory(sim.link), machine(), sim.clock)
        try:
            cutter.connect()
            for _ in through_the_air(cutter, machine()):
                if along(path).first is not None:
                    break
        except HardwareFault:
            pass
        finally:
            cutter.close()
    assert not sim.world.incidents.counted()
    return along(path)


def test_a_sound_board_driven_through_the_air_and_its_twin_never_differ(tmp_path: Path) -> None:
    found = driven(tmp_path / "wire")
    assert found.first is None
    assert found.largest_s < 0.1
    moved = {line.data[:6] for line in read_recording(tmp_path / "wire") if line.data.startswith(b"G53G0")}
    assert moved >= {b"G53G0X", b"G53G0Y", b"G53G0Z"}


def test_a_board_with_other_steps_a_millimetre_is_marked_where_it_says_so(tmp_path: Path) -> None:
    def other(sim: SimulatedMachine) -> None:
        link = sim.link()
        sim.clock.sleep(0.5)
        link.write(b"$101=816\n")
        sim.clock.sleep(0.5)

    first = driven(tmp_path / "wire", other).first
    assert first is not None
    assert (first.what, first.board) == (Differing.REPLY, "$101=816.000")
    assert first.twin.startswith("$101=800.000 at ")


def test_a_slide_that_lost_its_way_is_marked_by_how_long_it_takes_home(tmp_path: Path) -> None:
    def lost(sim: SimulatedMachine) -> None:
        FaultPanel(sim).set("lost_steps", {"axis": "z", "mm": 20, "after_s": 6}, "test")

    first = driven(tmp_path / "wire", lost).first
    assert first is not None
    assert (first.what, first.board) == (Differing.TIMING, "ok")


def test_a_slower_board_is_marked_at_its_first_move_that_takes_longer(tmp_path: Path) -> None:
    first = driven(tmp_path / "wire", slower_times=1.4).first
    assert first is not None
    assert first.what in (Differing.TIMING, Differing.POSITION)
    sent = [n for n, line in enumerate(read_recording(tmp_path / "wire"), 1) if line.data.startswith((b"G53", b"$H"))]
    assert sent[0] < first.line


def test_a_board_at_a_port_is_only_asked_and_never_moved(tmp_path: Path) -> None:
    sim = SimulatedMachine(machine(), catalogue(), 1)
    realtime = RealTimeRunner(sim.timeline)
    realtime.start()
    port = PtyPort(tmp_path / "board", realtime)
    before = sim.world.position_mm
    try:
        kept = tmp_path / "kept"
        done = CliRunner().invoke(app, ["simulate", "shadow", "--port", str(tmp_path / "board"), "--keep", str(kept)])
    finally:
        port.close()
        realtime.stop()
    assert "alike" in done.output, done.output
    assert sim.world.position_mm == before
    sent = [line.data for line in read_recording(kept) if line.way == ">"]
    assert not [line for line in sent if re.match(rb"[GM]\d|\$H|\$J|\$X", line)]


def test_a_real_serial_port_is_driven_beside_its_twin_and_left_at_rest_with_its_wheel_off(tmp_path: Path) -> None:
    sim = SimulatedMachine(machine(), catalogue(), 1)
    realtime = RealTimeRunner(sim.timeline)
    realtime.start()
    port = PtyPort(tmp_path / "board", realtime)
    kept = tmp_path / "kept"
    try:
        done = CliRunner().invoke(
            app, ["simulate", "shadow", "--port", str(tmp_path / "board"), "--move", "--keep", str(kept)]
        )
    finally:
        port.close()
        realtime.stop()
    assert "alike" in done.output, done.output
    assert "the board:" not in done.output, done.output
    sent = [line.data for line in read_recording(kept) if line.way == ">"]
    assert sent.count(b"$H") >= 2
    assert not [line for line in sent if line.startswith((b"M3", b"M4", b"G1", b"G38"))]
    assert sim.world.wheel.rpm(sim.firmware.now_s) == 0
    assert not sim.world.incidents.counted()


def test_driving_belongs_to_a_port() -> None:
    assert isinstance(CliRunner().invoke(app, ["simulate", "shadow", "--from", __file__, "--move"]).exception, BadInput)
