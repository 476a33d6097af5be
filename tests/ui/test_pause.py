"""Whoever touches the glass waits for no frame in which nothing happens."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from ui.pause import LONGEST_S, Pause

NEVER = 1e9


class Glass:
    """A clock and a window in one; `comes` is what the window brings at a time."""

    def __init__(self, *, due_s: float = NEVER, comes: dict[float, Callable[[Any], None]] | None = None) -> None:
        self.now, self._last_tick, self._dt, self._max_fps, self.due_s = 0.0, 0.0, 0.0, 60, due_s
        self.canvas = SimpleNamespace(needs_redraw=False)
        self._comes = dict(comes or {})
        self.bound: dict[str, Callable[..., None]] = {}

    def bind(self, **handlers: Callable[..., None]) -> None:
        self.bound |= handlers

    def time(self) -> float:
        return self.now

    def get_min_timeout(self) -> float:
        return self.due_s

    def sleep(self, how_long_s: float) -> None:
        self.now += how_long_s

    def mainloop(self) -> None:
        for at in [at for at in self._comes if at <= self.now]:
            self._comes.pop(at)(self)


def rested(glass: Glass) -> float:
    return Pause(glass, glass, glass.sleep).rest()


@pytest.mark.parametrize("event", ["on_mouse_down", "on_mouse_move", "on_mouse_up"])
def test_a_touch_ends_the_pause_at_the_next_look(event: str) -> None:
    glass = Glass(comes={0.001: lambda it: it.bound[event]()})
    assert rested(glass) == pytest.approx(0.004)


def test_a_touch_that_came_during_the_last_frame_finds_no_pause_and_the_next_pause_is_a_whole_one() -> None:
    glass = Glass()
    pause = Pause(glass, glass, glass.sleep)
    glass.bound["on_mouse_up"]()
    assert pause.rest() == 0.0
    assert pause.rest() == pytest.approx(LONGEST_S)


def test_what_is_due_is_done_then_and_not_more_often_than_frames_are_drawn() -> None:
    assert rested(Glass(due_s=0.1)) == pytest.approx(0.1)
    assert rested(Glass(due_s=-1.0)) == pytest.approx(1 / 60)


def test_news_from_another_thread_ends_the_pause_at_the_next_look() -> None:
    assert 0.05 <= rested(Glass(comes={0.05: lambda it: setattr(it, "due_s", 0.0)})) <= 0.055


def test_a_key_that_changed_what_is_drawn_is_drawn_at_once() -> None:
    pressed = Glass(comes={0.05: lambda it: setattr(it.canvas, "needs_redraw", True)})
    assert 0.05 <= rested(pressed) <= 0.055


def test_where_nothing_happens_it_still_looks_after_the_clock_now_and_then() -> None:
    glass = Glass()
    assert rested(glass) == pytest.approx(LONGEST_S)
    assert glass._dt == pytest.approx(LONGEST_S)
    assert glass._last_tick == glass.now


def test_where_no_frame_is_waited_for_there_is_no_pause() -> None:
    glass = Glass()
    glass._max_fps = 0
    assert rested(glass) == 0.0
