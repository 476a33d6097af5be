"""What may be sold: the decision, the choice of repair, the offer, the refusal.

Responsible for: WORN, OFFER, REFUSED and asking the rules. Not responsible for: the rules (`kiosk.policy.decide`),
money.
"""

from __future__ import annotations

from hardware.errors import CameraFault
from kiosk.cutting.plan import PlanRefusal
from kiosk.key.reading import Outcome, StampReading
from kiosk.policy.decide import decide
from kiosk.policy.decision import Approval, Decision, FiredRule, Verdict, sealed, told
from kiosk.policy.request import CopyRequest
from kiosk.records.audit.kinds import AuditKind
from kiosk.session import effects
from kiosk.session.context import SessionContext
from kiosk.session.intents import Cancel, ChooseFinish, ChooseRepair, Confirm, Done, Intent, SetQuantity, StaffKey
from kiosk.session.reports import Report, StampRead
from kiosk.session.snapshot import Refusal
from kiosk.staff.member import StaffMember

OUT_OF_STOCK = sealed(
    "OUT_OF_STOCK",
    ground="no blank of this kind is in the machine",
    source="the magazine's own count",
    next_steps=("staff",),
)


def cannot_cut(reason: PlanRefusal) -> FiredRule:
    """A refusal because no path of the wheel gives this key."""
    return sealed(
        f"PLAN_{reason.name}",
        ground="this machine's wheel cannot cut it rightly",
        source="the machine file and the keyway's figures",
        next_steps=("staff", "locksmith"),
    )


def judge(context: SessionContext, quantity: int | None = None) -> Decision:
    """Ask the rules with what is known so far, for another number of copies than is chosen if one is given.

    A head not yet read says nothing: it can only add obstacles.
    """
    visit = context.here
    identified = visit.secrets.identified
    if identified is None:
        raise LookupError("no key was identified")
    ports = context.ports
    now = ports.clock.utc()
    request = CopyRequest(
        identification=identified.identification,
        stamp=visit.stamp or StampReading(seen=True),
        store=ports.store,
        catalogue=ports.catalogue,
        place=ports.store.place,
        # A law runs by the store's own day, which is the day on this computer's clock.
        today=now.astimezone().date(),
        now_utc_s=now.timestamp(),
        now_s=ports.clock.now_s(),
        transaction=visit.transaction,
        quantity=context.order.quantity if quantity is None else quantity,
        attempts=visit.attempts,
        stocked=frozenset(ports.inventory.stocked()),
        approvals=_standing_approvals(context),
        release=visit.release,
    )
    return decide(request, ports.policy)


def _standing_approvals(context: SessionContext) -> tuple[Approval, ...]:
    """What was lifted by staff whose accounts are still as they were then."""
    staff = context.ports.staff
    return tuple(
        each for each in context.here.approvals if staff.still_in(StaffMember(each.staff_number, "", each.role))
    )


def refused(context: SessionContext) -> bool:
    """Decide, and enter REFUSED if anything stands in the way."""
    refusal = _refusal(context)
    if refusal is not None:
        refuse(context, refusal)
    return refusal is not None


def _refusal(context: SessionContext) -> Refusal | None:
    """Decide, and what stands in the way if anything does."""
    identified = context.here.secrets.identified
    decision = context.order.decision = judge(context)
    outcome = identified.identification.outcome if identified else None
    blocking = tuple(rule for rule in decision.rules if rule.verdict.blocks and not rule.approved)
    if not decision.verdict.blocks and outcome is Outcome.IDENTIFIED:
        extra = machine_says_no(context)
        if extra is None:
            return None
        decision = Decision(Verdict.REFUSE, (extra, *decision.rules))
        blocking = (extra,)
    return Refusal(
        rules=blocking or decision.rules,
        outcome=outcome if outcome is not Outcome.IDENTIFIED else None,
        can_be_approved=decision.can_be_approved,
        takes_letter=bool(context.ports.store.letters.owners) and decision.takes_letter,
        next_steps=tuple(dict.fromkeys(step for rule in told(blocking) for step in rule.next_steps)),
        keyway=(identified and identified.identification.keyway) or "",
    )


def refuse(context: SessionContext, refusal: Refusal) -> None:
    """Show and record a refusal."""
    context.here.refusal = refusal
    context.order.wants_to_buy = False
    _record(context, refusal)
    context.session.refused()


def _record(context: SessionContext, refusal: Refusal) -> None:
    identified = context.here.secrets.identified
    keyway = identified.identification.keyway if identified else None
    context.audit(
        AuditKind.REFUSAL,
        rules=" ".join(rule.code for rule in refusal.rules),
        outcome=refusal.outcome.value if refusal.outcome else "",
        keyway=keyway or "",
    )


