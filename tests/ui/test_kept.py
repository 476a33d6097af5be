"""What is kept on the glass when colours or words change looks as if it were made anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.ui.glass import gallery, labels_in
from ui.gallery import sample_store
from ui.present.samples import SAMPLES
from ui.theme import make_theme


def test_a_headline_is_as_large_in_other_colours_as_it_was() -> None:
    glass, store = gallery(), sample_store("portrait")
    snapshot, local = SAMPLES["09-refused"]
    glass.show(replace(snapshot, language="fr"), local, store, "light")
    headline = glass.frame.page.part("head")
    before, full_px = headline.font_size, glass._look.theme.headline_px
    glass._look.theme = make_theme(store.screen, (1080, 1920), "contrast")
    glass.settle()
    assert headline.font_size == before < full_px


def test_rows_that_stay_keep_their_widgets_and_say_what_a_new_list_would() -> None:
    from ui.present.shown import LabelledValue, ShownStep, StepState
    from ui.widgets.lists import Bullets, Lines, Paragraphs, StepList

    gallery()
    now, later = StepState.NOW, StepState.LATER
    for cls, first, second in (
        (Paragraphs, ("One", "Two"), ("Uno", "Dos")),
        (Bullets, ("One",), ("Uno",)),
        (
            StepList,
            (ShownStep("Cut", now), ShownStep("Check", later)),
            (ShownStep("Fraiser", now), ShownStep("Mesurer", later)),
        ),
        (Lines, (LabelledValue("Sum", "$3.49"),), (LabelledValue("Un total plus long", "3,49"),)),
    ):
        kept, anew = cls(rows=first), cls(rows=second)
        widgets = list(kept.children)
        kept.rows = second
        assert kept.children == widgets
        assert _said(kept) == _said(anew)
    steps = StepList(rows=(ShownStep("Cut", now),))
    steps.rows = (ShownStep("Cut", later),)
    assert _said(steps) == _said(StepList(rows=(ShownStep("Cut", later),)))


def _said(rows: Any) -> list[tuple[Any, ...]]:
    return [(type(each), each.text, each.size_hint_x, each.font_size, each.color) for each in labels_in(rows)]
