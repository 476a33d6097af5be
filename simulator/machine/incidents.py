"""What must never happen with a machine, counted as it happens.

Responsible for: the counters, and how long a board that heeds its inputs may still move. Not responsible for: metal
and motors (`simulator.machine.world`), or who is to blame (`simulator.faults.model` says what no software can prevent).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

STOPPING_S = 0.3
"""What any axis takes from its fastest rate to rest, with what a board has prepared ahead."""
ALONE_S = 6.0
"""A sender that is in command of a turning wheel says something oftener than this."""
_ONE_S = 1.0
"""Forbidden motion that goes on is counted once in so much time."""


@dataclass
class Incidents:
    """Counters."""

    plunged_still: int = 0
    """The wheel was pushed into metal without turning."""
    cut_open_door: int = 0
    """Metal was cut longer after the door opened than a stop takes."""
    cut_loose: int = 0
    """The clamp was open, or opened, while the wheel was in the metal."""
    cut_no_blank: int = 0
    """A turning wheel went where the metal should have been, and the clamp was empty."""
    moved_open_door: int = 0
    """An axis moved with the door open or hold held, longer than a stop takes."""
    turned_alone: int = 0
    """The wheel turned and nobody said a word to a board that could be reached."""
    ran_into_end: int = 0
    """A slide was driven against its hard stop."""

    def counted(self, excused: Iterable[str] = ()) -> dict[str, int]:
        """Those that happened, but for the ones a fault causes whatever software does."""
        return {name: count for name, count in asdict(self).items() if count and name not in set(excused)}


@dataclass
class Forbidden:
    """Since when motion is forbidden, and when it was last counted."""

    since_s: float | None = None
    homing: bool = False
    """It was homing as that began: a board heeds its reset alone then, so what goes on is the hardware's to stop."""
    counted_s: float = float("-inf")

    def changed(self, forbidden: bool, homing: bool, now_s: float) -> None:
        """An input changed."""
        if not forbidden:
            self.since_s = None
        elif self.since_s is None:
            self.since_s, self.homing = now_s, homing

    def lasts(self, now_s: float) -> bool:
        """Longer than a stop takes."""
        return self.since_s is not None and now_s - self.since_s > STOPPING_S

    def counts(self, homing: bool, now_s: float) -> bool:
        """Whether a motion now is one more incident."""
        self.homing = self.homing and homing
        if not self.lasts(now_s) or self.homing or now_s - self.counted_s < _ONE_S:
            return False
        self.counted_s = now_s
        return True
