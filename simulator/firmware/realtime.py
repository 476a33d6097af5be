"""Requests served between lines: alarms, holds, door, sleep, starts, ends of motion, overrides.

Responsible for: the board's run-time state machine, as the main program runs it at each of its check points. Not
responsible for: where requests come from (`firmware`), or for lines.
"""

from __future__ import annotations

from simulator.firmware import core as fc
from simulator.firmware.core import Core, Program
from simulator.firmware.report import status_line

SPINDLE_WAIT_S, COOLANT_WAIT_S = 4.0, 1.0
DWELL_STEP_S = 0.05
REPORT_S = 0.0007
"""What writing a status report costs the board."""
_STOPS = fc.CANCEL | fc.FEED_HOLD | fc.DOOR_OPEN | fc.SLEEP_NOW
_STOP_BEGIN, _STOP_ON, _STOP_RESTORE, _STOP_RESTORE_CYCLE = 1, 2, 4, 8
_FEED_STEPS = {0x91: 10, 0x92: -10, 0x93: 1, 0x94: -1}
_RAPID = {0x95: 100, 0x96: 50, 0x97: 25}
_SPINDLE_STEPS = {0x9A: 10, 0x9B: -10, 0x9C: 1, 0x9D: -1}
_FEED_RESET, _SPINDLE_RESET, _SPINDLE_STOP, _FLOOD, _MIST = 0x90, 0x99, 0x9E, 0xA0, 0xA1


