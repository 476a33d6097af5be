"""Properties of `decide` over the whole product of what matters: some thirty thousand rows."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from config.policy_rules import Override, Verdict
from config.store import DoNotDuplicate
from kiosk.policy.decide import STRICTNESS
from kiosk.policy.decision import Decision
from tests.policy.cases import (
    APPROVAL_SETS,
    DAYS,
    PLACES,
    STAMPS,
    STANDINGS,
    catalogue_with,
    circumstances,
    decided,
    kw1,
    kw1_approvals,
    policy,
    store_with,
)

Row = tuple[str, str, str, DoNotDuplicate, date, str]


def decision_of(row: Row) -> Decision:
    standing, stamp, place, dnd, today, lifted = row
    return decided(
        kw1(),
        STAMPS[stamp],
        store_with(dnd),
        policy(),
        catalogue_with(standing),
        circumstances(place, today),
        kw1_approvals(lifted),
    )


@pytest.fixture(scope="module")
def table() -> dict[Row, Decision]:
    rows: list[Row] = list(product(STANDINGS, STAMPS, PLACES, DoNotDuplicate, DAYS, APPROVAL_SETS))
    return {row: decision_of(row) for row in rows}


def test_the_table_has_thousands_of_rows(table: dict[Row, Decision]) -> None:
    assert len(table) == 5 * 14 * 6 * 3 * 4 * 6


def test_what_nobody_may_lift_stays_refused_under_every_approval(table: dict[Row, Decision]) -> None:
    for row, decision in table.items():
        if any(rule.verdict.blocks and rule.override is Override.NEVER for rule in decision.rules):
            assert decision.verdict is Verdict.REFUSE, row
            assert not decision.can_be_approved, row
            assert not any(rule.approved for rule in decision.rules), row


def test_a_keyway_that_is_not_open_on_the_day_is_refused_for_good(table: dict[Row, Decision]) -> None:
    for row, decision in table.items():
        standing, _, _, _, today, _ = row
        freed = standing == "patented-2029-then-free" and today > date(2029, 7, 31)
        if standing != "open" and not freed:
            assert decision.verdict is Verdict.REFUSE, row
            assert not decision.can_be_approved, row


def test_a_stamp_never_makes_a_decision_milder(table: dict[Row, Decision]) -> None:
    for (standing, stamp, place, dnd, today, lifted), decision in table.items():
        if stamp not in ("none", "unseen"):
            bare = table[standing, "none", place, dnd, today, lifted]
            assert STRICTNESS[decision.verdict] >= STRICTNESS[bare.verdict], (standing, stamp, place, dnd, today)


def test_a_name_and_telephone_never_make_a_decision_milder(table: dict[Row, Decision]) -> None:
    for (standing, stamp, place, dnd, today, lifted), decision in table.items():
        if stamp == "dnd+phone":
            bare = table[standing, "dnd", place, dnd, today, lifted]
            assert STRICTNESS[decision.verdict] >= STRICTNESS[bare.verdict]


def test_a_later_day_alone_never_closes_what_was_open(table: dict[Row, Decision]) -> None:
    for (standing, stamp, place, dnd, today, lifted), decision in table.items():
        for later in DAYS:
            if later > today:
                then = table[standing, stamp, place, dnd, later, lifted]
                assert STRICTNESS[then.verdict] <= STRICTNESS[decision.verdict]


def test_a_patents_end_opens_only_what_is_not_restricted_besides(table: dict[Row, Decision]) -> None:
    for (standing, stamp, place, dnd, today, lifted), decision in table.items():
        if standing in ("patented-2029", "patented-unknown-end"):
            assert decision.verdict is Verdict.REFUSE, (stamp, place, dnd, today, lifted)
    last_day = table["patented-2029-then-free", "none", "US-CA", DoNotDuplicate.REFUSE, date(2029, 7, 31), "none"]
    day_after = table["patented-2029-then-free", "none", "US-CA", DoNotDuplicate.REFUSE, date(2029, 8, 1), "none"]
    assert (last_day.verdict, day_after.verdict) == (Verdict.REFUSE, Verdict.ALLOW)


def test_only_the_right_approval_changes_anything(table: dict[Row, Decision]) -> None:
    for (standing, stamp, place, dnd, today, lifted), decision in table.items():
        if lifted in ("manager-other-transaction", "manager-expired", "technician-all"):
            assert decision == table[standing, stamp, place, dnd, today, "none"]


def test_an_associate_lifts_nothing_that_needs_a_manager(table: dict[Row, Decision]) -> None:
    for row, decision in table.items():
        if row[5] == "associate-all":
            assert not any(rule.approved and rule.override is Override.MANAGER for rule in decision.rules)


def test_an_approval_leaves_a_notice_not_silence(table: dict[Row, Decision]) -> None:
    for decision in table.values():
        if any(rule.approved for rule in decision.rules):
            assert decision.verdict is not Verdict.ALLOW


def test_do_not_duplicate_is_never_silently_ignored(table: dict[Row, Decision]) -> None:
    for row, decision in table.items():
        if row[1] == "dnd":
            assert decision.verdict is not Verdict.ALLOW, row


def test_the_store_decides_what_do_not_duplicate_means_on_an_open_keyway(table: dict[Row, Decision]) -> None:
    expected = {
        DoNotDuplicate.REFUSE: (Verdict.REFUSE, ("DND_REFUSED",)),
        DoNotDuplicate.ASK_STAFF: (Verdict.ASK_STAFF, ("DND_ASK_STAFF",)),
        DoNotDuplicate.NOTICE: (Verdict.NOTICE, ("DND_NOTICE",)),
    }
    for dnd, (verdict, codes) in expected.items():
        decision = table["open", "dnd", "US-NY", dnd, DAYS[0], "none"]
        assert (decision.verdict, tuple(rule.code for rule in decision.rules)) == (verdict, codes)


def test_the_stamp_changes_nothing_on_a_restricted_keyway(table: dict[Row, Decision]) -> None:
    for dnd in DoNotDuplicate:
        bare = table["restricted", "none", "US-NY", dnd, DAYS[0], "none"]
        assert table["restricted", "dnd", "US-NY", dnd, DAYS[0], "none"] == bare


def test_name_and_telephone_bind_only_where_the_law_says_so(table: dict[Row, Decision]) -> None:
    for place in PLACES:
        codes = [rule.code for rule in table["open", "dnd+phone", place, DoNotDuplicate.NOTICE, DAYS[0], "none"].rules]
        assert ("CA_MARK_WITH_NAME_AND_PHONE" in codes) is (place == "US-CA")


def test_a_plain_key_of_an_open_keyway_is_allowed_everywhere(table: dict[Row, Decision]) -> None:
    for (standing, stamp, _, _, _, _), decision in table.items():
        if (standing, stamp) == ("open", "none"):
            assert decision == Decision(Verdict.ALLOW)


def test_rules_come_strictest_first(table: dict[Row, Decision]) -> None:
    for decision in table.values():
        ranks = [STRICTNESS[rule.verdict] for rule in decision.rules]
        assert ranks == sorted(ranks, reverse=True)
