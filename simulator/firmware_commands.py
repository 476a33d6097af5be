"""Lines: `$` commands and G-code blocks, each ending in one `ok` or `error:N`.

Responsible for: what a whole line does, in the board's order of execution. Not responsible for: bytes into lines
(`firmware`), or how motions run.
"""

from __future__ import annotations

from simulator import firmware_core as fc
from simulator import parser as gc
from simulator.firmware_core import Core, Program
from simulator.firmware_motion import Motion
from simulator.firmware_numbers import low_byte, read_number, single
from simulator.firmware_realtime import Realtime
from simulator.firmware_report import HELP, build_lines, modes_line, parameter_lines, settings_lines
from simulator.firmware_settings import BUILD_INFO_AT, LINE_BYTES, STARTUP_AT, restore
from simulator.planner import Move

OK = 0
BAD_NUMBER, BAD_STATEMENT, HOMING_DISABLED, UNREADABLE, NOT_IDLE, LOCKED = 2, 3, 5, 7, 8, 9
TOO_LONG, DOOR_AJAR, TRAVEL_EXCEEDED = 11, 13, 15


class Commands:
    """Runs whole lines. `status` holds the number the last one ended with."""

    def __init__(self, core: Core, realtime: Realtime, motion: Motion) -> None:
        self._core = core
        self._realtime = realtime
        self._motion = motion
        self.status = OK

    def report(self) -> None:
        """Print how the last line ended."""
        self._core.say(f"error:{self.status}" if self.status else "ok")

    def run(self, line: str) -> Program:
        """One line, cleaned of spaces and comments."""
        self.status = OK
        if not line:
            return
        if line[0] == "$":
            yield from self._dollar(line)
        elif self._core.state & (fc.ALARM | fc.JOG):
            self.status = LOCKED
        else:
            yield from self._block(line)

    def startup(self) -> Program:
        """The stored lines, at start and after homing."""
        core = self._core
        for n in range(2):
            line = core.eeprom.text(_startup_at(n))
            if line is None:
                core.stored(core.eeprom.put_text(_startup_at(n), ""))
                core.say(f">:error:{UNREADABLE}")
            elif line:
                self.status = OK
                yield from self._block(line)
                core.say(f">{line}:" + (f"error:{self.status}" if self.status else "ok"))

    # -- $ -----------------------------------------------------------------------------------------------------

    def _dollar(self, line: str) -> Program:
        core = self._core
        letter = line[1:2]
        if letter == "":
            core.say(HELP)
        elif letter == "J":
            if core.state not in (fc.IDLE, fc.JOG):
                self.status = NOT_IDLE
            elif line[2:3] != "=":
                self.status = BAD_STATEMENT
            else:
                yield from self._block(line)
        elif letter in "$GCX":
            if len(line) > 2:
                self.status = BAD_STATEMENT
            else:
                self._short(letter)
        elif core.state not in (fc.IDLE, fc.ALARM):
            self.status = NOT_IDLE
        elif letter == "#":
            self._parameters(line)
        elif letter == "H":
            yield from self._home(line)
        elif letter == "S":
            if line != "$SLP":
                self.status = BAD_STATEMENT
            else:
                core.flags |= fc.SLEEP_NOW
        elif letter == "I":
            self._build_info(line)
        elif letter == "R":
            self._restore(line)
        elif letter == "N":
            yield from self._startup_line(line)
        else:
            self._setting(line)

    def _short(self, letter: str) -> None:
        core = self._core
        if letter == "$":
            if core.state & (fc.CYCLE | fc.HOLD):
                self.status = NOT_IDLE
            else:
                for each in settings_lines(core):
                    core.say(each)
        elif letter == "G":
            core.say(modes_line(core))
        elif letter == "C":
            if core.state == fc.CHECK:
                core.reset()
                core.message("Disabled")
            elif core.state != fc.IDLE:
                self.status = NOT_IDLE
            else:
                core.state = fc.CHECK
                core.message("Enabled")
        elif core.state == fc.ALARM:
            if core.door_ajar():
                self.status = DOOR_AJAR
            else:
                core.message("Caution: Unlocked")
                core.state = fc.IDLE

    def _parameters(self, line: str) -> None:
        if len(line) > 2:
            self.status = BAD_STATEMENT
            return
        for each in parameter_lines(self._core):
            self._core.say(each)

    def _home(self, line: str) -> Program:
        core = self._core
        if not core.settings.homing:
            self.status = HOMING_DISABLED
        elif core.door_ajar():
            self.status = DOOR_AJAR
        else:
            core.state = fc.HOMING
            if len(line) > 2:
                # As on a board: the state stays at homing until a reset.
                self.status = BAD_STATEMENT
                return
            yield from self._motion.home()
            if not core.abort:
                core.state = fc.IDLE
                core.idle_delay()
                yield from self.startup()
                self.status = OK

    def _build_info(self, line: str) -> None:
        core = self._core
        if len(line) == 2:
            for each in build_lines(core):
                core.say(each)
        elif line[2] != "=":
            self.status = BAD_STATEMENT
        else:
            core.stored(core.eeprom.put_text(BUILD_INFO_AT, line[3:]))

    def _restore(self, line: str) -> None:
        core = self._core
        what = line[5:6]
        if line[:5] != "$RST=" or len(line) != 6 or what not in "$#*":
            self.status = BAD_STATEMENT
            return
        everything = what == "*"
        changed = restore(
            core.eeprom, settings=everything or what == "$", parameters=everything or what == "#", lines=everything
        )
        core.stored(changed)
        if what != "#":
            core.settings = type(core.settings)()
            core.settings_changed()
        core.message("Restoring defaults")
        core.reset()

    def _startup_line(self, line: str) -> Program:
        core = self._core
        if len(line) == 2:
            for n in range(2):
                text = core.eeprom.text(_startup_at(n))
                if text is None:
                    core.stored(core.eeprom.put_text(_startup_at(n), ""))
                    core.say(f"error:{UNREADABLE}")
                else:
                    core.say(f"$N{n}={text}")
            return
        if core.state != fc.IDLE:
            self.status = NOT_IDLE
            return
        number = read_number(line, 2)
        if number is None:
            self.status = BAD_NUMBER
            return
        if line[number[1] : number[1] + 1] != "=":
            self.status = BAD_STATEMENT
            return
        text = line[number[1] + 1 :]
        yield from self._block(text)
        if not self.status:
            yield from self._motion.synchronise()
            core.stored(core.eeprom.put_text(_startup_at(low_byte(number[0])), text))

    def _setting(self, line: str) -> None:
        core = self._core
        number = read_number(line, 1)
        if number is None:
            self.status = BAD_NUMBER
            return
        if line[number[1] : number[1] + 1] != "=":
            self.status = BAD_STATEMENT
            return
        value = read_number(line, number[1] + 1)
        if value is None:
            self.status = BAD_NUMBER
            return
        if value[1] != len(line) or number[0] > 255:
            self.status = BAD_STATEMENT
            return
        which = low_byte(number[0])
        self.status = core.settings.store(which, value[0])
        if self.status:
            return
        core.settings_changed()
        if which == 13:
            core.wco_countdown = 0
        core.stored(core.settings.write(core.eeprom))

    # -- G-code ------------------------------------------------------------------------------------------------

    def _block(self, line: str) -> Program:
        core = self._core
        state = core.gc
        try:
            block = gc.parse(line, state, core.eeprom, mist=core.build.mist)
        except gc.Refused as refused:
            self.status = refused.number
            return
        move = Move(block.feed_mm_min / 60, line_number=block.line_number)
        if block.jog:
            yield from self._jog(block, move)
            return
        state.line_number = block.line_number
        state.modal.inverse_time = block.modal.inverse_time
        if block.modal.inverse_time:
            move.per_minute = block.feed_mm_min
        state.feed_mm_min = block.feed_mm_min
        if block.speed_rpm != state.speed_rpm:
            if state.modal.spindle != 5:
                yield from self._sync_spindle(state.modal.spindle, block.speed_rpm)
            state.speed_rpm = block.speed_rpm
        move.speed_rpm = state.speed_rpm
        state.tool = block.tool
        if block.modal.spindle != state.modal.spindle:
            yield from self._sync_spindle(block.modal.spindle, move.speed_rpm)
            state.modal.spindle = block.modal.spindle
        move.spindle = state.modal.spindle
        if block.modal.coolant != state.modal.coolant:
            if core.state != fc.CHECK:
                yield from self._motion.synchronise()
                core.set_coolant(block.modal.coolant)
            state.modal.coolant = block.modal.coolant
        if block.action == gc.DWELL:
            yield from self._motion.dwell(block.dwell_s)
        self._modes(block, state)
        yield from self._action(block, state, move)
        state.modal.motion = block.modal.motion
        if block.axes == 2 and state.modal.motion != gc.NO_MOTION:
            yield from self._move(block, state, move)
        if block.flow:
            yield from self._flow(block.flow, state)

    def _modes(self, block: gc.Block, state: gc.State) -> None:
        core, modal = self._core, state.modal
        modal.plane, modal.inches = block.modal.plane, block.modal.inches
        if block.axes == 3:
            modal.tool_offset = block.modal.tool_offset
            length = block.target[2] if modal.tool_offset else 0.0
            if state.tool_length != length:
                state.tool_length = length
                core.wco_countdown = 0
        if modal.system != block.modal.system:
            modal.system = block.modal.system
            state.system = block.system
            core.wco_countdown = 0
        modal.incremental = block.modal.incremental

    def _action(self, block: gc.Block, state: gc.State, move: Move) -> Program:
        core, action = self._core, block.action
        if action == gc.SET_DATA:
            yield from self._motion.synchronise()
            core.stored(core.eeprom.put_coordinates(block.system_index, block.stored))
            if state.modal.system == block.system_index:
                state.system = block.stored
                core.wco_countdown = 0
        elif action in (gc.HOME_28, gc.HOME_30):
            move.rapid = True
            if block.axes:
                yield from self._motion.line(block.target, move)
            yield from self._motion.line(block.stored, move)
            state.position = block.stored
        elif action in (gc.SET_28, gc.SET_30):
            yield from self._motion.synchronise()
            index = gc.INDEX_28 if action == gc.SET_28 else gc.INDEX_30
            core.stored(core.eeprom.put_coordinates(index, state.position))
        elif action == gc.SET_OFFSET:
            state.offset = block.target
            core.wco_countdown = 0
        elif action == gc.CLEAR_OFFSET:
            state.offset = gc.ZERO
            core.wco_countdown = 0

    def _move(self, block: gc.Block, state: gc.State, move: Move) -> Program:
        motion = state.modal.motion
        if motion in (gc.SEEK, gc.LINEAR):
            move.rapid = motion == gc.SEEK
            yield from self._motion.line(block.target, move)
        elif motion in (gc.CW_ARC, gc.CCW_ARC):
            yield from self._motion.arc(block, move, state.position)
        else:
            move.no_override = True
            yield from self._motion.probe(block, move)
            return
        state.position = block.target

    def _flow(self, flow: int, state: gc.State) -> Program:
        core, modal = self._core, state.modal
        yield from self._motion.synchronise()
        if flow == gc.PAUSE:
            if core.state != fc.CHECK:
                core.flags |= fc.FEED_HOLD
                yield from self._realtime.check()
            return
        modal.motion, modal.plane, modal.incremental, modal.inverse_time = gc.LINEAR, 0, False, False
        modal.system, modal.spindle, modal.coolant = 0, 5, 0
        core.feed_percent = core.rapid_percent = core.spindle_percent = 100
        core.planner.override(100, 100)
        if core.state != fc.CHECK:
            stored = core.eeprom.coordinates(0)
            if stored is None:
                self.status = UNREADABLE
                return
            state.system = stored
            core.wco_countdown = 0
            core.set_spindle(5, 0.0)
            core.set_coolant(0)
        core.message("Pgm End")

    def _sync_spindle(self, mode: int, rpm: float) -> Program:
        core = self._core
        if core.state != fc.CHECK:
            yield from self._motion.synchronise()
            core.set_spindle(mode, rpm)

    def _jog(self, block: gc.Block, move: Move) -> Program:
        core, state = self._core, self._core.gc
        move.no_override = True
        move.spindle, move.speed_rpm = state.modal.spindle, single(state.speed_rpm)
        if core.settings.soft_limits and self._motion.outside(block.target):
            self.status = TRAVEL_EXCEEDED
            return
        yield from self._motion.line(block.target, move)
        if core.state == fc.IDLE and core.planner.blocks:
            core.state = fc.JOG
            core.planner.recalculate()
            core.stepper.start(core.now_s)
        state.position = block.target


def _startup_at(n: int) -> int:
    return STARTUP_AT + n * (LINE_BYTES + 1)
