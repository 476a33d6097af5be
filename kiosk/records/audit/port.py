"""The audit as those write to it who record a decision.

Responsible for: the port. Not responsible for: keeping the book (`kiosk.records.audit.log`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from kiosk.records.audit.kinds import AuditKind


class AuditLog(Protocol):
    """Append-only record of what was decided and by whom."""

    def record(self, kind: AuditKind, facts: Mapping[str, str | int]) -> None:
        """Add one record. Facts never hold anything of a key's shape."""

    @property
    def broken(self) -> str:
        """The first thing wrong with the book that nobody has answered for; empty if nothing is."""
