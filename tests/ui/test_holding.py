"""A held press acts once, after it was held; whatever moves by it ends when the finger leaves, wherever that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from kiosk.session.intents import LetGo, ServiceAction, ServiceTask, Stop
from tests.ui.glass import gallery, time_passes
from ui.gallery import sample_store
from ui.present.keypad import Strokes
from ui.present.local import Announce
from ui.present.present import present
from ui.present.samples import SAMPLES

JOG = ServiceAction(ServiceTask.JOG, "y", 0.1)


CONFIRM_S = 8.0


@pytest.fixture
def glass() -> Any:
    made = gallery()
    put_up(made, "35-technician-move")
    made.sent.clear()
    made.frame._deaf_until_s = 0.0
    return made


def put_up(glass: Any, name: str) -> None:
    snapshot, local = SAMPLES[name]
    glass.show(snapshot, local, sample_store("portrait"), "light")


def button(glass: Any, name: str = "jog_plus") -> Any:
    found = next(each for each in glass.frame.buttons() if each.action.id == name)
    found._pressed_at = -10.0
    return found


class Finger:
    """A touch that goes the way of every touch: through the window's widgets, with its grab."""

    def __init__(self, glass: Any, place: Any) -> None:
        from kivy.tests.common import UnitTestTouch

        self._touch = UnitTestTouch(*place.to_window(*place.center))
        self._touch.touch_down()

    def moves_away(self) -> None:
        self._touch.touch_move(3, 3)

    def leaves(self) -> None:
        self._touch.touch_up()


def test_a_jog_runs_while_held_and_ends_when_the_finger_leaves(glass: Any) -> None:
    place = button(glass)
    finger = Finger(glass, place)
    time_passes(place, 0.5)
    assert glass.sent == []
    time_passes(place, 0.6)
    assert glass.sent == [JOG]
    finger.leaves()
    assert glass.sent == [JOG, LetGo()]


@pytest.mark.parametrize(
    "looks_at_s",
    [
        pytest.param((5.0,), id="stood still when it was touched"),
        pytest.param((0.05, 5.0), id="stood still when it was let go"),
        pytest.param((0.05, 5.0, 5.05), id="stood still, and the finger's leaving is read a frame later"),
        pytest.param((0.05, 0.65, 1.2, 1.25, 1.3), id="not a look too early"),
    ],
)
def test_a_screen_that_stood_still_holds_no_button_for_the_finger_that_has_left(
    glass: Any, looks_at_s: tuple[float, ...]
) -> None:
    place = button(glass)
    finger = Finger(glass, place)
    seen_at(place, looks_at_s)
    assert glass.sent == []
    finger.leaves()
    assert glass.sent == [Announce("Hold a little longer")]


def test_a_screen_that_stood_still_acts_when_the_finger_is_still_there(glass: Any) -> None:
    place = button(glass)
    finger = Finger(glass, place)
    seen_at(place, (0.05, 5.0, 5.05, 5.1))
    assert glass.sent == [JOG]
    finger.leaves()


def seen_at(place: Any, looks_at_s: tuple[float, ...]) -> None:
    """So long after the touch Kivy's clock comes to this button, and to nothing else."""
    from kivy.clock import Clock

    touched_s = Clock.get_time()
    for look_at_s in looks_at_s:
        place._holding.tick(touched_s + look_at_s + 0.001)


def test_sliding_off_is_letting_go_before_and_after_it_acts(glass: Any) -> None:
    place = button(glass)
    finger = Finger(glass, place)
    time_passes(place, 0.5)
    finger.moves_away()
    time_passes(place, 0.6)
    finger.leaves()
    assert glass.sent == []
    again = Finger(glass, place)
    time_passes(place, 1.1)
    again.moves_away()
    assert glass.sent == [JOG, LetGo()]
    again.leaves()
    assert glass.sent == [JOG, LetGo()]


def test_a_finger_lifted_beside_the_button_ends_the_hold(glass: Any) -> None:
    place = button(glass)
    finger = Finger(glass, place)
    time_passes(place, 1.1)
    place.size = (1, 1)
    finger.leaves()
    assert glass.sent == [JOG, LetGo()]


def test_a_screen_that_goes_from_under_the_finger_lets_go(glass: Any) -> None:
    place = button(glass)
    finger = Finger(glass, place)
    time_passes(place, 1.1)
    put_up(glass, "40-out-of-order")
    assert glass.sent == [JOG, LetGo()]
    finger.leaves()


