"""What is due when: the one scheduler, of the session's timers and of the people in rehearsals.

Responsible for: keeping things in the order in which they fall due. Not responsible for: waiting, or doing them. Used
by one thread.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Agenda(Generic[T]):
    """Things to come, by the clock it is given."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        """Nothing is to come."""
        self._now_s = now_s
        self._entries: list[tuple[float, int, T]] = []
        self._order = itertools.count()

    def after(self, delay_s: float, what: T) -> None:
        """Have `what` fall due in `delay_s`; of two at one moment the first to be entered comes first."""
        heapq.heappush(self._entries, (self._now_s() + delay_s, next(self._order), what))

    @property
    def wait_s(self) -> float | None:
        """How long until the next is due, 0 if one is; None if nothing is to come."""
        return max(0.0, self._entries[0][0] - self._now_s()) if self._entries else None

    def take_due(self) -> T | None:
        """The next that is due, taken off; None if nothing is."""
        if self._entries and self._entries[0][0] <= self._now_s():
            return heapq.heappop(self._entries)[2]
        return None
