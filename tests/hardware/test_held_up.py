"""A kiosk's computer that is held up by other work: what the board said lies a while before anybody hears it."""

from __future__ import annotations

import random

import pytest

from hardware.clock import Clock
from hardware.grbl.cutter import GrblCutter
from hardware.ports import ByteLink
from tests.cutting.keys import machine
from tests.support.promise_machine import Hands

LONGEST_S = 1.5


class HeldUpLink:
    """A port whose reader now and then gets no time to look at what it has read; the machine goes on meanwhile."""

    def __init__(self, link: ByteLink, clock: Clock, chance: random.Random) -> None:
        self._link, self._clock, self._chance = link, clock, chance

    def read(self, timeout_s: float) -> bytes:
        data = self._link.read(timeout_s)
        if data and self._chance.random() < 0.2:
            self._clock.sleep(self._chance.uniform(0.0, LONGEST_S))
        return data

    def write(self, data: bytes) -> None:
        self._link.write(data)

    def close(self) -> None:
        self._link.close()


@pytest.mark.parametrize("seed", range(4))
def test_a_computer_that_is_held_up_takes_no_sound_machine_for_one_off_its_path(seed: int) -> None:
    hands, chance = Hands(), random.Random(seed)
    sim = hands.sim
    cutter = GrblCutter(lambda: HeldUpLink(sim.link(), sim.clock, chance), machine(), sim.clock)
    cutter.connect()
    cutter.home()
    cutter.load(1, hands.plan.blade_height_mm)
    cutter.run(hands.job, lambda _: None)
    cutter.deliver()
    assert len(sim.chute) == 1
    assert cutter.fault is None
