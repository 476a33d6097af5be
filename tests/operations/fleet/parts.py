"""A kiosk's end and the collector's end, stepped by hand until something is so."""

from __future__ import annotations

import base64
import sqlite3
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config.fleet import Fleet
from config.problems import BadInput, Problem
from hardware.clock import Clock, SystemClock
from kiosk.operations.fleet.collector import Collector
from kiosk.operations.fleet.mqtt import Uplink, broker_client
from kiosk.operations.fleet.outbox import OUTBOX_MIGRATIONS, PART, Outbox
from kiosk.operations.fleet.signed import DOCUMENT_MIGRATIONS, Accepted, DocumentKind, DocumentRefused, Documents
from kiosk.operations.fleet.signed import PART as DOCUMENT_PART
from kiosk.records.database import migrate, open_database, transaction
from tests.operations.fleet.servers import Mosquitto, Postgres

USERS = {"kiosk-1": "one", "kiosk-2": "two", "collector": "all", "office": "pen"}


class Steps(Protocol):
    def step(self, timeout_s: float) -> None: ...


def public_base64(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def price_is_a_number(body: Mapping[str, Any]) -> None:
    if not isinstance(body.get("price_minor", 1), int):
        raise BadInput(Problem("settings", "price_minor", "must be a number"))


class KioskEnd:
    """One kiosk's database, outbox and uplink."""

    def __init__(self, fleet: Fleet, password: str, path: Path, clock: Clock | None = None) -> None:
        self.fleet, self.password, self.path = fleet, password, path
        self.clock = clock or SystemClock()
        self.said: list[tuple[DocumentKind, Accepted | DocumentRefused]] = []
        self.connection: sqlite3.Connection
        self.uplink: Uplink
        self.open()

    def open(self) -> None:
        self.connection = open_database(self.path, OUTBOX_MIGRATIONS, part=PART)
        migrate(self.connection, DOCUMENT_MIGRATIONS, part=DOCUMENT_PART)
        self.outbox = Outbox(self.connection)
        self.documents = Documents(
            self.connection,
            self.fleet.kiosk,
            self.fleet.trusted_keys,
            {DocumentKind.SETTINGS: price_is_a_number, DocumentKind.RESTRICTED: lambda body: None},
        )
        self.uplink = Uplink(
            self.fleet,
            self.password,
            self.outbox,
            self.documents,
            self.clock,
            lambda kind, answer: self.said.append((kind, answer)),
        )

    def sell(self, number: int) -> None:
        with transaction(self.connection):
            self.outbox.append("sale", {"transaction": f"T{number}", "amount_minor": 349}, self.clock.utc())

    def step(self, timeout_s: float) -> None:
        self.uplink.step(timeout_s)

    def close(self) -> None:
        self.uplink.close()
        self.connection.close()

    def crash(self) -> None:
        """Lose everything that is not on disk."""
        connection = self.uplink._client.socket() if self.uplink._client else None
        if connection is not None:
            connection.close()
        self.uplink._client = None
        self.connection.close()


def collector_end(fleet: Fleet, postgres: Postgres, instance: str = "1") -> Collector:
    return Collector(fleet, "collector", "all", postgres.connect, SystemClock(), instance=instance)


def until(so: Callable[[], bool], *ends: Steps, limit_s: float = 30.0) -> None:
    """Step every end in turn until `so()`; the limit is for a test that hangs, not a figure."""
    stop_s = time.monotonic() + limit_s
    while not so():
        assert time.monotonic() < stop_s, [getattr(end, "problem", getattr(end, "uplink", "")) for end in ends]
        for end in ends:
            end.step(0.005)


def stored(postgres: Postgres) -> list[tuple[str, int]]:
    connection: psycopg.Connection[tuple[Any, ...]]
    with postgres.connect() as connection:
        rows = connection.execute("SELECT kiosk, facts->>'transaction' FROM fleet_event ORDER BY kiosk, sequence")
        return [(row[0], int(row[1][1:])) for row in rows.fetchall()]


def publish(broker: Mosquitto, user: str, messages: list[tuple[str, bytes]], *, retain: bool = False) -> None:
    """Publish as `user` with a bare client of our own and return once the broker has taken all."""
    settings = broker.fleet(user).broker
    client = broker_client(settings, user, USERS[user], window=100)
    waiting: set[int] = set()
    client.on_publish = lambda _client, _data, mid, _reason, _properties: waiting.discard(mid)
    client.connect(settings.host, settings.port, clean_start=True)
    for topic, payload in messages:
        waiting.add(client.publish(topic, payload, qos=1, retain=retain).mid)
    stop_s = time.monotonic() + 20
    while waiting:
        assert time.monotonic() < stop_s
        client.loop(0.05)
    client.disconnect()
    client.loop(0.1)
    connection = client.socket()
    if connection is not None:
        connection.close()
