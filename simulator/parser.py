"""G-code as GRBL 1.1h reads it: one line of text to one checked block, or the number of its error. Pure.

Responsible for: words, modal groups, every error code in the order the board finds it, targets in machine
millimetres. Not responsible for: doing anything (`simulator.firmware`), or `$` commands but for the jog's words.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from simulator.firmware_numbers import low_byte, read_number, round_half_away, single

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
MAX_LINE_NUMBER = 10_000_000
MAX_TOOL = 255
COORDINATE_SYSTEMS = 6
INDEX_28, INDEX_30 = 6, 7

# Modal groups a line may name once each.
_G0, _G1, _G2, _G3, _G4, _G5, _G6, _G7, _G8, _G12, _G13, _M4, _M7, _M8 = range(14)
_JOG_GROUPS = {_G0, _G3, _G6}
_AXES = "XYZ"
_OFFSETS = "IJK"
_VALUE_LETTERS = frozenset("FIJKLNPRSTXYZ")
_NEVER_NEGATIVE = frozenset("FNPTS")
_PLANES = ((0, 1, 2), (2, 0, 1), (1, 2, 0))


class Refused(Exception):
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
class State:
    """What the parser knows: modes, words that stick, position and offsets in mm."""

    modal: Modal = field(default_factory=Modal)
    feed_mm_min: float = 0.0
    speed_rpm: float = 0.0
    tool: int = 0
    line_number: int = 0
    position: Vector = ZERO
    system: Vector = ZERO
    offset: Vector = ZERO
    tool_length: float = 0.0

    def work_offset(self) -> Vector:
        """What separates machine from work positions."""
        s, o = self.system, self.offset
        return (single(s[0] + o[0]), single(s[1] + o[1]), single(single(s[2] + o[2]) + self.tool_length))


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
    arc_offset: Vector = ZERO
    arc_radius: float = 0.0


class _Words:
    """The words of one line, before they are held against each other."""

    __slots__ = ("block", "groups", "values")

    def __init__(self, block: Block) -> None:
        self.block = block
        self.groups: set[int] = set()
        self.values: dict[str, float] = {}

    def read(self, line: str, at: int) -> None:
        end = len(line)
        while at < end:
            letter = line[at]
            if not "A" <= letter <= "Z":
                raise Refused(1)
            number = read_number(line, at + 1)
            if number is None:
                raise Refused(2)
            value, at = number
            if letter == "G" or letter == "M":
                whole = low_byte(value)
                hundredths = round_half_away(100 * (value - whole)) & 0xFFFF if math.isfinite(value) else 0
                group = self._g(whole, hundredths) if letter == "G" else self._m(whole, hundredths)
                if group in self.groups:
                    raise Refused(21)
                self.groups.add(group)
            else:
                self._value(letter, value)

    def _value(self, letter: str, value: float) -> None:
        if letter not in _VALUE_LETTERS:
            raise Refused(20)
        if letter == "T" and value > MAX_TOOL:
            raise Refused(38)
        if letter in self.values:
            raise Refused(25)
        if value < 0 and letter in _NEVER_NEGATIVE:
            raise Refused(4)
        self.values[letter] = value

    def _claim_axes(self, use: int) -> None:
        if self.block.axes:
            raise Refused(24)
        self.block.axes = use

    def _g(self, whole: int, hundredths: int) -> int:
        block, modal = self.block, self.block.modal
        group: int
        if whole in (0, 1, 2, 3, 38, 80):
            if whole != 80:
                self._claim_axes(2)
            group = _G1
            modal.motion = whole
            if whole == 38:
                if hundredths not in (20, 30, 40, 50):
                    raise Refused(20)
                modal.motion = PROBE_TOWARD + hundredths // 10 - 2
                hundredths = 0
        elif whole in (4, 10, 28, 30, 53, 92):
            if whole not in (4, 53) and hundredths == 0:
                self._claim_axes(1)
            group = _G0
            block.action = whole
            if whole in (28, 30, 92):
                if hundredths not in (0, 10):
                    raise Refused(20)
                block.action += hundredths
                hundredths = 0
        elif whole in (17, 18, 19):
            group, modal.plane = _G2, whole - 17
        elif whole in (90, 91):
            if hundredths:
                if hundredths != 10 or whole == 90:
                    raise Refused(20)
                group, hundredths = _G4, 0
            else:
                group, modal.incremental = _G3, whole == 91
        elif whole in (93, 94):
            group, modal.inverse_time = _G5, whole == 93
        elif whole in (20, 21):
            group, modal.inches = _G6, whole == 20
        elif whole == 40:
            group = _G7
        elif whole in (43, 49):
            group = _G8
            self._claim_axes(3)
            if whole == 43 and hundredths != 10:
                raise Refused(20)
            modal.tool_offset = whole == 43
            hundredths = 0
        elif 54 <= whole <= 59:
            group, modal.system = _G12, whole - 54
        elif whole == 61:
            group = _G13
            if hundredths:
                raise Refused(20)
        else:
            raise Refused(20)
        if hundredths:
            raise Refused(23)
        return group

    def _m(self, whole: int, hundredths: int) -> int:
        if hundredths:
            raise Refused(23)
        modal = self.block.modal
        if whole in (0, 1, 2, 30):
            self.block.flow = {0: PAUSE, 1: self.block.flow, 2: END_M2, 30: END_M30}[whole]
            return _M4
        if whole in (3, 4, 5):
            modal.spindle = whole
            return _M7
        if whole == 8 or (whole == 7 and self.mist):
            modal.coolant |= FLOOD if whole == 8 else MIST
            return _M8
        if whole == 9:
            modal.coolant = 0
            return _M8
        raise Refused(20)

    mist = False


class _MistWords(_Words):
    """Words of a board built with mist coolant."""

    __slots__ = ()
    mist = True


def parse(line: str, state: State, memory: Memory, *, mist: bool = False) -> Block:
    """Read one line (no spaces, upper case, comments gone; a jog with its `$J=`).

    Raises:
        Refused: with the number the board answers.
    """
    jog = line.startswith("$")
    block = Block(state.modal.copy(), jog=jog)
    if jog:
        block.modal.motion = LINEAR
        block.modal.inverse_time = False
    words = (_MistWords if mist else _Words)(block)
    words.read(line, 3 if jog else 0)
    return _checked(block, words.values, words.groups, state, memory)


def _checked(block: Block, values: dict[str, float], groups: set[int], state: State, memory: Memory) -> Block:
    """Hold the words against each other and the state, in the board's order; unused words last."""
    modal = block.modal
    given = sum(1 << i for i, letter in enumerate(_AXES) if letter in values)
    block.axis_words = given
    if given and not block.axes:
        block.axes = 2
    block.line_number = int(values.pop("N", 0.0))
    if block.line_number > MAX_LINE_NUMBER:
        raise Refused(27)
    scale = MM_PER_INCH if modal.inches else 1.0
    _feed(block, values, state, scale)
    block.speed_rpm = values.get("S", state.speed_rpm)
    block.tool = low_byte(values.get("T", 0.0))
    if block.action == DWELL:
        if "P" not in values:
            raise Refused(28)
        block.dwell_s = values.pop("P")
    at = [single(values.pop(letter, 0.0) * scale) for letter in _AXES]
    if block.axes == 3 and modal.tool_offset and given != 4:
        raise Refused(37)
    block.system = state.system
    if _G12 in groups and modal.system != state.modal.system:
        block.system = _stored(memory, modal.system)
    if block.action == SET_DATA:
        _set_data(block, values, at, state, memory)
    elif block.action == SET_OFFSET:
        _set_offset(block, at, state)
    else:
        _target(block, at, state, memory)
    _motion(block, values, state, scale)
    values.pop("F", None)
    if not block.jog:
        values.pop("S", None)
        values.pop("T", None)
    if values or (given and not block.axes):
        raise Refused(36)
    if block.jog and (groups - _JOG_GROUPS or block.action not in (0, OVERRIDE)):
        raise Refused(16)
    return block


