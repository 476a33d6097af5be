"""Moves whose outcome is compared: lines, macros, probing and cuts on a homed board.

Responsible for: one line at a time, the words in force, and the place the machine must stand at whenever it is at
rest. Not responsible for: latching (`hardware.grbl.latch`), recovery or slots (`hardware.grbl.cutter`), how fast the
wheel turns (`hardware.grbl.tachometer`).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from itertools import pairwise

from config.machine import Machine
from hardware.clock import Clock
from hardware.errors import ChuteBlocked, HardwareFault, LinkGarbled, PathDeviation
from hardware.grbl.board import GrblBoard, moving_freely
from hardware.grbl.duration import longest_s, rapid_rate_mm_min
from hardware.grbl.events import ParserState, Probe, StatusReport
from hardware.grbl.modal import ModalWords, dwell_s, target_of, words_of
from hardware.grbl.path_monitor import PathMonitor
from hardware.grbl.settings import RESTART_NOTE
from hardware.grbl.tachometer import await_speed, require_speed
from hardware.grbl.words import axis_words, figure
from hardware.job import CutJob, JobLine, Position
from hardware.ports import Fall

NO_OVERRIDES = (100, 100, 100)
PLANNER_BLOCKS = 16
"""With this many moves queued the board acknowledges the next one only when the oldest is done."""
OUTPUTS = frozenset("SCFM")
"""Letters of `A:` that are outputs; some firmwares add others."""
FALL_S = 2.0
"""How long after the clamp has closed again a copy may take to the chute's sensor."""
LOOK_S = 0.05
"""Between two looks at something that is waited for."""


