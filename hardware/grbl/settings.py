"""A board's `$` settings against the machine file. Pure; nothing is ever written to the board.

Responsible for: naming every setting that differs, in words a technician can act on. Not responsible for: asking.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from config.machine import Machine
from hardware.grbl.events import Offset

_LOWEST_BIT = frozenset({20, 21, 22})
_FLAGS = _LOWEST_BIT | {4, 5, 6, 13}
_AXES = ("x", "y", "z")
RESTART_NOTE = "a new $30 or $31 acts only after the board was restarted"
GRBLHAL_REPORTS = 481
"""grblHAL's interval of automatic reports, ms."""


@dataclass(frozen=True)
class Comparison:
    """Board against machine file, in sentences."""

    differences: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()
    """What the firmware does not tell and the machine file lets pass."""


OFFSETS = frozenset({"G54", "G55", "G56", "G57", "G58", "G59", "G92", "TLO"})
"""Offsets that would move the blade away from where the machine file says it lies; all must be zero."""


def wanted_settings(machine: Machine, firmware: str = "Grbl") -> dict[int, tuple[str, float]]:
    """Name and value of every setting the machine file fixes, by number."""
    board = machine.board
    wanted: dict[int, tuple[str, float]] = {
        0: ("step pulse us", board.step_pulse_us),
        1: ("step idle delay ms, 255 holds", float(board.step_idle_delay_ms)),
        2: ("step invert mask", board.step_invert_mask),
        3: ("direction mask", board.direction_mask),
        4: ("enable pin inverted", float(board.enable_pin_inverted)),
        5: ("limit pins inverted", float(board.limit_pins_inverted)),
        6: ("probe pin inverted", float(board.probe_pin_inverted)),
        13: ("reports in inches", 0.0),
        20: ("soft limits", 1.0),
        21: ("hard limits", float(board.hard_limits)),
        22: ("homing", 1.0),
        23: ("homing direction mask", board.homing_direction_mask),
        24: ("homing feed mm/min", board.homing_feed_mm_min),
        25: ("homing seek mm/min", board.homing_seek_mm_min),
        26: ("homing debounce ms", float(board.homing_debounce_ms)),
        27: ("homing pull-off mm", board.pull_off_mm),
        32: ("laser mode", 0.0),
    }
    for i, name in enumerate(_AXES):
        axis = getattr(machine, name)
        wanted[100 + i] = (f"{name} steps per mm", axis.steps_per_mm)
        wanted[110 + i] = (f"{name} fastest rate mm/min", axis.max_rate_mm_min)
        wanted[120 + i] = (f"{name} acceleration mm/s2", axis.acceleration_mm_s2)
        wanted[130 + i] = (f"{name} travel mm", axis.travel_mm)
    if firmware == "GrblHAL":
        wanted[14] = ("control inputs inverted: reset 1, hold 2, start 4, door 8", board.control_invert_mask)
        cycles = [sum(1 << "XYZ".index(letter) for letter in cycle) for cycle in board.homing_cycles]
        for i, axes in enumerate([*cycles, 0, 0][:3]):
            wanted[44 + i] = (f"axes homed in step {i + 1}: x 1, y 2, z 4", axes)
    return wanted


def compare_settings(machine: Machine, settings: Mapping[int, str], firmware: str = "Grbl") -> Comparison:
    """Each setting that is not as the machine file says, one sentence each, and what could not be compared."""
    found: list[str] = []
    untold: list[str] = []
    let_pass = machine.board.not_comparable
    silent = let_pass.of(firmware) if let_pass is not None else ()
    for number, (name, value) in wanted_settings(machine, firmware).items():
        said = _number(settings.get(number))
        if said is None and number not in settings and number in silent:
            untold.append(f"${number} ({name}), should be {value:g}")
        elif said is None and number not in settings and firmware == "FluidNC":
            found.append(
                f"setting ${number} ({name}), should be {value:g}, is not told by {firmware}: compare it in the board's"
                f" own file ($CD) and name it in the machine file (board.not_comparable)"
            )
        elif said is None:
            found.append(f"setting ${number} ({name}) is missing, should be {value:g}")
        elif number in _FLAGS:
            # grblHAL keeps more in these numbers: whether at all is the lowest bit, or (pins) any of them.
            on = bool(int(said) & 1) if number in _LOWEST_BIT else bool(said)
            if on != bool(value):
                found.append(f"setting ${number} ({name}) differs: is {said:g}, should be {value:g}")
        elif abs(said - value) > 0.0006 * max(1.0, abs(value) / 1000):
            found.append(f"setting ${number} ({name}) differs: is {said:g}, should be {value:g}")
    report = _number(settings.get(10))
    if report is None or not int(report) & 1:
        found.append("setting $10 (status report) differs: it must report machine positions (add 1)")
    fastest_rpm = _number(settings.get(30))
    if fastest_rpm is not None and fastest_rpm < machine.wheel.speed_rpm:
        found.append(
            f"setting $30 (fastest wheel) differs: is {fastest_rpm:g}, the wheel needs {machine.wheel.speed_rpm}"
        )
    slowest_rpm = _number(settings.get(31))
    if slowest_rpm is not None and slowest_rpm > machine.wheel.speed_rpm:
        found.append(
            f"setting $31 (slowest wheel) differs: is {slowest_rpm:g}, above the wheel's {machine.wheel.speed_rpm}"
        )
    note = f"; {RESTART_NOTE}" if firmware == "GrblHAL" else ""
    found = [each + note if each.startswith(("setting $30 ", "setting $31 ")) else each for each in found]
    if firmware == "GrblHAL" and (_number(settings.get(GRBLHAL_REPORTS)) or 0) > 0:
        found.append(f"setting ${GRBLHAL_REPORTS} (automatic reports) is on: turn it off (${GRBLHAL_REPORTS}=0)")
    return Comparison(tuple(found), tuple(untold))


def offset_differences(offsets: Iterable[Offset]) -> tuple[str, ...]:
    """Each work offset that is not zero, or was not reported."""
    seen = {offset.name: offset.values_mm for offset in offsets}
    found = [f"offset {name} is not reported" for name in ("G54", "G92") if name not in seen]
    found += [f"offset {name} is not zero" for name, values in seen.items() if name in OFFSETS and any(values)]
    return tuple(found)


def _number(text: str | None) -> float | None:
    try:
        value = math.nan if text is None else float(text.split()[0])
    except (ValueError, IndexError):
        return None
    return value if math.isfinite(value) else None
