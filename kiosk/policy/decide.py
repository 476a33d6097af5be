"""May this key be copied? Pure, and total: every combination of inputs has an answer, and doubt refuses.

Responsible for: applying the rules to one key and one transaction, and what no file of rules can open: a key that was
not identified, a keyway that is not open on the day, an approval that is not for this. Not responsible for:
reading keys, who staff are (`kiosk.staff.accounts`), words on the screen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from config.catalogue import Catalogue
from config.keyway import Blank, Keyway, Standing
from config.policy_rules import Override, PolicyRules, Rule, Verdict
from config.store import Store
from kiosk.key.reading import Identification, Outcome, StampReading
from kiosk.policy.conditions import Facts, RuleIndex, stamps_with_kinds
from kiosk.policy.decision import Approval, Decision, FiredRule

STRICTNESS = {verdict: rank for rank, verdict in enumerate(Verdict)}
_STANDING_STRICTNESS = {Standing.OPEN: 0, Standing.RESTRICTED: 1, Standing.PATENTED: 2}
_RANK = {"associate": 1, "manager": 2}
_NEEDED = {Override.ASSOCIATE: 1, Override.MANAGER: 2}

NOT_IDENTIFIED = FiredRule(
    code="NOT_IDENTIFIED",
    verdict=Verdict.REFUSE,
    override=Override.NEVER,
    ground="no key is cut that was not positively identified",
    source="this product's own rule",
    next_steps=("clean", "staff"),
)
NOT_OPEN = FiredRule(
    code="NOT_OPEN",
    verdict=Verdict.REFUSE,
    override=Override.NEVER,
    ground="the keyway is restricted or patented",
    source="the keyway's entry in the catalogue",
    next_steps=("locksmith", "photo_id", "card"),
)
NO_BLANK = FiredRule(
    code="NO_BLANK",
    verdict=Verdict.REFUSE,
    override=Override.NEVER,
    ground="there is no blank here that this key could be cut on",
    source="the catalogue and the magazine",
    next_steps=("staff", "locksmith"),
)
STAMP_NOT_ON_FILE = FiredRule(
    code="STAMP_NOT_ON_FILE",
    verdict=Verdict.REFUSE,
    override=Override.NEVER,
    ground="the head says something that no rule knows",
    source="this product's own rule",
    next_steps=("staff",),
)
NO_SUCH_QUANTITY = FiredRule(
    code="NO_SUCH_QUANTITY",
    verdict=Verdict.REFUSE,
    override=Override.NEVER,
    ground="fewer than one copy was asked for",
    source="this product's own rule",
)
"""What holds whatever the files say. The shipped rules say the same in a shopper's words; these stand behind them."""


@dataclass(frozen=True)
class Circumstances:
    """Everything but the key: where, when, how many, which blanks could be sold now.

    `stocked` None leaves stock out (a scan folder has no magazine). `now_utc_s` and `now_s` (monotonic) are what
    approvals are held against.
    """

    place: str
    today: date
    now_utc_s: float = 0.0
    now_s: float = 0.0
    transaction: str = ""
    quantity: int = 1
    attempts: int = 1
    stocked: frozenset[str] | None = None


@dataclass(frozen=True)
class Policy:
    """The rules, ready to be asked. Build one at start; it never changes."""

    rules: PolicyRules

    @cached_property
    def index(self) -> RuleIndex:
        """Masks over the rules' conditions."""
        return RuleIndex(self.rules.rules)

    @cached_property
    def fired_by_code(self) -> dict[str, FiredRule]:
        """Each rule as it looks when it has fired."""
        return {rule.code: _fired(rule) for rule in self.rules.rules}


