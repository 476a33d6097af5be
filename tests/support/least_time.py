"""The kinematic minimum of a cut: how long a job takes at least on a machine, to hold the driver's time against."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from config.machine import Machine
from hardware.grbl.duration import rapid_rate_mm_min
from hardware.grbl.modal import dwell_s, words_of
from hardware.job import CutJob, Position

JUNCTION_DEVIATION_MM = 0.01
"""`$11` as boards are shipped: how far a corner may be rounded, which decides how fast it is taken."""
_STRAIGHT_ON, _TURN_BACK = -0.999999, 0.999999


@dataclass(frozen=True, repr=False)
class _Leg:
    """One straight move: direction, length, the speed it may reach and its acceleration."""

    unit: tuple[float, ...]
    length_mm: float
    speed_mm_s: float
    acceleration_mm_s2: float


def least_s(job: CutJob, at: Position, machine: Machine) -> float:
    """The kinematic minimum of a job: no machine with these rates and accelerations does the same path sooner.

    The job's own moves from `at` to its end, every move as fast as its feed (a rapid: its axes) allows, constant
    acceleration, corners taken at the speed that $11 allows, all moves known beforehand, no wire, no comparisons; its
    dwells are added. The wheel is switched on and off at a standstill, as GRBL does. With every corner's speed as high
    as moves before and after can reach (one pass backwards, one forwards), each move then takes

        t = (2 p - v0 - v1) / a + (s - (2 p^2 - v0^2 - v1^2) / 2a) / p,  p = min(v, sqrt(a s + (v0^2 + v1^2) / 2))

    for length s, corner speeds v0 and v1, acceleration a, allowed speed v and reached speed p.
    """
    runs: list[list[_Leg]] = [[]]
    waits_s, place = 0.0, at
    for line in job.lines:
        waits_s += dwell_s(line.text)
        if any(letter == "M" for letter, _ in words_of(line.text)):
            runs.append([])
        if line.end is not None:
            end = (line.end[0], line.end[1], place[2])
            if end != place:
                feed = dict(words_of(line.text)).get("F") if line.cutting else None
                runs[-1].append(_leg(machine, place, end, feed))
            place = end
    return waits_s + sum(_run_s(run, machine) for run in runs)


def _leg(machine: Machine, start: Position, end: Position, feed_mm_min: float | None) -> _Leg:
    length_mm = math.dist(start, end)
    unit = tuple((b - a) / length_mm for a, b in zip(start, end, strict=True))
    rate = rapid_rate_mm_min(machine, start, end)
    if feed_mm_min is not None:
        rate = min(rate, feed_mm_min)
    return _Leg(unit, length_mm, rate / 60, _limited_mm_s2(machine, unit))


def _limited_mm_s2(machine: Machine, unit: Sequence[float]) -> float:
    axes = (machine.x, machine.y, machine.z)
    return min(axis.acceleration_mm_s2 / abs(part) for axis, part in zip(axes, unit, strict=True) if part)


def _corner_mm_s(machine: Machine, before: _Leg, after: _Leg) -> float:
    """How fast the corner between two moves may be taken, were they long enough."""
    slower = min(before.speed_mm_s, after.speed_mm_s)
    cosine = -sum(a * b for a, b in zip(before.unit, after.unit, strict=True))
    if cosine > _TURN_BACK:
        return 0.0
    if cosine < _STRAIGHT_ON:
        return slower
    turn = [b - a for a, b in zip(before.unit, after.unit, strict=True)]
    size = math.hypot(*turn)
    half = math.sqrt((1 - cosine) / 2)
    acceleration = _limited_mm_s2(machine, [part / size for part in turn])
    return min(slower, math.sqrt(acceleration * JUNCTION_DEVIATION_MM * half / (1 - half)))


def _run_s(legs: Sequence[_Leg], machine: Machine) -> float:
    """Least time for moves that run into one another, from standstill to standstill."""
    corners = [0.0, *(_corner_mm_s(machine, before, after) for before, after in pairwise(legs)), 0.0]
    for i in range(len(legs) - 1, -1, -1):
        reach = math.sqrt(corners[i + 1] ** 2 + 2 * legs[i].acceleration_mm_s2 * legs[i].length_mm)
        corners[i] = min(corners[i], reach)
    for i, leg in enumerate(legs):
        reach = math.sqrt(corners[i] ** 2 + 2 * leg.acceleration_mm_s2 * leg.length_mm)
        corners[i + 1] = min(corners[i + 1], reach)
    spent_s = 0.0
    for leg, v0, v1 in zip(legs, corners, corners[1:], strict=False):
        a, s = leg.acceleration_mm_s2, leg.length_mm
        peak = min(leg.speed_mm_s, math.sqrt(a * s + (v0**2 + v1**2) / 2))
        ramps_mm = (2 * peak**2 - v0**2 - v1**2) / (2 * a)
        spent_s += (2 * peak - v0 - v1) / a + max(0.0, s - ramps_mm) / peak
    return spent_s
