"""The cutting machine behind a GRBL board: the `Cutter` of `hardware.ports`.

Responsible for: the order of things (connect, home, load, cut, hand over), latching the first fault, making the
machine safe at once, and recovery by explicit wish. Not responsible for: how a line is sent and compared
(`hardware.grbl.motion`, `hardware.grbl.board`), shoppers, stock or what is cut.

Everything but `stop`, `status` and `wire` is called from one worker thread. A timed-out motion is never sent again: the
fault latches, the machine is held and reset, and the way back is `recover`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from config.machine import Machine
from hardware.clock import Clock
from hardware.errors import BlankFault, HardwareFault, LinkFault, LinkTimeout, Stopped
from hardware.grbl.board import GrblBoard, moving_freely
from hardware.grbl.events import StatusReport
from hardware.grbl.homing import home
from hardware.grbl.identity import identify
from hardware.grbl.jog import jog
from hardware.grbl.macros import check_macros, filled, slot_z_mm, up_to_opening
from hardware.grbl.motion import ComparedMotion, lift_wheel
from hardware.grbl.touch_off import Seat, judge
from hardware.grbl.wheel_off import SOON_S, WARNING, keep_stopping
from hardware.grbl.wire import RealTimeByte
from hardware.grbl.wire_log import LoggedLink, WireLog
from hardware.job import CutJob
from hardware.ports import BoardIdentity, ByteLink, JogEnd, MachineStatus, TouchOff, WireLine

LOG = logging.getLogger(__name__)
FAST_PROBE = 4.0
"""The first approach of the probe, as a multiple of its feed; it ends above where a blank's edge may be."""
LOAD_TRIES = 2
"""A blank that does not sit is thrown away and another one fed, after a clean cycle."""
PROBE_SPARE_MM = 0.5
"""How far above the edge the fast approach ends, and how far below it the slow one gives up."""
STOP_S = 5.0
"""How long a stop may take until the machine is safe."""
BOOT_S = 12.0
"""A board that boots when its port opens is given so long before the port is opened once more."""


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
        self.wire_log = WireLog()
        self._link_factory = link_factory
        self._machine = machine
        self._clock = clock
        self._link: ByteLink | None = None
        self._board: GrblBoard | None = None
        self._motion: ComparedMotion | None = None
        self._fault: HardwareFault | None = None
        self._stop_asked = threading.Event()
        self._busy = threading.RLock()
        self._homing = False
        self._beside = beside
        self._trying = self._ended = False
        self._unconfirmed = self._greeted = False
        self._opened_s = 0.0
        self._reset_in_motion = False
        self.identity: BoardIdentity | None = None
        self._last: StatusReport | None = None

    # The port.

    def connect(self) -> BoardIdentity:
        """Open, reset (which stops the wheel), identify, compare settings. Position is unknown afterwards."""
        with self._busy:
            if isinstance(self._fault, LinkFault) and self.identity is None:
                # It was never reached, so nothing has moved that anybody must look at.
                self._fault = None
            with self._operation():
                self._open_board()
                return self._identify()

    def home(self) -> None:
        """Find the switches; position is known afterwards."""
        with self._operation():
            self._lift()
            self._home()

    def load(self, slot: int, blade_height_mm: float) -> TouchOff:
        """Turn, feed, clamp, touch off; one clean cycle and one more try when the blank does not sit.

        Raises:
            BlankFault: still no seated blank. The machine is sound and its clamp is empty; nothing latches.
        """
        with self._operation():
            motion = self._homed()
            for feeds in (1, LOAD_TRIES):
                self._macro(motion, self._machine.macros.feed, slot_z_mm(self._machine, slot))
                seat, touch = self._touch_off(motion, blade_height_mm)
                if seat is Seat.SEATED and touch is not None:
                    return replace(touch, blanks_used=feeds)
                LOG.warning(
                    "slot %d: %s%s", slot, seat.value, "; cleaning and trying once more" if feeds < LOAD_TRIES else ""
                )
                self._macro(motion, self._machine.macros.reject)
                self._macro(motion, self._machine.macros.brush)
            fault = BlankFault(slot, seat.value, LOAD_TRIES)
        raise fault

    def run(self, job: CutJob, progress: Callable[[float], None]) -> None:
        """Cut, compared and watched as far as the wire's assurance allows."""
        with self._operation():
            self._homed().cut(job, progress)

    def present_to_check(self) -> None:
        """Brush the copy and bring it before the check camera."""
        with self._operation():
            motion = self._homed()
            self._macro(motion, self._machine.macros.brush)
            self._macro(motion, self._machine.macros.check)

    def deliver(self, before_opening: Callable[[], None] = lambda: None) -> None:
        """Bring the copy over the chute, call `before_opening`, and drop it to the shopper."""
        moves, drop = up_to_opening(self._machine.macros.deliver)
        with self._operation():
            # Steps may have been lost since the last homing: a copy dropped beside the chute is lost to the shopper.
            self._homed().go_to_pull_off()
            self._home(from_pull_off=True)
            motion = self._homed()
            self._macro(motion, moves)
            before_opening()
            self._macro(motion, drop)

    def reject(self) -> None:
        """Drop what is clamped into the locked bin."""
        with self._operation():
            self._macro(self._homed(), self._machine.macros.reject)

    def jog(self, axis: str, distance_mm: float, held: Callable[[], bool]) -> JogEnd:
        """Move one axis by so much, slowly, and stop as soon as `held` no longer holds."""
        with self._operation():
            motion = self._homed()
            return jog(
                self._connected(), motion, self._machine, self._clock, axis=axis, distance_mm=distance_mm, held=held
            )

    def stop(self) -> None:
        """Hold at once, from any thread. What runs ends with `Stopped`, is reset and latches."""
        self._stop_asked.set()
        link = self._link
        # Homing heeds no hold, only a reset; and where nothing runs, a reset costs nothing.
        nothing_runs = self._busy.acquire(blocking=False)
        try:
            if link is not None:
                at_once = (
                    (RealTimeByte.HOLD, RealTimeByte.RESET) if nothing_runs or self._homing else (RealTimeByte.HOLD,)
                )
                with suppress(LinkFault):
                    for order in at_once:
                        link.write(order.byte)
            if nothing_runs and self._fault is None:
                self._fault = Stopped("stopped by a person")
                self._motion = None
        finally:
            if nothing_runs:
                self._busy.release()

    def stop_and_confirm(self) -> bool:
        """Stop, and wait until whatever ran has made the machine safe; whether the wheel is confirmed off.

        From any thread but the one that works.
        """
        self.stop()
        if not self._busy.acquire(timeout=STOP_S):
            # Whoever works here has hung: nobody will read an answer, but the reset stops the wheel.
            link = self._link
            if link is not None:
                with suppress(LinkFault):
                    link.write(RealTimeByte.RESET.byte)
            return False
        try:
            if self._board is None:
                return False
            self._make_safe()
            return not self._unconfirmed
        finally:
            self._busy.release()

    def recover(self, wanted: Callable[[], bool] = lambda: True) -> None:
        """Clear the latch, reset (wheel off), compare settings again, lift the wheel, home. Nothing is resumed."""
        with self._busy:
            LOG.warning("recovering from %s", self._fault.code if self._fault else "nothing")
            self._fault = None
            self._stop_asked.clear()
            with self._operation():
                if not wanted():
                    raise Stopped("stopped by a person")
                if self._board is None:
                    self._open_board()
                self._identify()
                self._lift()
                self._home()

    def status(self) -> MachineStatus:
        """The last known state; asks for a fresh report when nothing else is going on."""
        if self._fault is None and self._board is not None and self._busy.acquire(blocking=False):
            try:
                with suppress(HardwareFault), self._operation():
                    # Whoever opens the door while nothing moves has done nothing wrong.
                    self._last = self._board.look()
            finally:
                self._busy.release()
        if self._fault is not None:
            # Whatever was known before it is not to be believed.
            return MachineStatus("Unknown", None, 0.0, 0.0)
        board = self._board
        last = (board.session.last if board is not None else None) or self._last
        if last is None:
            return MachineStatus("Unknown", None, 0.0, 0.0)
        return _seen(last)

    def look(self) -> MachineStatus:
        """Door, emergency stop and inputs, asked for now; also while a fault is latched, which stays latched.

        Raises:
            LinkFault: the board cannot be reached.
        """
        with self._busy:
            if self._fault is None:
                with self._operation():
                    return _seen(self._connected().look())
            with suppress(HardwareFault):
                if self._board is not None:
                    return _seen(self._board.look())
            # Lost, or still telling of its fault: from the beginning.
            self._open_board()
            board = self._connected()
            try:
                board.reset()
                return _seen(board.look())
            except LinkFault:
                self._drop_link()
                raise

    def wire(self) -> tuple[WireLine, ...]:
        """The last lines on the wire, without a number of any motion. Any thread."""
        return self.wire_log.lines()

    def hear_wire(self, listener: Callable[[WireLine], None]) -> None:
        """Tell `listener` every line of the wire that is kept, from the thread it passes in. It must not block."""
        self.wire_log.listener = listener

    def close(self) -> None:
        """Soft reset, wheel off, let go of the port. May be called twice, never raises a fault."""
        self._ended = True
        with self._busy:
            if self._board is not None:
                with suppress(HardwareFault):
                    if self._unconfirmed:
                        self._board.reset(tries=1)
                    else:
                        self._board.hold_and_reset()
            self._drop_link()

    @property
    def fault(self) -> HardwareFault | None:
        """What has latched."""
        return self._fault

    # The wheel.

    @property
    def wheel_may_turn(self) -> bool:
        """Nobody here can stop the wheel: no reset has been confirmed since the board was lost. Any thread."""
        return self._unconfirmed

    def stop_wheel(self) -> bool:
        """Try once to reach the board and reset it; whether that is confirmed. Moves nothing, clears no fault."""
        with self._busy:
            if not self._unconfirmed or self._ended:
                return not self._unconfirmed
            try:
                if self._board is None or self._clock.now_s() - self._opened_s > BOOT_S:
                    # Opened no oftener than a board needs to boot: every opening may make it start again.
                    self._open_board()
                self._connected().reset(tries=1, wait_s=SOON_S)
            except LinkTimeout:
                LOG.debug("the board has not answered a reset yet")
            except HardwareFault:
                self._drop_link()
            return not self._unconfirmed

    def _confirmed(self) -> None:
        """The board greeted after a reset."""
        if self._unconfirmed:
            LOG.warning("the board was reset: its wheel is off")
        self._greeted, self._unconfirmed = True, False

    def _keep_trying(self) -> None:
        LOG.error(WARNING)
        if self._trying:
            return
        self._trying = True

        def work() -> None:
            try:
                keep_stopping(self.stop_wheel, self._clock, ended=lambda: self._ended)
            finally:
                self._trying = False

        self._beside(work)

    # Faults.

    @contextmanager
    def _operation(self) -> Iterator[None]:
        """One operation: refused while a fault is latched; its own fault latches and the machine is made safe."""
        with self._busy:
            if self._fault is not None:
                raise self._fault
            try:
                if self._stop_asked.is_set():
                    raise Stopped("stopped by a person")
                yield
            except HardwareFault as fault:
                self._latch(fault)
                raise
            except BaseException:
                # A bug above or below: nobody is in command of the wheel any more.
                self._latch(HardwareFault("the program failed while the machine was in use"))
                raise

    def _latch(self, fault: HardwareFault) -> None:
        self._fault = fault
        self._motion = None
        LOG.error("%s: %s", fault.code, fault)
        self._make_safe()

    def _make_safe(self) -> None:
        """Hold, then reset: motion ends and the wheel stops. A lost port is opened again for just that, and again."""
        self._greeted = False
        self._reset_in_motion = True
        if self._board is not None:
            try:
                self._reset_in_motion = not self._board.hold_and_reset()
            except LinkFault:
                LOG.error("the board did not confirm the reset")
            except HardwareFault as alarm:
                LOG.error("after the reset the board says %s", alarm)
        if not self._greeted:
            self._unconfirmed = True
            self._drop_link()
            if not self.stop_wheel():
                self._keep_trying()

    def _open_board(self) -> None:
        self._drop_link()
        self._link = self._open_link()
        self._opened_s = self._clock.now_s()
        self._board = GrblBoard(self._link, self._machine.wire, self._clock, self._stop_asked.is_set, self._confirmed)

    def _open_link(self) -> ByteLink:
        return LoggedLink(self._link_factory(), self.wire_log)

    def _drop_link(self) -> None:
        self._board = None
        self._motion = None
        link, self._link = self._link, None
        if link is not None:
            link.close()

    # Steps.

    def _identify(self) -> BoardIdentity:
        self._motion = None
        self.identity = identify(self._connected(), self._machine)
        return self.identity

    def _lift(self) -> None:
        """Before every homing. After a reset in motion a board's position is not believed, whatever its state."""
        if not self._reset_in_motion:
            lift_wheel(self._connected(), self._machine, self._clock)

    def _home(self, *, from_pull_off: bool = False) -> None:
        board = self._connected()
        before, self._motion = self._motion, None
        status = board.query()
        if status.state != "Alarm":
            # Locked it may be, after a power-up: that is what homing is for.
            moving_freely(status, self._clock.now_s())
        self._homing = True
        try:
            home(board, self._machine, self._clock, from_pull_off=from_pull_off)
        finally:
            self._homing = False
        motion = ComparedMotion(board, self._machine, self._clock, before)
        motion.learn_position()
        motion.step("G21G90G94")
        self._motion = motion

    def _macro(self, motion: ComparedMotion, lines: tuple[str, ...], z_mm: float = 0.0) -> None:
        for line in filled(lines, z_mm):
            motion.step(line)

    def _touch_off(self, motion: ComparedMotion, blade_height_mm: float) -> tuple[Seat, TouchOff | None]:
        clamp, cutting = self._machine.clamp, self._machine.cutting
        if motion.probe_is_closed():
            raise HardwareFault("the probe is closed although the wheel touches nothing: its wire, or shavings")
        motion.go(x_mm=clamp.shoulder_x_mm + clamp.probe_x_from_shoulder_mm)
        motion.go(y_mm=clamp.spine_y_mm + cutting.retract_height_mm)
        edge_y_mm = clamp.spine_y_mm + blade_height_mm
        above_mm = min(edge_y_mm + PROBE_SPARE_MM, motion.at[1])
        touched_y_mm = motion.probe_down(above_mm, clamp.probe_feed_mm_min * FAST_PROBE)
        if touched_y_mm is None:
            touched_y_mm = motion.probe_down(edge_y_mm - PROBE_SPARE_MM, clamp.probe_feed_mm_min)
        motion.go(y_mm=clamp.spine_y_mm + cutting.retract_height_mm)
        edge_mm = None if touched_y_mm is None else touched_y_mm - clamp.spine_y_mm
        return judge(edge_mm, blade_height_mm, clamp.edge_tolerance_mm)

    def _connected(self) -> GrblBoard:
        if self._board is None:
            raise HardwareFault("not connected")
        return self._board

    def _homed(self) -> ComparedMotion:
        if self._motion is None:
            raise HardwareFault("not homed: the position is not known")
        return self._motion


def _seen(status: StatusReport) -> MachineStatus:
    return MachineStatus(
        state=status.state,
        position_mm=status.machine_mm if status.state in ("Idle", "Jog") else None,
        feed_mm_min=status.feed_mm_min or 0.0,
        spindle_rpm=status.spindle_rpm or 0.0,
        pins=status.pins,
    )
