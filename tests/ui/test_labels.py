"""What a shopper touches says what it does in one line, on every glass and in every language."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from config.store import Screen, Store
from tests.ui.glass import gallery, mistakes
from tests.ui.test_margins import SIZES
from ui.gallery import sample_store
from ui.present.present import present
from ui.present.samples import SAMPLES
from ui.theme import make_theme

SURVEYED = ((1080, 1920), (1280, 800))
"""Windows on which every screen is measured anyhow."""
STAFF = ("staff", "service")
TOUCHED = (
    "02-welcome",
    "08-offer",
    "10-refused-takes-letter",
    "14-staff-approval",
    "16-paying-terminal",
    "28-return-off",
)


def fitted(size_px: tuple[int, int], screen: tuple[int, int, float]) -> Store:
    """Give the glass that window on that panel."""
    width, height, mm_per_px = screen
    panel = Screen(width_px=width, height_px=height, mm_per_px=mm_per_px)
    gallery().resize(size_px)
    gallery()._look.theme = make_theme(panel, size_px, "light")
    return sample_store("portrait").model_copy(update={"screen": panel})


def in_two_lines(frame: Any) -> list[str]:
    labels = [button.labels[0] for button in frame.buttons()]
    return [label.text for label in labels if label.text_size[0]]


@pytest.mark.parametrize(("size_px", "screen"), SIZES)
def test_no_label_needs_a_second_line_and_nothing_is_cut_or_covered(
    size_px: tuple[int, int], screen: tuple[int, int, float]
) -> None:
    glass, store = gallery(), fitted(size_px, screen)
    for name in TOUCHED:
        snapshot, local = SAMPLES[name]
        for language in ("en", "es", "fr"):
            glass.frame.show(present(replace(snapshot, language=language), local, store))
            glass.settle()
            assert in_two_lines(glass.frame) == [], (name, language)
            assert mistakes(glass.frame, glass._look.theme) == [], (name, language)


@pytest.mark.parametrize(("size_px", "screen"), [each for each in SIZES if each[0] not in SURVEYED])
def test_no_word_of_staffs_and_technicians_pages_is_broken_or_covered_and_no_label_takes_two_lines(
    size_px: tuple[int, int], screen: tuple[int, int, float]
) -> None:
    glass, store = gallery(), fitted(size_px, screen)
    found = []
    for name, (snapshot, local) in SAMPLES.items():
        for language in ("en", "es", "fr"):
            shown = present(replace(snapshot, language=language), local, store)
            if shown.page not in STAFF:
                break
            glass.frame.show(shown)
            glass.settle()
            wrong = [*mistakes(glass.frame, glass._look.theme), *in_two_lines(glass.frame)]
            found += [(name, language, mistake) for mistake in wrong]
    assert found == []


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_a_language_by_its_code_and_an_aid_by_its_icon_still_say_their_names(language: str) -> None:
    glass, store = gallery(), fitted((800, 1280), (800, 1280, 0.2524))
    snapshot, local = SAMPLES["32-staff-sale"]
    shown = present(replace(snapshot, language=language), local, store)
    glass.frame.show(shown)
    glass.settle()
    tools = {button.action.id: button.action for button in glass.frame.buttons()}
    assert [tools[each.id].label for each in shown.languages] == ["EN", "ES", "FR"]
    assert [tools[each.id].spoken for each in (*shown.languages, *shown.aids)] == [
        each.spoken for each in (*shown.languages, *shown.aids)
    ]


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_in_the_list_of_sales_each_says_when_in_one_line_and_no_line_begins_or_ends_with_a_dot(language: str) -> None:
    from ui.widgets.caption import whole_parts, width_of

    glass, store = gallery(), sample_store("landscape")
    snapshot, local = SAMPLES["32-staff-sales"]
    glass.show(replace(snapshot, language=language), local, store, "light")
    sales = [button for button in glass.frame.buttons() if button.action.id.startswith("sale_")]
    assert [button.labels[0].text for button in sales if button.labels[0].text_size[0]] == []
    for _, note, _ in (button.labels for button in sales):
        lines = whole_parts(note.text, note.font_name, note.font_size, note.text_size[0] or 9999).split("\n")
        assert not [line for line in lines if line.strip("· ") != line]
        assert not [line for line in lines if width_of(line, note.font_name, note.font_size) > note.parent.width]
        # One more line would be one of a part broken in two.
        assert note.texture_size[1] < (len(lines) + 0.9) * note.font_size * 1.3
    assert mistakes(glass.frame, glass._look.theme) == []


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_what_staff_touch_on_a_low_glass_says_what_it_does_in_one_line(language: str) -> None:
    glass, store = gallery(), sample_store("landscape")
    found = []
    for name, (snapshot, local) in SAMPLES.items():
        shown = present(replace(snapshot, language=language), local, store)
        if shown.page in STAFF:
            glass.show(replace(snapshot, language=language), local, store, "light")
            found += [(name, label) for label in in_two_lines(glass.frame)]
    assert found == []
