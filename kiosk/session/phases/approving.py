"""Staff identify themselves, and lift one rule for one transaction, or do not.

Responsible for: STAFF_LOGIN, STAFF_APPROVAL. Not responsible for: who may do what (`kiosk.staff.accounts`), the rules.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.records.audit.kinds import AuditKind
from kiosk.session.context import Lane, SessionContext
from kiosk.session.intents import Approve, Cancel, Credentials, Deny, Done, Intent
from kiosk.session.phases import offering
from kiosk.session.ports import SessionPorts
from kiosk.session.reports import Due, Report, StaffKnown, StaffNotKnown, StampRead, Timer
from kiosk.session.snapshot import Refusal, StaffMessage
from kiosk.session.visit import Approving
from kiosk.staff.approvals import LONGEST_S, ApprovalReason, Asked, NotGranted, grant
from kiosk.staff.member import SignInProblem, SignInRefused, StaffMember


def sign_in(ports: SessionPorts, credentials: Credentials) -> StaffKnown | StaffNotKnown:
    """Check number and PIN, on a worker: it is slow by design.

    Who was not let in is recorded here, so that leaving before the answer hides no try. A number nobody has is not
    written down: it may be a PIN typed in the wrong place.
    """
    answer = ports.staff.sign_in(credentials.number, credentials.pin)
    if isinstance(answer, SignInRefused):
        kind = (
            AuditKind.STAFF_LOCKED_OUT if answer.message is SignInProblem.LOCKED_OUT else AuditKind.STAFF_SIGN_IN_FAILED
        )
        ports.audit.record(kind, {"staff": answer.account or "unknown"})
        return StaffNotKnown(answer.message, answer.retry_after_s)
    return StaffKnown(answer.number, answer.name, answer.role)


ACCOUNT_EVERY_S = 1.0
"""How often an account is looked at while its owner stands at the screen and touches nothing."""


def enter_login(context: SessionContext) -> None:
    """A kiosk nobody has set up says what to do about it; no PIN comes with it, and none can be made at the glass."""
    context.staff_message = StaffMessage.NOBODY if context.ports.staff.needs_setup else None


def handle_login(context: SessionContext, event: Intent | Report) -> None:
    """Number and PIN, right or wrong in the same words."""
    match event:
        case Credentials():
            context.staff_message, context.retry_after_s = StaffMessage.CHECKING, 0
            context.request(Lane.RECORDS, lambda: sign_in(context.ports, event))
        case StaffKnown():
            _known(context, StaffMember(event.number, event.name, event.role))
        case StaffNotKnown(message, retry_after_s):
            context.staff_message, context.retry_after_s = StaffMessage(message.value), retry_after_s
            if context.ports.staff.needs_setup:
                context.staff_message = StaffMessage.NOBODY
        case StampRead(stamp) if context.visit is not None:
            offering.note_head_of_refused(context, stamp)
        case Cancel() | Done():
            leave(context)
        case _:
            # Wishes of other screens, and looks at the tray that come late.
            pass


def leave(context: SessionContext) -> None:
    """Back to where staff came from."""
    context.member = None
    context.staff_message = None
    if context.visit is not None and context.visit.refusal is not None:
        context.session.not_approved()
    else:
        context.go_home()


def _known(context: SessionContext, member: StaffMember) -> None:
    context.staff_message = None
    # They have come.
    context.staff_called = False
    visit = context.visit
    if visit is None or visit.refusal is None:
        context.member = member
        context.audit(AuditKind.STAFF_MENU, staff=member.number)
        context.session.staff_known()
        return
    asked = next((rule for rule in visit.refusal.rules if rule.verdict.blocks and not rule.approved), None)
    visit.approving = Approving(member, asked)
    context.session.approver_known()


def watch_account(context: SessionContext) -> None:
    """Look at the account of whoever is signed in again soon."""
    context.due_in(ACCOUNT_EVERY_S, Timer.ACCOUNT)


def still_in(context: SessionContext, member: StaffMember, event: Intent | Report) -> bool:
    """Whether a member may go on; an account disabled meanwhile ends its owner's session, and that is recorded."""
    if context.ports.staff.still_in(member):
        if event == Due(Timer.ACCOUNT, context.entries):
            watch_account(context)
        return True
    context.audit(AuditKind.STAFF_SIGNED_OUT, staff=member.number, reason="account")
    return False


def enter_approval(context: SessionContext) -> None:
    """Whoever signed in stays so for a short while."""
    stays_s = min(LONGEST_S, context.ports.store.timeouts.approval_s)
    if context.here.approving is not None:
        context.here.approving.closes_at_s = context.ports.clock.now_s() + stays_s
    context.due_in(stays_s, Timer.APPROVAL)
    watch_account(context)


def handle_approval(context: SessionContext, event: Intent | Report) -> None:
    """Yes with a reason, or no."""
    visit = context.here
    approving = visit.approving
    if approving is not None and not isinstance(event, StampRead) and not still_in(context, approving.member, event):
        _back(context)
        return
    match event:
        case Approve(reason):
            _approve(context, reason)
        case Deny():
            if approving is not None and approving.asked is not None:
                context.audit(AuditKind.DENIAL, staff=approving.member.number, rule=approving.asked.code)
            visit.refusal = _denied(visit.refusal)
            _back(context)
        case Cancel() | Done() | Due(Timer.APPROVAL):
            _back(context)
        case StampRead(stamp):
            offering.note_head_of_refused(context, stamp)
        case _:
            # Wishes of other screens, and looks at the tray that come late.
            pass


def _approve(context: SessionContext, reason: ApprovalReason | None) -> None:
    visit = context.here
    approving, identified = visit.approving, visit.secrets.identified
    if approving is None or approving.asked is None or identified is None:
        return
    member, asked = approving.member, approving.asked
    granted = grant(
        asked,
        Asked(visit.transaction, context.order.quantity, identified.identification),
        member,
        reason,
        context.ports.clock,
        context.ports.store.timeouts.approval_s,
    )
    if isinstance(granted, NotGranted):
        context.staff_message = StaffMessage.NOT_ALLOWED
        context.audit(AuditKind.APPROVAL_NOT_ALLOWED, staff=member.number, rule=asked.code)
        return
    visit.approvals += (granted,)
    context.audit(
        AuditKind.APPROVAL, staff=member.number, rule=asked.code, reason=granted.reason, quantity=context.order.quantity
    )
    decision = context.order.decision = offering.judge(context)
    still = next((rule for rule in decision.rules if rule.verdict.blocks and not rule.approved), None)
    if still is not None and decision.can_be_approved:
        approving.asked = still
        return
    if still is not None:
        _back(context)
        return
    visit.approving = None
    visit.refusal = None
    _stock_then_offer(context)


def _stock_then_offer(context: SessionContext) -> None:
    reason = offering.machine_says_no(context)
    if reason is None:
        offering.make_offer(context)
        return
    context.here.refusal = Refusal(rules=(reason,), next_steps=reason.next_steps)
    context.session.not_approved()


def _denied(refusal: Refusal | None) -> Refusal | None:
    return None if refusal is None else replace(refusal, can_be_approved=False, denied=True)


def _back(context: SessionContext) -> None:
    context.here.approving = None
    context.staff_message = None
    context.session.not_approved()
