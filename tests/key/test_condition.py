"""How worn a key is: how much and whereabouts, never what it is cut to."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.keyway import SpacingStop
from kiosk.key.condition import GRAIN_MM, USED_MM, BladePart, Condition, KeyCondition, condition_of
from kiosk.key.reading import Cut, Identification, Outcome, Wear

SHOULDER = SpacingStop.SHOULDER


def key(*lost_mm: float, wear: Wear = Wear.NEW, codes: str = "35244", doubt: float = 0.0) -> Identification:
    cuts = tuple(Cut(code, 7.0 - lost, -lost, doubt) for code, lost in zip(codes, lost_mm, strict=True))
    return Identification(Outcome.IDENTIFIED, "KW1", "KW1", cuts, wear)


def found(identification: Identification, stop: SpacingStop = SHOULDER) -> KeyCondition:
    condition = condition_of(identification, stop)
    assert condition is not None
    return condition


def test_a_new_key_is_like_new_and_a_cut_a_little_too_high_is_no_wear() -> None:
    assert found(key(0.0, 0.01, -0.05, 0.02, USED_MM)) == KeyCondition(Condition.LIKE_NEW)


def test_a_used_key_says_how_much_is_missing_and_where() -> None:
    told = found(key(0.0, 0.0, 0.0, 0.0, 0.11))
    assert told == KeyCondition(Condition.USED, 0.15, (BladePart.TIP,))


def test_cuts_counted_from_the_tip_wear_where_they_are() -> None:
    assert found(key(0.0, 0.0, 0.0, 0.0, 0.11), SpacingStop.TIP).parts == (BladePart.HEAD,)


@pytest.mark.parametrize("worn", [key(0.1, 0, 0, 0, 0, wear=Wear.WORN), key(0.1, 0, 0, 0, 0, doubt=0.7)])
def test_what_is_advised_to_be_restored_is_called_worn(worn: Identification) -> None:
    assert found(worn).condition is Condition.WORN


def test_a_key_past_telling_says_so_and_no_figure() -> None:
    lost = replace(key(0.3, 0.3, 0.3, 0.3, 0.3), outcome=Outcome.WORN_PAST_TELLING)
    assert found(lost) == KeyCondition(Condition.PAST_TELLING)


@pytest.mark.parametrize(
    "outcome", [each for each in Outcome if each not in (Outcome.IDENTIFIED, Outcome.WORN_PAST_TELLING)]
)
def test_nothing_is_said_of_a_key_that_was_not_read_to_its_end(outcome: Outcome) -> None:
    assert condition_of(replace(key(0.1, 0, 0, 0, 0), outcome=outcome), SHOULDER) is None


def test_nothing_is_said_of_a_restricted_key_whose_cuts_nobody_named() -> None:
    assert condition_of(Identification(Outcome.IDENTIFIED, "MEDECO"), SHOULDER) is None


losses = st.lists(st.floats(0.0, 0.5), min_size=5, max_size=5)


@given(losses, st.permutations("1234567"))
def test_two_keys_worn_alike_are_told_alike_whatever_they_are_cut_to(lost: list[float], codes: list[str]) -> None:
    assert found(key(*lost, codes="".join(codes[:5]))) == found(key(*lost, codes="11111"))


@given(losses)
def test_no_more_is_told_than_a_rough_figure_and_thirds_of_the_blade(lost: list[float]) -> None:
    told = found(key(*lost))
    assert round(told.lost_mm / GRAIN_MM, 6) == round(told.lost_mm / GRAIN_MM)
    if told.parts:
        # "Up to" so much: never less than is gone, never a step more.
        assert max(lost) - 1e-6 <= told.lost_mm < max(lost) + GRAIN_MM
    assert {each.name for each in fields(told)} == {"condition", "lost_mm", "parts"}
