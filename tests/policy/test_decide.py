from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.catalogue import Catalogue
from config.keyway import KeyKind
from config.policy_rules import Override, PolicyRules, Rule, RuleConditions, Verdict
from config.store import DoNotDuplicate
from kiosk.key.reading import Identification, Outcome, StampReading
from kiosk.policy.decide import Policy
from kiosk.policy.decision import Approval, Decision
from tests.policy.cases import (
    NOW_UTC_S,
    STAMPS,
    STANDINGS,
    TRANSACTION,
    approvals,
    circumstances,
    decided,
    kw1,
    policy,
    shipped,
    shipped_rules,
    store_with,
)

PLAIN = STAMPS["none"]
STORE = store_with(DoNotDuplicate.ASK_STAFF)
BARE_POLICY = Policy(PolicyRules((), shipped_rules().phrases))


def codes(decision: Decision) -> list[str]:
    return [rule.code for rule in decision.rules]


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.IDENTIFIED])
def test_what_names_no_key_is_refused_by_a_rule_with_words_and_nobody_lifts_it(outcome: Outcome) -> None:
    key = Identification(outcome, keyway="KW1", blank="KW1")
    lifted = approvals("manager-all", key)
    decision = decided(key, PLAIN, STORE, policy(), shipped(), circumstances(), lifted)
    assert decision.verdict is Verdict.REFUSE
    assert not decision.can_be_approved
    assert decision.rules[0].words_in("fr")[0] != decision.rules[0].words_in("en")[0] != ""


@pytest.mark.parametrize("outcome", list(Outcome))
def test_without_any_rules_what_is_not_surely_an_open_stocked_blank_is_still_refused(outcome: Outcome) -> None:
    decision = decided(Identification(outcome, "SC-E", "SC8"), PLAIN, STORE, BARE_POLICY, shipped(), circumstances())
    assert decision.verdict is Verdict.REFUSE
    restricted = Identification(outcome, "MEDECO", None)
    assert decided(restricted, PLAIN, STORE, BARE_POLICY, shipped(), circumstances()).verdict is Verdict.REFUSE


@pytest.mark.parametrize(
    ("identification", "expected"),
    [
        (Identification(Outcome.IDENTIFIED), ["NOT_IDENTIFIED"]),
        (Identification(Outcome.IDENTIFIED, "KW1"), ["KEYWAY_NOT_CUT_HERE"]),
        (Identification(Outcome.IDENTIFIED, "KW1", "SC1"), ["NOT_IDENTIFIED"]),
        (Identification(Outcome.IDENTIFIED, "KW1", "nothing"), ["NOT_IDENTIFIED"]),
        (Identification(Outcome.IDENTIFIED, "nothing", "KW1"), ["NOT_IDENTIFIED"]),
        (Identification(Outcome.IDENTIFIED, "SC-E", "SC8"), ["BLANK_NOT_STOCKED"]),
        (Identification(Outcome.IDENTIFIED, "KW1", "KW5"), ["BLANK_NOT_STOCKED"]),
        (Identification(Outcome.IDENTIFIED, "MEDECO"), ["KEYWAY_RESTRICTED"]),
    ],
)
def test_half_an_identification_is_none(identification: Identification, expected: list[str]) -> None:
    lifted = approvals("manager-all", identification)
    decision = decided(identification, PLAIN, STORE, policy(), shipped(), circumstances(), lifted)
    assert decision.verdict is Verdict.REFUSE
    assert codes(decision) == expected


def test_a_section_shared_with_a_restricted_keyway_is_restricted() -> None:
    twin = (
        shipped()
        .keyway_of["KW1"]
        .model_copy(update={"code": "TWIN", "blanks": (), "standing": STANDINGS["restricted"]})
    )
    catalogue = Catalogue((*shipped().keyways, twin), shipped().sections, shipped().revision)
    assert codes(decided(kw1(), PLAIN, STORE, policy(), catalogue, circumstances())) == ["KEYWAY_RESTRICTED"]


