"""What is kept on the glass when colours or words change looks as if it were made anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.ui.glass import gallery, labels_in
from tests.ui.test_holding import Finger
from ui.gallery import sample_store
from ui.present.local import Announce
from ui.present.samples import SAMPLES
from ui.present.shown import Action
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


def test_rows_that_come_back_are_written_on_the_widgets_there_were_and_in_the_colours_in_force() -> None:
    from ui.present.shown import LabelledValue
    from ui.widgets.lists import Lines

    glass, store = gallery(), sample_store("portrait")
    lines = tuple(LabelledValue(f"Line {number}", str(number)) for number in range(3))
    glass._look.theme = make_theme(store.screen, (1080, 1920), "light")
    kept = Lines(rows=lines)
    widgets = list(kept.children)
    kept.rows = ()
    assert kept.children == []
    glass._look.theme = make_theme(store.screen, (1080, 1920), "contrast")
    kept.rows = lines[1:]
    assert set(kept.children) < set(widgets)
    assert _said(kept) == _said(Lines(rows=lines[1:]))


def _grid(*names: str) -> Any:
    from kivy.core.window import Window

    from ui.widgets.buttons import ActionGrid

    gallery()
    grid = ActionGrid(actions=_actions(*names), width=600)
    Window.add_widget(grid)
    gallery().settle()
    return grid


def _actions(*names: str) -> tuple[Action, ...]:
    return tuple(Action(name, name, Announce(name)) for name in names)


def test_buttons_of_actions_that_are_offered_no_more_serve_others_as_new_ones_would() -> None:
    grid = _grid("one", "two")
    try:
        sent: list[Any] = []
        grid.send = sent.append
        buttons = list(grid.children)
        for button in buttons:
            button.act()
        grid.actions = _actions("three", "four")
        assert set(grid.children) == set(buttons)
        assert [button.labels[0].text for button in reversed(grid.children)] == ["three", "four"]
        for button in reversed(grid.children):
            # None waits out a double tap on what it served before.
            assert button.act()
        assert [does.text for does in sent[2:]] == ["three", "four"]
    finally:
        grid.parent.remove_widget(grid)


def test_a_button_under_a_finger_never_becomes_another_action() -> None:
    grid = _grid("one", "two")
    try:
        sent: list[Any] = []
        grid.send = sent.append
        pressed = grid.children[-1]
        finger = Finger(gallery(), pressed)
        grid.actions = _actions("three", "four")
        assert pressed not in grid.children
        finger.leaves()
        grid.actions = _actions("five", "six", "seven")
        assert pressed not in grid.children
        assert sent == []
    finally:
        grid.parent.remove_widget(grid)
