"""A GRBL 1.1h board: bytes in, bytes out, motors and switches, advanced by `advance(dt_s)`.

Responsible for: time, interrupts (bytes, steps, inputs) and the main program's loop around lines. Not responsible
for: what lines mean (`simulator.firmware.commands`), what suspends the board (`simulator.firmware.realtime`), or the
machine (`simulator.machine.world`).

Time advances from event to event, never by ticks: a minute of cutting costs as much as its lines and reports.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from simulator.firmware import core as fc
from simulator.firmware import makes
from simulator.firmware.build import STOCK, FirmwareBuild, Make
from simulator.firmware.commands import TOO_LONG, Commands
from simulator.firmware.core import Core, Program
from simulator.firmware.gcode_state import ParserModes
from simulator.firmware.motion import Motion
from simulator.firmware.realtime import Realtime
from simulator.firmware.report import settings_lines
from simulator.firmware.settings import LINE_BYTES, BoardSettings, Eeprom, factory_eeprom, restore
from simulator.firmware.wiring import LooseBoard, Wiring

BAUD = 115200
_UPPER = bytes.maketrans(bytes(range(97, 123)), bytes(range(65, 91)))
_IGNORED = bytes([*range(0, 33), ord("/")])
_TINY_S = 1e-9


class Firmware:
    """One board. Powered from the start; `power_cycle` is what opening its port does."""

    def __init__(
        self,
        wiring: Wiring | None = None,
        build: FirmwareBuild = STOCK,
        eeprom: Eeprom | None = None,
        baud: int | None = BAUD,
    ) -> None:
        self._core = Core(wiring or LooseBoard(), build, eeprom or factory_eeprom(), baud)
        self._realtime = Realtime(self._core)
        self._motion = Motion(self._core, self._realtime)
        self._commands = Commands(self._core, self._realtime, self._motion)
        self._partial = bytearray()
        self._reading = False
        self._inputs = (0, self._core.wiring.controls)
        self._core.inputs_known = self._know_inputs
        self._program: Program = self._run()
        self._core.busy_until_s = build.boot_s / (len(build.boot_chatter) + 1)
        self.heard: Callable[[float], None] = lambda _: None
        """Called when somebody says something to the board."""

    # -- outside -----------------------------------------------------------------------------------------------

    @property
    def core(self) -> Core:
        """The board's variables, to be looked at."""
        return self._core

    @property
    def now_s(self) -> float:
        """The board's time since its power came on first."""
        return self._core.now_s

    def receive(self, data: bytes) -> None:
        """Bytes begin to arrive on the wire."""
        if data:
            self.heard(self._core.now_s)
            self._core.uart.receive(data, self._core.now_s)
            if not self._core.uart.byte_s:
                self._interrupts()
                self._settle()

    def take_output(self) -> bytes:
        """What has left the board and was not taken yet."""
        return self._core.uart.sent(self._core.now_s)

    def next_event_s(self) -> float:
        """When something will happen of itself, on the board's time; infinity if nothing will."""
        # Asked at every event, so without a call that can be done without.
        core = self._core
        uart, stepper, now_s = core.uart, core.stepper, core.now_s
        at_s = core.busy_until_s if core.busy_until_s > now_s else math.inf
        if uart.arriving and (arrival_s := uart.next_arrival_s(now_s)) < at_s:
            at_s = arrival_s
        if uart.leaving and (sent_s := uart.next_sent_s(now_s)) < at_s:
            at_s = sent_s
        if stepper.running and (step_s := stepper.next_event_s) < at_s:
            at_s = step_s
        return at_s

    def advance(self, dt_s: float) -> None:
        """Let `dt_s` pass."""
        core = self._core
        end_s = core.now_s + dt_s
        while True:
            wake = core.busy_until_s if core.busy_until_s > core.now_s else math.inf
            at_s = min(wake, core.uart.next_arrival_s(core.now_s), core.stepper.next_event_s)
            if at_s > end_s:
                break
            core.now_s = max(core.now_s, at_s)
            self._interrupts()
            self._settle()
        core.now_s = max(core.now_s, end_s)

    def pass_event(self, end_s: float) -> None:
        """Go on to the next thing that happens, or to `end_s` on the board's time, whichever comes first."""
        core = self._core
        at_s = self.next_event_s()
        if at_s > end_s:
            core.now_s = max(core.now_s, end_s)
            return
        core.now_s = max(core.now_s, at_s)
        self._interrupts()
        self._settle()

    def sync(self) -> None:
        """Bring the machine to where its motors are now (it is done by itself at every event)."""
        self._core.drive()

    def inputs_changed(self) -> None:
        """A switch or control input may have moved: the board's pin interrupts."""
        self._pins()
        self._settle()

    def power_cycle(self) -> None:
        """Off and on: position forgotten, EEPROM kept, the wheel off."""
        core = self._core
        core.drive()
        core.stepper.halt(core.now_s)
        core.planner.clear()
        core.uart.power_off()
        core.outputs.stop()
        core.stepper.resting = (0, 0, 0)
        core.busy_until_s = core.now_s + core.build.boot_s / (len(core.build.boot_chatter) + 1)
        self._reading = False
        self._program = self._run()

    # -- interrupts --------------------------------------------------------------------------------------------

    def _interrupts(self) -> None:
        core = self._core
        while core.uart.arriving:
            byte = core.uart.deliver(core.now_s, self._reading and core.busy_until_s <= core.now_s)
            if byte is None:
                break
            self._realtime_byte(byte)
        stepper = core.stepper
        if not stepper.running or stepper.next_event_s > core.now_s + _TINY_S:
            return
        core.drive()
        if stepper.reached_watch(core.now_s):
            self._step_inputs()
        # Nothing to prepare or to end where an input has stopped the motion.
        stepper.advance(core.now_s)
        if stepper.finished(core.now_s):
            stepper.end(core.now_s)
            core.outputs.motion_ended()
            core.idle_delay()
            core.flags |= fc.STOPPED

    def _step_inputs(self) -> None:
        core = self._core
        if core.probing and core.probe():
            core.probing = False
            core.probe_position = core.position()
            core.flags |= fc.CANCEL
        self._pins()

    def _pins(self) -> None:
        core = self._core
        core.drive()
        limits, controls = core.limits(), core.wiring.controls
        before_limits, before = self._inputs
        self._inputs = (limits, controls)
        guarded = core.settings.hard_limits and core.state not in (fc.HOMING, fc.ALARM) and not core.alarm
        if limits != before_limits and guarded:
            core.reset()
            core.alarm = fc.HARD_LIMIT
        if controls == before:
            return
        if controls.reset:
            core.interrupted()
        if controls.start:
            core.flags |= fc.START
        if core.build.safety_door:
            if controls.door:
                core.flags |= fc.DOOR_OPEN
            if controls.hold:
                core.flags |= fc.FEED_HOLD
        elif controls.hold or controls.door:
            core.flags |= fc.FEED_HOLD

    def _realtime_byte(self, byte: int) -> None:
        core = self._core
        if byte == 0x3F:
            if core.now_s >= core.reporting_until_s:
                core.flags |= fc.STATUS
        elif byte == 0x7E:
            core.flags |= fc.START
        elif byte == 0x21:
            core.flags |= fc.FEED_HOLD
        elif byte == 0x18:
            core.interrupted()
        elif byte == 0x84:
            core.flags |= fc.DOOR_OPEN
        elif byte == 0x85:
            if core.state == fc.JOG:
                core.flags |= fc.CANCEL
        elif 0x90 <= byte <= 0x97:
            core.motion_overrides.append(byte)
        elif 0x99 <= byte <= 0x9E or byte == 0xA0 or byte == 0xA1:
            core.accessory_overrides.append(byte)

    # -- the main program --------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Run the main program until it waits."""
        core = self._core
        if core.busy_until_s <= core.now_s:
            next(self._program)

    def _run(self) -> Program:
        core = self._core
        stored = BoardSettings.read(core.eeprom)
        if stored is None:
            core.say("error:7")
            core.settings = BoardSettings()
            core.stored(restore(core.eeprom, settings=True, parameters=True, lines=True))
            for line in settings_lines(core):
                core.say(line)
        else:
            core.settings = stored
        core.settings_changed()
        core.state = fc.ALARM if core.settings.homing else fc.IDLE
        for line in core.build.boot_chatter:
            core.say(line)
            yield from core.pause(core.build.boot_s / (len(core.build.boot_chatter) + 1))
        while True:
            core.clear_system()
            core.uart.clear()
            self._partial.clear()
            self._watch()
            core.gc = ParserModes(system=core.coordinates(0) or (0.0, 0.0, 0.0))
            core.planner.clear()
            core.stop_steppers()
            core.idle_delay()
            yield from core.caught_up()
            core.sync_planner()
            core.sync_parser()
            core.say("")
            core.say(makes.greeting(core.build))
            yield from self._lines()
            core.abort = False

    def _watch(self) -> None:
        core = self._core
        core.stepper.watch = core.watch_inputs
        self._know_inputs()

    def _know_inputs(self) -> None:
        self._inputs = (self._core.limits(), self._core.wiring.controls)

    def _lines(self) -> Program:
        """Read and run lines until a reset."""
        core = self._core
        if core.settings.hard_limits and core.limits():
            core.state = fc.ALARM
            core.message("Check Limits")
        if core.state & (fc.ALARM | fc.SLEEP):
            core.message("'$H'|'$X' to unlock")
            core.state = fc.ALARM
        else:
            core.state = fc.IDLE
            if core.door_ajar():
                core.flags |= fc.DOOR_OPEN
                yield from self._realtime.check()
            yield from self._commands.startup()
        while True:
            while (raw := self._next_line()) is not None:
                yield from self._realtime.check()
                if core.abort:
                    return
                if core.build.make is Make.FLUIDNC and raw.startswith(b"$/"):
                    self._commands.ask_path(raw.decode("latin-1"))
                    self._commands.report()
                    yield from core.caught_up()
                    continue
                line, too_long = _cleaned(raw)
                if core.build.echo:
                    core.say(f"[echo: {line}]")
                core.busy(fc.LINE_S)
                if too_long:
                    core.say(f"error:{TOO_LONG}")
                else:
                    yield from self._commands.run(line)
                    self._commands.report()
                yield from core.caught_up()
            self._motion.auto_start()
            yield from self._realtime.check()
            if core.abort:
                return
            # What is queued and was not let go this time is tried again at once.
            waiting = core.state == fc.IDLE and core.planner.blocks
            if not core.flags and not core.uart.ring and not waiting:
                self._reading = True
                yield
                self._reading = False

    def _next_line(self) -> bytes | None:
        ring = self._core.uart.ring
        if not ring:
            return None
        end, back = ring.find(b"\n"), ring.find(b"\r")
        if end < 0 or 0 <= back < end:
            end = back
        if end < 0:
            self._partial += ring
            ring.clear()
            return None
        raw = bytes(self._partial + ring[:end])
        self._partial.clear()
        del ring[: end + 1]
        return raw


def _cleaned(raw: bytes) -> tuple[str, bool]:
    """Without spaces, control characters and comments, in capitals; and whether it is longer than the board's line."""
    if b"(" not in raw and b";" not in raw:
        line = raw.translate(_UPPER, _IGNORED)
        return line[: LINE_BYTES - 1].decode("latin-1"), len(line) >= LINE_BYTES
    kept = bytearray()
    inside = b""
    for byte in raw:
        if inside:
            if byte == 0x29 and inside == b"(":
                inside = b""
        elif byte == 0x28:
            inside = b"("
        elif byte == 0x3B:
            inside = b";"
        elif byte not in _IGNORED:
            if len(kept) >= LINE_BYTES - 1:
                return kept.translate(_UPPER).decode("latin-1"), True
            kept.append(byte)
    return kept.translate(_UPPER).decode("latin-1"), False