class ComparedMotion:
    """Motion on one homed board. Made anew after every homing."""

    def __init__(self, board: GrblBoard, machine: Machine, clock: Clock, before: ComparedMotion | None = None) -> None:
        """Nothing is sent yet. `before`: the motion before this homing, where no reset lies between: its words hold."""
        self._board = board
        self._machine = machine
        self._clock = clock
        self._modal = before.words if before is not None else ModalWords()
        self._coming: ModalWords | None = None
        """Words in force once the line in flight has run."""
        self._queued_s: deque[float] = deque(maxlen=PLANNER_BLOCKS)
        self._undone_s = 0.0
        self.at: Position = (0.0, 0.0, 0.0)
        """Where the machine stands, or will when all sent motion is done."""
        self._exact_mm = exact_mm(machine)
        self._pins_seen = ""
        """Inputs that were active in any watched report since they were last forgotten."""

    def learn_position(self) -> StatusReport:
        """Take the reported position as the true one: right after homing, and only then."""
        status = self._board.query()
        if status.machine_mm is None or status.state != "Idle":
            raise LinkGarbled(f"after homing the board is in state {status.state}")
        _require_open_switches(status)
        self.at = status.machine_mm
        return status

    @property
    def words(self) -> ModalWords:
        """Words in force."""
        return self._modal

    def require_ready(self) -> None:
        """Ask afresh, before anything moves: the machine rests, its door is closed, nothing holds it.

        Raises:
            DoorOpened, Stopped, BoardAlarm: it must not move.
        """
        moving_freely(self._board.query())

    def step(self, line: str) -> None:
        """One line of a macro: sent, waited for, compared. Door and stop are asked for before it is sent."""
        self.require_ready()
        with self._board.watching(self._watch):
            self._send(line)
            self.compare()

    def _watch(self, status: StatusReport) -> None:
        moving_freely(status)
        self._judge_outputs(status)
        self._pins_seen += status.pins

    def _judge_outputs(self, status: StatusReport) -> None:
        """Wheel and clamp are as commanded, in every report that says so; between two lines as either has it.

        Raises:
            PathDeviation: an output changed that nobody here changed: one stray byte is enough.
        """
        if status.accessories is None:
            return
        now = frozenset(status.accessories) & OUTPUTS
        if now != self._modal.outputs and (self._coming is None or now != self._coming.outputs):
            raise PathDeviation("the wheel or the clamp is not as commanded: an output changed by itself")

    def require_clear_chute(self) -> None:
        """Where the chute has a sensor: nothing lies in it, so that what it sees next is the copy.

        Raises:
            ChuteBlocked: it sees something.
        """
        sensor = self._machine.chute_sensor
        if sensor and sensor in self._board.query().pins:
            raise ChuteBlocked("the chute's sensor sees something before anything was dropped")

    def drop(self, lines: tuple[str, ...]) -> Fall:
        """The lines that let go of the copy over the chute; what the chute's sensor saw meanwhile and soon after."""
        self._pins_seen = ""
        for line in lines:
            self.step(line)
        sensor = self._machine.chute_sensor
        if not sensor:
            return Fall.UNWATCHED
        until_s = self._clock.now_s() + FALL_S
        with self._board.watching(self._watch):
            while sensor not in self._pins_seen and self._clock.now_s() < until_s:
                self._clock.sleep(LOOK_S)
                self._board.query()
        return Fall.SEEN if sensor in self._pins_seen else Fall.UNSEEN

    def go(self, *, x_mm: float | None = None, y_mm: float | None = None, z_mm: float | None = None) -> None:
        """A rapid in machine coordinates, compared when done."""
        self.step(f"G53G0{axis_words(x_mm=x_mm, y_mm=y_mm, z_mm=z_mm)}")

    def go_to_pull_off(self) -> None:
        """Where a homing leaves the axes: the wheel up first, then the carousel, then the clamp."""
        board = self._machine.board
        at_mm = [
            -pull_off if not board.homing_direction_mask >> i & 1 else pull_off - axis.travel_mm
            for i, (axis, pull_off) in enumerate(
                zip((self._machine.x, self._machine.y, self._machine.z), [board.pull_off_mm] * 3, strict=True)
            )
        ]
        self.go(y_mm=at_mm[1])
        self.go(z_mm=at_mm[2])
        self.go(x_mm=at_mm[0])

    def _send(self, line: str, expected_end: Position | None = None) -> None:
        end = expected_end or target_of(line, self.at) or self.at
        waits_s = dwell_s(line)
        if waits_s or any(letter == "M" for letter, _ in words_of(line)):
            # A dwell, and a change of the wheel or an output, is acknowledged after all motion queued before it.
            motion_s = self._undone_s + waits_s
            self._settled()
        else:
            words = dict(words_of(line))
            feed = words.get("F") if "G1" in line else None
            takes_s = longest_s(self._machine, self.at, end, feed) if end != self.at else 0.0
            self._queued_s.append(takes_s)
            self._undone_s += takes_s
            motion_s = max(self._queued_s)
        self._coming = self._modal.after(line)
        self._board.command(line, motion_s, polled=True)
        self._modal, self._coming = self._coming, None
        self.at = end

    def _settled(self) -> None:
        self._queued_s.clear()
        self._undone_s = 0.0

    def compare(self) -> StatusReport:
        """Wait until the machine rests, then compare place, words in force and overrides.

        Raises:
            PathDeviation: it stands elsewhere.
            LinkGarbled: the board runs under other words than were sent.
        """
        # Where nothing was sent since a line that waits for all motion, there is nothing left to wait for.
        status = self._board.wait_done(self._undone_s if self._queued_s else None)
        self._settled()
        _require_open_switches(status)
        self._judge_outputs(status)
        place = status.machine_mm
        if place is None or any(abs(a - b) > exact for a, b, exact in zip(place, self.at, self._exact_mm, strict=True)):
            raise PathDeviation("the machine rests at another place than it was sent to")
        self._compare_words(moving=False)
        if status.spindle_rpm is not None and abs(status.spindle_rpm - self._wheel_rpm()) > 1.0:
            hint = f" ({RESTART_NOTE})" if self._board.session.firmware == "GrblHAL" else ""
            raise PathDeviation(f"the wheel does not turn as commanded{hint}")
        if self._board.session.overrides not in (None, NO_OVERRIDES):
            raise LinkGarbled("an override is in force that nobody set")
        if self._board.session.work_offset_mm not in (None, (0.0, 0.0, 0.0)):
            raise LinkGarbled("a work offset is in force that nobody set")
        return status

    def _compare_words(self, *, moving: bool) -> None:
        """Ask for the words in force and compare; reports go on being asked for while the machine is moving."""
        states = [answer for answer in self._board.command("$G", polled=moving) if isinstance(answer, ParserState)]
        if len(states) != 1:
            raise LinkGarbled("the board did not say which words are in force")
        if differences := self._modal.differences(states[0].words):
            raise LinkGarbled(f"other words are in force than were sent: {', '.join(differences)}")

    def probe_down(self, to_y_mm: float, feed_mm_min: float) -> float | None:
        """Feed Y down until the wheel touches metal; machine y of the touch, or None when nothing was met."""
        line = f"G38.3{axis_words(y_mm=to_y_mm)}F{figure(feed_mm_min)}"
        longest_s = abs(to_y_mm - self.at[1]) / feed_mm_min * 60 + 2.0
        self.require_ready()
        with self._board.watching(moving_freely):
            answers = self._board.command(line, longest_s, polled=True)
        probes = [answer for answer in answers if isinstance(answer, Probe)]
        if len(probes) != 1:
            raise LinkGarbled("a probe without its result")
        self._modal = self._modal.after(line)
        touch = probes[0]
        if not touch.touched:
            self.at = (self.at[0], to_y_mm, self.at[2])
            return None
        if not to_y_mm - 0.01 <= touch.at_mm[1] <= self.at[1] + 0.01:
            raise PathDeviation("the probe reports a touch outside its own way")
        # The machine comes to rest a little past the touch; where exactly, the next report says.
        status = self._board.wait_done(1.0)
        if status.machine_mm is not None:
            self.at = (self.at[0], status.machine_mm[1], self.at[2])
        return touch.at_mm[1]

    def probe_is_closed(self) -> bool:
        """Whether the probe's circuit is closed now."""
        return "P" in self._board.query().pins

    def cut(self, job: CutJob, progress: Callable[[float], None]) -> None:
        """Run a whole job: compared at every retracted point, watched in between.

        Where the board echoes nothing, the words in force are compared after every line as well.
        """
        total_mm = max(sum(math.dist(a, b) for a, b in pairwise(_ends(job))), 1e-9)
        done_mm = 0.0
        monitor: PathMonitor | None = None

        def watch(status: StatusReport) -> None:
            self._watch(status)
            if monitor is not None:
                ended = self._coming is not None and self._coming.words["wheel"] == "M5"
                require_speed(status, self._machine.wheel, 0.0 if ended else self._wheel_rpm())
                monitor.see(status, *self._board.session.last_s)
                progress(min(1.0, (done_mm + monitor.done_mm) / total_mm))

        self.require_ready()
        if self.at[1] < job.start[1]:
            self.go(y_mm=job.start[1])
        with self._board.watching(watch):
            for line in job.lines:
                if line.plunge:
                    # A move in the air towards the metal: everything is compared first, and while it lasts the first
                    # cutting line is echoed and compared.
                    await_speed(self._board, self._machine.wheel, self._wheel_rpm(), self._clock)
                    self.compare()
                    done_mm += monitor.done_mm if monitor is not None else 0.0
                    monitor = PathMonitor(self.at, job.path_tolerance_mm, self._wheel_rpm(), self._clock.now_s())
                elif monitor is not None and ("M", 5.0) in words_of(line.text):
                    # Once its wheel is off a job looks as it should whatever happened in its last moments.
                    self.compare()
                end = None if line.end is None else (line.end[0], line.end[1], self.at[2])
                if end is not None and monitor is not None:
                    monitor.expect(end, self._speed(line))
                self._send(line.text, end)
                if not self._board.session.echoes and not dwell_s(line.text):
                    # No echo shows how the line was understood, but its words (rapid or feed, how fast, wheel) can be
                    # asked for while the moves before it still run.
                    self._compare_words(moving=True)
            self.compare()
        progress(1.0)

    def _wheel_rpm(self) -> float:
        return float(self._modal.words["S"]) if self._modal.words["wheel"] != "M5" else 0.0

    def _speed(self, line: JobLine) -> float:
        feed = dict(words_of(line.text)).get("F")
        if line.cutting and feed is not None:
            return feed
        return rapid_rate_mm_min(self._machine, self.at, line.end or self.at)


def exact_mm(machine: Machine) -> tuple[float, float, float]:
    """How far a reported position may be from where it was sent, an axis.

    A position is whole motor steps, and both it and the target are written with three decimals.
    """
    return (1 / machine.x.steps_per_mm + 0.001, 1 / machine.y.steps_per_mm + 0.001, 1 / machine.z.steps_per_mm + 0.001)


def _ends(job: CutJob) -> list[Position]:
    return [job.start, *(line.end for line in job.lines if line.end is not None)]


def _require_open_switches(status: StatusReport) -> None:
    """A switch that is already closed raises no alarm when the machine runs into it, so it must not be."""
    if closed := set(status.pins) & set("XYZ"):
        raise HardwareFault(f"the limit switch of {', '.join(sorted(closed))} is closed where the machine stands")