def _feed(block: Block, values: dict[str, float], state: State, scale: float) -> None:
    if block.jog:
        if "F" not in values:
            raise Refused(22)
        block.feed_mm_min = single(values["F"] * scale)
    elif block.modal.inverse_time:
        if block.axes == 2 and block.modal.motion not in (NO_MOTION, SEEK) and "F" not in values:
            raise Refused(22)
        block.feed_mm_min = values.get("F", 0.0)
    elif state.modal.inverse_time:
        block.feed_mm_min = values.get("F", 0.0)
    else:
        block.feed_mm_min = single(values["F"] * scale) if "F" in values else state.feed_mm_min


def _stored(memory: Memory, index: int) -> Vector:
    values = memory.coordinates(index)
    if values is None:
        raise Refused(7)
    return values


def _set_data(block: Block, values: dict[str, float], at: list[float], state: State, memory: Memory) -> None:
    if not block.axis_words:
        raise Refused(26)
    if "P" not in values and "L" not in values:
        raise Refused(28)
    index = low_byte(values.pop("P", 0.0))
    if index > COORDINATE_SYSTEMS:
        raise Refused(29)
    how = low_byte(values.pop("L", 0.0))
    if how not in (2, 20) or (how == 2 and "R" in values):
        raise Refused(20)
    block.system_index = index - 1 if index else block.modal.system
    stored = list(_stored(memory, block.system_index))
    for i in range(3):
        if block.axis_words >> i & 1:
            stored[i] = at[i]
            if how == 20:
                here = single(single(state.position[i] - state.offset[i]) - at[i])
                stored[i] = single(here - state.tool_length) if i == 2 else here
    block.stored = (stored[0], stored[1], stored[2])


