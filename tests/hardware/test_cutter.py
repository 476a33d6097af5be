"""The cutter on the simulated firmware, in virtual time: keys, bad blanks, stops, doors, a dishonest wire."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from config.keyway import Blank, Keyway
from config.machine import Assurance
from config.problems import BadInput
from hardware.errors import (
    BlankFault,
    BoardAlarm,
    CameraFault,
    ClampNotEmpty,
    DoorOpened,
    HardwareFault,
    LinkGarbled,
    LinkLost,
    LinkTimeout,
    PathDeviation,
    Stopped,
)
from hardware.grbl.cutter import GrblCutter
from hardware.job import CutJob, JobLine
from kiosk.cutting.check import check_copy
from kiosk.cutting.gcode import to_gcode
from kiosk.cutting.plan import CutPlan, plan_cuts
from simulator.firmware.build import ECHO, STOCK, FirmwareBuild
from simulator.firmware.wiring import Controls
from tests.cutting.keys import bittings, blank, machine, worn_edge
from tests.support.key_machine import KeyMachine, VirtualLink, Workpiece, reference_firmware
from tests.support.least_time import least_s
from tests.support.transcript import ManualClock


class Rig:
    """A cutter, its board, its machine and the wire between."""

    def __init__(
        self, code: str = "KW1", bitting: str = "35244", build: FirmwareBuild = STOCK, **faults: object
    ) -> None:
        keyway, self.blank = blank(code)
        plan = plan_cuts(keyway, self.blank, bitting, machine())
        assert isinstance(plan, CutPlan)
        self.plan = plan
        self.job = to_gcode(plan, machine())
        self.clock = ManualClock()
        self.world = KeyMachine(machine(), self.blank, plan.blade_height_mm, **faults)
        self.board = reference_firmware(self.world, build)
        self.link = VirtualLink(self.board, self.clock)
        self.sent = bytearray()
        self.link.down = self._note
        self.on_send: Callable[[bytes], bytes] | None = None
        self.cutter = GrblCutter(self._open, machine(), self.clock)

    def _open(self) -> VirtualLink:
        if self.link.closed:
            self.link = VirtualLink(self.board, self.clock, self._note, self.link.up)
        return self.link

    def _note(self, data: bytes, _now_s: float) -> bytes:
        if self.on_send is not None:
            data = self.on_send(data)
        self.sent += data
        return data

    def ready(self) -> Rig:
        self.cutter.connect()
        self.cutter.home()
        return self

    def loaded(self) -> Rig:
        self.ready()
        self.cutter.load(1, self.plan.blade_height_mm)
        return self

    def cut(self) -> list[float]:
        seen: list[float] = []
        self.cutter.run(self.job, seen.append)
        return seen

    def errors_mm(self, piece: Workpiece | None = None) -> np.ndarray:
        piece = piece or self.world.clamped
        assert piece is not None
        at = [np.abs(piece.x_mm - position) < 0.15 for position in self.plan.positions_mm]
        return np.array([piece.top_mm[near].mean() - root for near, root in zip(at, self.plan.roots_mm, strict=True)])

    def nothing_turns(self) -> bool:
        return self.world.spindle == 5


@pytest.mark.parametrize("build", [STOCK, ECHO])
def test_a_key_goes_from_magazine_to_chute(build: FirmwareBuild) -> None:
    sim = Rig(build=build)
    board = sim.cutter.connect()
    assert board.assurance is (Assurance.ECHO if build.echo else Assurance.STOCK)
    sim.cutter.home()
    assert sim.cutter.load(1, sim.plan.blade_height_mm).error_mm == pytest.approx(0, abs=0.01)
    seen = sim.cut()
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert seen[-2] > 0.95, "reports are judged until the last move is done, not until the last line is sent"
    assert sim.nothing_turns()
    sim.cutter.present_to_check()
    sim.cutter.deliver()
    assert len(sim.world.delivered) == 1
    assert np.abs(sim.errors_mm(sim.world.delivered[0])).max() < 0.01
    assert sim.world.crashes == 0
    sim.cutter.close()


@settings(max_examples=12, deadline=None)
@given(key=bittings(("KW1", "SC1", "SC4", "KW5", "M1")))
def test_random_keys_come_out_as_wanted(key: tuple[Keyway, Blank, tuple[str, ...]]) -> None:
    _, chosen, bitting = key
    sim = Rig(chosen.code, "".join(bitting)).loaded()
    sim.cut()
    assert np.abs(sim.errors_mm()).max() < 0.012
    piece = sim.world.clamped
    assert piece is not None
    wanted = np.interp(piece.x_mm, sim.plan.wanted[:, 0], sim.plan.wanted[:, 1])
    assert (wanted - piece.top_mm).max() < 0.012


@settings(max_examples=6, deadline=None)
@given(key=bittings(("KW1", "SC1", "M1")), seed=st.integers(0, 9999), build=st.sampled_from((STOCK, ECHO)))
def test_a_worn_key_copied_as_it_is_runs_over_its_many_short_moves(
    key: tuple[Keyway, Blank, tuple[str, ...]], seed: int, build: FirmwareBuild
) -> None:
    keyway, chosen, bitting = key
    sim = Rig(chosen.code, "".join(bitting), build)
    outline = worn_edge(chosen, sim.plan.wanted, seed)
    plan = plan_cuts(keyway, chosen, bitting, machine(), outline=outline)
    assume(isinstance(plan, CutPlan))
    assert isinstance(plan, CutPlan)
    sim.job = to_gcode(plan, machine())
    sim.loaded().cut()
    piece = sim.world.clamped
    assert piece is not None
    assert check_copy(plan, np.stack([piece.x_mm, piece.top_mm], axis=1)[:-1], machine().check).largest_mm < 0.04


@settings(max_examples=12, deadline=None)
@given(key=bittings(("KW1", "SC1", "SC4", "KW5", "M1")))
def test_a_cut_takes_hardly_longer_than_its_moves_must(key: tuple[Keyway, Blank, tuple[str, ...]]) -> None:
    _, chosen, bitting = key
    sim = Rig(chosen.code, "".join(bitting)).loaded()
    place = sim.cutter.status().position_mm
    assert place is not None
    begin_s = sim.clock.now_s()
    sim.cut()
    spent_s, least = sim.clock.now_s() - begin_s, least_s(sim.job, place, machine())
    assert 0.995 * least < spent_s < 1.05 * least


# Blanks.


def test_shavings_are_found_and_one_clean_cycle_helps() -> None:
    sim = Rig(lift_mm=[0.18, 0.0]).ready()
    touch = sim.cutter.load(1, sim.plan.blade_height_mm)
    assert abs(touch.error_mm) < 0.01
    assert (sim.world.fed, len(sim.world.rejected), len(sim.world.delivered)) == (2, 1, 0)


@pytest.mark.parametrize(
    ("lift_mm", "reason"),
    [(0.2, "shavings"), (float("nan"), "no blank"), (1.2, "too high"), (-0.3, "too low")],
)
def test_a_blank_that_does_not_sit_twice_is_a_blank_fault_that_latches_nothing(lift_mm: float, reason: str) -> None:
    sim = Rig(lift_mm=[lift_mm]).ready()
    with pytest.raises(BlankFault, match=reason) as caught:
        sim.cutter.load(3, sim.plan.blade_height_mm)
    assert caught.value.slot == 3
    assert sim.cutter.fault is None
    assert sim.world.clamped is None
    assert sim.world.delivered == []
    assert sim.world.crashes == 0
    sim.world.lift_mm = []
    sim.cutter.load(1, sim.plan.blade_height_mm)


@pytest.mark.parametrize("raised", [ClampNotEmpty("it hangs"), CameraFault("check", "dark")])
def test_nothing_is_fed_onto_a_blank_that_was_not_seen_to_be_gone_and_nothing_latches(raised: HardwareFault) -> None:
    sim = Rig(lift_mm=[0.18, 0.0]).ready()

    def looks() -> None:
        sim.cutter.present_to_check()
        raise raised

    with pytest.raises(type(raised)):
        sim.cutter.load(1, sim.plan.blade_height_mm, looks)
    assert (sim.world.fed, sim.cutter.fault) == (1, None)
    sim.cutter.present_to_check()


def test_a_clamp_seen_empty_is_fed_again() -> None:
    sim = Rig(lift_mm=[0.18, 0.0]).ready()
    looked: list[int] = []
    sim.cutter.load(1, sim.plan.blade_height_mm, lambda: looked.append(sim.world.fed))
    assert (looked, sim.world.fed) == ([1], 2)


def test_a_probe_that_is_closed_before_it_touches_is_a_fault() -> None:
    sim = Rig().ready()
    sim.world.probe_at = lambda motor: True
    with pytest.raises(HardwareFault, match="probe is closed"):
        sim.cutter.load(1, sim.plan.blade_height_mm)


def test_a_slot_is_turned_to_its_own_place() -> None:
    sim = Rig().ready()
    sim.cutter.load(4, sim.plan.blade_height_mm)
    assert sim.world.position_mm()[2] == pytest.approx(-50.0, abs=0.01)


# Stops.


def at_fraction(sim: Rig, fraction: float, act: Callable[[], None]) -> Callable[[float], None]:
    done: list[bool] = []

    def progress(now: float) -> None:
        if now >= fraction and not done:
            done.append(True)
            act()

    return progress


def from_another_thread(act: Callable[[], None]) -> None:
    thread = threading.Thread(target=act)
    thread.start()
    thread.join()


def test_stop_from_another_thread_holds_at_once_and_latches() -> None:
    sim = Rig().loaded()

    def stop() -> None:
        from_another_thread(sim.cutter.stop)
        assert sim.sent.endswith(b"!")

    with pytest.raises(Stopped):
        sim.cutter.run(sim.job, at_fraction(sim, 0.4, stop))
    assert sim.nothing_turns()
    after_stop = sim.sent[sim.sent.index(b"!") :]
    assert b"G1" not in after_stop, "nothing but making safe follows a stop"
    with pytest.raises(Stopped):
        sim.cutter.deliver()
    sim.cutter.recover()
    sim.cutter.reject()
    assert (len(sim.world.rejected), len(sim.world.delivered)) == (1, 0)


def test_recovery_lifts_a_wheel_stopped_in_the_metal_straight_out_before_anything_moves_sideways() -> None:
    sim = Rig().loaded()
    with pytest.raises(Stopped):
        sim.cutter.run(sim.job, at_fraction(sim, 0.6, lambda: from_another_thread(sim.cutter.stop)))
    assert sim.world.position_mm()[1] < -21.5, "the wheel rests in the metal"
    sim.cutter.recover()
    assert sim.sent.index(b"$J=") < sim.sent.rindex(b"$H")
    assert sim.world.crashes == 0


def test_stop_while_nothing_runs_resets_and_latches_until_recovery() -> None:
    sim = Rig().ready()
    sim.cutter.stop()
    assert sim.sent.endswith(b"!\x18")
    with pytest.raises(Stopped):
        sim.cutter.load(1, sim.plan.blade_height_mm)
    sim.cutter.recover()
    sim.cutter.load(1, sim.plan.blade_height_mm)


def test_stop_while_homing_resets_at_once() -> None:
    sim = Rig()
    sim.cutter.connect()

    def when_homing(data: bytes) -> bytes:
        if data == b"$H\n":
            sim.on_send = None
            threading.Timer(0, lambda: None)
            stop = threading.Thread(target=sim.cutter.stop)
            stop.start()
            stop.join()
        return data

    sim.on_send = when_homing
    with pytest.raises(HardwareFault):
        sim.cutter.home()
    assert b"!\x18" in sim.sent
    with pytest.raises(HardwareFault):
        sim.cutter.home()


@pytest.mark.parametrize(
    ("released", "fault", "words"), [(False, DoorOpened, "guard door"), (True, Stopped, "not by this program")]
)
def test_a_hold_nobody_here_asked_for_ends_the_job_and_a_closed_hold_input_is_the_door(
    released: bool, fault: type[HardwareFault], words: str
) -> None:
    sim = Rig().loaded()

    def press() -> None:
        sim.world.controls = Controls(hold=True)
        sim.board.inputs_changed()
        if released:
            sim.world.controls = Controls()
            sim.board.inputs_changed()

    with pytest.raises(fault, match=words):
        sim.cutter.run(sim.job, at_fraction(sim, 0.3, press))
    assert sim.nothing_turns()


def test_an_opened_door_ends_the_job_with_the_wheel_off() -> None:
    sim = Rig(build=FirmwareBuild(safety_door=True)).loaded()

    def open_door() -> None:
        sim.world.controls = Controls(door=True)
        sim.board.inputs_changed()

    with pytest.raises(HardwareFault, match="door"):
        sim.cutter.run(sim.job, at_fraction(sim, 0.3, open_door))
    assert sim.nothing_turns()


def test_a_hard_limit_in_the_cut_is_an_alarm_left_by_a_reset() -> None:
    sim = Rig().loaded()
    sim.board.core.settings.hard_limits = True

    def hit() -> None:
        sim.world.forced_limits = 1
        sim.board.inputs_changed()

    with pytest.raises(BoardAlarm, match="limit switch"):
        sim.cutter.run(sim.job, at_fraction(sim, 0.3, hit))
    assert sim.nothing_turns()


# A wire and a board that cannot be trusted.


def test_silence_in_the_cut_latches_within_a_second() -> None:
    sim = Rig().loaded()
    muted_s: list[float] = []
    latched_s: list[float] = []

    def mute(data: bytes, _now_s: float) -> bytes:
        return b"" if muted_s else data

    class Watch(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.levelno == logging.ERROR and not latched_s:
                latched_s.append(sim.clock.now_s())

    watch = Watch()
    logging.getLogger("hardware.grbl.latch").addHandler(watch)
    sim.link.up = mute
    try:
        with pytest.raises(LinkTimeout):
            sim.cutter.run(sim.job, at_fraction(sim, 0.4, lambda: muted_s.append(sim.clock.now_s())))
    finally:
        logging.getLogger("hardware.grbl.latch").removeHandler(watch)
    assert latched_s[0] - muted_s[0] <= 1.0
    assert sim.nothing_turns(), "the reset gets through even when nothing comes back"


def replace_line(sim: Rig, number: int, new: bytes) -> None:
    """The wire turns the job's line `number` into another one."""
    wanted = sim.job.lines[number].text.encode() + b"\n"

    def tamper(data: bytes) -> bytes:
        if data == wanted:
            sim.on_send = None
            return new + b"\n"
        return data

    sim.on_send = tamper


