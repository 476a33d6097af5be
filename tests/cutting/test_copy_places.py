"""Right depths in wrong places are no key: whatever lies off along the blade never passes, and what is good does."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from config.keyway import Blank, Keyway
from kiosk.cutting.check import check_copy
from kiosk.cutting.measure import measure_copy
from kiosk.cutting.plan import CutPlan, PlanRefusal, factory_profile, plan_cuts
from kiosk.key.reading import Profile
from simulator.machine.blade import Blade, GroundWheel, new_blade
from simulator.optics.check import render_check
from simulator.optics.settings import Optics
from tests.cutting.keys import bittings, blank, catalogue, machine

LIMITS = machine().check
STOCKED = ("KW1", "KW5", "SC1", "SC4", "M1")
BLANKS = (*STOCKED, "AR1", "WR3", "Y1", "AM7", "BEST-A-6")
Drawn = tuple[Keyway, Blank, tuple[str, ...]]


def planned(key: Drawn) -> CutPlan:
    plan = plan_cuts(*key, machine())
    assume(not isinstance(plan, PlanRefusal))
    assert isinstance(plan, CutPlan)
    return plan


def cut_by(plan: CutPlan, code: str, *, x_mm: float = 0.0, depth_mm: float = 0.0) -> Blade:
    """The blade a machine leaves that runs the plan's path, off by so much."""
    wheel = machine().wheel
    shape = GroundWheel(wheel.flat_mm, 1 / np.tan(np.radians(wheel.angle_deg / 2)))
    blade = new_blade(code, catalogue())
    points = [(point.x_mm + x_mm, point.height_mm + depth_mm) for point in plan.path]
    for start, end in pairwise(points):
        blade.sweep(start, end, shape)
    return blade


def edge_of(blade: Blade) -> Profile:
    return np.stack([blade.x_mm, blade.top_mm], axis=1)


def edge_with(key: Drawn, positions_mm: list[float], roots_mm: list[float], plan: CutPlan) -> Profile:
    """A perfect blade with cuts at these places."""
    keyway, chosen, _ = key
    assert keyway.spec is not None
    line = factory_profile(keyway.spec, chosen, positions_mm, roots_mm, plan.blade_height_mm)
    x = np.arange(0.05, chosen.blade_length_mm, 0.02)
    return np.stack([x, np.interp(x, [p[0] for p in line], [p[1] for p in line])], axis=1)


@settings(max_examples=40, deadline=None)
@given(key=bittings(STOCKED), x_mm=st.floats(-0.02, 0.02), depth_mm=st.floats(-0.02, 0.02))
def test_a_copy_cut_as_planned_passes(key: Drawn, x_mm: float, depth_mm: float) -> None:
    plan = planned(key)
    errors = check_copy(plan, edge_of(cut_by(plan, key[1].code, x_mm=x_mm, depth_mm=depth_mm)), LIMITS)
    assert errors.passed, errors
    assert errors.shift_mm == pytest.approx(x_mm, abs=0.02)


@settings(max_examples=60, deadline=None)
@given(key=bittings(STOCKED), x_mm=st.floats(0.1, 1.0), back=st.booleans(), depth_mm=st.floats(-0.04, 0.04))
def test_cuts_shifted_along_the_blade_never_pass(key: Drawn, x_mm: float, back: bool, depth_mm: float) -> None:
    plan = planned(key)
    blade = cut_by(plan, key[1].code, x_mm=-x_mm if back else x_mm, depth_mm=depth_mm)
    assert not check_copy(plan, edge_of(blade), LIMITS).passed


@settings(max_examples=40, deadline=None)
@given(key=bittings(STOCKED), x_mm=st.floats(0.13, 1.0), back=st.booleans())
def test_a_blank_that_slipped_along_the_clamp_never_passes(key: Drawn, x_mm: float, back: bool) -> None:
    plan = planned(key)
    edge = edge_of(cut_by(plan, key[1].code))
    edge[:, 0] += -x_mm if back else x_mm
    assert not check_copy(plan, edge[edge[:, 0] > 0], LIMITS).passed


