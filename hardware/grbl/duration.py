"""How long a move takes at most on this machine. Pure.

Responsible for: bounds from rates and accelerations. Not responsible for: what a board really does with its moves.
"""

from __future__ import annotations

import math

from config.machine import Machine
from hardware.job import Position

MARGIN_S = 0.25


def rapid_rate_mm_min(machine: Machine, start: Position, end: Position) -> float:
    """Speed along a straight rapid: as fast as no axis exceeds its own rate."""
    length_mm = math.dist(start, end)
    rates = (machine.x.max_rate_mm_min, machine.y.max_rate_mm_min, machine.z.max_rate_mm_min)
    limits = [rate * length_mm / abs(b - a) for rate, a, b in zip(rates, start, end, strict=True) if a != b]
    return min(limits, default=min(rates))


def longest_s(machine: Machine, start: Position, end: Position, feed_mm_min: float | None) -> float:
    """A bound on the time from standstill to standstill; `feed_mm_min` None for a rapid."""
    rate = rapid_rate_mm_min(machine, start, end)
    if feed_mm_min is not None:
        rate = min(rate, feed_mm_min)
    slowest = min(axis.acceleration_mm_s2 for axis in (machine.x, machine.y, machine.z))
    return math.dist(start, end) / rate * 60 + rate / 60 / slowest + MARGIN_S
