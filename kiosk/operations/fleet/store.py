"""Events in PostgreSQL: by the week they happened in, each once, and up to where every stream is whole.

Responsible for: tables, their growth and their end, and writing a batch with one statement a kind of row, however many
kiosks it is of. Not responsible for: where events come from (`collector`).

An event is its kiosk's stream and its number in it. `fleet_stream.through` is the number below which nothing is
missing, `highest` the highest that came. Several collectors may write at once: each commits its events before it moves
a stream on, and moves it under the stream's lock, so that whoever is later sees what both have stored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeAlias

import psycopg
from psycopg import sql
from pydantic import AwareDatetime, Field, FiniteFloat, StringConstraints

from config.base import Frozen

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]
Text: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
"""The database keeps no NUL in a text, and no number that is none."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS fleet_stream (
    kiosk text NOT NULL,
    stream text NOT NULL,
    through bigint NOT NULL,
    PRIMARY KEY (kiosk, stream)
);
ALTER TABLE fleet_stream ADD COLUMN IF NOT EXISTS id integer GENERATED ALWAYS AS IDENTITY UNIQUE,
    ADD COLUMN IF NOT EXISTS highest bigint NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS heard_utc timestamptz NOT NULL DEFAULT now();
ALTER TABLE fleet_stream SET (fillfactor = 70);
CREATE TABLE IF NOT EXISTS fleet_kiosk (
    kiosk text PRIMARY KEY,
    online boolean NOT NULL,
    since_utc timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS fleet_entry (
    happened_utc timestamptz NOT NULL,
    sequence bigint NOT NULL,
    stream integer NOT NULL,
    kind text NOT NULL,
    facts jsonb NOT NULL,
    PRIMARY KEY (stream, sequence, happened_utc)
) PARTITION BY RANGE (happened_utc);
CREATE INDEX IF NOT EXISTS fleet_entry_held ON fleet_entry (stream) WHERE kind IN ('started', 'settings');
CREATE TABLE IF NOT EXISTS fleet_entry_other PARTITION OF fleet_entry DEFAULT;
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('fleet_event') AND relkind = 'r') THEN
        INSERT INTO fleet_entry (happened_utc, sequence, stream, kind, facts)
            SELECT happened_utc, sequence, id, kind, facts FROM fleet_event JOIN fleet_stream USING (kiosk, stream);
        DROP TABLE fleet_event;
    END IF;
END $$;
CREATE OR REPLACE VIEW fleet_event AS
    SELECT kiosk, fleet_stream.stream, sequence, happened_utc, kind, facts
    FROM fleet_entry JOIN fleet_stream ON fleet_stream.id = fleet_entry.stream;
