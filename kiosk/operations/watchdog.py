"""Telling systemd that the kiosk is alive, by what it gets done and not by a timer.

Responsible for: the notify socket and when `WATCHDOG=1` is due: after every part that is expected to make progress
has made some since the last time. Not responsible for: restarting anything.

The controller beats after each event it handled or each idle turn of its inbox; the link beats at each status report
of the board. While a fault stands the board may be silent, so the link is excused until recovery.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable

CONTROLLER = "controller"
LINK = "link"


def notifier(environment: dict[str, str] | None = None) -> Callable[[str], None]:
    """What sends a line to systemd; does nothing when systemd did not start us."""
    address = (os.environ if environment is None else environment).get("NOTIFY_SOCKET", "")
    if not address:
        return lambda text: None
    target = "\0" + address[1:] if address.startswith("@") else address

    def send(text: str) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagram:
            try:
                datagram.sendto(text.encode(), target)
            except OSError:
                # A supervisor that cannot be told will act on its own; the kiosk must not fall over it.
                return

    return send


class Watchdog:
    """Feeds the watchdog when all that is expected has progressed. Any thread may beat."""

    def __init__(self, notify: Callable[[str], None], *, expected: tuple[str, ...] = (CONTROLLER,)) -> None:
        self._notify = notify
        self._expected = set(expected)
        self._seen: set[str] = set()
        self._lock = threading.Lock()

    def ready(self, status: str = "") -> None:
        """The kiosk is up (it may be out of order, and say so)."""
        self._notify(f"READY=1\nSTATUS={status}")

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._notify(f"STATUS={text}")

    def stopping(self) -> None:
        """The kiosk ends on purpose."""
        self._notify("STOPPING=1")

    def expect(self, part: str) -> None:
        """From now on `part` must make progress."""
        with self._lock:
            self._expected.add(part)

    def excuse(self, part: str) -> None:
        """`part` cannot make progress for a known reason. The controller is never excused."""
        if part == CONTROLLER:
            raise ValueError("the controller is never excused")
        with self._lock:
            self._expected.discard(part)

    def beat(self, part: str) -> None:
        """`part` has got something done."""
        with self._lock:
            self._seen.add(part)
            due = self._expected <= self._seen
            if due:
                self._seen.clear()
        if due:
            self._notify("WATCHDOG=1")
