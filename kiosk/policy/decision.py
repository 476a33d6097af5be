"""Decisions as values: what policy said, by which rules, and what may be done about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from config.policy_rules import Override, Verdict
from kiosk.key.reading import Identification
from kiosk.policy.role import Role

__all__ = ["Approval", "Decision", "FiredRule", "Override", "Release", "Verdict", "sealed"]


@dataclass(frozen=True)
class FiredRule:
    """One rule that fired. Words for the shopper are looked up by `code` in the screen's language."""

    code: str
    verdict: Verdict
    override: Override
    ground: str
    source: str
    approved: bool = False
    """Whether staff lifted it, or a letter."""
    letter_taken: bool = False
    """Whether it was a letter."""
    next_steps: tuple[str, ...] = ()
    """Ids of advice, such as `locksmith`, `photo_id`, `card`, `staff`, `clean`."""
    words: tuple[tuple[str, str, str], ...] = ()
    """(language, what it means, what to do next), English first, so that rules an owner adds can be read too."""
    by_letter: bool = False
    """Whether it is but the wish of the mark's owner, which a letter of theirs lifts."""
    questions: tuple[tuple[str, str], ...] = ()
    """(language, what staff must look for; yes keeps the refusal), if approving alone would ask too little."""

    def speaks(self, language: str) -> bool:
        """Whether its own file says it in this language."""
        return any(each == language for each, _, _ in self.words)

    def words_in(self, language: str) -> tuple[str, str]:
        """What the rule means and what to do next, in `language` or else in English; empty if it came without."""
        by_language = {each: (meaning, next_step) for each, meaning, next_step in self.words}
        return by_language.get(language) or by_language.get("en") or ("", "")

    def question_in(self, language: str) -> str:
        """What staff must look for, in `language` or else in English; empty if there is nothing."""
        by_language = dict(self.questions)
        return by_language.get(language) or by_language.get("en", "")


def told(rules: Iterable[FiredRule]) -> tuple[FiredRule, ...]:
    """What a person hears of: beside a refusal that nobody may lift, a rule that somebody may would only mislead."""
    rules = tuple(rules)
    final = tuple(rule for rule in rules if rule.verdict is Verdict.REFUSE and rule.override is Override.NEVER)
    return final or rules


def sealed(code: str, *, ground: str, source: str, next_steps: tuple[str, ...] = ()) -> FiredRule:
    """A refusal of the program's own that nobody may lift."""
    return FiredRule(code, Verdict.REFUSE, Override.NEVER, ground, source, next_steps=next_steps)


@dataclass(frozen=True)
class Approval:
    """A member of staff lifted one rule, once, for one transaction, so many copies of the key as it was read.

    It runs out by the clock and by elapsed time, whichever comes first: setting the clock buys nobody time.
    """

    rule: str
    transaction: str
    staff_number: str
    role: Role
    reason: str
    expires_utc_s: float
    id: str = ""
    """Unlike every other; spending it once makes it worthless."""
    quantity: int = 0
    expires_s: float = 0.0
    """Monotonic, as `Clock.now_s`."""
    key: Identification | None = field(default=None, repr=False, compare=False)
    """The very reading it was given for: another look at the same tray is another key. In memory alone."""


@dataclass(frozen=True)
class Release:
    """The owner of a mark lets this key be copied: good for the very reading it was given for, and for nothing else."""

    kiosk: str
    owner: str
    blank: str
    copies: int
    day: date
    key: Identification = field(repr=False, compare=False)


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

    @property
    def takes_letter(self) -> bool:
        """Whether a letter of the mark's owner could lift all that stands in the way."""
        blocking = [rule for rule in self.rules if rule.verdict.blocks and not rule.approved]
        return bool(blocking) and all(rule.by_letter for rule in blocking)
