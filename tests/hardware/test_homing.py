"""Homing: the wheel is lifted before it, and what it found is tried a second time."""

from __future__ import annotations

from functools import partial

import pytest

from hardware.errors import HardwareFault, HomingUnsure
from hardware.grbl.cutter import GrblCutter
from simulator.faults.injection import FaultPanel
from tests.cutting.keys import machine
from tests.support.promise_machine import Hands


def test_the_home_button_lifts_a_wheel_that_stands_low_before_all_axes_move() -> None:
    hands = Hands().homed()
    for _ in range(3):
        hands.cutter.jog("y", -10.0, lambda: True)
    hands.sent.clear()
    hands.cutter.home()
    assert hands.sent.index(b"$J=") < hands.sent.index(b"$H")


def stands_where_it_says(hands: Hands) -> bool:
    place = hands.sim.world.position_mm
    core = hands.sim.firmware.core
    said = core.to_mm(core.position())
    return all(abs(a - b) < 0.1 for a, b in zip(said, place, strict=True))


@pytest.mark.parametrize("axis", ["x", "y", "z"])
@pytest.mark.parametrize("at_s", [0.0, 0.4, 1.3, 2.4])
def test_a_switch_that_chatters_while_homing_is_a_fault_or_does_no_harm(axis: str, at_s: float) -> None:
    hands = Hands()
    hands.cutter.connect()
    hands.later(at_s, lambda: FaultPanel(hands.sim).set("limit_bounce", {"axis": axis, "count": 60}))
    try:
        hands.cutter.home()
    except HardwareFault:
        assert hands.rests
        return
    assert stands_where_it_says(hands)


def test_a_first_homing_at_a_wrong_origin_is_put_right_by_the_second() -> None:
    """The switch closes once far from its place: the board takes that for its origin and says ok."""
    hands = Hands()
    hands.cutter.connect()
    world = hands.sim.world

    def closes(axis: int) -> None:
        world.sensors.limits_closed |= 1 << axis
        world.changed()

    def opens(axis: int) -> None:
        world.sensors.limits_closed &= ~(1 << axis)
        world.changed()

    for axis, at_s in ((2, 0.10), (2, 0.30), (0, 0.9), (0, 1.1)):
        hands.later(at_s, partial(closes, axis))
        hands.later(at_s + 0.02, partial(opens, axis))
    hands.cutter.home()
    assert stands_where_it_says(hands)


def test_homings_that_never_agree_are_a_fault() -> None:
    hands = Hands()
    board = machine().board.model_copy(update={"homing_feed_mm_min": 20.0})
    changed = machine().model_copy(update={"board": board})
    hands.sim.firmware.core.settings.values[24] = 200.0
    cutter = GrblCutter(hands.sim.link, changed, hands.sim.clock)
    cutter.latch.open_board()
    cutter.latch.connected().reset()
    with pytest.raises(HomingUnsure):
        cutter.home()
    assert cutter.fault is not None
    assert cutter.fault.code == "HOMING"


@pytest.mark.parametrize("lost_mm", [3.0, -3.0, 0.8, -0.8])
def test_steps_lost_on_the_way_to_the_chute_drop_no_copy_beside_it(lost_mm: float) -> None:
    hands = Hands().loaded()
    hands.cutter.run(hands.job, lambda _: None)
    hands.cutter.present_to_check()
    written: list[bool] = []
    hands.sim.world.slides[0]._origin_mm += lost_mm
    try:
        hands.cutter.deliver(lambda: written.append(True))
    except HardwareFault:
        assert written == [], "nothing says that a copy was about to fall"
        assert hands.rests
        return
    assert (len(hands.sim.chute), hands.sim.world.carousel.floor) == (1, [])
    assert stands_where_it_says(hands)


def test_the_words_in_force_hold_over_a_homing_without_a_reset() -> None:
    hands = Hands().loaded()
    hands.cutter.run(hands.job, lambda _: None)
    hands.cutter.home()
    hands.cutter.reject()
