"""The other end: events from the broker into PostgreSQL, each exactly once.

Responsible for: storing every event idempotently, and telling each kiosk up to where its events are stored, only
after the commit. Not responsible for: kiosks themselves, or reports over the collected data.

The broker's acknowledgement is sent after the commit too, so a collector that dies loses nothing: the broker sends
again, and what was stored already is recognised by its key (kiosk, stream, sequence).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import psycopg
from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from psycopg.types.json import Jsonb
from pydantic import AwareDatetime, Field, ValidationError, field_validator

from config.base import Frozen
from config.fleet import Fleet
from hardware.clock import Clock
from kiosk.operations.fleet.mqtt import ONLINE, Backoff, broker_client, session_properties

log = logging.getLogger(__name__)

MAX_EVENT_BYTES = 16_384

SCHEMA = """
CREATE TABLE IF NOT EXISTS fleet_event (
    kiosk text NOT NULL,
    stream text NOT NULL,
    sequence bigint NOT NULL,
    happened_utc timestamptz NOT NULL,
    kind text NOT NULL,
    facts jsonb NOT NULL,
    received_utc timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kiosk, stream, sequence)
);
CREATE INDEX IF NOT EXISTS fleet_event_happened ON fleet_event (happened_utc);
CREATE TABLE IF NOT EXISTS fleet_stream (
    kiosk text NOT NULL,
    stream text NOT NULL,
    through bigint NOT NULL,
    PRIMARY KEY (kiosk, stream)
);
CREATE TABLE IF NOT EXISTS fleet_kiosk (
    kiosk text PRIMARY KEY,
    online boolean NOT NULL,
    since_utc timestamptz NOT NULL DEFAULT now()
);
"""


class Event(Frozen):
    """An event as it arrives, checked before anything is stored."""

    kiosk: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    stream: str = Field(pattern=r"^[0-9a-f]{16}$")
    sequence: int = Field(ge=1, lt=2**62)
    first_kept: int = Field(ge=1, lt=2**62)
    happened_utc: AwareDatetime
    kind: str = Field(pattern=r"^[a-z_]{1,40}$")
    facts: dict[str, str | bool | int | float | None] = Field(max_length=40)

    @field_validator("facts")
    @classmethod
    def _can_be_stored(cls, facts: dict[str, str | bool | int | float | None]) -> dict[str, Any]:
        texts = [*facts, *(fact for fact in facts.values() if isinstance(fact, str))]
        if any("\0" in text for text in texts):
            raise ValueError("a text holds a NUL")
        return facts


class Collector:
    """Takes events until told to stop. All methods from one thread."""

    def __init__(
        self,
        fleet: Fleet,
        name: str,
        password: str,
        open_store: Callable[[], psycopg.Connection[tuple[Any, ...]]],
        clock: Clock,
    ) -> None:
        self._fleet = fleet
        self._name = name
        self._password = password
        self._open_store = open_store
        self._clock = clock
        self._backoff = Backoff(fleet.broker.retry_min_s, fleet.broker.retry_max_s)
        self._client: Client | None = None
        self._store: psycopg.Connection[tuple[Any, ...]] | None = None
        self._waiting: list[MQTTMessage] = []
        self.stored = 0
        self.duplicates = 0
        self.rejected = 0
        self.listening = False
        """Whether the broker has confirmed what we subscribed to."""
        self.problem = ""

    def step(self, timeout_s: float) -> None:
        """One turn: connect if it is time, receive for up to `timeout_s`, store, acknowledge."""
        if self._client is None:
            if self._backoff.due(self._clock.now_s()):
                self._connect()
            return
        if self._client.loop(timeout_s) is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            self._lost(self.problem or "connection lost")
            return
        if self._waiting:
            try:
                self._store_waiting()
            except psycopg.OperationalError as error:
                self._lost(f"PostgreSQL: {error}")

    def close(self) -> None:
        """Let go of broker and database; the broker keeps our session."""
        client, self._client = self._client, None
        self.listening = False
        if client is not None:
            client.disconnect()
            client.loop(0.1)
            connection = client.socket()
            if connection is not None:
                connection.close()
        store, self._store = self._store, None
        if store is not None:
            store.close()
        self._waiting.clear()

    def _connect(self) -> None:
        broker = self._fleet.broker
        try:
            self._store = self._open_store()
            with self._store.transaction():
                self._store.execute(SCHEMA)
            client = broker_client(broker, self._name, self._password, window=1000, manual_ack=True)
            client.on_connect = self._connected
            client.on_subscribe = self._subscribed
            client.on_message = self._arrived
            client.connect(
                broker.host,
                broker.port,
                keepalive=broker.keepalive_s,
                clean_start=False,
                properties=session_properties(broker, 1000),
            )
        except (OSError, ValueError, psycopg.OperationalError) as error:
            self._lost(f"{type(error).__name__}: {error}")
            return
        self._client = client
        self.problem = ""

    def _connected(
        self, client: Client, _data: Any, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self.problem = f"broker refused us: {reason}"
            return
        root = self._fleet.topic_root
        client.subscribe([(f"{root}/+/events", 1), (f"{root}/+/online", 1)])
        self._backoff.succeeded()
        log.info("collector connected")

    def _subscribed(
        self, _client: Client, _data: Any, _mid: int, reasons: list[ReasonCode], _properties: Properties | None
    ) -> None:
        self.listening = not any(reason.is_failure for reason in reasons)
        if not self.listening:
            self.problem = "broker does not let us read the events"

    def _arrived(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        self._waiting.append(message)

    def _store_waiting(self) -> None:
        if self._client is None or self._store is None:
            return
        waiting, self._waiting = self._waiting, []
        events: list[Event] = []
        online: dict[str, bool] = {}
        for message in waiting:
            kiosk, _, what = message.topic.removeprefix(f"{self._fleet.topic_root}/").partition("/")
            if what == "online":
                online[kiosk] = message.payload == ONLINE
            elif (event := self._checked(kiosk, bytes(message.payload))) is not None:
                events.append(event)
        with self._store.transaction():
            new = self._insert(events)
            confirmed = self._advance(events)
            for kiosk, is_online in online.items():
                self._store.execute(
                    "INSERT INTO fleet_kiosk (kiosk, online) VALUES (%s, %s) ON CONFLICT (kiosk) DO UPDATE "
                    "SET online = excluded.online, since_utc = now() WHERE fleet_kiosk.online <> excluded.online",
                    (kiosk, is_online),
                )
        self.stored += new
        self.duplicates += len(events) - new
        for message in waiting:
            self._client.ack(message.mid, message.qos)
        for (kiosk, stream), through in confirmed.items():
            self._client.publish(
                f"{self._fleet.topic_root}/{kiosk}/stored",
                json.dumps({"stream": stream, "through": through}),
                qos=1,
                retain=True,
            )

    def _checked(self, kiosk: str, payload: bytes) -> Event | None:
        reason = ""
        event = None
        if len(payload) > MAX_EVENT_BYTES:
            reason = "too large"
        else:
            try:
                event = Event.model_validate_json(payload)
            except ValidationError as error:
                reason = f"{error.error_count()} problems in its form"
        if event is not None and event.kiosk != kiosk:
            # The broker lets a kiosk write only below its own name, so the topic is what to believe.
            event, reason = None, "names another kiosk"
        if event is None:
            self.rejected += 1
            log.warning("event rejected", extra={"kiosk": kiosk, "reason": reason})
        return event

    def _insert(self, events: list[Event]) -> int:
        if not events or self._store is None:
            return 0
        with self._store.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO fleet_event (kiosk, stream, sequence, happened_utc, kind, facts) "
                "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                [
                    (event.kiosk, event.stream, event.sequence, event.happened_utc, event.kind, Jsonb(event.facts))
                    for event in events
                ],
            )
            return cursor.rowcount

    def _advance(self, events: list[Event]) -> dict[tuple[str, str], int]:
        """Per stream, the highest sequence below which nothing is missing."""
        kept: dict[tuple[str, str], int] = {}
        for event in events:
            key = (event.kiosk, event.stream)
            kept[key] = max(kept.get(key, 1), event.first_kept)
        through: dict[tuple[str, str], int] = {}
        if self._store is None:
            return through
        for (kiosk, stream), first_kept in sorted(kept.items()):
            row = self._store.execute(
                "INSERT INTO fleet_stream (kiosk, stream, through) VALUES (%s, %s, %s) ON CONFLICT (kiosk, stream) "
                "DO UPDATE SET through = greatest(fleet_stream.through, excluded.through) RETURNING through",
                (kiosk, stream, first_kept - 1),
            ).fetchone()
            known = int(row[0]) if row else 0
            row = self._store.execute(
                "UPDATE fleet_stream SET through = coalesce((SELECT max(sequence) FROM (SELECT sequence, "
                "row_number() OVER (ORDER BY sequence) AS place FROM fleet_event "
                "WHERE kiosk = %(kiosk)s AND stream = %(stream)s AND sequence > %(known)s) AS later "
                "WHERE sequence = place + %(known)s), %(known)s) "
                "WHERE kiosk = %(kiosk)s AND stream = %(stream)s RETURNING through",
                {"kiosk": kiosk, "stream": stream, "known": known},
            ).fetchone()
            through[kiosk, stream] = int(row[0]) if row else known
        return through

    def _lost(self, why: str) -> None:
        self.close()
        self.problem = why
        wait_s = self._backoff.failed(self._clock.now_s())
        log.warning("collector not connected", extra={"reason": why, "retry_s": wait_s})
