"""Counting: per day what was paid, tested, given free, refused, recut, scrapped and broken; and the quality figures.

Responsible for: figures from rows, pure but for `read_figures`. Not responsible for: showing them (`report_html`,
`metrics`). Days are those of the store, whose time zone is its computer's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from kiosk.data_paths import DataPaths
from kiosk.operations.happenings import HappeningKind
from kiosk.records.journal import Sale
from kiosk.records.journal.reader import (
    LATEST,
    SlotRow,
    StepRow,
    mean_errors,
    rows_of,
    sales,
    slots,
    steps,
    touch_errors,
)


@dataclass(frozen=True)
class HappeningRow:
    """A kept happening."""

    utc: datetime
    what: HappeningKind
    code: str
    blank: str
    passed: bool | None
    largest_error_mm: float | None
    simulated: bool
    seconds: float | None = None


@dataclass(frozen=True)
class Day:
    """Counts of one day. `paid`, `test` and `free` count copies handed over; money in minor units.

    `given_back` counts copies whose price went back; `scrapped` blanks and copies that went into the bin, those of a
    technician's tests too. Copies sold by a simulated machine are tests.
    """

    date: str
    paid: int = 0
    test: int = 0
    free: int = 0
    taken_minor: int = 0
    given_back: int = 0
    recut: int = 0
    scrapped: int = 0
    visits: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    faults: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Figures:
    """All a report shows."""

    days: tuple[Day, ...]
    first_time_right: tuple[int, int]
    """Copies good at the first cut, and copies cut."""
    errors_mm: tuple[tuple[datetime, float, bool], ...]
    """Time, largest error and whether it passed, of every measured copy."""
    drift_mm: tuple[tuple[datetime, float], ...]
    """Time and mean signed error of the copies since the wheel was last changed."""
    stock: tuple[SlotRow, ...]
    currency: str
    open_sales: int
    touch_errors_mm: tuple[float, ...] = ()
    """How far each blank's edge lay from where it should, since the wheel was last changed."""
    identified_s: tuple[float, ...] = ()
    """How long each scan took."""
    simulated_copies: int = 0
    """Copies sold by a simulated machine."""
    scan_tries: tuple[int, ...] = ()
    """Scans a visit needed until the key was told, of the visits that began one."""

    @property
    def first_time_right_rate(self) -> float | None:
        """0 to 1; None before the first copy."""
        good, all_cut = self.first_time_right
        return good / all_cut if all_cut else None


def read_figures(
    places: DataPaths, since: date | None = None, until: date | None = None, zone: tzinfo | None = None
) -> Figures:
    """Figures of the days from `since` to `until`, both included; None: from the first, to the last.

    `zone` is the store's (None: this computer's). Missing databases count as empty.
    """
    span = (begin_utc(since, zone) if since else "", begin_utc(until + timedelta(days=1), zone) if until else LATEST)
    sale_rows = sales(places.journal, *span) if places.journal.exists() else []
    step_rows = steps(places.journal, *span) if places.journal.exists() else []
    slot_rows = slots(places.inventory) if places.inventory.exists() else []
    drift = mean_errors(places.journal, *span) if places.journal.exists() else []
    happening_rows: list[HappeningRow] = []
    if places.operations.exists():
        query = "SELECT * FROM happening WHERE utc >= ? AND utc < ? ORDER BY id"
        happening_rows = [
            HappeningRow(
                datetime.fromisoformat(row["utc"]),
                HappeningKind(row["what"]),
                row["code"],
                row["blank"],
                None if row["passed"] is None else bool(row["passed"]),
                row["largest_error_mm"],
                bool(row["simulated"]),
                row["seconds"],
            )
            for row in rows_of(places.operations, "operations", query, span)
        ]
    seen = figures(sale_rows, step_rows, happening_rows, slot_rows, drift, zone)
    return replace(seen, touch_errors_mm=tuple(touch_errors(places.journal)) if places.journal.exists() else ())


def begin_utc(day: date, zone: tzinfo | None = None) -> str:
    """When a day of the store begins (`zone` None: this computer's), as times are written."""
    return datetime.combine(day, time(), zone).astimezone(UTC).isoformat()


