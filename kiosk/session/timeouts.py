"""How long the kiosk waits for people, and what follows when nobody is there any more.

Responsible for: the announced time-out and more time, the front's language, leaving a screen nobody stands before. Not
responsible for: timers themselves (`kiosk.session.controller`). Used by the controller's thread alone.
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.session.context import SessionContext
from kiosk.session.phases import approving
from kiosk.session.reports import Due, Timer
from kiosk.session.snapshot import Waiting
from kiosk.session.states import FRONT, MAKING, State

UNHURRIED: frozenset[State] = frozenset(
    (
        State.STARTING,
        State.WELCOME,
        State.CLOSED,
        State.OUT_OF_ORDER,
        State.SCANNING,
        State.PAYING,
        State.CAPTURING,
        State.SETTLING,
        *MAKING,
    )
)
"""States that wait for nobody."""


class IdleTimeout:
    """Waits for whoever stands before the glass."""

    def __init__(self, context: SessionContext, cancel: Callable[[], None]) -> None:
        """Nobody is there yet.

        Args:
            context: what the session works with.
            cancel: lets the present phase deal with a `Cancel`.
        """
        self._context, self._cancel = context, cancel

    def somebody_is_here(self) -> None:
        """Start waiting anew, where a person is waited for."""
        context = self._context
        context.activity += 1
        context.waiting = None
        # At the front nobody is waited for, but for whoever chose a language there, or called, and began nothing.
        asked = bool(context.cut_short) or context.staff_called or context.language != context.ports.store.languages[0]
        if context.session.state not in UNHURRIED or (context.session.state in FRONT and asked):
            context.idle_in(context.ports.store.timeouts.idle_s, Timer.IDLE)

    def more_time(self) -> None:
        """Somebody is still here, and says so."""
        if self._context.waiting is not None and self._context.extensions_left > 0:
            self._context.extensions_left -= 1
            self.somebody_is_here()

    def due(self, due: Due) -> bool:
        """Deal with a timer of this; False if it is another's."""
        if due.what not in (Timer.IDLE, Timer.WAITING):
            return False
        # One that was set before somebody did something is stale.
        if due.mark == self._context.activity:
            self._nobody_stirs(due.what)
        return True

    def _nobody_stirs(self, what: Timer) -> None:
        context = self._context
        timeouts = context.ports.store.timeouts
        if context.session.state in FRONT:
            # The next person finds the first language, and nobody called; what is broken, staff still know of.
            context.staff_called = context.staff_called and context.session.state is State.OUT_OF_ORDER
            context.language = context.ports.store.languages[0]
            context.forget_cut_short()
        elif what is Timer.IDLE and (context.service_busy or context.recovering):
            # A test cut takes as long as it takes; nothing may cover its Stop.
            self.somebody_is_here()
        elif what is Timer.IDLE:
            self._warn(int(timeouts.warning_s))
        elif context.waiting is not None and context.waiting.left_s > 1:
            self._warn(context.waiting.left_s - 1)
        elif context.waiting is not None:
            self._walked_away()

    def _warn(self, left_s: int) -> None:
        self._context.waiting = Waiting(left_s, self._context.extensions_left)
        self._context.idle_in(1.0, Timer.WAITING)

    def _walked_away(self) -> None:
        context = self._context
        context.waiting = None
        match context.session.state:
            case State.TAKE_KEY_BACK:
                context.session.settle()
            case State.STAFF_LOGIN:
                approving.leave(context)
            case State.STAFF_APPROVAL:
                self._cancel()
            case _:
                context.go_home()
