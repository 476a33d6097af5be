"""A cut plan as lines for the board: the only place where a key's millimetres become text.

Responsible for: machine coordinates, spelling, the wheel on before and off after. Not responsible for: sending
(`hardware.grbl.cutter`) or planning. Never written anywhere but to the wire.

Lines are short and absolute, each with its own feed, so that one damaged line spoils nothing but itself.
"""

from __future__ import annotations

from config.machine import Machine
from hardware.grbl.words import axis_words, figure
from hardware.job import CutJob, JobLine, Position
from kiosk.cutting.plan import CutPlan

PATH_TOLERANCE_MM = 0.05
"""How far a reported position may lie off the planned path."""


def to_gcode(plan: CutPlan, machine: Machine) -> CutJob:
    """Put the plan into machine coordinates and spell it.

    The job starts and ends retracted, at `CutJob.start` in x and y. It never moves Z: the z of its positions is 0
    and means nothing.
    """
    first = _position(plan.path[0].x_mm, plan.path[0].height_mm, machine)
    lines = [
        JobLine("G21G90G94"),
        JobLine("G0" + axis_words(x_mm=first[0], y_mm=first[1]), first),
        JobLine(f"M3S{machine.wheel.speed_rpm}"),
        JobLine(f"G4P{figure(machine.wheel.spin_up_s)}"),
    ]
    at = first
    for point in plan.path[1:]:
        end = _position(point.x_mm, point.height_mm, machine)
        moved = axis_words(x_mm=end[0] if end[0] != at[0] else None, y_mm=end[1] if end[1] != at[1] else None)
        if not moved:
            continue
        if point.feed_mm_min is None:
            lines.append(JobLine("G0" + moved, end, plunge=point.plunge))
        else:
            lines.append(JobLine(f"G1{moved}F{figure(point.feed_mm_min)}", end, cutting=True))
        at = end
    lines.append(JobLine("M5"))
    return CutJob(tuple(lines), first, PATH_TOLERANCE_MM)


def _position(x_mm: float, height_mm: float, machine: Machine) -> Position:
    """Machine coordinates, rounded to what is written, so that the plan watched is the plan sent."""
    return (round(machine.clamp.shoulder_x_mm + x_mm, 3), round(machine.clamp.spine_y_mm + height_mm, 3), 0.0)
