"""Who is at the screen, and why somebody was not let in.

Responsible for: these values. Not responsible for: checking anybody (`kiosk.staff.accounts`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.policy.role import Role


class SignInProblem(StrEnum):
    """What stands against letting somebody in."""

    WRONG = "wrong"
    LOCKED_OUT = "locked_out"


@dataclass(frozen=True)
class StaffMember:
    """Who is at the screen."""

    number: str
    name: str
    role: Role


@dataclass(frozen=True)
class SignInRefused:
    """Not let in."""

    message: SignInProblem
    retry_after_s: int = 0
    account: str = field(default="", compare=False)
    """For the audit alone: the account's number, empty if nobody has this number. No part of the answer."""
