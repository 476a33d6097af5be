"""What the screen needs of the kiosk behind it: three calls.

Responsible for: the seam. The controller fulfils it; tests put a small one in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kiosk.session.intents import Intent
from kiosk.session.snapshot import Snapshot


class KioskPort(Protocol):
    """The controller as the screen sees it. Every call returns at once."""

    def subscribe(self, listener: Callable[[Snapshot], None]) -> None:
        """Call `listener` with the present snapshot and every later one, from any thread."""

    def post(self, intent: Intent, /) -> None:
        """A person wishes something. Any thread."""

    def stop_now(self) -> None:
        """The screen failed: stop the machine, whatever the session is doing. Any thread, returns at once."""
