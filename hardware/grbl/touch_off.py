"""The touch-off: where the wheel meets the blank in the clamp, and what that says of it.

Responsible for: the approach, fast and then slow, and judging it: seated, missing, lifted or wrong. Not responsible
for: the probe's own line (`hardware.grbl.motion`), or another try (`hardware.grbl.cutter`).
"""

from __future__ import annotations

from enum import StrEnum

from config.deviation import kept_mm
from config.machine import Machine
from hardware.errors import HardwareFault
from hardware.grbl.motion import ComparedMotion
from hardware.ports import TouchOff

FAST_PROBE = 4.0
"""The first approach of the probe, as a multiple of its feed; it ends above where a blank's edge may be."""
PROBE_SPARE_MM = 0.5
"""How far above the edge the fast approach ends, and how far below it the slow one gives up."""
LIFTED_BY_SHAVINGS_MM = 0.30
"""Shavings under a blank lift it by .13 to .25 mm; much more is another blank, or one lying askew."""


class Seat(StrEnum):
    """How a blank lies in the clamp."""

    SEATED = "seated"
    MISSING = "no blank in the clamp"
    LIFTED = "the blank is lifted: shavings under it"
    TOO_HIGH = "what is clamped stands too high: another blank, or not seated"
    TOO_LOW = "what is clamped lies too low: the wheel is worn, or another blank"
    """One touch cannot tell them apart: the wheel comes down as far to either."""


def touch_off(motion: ComparedMotion, machine: Machine, blade_height_mm: float) -> tuple[Seat, TouchOff | None]:
    """Bring the wheel over the blade, down to the blank's edge, and up again.

    Raises:
        HardwareFault: the probe is closed in the air, or the motion failed.
    """
    clamp, cutting = machine.clamp, machine.cutting
    if motion.probe_is_closed():
        raise HardwareFault("the probe is closed although the wheel touches nothing: its wire, or shavings")
    motion.go(x_mm=clamp.shoulder_x_mm + clamp.probe_x_from_shoulder_mm)
    motion.go(y_mm=clamp.spine_y_mm + cutting.retract_height_mm)
    edge_y_mm = clamp.spine_y_mm + blade_height_mm
    above_mm = min(edge_y_mm + PROBE_SPARE_MM, motion.at[1])
    touched_y_mm = motion.probe_down(above_mm, clamp.probe_feed_mm_min * FAST_PROBE)
    if touched_y_mm is None:
        touched_y_mm = motion.probe_down(edge_y_mm - PROBE_SPARE_MM, clamp.probe_feed_mm_min)
    motion.go(y_mm=clamp.spine_y_mm + cutting.retract_height_mm)
    edge_mm = None if touched_y_mm is None else touched_y_mm - clamp.spine_y_mm
    return seat_of(edge_mm, blade_height_mm, clamp.edge_tolerance_mm)


def seat_of(edge_mm: float | None, blade_height_mm: float, tolerance_mm: float) -> tuple[Seat, TouchOff | None]:
    """Judge an edge height above the spine; None when the probe met nothing."""
    if edge_mm is None:
        return Seat.MISSING, None
    error_mm = edge_mm - blade_height_mm
    touch = TouchOff(edge_mm=edge_mm, error_mm=kept_mm(error_mm))
    if abs(error_mm) <= tolerance_mm:
        return Seat.SEATED, touch
    if error_mm < 0:
        return Seat.TOO_LOW, touch
    return (Seat.LIFTED if error_mm <= LIFTED_BY_SHAVINGS_MM else Seat.TOO_HIGH), touch
