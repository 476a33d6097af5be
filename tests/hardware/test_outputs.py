"""Wheel and clamp while a key is cut: one stray byte on the wire switches either, and the board says so."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from hardware.errors import HardwareFault, LinkGarbled, PathDeviation
from hardware.grbl.cutter import GrblCutter
from hardware.grbl.events import StatusReport
from hardware.grbl.modal import ModalWords
from hardware.grbl.wire import parse_line
from tests.cutting.keys import machine
from tests.support.promise_machine import Hands, Tap

FLOOD, SPINDLE_STOP = b"\xa0", b"\x9e"


def cut_with(hands: Hands, share: float, stray: bytes) -> list[float]:
    """Cut, and let a stray byte reach the board when so much is done; when it came and when the cut had ended."""
    at_s: list[float] = []

    def progress(done: float) -> None:
        if done >= share and not at_s:
            at_s.append(hands.sim.timeline.now_s)
            with hands.sim.timeline.lock:
                hands.sim.firmware.receive(stray)

    with pytest.raises((PathDeviation, LinkGarbled)):
        hands.cutter.run(hands.job, progress)
    return at_s


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.97, 0.995])
def test_a_clamp_opened_by_a_stray_byte_ends_the_cut_within_a_few_reports(share: float) -> None:
    hands = Hands().loaded()
    (at_s,) = cut_with(hands, share, FLOOD)
    assert hands.rests
    assert hands.sim.timeline.now_s - at_s < 1.5, "with the hold and the reset that follow"
    with pytest.raises((PathDeviation, LinkGarbled)):
        hands.cutter.deliver()
    assert hands.sim.chute == []


@pytest.mark.parametrize(
    ("line", "outputs"),
    [("M3S6000", "S"), ("M4S6000", "C"), ("M5", ""), ("M8", "F"), ("M7", "M"), ("M9", ""), ("G0X-5", "")],
)
def test_the_outputs_a_line_leaves_on(line: str, outputs: str) -> None:
    assert ModalWords().after(line).outputs == frozenset(outputs)


@pytest.mark.parametrize("letters", ["", "C", "SF", "SM", "F"])
def test_each_output_that_was_not_told_is_a_fault_in_a_watched_report(letters: str) -> None:
    hands = Hands().loaded()
    changed: list[bool] = []

    class Liar(Tap):
        def read(self, timeout_s: float) -> bytes:
            data = super().read(timeout_s)
            return re.sub(rb"\|A:[A-Z]+", f"|A:{letters}".encode() if letters else b"", data) if changed else data

    hands.cutter = GrblCutter(lambda: Liar(hands.sim.link(), hands), machine(), hands.sim.clock)
    hands.loaded()
    with pytest.raises(PathDeviation, match="wheel"):
        hands.cutter.run(hands.job, lambda done: changed.append(True) if done > 0.2 else None)
    assert hands.rests


# A tachometer.


def test_a_measured_speed_is_the_third_figure_of_fs() -> None:
    seen = parse_line(b"<Run|MPos:0.000,0.000,0.000|FS:480,6000,5870>")
    assert isinstance(seen, StatusReport)
    assert (seen.feed_mm_min, seen.spindle_rpm, seen.measured_rpm) == (480, 6000, 5870)
    plain = parse_line(b"<Run|MPos:0.000,0.000,0.000|FS:480,6000>")
    assert plain == replace(seen, measured_rpm=None)


class Measured(Tap):
    """A board that measures its wheel: the simulated one's own speed, as far as it goes."""

    def read(self, timeout_s: float) -> bytes:
        data = super().read(timeout_s)
        sim = self._hands.sim
        rpm = sim.world.wheel.rpm(sim.timeline.now_s)
        return re.sub(rb"\|FS:([\d.]+),([\d.]+)", rb"|FS:\1,\2,%d" % rpm, data)


def with_tachometer(hands: Hands, tap: type[Tap] = Measured) -> Hands:
    wheel = machine().wheel.model_copy(update={"tachometer": True})
    hands.cutter = GrblCutter(
        lambda: tap(hands.sim.link(), hands), machine().model_copy(update={"wheel": wheel}), hands.sim.clock
    )
    return hands


def test_a_wheel_that_turns_as_it_should_cuts() -> None:
    with_tachometer(Hands()).loaded().cutter.run(Hands().job, lambda _: None)


def test_a_wheel_that_does_not_turn_never_goes_down() -> None:
    hands = with_tachometer(Hands()).loaded()
    hands.sim.world.wheel.faults.stalled = True
    with pytest.raises(PathDeviation, match="does not reach its speed"):
        hands.cutter.run(hands.job, lambda _: None)
    assert hands.sim.world.incidents.plunged_still == 0


def test_a_wheel_that_stalls_in_the_metal_ends_the_cut() -> None:
    hands = with_tachometer(Hands()).loaded()

    def progress(done: float) -> None:
        hands.sim.world.wheel.faults.stalled = done > 0.3

    with pytest.raises(PathDeviation, match="lost its speed"):
        hands.cutter.run(hands.job, progress)


def test_a_board_that_measures_nothing_is_no_board_with_a_tachometer() -> None:
    hands = with_tachometer(Hands(), Tap).loaded()
    with pytest.raises(HardwareFault, match="no measured speed"):
        hands.cutter.run(hands.job, lambda _: None)
