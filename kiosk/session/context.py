"""What the phases of a session work with: the machine of states, the present visit, and ways to ask for effects.

Responsible for: beginning and ending visits, asking for effects and timers, where the kiosk rests. Not responsible
for: what happens in a phase (`kiosk.session.phases`), threads (`kiosk.session.controller`). Used by the controller's
thread alone.
"""

from __future__ import annotations

import logging
import secrets
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from config.catalogue import Catalogue
from config.hours import first_open
from config.keyway import Keyway
from config.store import Store
from hardware.ports import BoardIdentity, PrinterStatus
from kiosk.cutting.check import TOUCHES_WATCHED, has_drifted, wheel_is_worn
from kiosk.key.secrecy import overwrite_spare_memory, wipe
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.database import DatabaseFault
from kiosk.records.journal import Sale
from kiosk.session.agenda import Agenda
from kiosk.session.executor import Executor, Lane, Post, Work
from kiosk.session.intents import ServiceTask
from kiosk.session.lesson import Lesson
from kiosk.session.machine import Session
from kiosk.session.ports import SessionPorts
from kiosk.session.reports import CutProgress, Due, Reply, Report, Timer
from kiosk.session.service_bench import ServiceBench
from kiosk.session.snapshot import (
    ClosedReason,
    FaultNotice,
    OwnKeywayView,
    Receipt,
    SalesDesk,
    StaffMessage,
    Switched,
    Waiting,
)
from kiosk.session.states import State
from kiosk.session.visit import KeySecrets, Making, Order, Returning, Visit
from kiosk.staff.member import StaffMember

_log = logging.getLogger(__name__)
T = TypeVar("T")

# No 0/O, 1/I: a transaction's number is read off a slip of paper.
_CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
# Digits alone for what a shopper types: twelve large keys fit on any screen, an alphabet does not.
_CODE_DIGITS = "0123456789"
CODE_LENGTH = 10

CAMERAS_SWAPPED = "CAMERAS_SWAPPED"
"""Left and right are read exchanged: a code for the technician's list."""
CANCELLED_TOLD_S = 15.0
"""How long the first screen says that nothing was charged."""

TYPICAL_S = {"load": 14.0, "cut": 40.0, "check": 6.0, "deliver": 5.0}
"""How long each step takes until it has been timed here."""


def _there(value: T | None, otherwise: str) -> T:
    """`value`.

    Raises:
        LookupError: there is none: a bug.
    """
    if value is None:
        raise LookupError(otherwise)
    return value


