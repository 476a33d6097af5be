"""Lines: `$` commands done here, G-code passed on, each ending in one `ok` or `error:N`.

Responsible for: which line may be done when, and all `$` commands. Not responsible for: bytes into lines
(`simulator.firmware.board`), or G-code (`simulator.firmware.blocks`).
"""

from __future__ import annotations

from simulator.firmware import core as fc
from simulator.firmware.blocks import OK, UNREADABLE, Blocks
from simulator.firmware.build import Make
from simulator.firmware.core import Core, Program
from simulator.firmware.makes import at_path
from simulator.firmware.motion import Motion
from simulator.firmware.numbers import low_byte, read_number
from simulator.firmware.realtime import Realtime
from simulator.firmware.report import HELP, build_lines, modes_line, parameter_lines, settings_lines, status_line
from simulator.firmware.settings import BUILD_INFO_AT, LINE_BYTES, STARTUP_AT, STARTUP_LINES_AT, restore

BAD_NUMBER, BAD_STATEMENT, HOMING_DISABLED, NOT_IDLE, LOCKED = 2, 3, 5, 8, 9
TOO_LONG, DOOR_AJAR, NO_LETTER = 11, 13, 1
_JOG_BEGIN = 3


class Commands:
    """Runs whole lines. `status` holds the number the last one ended with."""

    def __init__(self, core: Core, realtime: Realtime, motion: Motion) -> None:
        self._core = core
        self._motion = motion
        self._blocks = Blocks(core, realtime, motion)
        self._buffer = bytearray(LINE_BYTES)
        """The line being done, with what longer lines before left behind its end."""
        self.status = OK
        self._acknowledged = 0

    def report(self) -> None:
        """Print how the last line ended."""
        core = self._core
        self._acknowledged += 1
        if core.build.noise and self._acknowledged % core.build.noise_every == 0:
            core.say(core.build.noise)
        core.say(f"error:{self.status}" if self.status else "ok")

    def ask_path(self, line: str) -> None:
        """`$/axes/x/steps_per_mm`: FluidNC's own way to ask for one value."""
        path = line[2:].strip()
        value = at_path(path, self._core.settings.values)
        self.status = OK if value is not None else BAD_STATEMENT
        if value is not None:
            self._core.say(f"$/{path}={value}")

    def run(self, line: str) -> Program:
        """One line, cleaned of spaces and comments."""
        self.status = OK
        self._hold(line)
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
            line = self._recalled(STARTUP_LINES_AT[n])
            if line is None:
                core.say(f">:error:{UNREADABLE}")
            elif line:
                self.status = OK
                yield from self._block(line)
                core.say(f">{line}:" + (f"error:{self.status}" if self.status else "ok"))

    def _block(self, line: str) -> Program:
        yield from self._blocks.run(line)
        self.status = self._blocks.status

    def _hold(self, line: str) -> None:
        text = line.encode("latin-1") + b"\0"
        self._buffer[: len(text)] = text

    def _recalled(self, at: int) -> str | None:
        """A stored line, through the same buffer; None if it was unreadable (an empty one is stored then)."""
        eeprom = self._core.eeprom
        line = eeprom.text(at)
        self._buffer[:] = eeprom.line(at)
        if line is None:
            self._hold("")
            self._core.stored(eeprom.put_checked(at, bytes(self._buffer)))
        return line

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
            yield from self._setting(line)

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
            if core.build.make is Make.GRBLHAL:
                core.say(status_line(core)[:-1] + "|H:0>")
            yield from self._motion.home()
            if not core.abort:
                if core.build.make is Make.GRBLHAL:
                    core.message("")
                core.state = fc.IDLE
                core.idle_delay()
                yield from self.startup()
                self.status = OK

    def _build_info(self, line: str) -> None:
        core = self._core
        if len(line) == 2:
            for each in build_lines(core, self._recalled(BUILD_INFO_AT) or ""):
                core.say(each)
        elif line[2] != "=":
            self.status = BAD_STATEMENT
        else:
            self._hold(line[3:])
            core.stored(core.eeprom.put_checked(BUILD_INFO_AT, bytes(self._buffer)))

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
            for n, at in enumerate(STARTUP_LINES_AT):
                stored = self._recalled(at)
                core.say(f"error:{UNREADABLE}" if stored is None else f"$N{n}={stored}")
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
        self._hold(text)
        if text.startswith("$") and len(text) < _JOG_BEGIN:
            # Read as a jog from its fourth character on, which is what the line before left there: an equals sign.
            self.status = NO_LETTER
            return
        yield from self._block(text)
        if not self.status:
            yield from self._motion.synchronise()
            # Any number is taken: the third line lies on the build info, the fourth on the settings.
            at = STARTUP_AT + low_byte(number[0]) * (LINE_BYTES + 1)
            core.stored(core.eeprom.put_checked(at, bytes(self._buffer)))

    def _setting(self, line: str) -> Program:
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
        if value[1] != len(line) or (number[0] > 255 and number[0] not in core.extra_settings):
            self.status = BAD_STATEMENT
            return
        if number[0] in core.extra_settings:
            core.extra_settings[int(number[0])] = value[0]
            return
        which = low_byte(number[0])
        self.status = core.settings.store(which, value[0])
        if self.status:
            return
        core.settings_changed()
        if which == 13:
            yield from self._motion.offsets_changed()
        elif which in (30, 31):
            core.outputs.set_up_again()
        core.stored(core.settings.write(core.eeprom))
