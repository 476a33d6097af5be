"""The store's policy as the session asks it: rules, place, stock and day put together. Implements `Rulebook`.

Responsible for: filling in what the session does not know. Not responsible for: deciding (`kiosk.policy.decide`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from config.catalogue import Catalogue
from config.policy_rules import PolicyRules
from config.store import Store
from hardware.clock import Clock
from kiosk.key.reading import Identification, StampReading
from kiosk.policy.decide import Circumstances, Policy, decide
from kiosk.policy.decision import Approval, Decision


@dataclass(frozen=True)
class Question:
    """What the rules are asked."""

    identification: Identification
    stamp: StampReading
    quantity: int
    attempts: int
    transaction: str
    approvals: tuple[Approval, ...] = ()


@dataclass(frozen=True)
class StoreRulebook:
    """Decides for one store. `stocked` tells which blanks could be sold at this moment."""

    policy: Policy
    store: Store
    catalogue: Catalogue
    clock: Clock
    stocked: Callable[[], frozenset[str]]

    @classmethod
    def of(
        cls,
        rules: PolicyRules,
        store: Store,
        catalogue: Catalogue,
        clock: Clock,
        stocked: Callable[[], frozenset[str]],
    ) -> StoreRulebook:
        """With the rules made ready."""
        return cls(Policy(rules), store, catalogue, clock, stocked)

    def decide(self, question: Question) -> Decision:
        """Verdict and every rule that fired, for today, this place and what is in stock."""
        now = self.clock.utc()
        circumstances = Circumstances(
            place=self.store.place,
            # A law runs by the store's own day, which is the day on this computer's clock.
            today=now.astimezone().date(),
            now_utc_s=now.timestamp(),
            now_s=self.clock.now_s(),
            transaction=question.transaction,
            quantity=question.quantity,
            attempts=question.attempts,
            stocked=self.stocked(),
        )
        return decide(
            question.identification,
            question.stamp,
            self.store,
            self.policy,
            self.catalogue,
            circumstances,
            question.approvals,
        )