DAMAGE = {
    "the wheel backwards": (2, b"M4S6000"),
    "the wheel slow": (2, b"M3S600"),
    "the wheel not on": (2, b"M5S6000"),
    "incremental": (0, b"G21G91G94"),
    "inches": (0, b"G20G90G94"),
    "down into the clamp": (5, b"G1X-84.488Y-28.736F339"),
    "sideways": (12, b"G1X-79.42Y-22.228F480"),
    "another axis": (6, b"G1Z-82.964F480"),
    "another plane": (6, b"G1Y-12.964F480"),
    "a rapid": (6, b"G0X-82.964F480"),
    "ten times the feed": (10, b"G1X-77.986F2400"),
    "a tenth of the feed": (10, b"G1X-77.986F4"),
}


@pytest.mark.parametrize("what", DAMAGE)
@pytest.mark.parametrize("build", [STOCK, ECHO])
def test_a_line_damaged_into_another_that_makes_sense_is_found(what: str, build: FirmwareBuild) -> None:
    number, new = DAMAGE[what]
    sim = Rig(build=build).loaded()
    replace_line(sim, number, new)
    with pytest.raises((LinkGarbled, PathDeviation, LinkTimeout, BoardAlarm)):
        sim.cut()
    assert sim.nothing_turns()
    if what in ("a rapid", "ten times the feed", "a tenth of the feed", "incremental", "inches", "the wheel slow"):
        assert isinstance(sim.cutter.fault, LinkGarbled), "words are compared after every line, echo or not"
    if build.echo:
        assert isinstance(sim.cutter.fault, LinkGarbled)
        assert np.abs(sim.errors_mm()).max() > 0.5, "found before the cut was finished"


