"""The mailbox between the controller's thread and the screen's.

Responsible for: carrying snapshots over, the newest first served, in order. Not responsible for: showing them.
`post` may be called from any thread; the receiver runs on Kivy's main thread only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from kiosk.session.snapshot import Snapshot
from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy

from kivy.clock import Clock  # isort: skip


class Mailbox:
    """One deque and one clock trigger. Only the newest snapshot is shown: older ones are past."""

    def __init__(self, receive: Callable[[Snapshot], None]) -> None:
        self._receive = receive
        self._waiting: deque[Snapshot] = deque(maxlen=64)
        # Still before the frame that is being made now, if it comes in time.
        self._trigger = Clock.create_trigger(self._drain, -1)

    def post(self, snapshot: Snapshot) -> None:
        """Any thread: show this as soon as possible."""
        self._waiting.append(snapshot)
        self._trigger()

    def _drain(self, _elapsed_s: float) -> None:
        newest: Snapshot | None = None
        while self._waiting:
            newest = self._waiting.popleft()
        if newest is not None:
            self._receive(newest)
