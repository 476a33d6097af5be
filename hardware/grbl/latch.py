"""A board behind a latch: one operation at a time, its first fault latches, and the machine is made safe at once.

Responsible for: the port (opened, opened again, let go), who works, the latched fault, a stop from any thread, and the
wheel being off: whoever lost the board tries on until a reset is confirmed. Not responsible for: what is moved, and
the way back after a fault (`hardware.grbl.cutter`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from hardware.clock import Clock
from hardware.errors import HardwareFault, LinkFault, LinkTimeout, Stopped
from hardware.grbl.board import Deadlines, GrblBoard
from hardware.grbl.events import StatusReport
from hardware.grbl.motion import ComparedMotion
from hardware.grbl.wheel_off import SOON_S, WARNING, keep_stopping
from hardware.grbl.wire import RealTimeByte
from hardware.ports import ByteLink

LOG = logging.getLogger(__name__)
STOP_S = 5.0
"""How long a stop may take until the machine is safe."""


class BoardLatch:
    """The board, its fault and its motion. `stop`, `stop_and_confirm` and `wheel_may_turn`: any thread."""

    def __init__(
        self,
        open_link: Callable[[], ByteLink],
        wire: Deadlines,
        clock: Clock,
        beside: Callable[[Callable[[], None]], None],
    ) -> None:
        """Nothing is opened yet.

        Args:
            open_link: opens the port.
            wire: deadlines.
            clock: time.
            beside: runs work beside the caller's thread: how a lost board is tried for until its wheel is off.
        """
        self._open_link = open_link
        self._wire = wire
        self._clock = clock
        self._beside = beside
        self._link: ByteLink | None = None
        self.board: GrblBoard | None = None
        self.motion: ComparedMotion | None = None
        """As long as the position is known."""
        self.fault: HardwareFault | None = None
        """What has latched."""
        self.stop_asked = threading.Event()
        self.busy = threading.RLock()
        """Held by whoever works."""
        self.homing = False
        self.reset_in_motion = False
        """The last reset came while it moved: the position the board reports since is not believed."""
        self.wheel_may_turn = False
        """Nobody here can stop the wheel: no reset has been confirmed since the board was lost."""
        self._trying = self._ended = self._greeted = False
        self._opened_s = 0.0
        self._last: StatusReport | None = None

    @contextmanager
    def operation(self) -> Iterator[None]:
        """One operation: refused while a fault is latched; its own fault latches and the machine is made safe."""
        with self.busy:
            if self.fault is not None:
                raise self.fault
            try:
                if self.stop_asked.is_set():
                    raise Stopped("told to stop")
                yield
            except HardwareFault as fault:
                self._latch(fault)
                raise
            except BaseException:
                # A bug above or below: nobody is in command of the wheel any more.
                self._latch(HardwareFault("the program failed while the machine was in use"))
                raise

    def connected(self) -> GrblBoard:
        """The board.

        Raises:
            HardwareFault: it is not connected.
        """
        if self.board is None:
            raise HardwareFault("not connected")
        return self.board

    def homed(self) -> ComparedMotion:
        """The motion.

        Raises:
            HardwareFault: the position is not known.
        """
        if self.motion is None:
            raise HardwareFault("not homed: the position is not known")
        return self.motion

    def last_report(self) -> StatusReport | None:
        """The last status report, a fresh one when nothing else is going on; None where nothing can be believed."""
        if self.fault is None and self.board is not None and self.busy.acquire(blocking=False):
            try:
                with suppress(HardwareFault), self.operation():
                    # Whoever opens the door while nothing moves has done nothing wrong.
                    self._last = self.board.look()
            finally:
                self.busy.release()
        if self.fault is not None:
            # Whatever was known before it is not to be believed.
            return None
        board = self.board
        return (board.session.last if board is not None else None) or self._last

    def look(self) -> StatusReport:
        """A report asked for now; also while a fault is latched, which stays latched.

        Raises:
            LinkFault: the board cannot be reached.
        """
        with self.busy:
            if self.fault is None:
                with self.operation():
                    return self.connected().look()
            with suppress(HardwareFault):
                if self.board is not None:
                    return self.board.look()
            # Lost, or still reporting its fault: from the beginning.
            self.open_board()
            board = self.connected()
            try:
                board.boot()
                return board.look()
            except LinkFault:
                self._drop_link()
                raise

    # The port.

    def open_board(self) -> None:
        """Open the port, again if it was open. Nothing is sent."""
        self._drop_link()
        self._link = self._open_link()
        self._opened_s = self._clock.now_s()
        self.board = GrblBoard(self._link, self._wire, self._clock, self.stop_asked.is_set, self._confirmed)

    def _drop_link(self) -> None:
        self.board = None
        self.motion = None
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def close(self) -> None:
        """Soft reset, wheel off, let go of the port. May be called twice, never raises a fault."""
        self._ended = True
        with self.busy:
            if self.board is not None:
                self._greeted = False
                with suppress(HardwareFault):
                    if self.wheel_may_turn:
                        self.board.reset(tries=1)
                    else:
                        self.board.hold_and_reset()
                if not self._greeted:
                    self.wheel_may_turn = True
            self._drop_link()

    # Stopping.

    def stop(self) -> None:
        """Hold at once. What runs ends with `Stopped`, is reset and latches."""
        self.stop_asked.set()
        # Homing heeds no hold, only a reset; and where nothing runs, a reset costs nothing.
        nothing_runs = self.busy.acquire(blocking=False)
        try:
            self._write_at_once(RealTimeByte.HOLD, *[RealTimeByte.RESET] * (nothing_runs or self.homing))
            if nothing_runs and self.fault is None:
                self.fault = Stopped("told to stop")
                self.motion = None
        finally:
            if nothing_runs:
                self.busy.release()

    def stop_and_confirm(self) -> bool:
        """Stop, and wait until whatever ran has made the machine safe; whether the wheel is confirmed off.

        From any thread but the one that works.
        """
        self.stop()
        if not self.busy.acquire(timeout=STOP_S):
            # Whoever works here has hung: nobody will read an answer, but the reset stops the wheel.
            self._write_at_once(RealTimeByte.RESET)
            return False
        try:
            if self.board is None:
                return False
            self._make_safe()
            return not self.wheel_may_turn
        finally:
            self.busy.release()

    def _write_at_once(self, *orders: RealTimeByte) -> None:
        link = self._link
        if link is not None:
            with suppress(LinkFault):
                for order in orders:
                    link.write(order.byte)

    def stop_wheel(self) -> bool:
        """Try once to reach the board and reset it; whether that is confirmed. Moves nothing, clears no fault."""
        with self.busy:
            if not self.wheel_may_turn or self._ended:
                return not self.wheel_may_turn
            try:
                if self.board is None or self._clock.now_s() - self._opened_s > self._wire.boot_timeout_s:
                    # Opened no oftener than a board needs to boot: every opening may make it start again.
                    self.open_board()
                self.connected().reset(tries=1, wait_s=SOON_S)
            except LinkTimeout:
                LOG.debug("the board has not answered a reset yet")
            except HardwareFault:
                self._drop_link()
            return not self.wheel_may_turn

    def _confirmed(self) -> None:
        """The board greeted after a reset."""
        if self.wheel_may_turn:
            LOG.warning("the board was reset: its wheel is off")
        self._greeted, self.wheel_may_turn = True, False

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

    def _latch(self, fault: HardwareFault) -> None:
        self.fault = fault
        self.motion = None
        LOG.error("%s: %s", fault.code, fault)
        self._make_safe()

    def _make_safe(self) -> None:
        """Hold, then reset: motion ends and the wheel stops. A lost port is opened again for just that, and again."""
        self._greeted = False
        self.reset_in_motion = True
        if self.board is not None:
            try:
                self.reset_in_motion = not self.board.hold_and_reset()
            except LinkFault:
                LOG.error("the board did not confirm the reset")
            except HardwareFault as alarm:
                LOG.error("after the reset the board says %s", alarm)
        if not self._greeted:
            self.wheel_may_turn = True
            self._drop_link()
            if not self.stop_wheel():
                self._keep_trying()
