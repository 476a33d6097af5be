"""How much of the processor the panel may take.

Responsible for: saying when to skip a look, so that drawing without a graphics card never slows the simulated machine
beside it. Not responsible for: measuring time (it is given). Pure.
"""

from __future__ import annotations

SHARE = 0.3
"""Of one core, on average."""
_TOLERATED_S = 0.15
_MOST_S = 0.6
"""What is held against it at most: a slow start is forgiven soon."""


class CpuBudget:
    """Counts what was spent against what may be."""

    def __init__(self, wall_s: float, cpu_s: float) -> None:
        self._wall_s, self._cpu_s = wall_s, cpu_s
        self._over_s = 0.0

    def may(self, wall_s: float, cpu_s: float) -> bool:
        """Whether there is something left to spend, at these readings of both clocks."""
        spent_s, passed_s = cpu_s - self._cpu_s, wall_s - self._wall_s
        self._wall_s, self._cpu_s = wall_s, cpu_s
        self._over_s = min(_MOST_S, max(0.0, self._over_s + spent_s - SHARE * passed_s))
        return self._over_s <= _TOLERATED_S
