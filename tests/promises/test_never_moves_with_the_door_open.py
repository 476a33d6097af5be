"""Never move with the guard door open or hold held, in whatever state and by whatever path it came to be so.

Who would break it: a technician in a hurry, who opens the door before the power comes on, refills the magazine while
the kiosk starts, jogs with the door open, or reaches in while the machine recovers. On a stock board the door is wired
to the hold input, which acts when it changes and never again: such a board says Idle and would move.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hardware.errors import DoorOpened, HardwareFault, Stopped
from hardware.grbl.board import require_closed
from hardware.grbl.events import StatusReport
from kiosk.__main__ import main
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.firmware.build import STOCK, FirmwareBuild
from simulator.serve.pty import PtyPort
from simulator.serve.realtime import RealTimeRunner
from tests.cutting.keys import catalogue, machine
from tests.support.promise_machine import Hands

DOOR_BUILD = FirmwareBuild(safety_door=True)
BUILDS = pytest.mark.parametrize("build", [STOCK, DOOR_BUILD], ids=["stock", "door input"])

MOTIONS: dict[str, Callable[[Hands], object]] = {
    "home": lambda hands: hands.cutter.home(),
    "load": lambda hands: hands.cutter.load(1, hands.plan.blade_height_mm),
    "cut": lambda hands: hands.cutter.run(hands.job, lambda _: None),
    "check": lambda hands: hands.cutter.present_to_check(),
    "deliver": lambda hands: hands.cutter.deliver(),
    "reject": lambda hands: hands.cutter.reject(),
    "jog": lambda hands: hands.cutter.jog("x", 5.0, lambda: True),
}


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (StatusReport("Idle", pins="D"), DoorOpened),
        (StatusReport("Idle", pins="H"), DoorOpened),
        (StatusReport("Run", pins="PXH"), DoorOpened),
        (StatusReport("Home", pins="D"), DoorOpened),
        (StatusReport("Idle", pins="R"), Stopped),
    ],
)
def test_each_input_alone_in_any_report_forbids_motion(status: StatusReport, fault: type[HardwareFault]) -> None:
    with pytest.raises(fault):
        require_closed(status)


def test_switches_and_probe_are_no_door() -> None:
    require_closed(StatusReport("Idle", pins="PXYZ"))


@BUILDS
def test_open_before_the_power_comes_on_nothing_ever_moves(build: FirmwareBuild) -> None:
    hands = Hands(build)
    hands.door(True)()
    with pytest.raises(DoorOpened) as caught:
        hands.cutter.connect()
    assert caught.value.code == "DOOR_OPEN"
    for motion in MOTIONS.values():
        with pytest.raises(DoorOpened):
            motion(hands)
    with pytest.raises(DoorOpened):
        hands.cutter.recover()
    assert hands.steps_in_the_open == 0
    assert b"$H" not in hands.sent


@BUILDS
@pytest.mark.parametrize("name", MOTIONS)
def test_opened_while_the_machine_rests_it_moves_no_step(name: str, build: FirmwareBuild) -> None:
    hands = Hands(build).loaded()
    hands.door(True)()
    with pytest.raises(DoorOpened):
        MOTIONS[name](hands)
    assert hands.steps_in_the_open == 0
    assert hands.rests


@pytest.mark.parametrize("name", MOTIONS)
def test_opened_and_closed_again_while_the_machine_rests_it_does_not_go_on_by_itself(name: str) -> None:
    hands = Hands().loaded()
    hands.door(True)()
    hands.sim.clock.sleep(1.0)
    hands.door(False)()
    place = hands.sim.world.position_mm
    with pytest.raises(HardwareFault):
        MOTIONS[name](hands)
    assert hands.sim.world.position_mm == place


def test_opened_between_reset_and_homing_it_does_not_home() -> None:
    for line in (b"$I", b"$$", b"$#", b"$N"):
        hands = Hands()
        hands.on_line[line] = hands.door(True)
        with pytest.raises(DoorOpened):
            hands.homed()
        assert b"$H" not in hands.sent, line
        assert hands.steps_in_the_open == 0


@BUILDS
@pytest.mark.parametrize("after_s", [0.05, 0.8, 2.5])
def test_opened_while_homing_nothing_moves_after_it(after_s: float, build: FirmwareBuild) -> None:
    """A stock board answers nothing while it homes and does not stop for its hold input; its door must cut power."""
    hands = Hands(build)
    hands.cutter.connect()
    hands.later(after_s, hands.door(True))
    with pytest.raises(HardwareFault) as caught:
        hands.cutter.home()
    if build is STOCK:
        assert isinstance(caught.value, DoorOpened)
    after = bytes(hands.sent).split(b"$H\n")
    assert len(after) == 2
    assert b"G" not in after[1]
    with pytest.raises(DoorOpened):
        hands.cutter.recover()


@BUILDS
def test_opened_in_a_jog_it_is_the_door_and_nothing_moves_until_it_is_closed(build: FirmwareBuild) -> None:
    hands = Hands(build).homed()
    hands.later(0.3, hands.door(True))
    with pytest.raises(DoorOpened):
        hands.cutter.jog("x", -40.0, lambda: True)
    assert hands.sim.world.position_mm[0] > -40
    with pytest.raises(DoorOpened):
        hands.cutter.recover()
    hands.door(False)()
    hands.cutter.recover()


@BUILDS
def test_opened_while_recovery_lifts_the_wheel_it_does_not_home(build: FirmwareBuild) -> None:
    hands = Hands(build).loaded()
    with pytest.raises(Stopped):
        hands.cutter.run(hands.job, lambda done: hands.press_stop() if done > 0.5 else None)
    hands.sent.clear()
    hands.on_line[b"$J"] = lambda: hands.later(0.1, hands.door(True))
    with pytest.raises(DoorOpened):
        hands.cutter.recover()
    assert b"$J" in hands.sent
    assert b"$H" not in hands.sent


@BUILDS
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_opened_in_the_cut_it_is_the_door_and_the_wheel_stops(share: float, build: FirmwareBuild) -> None:
    hands = Hands(build).loaded()
    done: list[float] = []

    def progress(now: float) -> None:
        if now >= share and not done:
            done.append(now)
            hands.door(True)()

    with pytest.raises(DoorOpened):
        hands.cutter.run(hands.job, progress)
    assert hands.rests


def test_opened_while_the_books_are_written_over_the_chute_the_clamp_stays_closed() -> None:
    hands = Hands().loaded()
    with pytest.raises(DoorOpened):
        hands.cutter.deliver(hands.door(True))
    assert hands.sim.chute == []
    assert hands.steps_in_the_open == 0


def test_hold_held_and_emergency_stop_pressed_forbid_motion_as_the_door_does() -> None:
    hands = Hands().homed()
    hands.sim.world.hold_button = True
    hands.sim.world.changed()
    with pytest.raises(DoorOpened):
        hands.cutter.load(1, hands.plan.blade_height_mm)
    hands = Hands().homed()
    hands.sim.world.set_emergency_stop(True, hands.sim.firmware.now_s)
    with pytest.raises(HardwareFault):
        hands.cutter.load(1, hands.plan.blade_height_mm)
    with pytest.raises(Stopped):
        hands.cutter.recover()
    assert hands.steps_in_the_open == 0


def test_what_the_inputs_say_can_be_looked_at_with_the_door_open_and_a_fault_latched() -> None:
    hands = Hands().homed()
    hands.door(True)()
    assert hands.cutter.look().door_open
    assert hands.cutter.fault is None, "whoever opens the door while nothing moves has done nothing wrong"
    with pytest.raises(DoorOpened):
        hands.cutter.reject()
    assert hands.cutter.look().door_open
    hands.door(False)()
    assert not hands.cutter.look().door_open
    assert isinstance(hands.cutter.fault, DoorOpened), "looking clears nothing"
    assert hands.steps_in_the_open == 0


def test_a_test_cut_on_a_real_port_with_the_door_open_before_the_power_came_on_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "board"
    sim = SimulatedMachine(machine(), catalogue(), 1)
    sim.world.set_door(True)
    place = sim.world.position_mm
    realtime = RealTimeRunner(sim.timeline)
    realtime.start()
    port = PtyPort(path, realtime)
    told = ["--keyway", "KW1", "--bitting", "35244", "--port", str(path), "--data", str(tmp_path / "data")]
    monkeypatch.setattr(sys, "argv", ["kiosk", "service", "cut", *told])
    try:
        with pytest.raises(SystemExit) as left:
            main()
        assert left.value.code == 2
        assert "[DOOR_OPEN]" in capsys.readouterr().err
        with sim.timeline.lock:
            assert sim.world.position_mm == place
            assert sim.firmware.core.spindle == 5
    finally:
        port.close()
        realtime.stop()