def test_a_key_that_repeats_itself_acts_once_until_it_is_let_go(glass: Any) -> None:
    place = button(glass)
    for _ in range(3):
        place.key_down()
    time_passes(place, 1.1)
    for _ in range(5):
        place.key_down()
        time_passes(place, 1.1)
    assert glass.sent == [JOG]
    place.key_up()
    assert glass.sent == [JOG, LetGo()]


@pytest.fixture
def steady() -> Iterator[None]:
    from ui.widgets.look import look

    look.steady = True
    yield
    look.steady = False


def later(place: Any, by_s: float = 1.0) -> None:
    place._armed_at -= by_s
    place._pressed_at -= by_s


@pytest.mark.usefixtures("steady")
def test_who_cannot_hold_presses_twice_and_the_first_press_says_so(glass: Any) -> None:
    place = button(glass)
    Finger(glass, place).leaves()
    assert glass.sent == [Announce("Press again to confirm")]
    assert place.labels[0].text == "Press again to confirm"
    Finger(glass, place).leaves()
    assert len(glass.sent) == 1, "a hand that trembles has pressed once"
    later(place)
    Finger(glass, place).leaves()
    assert glass.sent[1:] == [JOG]
    # What moves by it ends with the next press of anything.
    Finger(glass, button(glass, "axis_y")).leaves()
    assert glass.sent[2] == LetGo()
    assert place.labels[0].text == f"{place.action.label} (hold)"


def test_a_press_that_is_not_held_does_nothing_for_everybody_else_and_says_to_hold_longer(glass: Any) -> None:
    place = button(glass)
    height, usual = place.natural_height, place.labels[0].text
    for _ in range(3):
        Finger(glass, place).leaves()
        later(place)
        assert place.labels[0].text == "Hold a little longer"
    assert glass.sent == [Announce("Hold a little longer")] * 3
    assert place.natural_height == height
    finger = Finger(glass, place)
    assert place.labels[0].text == usual
    finger.leaves()
    place._unhint.get_callback()()
    assert place.labels[0].text == usual


def test_an_edge_fills_while_a_button_is_held_and_empties_when_it_is_let_go(glass: Any) -> None:
    put_up(glass, "40-staff-recover")
    glass.frame._deaf_until_s = 0.0
    place = button(glass, "recover")
    finger = Finger(glass, place)
    # Time passes here only when it is told to.
    place._holding.cancel()
    time_passes(place, 0.25)
    quarter = edge_part(glass, place)
    time_passes(place, 0.5)
    most = edge_part(glass, place)
    finger.moves_away()
    finger.leaves()
    assert (quarter, most, edge_part(glass, place)) == (
        pytest.approx(0.25, abs=0.1),
        pytest.approx(0.75, abs=0.1),
        pytest.approx(0, abs=0.02),
    )


def edge_part(glass: Any, place: Any) -> float:
    """The part of the button's width that its edge is seen to fill."""
    from ui.widgets.button import HELD_INSET_MM, HELD_MM
    from ui.widgets.look import look

    glass.settle(1)
    x, y = place.to_window(place.x, place.y)
    row = glass.frame.height - (y + place.height - look.theme.mm(HELD_INSET_MM + 0.75 * HELD_MM))
    pixels = glass.frame.picture().get_region(round(x), round(row), round(place.width), 1).pixels
    ink = [round(255 * part) for part in look.theme.palette.on_accent[:3]]
    seen = [pixels[at : at + 3] for at in range(0, len(pixels), 4)]
    return sum(all(abs(a - b) < 12 for a, b in zip(each, ink, strict=True)) for each in seen) / len(seen)


@pytest.mark.usefixtures("steady")
@pytest.mark.parametrize("between", ["slid off", "waited too long", "another button", "it means something else now"])
def test_a_first_press_stands_for_no_other(glass: Any, between: str) -> None:
    place = button(glass)
    as_it_was = place.action
    finger = Finger(glass, place)
    if between == "slid off":
        finger.moves_away()
    finger.leaves()
    later(place)
    if between == "waited too long":
        assert place._disarming.timeout == CONFIRM_S
        place._disarming.get_callback()()
    elif between == "another button":
        Finger(glass, button(glass, "axis_y")).leaves()
    elif between == "it means something else now":
        place.action = replace(place.action, does=ServiceAction(ServiceTask.JOG, "y", 10.0))
    Finger(glass, place).leaves()
    assert not [sent for sent in glass.sent if isinstance(sent, ServiceAction)]
    place.action = as_it_was
    place.let_go()


def test_on_the_keypad_two_presses_do_what_one_held_does(glass: Any) -> None:
    place = button(glass)
    for _ in range(2):
        place.key_down()
        time_passes(place, 0.2)
        place.key_up()
        later(place)
    assert glass.sent == [Announce("Press again to confirm"), JOG]
    glass.frame.move_focus(1)
    assert glass.sent[-1] == LetGo()


