"""The timeline run by the wall clock, as fast as asked.

Responsible for: moving virtual time along with real time times a speed, pausing and stepping, and waking when bytes
come. Not responsible for: where bytes go (`simulator.serve.pty`, `simulator.serve.tcp`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from simulator.wire.damage import Direction, WireDamage
from simulator.wire.memory import Timeline
from simulator.wire.tap import Passage, WireTap

SLOWEST_WAKE_S = 0.02


class RealTimeRunner:
    """One thread that lets a timeline pass. `on_output` gets what the board says, from that thread."""

    def __init__(
        self, timeline: Timeline, speed: float = 1.0, wire: WireDamage | None = None, *, longest_step_s: float = 0.25
    ) -> None:
        """Time that stands until `start`.

        Args:
            timeline: what is moved.
            speed: virtual seconds a real second.
            wire: what happens to bytes on their way.
            longest_step_s: virtual time goes on by no more than this at once. After a stall (a debugger, a busy
                computer) it goes on from there rather than racing.
        """
        self._timeline = timeline
        self._wire = wire or WireDamage(0)
        self._speed = speed
        self._longest_step_s = longest_step_s
        self._paused = False
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.on_output: Callable[[bytes], None] = lambda _: None
        self.failed: BaseException | None = None
        self.tap = WireTap()
        """What passed on the wire lately."""

    @property
    def wire(self) -> WireDamage:
        """The wire between the port and the board."""
        return self._wire

    @property
    def speed(self) -> float:
        """Virtual seconds a real second."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        with self._timeline.lock:
            self._speed = speed
        self._wake.set()

    @property
    def paused(self) -> bool:
        """Whether time stands."""
        return self._paused

    def pause(self, paused: bool) -> None:
        """Let time stand or go on."""
        self._paused = paused
        self._wake.set()

    def step(self, dt_s: float) -> None:
        """While paused: let a little time pass."""
        with self._timeline.lock:
            self._timeline.advance(dt_s)
            self._flush()
        self._wake.set()

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._run, name="simulated-time", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; waits for the thread."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
            self._thread = None

    def send(self, data: bytes) -> None:
        """Bytes came from outside."""
        with self._timeline.lock:
            now_s = self._timeline.now_s
            left = self._wire.applied(data, Direction.TO_BOARD, now_s)
            self.tap.passed(Passage.TO_BOARD, data, left, now_s)
            if left:
                self._timeline.firmware.receive(left)
        self._wake.set()

    def power_cycle(self) -> None:
        """The port was opened."""
        with self._timeline.lock:
            self._timeline.firmware.take_output()
            if self._wire.resets_at_open and not self._wire.wedged:
                self._timeline.firmware.power_cycle()
            self._wire.opened()
            self.tap.opened(self._timeline.now_s)
        self._wake.set()

    def _flush(self) -> None:
        now_s = self._timeline.now_s
        out = self._wire.due(now_s)
        said = self._timeline.firmware.take_output()
        if said:
            out += self._wire.applied(said, Direction.FROM_BOARD, now_s)
        if said or out:
            self.tap.passed(Passage.FROM_BOARD, said, out, now_s)
        if out:
            self.on_output(out)

    def _run(self) -> None:
        last_s = time.monotonic()
        try:
            while not self._stop.is_set():
                with self._timeline.lock:
                    now_s = time.monotonic()
                    passed_s = min((now_s - last_s) * self._speed, self._longest_step_s)
                    last_s = now_s
                    if not self._paused:
                        self._timeline.advance(passed_s)
                    self._flush()
                    firmware = self._timeline.firmware
                    ahead_s = (firmware.next_event_s() - firmware.now_s) / self._speed
                self._wake.wait(SLOWEST_WAKE_S if self._paused else min(SLOWEST_WAKE_S, max(0.0005, ahead_s)))
                self._wake.clear()
        except BaseException as cause:
            # Of this thread, where nobody would see it: whoever asks next is told.
            self.failed = cause
            raise