def test_with_echo_a_damaged_cutting_line_never_touches_the_metal() -> None:
    sim = Rig(build=ECHO).loaded()
    replace_line(sim, 5, b"G1X-84.488Y-28.736F339")
    with pytest.raises(LinkGarbled, match="another line"):
        sim.cut()
    piece = sim.world.clamped
    assert piece is not None
    assert piece.top_mm.min() == pytest.approx(sim.plan.blade_height_mm)


def test_a_wheel_the_board_says_is_off_ends_the_job() -> None:
    sim = Rig().loaded()

    def wheel_off(data: bytes, _now_s: float) -> bytes:
        return data.replace(b",6000", b",0")

    with pytest.raises(PathDeviation, match="wheel"):
        sim.cutter.run(sim.job, at_fraction(sim, 0.3, lambda: setattr(sim.link, "up", wheel_off)))
    assert sim.nothing_turns()


def test_feed_that_stalls_ends_the_job() -> None:
    sim = Rig().loaded()
    frozen: list[bytes] = []

    def freeze(data: bytes, _now_s: float) -> bytes:
        if data.startswith(b"<Run"):
            frozen.append(data)
            return frozen[0]
        return data

    with pytest.raises(PathDeviation, match="stalled"):
        sim.cutter.run(sim.job, at_fraction(sim, 0.3, lambda: setattr(sim.link, "up", freeze)))
    assert sim.nothing_turns()