def test_a_key_struck_twice_is_one_stroke_and_a_scanner_may_be_quick() -> None:
    strokes, enter, seven = Strokes(), 13, 263
    assert strokes.takes(enter, 10.0)
    assert strokes.takes(seven, 10.1)
    assert not strokes.takes(seven, 10.5)
    strokes.lifted(enter, 11.0)
    assert not strokes.takes(enter, 11.49)
    assert strokes.takes(enter, 11.99)
    for quick in (ord("7"), 9, 8):
        assert all(strokes.takes(quick, 20 + 0.01 * n) for n in range(3))
    for steady in (13, 271, 273, 274, 275, 276, 256, 265, 267, 268, 269, 270):
        assert [strokes.takes(steady, 22 + 0.1 * n) for n in range(3)] == [True, False, False]
    # One that repeats itself for as long as it is held goes down once.
    assert [strokes.takes(enter, 30 + 0.03 * n) for n in range(40)].count(True) == 1


def test_every_tap_on_a_counter_counts_and_one_that_is_held_goes_on(glass: Any) -> None:
    put_up(glass, "31-staff-slot")
    glass.sent.clear()
    glass.frame._deaf_until_s = 0.0
    place = button(glass, "count_more")
    for _ in range(10):
        Finger(glass, place).leaves()
    assert len(glass.sent) == 10
    finger = Finger(glass, place)
    for _ in range(3):
        place._repeat(0.2)
    assert len(glass.sent) == 13
    finger.leaves()
    assert len(glass.sent) == 13
    assert place._repeating is None or not place._repeating.is_triggered


def test_a_page_is_there_whole_when_it_comes(glass: Any) -> None:
    from ui.widgets.look import look

    look.moving = True
    try:
        put_up(glass, "08-offer")
        assert glass.frame.page.opacity == 1
    finally:
        look.moving = False


@pytest.mark.parametrize("name", ["40-staff-recovering", "40-out-of-order-moves", "31-staff-slot"])
def test_stop_takes_a_touch_from_the_moment_it_stands_on_the_glass(glass: Any, name: str) -> None:
    snapshot, local = SAMPLES[name]
    glass.show(replace(snapshot, may_move=True), local, sample_store("portrait"), "light")
    glass.sent.clear()
    # As long as whatever is touched was meant for the screen before.
    glass.frame._deaf_until_s = float("inf")
    try:
        Finger(glass, button(glass, "cancel" if "staff" in name else "call_staff")).leaves()
        assert glass.sent == []
        Finger(glass, button(glass, "stop")).leaves()
        assert glass.sent == [Stop()]
    finally:
        glass.frame._deaf_until_s = 0.0


@pytest.mark.parametrize(("before", "after"), [("40-staff-recovering", "30-staff-stock"), ("19-cutting", "02-welcome")])
def test_a_touch_where_stop_stood_a_moment_ago_does_nothing_on_the_page_that_has_come(
    glass: Any, monkeypatch: pytest.MonkeyPatch, before: str, after: str
) -> None:
    from kivy.clock import Clock

    put_up(glass, before)
    stop = button(glass, "stop")
    x, y = stop.to_window(*stop.center)
    frame = glass.frame
    frame.show(present(*SAMPLES[after], sample_store("portrait")))
    glass.sent.clear()

    class There:
        pos = (x, y)

    assert frame.on_touch_down(There()), "nobody has seen the page before it is drawn"
    drawn_s = Clock.get_time()
    frame._drawn()
    frame._deaf_until_s = 0.0
    assert frame.on_touch_down(There())
    monkeypatch.setattr(Clock, "get_time", lambda: drawn_s + 0.49)
    assert frame._meant_for_stop(There())
    monkeypatch.setattr(Clock, "get_time", lambda: drawn_s + 0.51)
    assert not frame._meant_for_stop(There())
    assert glass.sent == []


def test_a_page_that_takes_long_to_draw_is_deaf_until_it_was_seen_for_a_moment(
    glass: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kivy.clock import Clock

    glass.frame.show(present(*SAMPLES["02-welcome"], sample_store("portrait")))
    began_s = Clock.get_time()
    monkeypatch.setattr(Clock, "get_time", lambda: began_s + 5.0)
    assert glass.frame.deaf
    glass.frame._drawn()
    assert glass.frame.deaf
    monkeypatch.setattr(Clock, "get_time", lambda: began_s + 5.31)
    assert not glass.frame.deaf
