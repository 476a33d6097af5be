"""A held press acts once, after it was held; whatever moves by it ends when the finger leaves, wherever that is."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.session.intents import LetGo, ServiceAction, ServiceTask
from tests.ui.glass import gallery
from ui.gallery import sample_store
from ui.present.samples import SAMPLES

JOG = ServiceAction(ServiceTask.JOG, "y", 0.1)


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


def time_passes(place: Any, part: float) -> None:
    from ui.widgets.look import look

    if place._holding is not None:
        place._hold(look.theme.motion.hold_s * part)


def test_a_jog_runs_while_held_and_ends_when_the_finger_leaves(glass: Any) -> None:
    place = button(glass)
    finger = Finger(glass, place)
    time_passes(place, 0.5)
    assert glass.sent == []
    time_passes(place, 0.6)
    assert glass.sent == [JOG]
    finger.leaves()
    assert glass.sent == [JOG, LetGo()]


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
