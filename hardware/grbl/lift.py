"""A wheel that was stopped in the metal is lifted straight out of it.

Responsible for: that one jog, where the board still knows its place. Not responsible for: when it is wanted
(`hardware.grbl.cutter`), moves on a homed board (`hardware.grbl.motion`).
"""

from __future__ import annotations

from config.machine import Machine
from hardware.clock import Clock
from hardware.errors import PathDeviation
from hardware.grbl.board import GrblBoard, moving_freely
from hardware.grbl.events import StatusReport
from hardware.grbl.motion import exact_mm
from hardware.grbl.words import axis_words, figure
from hardware.job import Position

LIFT_REPORTS = 200
"""Reports to wait for while the wheel is lifted."""
LOOK_S = 0.05
"""Time between two of them: ten seconds in all, whatever the speed of the wire."""


def lift_wheel(board: GrblBoard, machine: Machine, clock: Clock) -> None:
    """Lift a wheel that was stopped in the metal straight out of it, before homing moves all axes at once.

    A jog, and only where the board still knows its position; where it does not, homing has to do.

    Raises:
        DoorOpened, Stopped: before or meanwhile the door was opened, or somebody held or stopped the machine.
        PathDeviation: it came to rest elsewhere.
    """
    clear_y_mm = machine.clamp.spine_y_mm + machine.cutting.retract_height_mm
    status = board.query()
    if status.state != "Idle" or status.machine_mm is None or status.machine_mm[1] >= clear_y_mm:
        return
    before = status.machine_mm
    board.command(f"$J=G53G21G90{axis_words(y_mm=clear_y_mm)}F{figure(machine.y.max_rate_mm_min)}")
    for _ in range(LIFT_REPORTS):
        # Reports come as fast as the wire allows: the jog needs time, not a number of reports.
        clock.sleep(LOOK_S)
        status = board.query()
        if status.state == "Idle":
            _require_lifted(status, before, clear_y_mm, machine)
            return
        if status.state != "Jog":
            moving_freely(status)
            break
    raise PathDeviation("the wheel could not be lifted out of the metal")


def _require_lifted(status: StatusReport, before: Position, clear_y_mm: float, machine: Machine) -> None:
    place, wanted = status.machine_mm, (before[0], clear_y_mm, before[2])
    if place is None or any(abs(a - b) > exact for a, b, exact in zip(place, wanted, exact_mm(machine), strict=True)):
        raise PathDeviation("the wheel was lifted, but did not come to where it should")
