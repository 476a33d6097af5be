"""A person at the screen, scripted: looks at each new screen, thinks, and does what the script says.

Responsible for: one visit's wishes and hands. Not responsible for: what goes wrong with the machine or the end's
checks (`kiosk.rehearsal.run_scenario`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kiosk.rehearsal.ready import PIN
from kiosk.rehearsal.script import ScriptedVisit, StaffVisit
from kiosk.session.intents import (
    Approve,
    BringBack,
    CallStaff,
    Cancel,
    ChooseFinish,
    ChooseRemedy,
    ChooseRepair,
    CloseKiosk,
    Confirm,
    ConfirmReceived,
    Credentials,
    Deny,
    Done,
    EnterReceipt,
    Intent,
    KeyLaid,
    KeyTaken,
    MoreTime,
    OpenKiosk,
    Recover,
    Refill,
    ServiceAction,
    ServiceMenu,
    ServiceTask,
    SetLanguage,
    SetQuantity,
    StaffKey,
    Start,
    UnlockSlot,
)
from kiosk.session.obstacle import against_recovery
from kiosk.session.snapshot import Snapshot, StaffMessage
from kiosk.session.states import State
from kiosk.staff.approvals import ApprovalReason

SWAP_S = 3.0
"""Between one key out of the tray and the next one in: longer than the camera needs to see that it is empty."""


class Screening(Protocol):
    """Where a person stands: before a kiosk in virtual time (`VirtualKiosk`) or in real time (`ScriptedPerson`)."""

    watchers: list[Callable[[Snapshot], None]]
    """Called with every snapshot."""

    @property
    def now(self) -> Snapshot:
        """What the screen shows."""

    def post(self, intent: Intent) -> None:
        """Wish something."""

    def after(self, delay_s: float, act: Callable[[], None]) -> None:
        """Do something a while later."""


class Shopper:
    """One visit. `lay` puts the key in the tray, `take` takes it, `receipt` is the code to type in."""

    def __init__(
        self,
        stage: Screening,
        visit: ScriptedVisit,
        lay: Callable[[], None],
        take: Callable[[], None],
        receipt: Callable[[], str],
        lay_copy: Callable[[], None] | None = None,
    ) -> None:
        """Watches nothing before `arrive`."""
        self._stage, self._visit = stage, visit
        self._lay, self._take, self._receipt = lay, take, receipt
        self._lay_copy = lay_copy or lay
        self._staff = list(visit.staff)
        self._at_keypad: StaffVisit | None = None
        self._to_do: list[str] = []
        self._staff_busy = False
        self._seen: tuple[object, ...] = ()
        self._glances = 0
        self._more_time = visit.more_time
        self._begun = False
        self._gone = False
        self.done = False
        """Nothing more will be wished in this visit."""

    def arrive(self) -> None:
        """Begin to watch the screen."""
        self._stage.watchers.append(self._look)
        self._look(self._stage.now)

    def leave(self) -> None:
        """Watch no more."""
        self._stage.watchers.remove(self._look)

    def staff_are_due(self, state: State) -> bool:
        """Whether staff come to the kiosk in this state, or are on their way to it."""
        return self._staff_busy or (bool(self._staff) and state is self._staff[0].comes_in)

    def _look(self, now: Snapshot) -> None:
        message = now.staff.message if now.staff else ""
        declined = now.offer is not None and now.offer.declined
        checking = now.offer is not None and now.offer.stamp_pending
        asked = now.staff.asked.code if now.staff and now.staff.asked else ""
        busy = (now.service.busy, now.service.message, now.service.detail) if now.service else ()
        recovering = now.staff is not None and now.staff.recovering
        seen = (
            now.state,
            message,
            declined,
            checking,
            asked,
            busy,
            recovering,
            now.return_message,
            bool(now.fault),
            self._glances,
        )
        if now.waiting is not None and self._more_time > 0 and not self._gone:
            self._more_time -= 1
            self._later(lambda: self._stage.post(MoreTime()))
        if seen == self._seen or self._gone:
            return
        self._seen = seen
        visit = self._visit
        if now.state is visit.walks_away_in:
            self._gone = True
            self.done = True
            return
        if now.state is visit.leaves_in:
            if not self.done:
                self._later(lambda: self._stage.post(Cancel()))
            self.done = True
            return
        wish = self._wish(now)
        if wish is not None:
            mark = seen

            def act() -> None:
                # Only if the screen is still the one that was read.
                if self._seen == mark:
                    wish()

            self._later(act)

    def _later(self, act: Callable[[], None]) -> None:
        self._stage.after(self._visit.think_s, act)

    def _say(self, *intents: Intent) -> Callable[[], None]:
        def say() -> None:
            for intent in intents:
                self._stage.post(intent)

        return say

    def _wish(self, now: Snapshot) -> Callable[[], None] | None:
        visit = self._visit
        if self._staff and now.state is self._staff[0].comes_in:
            return self._come()
        match now.state:
            case State.WELCOME:
                return self._begin()
            case State.PLACE_KEY:
                return self._lay
            case State.TRY_AGAIN:
                return self._again if visit.lays_again else self._say(Cancel())
            case State.WORN:
                return self._say(ChooseRepair(visit.restore))
            case State.OFFER:
                return self._offer(now)
            case State.REFUSED | State.THANK_YOU | State.FAILED:
                return self._finish
            case State.TAKE_KEY_BACK:
                return self._take_key
            case State.BRING_BACK:
                return self._say(EnterReceipt(self._receipt())) if not now.return_message else self._give_up()
            case State.LAY_ORIGINAL:
                return self._lay
            case State.LAY_COPY:
                return self._swap
            case State.RETURN_RESULT:
                return self._accept(now)
            case State.STAFF_LOGIN | State.STAFF_APPROVAL | State.STAFF_MENU | State.TECHNICIAN:
                return self._at_work(now)
            case _:
                return None

    # Shopping

    def _begin(self) -> Callable[[], None] | None:
        visit = self._visit
        if self._begun:
            self.done = True
            return None
        first: list[Intent] = [SetLanguage(visit.language)] if visit.language else []
        match visit.purpose:
            case "copy":
                return self._start(*first, Start(), *([CallStaff()] if visit.calls_staff else []))
            case "bring_back":
                return self._start(*first, BringBack())
            case _:
                self.done = True
                return None

    def _start(self, *intents: Intent) -> Callable[[], None]:
        def start() -> None:
            self._begun = True
            # The last one opens the visit; until then the screen is still the welcome screen.
            self._say(*intents)()

        return start

    def _again(self) -> None:
        self._take()
        self._lay()
        self._stage.post(KeyLaid())

    def _offer(self, now: Snapshot) -> Callable[[], None] | None:
        visit = self._visit
        if now.offer is not None and now.offer.stamp_pending:
            # The head is still being read: there is no price yet to agree to.
            return None
        if now.offer is not None and now.offer.declined:
            return self._say(Confirm()) if visit.pays_again else self._give_up()
        wishes: list[Intent] = [ChooseFinish(visit.finish)] if visit.finish else []
        return self._say(*wishes, SetQuantity(visit.quantity), Confirm())

    def _take_key(self) -> None:
        self._take()
        self._stage.post(KeyTaken())

    def _finish(self) -> None:
        self.done = True
        self._take()
        self._stage.post(Done())

    def _swap(self) -> None:
        """The original out, a moment later the copy in."""
        self._take()
        mark = self._seen

        def lay() -> None:
            if self._seen == mark:
                self._lay_copy()

        self._stage.after(SWAP_S, lay)

    def _accept(self, now: Snapshot) -> Callable[[], None]:
        """What was offered, if anything: a recut goes on like a sale."""
        offered = now.returned.remedies if now.returned else ()
        wanted = self._visit.remedy if self._visit.remedy in offered else next(iter(offered), "")

        def accept() -> None:
            self._take()
            if wanted:
                self._stage.post(ChooseRemedy(wanted))
            else:
                self.done = True
                self._stage.post(Done())

        return accept

    def _give_up(self) -> Callable[[], None]:
        self.done = True
        return self._say(Cancel())

    # Staff

    def _come(self) -> Callable[[], None]:
        self._at_keypad = self._staff.pop(0)
        self._staff_busy = True
        self._to_do = list(self._at_keypad.does)
        return self._say(StaffKey())

    def _at_work(self, now: Snapshot) -> Callable[[], None] | None:
        staff = self._at_keypad
        if staff is None:
            return self._say(Cancel())
        if now.state is State.STAFF_LOGIN:
            if now.staff is not None and now.staff.message is StaffMessage.CHECKING:
                return None
            if now.staff is not None and now.staff.message:
                self._at_keypad = None
                self._staff_busy = False
                return self._say(Cancel())
            return self._say(Credentials(staff.number, staff.pin or PIN))
        if (now.service is not None and now.service.busy) or (now.staff is not None and now.staff.recovering):
            return None
        if not self._to_do:
            self._staff_busy = False
            if not self._staff and self._visit.purpose == "staff":
                self.done = True
            return self._say(Done())

        def act() -> None:
            # Taken only now: a screen that changes before would otherwise skip a deed.
            self._glances += 1
            if self._to_do[0] == "recover" and not _may_recover(self._stage.now):
                # The button is grey until the inputs are shown and nothing stands against moving.
                self._seen = ()
                self._look(self._stage.now)
                return
            for wish in self._deed(self._stage.now, self._to_do.pop(0).split()):
                self._stage.post(wish)
            # Some deeds change nothing that is shown: look again all the same.
            self._seen = ()
            self._look(self._stage.now)

        return act

    @staticmethod
    def _deed(now: Snapshot, words: list[str]) -> list[Intent]:
        match words:
            case ["approve"]:
                reasons = now.staff.reasons if now.staff else ()
                return [Approve(reasons[0] if reasons else None)]
            case ["approve", reason]:
                return [Approve(ApprovalReason(reason))]
            case ["deny"]:
                return [Deny()]
            case ["refill", slot, count]:
                return [Refill(int(slot), int(count))]
            case ["unlock", slot]:
                return [UnlockSlot(int(slot))]
            case ["action", name]:
                return [ServiceAction(ServiceTask(name))]
            case ["received" | "not_received" as answer]:
                doubts = now.staff.doubts if now.staff else ()
                return [ConfirmReceived(sale.transaction, answer == "received") for sale in doubts[:1]]
            case ["wait"]:
                return []
            case [deed] if deed in _DEEDS:
                return [_DEEDS[deed]]
            case _:
                raise ValueError(f"staff do not know how to {' '.join(words)}")


def _may_recover(now: Snapshot) -> bool:
    status = now.staff.machine if now.staff else now.service.status if now.service else None
    return against_recovery(status) is None


_DEEDS: dict[str, Intent] = {
    "close": CloseKiosk(),
    "open": OpenKiosk(),
    "recover": Recover(),
    "service": ServiceMenu(),
    "leave": Cancel(),
}