def machine_says_no(context: SessionContext) -> FiredRule | None:
    """Why an allowed key can still not be cut here, if anything."""
    visit, ports = context.here, context.ports
    finishes = ports.inventory.finishes(context.order.blank)
    if not finishes:
        return OUT_OF_STOCK
    if context.order.finish not in finishes:
        if visit.is_recut:
            # A recut is what was sold, not what happens to be there.
            return OUT_OF_STOCK
        context.order.finish = finishes[0]
    if visit.secrets.identified is None or context.order.blank not in ports.catalogue.blank_of:
        return OUT_OF_STOCK
    planned = effects.plan(ports, visit.secrets, context.order.blank, restore=context.order.restore)
    return cannot_cut(planned) if isinstance(planned, PlanRefusal) else None


def make_offer(context: SessionContext) -> None:
    """Say what a copy costs."""
    context.order.declined = False
    context.session.identified()


def handle_worn(context: SessionContext, event: Intent | Report) -> None:
    """Restore, or copy as it is."""
    match event:
        case ChooseRepair(restore):
            context.order.restore = restore
            if not refused(context):
                make_offer(context)
        case StampRead(stamp):
            _stamp_read(context, stamp)
        case Cancel():
            context.go_home()
        case _:
            # Wishes of other screens, and looks at the tray that come late.
            pass


def handle_offer(context: SessionContext, event: Intent | Report) -> None:
    """Quantity, finish, yes or no."""
    visit = context.here
    match event:
        case SetQuantity(quantity):
            context.order.quantity = max(1, min(quantity, max_quantity(context)))
        case ChooseFinish(finish):
            if finish in context.ports.inventory.finishes(context.order.blank) and not visit.is_recut:
                context.order.finish = finish
                context.order.quantity = min(context.order.quantity, max_quantity(context))
        case Confirm():
            context.order.wants_to_buy = True
            _buy(context)
        case StampRead(stamp):
            if not _stamp_read(context, stamp) and context.order.wants_to_buy:
                _buy(context)
        case Cancel():
            context.go_home()
        case _:
            # Wishes of other screens, and looks at the tray that come late.
            pass


def max_quantity(context: SessionContext) -> int:
    """Most copies that could be sold now."""
    visit = context.here
    ports, order = context.ports, context.order
    if visit.is_recut or ports.machine.payment.one_copy_a_payment:
        return 1
    return max(1, min(ports.store.max_quantity, ports.inventory.available(order.blank, order.finish)))


def lifted_for(context: SessionContext) -> tuple[int, ...]:
    """Numbers of copies that what was lifted is lifted for; empty where nothing was, or is no more."""
    decision = context.order.decision
    if decision is None or context.here.secrets.identified is None or not any(rule.approved for rule in decision.rules):
        return ()
    numbers = range(1, max_quantity(context) + 1)
    return tuple(number for number in numbers if not judge(context, number).verdict.blocks)


def note_head(context: SessionContext, stamp: StampReading) -> None:
    """Keep what the head says, in whatever state it comes; a camera that is to blame is named to the technician."""
    visit = context.here
    visit.stamp = stamp
    visit.secrets.drop_frames()
    if stamp.unseen is not None and stamp.unseen.by_camera:
        context.notify_technician(CameraFault.code, f"camera head: {stamp.unseen.value}")


def note_head_of_refused(context: SessionContext, stamp: StampReading) -> None:
    """What a head says of a key that is refused already stands beside the rest, for whoever comes to lift it."""
    note_head(context, stamp)
    before = context.here.refusal
    if before is None or before.denied:
        return
    now = _refusal(context)
    if now is not None and now.rules != before.rules:
        context.here.refusal = now
        _record(context, now)


def _stamp_read(context: SessionContext, stamp: StampReading) -> bool:
    note_head(context, stamp)
    return refused(context)


def _buy(context: SessionContext) -> None:
    """Go on to pay, once the head has been read and nothing stands in the way."""
    if context.here.stamp is None:
        return
    # Asked again: the quantity may matter, an approval may have run out, a slot may have been locked.
    if not refused(context):
        context.session.confirmed()


def handle_refused(context: SessionContext, event: Intent | Report) -> None:
    """The shopper leaves, or staff come to look."""
    visit = context.here
    match event:
        case Done() | Cancel():
            context.go_home()
        case StaffKey():
            if visit.refusal is not None and visit.refusal.can_be_approved:
                context.session.staff_at_refusal()
        case StampRead(stamp):
            note_head_of_refused(context, stamp)
        case _:
            # Wishes of other screens, and looks at the tray that come late.
            pass