def test_a_board_that_resets_itself_in_the_cut_ends_the_job() -> None:
    sim = Rig().loaded()
    with pytest.raises(HardwareFault):
        sim.cutter.run(sim.job, at_fraction(sim, 0.5, sim.board.power_cycle))
    assert sim.nothing_turns()


def test_a_port_that_vanishes_in_the_cut_is_opened_again_only_to_stop_the_wheel() -> None:
    sim = Rig().loaded()

    def vanish() -> None:
        sim.link.closed = True

    with pytest.raises(LinkLost):
        sim.cutter.run(sim.job, at_fraction(sim, 0.5, vanish))
    sim.clock.sleep(0)
    sim.board.advance(0.5)
    assert sim.nothing_turns()


def test_a_move_outside_the_travel_is_an_alarm_and_never_sent_again() -> None:
    sim = Rig().loaded()
    lines = (JobLine("G21G90G94"), JobLine("G0X-300", (-300.0, -18.0, 0.0)))
    with pytest.raises(BoardAlarm, match="leave the travel"):
        sim.cutter.run(CutJob(lines, (-60.0, -18.0, 0.0)), lambda _: None)
    assert sim.sent.count(b"X-300") == 1
    sim.cutter.recover()


def test_a_bug_in_the_caller_stops_the_wheel_too() -> None:
    sim = Rig().loaded()

    def fail(_fraction: float) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sim.cutter.run(sim.job, fail)
    assert sim.nothing_turns()
    with pytest.raises(HardwareFault, match="program failed"):
        sim.cutter.deliver()


