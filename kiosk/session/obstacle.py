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
    HELD = "held"
    """Door and hold are as they should be, and the board still stands as they stopped it: only a reset frees it."""


def obstacle(status: MachineStatus | None) -> Obstacle | None:
    """The first thing that stands against moving; None: the inputs were seen, and nothing does."""
    if status is None or status.state == SILENT or not status.inputs_seen:
        return Obstacle.SILENT
    if status.emergency_stop:
        return Obstacle.EMERGENCY_STOP
    if status.door_open:
        return Obstacle.DOOR
    if status.state.startswith(("Door", "Hold")):
        return Obstacle.HELD
    return None


def against_recovery(status: MachineStatus | None) -> Obstacle | None:
    """The first thing that stands against recovering: it resets a board that is held, so that one does not."""
    against = obstacle(status)
    return None if against is Obstacle.HELD else against
