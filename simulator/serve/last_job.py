"""The last job as it went, line of the wire by line: what the machine was at each, for somebody to go back over.

Responsible for: keeping moments from the blank in the clamp until it has left it, the last job's alone, in memory.
Not responsible for: what is shown of a moment (`simulator.serve.looks`). It goes with the machine, as the wire does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator.faults.simulated_machine import SimulatedMachine
from simulator.serve.looks import Looks, Values
from simulator.wire.tap import TappedLine

MOST_MOMENTS = 6000
"""Some ten minutes of a job; a longer one keeps its end."""
LINES_BEFORE = 60
_EDGES = ("top_um", "bottom_um", "uncut_um")


@dataclass(frozen=True, repr=False)
class _Moment:
    line: TappedLine
    state: Values
    metal: Values


class LastJob:
    """Hears every line of the wire, under the machine's lock."""

    def __init__(self, sim: SimulatedMachine, looks: Looks) -> None:
        """Nothing has been made yet."""
        self._sim, self._looks = sim, looks
        self._moments: list[_Moment] = []
        self._metal: Values = {}
        self._going = False

    def passed(self, line: TappedLine) -> None:
        """A line passed: keep the moment, if a job goes on."""
        clamped = self._sim.world.carousel.clamped is not None
        if not clamped and not self._going:
            return
        if clamped and not self._going:
            self._moments.clear()
        self._going = clamped
        metal = self._looks.metal(int(str(self._metal.get("number", 0))))
        if not metal.get("same"):
            self._metal = {key: np.array(value, np.int32) if key in _EDGES else value for key, value in metal.items()}
        self._moments.append(_Moment(line, self._looks.state(), self._metal))
        del self._moments[:-MOST_MOMENTS]

    def at(self, number: int) -> dict[str, Any]:
        """One moment, the first being 0 and the last -1, with the lines before it; outside it is the nearest."""
        count = len(self._moments)
        if not count:
            return {"count": 0}
        at = count - 1 if number < 0 else min(number, count - 1)
        moment = self._moments[at]
        metal = {key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in moment.metal.items()}
        lines = [each.line.row() for each in self._moments[max(0, at - LINES_BEFORE) : at + 1]]
        return {"count": count, "at": at, "lines": lines, "state": moment.state, "metal": metal}
