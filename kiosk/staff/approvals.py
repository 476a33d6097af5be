"""Lifting a refusal: who may, for what reason, for exactly which refusal, and only once.

Responsible for: granting approvals. Not responsible for: who staff are (`kiosk.staff.accounts`) or what an approval
does to a decision (`kiosk.policy.decide`, which checks transaction, quantity, key, role and time again). Once only: a
transaction's number is used once, the visit that holds the approval ends with it, and the approval dies with the visit.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from hardware.clock import Clock
from kiosk.key.reading import Identification
from kiosk.policy.decision import Approval, FiredRule, Override
from kiosk.staff.member import StaffMember

LONGEST_S = 120.0
_ROLES = {Override.ASSOCIATE: frozenset({"associate", "manager"}), Override.MANAGER: frozenset({"manager"})}
_REASONS = ("owner_present", "id_checked", "letter", "known_customer", "head_checked")
_REASONS_BY_RULE = {
    "HEAD_NOT_SEEN": ("head_checked",),
    "FACE_NOT_SEEN": ("faces_checked",),
    "MANY_ATTEMPTS": ("helping_shopper",),
    "QUANTITY_OVER_LIMIT": ("owner_present", "letter", "known_customer"),
}
REASONS = tuple(dict.fromkeys((*_REASONS, *(each for reasons in _REASONS_BY_RULE.values() for each in reasons))))
"""Ids of every reason; the screen has the words."""


@dataclass(frozen=True)
class Asked:
    """What an approval would be for: the transaction, how many copies, and the key as it was read."""

    transaction: str
    quantity: int
    key: Identification = field(repr=False)


@dataclass(frozen=True)
class NotGranted:
    """Why no approval was made: `never`, `role`, `reason`, `nothing_to_lift`."""

    message: str


def may_lift(role: str, rule: FiredRule) -> bool:
    """Whether a role may lift a rule; nobody may lift one marked never."""
    return rule.verdict.blocks and role in _ROLES.get(rule.override, frozenset())


def reasons_for(rule: FiredRule) -> tuple[str, ...]:
    """Ids of the reasons there are to lift this rule."""
    if rule.override is Override.NEVER or not rule.verdict.blocks:
        return ()
    return _REASONS_BY_RULE.get(rule.code, _REASONS)


def grant(
    rule: FiredRule,
    asked: Asked,
    member: StaffMember,
    reason: str,
    clock: Clock,
    lifetime_s: float = LONGEST_S,
) -> Approval | NotGranted:
    """An approval of this rule for exactly what was asked, good once and for at most 120 s."""
    if not rule.verdict.blocks or not asked.transaction:
        return NotGranted("nothing_to_lift")
    if rule.override is Override.NEVER:
        return NotGranted("never")
    if not may_lift(member.role, rule):
        return NotGranted("role")
    if reason not in reasons_for(rule):
        return NotGranted("reason")
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
