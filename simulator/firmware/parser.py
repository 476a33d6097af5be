"""G-code as GRBL 1.1h reads it: one line of text to one checked block, or the number of its error. Pure.

Responsible for: holding a line's words against each other and the state, every error code in the order the board finds
it, targets in machine millimetres. Not responsible for: single words (`simulator.firmware.gcode_words`), doing anything
(`simulator.firmware.blocks`), or `$` commands but for the jog's words.
"""

from __future__ import annotations

from simulator.firmware.arc import check_arc
from simulator.firmware.gcode_state import (
    CCW_ARC,
    CW_ARC,
    DWELL,
    HOME_28,
    HOME_30,
    INDEX_28,
    INDEX_30,
    LINEAR,
    MM_PER_INCH,
    NO_MOTION,
    OVERRIDE,
    SEEK,
    SET_DATA,
    SET_OFFSET,
    Block,
    GcodeError,
    Memory,
    ParserModes,
    Vector,
)  # fmt: skip
from simulator.firmware.gcode_words import G12, JOG_GROUPS, LineWords, MistWords
from simulator.firmware.numbers import low_byte, single

MAX_LINE_NUMBER = 10_000_000
COORDINATE_SYSTEMS = 6
SIGNED_END = 2.0**31
_AXES = "XYZ"


def parse(line: str, state: ParserModes, memory: Memory, *, mist: bool = False) -> Block:
    """Read one line (no spaces, upper case, comments gone; a jog with its `$J=`).

    Raises:
        Refused: with the number the board answers.
    """
    jog = line.startswith("$")
    block = Block(state.modal.copy(), jog=jog)
    if jog:
        block.modal.motion = LINEAR
        block.modal.inverse_time = False
    words = (MistWords if mist else LineWords)(block)
    words.read(line, 3 if jog else 0)
    return _checked(block, words.values, words.groups, state, memory)


def _checked(block: Block, values: dict[str, float], groups: set[int], state: ParserModes, memory: Memory) -> Block:
    """Hold the words against each other and the state, in the board's order; unused words last."""
    modal = block.modal
    given = sum(1 << i for i, letter in enumerate(_AXES) if letter in values)
    block.axis_words = given
    if given and not block.axes:
        block.axes = 2
    number = values.pop("N", 0.0)
    # Beyond thirty-two bits nothing is left of it.
    block.line_number = int(number) if number < SIGNED_END else 0
    if block.line_number > MAX_LINE_NUMBER:
        raise GcodeError(27)
    scale = MM_PER_INCH if modal.inches else 1.0
    _feed(block, values, state, scale)
    block.speed_rpm = values.get("S", state.speed_rpm)
    block.tool = low_byte(values.get("T", 0.0))
    if block.action == DWELL:
        if "P" not in values:
            raise GcodeError(28)
        block.dwell_s = values.pop("P")
    at = [single(values.pop(letter, 0.0) * scale) for letter in _AXES]
    if block.axes == 3 and modal.tool_offset and given != 4:
        raise GcodeError(37)
    block.system = state.system
    if G12 in groups and modal.system != state.modal.system:
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
        raise GcodeError(36)
    if block.jog and (groups - JOG_GROUPS or block.action not in (0, OVERRIDE)):
        raise GcodeError(16)
    return block


def _feed(block: Block, values: dict[str, float], state: ParserModes, scale: float) -> None:
    if block.jog:
        if "F" not in values:
            raise GcodeError(22)
        block.feed_mm_min = single(values["F"] * scale)
    elif block.modal.inverse_time:
        if block.axes == 2 and block.modal.motion not in (NO_MOTION, SEEK) and "F" not in values:
            raise GcodeError(22)
        block.feed_mm_min = values.get("F", 0.0)
    elif state.modal.inverse_time:
        block.feed_mm_min = values.get("F", 0.0)
    else:
        block.feed_mm_min = single(values["F"] * scale) if "F" in values else state.feed_mm_min


def _stored(memory: Memory, index: int) -> Vector:
    values = memory.coordinates(index)
    if values is None:
        raise GcodeError(7)
    return values


def _set_data(block: Block, values: dict[str, float], at: list[float], state: ParserModes, memory: Memory) -> None:
    if not block.axis_words:
        raise GcodeError(26)
    if "P" not in values and "L" not in values:
        raise GcodeError(28)
    index = low_byte(values.pop("P", 0.0))
    if index > COORDINATE_SYSTEMS:
        raise GcodeError(29)
    how = low_byte(values.pop("L", 0.0))
    if how not in (2, 20) or (how == 2 and "R" in values):
        raise GcodeError(20)
    block.system_index = index - 1 if index else block.modal.system
    stored = list(_stored(memory, block.system_index))
    for i in range(3):
        if block.axis_words >> i & 1:
            stored[i] = at[i]
            if how == 20:
                here = single(single(state.position[i] - state.offset[i]) - at[i])
                stored[i] = single(here - state.tool_length_mm) if i == 2 else here
    block.stored = (stored[0], stored[1], stored[2])


def _set_offset(block: Block, at: list[float], state: ParserModes) -> None:
    if not block.axis_words:
        raise GcodeError(26)
    for i in range(3):
        if block.axis_words >> i & 1:
            here = single(single(state.position[i] - block.system[i]) - at[i])
            at[i] = single(here - state.tool_length_mm) if i == 2 else here
        else:
            at[i] = state.offset[i]
    block.target = (at[0], at[1], at[2])


def _target(block: Block, at: list[float], state: ParserModes, memory: Memory) -> None:
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
                    at[i] = single(at[i] + state.tool_length_mm)
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
        raise GcodeError(30)


def _motion(block: Block, values: dict[str, float], state: ParserModes, scale: float) -> None:
    motion, given = block.modal.motion, block.axis_words
    if motion == NO_MOTION:
        if given:
            raise GcodeError(31)
        return
    if block.axes != 2:
        return
    if motion == SEEK:
        if not given:
            block.axes = 0
        return
    if block.feed_mm_min == 0:
        raise GcodeError(22)
    if motion == LINEAR:
        if not given:
            block.axes = 0
    elif motion in (CW_ARC, CCW_ARC):
        check_arc(block, values, state, scale)
    else:
        if not given:
            raise GcodeError(26)
        if block.target == state.position:
            raise GcodeError(33)
