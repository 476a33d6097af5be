"""The cut plan: what the wheel leaves is the key that was wanted, and what cannot be cut is refused with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.keyway import Blank, Keyway
from config.machine import Machine
from kiosk.cutting.gcode import to_gcode
from kiosk.cutting.plan import AIR_MM, CutPlan, PlanRefusal, plan_cuts
from tests.cutting.keys import bittings, blank, machine

STOCKED = ("KW1", "KW5", "SC1", "SC4", "M1")
GRID_MM = 0.01


@dataclass
class Blade:
    """Metal over a grid, cut by array arithmetic: independent of the planner's own geometry."""

    x_mm: np.ndarray
    top_mm: np.ndarray


def cut_blade(plan: CutPlan, chosen: Blank, machine: Machine) -> Blade:
    x = np.arange(0, chosen.blade_length_mm + GRID_MM / 2, GRID_MM)
    top = np.full_like(x, plan.blade_height_mm)
    wheel = machine.wheel
    slope = 1 / np.tan(np.radians(wheel.angle_deg / 2))
    for a, b in pairwise(plan.path):
        steps = max(2, int(np.hypot(b.x_mm - a.x_mm, b.height_mm - a.height_mm) / 0.02) + 1)
        for centre, edge in zip(
            np.linspace(a.x_mm, b.x_mm, steps), np.linspace(a.height_mm, b.height_mm, steps), strict=True
        ):
            if edge < plan.blade_height_mm:
                rim = edge + np.maximum(0, np.abs(x - centre) - wheel.flat_mm / 2) * slope
                np.minimum(top, rim, out=top)
    return Blade(x, top)


def with_wheel(flat_mm: float, angle_deg: float) -> Machine:
    wheel = machine().wheel.model_copy(update={"flat_mm": flat_mm, "angle_deg": angle_deg})
    return machine().model_copy(update={"wheel": wheel})


def planned(code: str, bitting: str, on: Machine | None = None) -> CutPlan | PlanRefusal:
    keyway, chosen = blank(code)
    return plan_cuts(keyway, chosen, bitting, on or machine())


@settings(max_examples=60, deadline=None)
@given(key=bittings(STOCKED), flat_mm=st.floats(0.3, 0.78), angle_deg=st.floats(80, 90))
def test_no_wheel_gouges_and_every_root_is_reached(
    key: tuple[Keyway, Blank, tuple[str, ...]], flat_mm: float, angle_deg: float
) -> None:
    keyway, chosen, bitting = key
    on = with_wheel(flat_mm, angle_deg)
    plan = plan_cuts(keyway, chosen, bitting, on)
    assert isinstance(plan, CutPlan)
    blade = cut_blade(plan, chosen, on)
    wanted = np.interp(blade.x_mm, plan.wanted[:, 0], plan.wanted[:, 1])
    assert float(np.max(wanted - blade.top_mm)) <= 0.01, "gouged"
    for position, root in zip(plan.positions_mm, plan.roots_mm, strict=True):
        near = np.abs(blade.x_mm - position) < 0.15
        assert np.allclose(blade.top_mm[near], root, atol=0.012)
    assert float(np.max(blade.top_mm - wanted)) <= 0.02, "metal left"


@settings(max_examples=40, deadline=None)
@given(key=bittings((*STOCKED, "BEST-A-6", "AR1", "WR3", "Y1", "AM7")))
def test_a_plan_starts_and_ends_retracted_and_never_enters_shoulder_or_clamp(
    key: tuple[Keyway, Blank, tuple[str, ...]],
) -> None:
    keyway, chosen, bitting = key
    on = machine()
    plan = plan_cuts(keyway, chosen, bitting, on)
    if isinstance(plan, PlanRefusal):
        assert plan is PlanRefusal.BEYOND_BLADE
        return
    heights = [point.height_mm for point in plan.path]
    assert heights[0] == heights[-1] == on.cutting.retract_height_mm
    assert min(heights) >= min(plan.roots_mm) - 0.003
    for point in plan.path:
        half = on.wheel.flat_mm / 2 + max(0, plan.blade_height_mm - point.height_mm)
        if point.height_mm < plan.blade_height_mm:
            assert point.x_mm - half >= -1e-6, "the wheel touches the shoulder"
    for a, b in pairwise(plan.path):
        if b.feed_mm_min is None:
            assert min(a.height_mm, b.height_mm) >= plan.blade_height_mm + AIR_MM - 1e-6, "a rapid in metal"


@pytest.mark.parametrize(
    ("code", "bitting", "reason"),
    [
        ("KW1", "3524", PlanRefusal.WRONG_LENGTH),
        ("KW1", "352449", PlanRefusal.UNKNOWN_DEPTH),
        ("KW1", "8", PlanRefusal.UNKNOWN_DEPTH),
        ("KW1", "17171", PlanRefusal.MACS_BROKEN),
        ("SC1", "53194", PlanRefusal.MACS_BROKEN),
    ],
)
def test_a_bitting_nobody_makes_is_refused_with_its_reason(code: str, bitting: str, reason: PlanRefusal) -> None:
    assert planned(code, bitting) is reason


def test_a_wheel_wider_or_blunter_than_the_cut_is_refused() -> None:
    assert planned("SC1", "53293", with_wheel(0.8, 90)) is PlanRefusal.WHEEL_TOO_WIDE
    assert planned("KW1", "35244", with_wheel(0.76, 100)) is PlanRefusal.WHEEL_TOO_WIDE


