"""Reported positions against the planned path while the wheel cuts. Pure: time and reports are passed in.

Responsible for: noticing that the machine is off the path, too fast, standing still, or that its wheel does not
turn. Not responsible for: stopping it (`hardware.grbl.latch`).

Reports come a few times a second while the wheel moves some millimetres, so a short departure between two reports
can stay unseen here; that is what the measured copy is for.

When a report was made is known only as between its asking and its hearing: a busy computer may leave one lying a while.
What it shows is held against the span that is kindest to the machine, so that only the machine's own lateness counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hardware.errors import PathDeviation
from hardware.grbl.events import StatusReport
from hardware.job import Position

STALLED_S = 0.5
"""No step forward for so long while there is path left is a stall."""
SPEED_SLACK = 1.05
PREPARED_S = 0.1
"""Boards prepare motion some 50 ms ahead; as much again for the report's own way."""


@dataclass(frozen=True, repr=False)
class _Leg:
    """One straight piece: from, to, its length, and how much path lies before it."""

    start: Position
    end: Position
    length_mm: float
    before_mm: float
    feed_mm_min: float


class PathMonitor:
    """Follows one run of moves, given leg by leg as they are sent."""

    def __init__(self, at: Position, tolerance_mm: float, wheel_rpm: float, now_s: float) -> None:
        self._tolerance_mm = tolerance_mm
        self._wheel_rpm = wheel_rpm
        self._end = at
        self._legs: list[_Leg] = []
        self._total_mm = 0.0
        self._first = 0
        self.done_mm = 0.0
        """How much of the path the last report shows as done."""
        self._moved_s: float | None = None
        """When the last report that showed a step forward was heard; None: none was since there is way to go."""
        self._asked_s = now_s
        """When the last report that was believed was asked for."""

    def expect(self, end: Position, feed_mm_min: float) -> None:
        """A move to `end` is sent."""
        if self.done_mm >= self._total_mm - self._tolerance_mm:
            self._moved_s = None
        length_mm = math.dist(self._end, end)
        self._legs.append(_Leg(self._end, end, length_mm, self._total_mm, feed_mm_min))
        self._total_mm += length_mm
        self._end = end

    def see(self, status: StatusReport, asked_s: float, heard_s: float) -> None:
        """Judge one report, made some time between its asking and its hearing.

        Raises:
            PathDeviation: with what is wrong, and no coordinate in it.
        """
        if status.machine_mm is None or not self._legs:
            self._judge_wheel(status)
            return
        at = status.machine_mm
        reach_mm = self._reach_mm(heard_s)
        best_mm = math.inf
        found: tuple[int, float] | None = None
        for i in range(self._first, len(self._legs)):
            leg = self._legs[i]
            if leg.before_mm > self.done_mm + reach_mm:
                break
            along_mm, off_mm = _project(at, leg)
            along_mm += leg.before_mm
            if self.done_mm - self._tolerance_mm <= along_mm <= self.done_mm + reach_mm:
                best_mm = min(best_mm, off_mm)
                if off_mm <= self._tolerance_mm:
                    found = (i, along_mm)
                    break
        if found is None:
            raise PathDeviation(f"the machine is {_how_far(best_mm)} off the planned path")
        self._judge_speed(status, *found)
        self._judge_progress(found, asked_s, heard_s)
        # At the end of all that was sent, retracted, the wheel may be switched off.
        if self._total_mm - self.done_mm > self._tolerance_mm:
            self._judge_wheel(status)

    def _reach_mm(self, heard_s: float) -> float:
        """How far along the path it can have come since the last report."""
        fastest = max(leg.feed_mm_min for leg in self._legs[self._first :])
        return fastest / 60 * (heard_s - self._asked_s + 0.1) * SPEED_SLACK + 2 * self._tolerance_mm

    def _judge_wheel(self, status: StatusReport) -> None:
        if status.spindle_rpm is not None and abs(status.spindle_rpm - self._wheel_rpm) > 0.05 * self._wheel_rpm:
            raise PathDeviation("the wheel does not turn as it should")
        if status.accessories is not None and "S" not in status.accessories:
            raise PathDeviation("the wheel does not turn")

    def _judge_speed(self, status: StatusReport, leg: int, along_mm: float) -> None:
        # It may still be slowing down from the leg before; and a board reports the speed it has prepared, which is that
        # of a moment ahead of the place it reports: where legs are short, some legs ahead.
        fastest = max(each.feed_mm_min for each in self._legs[max(self._first - 1, 0) : leg + 2])
        ahead_s = 0.0
        for each in self._legs[leg:]:
            fastest = max(fastest, each.feed_mm_min)
            ahead_s += (each.before_mm + each.length_mm - max(along_mm, each.before_mm)) / each.feed_mm_min * 60
            if ahead_s > PREPARED_S:
                break
        if status.feed_mm_min is not None and status.feed_mm_min > fastest * SPEED_SLACK + 1:
            raise PathDeviation("the machine feeds faster than planned")

    def _judge_progress(self, found: tuple[int, float], asked_s: float, heard_s: float) -> None:
        leg, along_mm = found
        if self._moved_s is None or along_mm > self.done_mm + 0.003:
            self._moved_s = heard_s
        self._first = leg
        self.done_mm = max(self.done_mm, along_mm)
        self._asked_s = asked_s
        left_mm = self._total_mm - self.done_mm
        if left_mm > self._tolerance_mm and asked_s - self._moved_s > STALLED_S:
            raise PathDeviation("the feed has stalled")


def _project(at: Position, leg: _Leg) -> tuple[float, float]:
    """How far along the leg the nearest point lies, and how far away it is."""
    if leg.length_mm == 0:
        return 0.0, math.dist(at, leg.end)
    direction = [(b - a) / leg.length_mm for a, b in zip(leg.start, leg.end, strict=True)]
    along = sum((p - a) * d for p, a, d in zip(at, leg.start, direction, strict=True))
    along = min(max(along, 0.0), leg.length_mm)
    nearest = tuple(a + d * along for a, d in zip(leg.start, direction, strict=True))
    return along, math.dist(at, nearest)


def _how_far(distance_mm: float) -> str:
    return "far" if not math.isfinite(distance_mm) else f"{distance_mm:.2f} mm"
