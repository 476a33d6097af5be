"""The wheel's measured speed, where the machine file names a tachometer.

Responsible for: what it must be before the wheel goes down and while it cuts. Not responsible for: what was commanded
(`hardware.grbl.modal`).
"""

from __future__ import annotations

from config.machine import Wheel
from hardware.clock import Clock
from hardware.errors import PathDeviation
from hardware.grbl.board import GrblBoard
from hardware.grbl.events import StatusReport

AT_SPEED, STALLS_BELOW = 0.9, 0.75
"""Of the wheel's speed: what it must have before it goes down, and what it may fall to in the metal."""
SPEED_WAIT_S = 5.0
"""How long a wheel that was given its time is waited for further."""
LOOK_S = 0.05


def require_speed(status: StatusReport, wheel: Wheel, commanded_rpm: float) -> None:
    """In every report while it cuts; one commanded to stand is asked nothing.

    Raises:
        PathDeviation: it has lost its speed, or the board does not say.
    """
    if not wheel.tachometer or commanded_rpm == 0:
        return
    if status.measured_rpm is None or status.measured_rpm < STALLS_BELOW * commanded_rpm:
        raise PathDeviation("the wheel has lost its speed")


def await_speed(board: GrblBoard, wheel: Wheel, commanded_rpm: float, clock: Clock) -> None:
    """The wheel turns before it goes down.

    Raises:
        PathDeviation: it does not, or the board does not say.
    """
    if not wheel.tachometer:
        return
    until_s = clock.now_s() + SPEED_WAIT_S
    while True:
        # By when it was asked, not by when it was heard: this thread may have been held up in between.
        asked_s = clock.now_s()
        measured_rpm = board.query().measured_rpm
        if measured_rpm is None:
            raise PathDeviation("the machine file names a tachometer, and the board reports no measured speed")
        if measured_rpm >= AT_SPEED * commanded_rpm:
            return
        if asked_s > until_s:
            raise PathDeviation("the wheel does not reach its speed")
        clock.sleep(LOOK_S)
