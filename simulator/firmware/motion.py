"""Moving: lines, arcs, dwells, probing, homing, as the main program does them.

Responsible for: what a checked motion makes of planner and stepper, soft limits, and how probing and homing end. Not
responsible for: reading lines, or the physics of switches (`simulator.firmware.wiring`).
"""

from __future__ import annotations

import math
from collections.abc import Generator

from simulator.firmware import core as fc
from simulator.firmware.arc import chord_corners, chord_count
from simulator.firmware.core import Core, Program
from simulator.firmware.gcode_state import PROBE_AWAY, PROBE_AWAY_QUIET, PROBE_TOWARD_QUIET, Block, Vector
from simulator.firmware.numbers import round_half_away, single
from simulator.firmware.planner import Move
from simulator.firmware.realtime import DWELL_STEP_S, Realtime
from simulator.firmware.report import probe_line

_SEARCH, _LOCATE = 1.5, 5.0
_Z, _XY = 4, 3


class Motion:
    """The board's motion commands."""

    def __init__(self, core: Core, realtime: Realtime) -> None:
        self._core = core
        self._realtime = realtime

    def auto_start(self) -> None:
        """Whatever is queued may run."""
        if self._core.planner.blocks:
            self._core.flags |= fc.START

    def synchronise(self) -> Program:
        """Wait until every queued motion has ended."""
        core = self._core
        self.auto_start()
        while True:
            yield from self._realtime.check()
            if core.aborted() or not (core.planner.blocks or core.state == fc.CYCLE):
                return
            yield

    def outside(self, target: Vector) -> bool:
        """Whether the soft limits forbid it."""
        return any(t > 0 or t < -travel for t, travel in zip(target, self._core.settings.travel_mm, strict=True))

    def line(self, target: Vector, move: Move) -> Program:
        """Queue a straight motion; waits while the queue is full."""
        core = self._core
        if core.settings.soft_limits and core.state != fc.JOG and self.outside(target):
            yield from self._soft_limit()
        if core.state == fc.CHECK:
            return
        while True:
            yield from self._realtime.check()
            if core.aborted():
                return
            if core.planner.free > 0:
                break
            self.auto_start()
            yield from self._realtime.check()
            if core.aborted():
                return
            if core.planner.free <= 0:
                yield
        core.busy(fc.PLAN_S)
        if core.planner.append(target, move) is None:
            # Nothing to move. In laser mode the power still has to be what the line says.
            if core.settings.laser and move.spindle == 3:
                yield from self.sync_spindle(3, move.speed_rpm)
        elif core.stepper.running:
            core.stepper.replan(core.now_s)

    def sync_spindle(self, mode: int, rpm: float) -> Program:
        """Switch the wheel when all motion before has ended; nothing in check mode."""
        if self._core.state != fc.CHECK:
            yield from self.synchronise()
            self._core.set_spindle(mode, rpm)

    def offsets_changed(self) -> Program:
        """Work offsets changed: motion planned before ends first, and the next report carries them."""
        yield from self.synchronise()
        self._core.wco_countdown = 0

    def _soft_limit(self) -> Program:
        core = self._core
        core.soft_limit = True
        if core.state == fc.CYCLE:
            core.flags |= fc.FEED_HOLD
            if not (yield from self._until_idle()):
                return
        core.reset()
        core.alarm = fc.SOFT_LIMIT
        yield from self._realtime.check()

    def _until_idle(self) -> Generator[None, None, bool]:
        """Wait for the machine to rest; False: the program was aborted meanwhile."""
        while True:
            yield from self._realtime.check()
            if self._core.aborted():
                return False
            if self._core.state == fc.IDLE:
                return True
            yield

    def arc(self, block: Block, move: Move, position: Vector) -> Program:
        """An arc as short chords, as many as the arc tolerance asks for."""
        core = self._core
        chords, angle = chord_count(block, position, core.settings.values[12])
        if chords:
            if core.state == fc.CHECK:
                # Nobody is heard while the chords of an arc are worked out: a giant one takes seconds.
                core.busy(chords * fc.CHORD_S)
            if move.per_minute is not None:
                # As on a board: from here on the number is taken for a feed.
                move.feed_mm_s, move.per_minute = move.per_minute * chords / 60, None
            for corner in chord_corners(block, position, chords, angle):
                yield from self.line(corner, move)
                if self._core.aborted():
                    return
        yield from self.line(block.target, move)

    def dwell(self, duration_s: float) -> Program:
        """Wait, in steps of 50 ms, after all motion."""
        core = self._core
        if core.state == fc.CHECK:
            return
        yield from self.synchronise()
        # Counted in sixteen bits: a dwell of more than 55 minutes wraps.
        for _ in range(math.ceil(single(single(1000 / 50) * single(duration_s))) & 0xFFFF):
            if core.aborted():
                return
            yield from self._realtime.check()
            yield from core.pause(DWELL_STEP_S)

    def probe(self, block: Block, move: Move) -> Program:
        """G38.x. Sets `gc.position`."""
        core = self._core
        if core.state == fc.CHECK:
            core.gc.position = block.target
            return
        yield from self.synchronise()
        if core.aborted():
            return
        motion = block.modal.motion
        core.probe_succeeded = False
        core.probe_away = motion in (PROBE_AWAY, PROBE_AWAY_QUIET)
        if core.probe():
            core.alarm = fc.PROBE_INITIAL
            yield from self._realtime.check()
            core.probe_away = False
            return
        core.probing = True
        yield from self.line(block.target, move)
        core.flags |= fc.START
        if not (yield from self._until_idle()):
            return
        if core.probing:
            if motion in (PROBE_TOWARD_QUIET, PROBE_AWAY_QUIET):
                core.probe_position = core.position()
            else:
                core.alarm = fc.PROBE_CONTACT
        else:
            core.probe_succeeded = True
        core.probing = core.probe_away = False
        yield from self._realtime.check()
        core.stop_steppers()
        core.idle_delay()
        core.planner.clear()
        core.sync_planner()
        core.say(probe_line(core))
        core.sync_parser()

    def home(self) -> Program:
        """$H: Z first, then X and Y together."""
        core = self._core
        for axes in (_Z, _XY):
            if not core.aborted():
                yield from self._home_axes(axes)
        yield from self._realtime.check()
        if core.aborted():
            return
        core.inputs_known()
        core.sync_parser()
        core.sync_planner()

    def _home_axes(self, axes: int) -> Program:
        core, settings = self._core, self._core.settings
        used = [i for i in range(3) if axes >> i & 1]
        travel = max([0.0, *(_SEARCH * settings.travel_mm[i] for i in used)])
        rate = settings.values[25]
        backwards = int(settings.values[23])
        for phase in range(4):
            approach = phase % 2 == 0
            at = list(core.position())
            target = list(core.to_mm((at[0], at[1], at[2])))
            for i in used:
                at[i] = 0
                target[i] = travel if approach != bool(backwards >> i & 1) else -travel
            core.set_position((at[0], at[1], at[2]))
            move = Move(rate * math.sqrt(len(used)) / 60, system=True, no_override=True)
            core.planner.clear()
            core.planner.append((target[0], target[1], target[2]), move, core.position())
            yield from self._home_move(axes if approach else 0, approach, axes)
            if core.aborted():
                return
            core.stop_steppers()
            core.planner.clear()
            core.system_motion = False
            yield from core.pause(settings.values[26] / 1000)
            if phase == 0 or phase == 2:
                travel, rate = settings.values[27], settings.values[25]
            else:
                travel, rate = settings.values[27] * _LOCATE, settings.values[24]
        at = list(core.position())
        for i in used:
            pull_off, spm = settings.values[27], settings.steps_per_mm[i]
            away = single(pull_off - settings.travel_mm[i]) if backwards >> i & 1 else -pull_off
            at[i] = round_half_away(single(away * spm))
        core.set_position((at[0], at[1], at[2]))

    def _home_move(self, locking: int, approach: bool, axes: int) -> Program:
        """Run the queued homing motion until its switches close, or it ends, or something forbids it."""
        core = self._core
        waiting = locking
        core.system_motion = True
        core.stepper.start(core.now_s)
        while True:
            if approach:
                core.drive()
                closed = core.limits() & waiting
                if closed:
                    core.stepper.lock(closed, core.now_s)
                    waiting &= ~closed
            flags = core.flags & (fc.DOOR_OPEN | fc.RESET | fc.STOPPED)
            if flags:
                core.drive()
                failed = 0
                if flags & fc.RESET:
                    failed = fc.HOMING_RESET
                if flags & fc.DOOR_OPEN:
                    failed = fc.HOMING_DOOR
                if not approach and core.limits() & axes:
                    failed = fc.HOMING_PULL_OFF
                if approach and flags & fc.STOPPED:
                    failed = fc.HOMING_APPROACH
                if failed:
                    core.alarm = failed
                    core.reset()
                    core.stop_steppers()
                    core.planner.clear()
                    yield from self._realtime.check()
                    return
                core.flags &= ~fc.STOPPED
                return
            if approach and not waiting:
                return
            yield