@settings(max_examples=60, deadline=None)
@given(key=bittings(BLANKS), off_mm=st.floats(0.1, 0.8), shorter=st.booleans())
def test_scaled_spacing_never_passes(key: Drawn, off_mm: float, shorter: bool) -> None:
    """The cut furthest from the shoulder lies off by `off_mm`, the others in proportion."""
    plan = planned(key)
    scale = 1 + (-off_mm if shorter else off_mm) / max(plan.positions_mm)
    edge = edge_with(key, [x * scale for x in plan.positions_mm], list(plan.roots_mm), plan)
    assert not check_copy(plan, edge, LIMITS).passed


@settings(max_examples=60, deadline=None)
@given(key=bittings(BLANKS), order=st.randoms(use_true_random=False))
def test_depths_in_another_order_never_pass(key: Drawn, order: object) -> None:
    plan = planned(key)
    roots = list(plan.roots_mm)
    order.shuffle(roots)
    assume(tuple(roots) != plan.roots_mm)
    assert not check_copy(plan, edge_with(key, list(plan.positions_mm), roots, plan), LIMITS).passed


@settings(max_examples=60, deadline=None)
@given(key=bittings(BLANKS), which=st.integers(0, 7), more=st.booleans())
def test_one_cut_missing_or_one_too_many_never_passes(key: Drawn, which: int, more: bool) -> None:
    plan = planned(key)
    positions, roots = list(plan.positions_mm), list(plan.roots_mm)
    at = which % len(roots)
    if more and at + 1 < len(roots):
        positions.append((positions[at] + positions[at + 1]) / 2)
        roots.append(min(roots) - 0.2)
    else:
        del positions[at], roots[at]
    assert not check_copy(plan, edge_with(key, positions, roots, plan), LIMITS).passed


@settings(max_examples=60, deadline=None)
@given(key=bittings(BLANKS), which=st.integers(0, 7), x_mm=st.floats(0.1, 0.8), back=st.booleans())
def test_one_cut_in_the_wrong_place_never_passes(key: Drawn, which: int, x_mm: float, back: bool) -> None:
    plan = planned(key)
    positions = list(plan.positions_mm)
    positions[which % len(positions)] += -x_mm if back else x_mm
    there = edge_with(key, positions, list(plan.roots_mm), plan)
    unmoved = edge_with(key, list(plan.positions_mm), list(plan.roots_mm), plan)
    # Between deeper neighbours a cut may have no ramp of its own: the same metal is the same key, and what differs over
    # less than a tenth of a millimetre is dust.
    apart = np.lib.stride_tricks.sliding_window_view(np.abs(there[:, 1] - unmoved[:, 1]), 6).min(axis=1)
    assume(float(apart.max()) > 0.09)
    assert not check_copy(plan, there, LIMITS).passed


@pytest.mark.parametrize("code", ["KW1", "SC4", "M1"])
def test_the_camera_passes_good_copies_and_tells_a_slipped_blank(code: str) -> None:
    bitting = {"KW1": "35244", "SC4": "532930", "M1": "0527"}[code]
    plan = plan_cuts(*blank(code), bitting, machine())
    assert isinstance(plan, CutPlan)
    blade = cut_by(plan, code)
    for seed, slip_mm in enumerate((0.0, 0.0, 0.0, -0.2, 0.15, 0.4, -0.8)):
        picture = render_check(
            blade.x_mm + slip_mm, blade.top_mm, machine().views.check, Optics(), seed, bottom_mm=blade.bottom_mm
        )
        errors = check_copy(plan, measure_copy(picture, LIMITS), LIMITS)
        assert errors.passed == (slip_mm == 0), (slip_mm, errors)
        assert errors.tip_mm == pytest.approx(slip_mm, abs=0.06)
