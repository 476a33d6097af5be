"""The days of a report as a table with its totals, for screen, page and CSV alike; and codes in plain words.

Responsible for: which columns there are, and how money and codes read. Not responsible for: counting (`counters`), or
how any of them looks.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal

from babel.numbers import get_currency_precision

from kiosk.operations.counters import Day, Figures, summed

COUNTS = ("visits", "paid", "free", "test", "given_back", "recut", "scrapped")
TOTAL = "Total"


def total(days: Sequence[Day]) -> Day:
    """All days as one."""
    return Day(
        TOTAL,
        **{name: sum(getattr(day, name) for day in days) for name in (*COUNTS, "taken_minor")},
        refused=dict(summed(day.refused for day in days)),
        faults=dict(summed(day.faults for day in days)),
    )


def money(amount_minor: int, currency: str) -> str:
    """An amount in whole units of its currency, which need not have hundredths."""
    precision = get_currency_precision(currency) if currency else 2
    return f"{Decimal(amount_minor).scaleb(-precision):.{precision}f}"


def plain(code: str) -> str:
    """A stable code as words."""
    return code.replace("_", " ").capitalize()


def reasons(counts: Mapping[str, int]) -> str:
    """Codes and how often, the most frequent first."""
    return ", ".join(f"{plain(code)} {count}" for code, count in sorted(counts.items(), key=lambda each: -each[1]))


def days_table(seen: Figures) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Heads and rows; the last row is the total when there is more than one day."""
    heads = ("Day", *(plain(name) for name in COUNTS), f"Taken {seen.currency}".strip(), "Refused", "Faults")
    days = [*seen.days, *([total(seen.days)] if len(seen.days) > 1 else [])]
    rows = [
        (
            day.date,
            *(str(getattr(day, name)) for name in COUNTS),
            money(day.taken_minor, seen.currency),
            str(sum(day.refused.values())),
            str(sum(day.faults.values())),
        )
        for day in days
    ]
    return heads, rows


def as_csv(seen: Figures) -> str:
    """The days as a spreadsheet reads them; the total is left for it to make."""
    heads, rows = days_table(seen)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([heads, *(row for row in rows if row[0] != TOTAL)])
    return text.getvalue()
