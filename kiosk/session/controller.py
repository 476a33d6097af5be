"""The one owner of a session: an inbox, timers, and a snapshot after each event.

Responsible for: taking events in order, keeping stale ones out, publishing snapshots, and stopping the machine at once
on any thread's wish. Not responsible for: what an event means (`kiosk.session.phases`), how long people are waited
for (`kiosk.session.timeouts`), which thread this is (`kiosk.compose` runs it on one of its own, rehearsals in theirs).
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import TypeAlias

from kiosk.key.secrecy import wipe
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.database import DatabaseFault
from kiosk.session import effects
from kiosk.session.context import SessionContext
from kiosk.session.executor import Executor, Lane, Post, place
from kiosk.session.intents import (
    CallStaff,
    Cancel,
    Intent,
    LetGo,
    MoreTime,
    ServiceAction,
    ServiceTask,
    SetLanguage,
    Stop,
)
from kiosk.session.phases import ENTER, HANDLE, faults, own_keyway, own_settings, printing, sold, starting
from kiosk.session.ports import SessionPorts
from kiosk.session.reports import (
    BlankSeen,
    CamerasSeen,
    CopyRefunded,
    Crashed,
    Due,
    Faulted,
    KeyIdentified,
    KeywayEntered,
    KeywayRefused,
    LeftoversSettled,
    PrinterSeen,
    Reply,
    Report,
    SettingsRefused,
    SettingsWritten,
    Timer,
    WheelStopped,
)
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State
from kiosk.session.timeouts import IdleTimeout
from kiosk.session.view import snapshot
from kiosk.session.wheel_watch import WheelWatch

_log = logging.getLogger(__name__)

Message: TypeAlias = Intent | Reply | Due
Listener: TypeAlias = Callable[[Snapshot], None]
Observer: TypeAlias = Callable[[Message, State], None]


class Controller:
    """Session, inbox and timers. Every method but `post` and `stop_now` belongs to one thread."""

    def __init__(
        self, ports: SessionPorts, executor: Callable[[Post], Executor], posted: Callable[[], None] | None = None
    ) -> None:
        """Nothing happens before `begin`.

        Args:
            ports: the ports.
            executor: makes what runs effects, given where their replies go.
            posted: called, in the posting thread, after each post: how a rehearsal looks on while an effect runs.
        """
        self._posted = posted
        self._ports = ports
        self._inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._listeners: list[Listener] = []
        self._observers: list[Observer] = []
        self._last: Snapshot | None = None
        self._counting = threading.Lock()
        self.context = SessionContext(ports, executor(self.post), self.post, self._entered)
        self._patience = IdleTimeout(self.context, lambda: self._to_phase(Cancel()))
        self._wheel = WheelWatch(self.context)

    # From any thread

    def post(self, message: Message) -> None:
        """Put something in the inbox. A `Stop` stops the machine before this returns."""
        if isinstance(message, Stop):
            # Counted before the machine is stopped: whoever recovers it looks at the count after the latch is cleared.
            with self._counting:
                self.context.stops_asked += 1
                self.context.screen_failed = message.screen_failed
            self._ports.cutter.stop()
        self._mind_finger(message)
        self._inbox.put(message)
        if self._posted is not None:
            self._posted()

    def _mind_finger(self, message: Message) -> None:
        """A jog lasts as long as a finger lies on its button: heeded at once, not when the inbox comes to it."""
        finger = self.context.bench.finger
        match message:
            case ServiceAction(ServiceTask.JOG):
                finger.set()
            case LetGo() | Stop():
                finger.clear()
            case _:
                # No finger is about.
                pass

    def stop_now(self) -> None:
        """The screen failed: stop the machine at once, from the calling thread; the session hears of it afterwards."""
        self.post(Stop(screen_failed=True))

    # From the owning thread

    def subscribe(self, listener: Listener) -> None:
        """Give `listener` every new snapshot, from the owning thread. It must not block or raise."""
        self._listeners.append(listener)
        if self._last is not None:
            listener(self._last)

    def observe(self, observer: Observer) -> None:
        """Give `observer` each message after it was handled, with the state it led to. It must not block or raise.

        A reply to a visit that has ended is none.
        """
        self._observers.append(observer)

    def begin(self) -> None:
        """Come up."""
        try:
            starting.begin(self.context)
        except Exception as error:
            # As in any turn: a kiosk that cannot come up says so, machine stopped.
            self._break_down(error)
        self._publish()

    def warm_up(self) -> None:
        """Load beforehand what takes long to load."""
        self.context.request(Lane.HEAD, lambda: effects.warm_up(self._ports))

    @property
    def wait_s(self) -> float | None:
        """How long until the next timer runs out; None without timers."""
        return self.context.agenda.wait_s

    def close(self) -> None:
        """End what runs effects, and forget whoever is here. May be called twice."""
        self.context.executor.close()
        self.context.end_visit()

    def step(self, timeout_s: float = 0.0) -> bool:
        """Handle one event, waiting up to `timeout_s` for it. False: nothing came and no timer is due."""
        due = self.context.agenda.take_due()
        if due is not None:
            self._guarded(due)
            return True
        try:
            message = self._inbox.get(timeout=timeout_s) if timeout_s > 0 else self._inbox.get_nowait()
        except queue.Empty:
            return False
        self._guarded(message)
        return True

    # Inside

    def _guarded(self, message: Message) -> None:
        """The one catch-all of this thread: stop motion, latch, out of order."""
        heeded = True
        try:
            heeded = self._handle(message)
        except Exception as error:
            self._break_down(error)
        self._wheel.look()
        # What came too late for its visit led to nothing, and would lead to something where it is told of again.
        for observe in self._observers if heeded else ():
            observe(message, self.context.session.state)
        self._publish()

    def _break_down(self, error: Exception) -> None:
        where = place(error)
        _log.critical("session crashed: %s", where)
        self._ports.cutter.stop()
        fault: Crashed | Faulted = Crashed(where)
        if isinstance(error, DatabaseFault):
            fault = Faulted(error.code, str(error), heals=False)
        try:
            faults.break_down(self.context, fault)
        except Exception as again:
            # Even reporting it failed (a full disk, for one): the machine is stopped, the screen must still say so.
            _log.critical("and again: %s", place(again))
            self.context.end_visit()
            self.context.note_fault(fault.code, place(again), heals=False)
            if self.context.session.state is not State.OUT_OF_ORDER:
                self.context.session.broke()

    def _handle(self, message: Message) -> bool:
        """Whether it was for somebody who is here."""
        match message:
            case Due():
                self._handle_due(message)
            case Reply():
                return self._handle_reply(message)
            case _:
                self._handle_intent(message)
        return True

    def _handle_intent(self, intent: Intent) -> None:
        context = self.context
        match intent:
            case SetLanguage(language):
                if language in self._ports.store.languages:
                    context.language = language
                self._patience.somebody_is_here()
                return
            case CallStaff():
                context.staff_called = True
                context.audit(AuditKind.STAFF_CALLED)
                self._patience.somebody_is_here()
                return
            case MoreTime():
                self._patience.more_time()
                return
            case Stop():
                faults.stopped(self.context)
                return
            case _:
                # The present phase deals with it.
                pass
        self._patience.somebody_is_here()
        self._to_phase(intent)

    def _handle_reply(self, reply: Reply) -> bool:
        context, report = self.context, reply.report
        match report:
            case LeftoversSettled():
                starting.leftovers(context, report)
            case CopyRefunded():
                sold.refunded(context, report)
            case PrinterSeen():
                printing.printer_seen(context, report)
            case WheelStopped():
                self._wheel.asked()
            case SettingsWritten() | SettingsRefused():
                own_settings.answered(context, report)
            case KeywayEntered() | KeywayRefused():
                own_keyway.answered(context, report)
            case Faulted() | Crashed():
                faults.reported(context, report)
            case KeyIdentified(_, frames) if frames is not None and reply.visit != context.visit_number:
                # The shopper has left: nobody will wipe this but us.
                wipe(frames)
                return False
            case BlankSeen(laid) if context.session.state is not State.STAFF_MENU:
                wipe(laid)
            case CamerasSeen(previews) if context.session.state is not State.TECHNICIAN:
                wipe(previews)
            case _ if reply.visit == context.visit_number or context.visit is None:
                self._to_phase(report)
            case _:
                # A reply to a visit that has ended.
                return False
        return True

    def _to_phase(self, event: Intent | Report) -> None:
        handle = HANDLE.get(self.context.session.state)
        if handle is not None:
            handle(self.context, event)

    def _entered(self, state: State) -> None:
        context = self.context
        context.entries += 1
        self._patience.somebody_is_here()
        enter = ENTER.get(state)
        if enter is not None:
            enter(context)

    # Timers

    def _handle_due(self, due: Due) -> None:
        if due.what is Timer.WHEEL:
            self._wheel.ask()
        elif not self._patience.due(due) and due.mark == self.context.entries:
            self._to_phase(due)

    def _publish(self) -> None:
        try:
            now = snapshot(self.context)
        except Exception as error:
            # The records cannot even be read: what is shown is made from memory alone.
            self._break_down(error)
            store = self._ports.store
            now = Snapshot(
                state=self.context.session.state,
                simulated=self._ports.simulated,
                language=self.context.language,
                help_phone=store.help_phone,
                staff_called=self.context.staff_called,
                fault=self.context.fault,
            )
        if now != self._last:
            self._last = now
            for listener in self._listeners:
                listener(now)
