"""From wanted cuts to the wheel's path, in mm. Pure.

Responsible for: the wanted profile, a gouge-free path, every limit. Not responsible for: G-code text
(`kiosk.gcode`) or blanks in stock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.reading import Profile


class PlanRefusal(StrEnum):
    """Why no plan was made. A value, not an exception: the session refuses with it."""

    UNKNOWN_DEPTH = "unknown_depth"
    WRONG_LENGTH = "wrong_length"
    MACS_BROKEN = "macs_broken"
    WHEEL_TOO_WIDE = "wheel_too_wide"
    BEYOND_BLADE = "beyond_blade"
    BEYOND_TRAVEL = "beyond_travel"
    BEYOND_FEED = "beyond_feed"
    STOP_NOT_HELD = "stop_not_held"
    """A tip-stop key on a shoulder-only clamp."""


@dataclass(frozen=True, repr=False, eq=False)
class Point:
    """One point of the path: wheel centre x from the shoulder, wheel edge above the spine; mm, mm/min."""

    x_mm: float
    height_mm: float
    feed_mm_min: float | None
    """None: rapid."""


@dataclass(frozen=True, repr=False, eq=False)
class CutPlan:
    """Path of the wheel, and the blade it leaves (both from the shoulder, whatever the key's stop)."""

    path: tuple[Point, ...]
    wanted: Profile
    roots_mm: tuple[float, ...]
    positions_mm: tuple[float, ...]
    blade_height_mm: float