"""
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('kiosk fleet tables'))"
WEEKS_AHEAD = 3
WEEK = timedelta(days=7)


class Event(Frozen):
    """An event as it arrives, checked before anything is stored."""

    kiosk: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    stream: str = Field(pattern=r"^[0-9a-f]{16}$")
    sequence: int = Field(ge=1, lt=2**62)
    first_kept: int = Field(ge=1, lt=2**62)
    happened_utc: AwareDatetime
    kind: str = Field(pattern=r"^[a-z_]{1,40}$")
    facts: dict[Text, Text | bool | int | FiniteFloat | None] = Field(max_length=40)


@dataclass
class _Stream:
    """What this collector knows of a stream; another collector may have moved it further."""

    id: int
    through: int


@dataclass(frozen=True)
class Stored:
    """What came of a batch. `through` and `highest` are of every stream in it, by kiosk and stream."""

    new: int
    duplicates: int
    reached: Mapping[tuple[str, str], tuple[int, int]]


class EventStore:
    """One collector's way into the database. All methods from one thread."""

    def __init__(self, connection: Connection, keep_days: int) -> None:
        self._connection = connection
        self._keep = timedelta(days=keep_days)
        self._streams: dict[tuple[str, str], _Stream] = {}
        self._kept_up_on: datetime | None = None

    def keep_up(self, now: datetime) -> None:
        """Make the tables of the coming weeks and drop those that have been kept long enough; once a day is enough."""
        if self._kept_up_on is not None and now - self._kept_up_on < timedelta(days=1):
            return
        with self._connection.transaction():
            self._connection.execute(ONE_AT_A_TIME)
            self._connection.execute(SCHEMA)
            # Weeks begin on a Monday. The one before this is for kiosks that were away for some days.
            monday = (now.astimezone(UTC) - timedelta(days=now.weekday())).date()
            known = self._weeks()
            for number in range(-1, WEEKS_AHEAD + 1):
                name = f"fleet_entry_{monday + number * WEEK:%Y%m%d}"
                if name not in known:
                    self._make_week(name, datetime.combine(monday + number * WEEK, datetime.min.time(), UTC))
            horizon = now - self._keep
            for name in known:
                if datetime.strptime(name[-8:], "%Y%m%d").replace(tzinfo=UTC) + WEEK <= horizon:
                    self._connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
            self._connection.execute("DELETE FROM fleet_entry_other WHERE happened_utc < %s", (horizon,))
        self._kept_up_on = now

    def _weeks(self) -> list[str]:
        rows = self._connection.execute(
            "SELECT c.relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid "
            "WHERE inhparent = 'fleet_entry'::regclass AND c.relname ~ '^fleet_entry_[0-9]{8}$' ORDER BY 1"
        )
        return [row[0] for row in rows.fetchall()]

    def _make_week(self, name: str, begin: datetime) -> None:
        """A table for one week; what a kiosk with a wrong clock had already put there moves into it."""
        week = sql.Identifier(name)
        span = (begin, begin + WEEK)
        self._connection.execute(sql.SQL("CREATE TABLE {} (LIKE fleet_entry INCLUDING ALL)").format(week))
        self._connection.execute(
            sql.SQL(
                "WITH moved AS (DELETE FROM fleet_entry_other WHERE happened_utc >= %s AND happened_utc < %s "
                "RETURNING *) "
                "INSERT INTO {} SELECT * FROM moved"
            ).format(week),
            span,
        )
        attach = sql.SQL("ALTER TABLE fleet_entry ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})")
        self._connection.execute(attach.format(week, *(sql.Literal(end.isoformat()) for end in span)))

    def store(self, events: Sequence[Event], online: Mapping[str, bool]) -> Stored:
        """Commit a batch and say up to where each of its streams is whole."""
        self._learn(events)
        events = sorted(events, key=lambda event: (event.kiosk, event.stream, event.sequence))
        fresh = [event for event in events if event.sequence > self._streams[event.kiosk, event.stream].through]
        with self._connection.transaction():
            new = self._insert(fresh) if fresh else 0
            if online:
                self._connection.execute(
                    "INSERT INTO fleet_kiosk (kiosk, online) SELECT * FROM unnest(%s::text[], %s::boolean[]) "
                    "ORDER BY 1 ON CONFLICT (kiosk) DO UPDATE SET online = excluded.online, since_utc = now() "
                    "WHERE fleet_kiosk.online <> excluded.online",
                    (list(online), list(online.values())),
                )
        return Stored(new, len(events) - new, self._advance(events) if events else {})

    def _learn(self, events: Sequence[Event]) -> None:
        unknown = {(event.kiosk, event.stream) for event in events} - self._streams.keys()
        if not unknown:
            return
        names = (json.dumps([{"kiosk": kiosk, "stream": stream} for kiosk, stream in sorted(unknown)]),)
        self._connection.execute(
            "INSERT INTO fleet_stream (kiosk, stream, through) SELECT kiosk, stream, 0 FROM "
            "jsonb_to_recordset(%s::jsonb) AS name (kiosk text, stream text) ORDER BY 1, 2 ON CONFLICT DO NOTHING",
            names,
        )
        rows = self._connection.execute(
            "SELECT kiosk, stream, id, through FROM fleet_stream "
            "JOIN jsonb_to_recordset(%s::jsonb) AS name (kiosk text, stream text) USING (kiosk, stream)",
            names,
        )
        self._streams.update({(row[0], row[1]): _Stream(row[2], row[3]) for row in rows.fetchall()})

    def _insert(self, events: Sequence[Event]) -> int:
        rows = [
            {
                "stream": self._streams[event.kiosk, event.stream].id,
                "sequence": event.sequence,
                "happened_utc": event.happened_utc.isoformat(),
                "kind": event.kind,
                "facts": event.facts,
            }
            for event in events
        ]
        # One JSON text here and below: psycopg escapes each element of an array in Python.
        return self._connection.execute(
            "INSERT INTO fleet_entry (happened_utc, sequence, stream, kind, facts) SELECT * FROM "
            "jsonb_to_recordset(%s::jsonb) AS event (happened_utc timestamptz, sequence bigint, stream integer, "
            "kind text, facts jsonb) ON CONFLICT DO NOTHING",
            (json.dumps(rows),),
        ).rowcount

    def _advance(self, events: Sequence[Event]) -> dict[tuple[str, str], tuple[int, int]]:
        """Move every stream of the batch on; `events` in order of their numbers."""
        through: dict[tuple[str, str], int] = {}
        highest: dict[tuple[str, str], int] = {}
        for event in events:
            key = (event.kiosk, event.stream)
            whole = max(through.get(key, self._streams[key].through), event.first_kept - 1)
            through[key] = event.sequence if event.sequence == whole + 1 else whole
            highest[key] = event.sequence
        by_id = {self._streams[key].id: key for key in through}
        with self._connection.transaction():
            # Lost in a power cut, this is found again from the events, which are not.
            self._connection.execute("SET LOCAL synchronous_commit = off")
            reached = self._moved([(self._streams[key].id, through[key], highest[key]) for key in through])
            gaps = [number for number, (whole, last) in reached.items() if last > whole]
            if gaps:
                reached |= self._moved(self._runs([(number, *reached[number]) for number in gaps]))
        for number, (whole, _) in reached.items():
            self._streams[by_id[number]].through = whole
        return {by_id[number]: ends for number, ends in reached.items()}

    def _runs(self, streams: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
        """Id, `through` and `highest` of streams with a gap, `through` moved over what is stored already."""
        rows = self._connection.execute(
            "SELECT id, through + (SELECT count(*) FROM "
            "(SELECT sequence, row_number() OVER (ORDER BY sequence) AS place FROM fleet_entry "
            "WHERE stream = id AND sequence > through) AS later WHERE sequence = through + place), highest "
            "FROM jsonb_to_recordset(%s::jsonb) AS gap (id integer, through bigint, highest bigint)",
            (_ends(streams),),
        )
        return [(row[0], row[1], row[2]) for row in rows.fetchall()]

    def _moved(self, wanted: Sequence[tuple[int, int, int]]) -> dict[int, tuple[int, int]]:
        rows = self._connection.execute(
            "WITH wanted AS (SELECT * FROM jsonb_to_recordset(%s::jsonb) AS w (id integer, through bigint, "
            "highest bigint)), held AS MATERIALIZED (SELECT id FROM fleet_stream WHERE id IN (SELECT id FROM wanted) "
            "ORDER BY id FOR UPDATE) "
            "UPDATE fleet_stream SET through = greatest(fleet_stream.through, wanted.through), heard_utc = now(), "
            "highest = greatest(fleet_stream.highest, wanted.highest) FROM wanted JOIN held USING (id) "
            "WHERE fleet_stream.id = wanted.id RETURNING fleet_stream.id, fleet_stream.through, fleet_stream.highest",
            (_ends(wanted),),
        )
        return {row[0]: (row[1], row[2]) for row in rows.fetchall()}


def _ends(streams: Sequence[tuple[int, int, int]]) -> str:
    return json.dumps([{"id": number, "through": whole, "highest": last} for number, whole, last in streams])