def _set_offset(block: Block, at: list[float], state: State) -> None:
    if not block.axis_words:
        raise Refused(26)
    for i in range(3):
        if block.axis_words >> i & 1:
            here = single(single(state.position[i] - block.system[i]) - at[i])
            at[i] = single(here - state.tool_length) if i == 2 else here
        else:
            at[i] = state.offset[i]
    block.target = (at[0], at[1], at[2])


def _target(block: Block, at: list[float], state: State, memory: Memory) -> None:
    given = block.axis_words
    if block.axes != 3 and given:
        for i in range(3):
            if not given >> i & 1:
                at[i] = state.position[i]
            elif block.action == OVERRIDE:
                continue
            elif block.modal.incremental:
                at[i] = single(at[i] + state.position[i])
            else:
                at[i] = single(at[i] + single(block.system[i] + state.offset[i]))
                if i == 2:
                    at[i] = single(at[i] + state.tool_length)
    block.target = (at[0], at[1], at[2])
    if block.action in (HOME_28, HOME_30):
        home = _stored(memory, INDEX_28 if block.action == HOME_28 else INDEX_30)
        if given:
            p = state.position
            home = (home[0] if given & 1 else p[0], home[1] if given & 2 else p[1], home[2] if given & 4 else p[2])
        else:
            block.axes = 0
        block.stored = home
    elif block.action == OVERRIDE and block.modal.motion not in (SEEK, LINEAR):
        raise Refused(30)


def _motion(block: Block, values: dict[str, float], state: State, scale: float) -> None:
    motion, given = block.modal.motion, block.axis_words
    if motion == NO_MOTION:
        if given:
            raise Refused(31)
        return
    if block.axes != 2:
        return
    if motion == SEEK:
        if not given:
            block.axes = 0
        return
    if block.feed_mm_min == 0:
        raise Refused(22)
    if motion == LINEAR:
        if not given:
            block.axes = 0
    elif motion in (CW_ARC, CCW_ARC):
        _arc(block, values, state, scale)
    else:
        if not given:
            raise Refused(26)
        if block.target == state.position:
            raise Refused(33)


def _arc(block: Block, values: dict[str, float], state: State, scale: float) -> None:
    a, b, _ = _PLANES[block.modal.plane]
    if not block.axis_words:
        raise Refused(26)
    if not block.axis_words & (1 << a | 1 << b):
        raise Refused(32)
    x = block.target[a] - state.position[a]
    y = block.target[b] - state.position[b]
    offset = [0.0, 0.0, 0.0]
    if "R" in values:
        radius = single(values.pop("R") * scale)
        if block.target == state.position:
            raise Refused(33)
        room = single(4.0 * radius * radius - x * x - y * y)
        if room < 0:
            raise Refused(34)
        span = math.hypot(x, y)
        turn = -math.sqrt(room) / span if span else 0.0
        if block.modal.motion == CCW_ARC:
            turn = -turn
        if radius < 0:
            turn, radius = -turn, -radius
        offset[a] = single(0.5 * (x - y * turn))
        offset[b] = single(0.5 * (y + x * turn))
    else:
        if not (_OFFSETS[a] in values or _OFFSETS[b] in values):
            raise Refused(35)
        for i, letter in enumerate(_OFFSETS):
            offset[i] = single(values.pop(letter, 0.0) * scale)
        radius = math.hypot(offset[a], offset[b])
        off = abs(math.hypot(x - offset[a], y - offset[b]) - radius)
        if off > 0.005 and (off > 0.5 or off > 0.001 * radius):
            raise Refused(33)
    block.arc_offset = (offset[0], offset[1], offset[2])
    block.arc_radius = radius


def plane_axes(plane: int) -> tuple[int, int, int]:
    """The two axes of a plane and the one across it."""
    return _PLANES[plane]
