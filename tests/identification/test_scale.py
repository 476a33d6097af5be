"""Each thing a sound measurement needs, alone not given: the cuts are then not told."""

from __future__ import annotations

import numpy as np
import pytest

from config.catalogue import Catalogue
from config.keyway import CutSpec
from kiosk.identification.outline.decode import BladeSize, decode, fit_cuts
from kiosk.identification.outline.flanks import Flanks
from kiosk.identification.outline.scale import SPACING_SHARE, stretch
from kiosk.key.reading import Outcome, Profile, Wear
from tests.identification.drawing import blade_edge

CODE = "25361"


def spec_of(catalogue: Catalogue, blank: str) -> tuple[CutSpec, float]:
    keyway, kind = catalogue.blank_of[blank]
    assert keyway.spec is not None
    return keyway.spec, kind.blade_length_mm


def drawn(catalogue: Catalogue, code: str = CODE, blank: str = "SC1", lost_mm: float = 0.0) -> tuple[Profile, CutSpec]:
    spec, length_mm = spec_of(catalogue, blank)
    roots = [spec.root_mm_of[each] - lost_mm for each in code]
    edge = blade_edge(spec, roots, length_mm, spec.blade_height_mm)
    x = np.arange(0.0, length_mm, 0.05)
    return np.stack([x, np.interp(x, edge[:, 0], edge[:, 1])], axis=1), spec


def outcome(profile: Profile, spec: CutSpec, blade: BladeSize, count: int = 5) -> Outcome:
    decoded = decode(profile, spec, count, blade)
    assert decoded is not None
    return decoded.outcome


def test_a_sound_measurement_is_told(catalogue: Catalogue) -> None:
    profile, spec = drawn(catalogue)
    for laser_mm in (None, spec.blade_height_mm, spec.blade_height_mm - 2.0):
        blade = BladeSize(spec.blade_height_mm, laser_mm, 0.05)
        assert outcome(profile, spec, blade) is Outcome.IDENTIFIED


@pytest.mark.parametrize("steps", [-0.45, 0.25])
def test_a_blade_seen_too_high_or_too_low_by_a_part_of_its_step_is_not_told(catalogue: Catalogue, steps: float) -> None:
    for blank, code in (("SC1", CODE), ("KW1", "25361"), ("M1", "2536")):
        profile, spec = drawn(catalogue, code, blank)
        off = BladeSize(spec.blade_height_mm + steps * spec.least_step_mm)
        assert outcome(profile, spec, off, len(code)) is Outcome.CUTS_UNREADABLE


def test_a_blade_the_laser_sees_higher_is_not_told(catalogue: Catalogue) -> None:
    profile, spec = drawn(catalogue)
    assert (
        outcome(profile, spec, BladeSize(spec.blade_height_mm, spec.blade_height_mm + 0.1)) is Outcome.CUTS_UNREADABLE
    )
    assert outcome(profile, spec, BladeSize(spec.blade_height_mm, spec.blade_height_mm + 0.09)) is Outcome.IDENTIFIED


@pytest.mark.parametrize("share", [-0.015, 0.015])
def test_cuts_too_near_to_each_other_or_too_far_apart_are_not_told(catalogue: Catalogue, share: float) -> None:
    profile, spec = drawn(catalogue)
    stretched = profile * [1 + share, 1.0]
    assert outcome(stretched, spec, BladeSize(spec.blade_height_mm)) is Outcome.CUTS_UNREADABLE


@pytest.mark.parametrize("share", [-0.03, -0.01, 0.0, 0.01, 0.03])
@pytest.mark.parametrize(("blank", "code"), [("SC1", CODE), ("KW1", "35244"), ("M1", "4257"), ("SC4", "918273")])
@pytest.mark.parametrize("lost_mm", [0.0, 0.15])
def test_the_flanks_say_how_far_the_cuts_are_apart_worn_or_not(
    catalogue: Catalogue, share: float, blank: str, code: str, lost_mm: float
) -> None:
    profile, spec = drawn(catalogue, code, blank, lost_mm)
    stretched = profile * [1 + share, 1.0]
    fit = fit_cuts(stretched, spec, len(code))
    assert fit is not None
    centres = np.array(spec.cut_positions_mm(len(code))) + fit.shift_mm
    found = stretch(Flanks.of(stretched, spec, centres, np.array(fit.roots_mm)), spec)
    assert found == pytest.approx(share, abs=0.4 * SPACING_SHARE + 0.15 * abs(share))


def test_where_no_flank_is_left_the_length_tells_the_scale(catalogue: Catalogue) -> None:
    profile, spec = drawn(catalogue, "00000")
    for share, expected in (
        (None, Outcome.IDENTIFIED),
        (0.015, Outcome.IDENTIFIED),
        (0.025, Outcome.CUTS_UNREADABLE),
        (-0.025, Outcome.CUTS_UNREADABLE),
    ):
        assert outcome(profile, spec, BladeSize(spec.blade_height_mm, None, share)) is expected


def test_a_flat_that_is_not_flat_is_not_told(catalogue: Catalogue) -> None:
    profile, spec = drawn(catalogue)
    centre = spec.cut_positions_mm(5)[2]
    near = np.abs(profile[:, 0] - centre) < spec.flat_mm / 2
    profile[near, 1] += np.where(profile[near, 0] > centre, 0.1, -0.1)
    assert outcome(profile, spec, BladeSize(spec.blade_height_mm)) is Outcome.CUTS_UNREADABLE


def test_cuts_that_begin_too_far_from_the_stop_are_not_told(catalogue: Catalogue) -> None:
    profile, spec = drawn(catalogue)
    assert outcome(profile + np.array([0.45, 0.0]), spec, BladeSize(spec.blade_height_mm)) is Outcome.CUTS_UNREADABLE
    assert outcome(profile + np.array([0.3, 0.0]), spec, BladeSize(spec.blade_height_mm)) is Outcome.IDENTIFIED


def test_a_notch_between_the_cuts_is_another_spacing(catalogue: Catalogue) -> None:
    profile, spec = drawn(catalogue)
    first, second = spec.cut_positions_mm(2)
    between = np.abs(profile[:, 0] - (first + second) / 2) < 0.3
    profile[between, 1] = spec.root_mm_of["6"] - 0.4
    assert outcome(profile, spec, BladeSize(spec.blade_height_mm)) is Outcome.CUTS_UNREADABLE


def test_an_edge_that_is_not_cut_is_no_code(catalogue: Catalogue) -> None:
    spec, length_mm = spec_of(catalogue, "SC1")
    x = np.arange(0.0, length_mm, 0.05)
    uncut = np.stack([x, np.full(x.size, spec.blade_height_mm - 0.08)], axis=1)
    assert outcome(uncut, spec, BladeSize(spec.blade_height_mm - 0.08)) is Outcome.CUTS_UNREADABLE


def test_wear_near_half_a_step_is_past_telling_however_even(catalogue: Catalogue) -> None:
    for lost_mm, expected in ((0.21, Outcome.IDENTIFIED), (0.245, Outcome.WORN_PAST_TELLING)):
        profile, spec = drawn(catalogue, "35244", "KW1", lost_mm)
        decoded = decode(profile, spec, 5, BladeSize(spec.blade_height_mm - min(lost_mm, 0.23)))
        assert decoded is not None
        assert decoded.outcome is expected
        assert decoded.wear is (Wear.WORN if expected is Outcome.IDENTIFIED else Wear.PAST_TELLING)
