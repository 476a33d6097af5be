"""What the board prints about itself: `$$`, `$G`, `$#`, `$I` and the status report.

Responsible for: fields, their order, rounding and the counters that make work offsets and overrides come only every so
often. Not responsible for: when.
"""

from __future__ import annotations

from simulator.firmware import core as fc
from simulator.firmware import makes
from simulator.firmware.build import Make
from simulator.firmware.core import Core
from simulator.firmware.gcode_state import CCW_ARC, FLOOD, MIST, NO_MOTION, PROBE_TOWARD, Vector
from simulator.firmware.numbers import printed, single
from simulator.firmware.planner import Steps
from simulator.firmware.settings import INTEGER_IDS, RPM_IDS

_WCO_BUSY, _WCO_IDLE, _OVERRIDES_BUSY, _OVERRIDES_IDLE = 30, 10, 20, 10
_INCH = single(0.0393701)
HELP = "[HLP:$$ $# $G $I $N $x=val $Nx=line $J=line $SLP $C $X $H ~ ! ? ctrl-x]"
_STATES = {
    fc.IDLE: "Idle", fc.CYCLE: "Run", fc.HOMING: "Home", fc.ALARM: "Alarm", fc.CHECK: "Check", fc.JOG: "Jog",
    fc.SLEEP: "Sleep",
}  # fmt: skip


def settings_lines(core: Core) -> list[str]:
    """`$$`."""
    values = core.settings.values | core.extra_settings
    if core.build.make is Make.FLUIDNC:
        values = {number: value for number, value in values.items() if number in makes.FLUIDNC_NUMBERS}
    return [
        f"${number}={f'{value:.0f}' if number in core.extra_settings else _setting(number, value)}"
        for number, value in sorted(values.items())
    ]


def _setting(number: int, value: float) -> str:
    if number in INTEGER_IDS:
        return str(int(value) & 0xFF)
    return printed(value, 0 if number in RPM_IDS else 3)


def coordinates(core: Core, at: Vector) -> str:
    """Three lengths in the unit reports are made in."""
    x, y, z = single(at[0]), single(at[1]), single(at[2])
    if core.settings.inches:
        return ",".join(printed(single(v * _INCH), 4) for v in (x, y, z))
    return f"{printed(x, 3)},{printed(y, 3)},{printed(z, 3)}"


def _length(core: Core, value: float) -> str:
    return printed(single(single(value) * _INCH), 4) if core.settings.inches else printed(single(value), 3)


def _rate(core: Core, mm_min: float) -> str:
    return printed(single(single(mm_min) * _INCH), 1) if core.settings.inches else printed(single(mm_min), 0)


def probe_line(core: Core) -> str:
    """`[PRB:…]`."""
    return f"[PRB:{coordinates(core, core.to_mm(core.probe_position))}:{int(core.probe_succeeded)}]"


def parameter_lines(core: Core) -> list[str]:
    """`$#`."""
    lines: list[str] = []
    for index, name in enumerate(("54", "55", "56", "57", "58", "59", "28", "30")):
        stored = core.coordinates(index)
        if stored is None:
            return [*lines, "error:7"]
        lines.append(f"[G{name}:{coordinates(core, stored)}]")
    lines.append(f"[G92:{coordinates(core, core.gc.offset)}]")
    lines.append(f"[TLO:{_length(core, core.gc.tool_length_mm)}]")
    return [*lines, probe_line(core)]


def modes_line(core: Core) -> str:
    """`$G`."""
    gc, modal = core.gc, core.gc.modal
    motion = f"38.{modal.motion - PROBE_TOWARD + 2}" if modal.motion >= PROBE_TOWARD else str(modal.motion)
    assert modal.motion >= PROBE_TOWARD or modal.motion <= CCW_ARC or modal.motion == NO_MOTION  # noqa: S101 - else a bug
    coolant = "".join(word for bit, word in ((MIST, " M7"), (FLOOD, " M8")) if modal.coolant & bit) or " M9"
    return makes.words_in_force(
        core.build,
        f"[GC:G{motion} G{54 + modal.system} G{17 + modal.plane} G{20 if modal.inches else 21}"
        f" G{91 if modal.incremental else 90} G{93 if modal.inverse_time else 94} M{modal.spindle}{coolant}"
        f" T{gc.tool} F{_rate(core, gc.feed_mm_min)} S{printed(single(gc.speed_rpm), 0)}]",
    )