def decide(
    identification: Identification,
    stamp: StampReading,
    store: Store,
    policy: Policy,
    catalogue: Catalogue,
    circumstances: Circumstances,
    approvals: Iterable[Approval] = (),
) -> Decision:
    """The verdict and every rule that fired, strictest first, then in the order of the files."""
    keyway, blank = _identified(identification, catalogue)
    standing = _standing(keyway, catalogue, circumstances.today) if keyway else None
    stocked = None if blank is None or circumstances.stocked is None else blank.code in circumstances.stocked
    facts = Facts(
        unidentified=None if identification.outcome is Outcome.IDENTIFIED else identification.outcome.value,
        standing=standing,
        keyway=keyway.code if keyway else None,
        kind=keyway.kind if keyway else None,
        stamps=stamps_with_kinds(stamp.phrases, policy.rules.phrases),
        name_and_phone=stamp.name_and_phone,
        head_seen=stamp.seen if keyway else None,
        head_illegible=stamp.illegible,
        faces_seen=identification.faces_seen if keyway else None,
        cuttable=(keyway.spec is not None and blank is not None) if keyway else None,
        stocked=stocked,
        place=circumstances.place,
        do_not_duplicate=store.do_not_duplicate,
        over_store_limit=circumstances.quantity > store.max_quantity,
        quantity=circumstances.quantity,
        attempts=circumstances.attempts,
        today=circumstances.today,
    )
    fired = [policy.fired_by_code[rule.code] for rule in policy.index.firing(facts)]
    fired += _floor(fired, keyway, blank, standing, stocked, stamp, policy, circumstances)
    lifted = _lifted(fired, tuple(approvals), identification, circumstances)
    fired.sort(key=lambda rule: -STRICTNESS[rule.verdict])
    rules = tuple(_approved(rule) if rule.code in lifted else rule for rule in fired)
    # A lifted rule still tells the shopper what it is about.
    effective = (Verdict.NOTICE if rule.approved else rule.verdict for rule in rules)
    return Decision(max(effective, key=STRICTNESS.__getitem__, default=Verdict.ALLOW), rules)


def _identified(identification: Identification, catalogue: Catalogue) -> tuple[Keyway | None, Blank | None]:
    """Keyway and blank, if the identification names ones the catalogue knows and that belong together."""
    if identification.outcome is not Outcome.IDENTIFIED or identification.keyway is None:
        return None, None
    keyway = catalogue.keyway_of.get(identification.keyway)
    if keyway is None or identification.blank is None:
        return keyway, None
    home, blank = catalogue.blank_of.get(identification.blank, (None, None))
    return (keyway, blank) if home is not None and home.code == keyway.code else (None, None)


def _standing(keyway: Keyway, catalogue: Catalogue, today: date) -> Standing:
    """On that day, the strictest standing of all keyways that share a section with this one."""
    standing = keyway.standing.on(today)
    for section in keyway.sections:
        for other in catalogue.keyways_with.get(section, ()):
            standing = max(standing, other.standing.on(today), key=_STANDING_STRICTNESS.__getitem__)
    return standing


def _floor(
    fired: list[FiredRule],
    keyway: Keyway | None,
    blank: Blank | None,
    standing: Standing | None,
    stocked: bool | None,
    stamp: StampReading,
    policy: Policy,
    circumstances: Circumstances,
) -> list[FiredRule]:
    """What must stop this key even if no file says so; nothing where a file already shuts it for good."""
    if any(rule.verdict is Verdict.REFUSE and rule.override is Override.NEVER for rule in fired):
        return []
    found = []
    if keyway is None:
        found.append(NOT_IDENTIFIED)
    elif standing is not Standing.OPEN:
        found.append(NOT_OPEN)
    elif blank is None or keyway.spec is None or stocked is False:
        found.append(NO_BLANK)
    if any(phrase not in policy.rules.phrases.kind_of for phrase in stamp.phrases):
        found.append(STAMP_NOT_ON_FILE)
    if circumstances.quantity < 1:
        found.append(NO_SUCH_QUANTITY)
    return found


def _lifted(
    fired: list[FiredRule], approvals: tuple[Approval, ...], key: Identification, circumstances: Circumstances
) -> frozenset[str]:
    """Codes of fired rules that a valid approval lifts; none at all while something fired that nobody may lift."""
    if not approvals or any(rule.verdict.blocks and rule.override is Override.NEVER for rule in fired):
        return frozenset()
    needed = {rule.code: _NEEDED[rule.override] for rule in fired if rule.verdict.blocks}
    return frozenset(
        approval.rule
        for approval in approvals
        if approval.rule in needed
        and approval.transaction
        and approval.transaction == circumstances.transaction
        and approval.quantity == circumstances.quantity
        and approval.key is key
        and circumstances.now_utc_s < approval.expires_utc_s
        and circumstances.now_s < approval.expires_s
        and _RANK.get(approval.role, 0) >= needed[approval.rule]
    )


def _approved(rule: FiredRule) -> FiredRule:
    return FiredRule(
        code=rule.code,
        verdict=rule.verdict,
        override=rule.override,
        ground=rule.ground,
        source=rule.source,
        approved=True,
        next_steps=rule.next_steps,
        words=rule.words,
    )


def _fired(rule: Rule) -> FiredRule:
    translated = (("en", rule.en), ("es", rule.es), ("fr", rule.fr))
    return FiredRule(
        code=rule.code,
        verdict=rule.verdict,
        override=rule.override,
        ground=rule.ground,
        source=rule.source,
        next_steps=rule.next_steps,
        words=tuple((language, words.meaning, words.next) for language, words in translated if words),
    )
