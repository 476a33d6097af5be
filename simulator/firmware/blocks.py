"""G-code blocks done: one checked line, in the board's order of execution.

Responsible for: what a line of G-code or a jog does, and the number it ends with. Not responsible for: reading it
(`simulator.firmware.parser`), how motions run (`simulator.firmware.motion`), or `$` commands
(`simulator.firmware.commands`).
"""

from __future__ import annotations

from simulator.firmware import core as fc
from simulator.firmware import gcode_state as gc
from simulator.firmware.core import Core, Program
from simulator.firmware.motion import Motion
from simulator.firmware.numbers import single
from simulator.firmware.parser import parse
from simulator.firmware.planner import Move
from simulator.firmware.realtime import Realtime

OK, UNREADABLE, TRAVEL_EXCEEDED = 0, 7, 15
_CUTTING = (gc.LINEAR, gc.CW_ARC, gc.CCW_ARC)


class Blocks:
    """Runs blocks. `status` holds the number the last one ended with."""

    def __init__(self, core: Core, realtime: Realtime, motion: Motion) -> None:
        self._core = core
        self._realtime = realtime
        self._motion = motion
        self.status = OK

    def run(self, line: str) -> Program:
        """One line of G-code, or a jog with its `$J=`."""
        core, state = self._core, self._core.gc
        self.status = OK
        try:
            block = parse(line, state, core, mist=core.build.mist)
        except gc.GcodeError as refused:
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
        yield from self._speed(block, state, move)
        state.tool = block.tool
        if block.modal.spindle != state.modal.spindle:
            yield from self._motion.sync_spindle(block.modal.spindle, move.speed_rpm)
            state.modal.spindle = block.modal.spindle
        move.spindle = state.modal.spindle
        if block.modal.coolant != state.modal.coolant:
            if core.state != fc.CHECK:
                yield from self._motion.synchronise()
                core.set_coolant(block.modal.coolant)
            state.modal.coolant = block.modal.coolant
        if block.action == gc.DWELL:
            yield from self._motion.dwell(block.dwell_s)
        yield from self._modes(block, state)
        yield from self._action(block, state, move)
        state.modal.motion = block.modal.motion
        if block.axes == 2 and state.modal.motion != gc.NO_MOTION:
            yield from self._move(block, state, move)
        if block.flow:
            yield from self._flow(block.flow, state)

    def _speed(self, block: gc.Block, state: gc.ParserModes, move: Move) -> Program:
        """S, and in laser mode what the motion makes of it."""
        dark = moving = anew = False
        if self._core.settings.laser:
            dark = block.modal.motion not in _CUTTING
            moving = bool(block.axis_words) and block.axes == 2
            # M3's constant power changes between cutting and other modes, also without a motion.
            anew = not moving and state.modal.spindle == 3 and (state.modal.motion in _CUTTING) == dark
        if block.speed_rpm != state.speed_rpm or anew:
            if state.modal.spindle != 5 and not moving:
                yield from self._motion.sync_spindle(state.modal.spindle, 0.0 if dark else block.speed_rpm)
            state.speed_rpm = block.speed_rpm
        move.speed_rpm = 0.0 if dark else state.speed_rpm

    def _modes(self, block: gc.Block, state: gc.ParserModes) -> Program:
        modal = state.modal
        modal.plane, modal.inches = block.modal.plane, block.modal.inches
        if block.axes == 3:
            modal.tool_offset = block.modal.tool_offset
            length = block.target[2] if modal.tool_offset else 0.0
            if state.tool_length_mm != length:
                state.tool_length_mm = length
                yield from self._motion.offsets_changed()
        if modal.system != block.modal.system:
            modal.system = block.modal.system
            state.system = block.system
            yield from self._motion.offsets_changed()
        modal.incremental = block.modal.incremental

    def _action(self, block: gc.Block, state: gc.ParserModes, move: Move) -> Program:
        core, action = self._core, block.action
        if action == gc.SET_DATA:
            yield from self._motion.synchronise()
            core.stored(core.eeprom.put_coordinates(block.system_index, block.stored))
            if state.modal.system == block.system_index:
                state.system = block.stored
                yield from self._motion.offsets_changed()
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
        elif action in (gc.SET_OFFSET, gc.CLEAR_OFFSET):
            state.offset = block.target if action == gc.SET_OFFSET else gc.ZERO
            yield from self._motion.offsets_changed()

    def _move(self, block: gc.Block, state: gc.ParserModes, move: Move) -> Program:
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

    def _flow(self, flow: int, state: gc.ParserModes) -> Program:
        core, modal = self._core, state.modal
        yield from self._motion.synchronise()
        if flow == gc.PAUSE:
            if core.state != fc.CHECK:
                core.flags |= fc.FEED_HOLD
                yield from self._realtime.check()
            return
        modal.motion, modal.plane, modal.incremental, modal.inverse_time = gc.LINEAR, 0, False, False
        modal.system, modal.spindle, modal.coolant = 0, 5, 0
        core.feed_percent = core.rapid_percent = core.outputs.percent = 100
        core.planner.override(100, 100)
        if core.state != fc.CHECK:
            stored = core.coordinates(0)
            if stored is None:
                self.status = UNREADABLE
                return
            state.system = stored
            yield from self._motion.offsets_changed()
            core.set_spindle(5, 0.0)
            core.set_coolant(0)
        core.message("Pgm End")

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
            if core.holding:
                # A board's fault, kept: a probe that met metal leaves its stop behind. The first jog after it ends at
                # once, and its motion then runs as any other would, deaf to the jog's cancel.
                core.idle_delay()
                core.flags |= fc.STOPPED
            else:
                core.planner.recalculate()
                core.outputs.begin()
                core.stepper.start(core.now_s)
        state.position = block.target
