"""What a touch-off says of the blank in the clamp. Pure.

Responsible for: seated, missing, lifted or wrong, from where the probe met metal. Not responsible for: probing.
"""

from __future__ import annotations

from enum import StrEnum

from hardware.ports import TouchOff

LIFTED_BY_SHAVINGS_MM = 0.30
"""Shavings under a blank lift it by .13 to .25 mm; much more is another blank, or one lying askew."""


class Seat(StrEnum):
    """How a blank lies in the clamp."""

    SEATED = "seated"
    MISSING = "no blank in the clamp"
    LIFTED = "the blank is lifted: shavings under it"
    TOO_HIGH = "what is clamped stands too high: another blank, or not seated"
    TOO_LOW = "what is clamped lies too low: another blank"


def judge(edge_mm: float | None, blade_height_mm: float, tolerance_mm: float) -> tuple[Seat, TouchOff | None]:
    """Judge an edge height above the spine; None when the probe met nothing."""
    if edge_mm is None:
        return Seat.MISSING, None
    touch = TouchOff(edge_mm=edge_mm, error_mm=edge_mm - blade_height_mm)
    if abs(touch.error_mm) <= tolerance_mm:
        return Seat.SEATED, touch
    if touch.error_mm < 0:
        return Seat.TOO_LOW, touch
    return (Seat.LIFTED if touch.error_mm <= LIFTED_BY_SHAVINGS_MM else Seat.TOO_HIGH), touch
