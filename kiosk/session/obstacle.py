"""What the machine's inputs say against moving. Pure.

Responsible for: door, hold and emergency stop as people are shown them, and as the session asks them before it wants
anything. Not responsible for: the fresh look the driver takes before every motion (`hardware`).
"""

from __future__ import annotations

from enum import StrEnum

from hardware.ports import MachineStatus

SILENT = "Unknown"
"""The state of a board that was not heard."""


class Obstacle(StrEnum):
    """Why nothing may move now."""

    SILENT = "silent"
    """The board does not answer: its inputs are not known."""
    EMERGENCY_STOP = "emergency_stop"
    DOOR = "door"
    """The guard door is open, or hold is held: on a stock board they are one input."""


def obstacle(status: MachineStatus | None) -> Obstacle | None:
    """The first thing that stands against moving; None: the inputs were seen, and nothing does."""
    if status is None or status.state == SILENT:
        return Obstacle.SILENT
    if status.emergency_stop:
        return Obstacle.EMERGENCY_STOP
    if status.door_open or status.state.startswith(("Door", "Hold")):
        return Obstacle.DOOR
    return None
