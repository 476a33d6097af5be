"""The cutting machine behind a GRBL board: the `Cutter` of `hardware.ports`.

Responsible for: the order of things (connect, home, load, cut, hand over), and recovery by explicit wish. Not
responsible for: the port, the latched fault and a machine made safe (`hardware.grbl.latch`), how a line is sent and
compared (`hardware.grbl.motion`, `hardware.grbl.board`), shoppers, stock or what is cut.

Everything but `stop`, `status` and `wire` is called from one worker thread. A timed-out motion is never sent again: the
fault latches, the machine is held and reset, and the way back is `recover`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from config.machine import Machine
from hardware.clock import Clock
from hardware.errors import BlankFault, HardwareFault, LinkFault, Stopped
from hardware.grbl.board import moving_freely
from hardware.grbl.events import StatusReport
from hardware.grbl.homing import home_axes
from hardware.grbl.identity import identify_board
from hardware.grbl.jog import jog_axis
from hardware.grbl.latch import BoardLatch
from hardware.grbl.lift import lift_wheel
from hardware.grbl.macros import check_macros, filled, slot_z_mm, up_to_opening
from hardware.grbl.motion import ComparedMotion
from hardware.grbl.touch_off import Seat, touch_off
from hardware.grbl.wire_log import LoggedLink, WireLog
from hardware.job import CutJob
from hardware.ports import BoardIdentity, ByteLink, Fall, JogEnd, MachineStatus, TouchOff, WireLine

LOG = logging.getLogger(__name__)
LOAD_TRIES = 2
"""A blank that does not sit is thrown away and another one fed, after a clean cycle."""


class GrblCutter:
    """A GRBL 1.1, grblHAL or FluidNC board as a `Cutter`."""

    def __init__(
        self,
        link_factory: Callable[[], ByteLink],
        machine: Machine,
        clock: Clock,
        beside: Callable[[Callable[[], None]], None] = lambda _work: None,
    ) -> None:
        """Nothing is opened yet.

        Args:
            link_factory: opens the port.
            machine: the machine file.
            clock: time.
            beside: runs work beside the caller's thread: how a lost board is tried for until its wheel is off.
                Without it somebody else must call `stop_wheel` again.

        Raises:
            BadInput: a macro of the machine file says what a macro may not.
        """
        check_macros(machine)
        self.wire_log = WireLog(utc_s=lambda: clock.utc().timestamp())
        self.latch = BoardLatch(lambda: LoggedLink(link_factory(), self.wire_log), machine.wire, clock, beside)
        self._machine = machine
        self._clock = clock
        self.identity: BoardIdentity | None = None

    def connect(self) -> BoardIdentity:
        """Open, reset (which stops the wheel), identify, compare settings. Position is unknown afterwards."""
        latch = self.latch
        with latch.busy:
            if isinstance(latch.fault, LinkFault) and self.identity is None:
                # It was never reached, so nothing has moved that anybody must look at.
                latch.fault = None
            with latch.operation():
                latch.open_board()
                return self._identify()

    def home(self) -> None:
        """Find the switches; position is known afterwards."""
        with self.latch.operation():
            self._lift()
            self._home()

    def load(
        self,
        slot: int,
        blade_height_mm: float,
        thrown_away: Callable[[], None] = lambda: None,
        feeding: Callable[[], None] = lambda: None,
    ) -> TouchOff:
        """Turn, feed, clamp, touch off; one clean cycle and one more try when the blank does not sit.

        `thrown_away` is called before that second try, and `feeding` before each feed, once the machine was seen free
        to move. No operation is under way then: what they raise ends the loading and latches nothing.

        Raises:
            BlankFault: still no seated blank. The machine is sound and its clamp is empty; nothing latches.
        """
        for feeds in range(1, LOAD_TRIES + 1):
            if feeds > 1:
                thrown_away()
            with self.latch.operation():
                self.latch.homed()
                moving_freely(self.latch.connected().query())
            feeding()
            with self.latch.operation():
                motion = self.latch.homed()
                self._macro(motion, self._machine.macros.feed, slot_z_mm(self._machine, slot))
                seat, touch = touch_off(motion, self._machine, blade_height_mm)
                if seat is Seat.SEATED and touch is not None:
                    return touch
                LOG.warning(
                    "slot %d: %s%s", slot, seat.value, "; cleaning and trying once more" if feeds < LOAD_TRIES else ""
                )
                self._macro(motion, self._machine.macros.reject)
                self._macro(motion, self._machine.macros.brush)
        raise BlankFault(slot, seat.value, touch.error_mm if touch is not None else None)

    def run(self, job: CutJob, progress: Callable[[float], None]) -> None:
        """Cut, compared and watched as far as the wire's assurance allows."""
        with self.latch.operation():
            self.latch.homed().cut(job, progress)

    def present_to_check(self, *, brush: bool = True) -> None:
        """Brush the copy, unless it is a blank that has no burrs yet, and bring it before the check camera."""
        with self.latch.operation():
            motion = self.latch.homed()
            if brush:
                self._macro(motion, self._machine.macros.brush)
            self._macro(motion, self._machine.macros.check)

    def deliver(self, before_opening: Callable[[], None] = lambda: None) -> Fall:
        """Bring the copy over the chute, call `before_opening`, and drop it to the shopper."""
        moves, drop = up_to_opening(self._machine.macros.deliver)
        with self.latch.operation():
            # Steps may have been lost since the last homing: a copy dropped beside the chute is lost to the shopper.
            self.latch.homed().go_to_pull_off()
            self._home(from_pull_off=True)
            motion = self.latch.homed()
            self._macro(motion, moves)
            motion.require_clear_chute()
            before_opening()
            return motion.drop(filled(drop, 0.0))

    def reject(self) -> None:
        """Drop what is clamped into the locked bin."""
        with self.latch.operation():
            self._macro(self.latch.homed(), self._machine.macros.reject)

    def jog(self, axis: str, distance_mm: float, held: Callable[[], bool]) -> JogEnd:
        """Move one axis by so much, slowly, and stop as soon as `held` no longer holds."""
        with self.latch.operation():
            board, motion = self.latch.connected(), self.latch.homed()
            return jog_axis(board, motion, self._machine, self._clock, axis=axis, distance_mm=distance_mm, held=held)

    def recover(self, wanted: Callable[[], bool] = lambda: True) -> None:
        """Clear the latch, reset (wheel off), compare settings again, lift the wheel, home. Nothing is resumed."""
        latch = self.latch
        with latch.busy:
            LOG.warning("recovering from %s", latch.fault.code if latch.fault else "nothing")
            latch.fault = None
            latch.stop_asked.clear()
            with latch.operation():
                if not wanted():
                    raise Stopped("told to stop")
                if latch.board is None:
                    latch.open_board()
                self._identify()
                self._lift()
                self._home()

    def stop(self) -> None:
        """Hold at once, from any thread. What runs ends with `Stopped`, is reset and latches."""
        self.latch.stop()

    def stop_and_confirm(self) -> bool:
        """Stop, and wait until the machine is safe; whether the wheel is confirmed off. Any thread but the worker."""
        return self.latch.stop_and_confirm()

    def stop_wheel(self) -> bool:
        """Try once to reach the board and reset it; whether that is confirmed. Moves nothing, clears no fault."""
        return self.latch.stop_wheel()

    @property
    def wheel_may_turn(self) -> bool:
        """Nobody here can stop the wheel: no reset has been confirmed since the board was lost. Any thread."""
        return self.latch.wheel_may_turn

    @property
    def fault(self) -> HardwareFault | None:
        """What has latched."""
        return self.latch.fault

    def close(self) -> None:
        """Soft reset, wheel off, let go of the port. May be called twice, never raises a fault."""
        self.latch.close()

    def status(self) -> MachineStatus:
        """The last known state; asks for a fresh report when nothing else is going on. Of a homing board nothing is."""
        if self.latch.homing:
            return MachineStatus("Home", None, 0.0, 0.0, inputs_seen=False)
        report = self.latch.last_report()
        return MachineStatus("Unknown", None, 0.0, 0.0) if report is None else _seen(report)

    def look(self) -> MachineStatus:
        """Door, emergency stop and inputs, asked for now; also while a fault is latched, which stays latched.

        Raises:
            LinkFault: the board cannot be reached.
        """
        return _seen(self.latch.look())

    def wire(self) -> tuple[WireLine, ...]:
        """The last lines on the wire, without a number of any motion. Any thread."""
        return self.wire_log.lines()

    def hear_wire(self, listener: Callable[[WireLine], None]) -> None:
        """Give `listener` every line of the wire that is kept, from the thread it passes in. It must not block."""
        self.wire_log.listener = listener

    # Steps.

    def _identify(self) -> BoardIdentity:
        self.latch.motion = None
        self.identity = identify_board(self.latch.connected(), self._machine)
        return self.identity

    def _lift(self) -> None:
        """Before every homing. After a reset in motion a board's position is not believed, whatever its state."""
        if not self.latch.reset_in_motion:
            lift_wheel(self.latch.connected(), self._machine, self._clock)

    def _home(self, *, from_pull_off: bool = False) -> None:
        board = self.latch.connected()
        before, self.latch.motion = self.latch.motion, None
        status = board.query()
        if status.state != "Alarm":
            # Locked it may be, after a power-up: that is what homing is for.
            moving_freely(status)
        self.latch.homing = True
        try:
            home_axes(board, self._machine, self._clock, from_pull_off=from_pull_off)
        finally:
            self.latch.homing = False
        motion = ComparedMotion(board, self._machine, self._clock, before)
        motion.learn_position()
        motion.step("G21G90G94")
        self.latch.motion = motion

    def _macro(self, motion: ComparedMotion, lines: tuple[str, ...], z_mm: float = 0.0) -> None:
        for line in filled(lines, z_mm):
            motion.step(line)


def _seen(status: StatusReport) -> MachineStatus:
    return MachineStatus(
        state=status.state,
        position_mm=status.machine_mm if status.state in ("Idle", "Jog") else None,
        feed_mm_min=status.feed_mm_min or 0.0,
        spindle_rpm=status.spindle_rpm or 0.0,
        pins=status.pins,
    )