def test_a_stamp_no_rule_knows_is_refused() -> None:
    decision = decided(kw1(), STAMPS["not on file"], STORE, policy(), shipped(), circumstances())
    assert codes(decision) == ["STAMP_NOT_ON_FILE"]


def test_a_head_that_says_something_illegible_is_for_staff_to_look_at() -> None:
    decision = decided(kw1(), STAMPS["illegible"], STORE, policy(), shipped(), circumstances())
    assert codes(decision) == ["HEAD_ILLEGIBLE"]
    assert decision.verdict is Verdict.ASK_STAFF
    assert decision.can_be_approved


def test_an_unseen_head_is_for_staff_to_look_at() -> None:
    decision = decided(kw1(), STAMPS["unseen"], STORE, policy(), shipped(), circumstances())
    assert decision.verdict is Verdict.ASK_STAFF
    assert decision.can_be_approved


def test_unread_writing_on_a_head_not_wholly_seen_is_asked_of_staff_beside_it() -> None:
    both = StampReading(illegible=True)
    assert codes(decided(kw1(), both, STORE, policy(), shipped(), circumstances())) == [
        "HEAD_NOT_SEEN", "HEAD_ILLEGIBLE",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("quantity", "verdict"), [(0, "refuse"), (-3, "refuse"), (1, "allow"), (5, "allow"), (6, "refuse")]
)
def test_quantity_is_held_to_the_stores_limit(quantity: int, verdict: str) -> None:
    decision = decided(kw1(), PLAIN, STORE, policy(), shipped(), circumstances(quantity=quantity))
    assert decision.verdict == verdict


def test_many_attempts_call_staff() -> None:
    assert decided(kw1(), PLAIN, STORE, policy(), shipped(), circumstances(attempts=6)).verdict is Verdict.ALLOW
    assert codes(decided(kw1(), PLAIN, STORE, policy(), shipped(), circumstances(attempts=7))) == ["MANY_ATTEMPTS"]


def test_a_vehicle_key_is_refused_in_california() -> None:
    keyways = tuple(
        each.model_copy(update={"kind": KeyKind.VEHICLE}) if each.code == "KW1" else each for each in shipped().keyways
    )
    catalogue = Catalogue(keyways, shipped().sections, "")
    assert codes(decided(kw1(), PLAIN, STORE, policy(), catalogue, circumstances("US-CA"))) == ["CA_VEHICLE_KEY"]
    assert decided(kw1(), PLAIN, STORE, policy(), catalogue, circumstances("US-NV")).verdict is Verdict.ALLOW


LIFTS_DND = Approval(
    "DND_ASK_STAFF", TRANSACTION, "7", "manager", "letter", NOW_UTC_S + 120, "a", quantity=1, expires_s=120.0, key=kw1()
)


@pytest.mark.parametrize(
    ("otherwise", "now_s"),
    [
        ({"transaction": "K2"}, 0.0),
        ({"quantity": 2}, 0.0),
        ({"quantity": 0}, 0.0),
        ({"key": replace(kw1())}, 0.0),
        ({"key": None}, 0.0),
        ({"role": "technician"}, 0.0),
        ({"expires_utc_s": NOW_UTC_S}, 0.0),
        ({}, 120.0),
        ({"expires_s": float("nan")}, 0.0),
    ],
)
def test_each_thing_an_approval_was_given_for_is_asked_again_when_it_alone_differs(
    otherwise: dict[str, Any], now_s: float
) -> None:
    for approval, expected in ((LIFTS_DND, Verdict.NOTICE), (replace(LIFTS_DND, **otherwise), Verdict.ASK_STAFF)):
        case = circumstances(now_s=now_s if expected is Verdict.ASK_STAFF else 0.0)
        decision = decided(kw1(), STAMPS["dnd"], STORE, policy(), shipped(), case, (approval,))
        assert decision.verdict is expected