def figures(
    sale_rows: Sequence[Sale],
    step_rows: Sequence[StepRow],
    happening_rows: Sequence[HappeningRow],
    slot_rows: Sequence[SlotRow],
    drift: Sequence[tuple[datetime, float]] = (),
    zone: tzinfo | None = None,
) -> Figures:
    """Everything counted."""
    step_rows = _with_copies(step_rows)
    measured = [row for row in happening_rows if row.what is HappeningKind.CHECKED and row.largest_error_mm is not None]
    return Figures(
        days=_days(sale_rows, step_rows, happening_rows, zone),
        first_time_right=_first_time_right(step_rows),
        errors_mm=tuple((row.utc, row.largest_error_mm or 0.0, bool(row.passed)) for row in measured),
        drift_mm=tuple(drift),
        stock=tuple(slot_rows),
        currency=sale_rows[-1].currency if sale_rows else "",
        open_sales=sum(not sale.closed for sale in sale_rows),
        simulated_copies=sum(sale.delivered for sale in sale_rows if sale.simulated),
        identified_s=tuple(row.seconds for row in happening_rows if row.seconds is not None),
        scan_tries=_scan_tries(happening_rows),
    )


def _days(
    sale_rows: Sequence[Sale],
    step_rows: Sequence[StepRow],
    happening_rows: Sequence[HappeningRow],
    zone: tzinfo | None,
) -> tuple[Day, ...]:
    def day_of(moment: datetime) -> str:
        return moment.astimezone(zone).date().isoformat()

    refused_at: datetime | None = None
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    refused: dict[str, Counter[str]] = defaultdict(Counter)
    faults: dict[str, Counter[str]] = defaultdict(Counter)
    for sale in sale_rows:
        day = counts[day_of(datetime.fromisoformat(sale.opened_utc))]
        if sale.simulated:
            day["test"] += sale.delivered
        elif sale.money == "captured" and sale.price_each_minor > 0:
            day["paid"] += sale.delivered - sale.refunded
            day["taken_minor"] += sale.kept_minor
        else:
            day["free"] += sale.delivered
        # Money that was only reserved and let go was never taken, so it is not given back.
        day["given_back"] += sale.refunded
    for again in _cut_again(step_rows):
        counts[day_of(again.utc)]["recut"] += 1
    for step in step_rows:
        counts[day_of(step.utc)]["scrapped"] += step.step == "rejected"
    for row in happening_rows:
        date = day_of(row.utc)
        match row.what:
            case HappeningKind.VISIT:
                counts[date]["visits"] += 1
            case HappeningKind.REFUSED:
                # Kiosks used to keep a row for each rule of one refusal, all at one time.
                if row.utc != refused_at:
                    refused[date][row.code] += 1
                refused_at = row.utc
            case HappeningKind.FAULT:
                faults[date][row.code] += 1
            case HappeningKind.TEST:
                counts[date]["test"] += 1
            case HappeningKind.SCRAPPED:
                counts[date]["scrapped"] += 1
            case _:
                pass
    return tuple(
        Day(date, **counts[date], refused=dict(refused[date]), faults=dict(faults[date]))
        for date in sorted({*counts, *refused, *faults})
    )


def _scan_tries(happening_rows: Sequence[HappeningRow]) -> tuple[int, ...]:
    tries: list[int] = []
    for row in happening_rows:
        if row.what is HappeningKind.VISIT:
            tries.append(0)
        elif row.what is HappeningKind.IDENTIFIED and tries:
            tries[-1] += 1
    return tuple(count for count in tries if count)


def _with_copies(step_rows: Sequence[StepRow]) -> list[StepRow]:
    """Each row with its copy: a row that does not say is of the copy before it in the same sale."""
    current: dict[str, int | None] = {}
    filled = []
    for row in step_rows:
        current[row.transaction] = row.copy if row.copy is not None else current.get(row.transaction)
        filled.append(replace(row, copy=current[row.transaction]))
    return filled


def _cut_again(step_rows: Sequence[StepRow]) -> list[StepRow]:
    """Every cut after one that did not pass, of the same copy."""
    failed: set[tuple[str, int | None]] = set()
    again: list[StepRow] = []
    for row in step_rows:
        key = (row.transaction, row.copy)
        if row.step == "not_passed":
            failed.add(key)
        elif row.step == "cutting" and key in failed:
            failed.discard(key)
            again.append(row)
    return again


def _first_time_right(step_rows: Sequence[StepRow]) -> tuple[int, int]:
    first: dict[tuple[str, int | None], bool] = {}
    for row in step_rows:
        if row.step in ("passed", "not_passed"):
            first.setdefault((row.transaction, row.copy), row.step == "passed")
    return sum(first.values()), len(first)


def summed(counters: Iterable[Mapping[str, int]]) -> Counter[str]:
    """The counts of several days together."""
    total: Counter[str] = Counter()
    for counter in counters:
        total.update(counter)
    return total
