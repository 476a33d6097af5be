"""Documents to many kiosks: some first, then more, each answer waited for, and the way back.

Responsible for: who is next, which version each gets, what was sent and what came of it. Not responsible for: signing
(`signed`), judging a body, or asking the person (`kiosk.commands.rollout`).

Every kiosk counts its own versions, so one body goes out under many numbers. What was sent is kept in the database
before it is published: a version is never given out twice. What the broker has not said to have taken counts as unsent.
The answers are the kiosks' own events.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from paho.mqtt.client import Client
from psycopg.types.json import Jsonb

from config.fleet import Fleet
from config.problems import BadInput, Problem
from kiosk.operations.fleet.mqtt import broker_client
from kiosk.operations.fleet.signed import DocumentKind
from kiosk.operations.fleet.store import Connection

QUIET_S = 30.0

SCHEMA = """
CREATE TABLE IF NOT EXISTS fleet_document (
    kiosk text NOT NULL,
    kind text NOT NULL,
    version bigint NOT NULL,
    digest text NOT NULL,
    body jsonb NOT NULL,
    sent_utc timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kiosk, kind, version)
);
ALTER TABLE fleet_document ADD COLUMN IF NOT EXISTS published boolean NOT NULL DEFAULT true,
    ADD COLUMN IF NOT EXISTS back boolean NOT NULL DEFAULT false;
"""

Body = Mapping[str, Any]


class Answer(StrEnum):
    """What came of a document."""

    TAKEN = "taken"
    REFUSED = "refused"
    AWAITED = "awaited"
    UNSENT = "unsent"
    """The broker has not said that it took it."""


@dataclass(frozen=True)
class Sent:
    """The newest document of a kind that a kiosk was sent, or was to be."""

    kiosk: str
    version: int
    digest: str
    answer: Answer
    reason: str = ""
    still_to_go_back: bool = False
    """It is the one before, and the broker did not take it."""


def digest_of(body: Body) -> str:
    """What tells one body from another, whichever kiosk and version it goes to."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()[:16]


