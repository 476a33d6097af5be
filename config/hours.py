"""When a store serves shoppers: opening hours of each weekday, and a day until which it is closed.

Responsible for: what an owner writes, and the first moment from now on at which shoppers are served. Not responsible
for: closing the kiosk (`kiosk.session.context`). Times are the store's own, as its clock on the wall shows them.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from config.base import Frozen

CLOSED = "closed"
ALL_DAY = "00:00-24:00"
DAY_MIN = 24 * 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Monday first, as Python counts them."""


def span_min(text: str) -> tuple[int, int] | None:
    """When a day opens and closes, in minutes from its midnight; None of a day that does not."""
    if text == CLOSED:
        return None
    opens, closes = (int(part[:2]) * 60 + int(part[3:]) for part in text.split("-"))
    return opens, closes


def span_text(opens_min: int, closes_min: int) -> str:
    """The same as it is written."""
    return "-".join(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (opens_min, closes_min))


def _in_order(text: str) -> str:
    span = span_min(text)
    if span is not None and not span[0] < span[1] <= DAY_MIN:
        raise ValueError("a day closes after it opens, at 24:00 at the latest")
    return text


Span = Annotated[
    str,
    Field(pattern=r"^(closed|([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-4]):[0-5][0-9])$"),
    AfterValidator(_in_order),
]
"""Such as `08:00-20:00`, or `closed`."""


class Hours(Frozen):
    """Of every weekday; a day nobody speaks of is open all day."""

    mon: Span = ALL_DAY
    tue: Span = ALL_DAY
    wed: Span = ALL_DAY
    thu: Span = ALL_DAY
    fri: Span = ALL_DAY
    sat: Span = ALL_DAY
    sun: Span = ALL_DAY

    @property
    def week(self) -> tuple[str, ...]:
        """Monday first."""
        return self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun


def first_open(hours: Hours, closed_until: date | None, now: datetime) -> datetime | None:
    """The first moment from `now` on at which shoppers are served: `now` itself if they are, None if never.

    Args:
        hours: of the week.
        closed_until: the day on which it opens again.
        now: by the clock on the wall, without a zone.
    """
    day = max(now.date(), closed_until or now.date())
    for _ in range(len(WEEKDAYS) + 1):
        span = span_min(hours.week[day.weekday()])
        if span is not None:
            opens, closes = (datetime.combine(day, time()) + timedelta(minutes=minutes) for minutes in span)
            if now < closes:
                return max(now, opens)
        day += timedelta(days=1)
    return None
