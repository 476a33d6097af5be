"""The check before hand-over: a good copy passes, and every way of being bad fails, told only as errors."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.errors import CameraFault, JawMisplaced
from hardware.scan import Frame
from kiosk.cutting.check import (
    BAND_DEPTH_MM,
    STARTS_BY_MM,
    CopyErrors,
    check_copy,
    drift_mm,
    edge_correction_mm,
    has_drifted,
    wheel_is_worn,
)
from kiosk.cutting.measure import deepest_shadow, measure_copy
from kiosk.cutting.plan import CutPlan, plan_cuts
from kiosk.key.reading import Profile
from kiosk.session.settle import copy_is_there
from simulator.optics.check import render_check
from simulator.optics.settings import Optics
from tests.cutting.keys import blank, machine

LIMITS = machine().check


def plan_of(code: str, bitting: str) -> CutPlan:
    keyway, chosen = blank(code)
    plan = plan_cuts(keyway, chosen, bitting, machine())
    assert isinstance(plan, CutPlan)
    return plan


def edge_of(plan: CutPlan, *, shift_mm: float = 0.0, height_mm: float = 0.0) -> Profile:
    x = np.arange(0, plan.wanted[-1, 0], 0.02)
    return np.stack([x, np.interp(x - shift_mm, plan.wanted[:, 0], plan.wanted[:, 1]) + height_mm], axis=1)


def seen(edge: Profile, seed: int = 0, lift_mm: float = 0.0, tilt_deg: float = 0.0, off_mm: float = 0.0) -> Frame:
    tip = 3.0 + (edge[-1, 0] - edge[:, 0]) * 1.25
    return render_check(
        edge[:, 0],
        np.minimum(edge[:, 1], tip),
        machine().views.check,
        Optics(),
        seed,
        bottom_mm=np.maximum(0.0, 2.6 - (edge[-1, 0] - edge[:, 0]) * 1.5),
        lift_mm=lift_mm,
        tilt_deg=tilt_deg,
        off_mm=off_mm,
    )


@pytest.mark.parametrize(("code", "bitting"), [("KW1", "35244"), ("SC1", "53293"), ("SC4", "940404"), ("M1", "0527")])
def test_a_good_copy_passes_through_the_camera(code: str, bitting: str) -> None:
    plan = plan_of(code, bitting)
    for seed in range(3):
        picture = seen(edge_of(plan), seed, lift_mm=0.1 * seed, tilt_deg=0.2 * seed)
        errors = check_copy(plan, measure_copy(picture, LIMITS), LIMITS)
        assert errors.passed
        assert errors.largest_mm < 0.015


@pytest.mark.parametrize("off_mm", [-6.0, -3.0, -0.6, 0.6, 3.0, 9.0])
def test_a_good_copy_in_a_clamp_that_is_not_where_it_must_be_is_not_measured(off_mm: float) -> None:
    """X lost steps, or the camera was pushed. All else about the picture is right."""
    picture = seen(edge_of(plan_of("KW1", "35244")), off_mm=off_mm)
    with pytest.raises(JawMisplaced, match="jaw"):
        measure_copy(picture, LIMITS)


@pytest.mark.parametrize("off_mm", [-0.4, 0.4])
def test_a_jaw_within_its_tolerance_changes_nothing_in_the_measure(off_mm: float) -> None:
    plan = plan_of("KW1", "35244")
    assert check_copy(plan, measure_copy(seen(edge_of(plan), off_mm=off_mm), LIMITS), LIMITS).passed


@pytest.mark.parametrize("off_mm", [-6.0, -3.0, 3.0])
def test_an_empty_picture_with_the_jaw_elsewhere_is_no_empty_clamp(off_mm: float) -> None:
    nothing = np.zeros(0)
    view = machine().views.check
    assert not copy_is_there(render_check(nothing, nothing, view, Optics(), 0), LIMITS)
    with pytest.raises(JawMisplaced):
        copy_is_there(render_check(nothing, nothing, view, Optics(), 0, off_mm=off_mm), LIMITS)


def test_specks_and_hairs_beside_the_blade_are_not_its_edge() -> None:
    plan = plan_of("KW1", "35244")
    view = seen(edge_of(plan))
    dirty = view.pixels.copy()
    top, bottom = np.flatnonzero(dirty[:, dirty.shape[1] // 2] < 128)[[0, -1]]
    dirty[top - 40 : top - 34, 300:1200:90] = 10
    dirty[bottom + 30 : bottom + 34, 200:1300:70] = 10
    assert check_copy(plan, measure_copy(Frame(dirty, view.mm_per_px), LIMITS), LIMITS).passed


@pytest.mark.parametrize("off_mm", [-0.065, 0.065])
def test_a_copy_cut_too_deep_or_too_shallow_fails_through_the_camera(off_mm: float) -> None:
    plan = plan_of("KW1", "35244")
    keep = np.minimum(edge_of(plan, height_mm=off_mm)[:, 1], plan.blade_height_mm)
    edge = np.stack([edge_of(plan)[:, 0], keep], axis=1)
    errors = check_copy(plan, measure_copy(seen(edge), LIMITS), LIMITS)
    assert not errors.passed
    assert errors.mean_mm == pytest.approx(off_mm, abs=0.012)


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 4), off_mm=st.floats(0.055, 1.0), deeper=st.booleans())
def test_one_wrong_cut_fails_the_copy(cut: int, off_mm: float, deeper: bool) -> None:
    plan = plan_of("SC1", "53293")
    edge = edge_of(plan)
    near = np.abs(edge[:, 0] - plan.positions_mm[cut]) < 0.4
    edge[near, 1] += -off_mm if deeper else off_mm
    assert not check_copy(plan, edge, LIMITS).passed


@pytest.mark.parametrize("shift_mm", [-0.2, -0.13, 0.13, 0.2])
def test_cuts_in_the_wrong_place_fail_and_the_shift_is_told(shift_mm: float) -> None:
    plan = plan_of("KW1", "35244")
    errors = check_copy(plan, edge_of(plan, shift_mm=shift_mm), LIMITS)
    assert not errors.passed
    assert errors.shift_mm == pytest.approx(shift_mm, abs=0.02)


@pytest.mark.parametrize("stands_out_mm", [-0.15, 0.15])
def test_a_copy_good_in_every_cut_fails_when_its_tip_is_not_where_a_blank_on_its_stop_has_it(
    stands_out_mm: float,
) -> None:
    """Cut right, but on a blank of another length: the tip alone says so."""
    plan = plan_of("KW1", "35244")
    edge = edge_of(plan)
    good = check_copy(plan, edge, LIMITS)
    last_mm = edge[-1, 0] + stands_out_mm
    x = np.arange(0, last_mm, 0.02)
    other = np.stack([x, np.interp(x, edge[:, 0], edge[:, 1])], axis=1)
    errors = check_copy(plan, other, LIMITS)
    assert good.passed
    assert not errors.passed
    assert errors.largest_mm <= LIMITS.tolerance_mm
    assert max(abs(errors.shift_mm), abs(errors.place_mm)) <= LIMITS.place_tolerance_mm
    assert max(errors.missing_mm, errors.excess_mm) <= BAND_DEPTH_MM


def test_a_copy_good_in_every_cut_fails_when_its_blade_begins_away_from_the_jaw() -> None:
    """Light between jaw and blade: the blank was off its stop, whatever its edge looks like from there on."""
    plan = plan_of("KW1", "35244")
    edge = edge_of(plan)
    on_its_stop, off_it = edge[edge[:, 0] >= STARTS_BY_MM - 0.03], edge[edge[:, 0] > STARTS_BY_MM + 0.03]
    assert check_copy(plan, on_its_stop, LIMITS).passed
    errors = check_copy(plan, off_it, LIMITS)
    assert not errors.passed
    assert errors.largest_mm <= LIMITS.tolerance_mm
    assert abs(errors.tip_mm) <= LIMITS.tip_tolerance_mm


def test_a_cut_nobody_wanted_fails_the_copy() -> None:
    plan = plan_of("KW1", "11111")
    edge = edge_of(plan)
    between = np.abs(edge[:, 0] - (plan.positions_mm[0] + plan.positions_mm[1]) / 2) < 0.4
    edge[between, 1] -= 0.4
    assert not check_copy(plan, edge, LIMITS).passed


def test_a_blade_seen_only_in_part_fails() -> None:
    plan = plan_of("KW1", "35244")
    errors = check_copy(plan, edge_of(plan)[:600], LIMITS)
    assert not errors.passed
    assert errors.largest_mm > 1.0


def test_the_rims_of_a_round_wheels_hollow_are_not_taken_for_metal_left() -> None:
    plan = plan_of("KW1", "35244")
    edge = edge_of(plan)
    rims = np.stack([edge[:, 0], np.minimum(edge[:, 1] + 0.017, plan.blade_height_mm)], axis=1)
    allowing = LIMITS.model_copy(update={"rim_mm": 0.017})
    assert check_copy(plan, rims, LIMITS).mean_mm == pytest.approx(0.017, abs=0.001)
    errors = check_copy(plan, rims, allowing)
    assert errors.passed
    assert errors.largest_mm < 0.001


def figures_of(errors: CopyErrors) -> tuple[float, ...]:
    return (
        *errors.cuts_mm, errors.shift_mm, errors.missing_mm, errors.excess_mm, errors.place_mm, errors.tip_mm,
        errors.largest_mm, errors.mean_mm,
    )  # fmt: skip


def test_errors_have_no_digit_beyond_a_micrometre_by_which_one_copy_would_be_known_from_all_others() -> None:
    plan = plan_of("KW1", "35244")
    errors = check_copy(plan, measure_copy(seen(edge_of(plan, height_mm=0.0123456)), LIMITS), LIMITS)
    assert errors.largest_mm > 0.0
    assert all(figure == round(figure, 3) for figure in figures_of(errors))


def test_an_error_just_beyond_its_limit_fails_though_the_rounded_figure_is_within() -> None:
    plan = plan_of("KW1", "35244")
    raised_mm = 0.0304
    edge = edge_of(plan)
    at_roots = np.min(np.abs(edge[:, :1] - np.array(plan.positions_mm)), axis=1) <= 0.2
    edge[at_roots, 1] += raised_mm
    errors = check_copy(plan, edge, LIMITS.model_copy(update={"tolerance_mm": 0.03}))
    assert errors.largest_mm == 0.03
    assert not errors.passed
    assert check_copy(plan, edge, LIMITS.model_copy(update={"tolerance_mm": 0.0305})).passed


def test_errors_tell_nothing_of_the_key() -> None:
    one = check_copy(plan_of("KW1", "35244"), edge_of(plan_of("KW1", "35244")), LIMITS)
    assert isinstance(one, CopyErrors)
    assert all(abs(float(figure)) < 0.1 for figure in re.findall(r"-?\d+\.\d+(?:e-?\d+)?", repr(one)))


@pytest.mark.parametrize("what", ["dark", "empty"])
def test_a_picture_without_a_clamped_blade_is_a_fault_of_the_camera(what: str) -> None:
    view = machine().views.check
    nothing = np.zeros((0,))
    if what == "dark":
        picture = Frame(np.full((view.height_px, view.width_px), 12, np.uint8), view.mm_per_px)
    else:
        picture = render_check(nothing, nothing, view, Optics(), 0)
    with pytest.raises(CameraFault, match="check"):
        measure_copy(picture, LIMITS)


def test_drift_is_told_only_from_a_whole_window_and_closes_beyond_the_limit() -> None:
    good, bad = [0.01] * LIMITS.drift_window, [0.035] * LIMITS.drift_window
    assert drift_mm(good[1:], LIMITS) is None
    assert drift_mm(good, LIMITS) == pytest.approx(0.01)
    assert not has_drifted(bad[1:], LIMITS)
    assert has_drifted(good + bad, LIMITS)
    assert has_drifted([-error for error in bad], LIMITS)
    assert not has_drifted(bad + good, LIMITS)


def test_a_wheel_is_told_as_worn_before_its_touch_offs_refuse_good_blanks() -> None:
    tolerance_mm = machine().clamp.edge_tolerance_mm
    assert not wheel_is_worn([-0.5 * tolerance_mm] * 9, tolerance_mm)
    assert wheel_is_worn([-0.85 * tolerance_mm] * 9, tolerance_mm)
    assert not wheel_is_worn([-tolerance_mm] * 3, tolerance_mm), "a few odd blanks are no worn wheel"


def test_the_path_follows_a_wearing_wheel_and_not_one_odd_blank() -> None:
    assert edge_correction_mm([]) == edge_correction_mm([0.05]) == edge_correction_mm([0.05, 0.04, -0.03, 0.05]) == 0.0
    assert edge_correction_mm([-0.03, -0.03, 0.05, -0.03, -0.029]) == pytest.approx(-0.03)


@given(seed=st.integers(0, 2**32), dark=st.floats(0, 1), rows=st.integers(3, 9))
def test_the_blade_is_the_longest_shadow_of_each_column_whatever_lies_above_and_below(
    seed: int, dark: float, rows: int
) -> None:
    picture = np.random.default_rng(seed).random((rows, 8)) < dark
    upper, lower = deepest_shadow(picture)
    for column in range(8):
        runs, begin = [], None
        for row, shaded in enumerate([*picture[:, column], False]):
            if shaded and begin is None:
                begin = row
            elif not shaded and begin is not None:
                runs.append((begin, row - 1))
                begin = None
        longest = max(runs, key=lambda run: (run[1] - run[0], -run[0]), default=(0, -1))
        assert (upper[column], lower[column]) == longest
