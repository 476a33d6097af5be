"""Look-ahead: queued straight moves, the speeds at their junctions, and trapezoids. Pure arithmetic, no time of day.

Responsible for: how fast each of up to 15 queued blocks may enter and leave, within every axis's rate and acceleration
and the junction deviation, as GRBL plans them; and one block's speed profile. Not responsible for: running them
(`simulator.firmware.stepper`).
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

from simulator.firmware.gcode_state import Vector
from simulator.firmware.numbers import round_half_away, single

Steps = tuple[int, int, int]
_TURN_BACK, _STRAIGHT_ON = 0.999999, -0.999999
_SLOWEST_MM_S = 1.0 / 60
_EPSILON_MM = 1e-9


class Leg(NamedTuple):
    """A stretch of constant acceleration: `duration_s` from speed `v0_mm_s`, along the block."""

    duration_s: float
    v0_mm_s: float
    acceleration_mm_s2: float
    length_mm: float


@dataclass(slots=True)
class Limits:
    """What the settings allow. Speeds in mm/s."""

    steps_per_mm: tuple[float, ...]
    max_rate_mm_s: tuple[float, ...]
    acceleration_mm_s2: tuple[float, ...]
    junction_deviation_mm: float


@dataclass(slots=True)
class Move:
    """What is asked of one block. `feed_mm_s` counts for anything but a rapid."""

    feed_mm_s: float = 0.0
    rapid: bool = False
    system: bool = False
    no_override: bool = False
    per_minute: float | None = None
    """Inverse time: blocks a minute, instead of a feed."""
    line_number: int = 0
    spindle: int = 5
    speed_rpm: float = 0.0


@dataclass(slots=True, eq=False)
class Planned:
    """One queued straight move. Lengths in mm, speeds squared in mm²/s²."""

    steps: Steps
    events: int
    length_mm: float
    unit: Vector
    acceleration: float
    rapid_mm_s: float
    rate_mm_s: float
    move: Move
    done_mm: float = 0.0
    entry_sq: float = 0.0
    max_entry_sq: float = 0.0
    junction_sq: float = 0.0
    origin: Steps = (0, 0, 0)
    watch_mm: float | None = None

    def nominal_mm_s(self, feed_percent: int, rapid_percent: int) -> float:
        """The speed it is meant to run at under these overrides."""
        rate = self.rate_mm_s
        if self.move.rapid:
            rate *= rapid_percent / 100
        else:
            if not self.move.no_override:
                rate *= feed_percent / 100
            rate = min(rate, self.rapid_mm_s)
        return max(rate, _SLOWEST_MM_S)


def _limited(limits: tuple[float, ...], unit: Vector) -> float:
    """The largest length along `unit` that keeps every axis within its limit."""
    return min(limit / abs(part) for limit, part in zip(limits, unit, strict=True) if part)


def junction_speed_sq(before: Vector, after: Vector, limits: Limits) -> float:
    """Square of the speed at which the corner between two directions may be taken, mm²/s²."""
    cos = -(before[0] * after[0] + before[1] * after[1] + before[2] * after[2])
    if cos > _TURN_BACK:
        return 0.0
    if cos < _STRAIGHT_ON:
        return math.inf
    dx, dy, dz = after[0] - before[0], after[1] - before[1], after[2] - before[2]
    size = math.sqrt(dx * dx + dy * dy + dz * dz)
    acceleration = _limited(limits.acceleration_mm_s2, (dx / size, dy / size, dz / size))
    sin_half = math.sqrt(0.5 * (1.0 - cos))
    return max(0.0, acceleration * limits.junction_deviation_mm * sin_half / (1.0 - sin_half))


def profile(length_mm: float, entry: float, nominal: float, leave: float, acceleration: float) -> list[Leg]:
    """The legs of one block: from `entry` mm/s towards `nominal`, leaving at `leave` or as near as it can.

    Too short to brake to `leave`, it brakes all the way; too fast at its start (an override came down), it brakes to
    `nominal` first.
    """
    legs: list[Leg] = []
    left = length_mm
    if left <= _EPSILON_MM:
        return legs
    two_a = 2 * acceleration
    if leave > entry and (leave * leave - entry * entry) / two_a >= left - _EPSILON_MM:
        return [_leg(entry, math.sqrt(entry * entry + two_a * left), acceleration, left)]
    brake_mm = (entry * entry - leave * leave) / two_a
    if brake_mm >= left - _EPSILON_MM:
        out = math.sqrt(max(0.0, entry * entry - two_a * left))
        return [_leg(entry, out, -acceleration, left)]
    if entry > nominal:
        slow_mm = (entry * entry - nominal * nominal) / two_a
        final_mm = max(0.0, (nominal * nominal - leave * leave) / two_a)
        if slow_mm + final_mm >= left:
            return _brake_late(left, entry, leave, acceleration)
        if slow_mm > _EPSILON_MM:
            legs.append(_leg(entry, nominal, -acceleration, slow_mm))
            left -= slow_mm
        entry = nominal
    top = math.sqrt(max(0.0, acceleration * left + 0.5 * (entry * entry + leave * leave)))
    if top < nominal:
        up_mm = max(0.0, (top * top - entry * entry) / two_a)
        down_mm = left - up_mm
        if up_mm > _EPSILON_MM:
            legs.append(_leg(entry, top, acceleration, min(up_mm, left)))
        if down_mm > _EPSILON_MM:
            legs.append(_leg(top, leave, -acceleration, down_mm))
        return legs
    up_mm = (nominal * nominal - entry * entry) / two_a
    down_mm = max(0.0, (nominal * nominal - leave * leave) / two_a)
    if up_mm > _EPSILON_MM:
        legs.append(_leg(entry, nominal, acceleration, up_mm))
    cruise_mm = left - up_mm - down_mm
    if cruise_mm > _EPSILON_MM:
        legs.append(Leg(cruise_mm / nominal, nominal, 0.0, cruise_mm))
    if down_mm > _EPSILON_MM:
        legs.append(_leg(nominal, min(nominal, leave) if leave > nominal else leave, -acceleration, down_mm))
    return legs


def _brake_late(length_mm: float, entry: float, leave: float, acceleration: float) -> list[Leg]:
    """Brake from the start to `leave`, then hold that speed: the nominal speed is never reached."""
    slow_mm = (entry * entry - leave * leave) / (2 * acceleration)
    legs = [_leg(entry, leave, -acceleration, slow_mm)]
    if length_mm - slow_mm > _EPSILON_MM and leave > 0:
        legs.append(Leg((length_mm - slow_mm) / leave, leave, 0.0, length_mm - slow_mm))
    return legs


def _leg(v0: float, v1: float, acceleration: float, length_mm: float) -> Leg:
    total = v0 + v1
    duration_s = 2 * length_mm / total if total > 0 else 0.0
    # The acceleration follows from the ends, so that a leg ends exactly where and as fast as it says.
    return Leg(duration_s, v0, (v1 - v0) / duration_s if duration_s else acceleration, length_mm)


class Planner:
    """The queue. The first block is the one being run."""

    def __init__(self, limits: Limits, capacity: int) -> None:
        self.limits = limits
        self.capacity = capacity
        self.blocks: deque[Planned] = deque()
        self.position: Steps = (0, 0, 0)
        self.feed_percent = 100
        self.rapid_percent = 100
        self._last_unit: Vector = (0.0, 0.0, 0.0)
        self._last_nominal = 0.0

    @property
    def free(self) -> int:
        """How many more blocks fit."""
        return self.capacity - len(self.blocks)

    def clear(self) -> None:
        """Forget every block."""
        self.blocks.clear()

    def sync(self, position: Steps) -> None:
        """Plan on from here."""
        self.position = position

    def append(self, target_mm: Vector, move: Move, start: Steps | None = None) -> Planned | None:
        """Queue a straight move to `target_mm`; None if it moves no motor. Entry speeds follow at `recalculate`."""
        spm = self.limits.steps_per_mm
        at = self.position if start is None else start
        goal = (
            # In single precision: half a step either way is a whole step on the board.
            round_half_away(single(target_mm[0] * spm[0])),
            round_half_away(single(target_mm[1] * spm[1])),
            round_half_away(single(target_mm[2] * spm[2])),
        )
        steps = (goal[0] - at[0], goal[1] - at[1], goal[2] - at[2])
        events = max(abs(steps[0]), abs(steps[1]), abs(steps[2]))
        if events == 0:
            return None
        dx, dy, dz = steps[0] / spm[0], steps[1] / spm[1], steps[2] / spm[2]
        length = math.sqrt(dx * dx + dy * dy + dz * dz)
        unit = (dx / length, dy / length, dz / length)
        rapid = _limited(self.limits.max_rate_mm_s, unit)
        if move.rapid:
            rate = rapid
        elif move.per_minute is not None:
            rate = move.per_minute * length / 60
        else:
            rate = move.feed_mm_s
        block = Planned(steps, events, length, unit, _limited(self.limits.acceleration_mm_s2, unit), rapid, rate, move)
        nominal = block.nominal_mm_s(self.feed_percent, self.rapid_percent)
        if self.blocks and not move.system:
            block.junction_sq = junction_speed_sq(self._last_unit, unit, self.limits)
            block.max_entry_sq = min(block.junction_sq, nominal * nominal, self._last_nominal * self._last_nominal)
        self.blocks.append(block)
        if not move.system:
            self._last_unit, self._last_nominal, self.position = unit, nominal, goal
        return block

    def pop(self) -> None:
        """The first block is wholly prepared."""
        if self.blocks:
            self.blocks.popleft()

    def exit_mm_s(self) -> float:
        """The speed at which the first block must leave."""
        return math.sqrt(self.blocks[1].entry_sq) if len(self.blocks) > 1 else 0.0

    def override(self, feed_percent: int, rapid_percent: int) -> None:
        """Overrides changed: every nominal speed and every junction with it."""
        self.feed_percent, self.rapid_percent = feed_percent, rapid_percent
        previous = math.inf
        for block in self.blocks:
            nominal = block.nominal_mm_s(feed_percent, rapid_percent)
            block.max_entry_sq = min(block.junction_sq, nominal * nominal, previous * previous)
            previous = nominal
        if self.blocks:
            self._last_nominal = previous

    def recalculate(self) -> None:
        """Entry speeds of all queued blocks; the first one's entry is given by the motion itself."""
        blocks = self.blocks
        leave_sq = 0.0
        for i in range(len(blocks) - 1, 0, -1):
            block = blocks[i]
            reach = leave_sq + 2 * block.acceleration * (block.length_mm - block.done_mm)
            entry = block.max_entry_sq if block.max_entry_sq < reach else reach
            leave_sq = block.entry_sq = entry
        before: Planned | None = None
        for block in blocks:
            if before is not None:
                reach = before.entry_sq + 2 * before.acceleration * (before.length_mm - before.done_mm)
                if reach < block.entry_sq:
                    block.entry_sq = reach
            before = block
