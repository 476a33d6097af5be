"""Which code explains the roots: wear takes away and never adds, and a whole step of wear looks like no wear at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from config.catalogue import Catalogue
from config.keyway import CutSpec, OtherChart
from kiosk.identification.outline.likelihood import SURE, Likeliest, likeliest
from tests.cutting.keys import catalogue as shipped


def spec_of(catalogue: Catalogue, blank: str) -> CutSpec:
    spec = catalogue.blank_of[blank][0].spec
    assert spec is not None
    return spec


def found(spec: CutSpec, code: str, lost_mm: tuple[float, ...] | float = 0.0, rubbed_mm: float = 0.0) -> Likeliest:
    lost = np.broadcast_to(np.array(lost_mm), len(code))
    roots = tuple(spec.root_mm_of[each] - float(gone) for each, gone in zip(code, lost, strict=True))
    return likeliest(roots, spec, rubbed_mm)


def code_of(answer: Likeliest) -> str:
    return "".join(depth.code for depth in answer.depths)


@pytest.mark.parametrize(
    ("blank", "code"), [("KW1", "35244"), ("SC1", "25361"), ("M1", "4257"), ("BEST-A-7", "2536140")]
)
def test_a_new_key_is_sure_and_one_rubbed_evenly_is_too(catalogue: Catalogue, blank: str, code: str) -> None:
    spec = spec_of(catalogue, blank)
    for lost_mm in (0.0, 0.05, 0.08):
        answer = found(spec, code, lost_mm, rubbed_mm=lost_mm)
        assert code_of(answer) == code
        assert answer.probability >= SURE


def test_a_new_key_seen_a_little_too_high_under_an_edge_seen_a_little_too_low_is_sure(catalogue: Catalogue) -> None:
    spec = spec_of(catalogue, "SC1")
    assert found(spec, "25361", (-0.013, -0.013, -0.013, -0.013, -0.011), rubbed_mm=0.011).probability >= SURE
    assert found(spec, "25361", -0.06, rubbed_mm=0.011).probability < SURE


@pytest.mark.parametrize(("blank", "code"), [("KW1", "35244"), ("SC1", "25361"), ("M1", "4257")])
@pytest.mark.parametrize("cut", [0, 3])
def test_one_cut_above_its_depth_makes_the_whole_code_unsure(
    catalogue: Catalogue, blank: str, code: str, cut: int
) -> None:
    lost = [0.0] * len(code)
    lost[cut] = -0.12
    assert found(spec_of(catalogue, blank), code, tuple(lost)).probability < SURE


def test_all_cuts_a_step_down_under_a_rubbed_edge_are_not_new(catalogue: Catalogue) -> None:
    spec = spec_of(catalogue, "SC1")
    assert found(spec, "25361", spec.least_step_mm, rubbed_mm=0.12).probability < SURE


@settings(max_examples=60)
@given(
    blank=st.sampled_from(["KW1", "SC1", "M1"]),
    lost=st.lists(st.floats(0.0, 0.7), min_size=5, max_size=5),
    seed=st.integers(0, 999),
)
def test_a_probability_is_one_whatever_was_measured(blank: str, lost: list[float], seed: int) -> None:
    spec = spec_of(shipped(), blank)
    codes = [depth.code for depth in spec.depths]
    code = "".join(np.random.default_rng(seed).choice(codes, size=4 if blank == "M1" else 5))
    answer = found(spec, code, tuple(lost[: len(code)]))
    assert 0.0 <= answer.probability <= 1.0 + 1e-9


def test_without_the_other_chart_its_keys_would_pass_for_ours(catalogue: Catalogue) -> None:
    spec = spec_of(catalogue, "KW1")
    old = {depth.code: depth.root_mm for depth in spec.other_charts[0].depths}
    roots = tuple(old[code] for code in "17171")
    alone = spec.model_copy(update={"other_charts": ()})
    assert likeliest(roots, alone, 0.0).probability >= SURE
    assert likeliest(roots, spec, 0.0).probability < SURE


def test_a_chart_of_the_same_locks_tells_their_code_and_its_own_depths(catalogue: Catalogue) -> None:
    spec = spec_of(catalogue, "M1")
    by_machine = {depth.code: depth for depth in spec.other_charts[0].depths}
    answer = likeliest(tuple(by_machine[code].root_mm for code in "4357"), spec, 0.0)
    assert answer.depths == tuple(by_machine[code] for code in "4357")
    assert answer.probability >= SURE
    strangers = spec.model_copy(
        update={"other_charts": (spec.other_charts[0].model_copy(update={"same_codes": False}),)}
    )
    assert likeliest(tuple(by_machine[code].root_mm for code in "4357"), strangers, 0.0).probability < SURE


def test_a_chart_of_the_same_locks_has_no_code_they_have_not(catalogue: Catalogue) -> None:
    spec = spec_of(catalogue, "KW1")
    chart = OtherChart(name="nine depths", depths=spec.depths, same_codes=True, source="a test")
    strange = chart.model_copy(update={"depths": (*spec.depths[:-1], spec.depths[-1].model_copy(update={"code": "9"}))})
    assert CutSpec.model_validate({**spec.model_dump(), "other_charts": (chart.model_dump(),)})
    with pytest.raises(ValidationError, match="has no code 9"):
        CutSpec.model_validate({**spec.model_dump(), "other_charts": (strange.model_dump(),)})


def test_new_keys_of_four_cuts_are_told_through_the_readers_own_noise(catalogue: Catalogue) -> None:
    spec, rng = spec_of(catalogue, "M1"), np.random.default_rng(20)
    own = np.array([depth.root_mm for depth in spec.depths])
    told = 0
    for _ in range(400):
        code = rng.integers(len(own), size=4)
        together = rng.normal(0, 0.005)
        roots = own[code] + rng.normal(0, 0.007, 4) + together
        answer = likeliest(tuple(roots), spec, -together + rng.normal(0, 0.004))
        told += answer.probability >= SURE
    assert told >= 396


@pytest.mark.parametrize("others_mm", [0.04, 0.05])
@pytest.mark.parametrize(("blank", "code"), [("M1", "4434"), ("SC1", "44344")])
def test_one_cut_a_step_down_among_others_a_little_worn_is_not_told(
    catalogue: Catalogue, blank: str, code: str, others_mm: float
) -> None:
    spec = spec_of(catalogue, blank)
    lost = [others_mm] * len(code)
    lost[2] = spec.least_step_mm + others_mm / 4
    assert found(spec, code, tuple(lost)).probability < SURE