def test_an_approval_lifts_the_rule_it_names_and_no_other() -> None:
    approval = replace(LIFTS_DND, role="associate")
    stamp = STAMPS["dnd"]
    lifted = decided(kw1(), stamp, STORE, policy(), shipped(), circumstances(), (approval,))
    assert lifted.verdict is Verdict.NOTICE
    other = replace(approval, rule="HEAD_NOT_SEEN")
    assert decided(kw1(), stamp, STORE, policy(), shipped(), circumstances(), (other,)).verdict is Verdict.ASK_STAFF
    both = decided(kw1(), stamp, STORE, policy(), shipped(), circumstances(attempts=9), (approval,))
    assert both.verdict is Verdict.ASK_STAFF
    assert [rule.approved for rule in both.rules] == [False, True]


@pytest.mark.parametrize("expires_utc_s", [NOW_UTC_S, NOW_UTC_S - 1, float("nan"), float("-inf")])
def test_an_approval_that_has_run_out_lifts_nothing(expires_utc_s: float) -> None:
    approval = replace(LIFTS_DND, expires_utc_s=expires_utc_s)
    decision = decided(kw1(), STAMPS["dnd"], STORE, policy(), shipped(), circumstances(), (approval,))
    assert decision.verdict is Verdict.ASK_STAFF


def test_an_approval_without_a_transaction_lifts_nothing() -> None:
    approval = replace(LIFTS_DND, transaction="")
    case = circumstances(transaction="")
    assert decided(kw1(), STAMPS["dnd"], STORE, policy(), shipped(), case, (approval,)).verdict is Verdict.ASK_STAFF


ANY_STAMP = st.builds(
    StampReading,
    seen=st.booleans(),
    phrases=st.lists(st.sampled_from([*shipped_rules().phrases.kind_of, "unheard of"]), max_size=4).map(tuple),
    name_and_phone=st.booleans(),
)
ANY_KEY = st.builds(
    Identification,
    outcome=st.sampled_from(Outcome),
    keyway=st.none() | st.sampled_from([*shipped().keyway_of, "", "nothing"]),
    blank=st.none() | st.sampled_from([*shipped().blank_of, "", "nothing"]),
)


@given(ANY_KEY, ANY_STAMP, st.text(max_size=6), st.dates(), st.integers(), st.integers(), st.floats())
def test_every_input_has_an_answer_and_only_open_stocked_blanks_are_ever_let_through(
    key: Identification, stamp: StampReading, place: str, today: date, quantity: int, attempts: int, now_utc_s: float
) -> None:
    case = circumstances(place, today, quantity=quantity, attempts=attempts, now_utc_s=now_utc_s)
    decision = decided(key, stamp, STORE, policy(), shipped(), case, approvals("manager-all", key, quantity))
    if not decision.verdict.blocks:
        assert key.outcome is Outcome.IDENTIFIED
        assert (key.keyway, key.blank) in {("KW1", "KW1"), ("SC1", "SC1")}
        assert all(rule.override is not Override.NEVER or not rule.verdict.blocks for rule in decision.rules)


def by_hand(
    when: RuleConditions, *, stamp: StampReading, place: str, today: date, quantity: int, kinds: frozenset[str]
) -> bool:
    """The conditions of a rule, read one by one as a person would."""
    words = {*stamp.phrases, *kinds}
    return (
        (not when.stamps or bool(words & set(when.stamps)))
        and (when.name_and_phone is None or when.name_and_phone is stamp.name_and_phone)
        and (not when.places or any(place == each or place.startswith(f"{each}-") for each in when.places))
        and (when.quantity_over is None or quantity > when.quantity_over)
        and (when.first_day is None or today >= when.first_day)
        and (when.last_day is None or today <= when.last_day)
    )


@pytest.mark.parametrize(
    ("today", "in_force"),
    [(date(2026, 1, 4), False), (date(2026, 1, 5), True), (date(2026, 1, 9), True), (date(2026, 1, 10), False)],
)
def test_a_law_is_in_force_from_its_first_day_through_its_last(today: date, in_force: bool) -> None:
    template = next(rule for rule in shipped_rules().rules if rule.code == "MANY_ATTEMPTS")
    when = RuleConditions(stamps=("dnd",), first_day=date(2026, 1, 5), last_day=date(2026, 1, 9))
    law = Rule.model_construct(**{**dict(template), "code": "LAW", "when": when})
    made = Policy(PolicyRules((law,), shipped_rules().phrases))
    decision = decided(kw1(), STAMPS["dnd"], STORE, made, shipped(), circumstances(today=today))
    assert ("LAW" in codes(decision)) is in_force


