"""What may be sold: the decision, the choice of repair, the offer, the refusal.

Responsible for: WORN, OFFER, REFUSED and asking the rules. Not responsible for: the rules (`kiosk.policy.decide`),
money.
"""

from __future__ import annotations

from hardware.errors import CameraFault
from kiosk.cutting.plan import PlanRefusal
from kiosk.key.reading import Outcome, StampReading
from kiosk.policy.decision import Approval, Decision, FiredRule, Override, Verdict
from kiosk.policy.rulebook import Question
from kiosk.session import effects
from kiosk.session.context import SessionContext
from kiosk.session.intents import Cancel, ChooseFinish, ChooseRepair, Confirm, Done, Intent, SetQuantity, StaffKey
from kiosk.session.reports import Report, StampRead
from kiosk.session.snapshot import Refusal
from kiosk.staff.member import StaffMember

OUT_OF_STOCK = FiredRule(
    code="OUT_OF_STOCK",
    verdict=Verdict.REFUSE,
    override=Override.NEVER,
    ground="no blank of this kind is in the machine",
    source="the magazine's own count",
    next_steps=("staff",),
)


def cannot_cut(reason: PlanRefusal) -> FiredRule:
    """A refusal because no path of the wheel gives this key."""
    return FiredRule(
        code=f"PLAN_{reason.name}",
        verdict=Verdict.REFUSE,
        override=Override.NEVER,
        ground="this machine's wheel cannot cut it rightly",
        source="the machine file and the keyway's figures",
        next_steps=("staff", "locksmith"),
    )


def judge(desk: SessionContext) -> Decision:
    """Ask the rules with what is known so far. A head not yet read says nothing: it can only add obstacles."""
    visit = desk.here
    telling = visit.secrets.telling
    if telling is None:
        raise LookupError("no key was told")
    return desk.tools.rulebook.decide(
        Question(
            identification=telling.identification,
            stamp=visit.stamp or StampReading(seen=True),
            quantity=visit.quantity,
            attempts=visit.attempts,
            transaction=visit.transaction,
            approvals=_standing_approvals(desk),
        )
    )


def _standing_approvals(desk: SessionContext) -> tuple[Approval, ...]:
    """What was lifted by staff whose accounts are still as they were then."""
    staff = desk.tools.staff
    return tuple(each for each in desk.here.approvals if staff.still_in(StaffMember(each.staff_number, "", each.role)))


def refused(desk: SessionContext) -> bool:
    """Decide, and enter REFUSED if anything stands in the way."""
    visit = desk.here
    decision = visit.decision = judge(desk)
    telling = visit.secrets.telling
    outcome = telling.identification.outcome if telling else None
    blocking = tuple(rule for rule in decision.rules if rule.verdict.blocks and not rule.approved)
    if not decision.verdict.blocks and outcome is Outcome.IDENTIFIED:
        extra = machine_says_no(desk)
        if extra is None:
            return False
        decision = Decision(Verdict.REFUSE, (extra, *decision.rules))
        blocking = (extra,)
    refuse(
        desk,
        Refusal(
            rules=blocking or decision.rules,
            outcome=outcome if outcome is not Outcome.IDENTIFIED else None,
            can_be_approved=decision.can_be_approved,
            next_steps=tuple(dict.fromkeys(step for rule in blocking for step in rule.next_steps)),
        ),
    )
    return True


def refuse(desk: SessionContext, refusal: Refusal) -> None:
    """Show and record a refusal."""
    visit = desk.here
    visit.refusal = refusal
    visit.wants_to_buy = False
    telling = visit.secrets.telling
    keyway = telling.identification.keyway if telling else None
    desk.audit(
        "refusal",
        rules=" ".join(rule.code for rule in refusal.rules),
        outcome=refusal.outcome.value if refusal.outcome else "",
        keyway=keyway or "",
    )
    desk.session.refused()


def machine_says_no(desk: SessionContext) -> FiredRule | None:
    """Why an allowed key can still not be cut here, if anything."""
    visit, tools = desk.here, desk.tools
    finishes = tools.inventory.finishes(visit.blank)
    if not finishes:
        return OUT_OF_STOCK
    if visit.finish not in finishes:
        if visit.is_recut:
            # A recut is what was sold, not what happens to be there.
            return OUT_OF_STOCK
        visit.finish = finishes[0]
    if visit.secrets.telling is None or visit.blank not in tools.catalogue.blank_of:
        return OUT_OF_STOCK
    planned = effects.plan(tools, visit.secrets, visit.blank, restore=visit.restore)
    return cannot_cut(planned) if isinstance(planned, PlanRefusal) else None


def make_offer(desk: SessionContext) -> None:
    """Say what a copy costs."""
    desk.here.payment_note = ""
    desk.session.told()


def handle_worn(desk: SessionContext, event: Intent | Report) -> None:
    """Restore, or copy as it is."""
    match event:
        case ChooseRepair(restore):
            desk.here.restore = restore
            if not refused(desk):
                make_offer(desk)
        case StampRead(stamp):
            _stamp_read(desk, stamp)
        case Cancel():
            desk.go_home()
        case _:
            pass


def handle_offer(desk: SessionContext, event: Intent | Report) -> None:
    """Quantity, finish, yes or no."""
    visit = desk.here
    match event:
        case SetQuantity(quantity):
            visit.quantity = max(1, min(quantity, max_quantity(desk)))
        case ChooseFinish(finish):
            if finish in desk.tools.inventory.finishes(visit.blank) and not visit.is_recut:
                visit.finish = finish
                visit.quantity = min(visit.quantity, max_quantity(desk))
        case Confirm():
            visit.wants_to_buy = True
            _buy(desk)
        case StampRead(stamp):
            if not _stamp_read(desk, stamp) and visit.wants_to_buy:
                _buy(desk)
        case Cancel():
            desk.go_home()
        case _:
            pass


def max_quantity(desk: SessionContext) -> int:
    """Most copies that could be sold now."""
    visit = desk.here
    if visit.is_recut:
        return 1
    return max(1, min(desk.tools.store.max_quantity, desk.tools.inventory.available(visit.blank, visit.finish)))


def _stamp_read(desk: SessionContext, stamp: StampReading) -> bool:
    visit = desk.here
    visit.stamp = stamp
    visit.secrets.drop_frames()
    if stamp.unseen is not None and stamp.unseen.by_camera:
        desk.tell_technician(CameraFault.code, f"camera head: {stamp.unseen.value}")
    return refused(desk)


def _buy(desk: SessionContext) -> None:
    """Go on to pay, once the head has been read and nothing stands in the way."""
    if desk.here.stamp is None:
        return
    # Asked again: the quantity may matter, an approval may have run out, a slot may have been locked.
    if not refused(desk):
        desk.session.confirmed()


def handle_refused(desk: SessionContext, event: Intent | Report) -> None:
    """The shopper leaves, or staff come to look."""
    visit = desk.here
    match event:
        case Done() | Cancel():
            desk.go_home()
        case StaffKey():
            if visit.refusal is not None and visit.refusal.can_be_approved:
                desk.session.staff_at_refusal()
        case StampRead(stamp):
            visit.stamp = stamp
            visit.secrets.drop_frames()
        case _:
            pass
