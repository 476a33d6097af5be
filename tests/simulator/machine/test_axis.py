"""A slide and its hard stops: steps against an end are lost, the way back is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.machine.axis import Slide
from tests.simulator.machine.parts import Hand

STEPS_PER_MM = 250.0


def slide(at_mm: float = -10.0, backlash_mm: float = 0.0) -> Slide:
    return Slide(STEPS_PER_MM, backlash_mm, at_mm, False, (-24.0, 4.0))


def steps(mm: float) -> int:
    return round(mm * STEPS_PER_MM)


def test_beyond_its_stop_a_slide_does_not_go_and_comes_back_at_once() -> None:
    it = slide()
    it.drive(steps(30))
    assert it.at_mm == 4.0
    assert it.stalled
    it.drive(steps(25))
    assert it.at_mm == pytest.approx(-1.0)
    assert not it.stalled


def test_steps_lost_at_a_stop_stay_lost() -> None:
    it = slide()
    it.drive(steps(-20))
    it.drive(0)
    assert it.at_mm == pytest.approx(-4.0), "six millimetres were lost at the far end"


@given(st.lists(st.integers(-20000, 20000), max_size=30), st.floats(0, 0.5))
def test_a_slide_never_leaves_its_stops(motor: list[int], backlash_mm: float) -> None:
    it = slide(backlash_mm=backlash_mm)
    for count in motor:
        it.drive(count)
        assert -24.0 <= it.at_mm <= 4.0


@given(st.lists(st.integers(-3000, 3000), min_size=1, max_size=30))
def test_between_its_stops_a_slide_loses_nothing(motor: list[int]) -> None:
    it = slide()
    for count in motor:
        it.drive(count)
    assert it.at_mm == pytest.approx(-10.0 + motor[-1] / STEPS_PER_MM)


def test_a_machine_driven_into_its_end_stands_there_and_the_board_does_not_know() -> None:
    hand = Hand()
    hand.ready()
    hand.say("$20=0")
    hand.say("G90G53G0Y-60F100", "G4P0.01")
    assert hand.world.position_mm[1] == pytest.approx(-hand.sim.machine.y.travel_mm - 4.0)
    assert hand.world.incidents.ran_into_end == 1
    hand.say("G53G0Y-59", "G4P0.01")
    assert hand.world.position_mm[1] == pytest.approx(-hand.sim.machine.y.travel_mm - 3.0, abs=0.02)


def test_homing_finds_the_true_place_again_after_an_end_was_hit() -> None:
    hand = Hand()
    hand.ready()
    hand.say("$20=0")
    hand.say("G90G53G0X-300", "G4P0.01")
    hand.say("$H")
    hand.say("G53G0X-50", "G4P0.01")
    assert hand.world.position_mm[0] == pytest.approx(-50, abs=0.02)