def build_lines(core: Core, note: str) -> list[str]:
    """`$I`, with what its owner stored there."""
    return makes.identity(core.build, note)


def state_name(core: Core) -> str:
    """The state as a status report names it."""
    if core.state == fc.HOLD:
        if core.suspend & fc.JOG_CANCEL:
            return "Jog"
        return "Hold:0" if core.suspend & fc.HOLD_COMPLETE else "Hold:1"
    if core.state == fc.DOOR:
        if core.suspend & fc.RESTORING:
            return "Door:3"
        if core.suspend & fc.RETRACTED:
            return "Door:1" if core.suspend & fc.AJAR else "Door:0"
        return "Door:2"
    return _STATES.get(core.state, "Idle")


def status_line(core: Core) -> str:
    """The answer to `?`."""
    mask = int(core.settings.values[10])
    steps = core.position()
    at = core.to_mm(steps)
    offset = core.gc.work_offset()
    if mask & 1:
        parts = [f"<{state_name(core)}|MPos:{coordinates(core, at)}"]
    else:
        work = (single(at[0]) - offset[0], single(at[1]) - offset[1], single(at[2]) - offset[2])
        parts = [f"<{state_name(core)}|WPos:{coordinates(core, work)}"]
    if mask & 2:
        parts.append(f"Bf:{core.planner.free},{core.build.receive_bytes - len(core.uart.ring)}")
    if core.build.line_numbers and core.planner.blocks and core.planner.blocks[0].move.line_number > 0:
        parts.append(f"Ln:{core.planner.blocks[0].move.line_number}")
    speed = core.stepper.speed_mm_s(core.now_s) * 60 if core.state & fc.MOVING_STATES else 0.0
    if core.stepper.running and core.planner.blocks:
        core.outputs.follow_speed(core.planner.blocks[0], speed / 60)
    turning = f",{core.wiring.turning_rpm(core.now_s):.0f}" if core.build.tachometer else ""
    parts.append(f"FS:{_rate(core, speed)},{printed(single(core.outputs.rpm), 0)}{turning}")
    pins = _pins(core, steps)
    if pins:
        parts.append(f"Pn:{pins}")
    busy = bool(core.state & fc.MOVING_STATES)
    if core.wco_countdown > 0:
        core.wco_countdown -= 1
    else:
        core.wco_countdown = (_WCO_BUSY if busy else _WCO_IDLE) - 1
        if core.override_countdown == 0:
            core.override_countdown = 1
        parts.append(f"WCO:{coordinates(core, offset)}")
    if core.override_countdown > 0:
        core.override_countdown -= 1
    else:
        core.override_countdown = (_OVERRIDES_BUSY if busy else _OVERRIDES_IDLE) - 1
        parts.append(f"Ov:{core.feed_percent},{core.rapid_percent},{core.outputs.percent}")
        spindle, coolant = core.outputs.turning, core.outputs.coolant
        on = ("S" if spindle == 3 else "C" if spindle == 4 else "") + "F" * bool(coolant & FLOOD)
        on += "M" * bool(coolant & MIST)
        if on:
            parts.append(f"A:{on}")
    return "|".join(parts) + ">"


def _pins(core: Core, position: Steps) -> str:
    motor = core.motor_now(position)
    limits = core.limits(motor)
    controls = core.wiring.controls
    pins = "P" if core.probe(motor) else ""
    if limits:
        pins += "".join(name for i, name in enumerate("XYZ") if limits >> i & 1)
    if core.build.safety_door:
        pins += "D" * controls.door
    pins += "R" * controls.reset
    pins += "H" * (controls.hold or (controls.door and not core.build.safety_door))
    return pins + "S" * controls.start + core.wiring.extra_pins(core.now_s)
