"""What lies in a cut: told by the flank that does not rise where those of the other cuts do."""

from __future__ import annotations

import numpy as np
import pytest

from config.catalogue import Catalogue
from kiosk.identification.outline.filled import filled_cut
from kiosk.identification.outline.flanks import Flanks
from tests.identification.test_scale import drawn

CODE = "52636"
Sides = tuple[float, float]


def found(
    catalogue: Catalogue, wide_mm: dict[int, Sides], code: str = CODE, blank: str = "SC1", rubbed_mm: float = 0.0
) -> int | None:
    """The cut told, where some are widened: by so much towards the bow and towards the tip."""
    profile, spec = drawn(catalogue, code, blank)
    centres, roots = np.array(spec.cut_positions_mm(len(code))), np.array([spec.root_mm_of[each] for each in code])
    for cut, (bow_mm, tip_mm) in wide_mm.items():
        away = profile[:, 0] - centres[cut]
        near = (away > -spec.flat_mm / 2 - bow_mm) & (away < spec.flat_mm / 2 + tip_mm)
        profile[near, 1] = np.minimum(profile[near, 1], roots[cut])
    return filled_cut(Flanks.of(profile, spec, centres, roots), spec, spec.blade_height_mm - rubbed_mm)


@pytest.mark.parametrize("cut", range(5))
def test_a_cut_wider_than_the_others_on_both_sides_is_told(catalogue: Catalogue, cut: int) -> None:
    assert found(catalogue, {}) is None
    assert found(catalogue, {cut: (0.46, 0.46)}) == cut


def test_two_wide_cuts_of_five_are_told(catalogue: Catalogue) -> None:
    assert found(catalogue, {1: (0.46, 0.46), 3: (0.46, 0.46)}) in (1, 3)


def test_a_cut_wide_on_one_side_is_not_filled(catalogue: Catalogue) -> None:
    assert found(catalogue, {2: (0.46, 0.0)}) is None
    assert found(catalogue, {2: (0.0, 0.46)}) is None


def test_what_is_missing_towards_the_tip_is_its_bevel(catalogue: Catalogue) -> None:
    assert found(catalogue, {4: (0.0, 2.0)}) is None


def test_a_wheel_with_a_wider_flat_fills_nothing(catalogue: Catalogue) -> None:
    assert found(catalogue, dict.fromkeys(range(5), (0.46, 0.46))) is None


def test_a_little_wear_beside_one_cut_fills_nothing(catalogue: Catalogue) -> None:
    assert found(catalogue, {2: (0.15, 0.15)}) is None


def test_beside_a_shallow_cut_a_rubbed_edge_is_no_missing_flank(catalogue: Catalogue) -> None:
    """KW1's shallowest cut lies 0.15 mm below an edge that a ring rubs off by a tenth."""
    assert found(catalogue, {2: (0.7, 0.7)}, "11111", "KW1") == 2
    assert found(catalogue, {2: (0.7, 0.7)}, "11111", "KW1", rubbed_mm=0.03) is None


def test_one_cut_is_not_held_against_one_other(catalogue: Catalogue) -> None:
    assert found(catalogue, {0: (0.46, 0.46)}, "59") is None
