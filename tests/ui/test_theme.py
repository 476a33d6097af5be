"""Sizes and colours, computed."""

from __future__ import annotations

import pytest

from config.problems import BadInput
from config.store import Screen
from config.toml_files import checked
from ui.theme import (
    CAP_HEIGHT_EM,
    CONTRAST,
    LIGHT,
    MIN_TARGET_MM,
    MIN_TEXT_MM,
    Palette,
    contrast,
    make_theme,
    rgba,
)

SCREENS = [
    Screen(width_px=1080, height_px=1920, mm_per_px=0.248),
    Screen(width_px=1280, height_px=800, mm_per_px=0.2524),
]


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast(rgba("#000000"), rgba("#ffffff")) == pytest.approx(21.0)
    assert contrast(rgba("#777777"), rgba("#ffffff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("palette", "least"), [(LIGHT, 4.5), (CONTRAST, 7.0)])
def test_every_text_stands_out_from_its_ground(palette: Palette, least: float) -> None:
    weak = [(name, round(contrast(ink, ground), 2)) for name, ink, ground in palette.text_pairs()]
    assert [pair for pair in weak if pair[1] < least] == []


@pytest.mark.parametrize("palette", [LIGHT, CONTRAST])
def test_every_border_that_says_something_can_be_seen(palette: Palette) -> None:
    assert [name for name, mark, ground in palette.graphic_pairs() if contrast(mark, ground) < 3.0] == []


@pytest.mark.parametrize("screen", SCREENS)
def test_the_smallest_text_and_target_are_as_large_as_people_need(screen: Screen) -> None:
    theme = make_theme(screen, (screen.width_px, screen.height_px))
    assert theme.small_px * CAP_HEIGHT_EM * screen.mm_per_px >= MIN_TEXT_MM
    assert theme.target_px * screen.mm_per_px >= MIN_TARGET_MM
    assert theme.small_px <= theme.text_px <= theme.lead_px <= theme.title_px


def test_a_smaller_window_is_the_same_picture_smaller() -> None:
    full, half = make_theme(SCREENS[0], (1080, 1920)), make_theme(SCREENS[0], (540, 960))
    assert half.px_per_mm == pytest.approx(full.px_per_mm / 2)
    assert half.compact == full.compact


def test_a_screen_too_small_for_people_is_refused_in_one_line() -> None:
    with pytest.raises(BadInput, match="screen: 152 x 91 mm is too small for 20 mm targets"):
        checked(Screen, {"width_px": 800, "height_px": 480, "mm_per_px": 0.19}, "store.toml", "screen")
