"""Lifting a refusal: who may, for what reason, for exactly which refusal, and only once.

Responsible for: granting approvals. Not responsible for: who staff are (`kiosk.staff.accounts`) or what an approval
does to a decision (`kiosk.policy.decide`, which checks transaction, quantity, key, role and time again). Once only: a
transaction's number is used once, the visit that holds the approval ends with it, and the approval dies with the visit.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from enum import StrEnum

from hardware.clock import Clock
from kiosk.key.reading import Identification
from kiosk.policy.decision import Approval, FiredRule, Override
from kiosk.policy.role import lifts
from kiosk.staff.member import StaffMember

LONGEST_S = 120.0


class ApprovalReason(StrEnum):
    """Why staff lift a rule; the screen has the words."""

    OWNER_PRESENT = "owner_present"
    ID_CHECKED = "id_checked"
    LETTER = "letter"
    KNOWN_CUSTOMER = "known_customer"
    HEAD_CHECKED = "head_checked"
    FACES_CHECKED = "faces_checked"
    HELPING_SHOPPER = "helping_shopper"


_REASONS = (
    ApprovalReason.OWNER_PRESENT,
    ApprovalReason.ID_CHECKED,
    ApprovalReason.LETTER,
    ApprovalReason.KNOWN_CUSTOMER,
    ApprovalReason.HEAD_CHECKED,
)
_REASONS_BY_RULE = {
    "HEAD_NOT_SEEN": (ApprovalReason.HEAD_CHECKED,),
    "FACE_NOT_SEEN": (ApprovalReason.FACES_CHECKED,),
    "MANY_ATTEMPTS": (ApprovalReason.HELPING_SHOPPER,),
    "QUANTITY_OVER_LIMIT": (ApprovalReason.OWNER_PRESENT, ApprovalReason.LETTER, ApprovalReason.KNOWN_CUSTOMER),
}


@dataclass(frozen=True)
class Asked:
    """What an approval would be for: the transaction, how many copies, and the key as it was read."""

    transaction: str
    quantity: int
    key: Identification = field(repr=False)


class NotGranted(StrEnum):
    """Why no approval was made."""

    NOTHING_TO_LIFT = "nothing_to_lift"
    NEVER = "never"
    ROLE = "role"
    REASON = "reason"


def reasons_for(rule: FiredRule) -> tuple[ApprovalReason, ...]:
    """The reasons there are to lift this rule."""
    if rule.override is Override.NEVER or not rule.verdict.blocks:
        return ()
    return _REASONS_BY_RULE.get(rule.code, _REASONS)


def grant(
    rule: FiredRule,
    asked: Asked,
    member: StaffMember,
    reason: ApprovalReason | None,
    clock: Clock,
    lifetime_s: float = LONGEST_S,
) -> Approval | NotGranted:
    """An approval of this rule for exactly what was asked, good once and for at most 120 s."""
    if not rule.verdict.blocks or not asked.transaction:
        return NotGranted.NOTHING_TO_LIFT
    if rule.override is Override.NEVER:
        return NotGranted.NEVER
    if not lifts(member.role, rule.override):
        return NotGranted.ROLE
    if reason is None or reason not in reasons_for(rule):
        return NotGranted.REASON
    return Approval(
        rule=rule.code,
        transaction=asked.transaction,
        staff_number=member.number,
        role=member.role,
        reason=reason,
        expires_utc_s=clock.utc().timestamp() + min(lifetime_s, LONGEST_S),
        id=secrets.token_hex(8),
        quantity=asked.quantity,
        expires_s=clock.now_s() + min(lifetime_s, LONGEST_S),
        key=asked.key,
    )
