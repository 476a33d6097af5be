"""Staff identify themselves, and lift one rule for one transaction, or do not.

Responsible for: STAFF_LOGIN, STAFF_APPROVAL. Not responsible for: who may do what (`kiosk.staff.accounts`), the rules.
"""

from __future__ import annotations

from kiosk.session.context import Lane, SessionContext
from kiosk.session.intents import Approve, Cancel, Credentials, Deny, Done, Intent
from kiosk.session.phases import offering
from kiosk.session.ports import SessionPorts
from kiosk.session.reports import Due, Report, StaffKnown, StaffNotKnown, StampRead
from kiosk.session.snapshot import Refusal
from kiosk.staff.approvals import LONGEST_S, Asked, NotGranted, grant
from kiosk.staff.member import SignInRefused, StaffMember


def sign_in(tools: SessionPorts, credentials: Credentials) -> StaffKnown | StaffNotKnown:
    """Check number and PIN, on a worker: it is slow by design.

    Who was not let in is recorded here, so that leaving before the answer hides no try. A number nobody has is not
    written down: it may be a PIN typed in the wrong place.
    """
    answer = tools.staff.sign_in(credentials.number, credentials.pin)
    if isinstance(answer, SignInRefused):
        kind = "staff_locked_out" if answer.message == "locked_out" else "staff_sign_in_failed"
        tools.audit.record(kind, {"staff": answer.account or "unknown"})
        return StaffNotKnown(answer.message, answer.retry_after_s)
    return StaffKnown(answer.number, answer.name, answer.role)


ACCOUNT_EVERY_S = 1.0
"""How often an account is looked at while its owner stands at the screen and touches nothing."""
NOBODY = "nobody"
"""Message while there is no account anybody could use."""


def enter_login(desk: SessionContext) -> None:
    """A kiosk nobody has set up says what to do about it; no PIN comes with it, and none can be made at the glass."""
    desk.staff_message = NOBODY if desk.tools.staff.needs_setup else ""


def handle_login(desk: SessionContext, event: Intent | Report) -> None:
    """Number and PIN, right or wrong in the same words."""
    match event:
        case Credentials():
            desk.staff_message = ""
            desk.request(Lane.DESK, lambda: sign_in(desk.tools, event))
        case StaffKnown():
            _known(desk, StaffMember(event.number, event.name, event.role))
        case StaffNotKnown(message, retry_after_s):
            desk.staff_message, desk.retry_after_s = message, retry_after_s
            if desk.tools.staff.needs_setup:
                desk.staff_message = NOBODY
        case StampRead(stamp) if desk.visit is not None:
            desk.visit.stamp = stamp
            desk.visit.secrets.drop_frames()
        case Cancel() | Done():
            leave(desk)
        case _:
            pass


def leave(desk: SessionContext) -> None:
    """Back to where staff came from."""
    desk.member = None
    desk.staff_message = ""
    if desk.visit is not None and desk.visit.refusal is not None:
        desk.session.not_approved()
    else:
        desk.go_home()


def _known(desk: SessionContext, member: StaffMember) -> None:
    desk.staff_message = ""
    # They have come.
    desk.staff_called = False
    visit = desk.visit
    if visit is None or visit.refusal is None:
        desk.member = member
        desk.audit("staff_menu", staff=member.number)
        desk.session.staff_known()
        return
    visit.member = member
    visit.asked = next((rule for rule in visit.refusal.rules if rule.verdict.blocks and not rule.approved), None)
    desk.session.approver_known()


def watch_account(desk: SessionContext) -> None:
    """Look at the account of whoever is signed in again soon."""
    desk.due_in(ACCOUNT_EVERY_S, "account")


def still_in(desk: SessionContext, member: StaffMember, event: Intent | Report) -> bool:
    """Whether a member may go on; an account disabled meanwhile ends its owner's session, and that is recorded."""
    if desk.tools.staff.still_in(member):
        if event == Due("account", desk.entries):
            watch_account(desk)
        return True
    desk.audit("staff_signed_out", staff=member.number, reason="account")
    return False


def enter_approval(desk: SessionContext) -> None:
    """Whoever signed in stays so for a short while."""
    desk.due_in(min(LONGEST_S, desk.tools.store.timeouts.approval_s), "approval")
    watch_account(desk)


def handle_approval(desk: SessionContext, event: Intent | Report) -> None:
    """Yes with a reason, or no."""
    visit = desk.here
    if visit.member is not None and not isinstance(event, StampRead) and not still_in(desk, visit.member, event):
        _back(desk)
        return
    match event:
        case Approve(reason):
            _approve(desk, reason)
        case Deny():
            if visit.member and visit.asked:
                desk.audit("denial", staff=visit.member.number, rule=visit.asked.code)
            visit.refusal = _without_approval(visit.refusal)
            _back(desk)
        case Cancel() | Done() | Due("approval"):
            _back(desk)
        case StampRead(stamp):
            visit.stamp = stamp
            visit.secrets.drop_frames()
        case _:
            pass


def _approve(desk: SessionContext, reason: str) -> None:
    visit = desk.here
    member, asked, telling = visit.member, visit.asked, visit.secrets.telling
    if member is None or asked is None or telling is None:
        return
    granted = grant(
        asked,
        Asked(visit.transaction, visit.quantity, telling.identification),
        member,
        reason,
        desk.tools.clock,
        desk.tools.store.timeouts.approval_s,
    )
    if isinstance(granted, NotGranted):
        desk.staff_message = "not_allowed"
        desk.audit("approval_not_allowed", staff=member.number, rule=asked.code)
        return
    visit.approvals += (granted,)
    desk.audit("approval", staff=member.number, rule=asked.code, reason=reason, quantity=visit.quantity)
    decision = visit.decision = offering.judge(desk)
    still = next((rule for rule in decision.rules if rule.verdict.blocks and not rule.approved), None)
    if still is not None and decision.can_be_approved:
        visit.asked = still
        return
    if still is not None:
        _back(desk)
        return
    visit.member = None
    visit.asked = None
    visit.refusal = None
    _stock_then_offer(desk)


def _stock_then_offer(desk: SessionContext) -> None:
    reason = offering.machine_says_no(desk)
    if reason is None:
        offering.make_offer(desk)
        return
    desk.here.refusal = Refusal(rules=(reason,), next_steps=reason.next_steps)
    desk.session.not_approved()


def _without_approval(refusal: Refusal | None) -> Refusal | None:
    if refusal is None:
        return None
    return Refusal(refusal.rules, refusal.outcome, False, refusal.next_steps)


def _back(desk: SessionContext) -> None:
    desk.here.member = None
    desk.here.asked = None
    desk.staff_message = ""
    desk.session.not_approved()
