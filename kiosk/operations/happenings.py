"""What the pictures on the screen say has happened: a pure fold over snapshots.

Responsible for: turning two successive snapshots into what is worth counting. Not responsible for: keeping it
(`recorder`), money (the journal has the last word). A snapshot holds nothing of a key's shape, so neither can this.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from config.policy_rules import Verdict
from kiosk.session.snapshot import Refusal, Snapshot
from kiosk.session.states import State


class HappeningKind(StrEnum):
    """Kinds of happening."""

    VISIT = "visit"
    """A shopper began."""
    NOT_TOLD = "not_told"
    """A key could not be told; `code` is the outcome."""
    IDENTIFIED = "identified"
    """A scan came to an end; `seconds` is how long it took, `code` the page that followed."""
    REFUSED = "refused"
    """`code` is what stood in the way: what was seen of the key, or else the gravest rule; `blank` is the keyway."""
    CHECKED = "checked"
    """A copy was measured."""
    FAULT = "fault"
    RECOVERED = "recovered"
    CLOSED = "closed"
    OPENED = "opened"
    KEY_LEFT = "key_left"
    """A key lies in the tray and its shopper has gone."""
    EMPTY = "empty"
    """A blank can no longer be sold; `blank` is its name."""
    TEST = "test"
    """A technician's action that moved metal; `code` is its name."""
    SCRAPPED = "scrapped"
    """A blank left its slot for a technician's test, and went into the bin."""


@dataclass(frozen=True)
class Happening:
    """One of them. Figures that do not apply are None."""

    what: HappeningKind
    code: str = ""
    transaction: str = ""
    blank: str = ""
    slot: int | None = None
    passed: bool | None = None
    largest_error_mm: float | None = None
    seconds: float | None = None
    simulated: bool = False

    @property
    def after_a_cut(self) -> bool:
        """Whether its time would say how long a shopper's key was cut."""
        ends_a_sale = self.what in (HappeningKind.CHECKED, HappeningKind.EMPTY, HappeningKind.CLOSED)
        return ends_a_sale or (self.what is HappeningKind.FAULT and bool(self.transaction))


def happened(before: Snapshot | None, after: Snapshot) -> tuple[Happening, ...]:
    """What happened between two snapshots, in order. `before` None: the kiosk has just started."""
    found: list[Happening] = []
    entered = before is None or before.state is not after.state
    was = before.state if before else None
    if entered and after.state is State.PLACE_KEY and was is State.WELCOME:
        found.append(Happening(HappeningKind.VISIT))
    if after.try_again is not None and entered and after.state is State.TRY_AGAIN:
        found.append(Happening(HappeningKind.NOT_TOLD, code=after.try_again.value))
    if after.refusal is not None and entered and after.state is State.REFUSED and was not in _ASKED:
        code = _what_stood_in_the_way(after.refusal)
        found.append(Happening(HappeningKind.REFUSED, code=code, blank=after.refusal.keyway))
    if after.check is not None and (before is None or before.check is not after.check):
        found.append(
            Happening(
                HappeningKind.CHECKED,
                transaction=after.check.transaction,
                blank=after.check.blank,
                passed=after.check.passed,
                largest_error_mm=after.check.largest_error_mm,
            )
        )
    trial = after.service.trial if after.service else None
    if trial is not None and (before is None or before.service is None or before.service.trial is not trial):
        found.append(
            Happening(
                HappeningKind.TEST,
                code="test_cut",
                blank=trial.blank,
                slot=trial.slot,
                passed=trial.passed,
                largest_error_mm=trial.largest_error_mm,
            )
        )
    found += _scrapped(before, after)
    if after.fault is not None and (before is None or before.fault is None or before.fault.code != after.fault.code):
        transaction = before.receipt.transaction if before and before.receipt else ""
        found.append(Happening(HappeningKind.FAULT, code=after.fault.code, transaction=transaction))
    if after.key_left and after.state in (State.WELCOME, State.CLOSED) and not (before and before.key_left):
        found.append(Happening(HappeningKind.KEY_LEFT))
    if entered and was is State.OUT_OF_ORDER and after.state in (State.WELCOME, State.CLOSED):
        found.append(Happening(HappeningKind.RECOVERED))
    if entered and after.state is State.CLOSED:
        found.append(Happening(HappeningKind.CLOSED))
    if entered and was is State.CLOSED and after.state is State.WELCOME:
        found.append(Happening(HappeningKind.OPENED))
    return tuple(found if not after.simulated else [_simulated(each) for each in found])


_ASKED = (State.STAFF_LOGIN, State.STAFF_APPROVAL)
"""Staff were asked about a refusal that was counted when it came."""


def _scrapped(before: Snapshot | None, after: Snapshot) -> list[Happening]:
    """Blanks that left their slots on a technician's page: not one of them is ever handed over."""
    if before is None or before.service is None or after.service is None:
        return []
    now = {slot.number: slot.count for slot in after.service.slots}
    return [
        Happening(HappeningKind.SCRAPPED, blank=slot.blank, slot=slot.number)
        for slot in before.service.slots
        for _ in range(slot.count - now.get(slot.number, slot.count))
    ]


def _what_stood_in_the_way(refusal: Refusal) -> str:
    if refusal.outcome is not None:
        return refusal.outcome.value
    blocking = [rule for rule in refusal.rules if rule.verdict.blocks]
    # Of rules as grave as each other the first counts.
    refusing = [rule for rule in blocking if rule.verdict is Verdict.REFUSE]
    return (refusing or blocking)[0].code if blocking else ""


SAYS_STOCK = (State.WELCOME, State.CLOSED)
"""Only here does a snapshot say what is for sale."""


def ran_out(known: tuple[str, ...], after: Snapshot) -> tuple[Happening, ...]:
    """Blanks that were for sale when it was last said (`known`) and are not now."""
    if after.state not in SAYS_STOCK:
        return ()
    gone = (Happening(HappeningKind.EMPTY, blank=blank) for blank in known if blank not in after.stocked)
    return tuple(_simulated(each) if after.simulated else each for each in gone)


def _simulated(happening: Happening) -> Happening:
    return Happening(**{**vars(happening), "simulated": True})