def first_of(kiosks: Sequence[str], percent: int, digest: str) -> list[str]:
    """So many of a hundred, at least one; the same each time for this body, and among those of every larger part."""
    ordered = sorted(kiosks, key=lambda kiosk: hashlib.sha256(f"{digest} {kiosk}".encode()).digest())
    return ordered[: -(-len(ordered) * percent // 100)]


class Rollout:
    """The documents of one kind. All methods from one thread."""

    def __init__(self, connection: Connection, kind: DocumentKind) -> None:
        self._connection = connection
        self._kind = kind
        connection.execute(SCHEMA)

    def sent(self) -> dict[str, Sent]:
        """The newest document of every kiosk there is one for, with its answer."""
        rows = self._connection.execute(
            "SELECT DISTINCT ON (d.kiosk) d.kiosk, d.version, d.digest, "
            "coalesce(e.facts->>'status', CASE WHEN d.published THEN 'awaited' ELSE 'unsent' END), e.facts->>'reason', "
            "d.back AND NOT d.published "
            "FROM fleet_document d LEFT JOIN fleet_event e ON e.kind = 'settings' AND e.kiosk = d.kiosk "
            "AND e.facts->>'document' = d.kind AND e.happened_utc >= d.sent_utc - interval '1 hour' "
            "AND (e.facts->>'version' = d.version::text OR d.published AND e.facts->>'status' = 'refused') "
            "WHERE d.kind = %s ORDER BY d.kiosk, d.version DESC, e.facts->>'status' = 'taken' DESC, e.sequence DESC",
            (self._kind.value,),
        ).fetchall()
        return {row[0]: Sent(row[0], row[1], row[2], Answer(row[3]), row[4] or "", row[5]) for row in rows}

    def next_version(self, kiosk: str) -> int:
        """One more than the newest this kiosk was sent or said it holds."""
        row = self._connection.execute(
            "SELECT greatest((SELECT max(version) FROM fleet_document WHERE kiosk = %(kiosk)s AND kind = %(kind)s), "
            "(SELECT max((facts->>'version')::bigint) FROM fleet_event WHERE kiosk = %(kiosk)s AND kind = 'settings' "
            "AND facts->>'document' = %(kind)s), 0)",
            {"kiosk": kiosk, "kind": self._kind.value},
        ).fetchone()
        return int(row[0]) + 1 if row else 1

    def body_before(self, sent: Sent) -> Body | None:
        """The newest body this kiosk was sent that is not this one; this one while it is itself still to go back."""
        row = self._connection.execute(
            "SELECT body FROM fleet_document WHERE kiosk = %s AND kind = %s AND "
            "CASE WHEN %s THEN version = %s ELSE digest <> %s AND published END ORDER BY version DESC LIMIT 1",
            (sent.kiosk, self._kind.value, sent.still_to_go_back, sent.version, sent.digest),
        ).fetchone()
        return None if row is None else dict(row[0])

    def keep(self, kiosk: str, version: int, body: Body, *, back: bool = False) -> None:
        """It is about to be published."""
        self._connection.execute(
            "INSERT INTO fleet_document (kiosk, kind, version, digest, body, published, back) "
            "VALUES (%s, %s, %s, %s, %s, false, %s)",
            (kiosk, self._kind.value, version, digest_of(body), Jsonb(dict(body)), back),
        )

    def published(self, kiosk: str) -> None:
        """The broker has taken the newest."""
        self._connection.execute(
            "UPDATE fleet_document d SET published = true WHERE kiosk = %(kiosk)s AND kind = %(kind)s AND version = "
            "(SELECT max(version) FROM fleet_document WHERE kiosk = %(kiosk)s AND kind = %(kind)s)",
            {"kiosk": kiosk, "kind": self._kind.value},
        )


def hindrance(sent: Iterable[Sent]) -> str:
    """Why a body must not go to more kiosks yet; empty when every kiosk that got it has taken it."""
    refused = [each for each in sent if each.answer is Answer.REFUSED]
    awaited = [each for each in sent if each.answer is Answer.AWAITED]
    if refused:
        return f"{len(refused)} refused it, first {refused[0].kiosk}: {refused[0].reason or 'no reason told'}"
    return f"{len(awaited)} have not answered yet, first {awaited[0].kiosk}" if awaited else ""


def publish(
    fleet: Fleet,
    name: str,
    password: str,
    documents: Mapping[tuple[str, DocumentKind], bytes],
    published: Callable[[str], None],
) -> None:
    """Publish each retained, say of which kiosk's the broker has taken it, and return once it has taken all.

    Raises:
        BadInput: it does not let us in, refuses one, or falls silent.
    """
    client = broker_client(fleet.broker, name, password, window=100, session="publishes")
    awaited: dict[int, str] = {}
    trouble: list[str] = []
    inside: list[bool] = []

    def answered(_client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        inside.append(True)
        if reason.is_failure:
            trouble.append(f"refused us: {reason}")

    def taken(_client: Client, _data: Any, mid: int, reason: Any, _properties: Any) -> None:
        kiosk = awaited.pop(mid)
        if reason.is_failure:
            trouble.append(f"did not take a document: {reason}")
        else:
            published(kiosk)

    client.on_connect, client.on_publish = answered, taken
    try:
        client.connect(fleet.broker.host, fleet.broker.port, keepalive=fleet.broker.keepalive_s, clean_start=True)
        _serve(client, lambda: bool(inside), trouble)
        for (kiosk, kind), data in documents.items():
            topic = f"{fleet.topic_root}/{kiosk}/documents/{kind}"
            awaited[client.publish(topic, data, qos=1, retain=True).mid] = kiosk
        _serve(client, lambda: not awaited, trouble)
    except (OSError, ValueError) as error:
        raise BadInput(Problem("broker", "", f"{type(error).__name__}: {error}")) from error
    finally:
        client.disconnect()
        client.loop(0.1)
        connection = client.socket()
        if connection is not None:
            connection.close()


def _serve(client: Client, so: Any, trouble: Sequence[str]) -> None:
    until_s = time.monotonic() + QUIET_S
    while not so() and not trouble:
        if time.monotonic() > until_s:
            raise BadInput(Problem("broker", "", "does not answer"))
        client.loop(0.05)
    if trouble:
        raise BadInput(Problem("broker", "", trouble[0]))
