"""A lost board whose wheel may turn is tried again until it has confirmed that the wheel is off.

Responsible for: when the next try is. Not responsible for: the try itself (`kiosk.session.recovery`).
"""

from __future__ import annotations

from kiosk.session import recovery
from kiosk.session.context import Lane, SessionContext
from kiosk.session.reports import Due, Timer

WHEEL_EVERY_S = (0.5, 5.0)
"""Between two tries to reach a lost board whose wheel may turn: at first, and after so many tries."""
WHEEL_HURRIED = 120


class WheelWatch:
    """Used by the controller's thread alone."""

    def __init__(self, context: SessionContext) -> None:
        """No try is due."""
        self._context = context
        self._tries = 0

    def look(self) -> None:
        """After each event: a board may have been lost while its wheel turns."""
        if self._tries or not self._context.ports.cutter.wheel_may_turn:
            return
        self._tries = 1
        self._next()

    def ask(self) -> None:
        """A try is due."""
        ports = self._context.ports
        self._context.request(Lane.MACHINE, lambda: recovery.stop_wheel(ports))

    def asked(self) -> None:
        """A try has ended: the next one, unless the board has confirmed."""
        if not self._context.ports.cutter.wheel_may_turn:
            self._tries = 0
            return
        self._tries += 1
        self._next()

    def _next(self) -> None:
        self._context.agenda.after(WHEEL_EVERY_S[self._tries > WHEEL_HURRIED], Due(Timer.WHEEL, 0))
