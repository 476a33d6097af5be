"""Arcs in the board's own arithmetic, single precision at every step: their errors, and the chords they become. Pure.

Responsible for: finding the centre, refusing an arc that is none, and the corners of the path that is really driven.
Not responsible for: planning the chords (`simulator.firmware.planner`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from simulator.firmware.gcode_state import CCW_ARC, CW_ARC, Block, GcodeError, ParserModes, Vector, plane_axes
from simulator.firmware.numbers import single

_OFFSETS = "IJK"
_EPSILON = single(5e-7)
_EXACT_EVERY = 12
"""Between two exact corners so many are turned on by a small-angle rotation."""
_LOOSE_MM, _WIDE_MM, _PART = single(0.005), single(0.5), single(0.001)
_SIXTH = single(0.16666667)


def _hypot(x: float, y: float) -> float:
    return single(math.sqrt(single(single(x * x) + single(y * y))))


def check_arc(block: Block, values: dict[str, float], state: ParserModes, scale: float) -> None:
    """Use up the words of an arc and set its centre and radius.

    Raises:
        Refused: it is not an arc.
    """
    a, b, _ = plane_axes(block.modal.plane)
    if not block.axis_words:
        raise GcodeError(26)
    if not block.axis_words & (1 << a | 1 << b):
        raise GcodeError(32)
    x = single(block.target[a] - state.position[a])
    y = single(block.target[b] - state.position[b])
    offset = [0.0, 0.0, 0.0]
    if "R" in values:
        radius = single(values.pop("R") * scale)
        if block.target == state.position:
            raise GcodeError(33)
        room = single(single(single(4.0 * radius) * radius) - single(x * x))
        room = single(room - single(y * y))
        if room < 0:
            raise GcodeError(34)
        span = _hypot(x, y)
        turn = single(-single(math.sqrt(room)) / span) if span else 0.0
        if block.modal.motion == CCW_ARC:
            turn = -turn
        if radius < 0:
            turn, radius = -turn, -radius
        offset[a] = single(0.5 * single(x - single(y * turn)))
        offset[b] = single(0.5 * single(y + single(x * turn)))
    else:
        if not (_OFFSETS[a] in values or _OFFSETS[b] in values):
            raise GcodeError(35)
        for i, letter in enumerate(_OFFSETS):
            offset[i] = single(values.pop(letter, 0.0) * scale)
        radius = _hypot(offset[a], offset[b])
        off = abs(single(_hypot(single(x - offset[a]), single(y - offset[b])) - radius))
        if off > _LOOSE_MM and (off > _WIDE_MM or off > single(_PART * radius)):
            raise GcodeError(33)
    block.arc_offset_mm = (offset[0], offset[1], offset[2])
    block.arc_radius_mm = radius


def chord_count(block: Block, position: Vector, tolerance_mm: float) -> tuple[int, float]:
    """Into how many chords the arc is cut, and the angle it turns through, rad."""
    a, b, _ = plane_axes(block.modal.plane)
    ra, rb = -block.arc_offset_mm[a], -block.arc_offset_mm[b]
    ta = single(block.target[a] - single(position[a] + block.arc_offset_mm[a]))
    tb = single(block.target[b] - single(position[b] + block.arc_offset_mm[b]))
    across = single(single(ra * tb) - single(rb * ta))
    angle = single(math.atan2(across, single(single(ra * ta) + single(rb * tb))))
    if block.modal.motion == CW_ARC:
        if angle >= -_EPSILON:
            angle = single(angle - single(2 * math.pi))
    elif angle <= _EPSILON:
        angle = single(angle + single(2 * math.pi))
    radius = block.arc_radius_mm
    sag = single(tolerance_mm * single(single(2 * radius) - tolerance_mm))
    if sag <= 0:
        return 0, angle
    half = abs(single(single(0.5 * angle) * radius))
    return int(single(half / single(math.sqrt(sag)))) & 0xFFFF, angle


def chord_corners(block: Block, position: Vector, chords: int, angle: float) -> Iterator[Vector]:
    """The corners between the arc's start and its target, in order."""
    a, b, along = plane_axes(block.modal.plane)
    start_a, start_b = block.arc_offset_mm[a], block.arc_offset_mm[b]
    centre_a, centre_b = single(position[a] + start_a), single(position[b] + start_b)
    ra, rb = -start_a, -start_b
    step = single(angle / chords)
    rise = single(single(block.target[along] - position[along]) / chords)
    cos = single(2.0 - single(step * step))
    sin = single(single(step * _SIXTH) * single(cos + 4.0))
    cos = single(cos * 0.5)
    at = list(position)
    turned = 0
    for i in range(1, chords):
        if turned < _EXACT_EVERY:
            ra, rb = (
                single(single(ra * cos) - single(rb * sin)),
                single(single(ra * sin) + single(rb * cos)),
            )
            turned += 1
        else:
            exact = single(i * step)
            c, s = single(math.cos(exact)), single(math.sin(exact))
            ra = single(single(-start_a * c) + single(start_b * s))
            rb = single(single(-start_a * s) - single(start_b * c))
            turned = 0
        at[a], at[b] = single(centre_a + ra), single(centre_b + rb)
        at[along] = single(at[along] + rise)
        yield at[0], at[1], at[2]
