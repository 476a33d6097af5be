"""Events of a made-up fleet over some days, with troubles planted at named kiosks. Deterministic by its seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kiosk.operations.fleet.store import Event, EventStore

Fact = str | int | float | bool | None
BLANKS = ("KW1", "SC1", "KW10", "SC4", "M1")
DRIFTING, EMPTY, SILENT, BAD_BOX, BROKEN, BEHIND = (f"store-{number:03d}" for number in (3, 5, 7, 9, 11, 13))
SILENT_DAYS = 2


@dataclass
class _Kiosk:
    name: str
    rng: random.Random
    number: int = 0
    stock: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BLANKS, 200))

    def event(self, at: datetime, kind: str, facts: Mapping[str, Fact]) -> Event:
        self.number += 1
        return Event(
            kiosk=self.name,
            stream=f"{int(self.name[-3:]):016x}",
            sequence=self.number,
            first_kept=1,
            happened_utc=at,
            kind=kind,
            facts=dict(facts),
        )

    def sale(self, at: datetime, error_mm: float, good: Mapping[str, float]) -> Iterator[Event]:
        blank = self.rng.choice(BLANKS)
        transaction = f"{self.name}-{self.number}"
        while True:
            passed = self.rng.random() < good[blank]
            off = min(max(self.rng.gauss(error_mm, 0.004), 0.004), 0.049) if passed else 0.07
            checked = {"transaction": transaction, "blank": blank, "passed": passed, "largest_error_mm": round(off, 4)}
            yield self.event(at, "copy", checked)
            if passed:
                break
        self.stock[blank] = max(self.stock[blank] - 1, 0)
        slot = {"slot": BLANKS.index(blank) + 1, "blank": blank, "finish": "brass", "count": self.stock[blank]}
        yield self.event(at, "stock", slot)
        paid = {"transaction": transaction, "status": "captured", "blank": blank, "finish": "brass", "copies": 1}
        yield self.event(at, "sale", {**paid, "amount_minor": 349, "currency": "USD", "simulated": False})


def troubled_fleet(kiosks: int, days: int, now: datetime, seed: int = 1, sales_a_day: int = 30) -> Iterator[Event]:
    """All events, kiosk by kiosk, each in order of time."""
    for index in range(1, kiosks + 1):
        name = f"store-{index:03d}"
        kiosk = _Kiosk(name, random.Random(seed * 1000 + index))
        begin = now - timedelta(days=days)
        yield kiosk.event(begin, "started", {"version": "0.1.0" if name == BEHIND else "0.2.0"})
        yield kiosk.event(begin, "settings", {"document": "rules", "version": "131a4226c8d0"})
        yield kiosk.event(begin, "settings", {"document": "settings", "version": 8})
        good = {blank: 0.6 if name == BAD_BOX and blank == "SC1" else 0.985 for blank in BLANKS}
        if name == EMPTY:
            kiosk.stock["KW10"] = 12
        for day in range(days - (SILENT_DAYS if name == SILENT else 0)):
            error_mm = 0.014 + (0.032 * day / max(days - 1, 1) if name == DRIFTING else 0.0)
            for number in range(sales_a_day):
                at = begin + timedelta(days=day, hours=9, minutes=number * 600 / sales_a_day)
                yield from kiosk.sale(at, error_mm, good)
            if kiosk.rng.random() < 0.3:
                asked = {"code": "BLANK_NOT_STOCKED", "blank": kiosk.rng.choice(("Y1", "WK2")), "simulated": False}
                yield kiosk.event(begin + timedelta(days=day, hours=20), "refused", asked)
        if name == BROKEN:
            yield kiosk.event(now - timedelta(hours=3), "fault", {"code": "CLAMP", "simulated": False})


def store_fleet(store: EventStore, events: Iterator[Event], now: datetime) -> None:
    """As a collector would: in batches, with who is there."""
    batch: list[Event] = []
    online: dict[str, bool] = {}
    for event in events:
        batch.append(event)
        online[event.kiosk] = event.kiosk != SILENT
        if len(batch) == 1000:
            store.store(batch, online)
            batch.clear()
    store.store(batch, online)
    # The clock of the database is the wall's; the fleet's is its own.
    connection = store._connection
    connection.execute("UPDATE fleet_kiosk SET since_utc = %s", (now - timedelta(days=SILENT_DAYS),))
    connection.execute(
        "UPDATE fleet_stream SET heard_utc = CASE kiosk WHEN %s THEN %s ELSE %s END",
        (SILENT, now - timedelta(days=SILENT_DAYS), now),
    )
