"""The fleet as its office sees it: each kiosk with what needs somebody, and what all of them together say.

Responsible for: figures from the events of the last days, and in which order they matter. Not responsible for: showing
them (`page`), or how events got there (`store`). A blank is told by name, never a key by anything; what shoppers asked
for and did not get is told from five times on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from kiosk.operations.fleet.store import Connection

SILENT = timedelta(hours=1)
LATELY = timedelta(days=7)
DUE_TOLD = timedelta(days=2)
"""A kiosk tells once a day what will need a technician."""
STOCK_TOLD = timedelta(days=60)
"""A kiosk tells all its slots at each start, and one whenever it changes."""
ENOUGH_COPIES = 10
BAD_FIRST_TIME = 0.8
DRIFT_COPIES = 30
DRIFT_MM = 0.04
"""Of the 0.05 mm a copy may be off."""
LOST_AT_LEAST = 5
NOT_STOCKED = ("BLANK_NOT_STOCKED", "OUT_OF_STOCK", "KEYWAY_NOT_CUT_HERE")
NOT_KNOWN = ("unknown_section", "KEYWAY_UNKNOWN")


class Urgency(IntEnum):
    """How soon somebody is needed."""

    NOW = 0
    TODAY = 1
    THIS_WEEK = 2


class Kind(StrEnum):
    """What is the matter, in a word or three; one kiosk may have several."""

    NEVER_SEEN = "never seen"
    SILENT = "silent"
    OUT_OF_ORDER = "out of order"
    EMPTY_SLOT = "empty slot"
    DRIFT = "drifts"
    BAD_BOX = "bad box of blanks"
    LOW_SLOT = "low slot"
    WEAR = "wears"
    BEHIND = "program behind"


@dataclass(frozen=True)
class Trouble:
    """One thing at one kiosk."""

    kiosk: str
    urgency: Urgency
    kind: Kind
    words: str


@dataclass(frozen=True)
class Slot:
    """A slot as last told, with how long it lasts at the pace of the last days; None: nothing was sold of it."""

    number: int
    blank: str
    finish: str
    count: int
    days_left: float | None


@dataclass(frozen=True)
class KioskLine:
    """One kiosk."""

    name: str
    online: bool
    since: datetime | None
    heard: datetime | None
    fault: str = ""
    copies: int = 0
    first_time_right: float | None = None
    error_mm: float | None = None
    """Mean of the largest errors of its last copies."""
    taken: Mapping[str, int] = field(default_factory=dict)
    """Minor units by currency, of the last days."""
    software: str = ""
    rules: str = ""
    settings: str = ""
    slots: tuple[Slot, ...] = ()
    service: tuple[str, ...] = ()
    """What it says will need a technician."""

    @property
    def never_seen(self) -> bool:
        """Whether no event has ever come from it, and it is not about to send its first."""
        return self.heard is None and not self.online


@dataclass(frozen=True)
class Overview:
    """The whole fleet."""

    now: datetime
    kiosks: tuple[KioskLine, ...]
    troubles: tuple[Trouble, ...]
    """The most urgent first."""
    right_by_blank: Mapping[str, tuple[int, int]]
    """Copies good at the first cut, and copies cut."""
    faults: Mapping[str, int]
    lost: Mapping[str, int]
    taken: Mapping[tuple[str, date, str], int]
    """Minor units by kiosk, day and currency."""


def read_overview(connection: Connection, now: datetime, known: Collection[str] = ()) -> Overview:
    """Everything, from one moment of the database; of kiosks, too, that are only `known` or were sent a document."""
    since = now - LATELY
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        ask = _Questions(connection, now, since)
        cuts = ask.first_cuts()
        taken = ask.taken()
        kiosks = ask.kiosks(cuts, taken, {*known, *ask.addressed()})
        lost, faults = ask.lost(), ask.faults()
    right: dict[str, tuple[int, int]] = {}
    for own in cuts.values():
        for blank, (good, all_cut) in own.items():
            before = right.get(blank, (0, 0))
            right[blank] = (before[0] + good, before[1] + all_cut)
    troubles = [trouble for kiosk in kiosks for trouble in _troubles(kiosk, cuts.get(kiosk.name, {}), right, now)]
    newest = max((kiosk.software for kiosk in kiosks), default="", key=_by_number)
    troubles += [
        Trouble(kiosk.name, Urgency.THIS_WEEK, Kind.BEHIND, f"runs {kiosk.software}; others run {newest}")
        for kiosk in kiosks
        if kiosk.software and kiosk.software != newest
    ]
    ordered = tuple(sorted(troubles, key=lambda each: (each.urgency, list(Kind).index(each.kind), each.kiosk)))
    return Overview(now, kiosks, ordered, right, faults, lost, taken)


def _troubles(
    kiosk: KioskLine,
    cuts: Mapping[str, tuple[int, int]],
    right: Mapping[str, tuple[int, int]],
    now: datetime,
) -> list[Trouble]:
    found = []
    last = max((at for at in (kiosk.heard, kiosk.since) if at is not None), default=None)
    if kiosk.never_seen:
        found.append((Urgency.NOW, Kind.NEVER_SEEN, "never seen: no event has ever come from it"))
    elif not kiosk.online and last is not None and now - last > SILENT:
        found.append((Urgency.NOW, Kind.SILENT, f"silent since {last:%Y-%m-%d %H:%M} UTC"))
    if kiosk.fault:
        found.append((Urgency.NOW, Kind.OUT_OF_ORDER, f"out of order: {kiosk.fault}"))
    for slot in kiosk.slots:
        what = f"slot {slot.number} ({slot.blank} {slot.finish})"
        if slot.count == 0:
            found.append((Urgency.TODAY, Kind.EMPTY_SLOT, f"{what} is empty"))
        elif slot.days_left is not None and slot.days_left < LATELY.days:
            words = f"{what} has {slot.count} left, for {slot.days_left:.0f} days"
            found.append((Urgency.THIS_WEEK, Kind.LOW_SLOT, words))
    if kiosk.error_mm is not None and kiosk.error_mm > DRIFT_MM:
        words = f"drifts: its last copies are off by {kiosk.error_mm:.3f} of 0.050 mm"
        found.append((Urgency.TODAY, Kind.DRIFT, words))
    for blank, (good, all_cut) in sorted(cuts.items()):
        others_good, others_cut = (all_ - own for all_, own in zip(right[blank], (good, all_cut), strict=True))
        others_well = others_cut >= ENOUGH_COPIES and others_good / others_cut >= BAD_FIRST_TIME
        if all_cut >= ENOUGH_COPIES and good / all_cut < BAD_FIRST_TIME and others_well:
            words = (
                f"{blank}: {good} of {all_cut} copies good at the first cut, elsewhere {others_good / others_cut:.0%}"
            )
            found.append((Urgency.TODAY, Kind.BAD_BOX, f"{words}: look at the box of blanks"))
    found += [(Urgency.THIS_WEEK, Kind.WEAR, words) for words in kiosk.service]
    return [Trouble(kiosk.name, urgency, kind, words) for urgency, kind, words in found]


def _by_number(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in version.split("."))


class _Questions:
    """What is asked of the database. A simulated sale is none."""

    def __init__(self, connection: Connection, now: datetime, since: datetime) -> None:
        self._connection = connection
        self._now, self._since = now, since

    def _rows(self, question: str, *values: Any) -> Sequence[tuple[Any, ...]]:
        return self._connection.execute(question, values).fetchall()

    def first_cuts(self) -> dict[str, dict[str, tuple[int, int]]]:
        """Good and all first cuts by kiosk and blank; a cut after one of its sale that did not pass is a second."""
        rows = self._rows(
            "SELECT kiosk, blank, count(*) FILTER (WHERE passed), count(*) FROM ("
            "SELECT kiosk, facts->>'blank' AS blank, (facts->>'passed')::boolean AS passed, coalesce(lag((facts->>"
            "'passed')::boolean) OVER (PARTITION BY kiosk, facts->>'transaction' ORDER BY sequence), true) AS first "
            "FROM fleet_event WHERE kind = 'copy' AND happened_utc >= %s) AS cut WHERE first GROUP BY 1, 2",
            self._since,
        )
        found: dict[str, dict[str, tuple[int, int]]] = {}
        for kiosk, blank, good, all_cut in rows:
            found.setdefault(kiosk, {})[blank or ""] = (good, all_cut)
        return found

    def addressed(self) -> set[str]:
        """Every kiosk that was ever sent a document."""
        if self._rows("SELECT to_regclass('fleet_document')") == [(None,)]:
            return set()
        return {row[0] for row in self._rows("SELECT DISTINCT kiosk FROM fleet_document")}

    def kiosks(
        self,
        cuts: Mapping[str, Mapping[str, tuple[int, int]]],
        taken: Mapping[tuple[str, date, str], int],
        known: Collection[str],
    ) -> tuple[KioskLine, ...]:
        errors, faults = self._errors(), self._standing_faults()
        held, slots, service = self._held(), self._slots(), self._service()
        takings: dict[str, dict[str, int]] = {}
        for (kiosk, _, currency), amount in taken.items():
            amounts = takings.setdefault(kiosk, {})
            amounts[currency] = amounts.get(currency, 0) + amount
        rows = self._rows(
            "SELECT kiosk, coalesce(online, false), since_utc, heard FROM fleet_kiosk FULL JOIN "
            "(SELECT kiosk, max(heard_utc) AS heard FROM fleet_stream GROUP BY 1) AS streams USING (kiosk) ORDER BY 1"
        )
        found = []
        for name, online, since, heard in rows:
            counts = cuts.get(name, {}).values()
            all_cut = sum(count[1] for count in counts)
            own = held.get(name, {})
            found.append(
                KioskLine(
                    name,
                    online,
                    since,
                    heard,
                    faults.get(name, ""),
                    all_cut,
                    sum(count[0] for count in counts) / all_cut if all_cut else None,
                    errors.get(name),
                    takings.get(name, {}),
                    own.get("program", ""),
                    own.get("rules", ""),
                    own.get("settings", ""),
                    slots.get(name, ()),
                    service.get(name, ()),
                )
            )
        unseen = set(known) - {kiosk.name for kiosk in found}
        return (*(KioskLine(name, online=False, since=None, heard=None) for name in sorted(unseen)), *found)

    def _errors(self) -> dict[str, float]:
        return dict(
            self._rows(
                "SELECT kiosk, avg(error)::float FROM (SELECT kiosk, (facts->>'largest_error_mm')::float AS error, "
                "row_number() OVER (PARTITION BY kiosk ORDER BY happened_utc DESC) AS place FROM fleet_event "
                "WHERE kind = 'copy' AND happened_utc >= %s) AS copy WHERE place <= %s "
                "GROUP BY 1 HAVING count(*) >= %s",
                self._since,
                DRIFT_COPIES,
                ENOUGH_COPIES,
            )
        )

    def _standing_faults(self) -> dict[str, str]:
        rows = self._rows(
            "SELECT DISTINCT ON (kiosk) kiosk, kind, facts->>'code' FROM fleet_event WHERE kind IN "
            "('fault', 'recovered') AND happened_utc >= %s ORDER BY kiosk, happened_utc DESC, sequence DESC",
            self._since,
        )
        return {row[0]: row[2] for row in rows if row[1] == "fault"}

    def _held(self) -> dict[str, dict[str, str]]:
        rows = self._rows(
            "SELECT DISTINCT ON (kiosk, what) kiosk, CASE kind WHEN 'started' THEN 'program' "
            "ELSE facts->>'document' END AS what, facts->>'version' FROM fleet_event "
            "WHERE kind IN ('started', 'settings') "
            "AND facts->>'version' IS NOT NULL ORDER BY kiosk, what, happened_utc DESC, sequence DESC"
        )
        held: dict[str, dict[str, str]] = {}
        for kiosk, what, version in rows:
            held.setdefault(kiosk, {})[what] = version
        return held

    def _slots(self) -> dict[str, tuple[Slot, ...]]:
        paces = {
            (row[0], row[1], row[2]): row[3] / max((self._now - row[4]) / timedelta(days=1), 1.0)
            for row in self._rows(
                "SELECT kiosk, facts->>'blank', facts->>'finish', sum((facts->>'copies')::int), min(happened_utc) "
                "FROM fleet_event WHERE kind = 'sale' AND happened_utc >= %s GROUP BY 1, 2, 3",
                self._since,
            )
        }
        rows = self._rows(
            "SELECT DISTINCT ON (kiosk, slot) kiosk, (facts->>'slot')::int AS slot, facts->>'blank', facts->>'finish', "
            "(facts->>'count')::int FROM fleet_event WHERE kind = 'stock' AND facts->>'slot' IS NOT NULL "
            "AND happened_utc >= %s ORDER BY kiosk, slot, happened_utc DESC, sequence DESC",
            self._now - STOCK_TOLD,
        )
        found: dict[str, tuple[Slot, ...]] = {}
        for kiosk, number, blank, finish, count in rows:
            pace = paces.get((kiosk, blank, finish))
            found[kiosk] = (*found.get(kiosk, ()), Slot(number, blank, finish, count, count / pace if pace else None))
        return found

    def _service(self) -> dict[str, tuple[str, ...]]:
        rows = self._rows(
            "SELECT DISTINCT ON (kiosk, facts->>'code') kiosk, facts->>'code', facts->>'count', facts->>'reason' "
            "FROM fleet_event WHERE kind = 'service' AND happened_utc >= %s "
            "ORDER BY kiosk, facts->>'code', happened_utc DESC, sequence DESC",
            self._now - DUE_TOLD,
        )
        due: dict[str, tuple[str, ...]] = {}
        for kiosk, part, left, reason in rows:
            when = f"in {left} copies" if left is not None else "soon"
            due[kiosk] = (*due.get(kiosk, ()), f"{part} {when}: {reason}")
        return due

    def faults(self) -> dict[str, int]:
        return dict(
            self._rows(
                "SELECT facts->>'code', count(*) FROM fleet_event WHERE kind = 'fault' AND happened_utc >= %s "
                "GROUP BY 1 ORDER BY 2 DESC",
                self._since,
            )
        )

    def lost(self) -> dict[str, int]:
        """What was asked for and not sold, by keyway; keys nobody knows under no name."""
        return dict(
            self._rows(
                "SELECT CASE WHEN facts->>'code' = ANY(%s) THEN coalesce(facts->>'blank', '') ELSE '' END, count(*) "
                "FROM fleet_event WHERE kind = 'refused' AND facts->>'code' = ANY(%s) AND happened_utc >= %s "
                "GROUP BY 1 HAVING count(*) >= %s ORDER BY 2 DESC",
                list(NOT_STOCKED),
                [*NOT_STOCKED, *NOT_KNOWN],
                self._since,
                LOST_AT_LEAST,
            )
        )

    def taken(self) -> dict[tuple[str, date, str], int]:
        rows = self._rows(
            "SELECT kiosk, happened_utc::date, facts->>'currency', sum((facts->>'amount_minor')::bigint) "
            "FROM fleet_event "
            "WHERE kind = 'sale' AND happened_utc >= %s AND NOT coalesce((facts->>'simulated')::boolean, false) "
            "GROUP BY 1, 2, 3 ORDER BY 1, 2",
            self._since,
        )
        return {(row[0], row[1], row[2]): int(row[3]) for row in rows}
