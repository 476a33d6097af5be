"""The pause between two frames: it ends as soon as something was touched, is due, or has to be drawn.

Responsible for: how long the screen's thread rests. Not responsible for: what it does then. Kivy's own pause takes a
whole frame whatever happens, and what was touched in it is heard of only after another one; and where nothing is due
it wakes for nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from time import sleep
from typing import Any

GLANCE_S, RESTING_GLANCE_S = 0.004, 0.008
"""Between two looks for a touch, in a visit and while nobody is here: one lies there no longer than that."""
LONGEST_S = 0.25
"""A pause ends after this at the latest, whatever the clock says is due."""


class Pause:
    """Takes the place of a Kivy clock's own pause. Kivy's main thread only."""

    def __init__(self, clock: Any, window: Any, sleep: Callable[[float], None] = sleep) -> None:
        self._clock, self._window, self._sleep = clock, window, sleep
        self.glance_s = GLANCE_S
        self._touched = False
        window.bind(on_mouse_down=self._touch, on_mouse_move=self._touch, on_mouse_up=self._touch)
        clock.idle = self.rest

    def _touch(self, *_: Any) -> None:
        self._touched = True

    def rest(self) -> float:
        """Rest until there is something to do; the time it is then."""
        clock = self._clock
        now, before = clock.time(), clock._last_tick  # noqa: SLF001 - kept nowhere else, as all below
        while now < self._until(before):
            self._sleep(min(self.glance_s, self._until(before) - now))
            # Whatever came in meanwhile: a touch goes to its queue, a key does at once what it does.
            self._window.mainloop()
            now = clock.time()
        self._touched = False
        clock._dt, clock._last_tick = now - before, now  # noqa: SLF001
        return float(now)

    def _until(self, before: float) -> float:
        fps = self._clock._max_fps  # noqa: SLF001
        if self._touched or not fps:
            return before
        due = before if self._window.canvas.needs_redraw else self._clock.get_min_timeout()
        return float(max(before + 1 / fps, min(due, before + LONGEST_S)))
