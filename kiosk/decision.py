"""Decisions as values: what policy said, by which rules, and what may be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Ordered from mild to strict."""

    ALLOW = "allow"
    NOTICE = "notice"
    ASK_STAFF = "ask_staff"
    REFUSE = "refuse"

    @property
    def blocks(self) -> bool:
        """Whether nothing may be cut under it."""
        return self in (Verdict.ASK_STAFF, Verdict.REFUSE)


class Override(StrEnum):
    """Who may lift a rule."""

    NEVER = "never"
    ASSOCIATE = "associate"
    MANAGER = "manager"


@dataclass(frozen=True)
class FiredRule:
    """One rule that fired. Words for the shopper are looked up by `code` in the screen's language."""

    code: str
    verdict: Verdict
    override: Override
    ground: str
    source: str
    approved: bool = False


@dataclass(frozen=True)
class Approval:
    """A member of staff lifted one rule, once, for one transaction; it runs out."""

    rule: str
    transaction: str
    staff_number: str
    role: str
    reason: str
    expires_utc_s: float


@dataclass(frozen=True)
class Decision:
    """The verdict and every rule that fired, in order."""

    verdict: Verdict
    rules: tuple[FiredRule, ...] = ()

    @property
    def can_be_approved(self) -> bool:
        """Whether staff could lift all that stands in the way."""
        blocking = [rule for rule in self.rules if rule.verdict.blocks and not rule.approved]
        return bool(blocking) and all(rule.override is not Override.NEVER for rule in blocking)