class SessionContext:
    """State of the kiosk that one thread owns."""

    def __init__(
        self,
        ports: SessionPorts,
        executor: Executor,
        post: Post,
        entered: Callable[[State], None],
    ) -> None:
        """Nobody is here, nothing is connected.

        Args:
            ports: the ports.
            executor: where effects run.
            post: puts a reply in the inbox, from any thread.
            entered: called with each state entered.
        """
        self.ports = ports
        self.session = Session(entered)
        self.executor, self._post = executor, post
        self.agenda: Agenda[Due] = Agenda(ports.clock.now_s)
        self.visit: Visit | None = None
        self._visits = 0
        self.language = ports.store.languages[0]
        self.staff_called = False
        self.tray_has_key = False
        self.key_left = False
        self.tells_cancelled_until_s = 0.0
        """So long the first screen says that a visit was cancelled and nothing charged."""
        """A key lies in the tray and its shopper has gone."""
        self.tray_clear = False
        """The tray was seen empty since the kiosk rests: what lies there from now on was laid to be copied."""
        self.laid_looks = 0
        """Looks in a row that saw something in a tray that was clear."""
        self.rests_since_s = 0.0
        self.closed_by_staff = False
        self.switched = Switched()
        self.next_store: Store | None = None
        """What the store is from the next visit on, where a manager changed it."""
        self.next_keyways: list[tuple[Keyway, int]] = []
        """Keyways of the owner's own, each with its slot, that are on file from the next visit on."""
        self.changing_settings = False
        self.saved_utc_s = 0.0
        """When the last change of whoever is signed in was written down; 0 once they asked for something else."""
        self.recovered_utc_s = 0.0
        """When whoever is signed in recovered the machine; 0: they did not, or it broke again."""
        self.fault: FaultNotice | None = None
        self.cut_short = ""
        """The sale that a fault ended after a copy was made, while its shopper may still stand there."""
        self.cut_short_receipt: Receipt | None = None
        self.heal_attempts = 0
        self.recovering = False
        self._may_be_moving: set[object] = set()
        """What was asked of the machine that moves it, and has not ended."""
        self.moves_in_s = 0
        """Announced: the machine moves by itself in so many seconds."""
        self.stops_asked = 0
        """How often Stop was pressed so far; counted by whatever thread hears of it, at once."""
        self.screen_failed = False
        """Whether the last of them was a screen that failed, and no person."""
        self.stops_heard = 0
        """How many of those the session has dealt with."""
        self.recovery_stands: Callable[[], bool] = lambda: False
        """Whether nobody pressed Stop since staff last asked for recovery."""
        self.unsettled: tuple[str, ...] = ()
        self.identity: BoardIdentity | None = None
        self.printer: PrinterStatus | None = None
        """What the receipt printer last said; None where there is none."""
        self.member: StaffMember | None = None
        self.staff_message: StaffMessage | None = None
        self.own_keyway = OwnKeywayView()
        self.retry_after_s = 0
        self.desk = SalesDesk()
        self.service_busy: ServiceTask | None = None
        self.bench = ServiceBench()
        self.lesson: Lesson | None = None
        self.recent_errors: deque[str] = deque(maxlen=20)
        self.waiting: Waiting | None = None
        self.extensions_left = ports.store.timeouts.extensions
        self.activity = 0
        self.entries = 0
        self.typical_s = dict(TYPICAL_S)
        self.step_began_s = 0.0

    # Effects and timers

    def request(self, lane: Lane, work: Work) -> None:
        """Have `work` done; its report comes back as an event of this visit."""
        self.executor.submit(lane, self._visits, work)

    def request_motion(self, work: Work) -> None:
        """Have the machine do `work` that moves it: from now until it has ended the screen shows STOP."""
        mark = object()
        self._may_be_moving.add(mark)

        def run() -> Report:
            try:
                return work()
            finally:
                # Before its report is posted: what is shown after that is made without it.
                self._may_be_moving.discard(mark)

        self.request(Lane.MACHINE, run)

    @property
    def may_move(self) -> bool:
        """Whether the machine moves, or may begin to, without anybody touching the screen before.

        For the screen alone: where a record is replayed nothing runs, so nothing may be decided by it.
        """
        return bool(self._may_be_moving) or self.moves_in_s > 0

    def progress(self) -> Callable[[float], None]:
        """A callback for the worker that reports this copy's progress to this visit."""
        number = self._visits
        return lambda fraction: self._post(Reply(number, CutProgress(fraction)))

    @property
    def visit_number(self) -> int:
        """Number of the present visit, or of the pause between two."""
        return self._visits

    def due_in(self, delay_s: float, what: Timer) -> None:
        """Post `Due(what)` in `delay_s`, unless the state is left before."""
        self.agenda.after(delay_s, Due(what, self.entries))

    def idle_in(self, delay_s: float, what: Timer) -> None:
        """Post `Due(what)` in `delay_s`, unless somebody does something before."""
        self.agenda.after(delay_s, Due(what, self.activity))

    # Visits

    def begin_visit(self) -> Visit:
        """Somebody is here. The transaction's number is ours and is used once."""
        self._visits += 1
        self.visit = Visit(self._transaction(), KeySecrets())
        self.staff_called = False
        self.tells_cancelled_until_s = 0.0
        self.extensions_left = self.ports.store.timeouts.extensions
        return self.visit

    def renew_transaction(self) -> None:
        """Another try to pay is another transaction. Approvals were for the old one and fall with it."""
        visit = self.here
        visit.transaction = self._transaction()
        visit.approvals = ()

    def end_visit(self) -> None:
        """Wipe the visit: nothing of it is left, and replies to it are dropped."""
        if self.visit is not None:
            self.visit.wipe()
            overwrite_spare_memory()
        self.visit = None
        self.forget_cut_short()
        self.take_changes()
        self.changing_settings = False
        self.staff_called = False
        self._visits += 1
        self.bench.close_eyes()
        self.end_lesson()
        self.member = None
        self.staff_message = None
        self.own_keyway = OwnKeywayView()
        self.desk = SalesDesk()
        self.saved_utc_s = self.recovered_utc_s = 0.0
        self.retry_after_s = 0
        self.tray_has_key = False
        self.language = self.ports.store.languages[0]

    def forget_cut_short(self) -> None:
        """Whoever bought has read it, or is gone."""
        self.cut_short, self.cut_short_receipt = "", None

    def note_saved(self) -> None:
        """What whoever is signed in asked for is written down."""
        self.saved_utc_s = self.ports.clock.utc().timestamp()

    @property
    def coming_store(self) -> Store:
        """The store as the next visit will find it."""
        return self.next_store or self.ports.store

    def take_changes(self) -> None:
        """What staff changed holds from now on, unless a visit is open: that one ends as it began."""
        if self.visit is not None:
            return
        if self.next_store is not None:
            self.ports = replace(self.ports, store=self.next_store)
            self.next_store = None
        while self.next_keyways:
            keyway, slot = self.next_keyways.pop(0)
            self._take_keyway(keyway, slot)

    def _take_keyway(self, keyway: Keyway, slot: int) -> None:
        """A keyway of the owner's own is on file, and its slot is to be filled with its blank."""
        machine, catalogue = self.ports.machine, self.ports.catalogue
        magazine = machine.magazine.holding(slot, keyway.blanks[0].code)
        self.ports.inventory.hold(magazine)
        self.ports = replace(self.ports, machine=machine.model_copy(update={"magazine": magazine}))
        if keyway.code not in catalogue.keyway_of:
            self.know(replace(catalogue, keyways=(*catalogue.keyways, keyway)))

    def know(self, catalogue: Catalogue) -> None:
        """Read keys by this catalogue from now on."""
        self.ports = replace(self.ports, catalogue=catalogue)
        self.ports.reader.learn(catalogue)

    # What only states that ask for it can have: where it is missing, the table of states is wrong.

    def end_lesson(self) -> None:
        """Forget what was read of a slot's blanks."""
        if self.lesson is not None:
            wipe(self.lesson.readings)
        self.lesson = None

    @property
    def here(self) -> Visit:
        """The visit a phase is about."""
        return _there(self.visit, "nobody is here")

    @property
    def order(self) -> Order:
        """What is offered and chosen."""
        return _there(self.here.order, "nothing is offered")

    @property
    def making(self) -> Making:
        """The copy a phase of making is about."""
        return _there(self.here.making, "nothing is being made")

    @property
    def returning(self) -> Returning:
        """The copy brought back, for the phases that are about one."""
        return _there(self.here.returning, "no copy was brought back")

    @property
    def returning_sale(self) -> Sale:
        """The sale of which a copy was brought back."""
        return _there(self.returning.sale, "no sale was found")

    def tell_cancelled(self) -> None:
        """Whoever cancelled before a card or a till wants to know that nothing was charged."""
        self.tells_cancelled_until_s = self.ports.clock.now_s() + CANCELLED_TOLD_S

    def go_home(self) -> None:
        """End the visit and rest where the kiosk must rest now."""
        told = self.staff_called
        self.end_visit()
        if self.fault is not None:
            # What staff were told of is still there.
            self.staff_called = told
            self.session.broke()
        elif self.closed_reason:
            self.session.ended_closed()
        else:
            self.session.ended()

    @property
    def closed_reason(self) -> ClosedReason | None:
        """Why shoppers cannot be served though nothing is broken; None if they can."""
        if self.closed_by_staff:
            return ClosedReason.STAFF
        if not self.ports.room_to_record():
            return ClosedReason.DISK
        if not self.ports.inventory.stocked():
            return ClosedReason.EMPTY
        if self.opens_utc_s is None or self.opens_utc_s > self.ports.clock.utc().timestamp():
            return ClosedReason.HOURS
        machine = self.ports.machine
        copies = self.ports.journal.last_copies(machine.check.drift_window)
        touches_mm = [copy.touch_error_mm for copy in copies[-TOUCHES_WATCHED:]]
        worn = wheel_is_worn(touches_mm, machine.clamp.edge_tolerance_mm)
        drifted = worn or has_drifted([copy.mean_mm for copy in copies], machine.check)
        return ClosedReason.DRIFT if drifted else None

    @property
    def opens_utc_s(self) -> float | None:
        """From when on the store's hours let shoppers be served, now or later; None: never."""
        store, now = self.ports.store, self.ports.clock.utc()
        local = now.astimezone().replace(tzinfo=None)
        opens = first_open(store.hours, store.closed_until, local)
        return None if opens is None else now.timestamp() if opens == local else opens.timestamp()

    # Records

    def audit(self, kind: AuditKind, **facts: str | int) -> None:
        """Record what was decided."""
        visit = self.visit
        known: dict[str, str | int] = {"transaction": visit.transaction} if visit else {}
        self.ports.audit.record(kind, {**known, **facts})

    def notify_technician(self, code: str, detail: str) -> None:
        """Note what is wrong with the machine though it can go on."""
        self.recent_errors.append(f"{self.ports.clock.utc():%H:%M:%S} {code} {detail}")
        _log.warning("needs a technician: %s", code, extra=self._timing)

    def note_fault(self, code: str, detail: str, *, heals: bool) -> None:
        """Latch a fault for the screen and the technician, over restarts too; the first that needs a person stays."""
        now = self.ports.clock.utc()
        self.recent_errors.append(f"{now:%H:%M:%S} {code} {detail}")
        self.recovered_utc_s = 0.0
        _log.error("out of order: %s", code, extra=self._timing)
        if not heals:
            with suppress(DatabaseFault):
                # Records that fail put the kiosk out of order by themselves.
                self.ports.machine_record.note_fault(code)
        if self.fault is None or (self.fault.heals_itself and not heals):
            self.fault = FaultNotice(code, detail, now.timestamp(), heals_itself=heals)

    @property
    def _timing(self) -> dict[str, bool]:
        """Beside a line of the log: whether its exact time would tell how long a shopper's key was cut."""
        return {"after_a_cut": self.visit is not None and self.visit.making is not None}

    def unless_stopped(self) -> Callable[[], bool]:
        """For a worker: whether nobody pressed Stop since the session took this wish up, or just before it."""
        heard = self.stops_heard
        return lambda: self.stops_asked == heard

    @property
    def may_hold_metal(self) -> bool:
        """Whether something may be in the clamp."""
        sales = self.ports.journal.open_sales()
        return bool(self.ports.machine_record.clamped_by) or any(sale.metal.in_clamp for sale in sales)

    def note_failed_recovery(self, code: str) -> None:
        """Show why recovery failed, and when: its cause need not be that of the fault."""
        if self.fault is not None:
            self.fault = replace(self.fault, failed_code=code, failed_utc_s=self.ports.clock.utc().timestamp())

    def set_recovering(self, recovering: bool) -> None:
        """Show that recovery runs, or has failed."""
        if self.recovering and not recovering:
            # How it stood before or meanwhile is not how it stands: it is asked.
            self.bench.status = None
        self.recovering = recovering
        if self.fault is not None:
            self.fault = replace(self.fault, recovering=recovering, attempt=self.heal_attempts)

    def bring_back_code(self) -> str:
        """A code nobody can guess."""
        return "".join(secrets.choice(_CODE_DIGITS) for _ in range(CODE_LENGTH))

    def _transaction(self) -> str:
        mark = "SIM" if self.ports.simulated else "K"
        number = self.ports.journal.next_number()
        # A visit that buys nothing leaves no row, so the number alone would come again.
        return (
            f"{mark}{self.ports.clock.utc():%y%m%d}{number:06d}{secrets.choice(_CODE_LETTERS)}{self._visits % 1000:03d}"
        )


__all__ = ["CAMERAS_SWAPPED", "Lane", "Report", "SessionContext"]
