"""Roles of people who work here, and which rules each may lift.

Responsible for: the one answer to who may lift what, or enter a keyway. Not responsible for: who has which role
(`kiosk.staff.accounts`), what a lifted rule changes (`kiosk.policy.decide`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from config.policy_rules import Override


class Role(StrEnum):
    """What an account may do."""

    ASSOCIATE = "associate"
    MANAGER = "manager"
    TECHNICIAN = "technician"
    """Service screens; lifts no rule."""


MAY_ENTER_KEYWAYS = (Role.MANAGER, Role.TECHNICIAN)
"""Who may put a keyway of the owner's own on file."""


def lifts(role: Role, override: Override) -> bool:
    """Whether a role is enough to lift a rule of this kind."""
    match override:
        case Override.ASSOCIATE:
            return role in (Role.ASSOCIATE, Role.MANAGER)
        case Override.MANAGER:
            return role == Role.MANAGER
        case Override.NEVER:
            return False
        case _:
            assert_never(override)
