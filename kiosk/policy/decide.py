"""May this key be copied? Pure, and total: every combination of inputs has an answer, and doubt refuses.

Responsible for: applying the rules to one key and one transaction, and what no file of rules can open: a key that was
not identified, a keyway that is not open on the day, an approval that is not for this. Not responsible for:
reading keys, who staff are (`kiosk.staff.accounts`), words on the screen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from config.keyway import Standing
from config.phrases import PhraseKind, Phrases
from config.policy_rules import Override, PolicyRules, Rule, Verdict
from kiosk.policy.conditions import fires, marks_of
from kiosk.policy.decision import Decision, FiredRule, sealed
from kiosk.policy.request import CopyRequest
from kiosk.policy.role import lifts

STRICTNESS = {verdict: rank for rank, verdict in enumerate(Verdict)}

NOT_IDENTIFIED = sealed(
    "NOT_IDENTIFIED",
    ground="no key is cut that was not positively identified",
    source="this product's own rule",
    next_steps=("clean", "staff"),
)
NOT_OPEN = sealed(
    "NOT_OPEN",
    ground="the keyway is restricted or patented",
    source="the keyway's entry in the catalogue",
    next_steps=("locksmith", "photo_id", "card"),
)
NO_BLANK = sealed(
    "NO_BLANK",
    ground="there is no blank here that this key could be cut on",
    source="the catalogue and the magazine",
    next_steps=("staff", "locksmith"),
)
STAMP_NOT_ON_FILE = sealed(
    "STAMP_NOT_ON_FILE",
    ground="the head says something that no rule knows",
    source="this product's own rule",
    next_steps=("staff",),
)
NO_SUCH_QUANTITY = sealed(
    "NO_SUCH_QUANTITY", ground="fewer than one copy was asked for", source="this product's own rule"
)
"""What holds whatever the files say. The shipped rules say the same in a shopper's words; these stand behind them."""


@dataclass(frozen=True)
class Policy:
    """The rules, ready to be asked. Build one at start; it never changes."""

    rules: PolicyRules

    @cached_property
    def fired_by_code(self) -> dict[str, FiredRule]:
        """Each rule as it looks when it has fired."""
        return {rule.code: _fired(rule, self.rules.phrases) for rule in self.rules.rules}

    def firing(self, request: CopyRequest) -> list[FiredRule]:
        """The rules all of whose conditions hold, in the order they were given."""
        marks = marks_of(request.stamp, self.rules.phrases)
        return [self.fired_by_code[rule.code] for rule in self.rules.rules if fires(rule.when, request, marks)]


def decide(request: CopyRequest, policy: Policy) -> Decision:
    """The verdict and every rule that fired, strictest first, then in the order of the files."""
    fired = policy.firing(request)
    fired += _floor(fired, request, policy)
    released = _released(fired, request)
    lifted = _lifted(fired, request) | released
    fired.sort(key=lambda rule: -STRICTNESS[rule.verdict])
    rules = tuple(
        replace(rule, approved=True, letter_taken=rule.code in released) if rule.code in lifted else rule
        for rule in fired
    )
    # A lifted rule still says to the shopper what it is about.
    effective = (Verdict.NOTICE if rule.approved else rule.verdict for rule in rules)
    return Decision(max(effective, key=STRICTNESS.__getitem__, default=Verdict.ALLOW), rules)


def _floor(fired: list[FiredRule], request: CopyRequest, policy: Policy) -> list[FiredRule]:
    """What must stop this key even if no file says so; nothing where a file already shuts it for good."""
    if any(rule.verdict is Verdict.REFUSE and rule.override is Override.NEVER for rule in fired):
        return []
    found = []
    if request.keyway is None:
        found.append(NOT_IDENTIFIED)
    elif request.standing is not Standing.OPEN:
        found.append(NOT_OPEN)
    elif not request.cuttable or request.in_stock is False:
        found.append(NO_BLANK)
    if any(phrase not in policy.rules.phrases.kind_of for phrase in request.stamp.phrases):
        found.append(STAMP_NOT_ON_FILE)
    if request.quantity < 1:
        found.append(NO_SUCH_QUANTITY)
    return found


def _lifted(fired: list[FiredRule], request: CopyRequest) -> frozenset[str]:
    """Codes of fired rules that a valid approval lifts; none at all while something fired that nobody may lift."""
    if not request.approvals or any(rule.verdict.blocks and rule.override is Override.NEVER for rule in fired):
        return frozenset()
    needed = {rule.code: rule.override for rule in fired if rule.verdict.blocks}
    return frozenset(
        approval.rule
        for approval in request.approvals
        if approval.rule in needed
        and approval.transaction
        and approval.transaction == request.transaction
        and approval.quantity == request.quantity
        and approval.key is request.identification
        and request.now_utc_s < approval.expires_utc_s
        and request.now_s < approval.expires_s
        and lifts(approval.role, needed[approval.rule])
    )


def _released(fired: list[FiredRule], request: CopyRequest) -> frozenset[str]:
    """Codes of fired rules that the letter of a mark's owner lifts; none while anything fired that nobody may lift."""
    release, letters = request.release, request.store.letters
    if release is None or any(rule.verdict.blocks and rule.override is Override.NEVER for rule in fired):
        return frozenset()
    good = (
        release.key is request.identification
        and release.kiosk == letters.kiosk
        and release.owner in letters.owners
        and request.blank is not None
        and release.blank == request.blank.code
        and release.copies == request.quantity
        and release.day == request.today
    )
    return frozenset(rule.code for rule in fired if good and rule.by_letter)


def _by_letter(rule: Rule, phrases: Phrases) -> bool:
    """Whether a rule stands for the wish of a mark's owner alone: no law of a place, no other kind of mark."""
    kinds = {phrases.kind_of.get(stamp, stamp) for stamp in rule.when.stamps}
    liftable = rule.verdict.blocks and rule.override is not Override.NEVER
    return liftable and kinds == {PhraseKind.DND} and not rule.when.places


def _fired(rule: Rule, phrases: Phrases) -> FiredRule:
    translated = (("en", rule.en), ("es", rule.es), ("fr", rule.fr))
    return FiredRule(
        code=rule.code,
        verdict=rule.verdict,
        override=rule.override,
        ground=rule.ground,
        source=rule.source,
        next_steps=rule.next_steps,
        by_letter=_by_letter(rule, phrases),
        words=tuple((language, words.meaning, words.next) for language, words in translated if words),
        questions=tuple((language, words.question) for language, words in translated if words and words.question),
    )
