"""What the G-code parser knows and what it makes of a line: modes, words that stick, one checked block.

Responsible for: the values the parser and the board share, and their numbers. Not responsible for: reading a line
(`simulator.firmware.gcode_words`), checking it (`simulator.firmware.parser`), or doing it
(`simulator.firmware.blocks`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from simulator.firmware.numbers import single

Vector: TypeAlias = tuple[float, float, float]
ZERO: Vector = (0.0, 0.0, 0.0)

SEEK, LINEAR, CW_ARC, CCW_ARC, NO_MOTION = 0, 1, 2, 3, 80
PROBE_TOWARD, PROBE_TOWARD_QUIET, PROBE_AWAY, PROBE_AWAY_QUIET = 140, 141, 142, 143
PAUSE, END_M2, END_M30 = 3, 2, 30
FLOOD, MIST = 1, 2
DWELL, SET_DATA, HOME_28, HOME_30, SET_28, SET_30, OVERRIDE, SET_OFFSET, CLEAR_OFFSET = (
    4, 10, 28, 30, 38, 40, 53, 92, 102,
)  # fmt: skip
MM_PER_INCH = single(25.4)
INDEX_28, INDEX_30 = 6, 7

_PLANES = ((0, 1, 2), (2, 0, 1), (1, 2, 0))


class GcodeError(Exception):
    """The board answers `error:number`."""

    def __init__(self, number: int) -> None:
        super().__init__(f"error:{number}")
        self.number = number


class Memory(Protocol):
    """What the parser looks up outside itself."""

    def coordinates(self, index: int) -> Vector | None:
        """Stored offsets by index; None if unreadable."""


@dataclass(slots=True)
class Modal:
    """What stays in force from line to line."""

    motion: int = SEEK
    inverse_time: bool = False
    inches: bool = False
    incremental: bool = False
    plane: int = 0
    tool_offset: bool = False
    system: int = 0
    spindle: int = 5
    coolant: int = 0

    def copy(self) -> Modal:
        """Another of the same."""
        return Modal(
            self.motion, self.inverse_time, self.inches, self.incremental, self.plane,
            self.tool_offset, self.system, self.spindle, self.coolant,
        )  # fmt: skip


@dataclass(slots=True)
class ParserModes:
    """What the parser knows: modes, words that stick, position and offsets in mm."""

    modal: Modal = field(default_factory=Modal)
    feed_mm_min: float = 0.0
    speed_rpm: float = 0.0
    tool: int = 0
    line_number: int = 0
    position: Vector = ZERO
    system: Vector = ZERO
    offset: Vector = ZERO
    tool_length_mm: float = 0.0

    def work_offset(self) -> Vector:
        """What separates machine from work positions."""
        s, o = self.system, self.offset
        return (single(s[0] + o[0]), single(s[1] + o[1]), single(single(s[2] + o[2]) + self.tool_length_mm))


@dataclass(slots=True)
class Block:
    """One checked line. `axes`: 0 nothing to move, 1 an action, 2 a motion, 3 the tool's length."""

    modal: Modal
    jog: bool = False
    axes: int = 0
    action: int = 0
    flow: int = 0
    axis_words: int = 0
    target: Vector = ZERO
    stored: Vector = ZERO
    system: Vector = ZERO
    system_index: int = 0
    feed_mm_min: float = 0.0
    speed_rpm: float = 0.0
    dwell_s: float = 0.0
    tool: int = 0
    line_number: int = 0
    arc_offset_mm: Vector = ZERO
    arc_radius_mm: float = 0.0


def plane_axes(plane: int) -> tuple[int, int, int]:
    """The two axes of a plane and the one across it."""
    return _PLANES[plane]
