"""What is kept on the glass when colours or words change looks as if it were made anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.ui.glass import gallery, labels_in, time_passes
from tests.ui.test_holding import Finger
from ui.gallery import sample_store
from ui.present.local import Announce
from ui.present.samples import SAMPLES
from ui.present.shown import Action, Holding
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


LISTS = ("ActionGrid", "MainButtons")


def _list_of(kind: str, *actions: Action) -> tuple[Any, list[Any]]:
    from kivy.core.window import Window

    from ui.widgets import buttons

    gallery()
    sent: list[Any] = []
    made = getattr(buttons, kind)(actions=actions, width=900, send=sent.append)
    Window.add_widget(made)
    gallery().settle()
    return made, sent


def _buttons(shown: Any) -> list[Any]:
    from ui.widgets.button import BigButton

    return [each for each in shown.walk(restrict=True) if isinstance(each, BigButton)]


def _actions(*names: str) -> tuple[Action, ...]:
    return tuple(Action(name, name, Announce(name)) for name in names)


@pytest.mark.parametrize("kind", LISTS)
def test_buttons_of_actions_that_are_offered_no_more_serve_others_as_new_ones_would(kind: str) -> None:
    shown, sent = _list_of(kind, *_actions("one", "two"))
    try:
        before = set(_buttons(shown))
        for button in before:
            button.act()
        shown.actions = _actions("three", "four")
        gallery().settle()
        after = _buttons(shown)
        assert set(after) == before
        assert {button.labels[0].text for button in after} == {"three", "four"}
        # None waits out a double tap on what it served before.
        assert all(button.act() for button in after)
        assert {does.text for does in sent[2:]} == {"three", "four"}
    finally:
        shown.parent.remove_widget(shown)


@pytest.mark.parametrize("kind", LISTS)
def test_a_button_under_a_finger_never_becomes_another_action(kind: str) -> None:
    shown, sent = _list_of(kind, *_actions("one", "two"))
    try:
        pressed = _buttons(shown)[0]
        finger = Finger(gallery(), pressed)
        shown.actions = _actions("three", "four")
        assert pressed not in _buttons(shown)
        finger.leaves()
        shown.actions = _actions("five", "six", "seven")
        assert pressed not in _buttons(shown)
        assert sent == []
    finally:
        shown.parent.remove_widget(shown)


@pytest.mark.parametrize("kind", LISTS)
def test_what_is_held_by_a_key_is_let_go_when_it_is_offered_no_more(kind: str) -> None:
    held = replace(_actions("one")[0], hold=Holding("Hold", "Hold it", "Press again", "Longer"))
    shown, sent = _list_of(kind, held)
    try:
        (button,) = _buttons(shown)
        button.key_down()
        shown.actions = ()
        time_passes(button, 1.1)
        assert sent == []
    finally:
        shown.parent.remove_widget(shown)


def test_a_page_that_is_made_ready_again_lies_where_it_lay_when_it_was_up() -> None:
    glass, store = gallery(), sample_store("portrait")
    for name in ("08-offer", "02-welcome"):
        glass.show(*SAMPLES[name], store, "light")
        if name == "08-offer":
            page, lay, again = glass.frame.page, [*glass.frame.page.pos, *glass.frame.page.size], glass.frame.shown
    assert glass.frame.page is not page
    glass.frame.prepare(again)
    assert [*page.pos, *page.size] == lay
