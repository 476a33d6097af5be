"""A kiosk's computer that is held up by other work: what the board said lies a while before anybody hears it."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from hardware.clock import Clock
from hardware.errors import PathDeviation
from hardware.grbl.cutter import GrblCutter
from hardware.grbl.events import StatusReport
from hardware.grbl.tachometer import await_speed
from hardware.ports import ByteLink, JogEnd
from tests.cutting.keys import machine
from tests.support.promise_machine import Hands
from tests.support.transcript import ManualClock

LONGEST_S = 1.5


class HeldUpLink:
    """A port whose reader now and then gets no time to look at what it has read; the machine goes on meanwhile."""

    def __init__(self, link: ByteLink, clock: Clock, held_s: Callable[[], float]) -> None:
        self._link, self._clock, self._held_s = link, clock, held_s

    def read(self, timeout_s: float) -> bytes:
        data = self._link.read(timeout_s)
        if data:
            self._clock.sleep(self._held_s())
        return data

    def write(self, data: bytes) -> None:
        self._link.write(data)

    def close(self) -> None:
        self._link.close()


@pytest.mark.parametrize("seed", range(4))
def test_a_computer_that_is_held_up_takes_no_sound_machine_for_one_off_its_path(seed: int) -> None:
    hands, chance = Hands(), random.Random(seed)
    sim = hands.sim

    def now_and_then_s() -> float:
        return chance.uniform(0.0, LONGEST_S) if chance.random() < 0.2 else 0.0

    cutter = GrblCutter(lambda: HeldUpLink(sim.link(), sim.clock, now_and_then_s), machine(), sim.clock)
    cutter.connect()
    cutter.home()
    cutter.load(1, hands.plan.blade_height_mm)
    cutter.run(hands.job, lambda _: None)
    cutter.deliver()
    assert len(sim.chute) == 1
    assert cutter.fault is None


def test_a_jog_whose_end_is_heard_late_has_ended() -> None:
    sim, held_s = Hands().sim, [0.0]
    cutter = GrblCutter(lambda: HeldUpLink(sim.link(), sim.clock, lambda: held_s[0]), machine(), sim.clock)
    cutter.connect()
    cutter.home()
    held_s[0] = 2.5
    assert cutter.jog("x", -40.0, lambda: True) is JogEnd.DONE
    assert cutter.fault is None


class LateBoard:
    """Answers at once and is heard ten seconds later; its wheel has come to speed by the second look."""

    def __init__(self, clock: ManualClock, measured_rpm: list[float]) -> None:
        self._clock, self._measured_rpm = clock, measured_rpm

    def query(self) -> StatusReport:
        self._clock.sleep(10.0)
        rpm = self._measured_rpm.pop(0) if len(self._measured_rpm) > 1 else self._measured_rpm[0]
        return StatusReport("Idle", measured_rpm=rpm)


def test_a_wheel_that_came_to_speed_while_nobody_looked_is_at_speed_and_one_that_never_does_is_not() -> None:
    wheel, clock = machine().wheel.model_copy(update={"tachometer": True}), ManualClock()
    await_speed(LateBoard(clock, [0.0, 6000.0]), wheel, 6000.0, clock)
    with pytest.raises(PathDeviation, match="does not reach"):
        await_speed(LateBoard(clock, [0.0]), wheel, 6000.0, clock)
