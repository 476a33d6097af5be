"""When a store is open: by weekday, by the day it opens again, and never twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.hours import ALL_DAY, CLOSED, WEEKDAYS, Hours, first_open, span_min, span_text
from config.problems import BadInput
from config.toml_files import checked

MONDAY = datetime(2026, 11, 30, 10, 0)
SPANS = st.one_of(
    st.just(CLOSED),
    st.tuples(st.integers(0, 1438), st.integers(1, 1440))
    .filter(lambda two: two[0] < two[1])
    .map(lambda t: span_text(*t)),
)
WEEKS = st.lists(SPANS, min_size=7, max_size=7).map(lambda week: Hours(**dict(zip(WEEKDAYS, week, strict=True))))


def test_a_store_that_says_nothing_is_always_open() -> None:
    assert first_open(Hours(), None, MONDAY) == MONDAY


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (datetime(2026, 11, 30, 7, 59), datetime(2026, 11, 30, 8, 0)),
        (datetime(2026, 11, 30, 8, 0), datetime(2026, 11, 30, 8, 0)),
        (datetime(2026, 11, 30, 19, 59), datetime(2026, 11, 30, 19, 59)),
        (datetime(2026, 11, 30, 20, 0), datetime(2026, 12, 2, 8, 0)),
        (datetime(2026, 12, 1, 12, 0), datetime(2026, 12, 2, 8, 0)),
    ],
)
def test_it_opens_at_its_hour_and_is_shut_from_its_last_minute_on(now: datetime, opens: datetime) -> None:
    hours = Hours(mon="08:00-20:00", tue=CLOSED, wed="08:00-20:00")
    assert first_open(hours, None, now) == opens


def test_closed_until_a_day_is_closed_to_the_first_open_minute_of_that_day() -> None:
    hours = Hours(thu="09:30-18:00")
    assert first_open(hours, date(2026, 12, 3), MONDAY) == datetime(2026, 12, 3, 9, 30)
    assert first_open(hours, date(2026, 11, 1), MONDAY) == MONDAY


def test_a_store_open_on_one_day_a_week_is_awaited_a_week_and_one_that_never_is_not() -> None:
    week = dict.fromkeys(WEEKDAYS, CLOSED)
    assert first_open(Hours(**week | {"mon": "08:00-09:00"}), None, MONDAY) == datetime(2026, 12, 7, 8, 0)
    assert first_open(Hours(**week), None, MONDAY) is None


@given(
    WEEKS,
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 1)),
)
def test_it_is_open_at_the_moment_named_and_not_a_minute_before(
    hours: Hours, now: datetime, until: date | None
) -> None:
    opens = first_open(hours, until, now)
    if opens is None:
        assert set(hours.week) == {CLOSED}
        return
    assert opens >= now
    assert first_open(hours, until, opens) == opens
    span = span_min(hours.week[opens.weekday()])
    assert span is not None
    assert span[0] <= opens.hour * 60 + opens.minute < span[1]
    if opens > now:
        before = max(now, opens - timedelta(minutes=1))
        assert first_open(hours, until, before) == opens


@pytest.mark.parametrize("span", ["8:00-20:00", "20:00-08:00", "08:00-08:00", "08:00-24:30", "08:60-20:00", "open", ""])
def test_hours_that_are_none_are_refused(span: str) -> None:
    with pytest.raises(BadInput):
        checked(Hours, {"mon": span}, "store.toml")


def test_a_span_is_written_as_it_is_read() -> None:
    assert span_text(*(span_min(ALL_DAY) or (1, 2))) == ALL_DAY
