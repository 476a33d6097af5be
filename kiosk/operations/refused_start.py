"""What stands behind the screen when the kiosk refuses to start: out of order, and nothing else.

Responsible for: one screen that says so, in the shopper's language, and keeping the supervisor content meanwhile. Not
responsible for: why (the problems go to the log) or the window. No machine is connected and nothing can move.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from config.store import Store
from hardware.clock import Clock
from kiosk.operations.watchdog import CONTROLLER, Watchdog
from kiosk.session.intents import CallStaff, Intent, SetLanguage
from kiosk.session.snapshot import FaultNotice, Snapshot
from kiosk.session.states import State

BAD_SETTINGS = "CONFIG"
"""Code of a start refused for the owner's settings."""
BEAT_EVERY_S = 5.0
TRY_AGAIN_AFTER_S = 300.0
"""After this long the program ends, for the supervisor to try a fresh start: a full disk may have been cleared."""


class RefusedStart:
    """In the kiosk's place behind the screen. Any thread may call."""

    def __init__(self, store: Store, code: str, detail: str, clock: Clock, *, simulated: bool) -> None:
        """Out of order from the beginning, with the fault's code for staff."""
        self._store = store
        self._lock = threading.Lock()
        self._listeners: list[Callable[[Snapshot], None]] = []
        self._now = Snapshot(
            state=State.OUT_OF_ORDER,
            simulated=simulated,
            language=store.languages[0],
            help_phone=store.help_phone,
            staff_door=False,
            fault=FaultNotice(code, detail, clock.utc().timestamp(), heals_itself=True),
        )

    def subscribe(self, listener: Callable[[Snapshot], None]) -> None:
        """Tell `listener` the present snapshot and every later one."""
        with self._lock:
            self._listeners.append(listener)
            listener(self._now)

    def post(self, intent: Intent, /) -> None:
        """A language may be chosen and staff be called; nothing else can be wished for."""
        with self._lock:
            match intent:
                case SetLanguage(language) if language in self._store.languages:
                    self._now = replace(self._now, language=language)
                case CallStaff():
                    self._now = replace(self._now, staff_called=True)
                case _:
                    return
            for listener in self._listeners:
                listener(self._now)

    def stop_now(self) -> None:
        """Nothing moves."""


@contextmanager
def supervised(watchdog: Watchdog, status: str, end: Callable[[], None]) -> Iterator[None]:
    """Tell the supervisor that this is up and alive; call `end` when it is time to try again."""
    over = threading.Event()

    def beat() -> None:
        left_s = TRY_AGAIN_AFTER_S
        while left_s > 0 and not over.wait(BEAT_EVERY_S):
            watchdog.beat(CONTROLLER)
            left_s -= BEAT_EVERY_S
        if not over.is_set():
            end()

    thread = threading.Thread(target=beat, name="refused-start", daemon=True)
    watchdog.ready(status)
    watchdog.beat(CONTROLLER)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=5)
        watchdog.stopping()