class Realtime:
    """Check points of the main program."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def check(self) -> Program:
        """Serve what is pending, and stay here while suspended."""
        core = self._core
        if core.flags or core.alarm or core.motion_overrides or core.accessory_overrides:
            yield from self.serve()
        if core.suspend:
            yield from self._suspended()

    def serve(self) -> Program:
        """Serve what is pending once."""
        core = self._core
        if core.alarm:
            yield from self._alarm()
        if core.flags:
            if core.flags & fc.RESET:
                core.abort = True
                return
            asked = core.flags
            if asked & fc.STATUS:
                self._report()
            if asked & _STOPS:
                self._stop_requests(asked)
            if asked & fc.START:
                core.flags &= ~fc.START
                if not asked & (fc.FEED_HOLD | fc.CANCEL | fc.DOOR_OPEN):
                    self._start()
            if asked & fc.STOPPED:
                self._stopped()
        if core.motion_overrides:
            self._motion_overrides()
        if core.accessory_overrides:
            self._accessory_overrides()

    def _report(self) -> None:
        core = self._core
        core.flags &= ~fc.STATUS
        core.say(status_line(core))
        # Another `?` that comes while the report is being written is forgotten with it. On a wire without pace the
        # whole report is there at once, and nobody can ask too early.
        if core.uart.byte_s:
            core.reporting_until_s = max(core.now_s, core.busy_until_s) + REPORT_S

    def _alarm(self) -> Program:
        core = self._core
        core.state = fc.ALARM
        core.say(f"ALARM:{core.alarm}")
        yield from core.pause(fc.ALARM_PAUSE_S)
        if core.alarm in (fc.HARD_LIMIT, fc.SOFT_LIMIT):
            core.message("Reset to continue")
            core.flags &= ~fc.RESET
            while not core.flags & fc.RESET:
                yield
        core.alarm = 0

    def _stop_requests(self, asked: int) -> None:
        core = self._core
        core.flags &= ~_STOPS
        if not core.state & (fc.ALARM | fc.CHECK):
            if core.state & (fc.CYCLE | fc.JOG) and not core.suspend & (fc.MOTION_CANCEL | fc.JOG_CANCEL):
                core.holding = True
                core.stepper.hold(core.now_s)
                if core.state == fc.JOG and not asked & fc.SLEEP_NOW:
                    core.suspend |= fc.JOG_CANCEL
            if core.state == fc.IDLE:
                core.suspend = fc.HOLD_COMPLETE
            if asked & fc.CANCEL and not core.state & fc.JOG:
                core.suspend |= fc.MOTION_CANCEL
            if asked & fc.FEED_HOLD and not core.state & (fc.DOOR | fc.JOG | fc.SLEEP):
                core.state = fc.HOLD
            if asked & fc.DOOR_OPEN:
                core.message("Check Door")
                if not core.suspend & fc.JOG_CANCEL:
                    if core.state == fc.DOOR and core.suspend & fc.RESTORING:
                        core.suspend &= ~(fc.RETRACTED | fc.RESTORING | fc.RESTORED)
                        core.suspend |= fc.RESTART_RETRACT
                    if core.state != fc.SLEEP:
                        core.state = fc.DOOR
                core.suspend |= fc.AJAR
        if asked & fc.SLEEP_NOW:
            if core.state == fc.ALARM:
                core.suspend |= fc.RETRACTED | fc.HOLD_COMPLETE
            core.state = fc.SLEEP

    def _start(self) -> None:
        core = self._core
        if core.state == fc.DOOR and not core.suspend & fc.AJAR:
            if core.suspend & fc.RESTORED:
                core.state = fc.IDLE
            elif core.suspend & fc.RETRACTED:
                core.suspend |= fc.RESTORING
        if core.state != fc.IDLE and not (core.state == fc.HOLD and core.suspend & fc.HOLD_COMPLETE):
            return
        if core.state == fc.HOLD and core.spindle_stop:
            core.spindle_stop |= _STOP_RESTORE_CYCLE
            return
        core.holding = core.system_motion = False
        core.outputs.begin()
        if core.planner.blocks and not core.suspend & fc.MOTION_CANCEL:
            core.suspend = 0
            core.state = fc.CYCLE
            core.planner.recalculate()
            core.stepper.start(core.now_s)
        else:
            core.suspend = 0
            core.state = fc.IDLE

    def _stopped(self) -> None:
        core = self._core
        core.flags &= ~fc.STOPPED
        held = core.state & (fc.HOLD | fc.DOOR | fc.SLEEP)
        if held and not core.soft_limit and not core.suspend & fc.JOG_CANCEL:
            if core.holding:
                core.suspend |= fc.HOLD_COMPLETE
            core.holding = core.system_motion = False
            return
        if core.suspend & fc.JOG_CANCEL:
            core.holding = core.system_motion = False
            core.planner.clear()
            core.idle_delay()
            core.sync_parser()
            core.sync_planner()
        if core.suspend & fc.AJAR:
            core.suspend &= ~fc.JOG_CANCEL
            core.suspend |= fc.HOLD_COMPLETE
            core.state = fc.DOOR
        else:
            core.suspend = 0
            core.state = fc.IDLE

    # -- overrides ---------------------------------------------------------------------------------------------

    def _motion_overrides(self) -> None:
        core = self._core
        feed, rapid = core.feed_percent, core.rapid_percent
        asked = set(core.motion_overrides)
        core.motion_overrides.clear()
        if _FEED_RESET in asked:
            feed = 100
        feed += sum(step for byte, step in _FEED_STEPS.items() if byte in asked)
        feed = max(10, min(200, feed & 0xFF))
        for byte in sorted(asked & set(_RAPID)):
            rapid = _RAPID[byte]
        if (feed, rapid) != (core.feed_percent, core.rapid_percent):
            core.feed_percent, core.rapid_percent = feed, rapid
            core.override_countdown = 0
            core.planner.override(feed, rapid)
            if core.stepper.running:
                core.stepper.replan(core.now_s)

    def _accessory_overrides(self) -> None:
        core = self._core
        asked = set(core.accessory_overrides)
        core.accessory_overrides.clear()
        percent = 100 if _SPINDLE_RESET in asked else core.outputs.percent
        percent += sum(step for byte, step in _SPINDLE_STEPS.items() if byte in asked)
        percent = max(10, min(200, percent & 0xFF))
        if percent != core.outputs.percent:
            core.outputs.percent = percent
            if core.state == fc.IDLE:
                core.set_spindle(core.gc.modal.spindle, core.gc.speed_rpm)
            else:
                core.outputs.due = True
                if core.stepper.running and core.planner.blocks:
                    core.outputs.follow(core.planner.blocks[0], anew=True)
            core.override_countdown = 0
        if _SPINDLE_STOP in asked and core.state == fc.HOLD:
            if not core.spindle_stop:
                core.spindle_stop = _STOP_BEGIN
            elif core.spindle_stop & _STOP_ON:
                core.spindle_stop |= _STOP_RESTORE
        toggles = (1 if _FLOOD in asked else 0) | (2 if _MIST in asked and core.build.mist else 0)
        if toggles and (core.state == fc.IDLE or core.state & (fc.CYCLE | fc.HOLD | fc.JOG)):
            core.gc.modal.coolant ^= toggles
            core.set_coolant(core.gc.modal.coolant)

    # -- suspended ---------------------------------------------------------------------------------------------

    def _suspended(self) -> Program:
        """Hold, door or sleep: nothing else goes on until it is over."""
        core = self._core
        block = core.planner.blocks[0] if core.planner.blocks else None
        if core.settings.laser:
            core.accessory_overrides.append(_SPINDLE_STOP)
        if block is None:
            mode, rpm, coolant = core.gc.modal.spindle, core.gc.speed_rpm, core.gc.modal.coolant
        else:
            mode, rpm, coolant = block.move.spindle, block.move.speed_rpm, core.outputs.coolant
        while core.suspend:
            if core.abort:
                return
            before = (core.suspend, core.state, core.spindle_stop)
            if core.suspend & fc.HOLD_COMPLETE:
                if core.state & (fc.DOOR | fc.SLEEP):
                    yield from self._parked(mode, rpm, coolant)
                else:
                    self._held(mode, rpm)
            yield from self.serve()
            if before == (core.suspend, core.state, core.spindle_stop) and not core.flags and core.suspend:
                yield

    def _parked(self, mode: int, rpm: float, coolant: int) -> Program:
        core = self._core
        if not core.suspend & fc.RETRACTED:
            core.spindle_stop = 0
            core.set_spindle(5, 0.0)
            core.set_coolant(0)
            core.suspend &= ~fc.RESTART_RETRACT
            core.suspend |= fc.RETRACTED
            return
        if core.state == fc.SLEEP:
            core.message("Sleeping")
            core.set_spindle(5, 0.0)
            core.set_coolant(0)
            core.idle_delay()
            while not core.abort:
                yield
                yield from self.serve()
            return
        if core.state == fc.DOOR and not core.door_ajar():
            core.suspend &= ~fc.AJAR
        if core.suspend & fc.RESTORING:
            if core.gc.modal.spindle != 5 and not core.suspend & fc.RESTART_RETRACT:
                if core.settings.laser:
                    core.outputs.due = True
                else:
                    core.set_spindle(mode, rpm)
                    yield from self._wait(SPINDLE_WAIT_S)
            if core.gc.modal.coolant and not core.suspend & fc.RESTART_RETRACT:
                core.set_coolant(coolant)
                yield from self._wait(COOLANT_WAIT_S)
            if not core.suspend & fc.RESTART_RETRACT:
                core.suspend |= fc.RESTORED
                core.flags |= fc.START

    def _wait(self, duration_s: float) -> Program:
        core = self._core
        for _ in range(round(duration_s / DWELL_STEP_S)):
            if core.abort:
                return
            yield from self.serve()
            if core.suspend & fc.RESTART_RETRACT:
                return
            yield from core.pause(DWELL_STEP_S)

    def _held(self, mode: int, rpm: float) -> None:
        core = self._core
        if core.spindle_stop & _STOP_BEGIN:
            if core.gc.modal.spindle != 5:
                core.set_spindle(5, 0.0)
                core.spindle_stop = _STOP_ON
            else:
                core.spindle_stop = 0
        elif core.spindle_stop & (_STOP_RESTORE | _STOP_RESTORE_CYCLE):
            if core.gc.modal.spindle != 5:
                core.message("Restoring spindle")
                if core.settings.laser:
                    core.outputs.due = True
                else:
                    core.set_spindle(mode, rpm)
            if core.spindle_stop & _STOP_RESTORE_CYCLE:
                core.flags |= fc.START
            core.spindle_stop = 0
        elif core.outputs.due and not core.spindle_stop:
            core.set_spindle(mode, rpm)
            core.outputs.due = False
