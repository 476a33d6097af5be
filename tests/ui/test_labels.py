"""What a shopper touches says what it does in one line, on every glass and in every language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config.store import Screen
from tests.ui.glass import gallery, mistakes
from tests.ui.test_margins import SIZES
from ui.gallery import sample_store
from ui.present.present import present
from ui.present.samples import SAMPLES
from ui.theme import make_theme

TOUCHED = ("02-welcome", "08-offer", "14-staff-approval", "16-paying-terminal")


@pytest.mark.parametrize(("size_px", "screen"), SIZES)
def test_no_label_needs_a_second_line_and_nothing_is_cut_or_covered(
    size_px: tuple[int, int], screen: tuple[int, int, float]
) -> None:
    glass, (width, height, mm_per_px) = gallery(), screen
    store = sample_store("portrait").model_copy(
        update={"screen": Screen(width_px=width, height_px=height, mm_per_px=mm_per_px)}
    )
    glass.resize(size_px)
    glass._look.theme = make_theme(store.screen, size_px, "light")
    for name in TOUCHED:
        snapshot, local = SAMPLES[name]
        for language in ("en", "es", "fr"):
            glass.frame.show(present(replace(snapshot, language=language), local, store))
            glass.settle()
            labels = [button.labels[0] for button in glass.frame.buttons()]
            assert [label.text for label in labels if label.text_size[0]] == [], (name, language)
            assert mistakes(glass.frame, glass._look.theme) == [], (name, language)
