"""What all parts of the simulated firmware share: state, flags, time, printing, outputs, the soft reset.

Responsible for: the board's variables and the few acts every part needs. Not responsible for: deciding when (see
`simulator.firmware.realtime`, `simulator.firmware.motion`, `simulator.firmware.commands`, `simulator.firmware.board`).

The main program of a board is one thread that loops and waits. Here it is a generator: `yield None` waits for the next
thing to happen (a byte, a step, an input); time spent in the program itself is `busy`, during which it does not answer.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeAlias

from simulator.firmware import makes
from simulator.firmware.build import FirmwareBuild, Make
from simulator.firmware.gcode_state import ParserModes, Vector
from simulator.firmware.numbers import single
from simulator.firmware.outputs import Outputs
from simulator.firmware.pieces import steps_done
from simulator.firmware.planner import Limits, Planned, Planner, Steps
from simulator.firmware.settings import BoardSettings, Eeprom
from simulator.firmware.stepper import Stepper
from simulator.firmware.uart import Uart
from simulator.firmware.wiring import Wiring

Program: TypeAlias = Generator[None, None, None]

# States of the board.
IDLE, ALARM, CHECK, HOMING, CYCLE, HOLD, JOG, DOOR, SLEEP = 0, 1, 2, 4, 8, 16, 32, 64, 128
MOVING_STATES = HOMING | CYCLE | HOLD | JOG | DOOR

# Requests, set by bytes, pins and motors, served by the main program.
STATUS, START, STOPPED, FEED_HOLD, RESET, DOOR_OPEN, CANCEL, SLEEP_NOW = 1, 2, 4, 8, 16, 32, 64, 128

# Why the main program is suspended.
(HOLD_COMPLETE, RESTART_RETRACT, RETRACTED, RESTORING, RESTORED, AJAR, MOTION_CANCEL, JOG_CANCEL) = (
    1, 2, 4, 8, 16, 32, 64, 128,
)  # fmt: skip

HARD_LIMIT, SOFT_LIMIT, ABORT_CYCLE, PROBE_INITIAL, PROBE_CONTACT = 1, 2, 3, 4, 5
HOMING_RESET, HOMING_DOOR, HOMING_PULL_OFF, HOMING_APPROACH = 6, 7, 8, 9

EEPROM_BYTE_S = 0.0034
RACES = 150
"""One reset in motion in so many comes just where the board looks for alarms, and none is raised."""
ALARM_PAUSE_S = 0.5
LINE_S = 0.0004
"""What reading one line costs the board."""
CHORD_S = 0.0001
"""What working out one chord of an arc costs it where nothing is planned: in check mode."""
PLAN_S = 0.0010
"""What planning one motion costs it."""


class Core:
    """The board's variables."""

    def __init__(self, wiring: Wiring, build: FirmwareBuild, eeprom: Eeprom, baud: int | None) -> None:
        self.wiring = wiring
        self.build = build
        self.eeprom = eeprom
        self.uart = Uart(baud, build.receive_bytes)
        self.extra_settings = dict(makes.GRBLHAL_SETTINGS) if build.make is Make.GRBLHAL else {}
        """What a board of another make has beyond stock ones."""
        self.now_s = 0.0
        self.busy_until_s = 0.0
        self.settings = BoardSettings()
        self.planner = Planner(self._limits(), build.planner_blocks)
        self.stepper = Stepper(self.planner)
        self.gc = ParserModes()
        self.outputs = Outputs(wiring, lambda: self.settings, self._settled_s)
        self.stepper.taken = self.outputs.follow
        self.motor: Steps = (0, 0, 0)
        self.inputs_known: Callable[[], None] = lambda: None
        """Called when what switches did is over and done with: only a change from here on is one."""
        self.forgetful = False
        """A reset in motion is followed by no alarm and no lock, as real boards do now and then."""
        self.state = IDLE
        self.flags = 0
        self.alarm = 0
        self.motion_overrides: list[int] = []
        self.accessory_overrides: list[int] = []
        self.probing = False
        self.probe_away = False
        self.probe_position: Steps = (0, 0, 0)
        self.clear_system()

    def clear_system(self) -> None:
        """What a reset forgets (all but state and position)."""
        self.abort = False
        self.suspend = 0
        self.holding = False
        self.system_motion = False
        self.soft_limit = False
        self.probe_succeeded = False
        self.feed_percent = self.rapid_percent = 100
        self.spindle_stop = 0
        self.wco_countdown = self.override_countdown = 0
        self.outputs.clear()
        self.reporting_until_s = 0.0
        self.probe_position = (0, 0, 0)
        self.probing = self.probe_away = False
        self.flags = self.alarm = 0
        self.motion_overrides.clear()
        self.accessory_overrides.clear()
        self.planner.override(100, 100)

    def _limits(self) -> Limits:
        s = self.settings
        return Limits(s.steps_per_mm, s.max_rate_mm_s, s.acceleration_mm_s2, s.values[11])

    def settings_changed(self) -> None:
        """Let the planner know."""
        self.planner.limits = self._limits()

    def aborted(self) -> bool:
        """Whether the main program is to start over."""
        return self.abort

    # -- time and talk -----------------------------------------------------------------------------------------

    def busy(self, duration_s: float) -> None:
        """The main program does nothing else for so long."""
        self.busy_until_s = max(self.busy_until_s, self.now_s) + duration_s

    def pause(self, duration_s: float) -> Program:
        """As `busy`, and what follows happens afterwards."""
        self.busy(duration_s)
        yield from self.caught_up()

    def caught_up(self) -> Program:
        """Go on when the program is no longer busy."""
        if self.busy_until_s > self.now_s:
            yield

    def stored(self, changed: int) -> None:
        """`changed` EEPROM bytes were written: each but the last is waited for, deaf."""
        if changed > 1:
            at_s = max(self.busy_until_s, self.now_s)
            self.uart.deafen(at_s, EEPROM_BYTE_S, changed - 1)
            self.busy((changed - 1) * EEPROM_BYTE_S)

    def say(self, text: str) -> None:
        """Print one line. Waits when the send buffer is full."""
        at_s = max(self.now_s, self.busy_until_s)
        data = text.encode("latin-1") if self.build.make is Make.GRBL else text.encode("utf-8")
        free_s = self.uart.send(data + b"\r\n", at_s)
        if free_s > self.busy_until_s:
            self.busy_until_s = free_s

    def message(self, text: str) -> None:
        """Print a feedback message."""
        self.say(f"[MSG:{text}]")

    def coordinates(self, index: int) -> Vector | None:
        """Stored offsets; None where the EEPROM is unreadable, which is mended and reported by the caller."""
        stored = self.eeprom.coordinates(index)
        if stored is None:
            self.stored(self.eeprom.put_coordinates(index, (0.0, 0.0, 0.0)))
        return stored

    # -- position ----------------------------------------------------------------------------------------------

    def drive(self) -> None:
        """Bring the machine's motors to where the stepper has got by now."""
        before = self.stepper.resting
        if not self.stepper.running:
            return
        invert = int(self.settings.values[3])
        for corner in self.stepper.path(self.now_s):
            if corner != before:
                m = self.motor
                delta = [corner[i] - before[i] for i in range(3)]
                if invert:
                    delta = [-d if invert >> i & 1 else d for i, d in enumerate(delta)]
                self.motor = (m[0] + delta[0], m[1] + delta[1], m[2] + delta[2])
                self.wiring.drive(self.motor, self.now_s)
                before = corner

    def position(self) -> Steps:
        """Where the board believes its motors are."""
        return self.stepper.position(self.now_s)

    def set_position(self, steps: Steps) -> None:
        """Believe something else."""
        self.drive()
        self.stepper.resting = steps

    def to_mm(self, steps: Steps) -> Vector:
        """Steps as machine millimetres, in single precision."""
        s = self.settings.steps_per_mm
        return (single(steps[0] / s[0]), single(steps[1] / s[1]), single(steps[2] / s[2]))

    def sync_parser(self) -> None:
        """The parser goes on from the real position."""
        self.gc.position = self.to_mm(self.position())

    def sync_planner(self) -> None:
        """The planner goes on from the real position."""
        self.planner.sync(self.position())

    # -- inputs ------------------------------------------------------------------------------------------------

    def motor_now(self, position: Steps | None = None) -> Steps:
        """The motors' count at this moment (where the board's `position` is), without moving the machine there yet."""
        if not self.stepper.running:
            return self.motor
        at = self.stepper.position(self.now_s) if position is None else position
        last, m, invert = self.stepper.resting, self.motor, int(self.settings.values[3])
        x, y, z = at[0] - last[0], at[1] - last[1], at[2] - last[2]
        if invert:
            x, y, z = -x if invert & 1 else x, -y if invert & 2 else y, -z if invert & 4 else z
        return (m[0] + x, m[1] + y, m[2] + z)

    def limits(self, motor: Steps | None = None) -> int:
        """Limit inputs as the board reads them."""
        closed = self.wiring.limits_at(self.motor_now() if motor is None else motor)
        return closed ^ 7 if self.settings.values[5] else closed

    def probe(self, motor: Steps | None = None) -> bool:
        """The probe input as the board reads it (a probing move away wants it open)."""
        closed = self.wiring.probe_at(self.motor_now() if motor is None else motor)
        return closed ^ bool(self.settings.values[6]) ^ self.probe_away

    def door_ajar(self) -> bool:
        """Only a board built for it has a door."""
        return self.build.safety_door and self.wiring.controls.door

    def watch_inputs(self, block: Planned, done: Steps) -> float | None:
        """Where along a block the first input that matters changes, in mm; None if none does."""
        if not (self.probing or self.settings.hard_limits or self.state == HOMING):
            return None
        invert = int(self.settings.values[3])
        sign = [-1 if invert >> i & 1 else 1 for i in range(3)]
        here = self.stepper.resting
        locked = self.stepper.locked

        def motor_after(n: int) -> Steps:
            at = _plus(block.origin, steps_done(block, n / block.events * block.length_mm))
            held = [locked.get(i, at[i]) for i in range(3)]
            return (
                self.motor[0] + sign[0] * (held[0] - here[0]),
                self.motor[1] + sign[1] * (held[1] - here[1]),
                self.motor[2] + sign[2] * (held[2] - here[2]),
            )

        def inputs(n: int) -> tuple[int, bool]:
            motor = motor_after(n)
            return self.limits(motor), self.probing and self.probe(motor)

        first = max(abs(d) for d in done)
        if first >= block.events:
            return None
        start = inputs(first)
        # On a straight way a switch is passed once at most: where the end is as the start, nothing lay between. Metal
        # has a shape of its own and is felt for in steps.
        low, step = first, max(1, (block.events - first) // (24 if self.probing else 1))
        while low < block.events:
            high = min(block.events, low + step)
            if inputs(high) != start:
                while high - low > 1:
                    middle = (low + high) // 2
                    if inputs(middle) != start:
                        high = middle
                    else:
                        low = middle
                return (high + 0.01) / block.events * block.length_mm if high < block.events else block.length_mm
            low = high
        return None

    # -- outputs -----------------------------------------------------------------------------------------------

    @property
    def spindle(self) -> int:
        """What the wheel's output does: 3, 4, or 5 for nothing."""
        return self.outputs.turning or 5

    def set_spindle(self, mode: int, rpm: float) -> None:
        """Run the wheel (3, 4) or not (5)."""
        if not self.abort:
            self.outputs.set_spindle(mode, rpm)
            self.override_countdown = 0

    def set_coolant(self, coolant: int) -> None:
        """Switch the coolant outputs."""
        if not self.abort:
            self.outputs.set_coolant(coolant)
            self.override_countdown = 0

    def _settled_s(self) -> float:
        self.drive()
        return self.now_s

    def idle_delay(self) -> None:
        """Motors are held a while before they are let go; the program waits."""
        idle_ms = int(self.settings.values[1])
        if self.state != HOMING and (idle_ms != 255 or self.alarm or self.state == SLEEP):
            self.busy(idle_ms / 1000)

    def stop_steppers(self) -> None:
        """Kill the motion where it is."""
        self.drive()
        self.stepper.halt(self.now_s)

    def interrupted(self) -> None:
        """A reset from outside, in the middle of whatever the program does."""
        if not self.flags & RESET and self.uart.drop_unsent(self.now_s):
            # It was waiting for room to print into: it does so no longer.
            self.busy_until_s = self.now_s
        self.reset()

    def reset(self) -> None:
        """0x18, the reset input, or a fault inside: outputs off, motion dead, the main program to start over."""
        if self.flags & RESET:
            return
        self.flags |= RESET
        self.outputs.stop()
        if self.state & (CYCLE | HOMING | JOG) or self.holding or self.system_motion:
            if self.forgetful or (self.build.alarm_race and int(self.now_s * 1e5) % RACES == 0):
                pass
            elif self.state == HOMING:
                self.alarm = self.alarm or HOMING_RESET
            else:
                self.alarm = ABORT_CYCLE
            self.stop_steppers()
            self.idle_delay()


def _plus(a: Steps, b: Steps) -> Steps:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])
