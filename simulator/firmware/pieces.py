"""Stretches of prepared motion: where along a block, when, and how many steps. Pure arithmetic.

Responsible for: one stretch of constant acceleration in time, and the line algorithm of the board. Not responsible for:
which stretches there are (`simulator.firmware.stepper`).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from simulator.firmware.planner import Leg, Planned, Steps

SEGMENT_S = 0.010
"""What is prepared at once."""
TINY_S = 1e-9


class Piece(NamedTuple):
    """One stretch: from when to when, from where on its block, how fast."""

    start_s: float
    end_s: float
    from_mm: float
    leg: Leg
    block: Planned


def steps_done(block: Planned, done_mm: float) -> Steps:
    """Steps taken on each axis after `done_mm` of the block, by the line algorithm of the board."""
    n = min(block.events, int(done_mm / block.length_mm * block.events + 1e-6))
    if n == block.events:
        return block.steps
    x, y, z = block.steps
    return (_taken(x, n, block.events), _taken(y, n, block.events), _taken(z, n, block.events))


def _taken(steps: int, n: int, events: int) -> int:
    """Of an axis's `steps`, those taken after `n` of the block's events."""
    if steps == 0:
        return 0
    taken = -((-(events + 2 * n * abs(steps))) // (2 * events)) - 1
    return taken if steps > 0 else -taken


def time_at(piece: Piece, at_mm: float) -> float:
    """When it passes a place on its block."""
    into_mm = max(0.0, at_mm - piece.from_mm)
    v0, a = piece.leg.v0_mm_s, piece.leg.acceleration_mm_s2
    if abs(a) < 1e-9:
        return piece.start_s + (into_mm / v0 if v0 else 0.0)
    root = math.sqrt(max(0.0, v0 * v0 + 2 * a * into_mm))
    return piece.start_s + min(piece.leg.duration_s, max(0.0, (root - v0) / a))


def mm_at(piece: Piece, now_s: float) -> float:
    """How much of its block is done at a moment."""
    into_s = now_s - piece.start_s
    if into_s >= piece.leg.duration_s - TINY_S:
        return piece.from_mm + piece.leg.length_mm
    into_s = max(0.0, into_s)
    return piece.from_mm + into_s * (piece.leg.v0_mm_s + 0.5 * piece.leg.acceleration_mm_s2 * into_s)


def segments_in(start_s: float, end_s: float) -> int:
    """Into how many segments of 10 ms a stretch of time is cut, the last shorter."""
    return max(0, math.ceil((end_s - start_s) / SEGMENT_S - 1e-6))


def passes(piece: Piece, at_mm: float) -> bool:
    """Whether a place on its block lies on it."""
    return piece.from_mm - 1e-9 <= at_mm <= piece.from_mm + piece.leg.length_mm + 1e-9


def end_of(block: Planned) -> Steps:
    """Where the motors stand when the block is done."""
    o, s = block.origin, block.steps
    return (o[0] + s[0], o[1] + s[1], o[2] + s[2])