def test_no_log_line_of_a_whole_key_or_of_its_failure_holds_any_of_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sim = Rig().loaded()
    sim.cut()
    replace_line(sim, 8, b"G1X-82.024Y-29F480")
    with pytest.raises(HardwareFault) as caught:
        sim.cut()
    text = caplog.text + str(caught.value) + repr(caught.value)
    for line in sim.job.lines:
        if line.cutting:
            assert line.text not in text


def test_a_macro_that_is_not_plain_is_bad_input_naming_its_line() -> None:
    macros = machine().macros.model_copy(update={"check": ("G53 G0 Y-2", "G91 G0 X5", "X-5", "M3 S100", "G53 G0 Y9")})
    with pytest.raises(BadInput) as caught:
        GrblCutter(lambda: None, machine().model_copy(update={"macros": macros}), ManualClock())
    assert [problem.field for problem in caught.value.problems] == [f"macros.check[{n}]" for n in (2, 3, 4, 5)]


def test_after_a_reset_in_motion_the_boards_own_place_is_not_believed() -> None:
    """Now and then a real board says Idle after a reset in motion, and not ALARM:3."""
    sim = Rig().loaded()

    def never_at_rest(data: bytes, _now_s: float) -> bytes:
        return data.replace(b"<Hold:0", b"<Hold:1").replace(b"ALARM:3\r\n", b"").replace(b"<Alarm", b"<Idle")

    sim.link.up = never_at_rest
    with pytest.raises(Stopped):
        sim.cutter.run(sim.job, at_fraction(sim, 0.6, lambda: from_another_thread(sim.cutter.stop)))
    sim.sent.clear()
    sim.cutter.recover()
    assert b"$J" not in sim.sent
    assert b"$H" in sim.sent


@pytest.mark.parametrize("off_mm", [(0.0, 0.4, 0.0), (0.3, 0.0, 0.0), (0.0, 0.0, 0.5)])
def test_a_wheel_that_was_lifted_to_another_place_than_asked_is_a_fault(off_mm: tuple[float, float, float]) -> None:
    sim = Rig().loaded()
    with pytest.raises(Stopped):
        sim.cutter.run(sim.job, at_fraction(sim, 0.6, lambda: from_another_thread(sim.cutter.stop)))
    sim.sent.clear()
    place = re.compile(rb"MPos:(-?[\d.]+),(-?[\d.]+),(-?[\d.]+)")

    def elsewhere(data: bytes, _now_s: float) -> bytes:
        if b"$J" not in sim.sent:
            return data
        return place.sub(
            lambda seen: (
                b"MPos:"
                + b",".join(
                    f"{float(part) + off:.3f}".encode() for part, off in zip(seen.groups(), off_mm, strict=True)
                )
            ),
            data,
        )

    sim.link.up = elsewhere
    with pytest.raises(PathDeviation, match="lifted"):
        sim.cutter.recover()
    assert b"$H" not in sim.sent
