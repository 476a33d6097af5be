"""The same session on real threads: one owner, effects beside it, a stop that waits for nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from hardware.clock import SystemClock
from hardware.errors import Stopped
from kiosk.compose import Devices, Kiosk, build_ports
from kiosk.session.intents import Confirm, Start, Stop
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State
from simulator.terminals.card import SimulatedTerminal
from tests.session.parts import SETTINGS, FakeCutter, FakeReader, FakeScanner, FakeStaff, ListAudit, TestClock

PATIENCE_S = 30.0


class Watching:
    """Waits for what the screen shows."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._now: Snapshot | None = None

    def __call__(self, now: Snapshot) -> None:
        with self._changed:
            self._now = now
            self._changed.notify_all()

    def until(self, reached: Callable[[Snapshot], bool]) -> Snapshot:
        with self._changed:
            assert self._changed.wait_for(lambda: self._now is not None and reached(self._now), PATIENCE_S), self._now
            assert self._now is not None
            return self._now


def test_a_sale_and_a_stop_on_real_threads(tmp_path: Path) -> None:
    cutter = FakeCutter(TestClock())
    scanner = FakeScanner(cutter)
    terminal = SimulatedTerminal()
    cutting, stopped = threading.Event(), threading.Event()
    real_stop = cutter.stop

    def run_until_stopped(job: object, progress: Callable[[float], None]) -> None:
        progress(0.5)
        cutting.set()
        assert stopped.wait(PATIENCE_S)
        raise cutter.latched or Stopped("stopped")

    def stop() -> None:
        real_stop()
        stopped.set()

    cutter.run = run_until_stopped
    cutter.stop = stop
    devices = Devices(cutter, scanner, terminal, SystemClock(), simulated=True, first_count=None)
    screen = Watching()
    with ExitStack() as closing:
        ports = build_ports(
            SETTINGS, devices, tmp_path, closing, reader=FakeReader(), staff=FakeStaff(), audit=ListAudit()
        )
        kiosk = Kiosk(ports, closing.pop_all())
    kiosk.subscribe(screen)
    kiosk.start()
    try:
        screen.until(lambda now: now.state is State.WELCOME)
        scanner.key_in_tray = True
        kiosk.post(Start())
        screen.until(lambda now: now.offer is not None and not now.offer.stamp_pending)
        kiosk.post(Confirm())
        screen.until(lambda now: now.state is State.TAKE_KEY_BACK)
        scanner.key_in_tray = False
        assert cutting.wait(PATIENCE_S)
        kiosk.post(Stop())
        assert stopped.is_set(), "post(Stop) returns with the machine already stopped"
        failed = screen.until(lambda now: now.state is State.FAILED)
        assert failed.failed_reason == "stopped"
        assert terminal.taken_in_all_minor == 0
        assert terminal.reserved == ()
    finally:
        kiosk.close()
        kiosk.close()
    assert cutter.diary[-1] == "close"
