"""What the wheel leaves: the exact envelope of its profile along the path."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.machine.blade import METAL_GRID_MM, Blade, GroundWheel, new_blade
from tests.simulator.machine.parts import Hand, catalogue

WHEEL = GroundWheel(flat_mm=0.762, slope=1.0)


def slab(length_mm: float = 20.0, height_mm: float = 8.0) -> Blade:
    x = np.arange(0.0, length_mm + METAL_GRID_MM / 2, METAL_GRID_MM)
    return Blade("SLAB", x, np.full(x.shape, height_mm), np.zeros(x.shape), height_mm)


def sampled(blade: Blade, start: tuple[float, float], end: tuple[float, float], wheel: GroundWheel) -> np.ndarray:
    """What is left if the wheel is set down at two thousand places along the way."""
    left = blade.top_mm.copy()
    for t in np.linspace(0, 1, 2001):
        x, h = start[0] + t * (end[0] - start[0]), start[1] + t * (end[1] - start[1])
        left = np.minimum(left, h + wheel.above(blade.x_mm - x))
    return left


@given(*(st.tuples(st.floats(1, 19), st.floats(2, 11)) for _ in range(2)), st.floats(0.3, 2), st.floats(0.5, 2))
@settings(max_examples=40, deadline=None)
def test_a_sweep_leaves_what_ever_finer_sampling_would(
    start: tuple[float, float], end: tuple[float, float], flat_mm: float, slope: float
) -> None:
    wheel = GroundWheel(flat_mm, slope)
    blade = slab()
    expected = sampled(blade, start, end, wheel)
    blade.sweep(start, end, wheel)
    step_mm = max(abs(end[0] - start[0]) * slope, abs(end[1] - start[1])) / 2000
    assert np.all(blade.top_mm <= expected + 1e-9)
    assert np.max(expected - blade.top_mm) <= step_mm + 1e-9


@given(st.lists(st.tuples(st.floats(0, 20), st.floats(1, 12)), min_size=2, max_size=6))
@settings(max_examples=40, deadline=None)
def test_metal_only_goes(points: list[tuple[float, float]]) -> None:
    blade = slab()
    gone = 0.0
    for start, end in pairwise(points):
        before = blade.top_mm.copy()
        gone += blade.sweep(start, end, WHEEL)
        assert np.all(blade.top_mm <= before)
    assert gone == pytest.approx(float((8.0 - blade.top_mm).sum()) * METAL_GRID_MM, abs=1e-6)


def test_cutting_a_path_in_pieces_leaves_the_same() -> None:
    whole, pieces = slab(), slab()
    whole.sweep((4, 5), (12, 3), WHEEL)
    for i in range(16):
        pieces.sweep((4 + i / 2, 5 - i / 8), (4.5 + i / 2, 5 - (i + 1) / 8), WHEEL)
    assert np.allclose(whole.top_mm, pieces.top_mm, atol=1e-9)


def test_a_plunge_leaves_the_wheels_own_profile() -> None:
    blade = slab()
    blade.sweep((10, 12), (10, 5), WHEEL)
    left = np.interp([10, 10.381, 11.381, 13.381], blade.x_mm, blade.top_mm)
    assert left == pytest.approx([5, 5, 6, 8], abs=0.002)


def test_a_worn_wheel_cuts_too_high_and_one_out_of_true_too_deep() -> None:
    for wheel, depth in ((GroundWheel(0.762, 1, worn_mm=0.08), 5.08), (GroundWheel(0.762, 1, runout_mm=0.08), 4.92)):
        blade = slab()
        blade.sweep((10, 12), (10, 5), wheel)
        assert blade.top_mm.min() == pytest.approx(depth)


def test_a_blade_does_not_show_its_shape() -> None:
    assert repr(new_blade("KW1", catalogue())) == "Blade(KW1)"


def test_a_cut_over_the_wire_is_as_deep_as_told_within_a_step_and_the_play() -> None:
    hand = Hand()
    hand.ready()
    hand.cut((6, 5.5), (10, 5.5))
    blade = hand.carousel.clamped
    assert blade is not None
    assert blade.top_mm[(blade.x_mm > 6.2) & (blade.x_mm < 9.8)] == pytest.approx(5.5, abs=0.01)
    assert hand.world.incidents.plunged_still == 0


def test_pushing_a_still_wheel_into_metal_is_noticed_and_cuts_nothing() -> None:
    hand = Hand()
    hand.ready()
    hand.say(f"G90G53G0{hand.over(6, 12)}", f"G1{hand.over(6, 5)}F300", f"G1{hand.over(6, 12)}F300", "G4P0.01")
    assert hand.carousel.clamped is not None
    assert not hand.carousel.clamped.cut
    assert hand.world.incidents.plunged_still > 0


def test_a_reset_in_the_cut_leaves_the_cut_unfinished() -> None:
    hand = Hand()
    hand.ready()
    hand.say(
        "M3S6000", "G4P1", f"G90G53G0{hand.over(6, 12)}", f"G1{hand.over(6, 5.5)}F300", f"G1{hand.over(16, 5.5)}F300"
    )
    hand.sim.clock.sleep(2.0)
    hand.link.write(b"\x18")
    hand.sim.clock.sleep(2.0)
    blade = hand.carousel.clamped
    assert blade is not None
    assert blade.top_mm[600] < 6
    assert blade.top_mm[1600] > 8
    assert hand.world.wheel.commanded_rpm == 0