def test_a_law_of_one_day_is_in_force_on_that_day() -> None:
    template = next(rule for rule in shipped_rules().rules if rule.code == "MANY_ATTEMPTS")
    when = RuleConditions(stamps=("dnd",), first_day=date(2026, 1, 5), last_day=date(2026, 1, 5))
    law = Rule.model_construct(**{**dict(template), "code": "LAW", "when": when})
    made = Policy(PolicyRules((law,), shipped_rules().phrases))
    found = [
        codes(decided(kw1(), STAMPS["dnd"], STORE, made, shipped(), circumstances(today=date(2026, 1, day))))
        for day in (4, 5, 6)
    ]
    assert ["LAW" in each for each in found] == [False, True, False]


DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 12))
WHENS = st.builds(
    RuleConditions,
    stamps=st.lists(st.sampled_from(["dnd", "do_not_duplicate", "public_building"]), max_size=2).map(tuple),
    name_and_phone=st.none() | st.booleans(),
    places=st.lists(st.sampled_from(["US", "US-CA", "US-NY", "FR"]), max_size=2).map(tuple),
    quantity_over=st.integers(0, 4),
    first_day=st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 5)),
    last_day=st.none() | st.dates(date(2026, 1, 6), date(2026, 1, 10)),
)


@given(
    st.lists(WHENS, min_size=1, max_size=40),
    st.sampled_from([STAMPS["none"], STAMPS["dnd"], STAMPS["dnd+phone"], STAMPS["school"], STAMPS["phone"]]),
    st.sampled_from(["US", "US-CA", "US-NY", "FR", "DE"]),
    DAYS,
    st.integers(1, 5),
)
def test_exactly_the_rules_fire_that_reading_them_one_by_one_would(
    whens: list[RuleConditions], stamp: StampReading, place: str, today: date, quantity: int
) -> None:
    template = next(rule for rule in shipped_rules().rules if rule.code == "MANY_ATTEMPTS")
    rules = tuple(
        Rule.model_construct(**{**dict(template), "code": f"R{n}", "when": when}) for n, when in enumerate(whens)
    )
    made = Policy(PolicyRules(rules, shipped_rules().phrases))
    decision = decided(kw1(), stamp, STORE, made, shipped(), circumstances(place, today, quantity=quantity))
    kinds = frozenset(shipped_rules().phrases.kind_of[each].value for each in stamp.phrases)
    expected = [
        f"R{n}"
        for n, when in enumerate(whens)
        if by_hand(when, stamp=stamp, place=place, today=today, quantity=quantity, kinds=kinds)
    ]
    assert codes(decision) == expected


@pytest.mark.parametrize("outcome", [Outcome.DOUBLE_SIDED, Outcome.TUBULAR, Outcome.UNCUT])
def test_an_ordinary_kind_is_not_called_protected_and_asks_for_no_papers(outcome: Outcome) -> None:
    """A cabinet key cut on both edges: nobody has to bring photo ID for it."""
    decision = decided(Identification(outcome), PLAIN, STORE, policy(), shipped(), circumstances(), ())
    assert decision.verdict is Verdict.REFUSE
    rule = decision.rules[0]
    assert rule.code in ("KEY_NEEDS_OTHER_MACHINE", "KEY_UNCUT")
    assert not {"photo_id", "card"} & set(rule.next_steps)
    for language in ("en", "es", "fr"):
        said = " ".join(rule.words_in(language)).lower()
        assert not any(word in said for word in ("protected", "protegid", "protégé", "photo"))
        assert not any(word in said for word in ("ordinary", "corriente", "courant")), (
            "a key filed in its spine is none"
        )