def test_a_tip_stop_key_needs_a_clamp_that_holds_tips() -> None:
    clamp = machine().clamp.model_copy(update={"stops": ("shoulder",)})
    shoulder_only = machine().model_copy(update={"clamp": clamp})
    assert planned("BEST-A-6", "012345", shoulder_only) is PlanRefusal.STOP_NOT_HELD
    assert isinstance(planned("BEST-A-6", "012345"), CutPlan)


def test_a_tip_stop_key_is_measured_from_the_face_behind_its_nose() -> None:
    keyway, chosen = blank("BEST-A-6")
    plan = planned("BEST-A-6", "012345")
    assert isinstance(plan, CutPlan)
    assert keyway.spec is not None
    assert plan.positions_mm[0] == pytest.approx(chosen.blade_length_mm - 1.7018 - 2.032, abs=1e-3)
    assert plan.positions_mm[0] > plan.positions_mm[-1]


def test_a_path_outside_the_travel_is_refused() -> None:
    y = machine().y.model_copy(update={"travel_mm": 25.0})
    assert planned("KW1", "57777", machine().model_copy(update={"y": y})) is PlanRefusal.BEYOND_TRAVEL
    clamp = machine().clamp.model_copy(update={"shoulder_x_mm": -10.0})
    assert planned("KW1", "35244", machine().model_copy(update={"clamp": clamp})) is PlanRefusal.BEYOND_TRAVEL


def test_a_feed_faster_than_an_axis_is_refused() -> None:
    cutting = machine().cutting.model_copy(update={"feed_mm_min": 3000.0})
    assert planned("KW1", "35244", machine().model_copy(update={"cutting": cutting})) is PlanRefusal.BEYOND_FEED


def test_a_cut_off_the_blade_is_refused() -> None:
    keyway, chosen = blank("KW1")
    short = chosen.model_copy(update={"blade_length_mm": 22.0})
    assert plan_cuts(keyway, short, "35244", machine()) is PlanRefusal.BEYOND_BLADE


def test_a_first_cut_the_wheel_could_reach_only_through_the_shoulder_is_refused() -> None:
    keyway, chosen = blank("KW1")
    assert keyway.spec is not None
    near = keyway.model_copy(update={"spec": keyway.spec.model_copy(update={"first_cut_mm": 3.0})})
    assert plan_cuts(near, chosen, "62224", machine()) is PlanRefusal.BEYOND_BLADE


def test_no_bite_is_deeper_than_the_machine_file_allows() -> None:
    keyway, chosen = blank("SC1")
    for bite in (0.5, 1.0, 2.0, 4.0):
        cutting = machine().cutting.model_copy(update={"max_bite_mm": bite})
        plan = plan_cuts(keyway, chosen, "92929", machine().model_copy(update={"cutting": cutting}))
        assert isinstance(plan, CutPlan)
        passes, lowest = [], plan.blade_height_mm
        for point in plan.path:
            if point.feed_mm_min is None and lowest < plan.blade_height_mm:
                passes.append(lowest)
                lowest = plan.blade_height_mm
            lowest = min(lowest, point.height_mm)
        depths = [plan.blade_height_mm, *passes]
        assert all(0 < a - b <= bite + 1e-6 for a, b in pairwise(depths))
        assert depths[-1] == pytest.approx(min(plan.roots_mm))


def test_the_path_follows_the_touch_off() -> None:
    keyway, chosen = blank("KW1")
    plain = plan_cuts(keyway, chosen, "35244", machine())
    lifted = plan_cuts(keyway, chosen, "35244", machine(), edge_error_mm=0.04)
    assert isinstance(plain, CutPlan)
    assert isinstance(lifted, CutPlan)
    assert min(p.height_mm for p in lifted.path) == pytest.approx(min(p.height_mm for p in plain.path) + 0.04)
    assert lifted.roots_mm == plain.roots_mm


@settings(max_examples=12, deadline=None)
@given(key=bittings(("KW1", "SC1", "M1")), seed=st.integers(0, 10_000))
def test_a_worn_outline_is_copied_as_it_is(key: tuple[Keyway, Blank, tuple[str, ...]], seed: int) -> None:
    keyway, chosen, bitting = key
    factory = plan_cuts(keyway, chosen, bitting, machine())
    assert isinstance(factory, CutPlan)
    rng = np.random.default_rng(seed)
    x = np.arange(0, chosen.blade_length_mm, 0.03)
    worn = np.interp(x, factory.wanted[:, 0], factory.wanted[:, 1]) - 0.12
    worn = np.convolve(np.pad(worn, 3, mode="edge"), np.ones(7) / 7, mode="valid")
    worn = np.minimum(worn, 3 + (chosen.blade_length_mm - x) * 1.25)  # the tip falls away
    outline = np.stack([x, worn + rng.normal(0, 0.003, x.size)], axis=1)
    plan = plan_cuts(keyway, chosen, bitting, machine(), outline=outline)
    assert isinstance(plan, CutPlan)
    blade = cut_blade(plan, chosen, machine())
    for position in plan.positions_mm:
        near = np.abs(blade.x_mm - position) < 0.15
        target = np.interp(blade.x_mm[near], x, worn)
        assert float(np.mean(blade.top_mm[near] - target)) == pytest.approx(0, abs=0.03)
    assert len(to_gcode(plan, machine()).lines) < 300


def test_nothing_of_a_key_is_in_the_repr_of_its_plan() -> None:
    plan = planned("KW1", "35244")
    assert isinstance(plan, CutPlan)
    job = to_gcode(plan, machine())
    for shown in (repr(plan), repr(plan.path[3]), repr(job), repr(job.lines[6])):
        assert not re.search(r"\d\.\d|G1|X-", shown)
