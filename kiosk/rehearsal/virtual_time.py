"""A kiosk in virtual time: effects run inline, and the clock jumps to whatever comes next.

Responsible for: the order in which session, effects, timers and people take their turns, the same on every run. Not
responsible for: what people do (`kiosk.rehearsal.shopper`) or what goes wrong (`kiosk.rehearsal.run_scenario`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from kiosk.session.agenda import Agenda
from kiosk.session.controller import Controller
from kiosk.session.executor import InlineExecutor, Post
from kiosk.session.intents import Intent, Stop
from kiosk.session.ports import SessionPorts
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State


class NothingHappens(Exception):
    """Nothing more will ever happen, or not within the time allowed, and what was waited for did not come."""


class VirtualKiosk:
    """One kiosk, one clock, one thread."""

    def __init__(self, ports: SessionPorts) -> None:
        """Nothing runs before `begin`."""
        self.ports = ports
        self.controller = Controller(ports, self._inline, posted=self._posted)
        self._agenda: Agenda[Callable[[], None]] = Agenda(ports.clock.now_s)
        self._owner = threading.get_ident()
        self._in_effect = False
        self._looking = False
        self.snapshots: list[Snapshot] = []
        self.path: list[State] = []
        """States entered, in order."""
        self.watchers: list[Callable[[Snapshot], None]] = []
        self.controller.subscribe(self._seen)

    def begin(self) -> None:
        """Come up."""
        self.controller.begin()

    @property
    def now(self) -> Snapshot:
        """What the screen shows."""
        return self.snapshots[-1]

    def post(self, intent: Intent) -> None:
        """Somebody wishes something. A Stop comes as in life from another thread than the one that has the machine."""
        if not isinstance(intent, Stop):
            self.controller.post(intent)
            return
        finger = threading.Thread(target=self.controller.post, args=(intent,), name="finger")
        finger.start()
        finger.join()
        self._posted()

    def after(self, delay_s: float, act: Callable[[], None]) -> None:
        """Do something in `delay_s` of virtual time."""
        self._agenda.after(delay_s, act)

    def turn(self) -> bool:
        """Let one thing happen. False: nothing is left that could."""
        if self.controller.step() or self._act_if_due():
            return True
        self._in_effect = True
        try:
            if self._executor.run_one():
                return True
        finally:
            self._in_effect = False
        waits_s = [wait_s for wait_s in (self.controller.wait_s, self._agenda.wait_s) if wait_s is not None]
        if not waits_s:
            return False
        # A clock of floats may stop a hair short of the moment it was sent to.
        self.ports.clock.sleep(max(min(waits_s), 1e-6))
        return True

    def run_until(self, reached: Callable[[Snapshot], bool], limit_s: float = 3600.0) -> Snapshot:
        """Let things happen until `reached` holds of what the screen shows.

        Raises:
            Stuck: it does not within `limit_s` of virtual time, or nothing is left that could happen.
        """
        end_s = self.ports.clock.now_s() + limit_s
        while not reached(self.now):
            if not self.turn():
                raise NothingHappens(f"nothing happens any more in {self.now.state}")
            if self.ports.clock.now_s() > end_s:
                raise NothingHappens(f"still in {self.now.state} after {limit_s:g} s")
        return self.now

    def run_to(self, *states: State, limit_s: float = 3600.0) -> Snapshot:
        """Let things happen until the session stands in one of `states`."""
        return self.run_until(lambda snapshot: snapshot.state in states, limit_s)

    def close(self) -> None:
        """Drop everything, as a crash would; nothing is settled."""
        self.controller.close()

    def _inline(self, post: Post) -> InlineExecutor:
        self._executor = InlineExecutor(post)
        return self._executor

    def _seen(self, snapshot: Snapshot) -> None:
        if not self.path or self.path[-1] is not snapshot.state:
            self.path.append(snapshot.state)
        self.snapshots.append(snapshot)
        # Whoever watches sees every one; a week of rehearsals must not fill the memory.
        del self.snapshots[:-1]
        for watch in self.watchers:
            watch(snapshot)

    def _posted(self) -> None:
        """While an effect runs, its progress lets session and people take their turns."""
        if not self._in_effect or self._looking or threading.get_ident() != self._owner:
            return
        self._looking = True
        try:
            while self.controller.step() or self._act_if_due():
                pass
        finally:
            self._looking = False

    def _act_if_due(self) -> bool:
        act = self._agenda.take_due()
        if act is not None:
            act()
        return act is not None
