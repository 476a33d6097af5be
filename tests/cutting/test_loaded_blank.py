"""A blank that is not its slot's is seen before it is cut: cut once already, too long, too low, with another collar."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from config.catalogue import load_catalogue
from config.enrolled import EnrolledBlank, with_enrolled
from config.settings import load_settings
from kiosk.cutting.blank import BlankProblem, ExpectedBlank, blank_problem
from kiosk.cutting.measure import measure_copy
from kiosk.session.effects import expected_blank
from simulator.machine.blade import Blade, new_blade
from simulator.optics import NORMAL
from simulator.optics.check import render_check

CATALOGUE = load_catalogue()
MACHINE = load_settings(environment={}).machine


def seen(blade: Blade, expected: ExpectedBlank, seed: int = 1) -> BlankProblem | None:
    view = MACHINE.views.check
    assert view is not None
    picture = render_check(blade.x_mm, blade.top_mm, view, NORMAL, seed, bottom_mm=blade.bottom_mm)
    return blank_problem(measure_copy(picture, MACHINE.check), expected)


@pytest.mark.parametrize("code", ["KW1", "KW5", "KW10", "SC1", "SC4", "M1", "BEST-A-6"])
def test_the_right_blank_is_taken(code: str) -> None:
    for seed in range(3):
        assert seen(new_blade(code, CATALOGUE), expected_blank(CATALOGUE, code), seed) is None


@pytest.mark.parametrize(
    ("held", "loaded", "problem"),
    [
        ("KW1", "KW5", BlankProblem.LENGTH),
        ("SC4", "SC1", BlankProblem.LENGTH),
        ("SC1", "KW1", BlankProblem.LENGTH),
        ("KW5", "KW10", BlankProblem.COLLAR),
        ("KW10", "KW5", BlankProblem.COLLAR),
    ],
)
def test_another_blank_is_not(held: str, loaded: str, problem: BlankProblem) -> None:
    assert seen(new_blade(loaded, CATALOGUE), expected_blank(CATALOGUE, held)) is problem


def test_a_blade_of_another_height_is_not_taken() -> None:
    expected = expected_blank(CATALOGUE, "KW1")
    low = new_blade("KW1", CATALOGUE)
    low.top_mm[:] = np.minimum(low.top_mm, expected.height_mm - 0.3)
    assert seen(low, expected) is BlankProblem.HEIGHT


def test_a_blank_that_was_cut_before_is_not_cut_again() -> None:
    """One cut of a tenth of the blade is enough: what is cut twice opens nothing."""
    cut = new_blade("SC1", CATALOGUE)
    cut.top_mm[(cut.x_mm > 9.0) & (cut.x_mm < 10.2)] -= 0.8
    assert seen(cut, expected_blank(CATALOGUE, "SC1")) is BlankProblem.CUT


def test_a_blank_this_kiosk_has_held_is_held_against_that_and_more_narrowly() -> None:
    keyway, blank = CATALOGUE.blank_of["SC1"]
    held = EnrolledBlank(
        blank="SC1",
        section=CATALOGUE.section_of[keyway.sections[0]],
        height_mm=8.71,
        length_mm=blank.blade_length_mm + 0.7,
        spread_mm=0.01,
        enrolled_at=datetime(2026, 11, 28, tzinfo=UTC),
    )
    known = with_enrolled(replace(CATALOGUE), [held])
    expected = expected_blank(known, "SC1")
    assert (expected.length_mm, expected.length_within_mm) == (held.length_mm, 0.5)
    # As its figure says, and not as the blanks that were held here.
    assert seen(new_blade("SC1", CATALOGUE), expected) is BlankProblem.LENGTH
