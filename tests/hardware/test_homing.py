"""Homing: the wheel is lifted before it, and what it found is tried a second time."""

from __future__ import annotations

from tests.support.promise_machine import Hands


def test_the_home_button_lifts_a_wheel_that_stands_low_before_all_axes_move() -> None:
    hands = Hands().homed()
    for _ in range(3):
        hands.cutter.jog("y", -10.0, lambda: True)
    hands.sent.clear()
    hands.cutter.home()
    assert hands.sent.index(b"$J=") < hands.sent.index(b"$H")
