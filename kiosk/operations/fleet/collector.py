"""The other end: events from the broker into PostgreSQL, each exactly once.

Responsible for: taking events as fast as they can be stored and no faster, and telling each kiosk up to where its
events are stored, only after the commit. Not responsible for: tables (`store`), or kiosks themselves.

Collectors of one fleet share the events among them (an MQTT shared subscription), each under a name of its own. The
database is written from a thread of its own, so that the broker is served meanwhile. The broker's acknowledgement is
sent after the commit: it never has more than its `max_inflight_messages` on the way to a collector. One that dies loses
nothing, and its session ends with it: what it had not stored the kiosks send again, and what was stored is recognised.
"""

from __future__ import annotations

import json
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

import psycopg
from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from prometheus_client import Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from pydantic import ValidationError

from config.fleet import Fleet
from hardware.clock import Clock
from kiosk.operations.fleet.bulk_tls import BulkTlsSocket
from kiosk.operations.fleet.mqtt import ONLINE, Backoff, broker_client
from kiosk.operations.fleet.store import Connection, Event, EventStore, Stored

log = logging.getLogger(__name__)

MAX_EVENT_BYTES = 16_384
WINDOW = 2000
MOST_IN_A_BATCH = 1000
FEWEST_IN_A_BATCH = 50
BATCH_S = 0.5
"""What a batch may take: after a full one the next is as large as would fit."""
READ_EVERY_S = 0.02
BATCH_BOUNDS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
GROUP = "collectors"


@dataclass
class Counts:
    """What a collector has done since it started."""

    stored: int = 0
    duplicates: int = 0
    rejected: int = 0
    batch_s: Histogram = field(
        default_factory=lambda: Histogram(
            "keykiosk_collector_batch_seconds", "How long a batch took to store", registry=None, buckets=BATCH_BOUNDS_S
        )
    )


class _Arrived(NamedTuple):
    """What is kept of a message; the client's own holds a lock and a dozen more objects."""

    topic: str
    payload: bytes
    number: int
    qos: int


@dataclass(frozen=True)
class _Batch:
    messages: Sequence[_Arrived]
    rejected: int
    stored: Stored
    took_s: float


class Collector:
    """Takes events until told to stop. All methods from one thread."""

    def __init__(
        self,
        fleet: Fleet,
        name: str,
        password: str,
        open_store: Callable[[], Connection],
        clock: Clock,
        *,
        instance: str = "1",
        keep_days: int = 400,
    ) -> None:
        self._fleet = fleet
        self._name = name
        self._instance = instance
        self._password = password
        self._open_store = open_store
        self._keep_days = keep_days
        self._clock = clock
        self._backoff = Backoff(fleet.broker.retry_min_s, fleet.broker.retry_max_s)
        self._client: Client | None = None
        self._connection: Connection | None = None
        self._store: EventStore | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._writing: Future[_Batch] | None = None
        self._waiting: deque[_Arrived] = deque()
        self._most = MOST_IN_A_BATCH
        self.counts = Counts()
        self.listening = False
        """Whether the broker has confirmed what we subscribed to."""
        self.problem = ""

    def metrics(self) -> list[Metric]:
        """For the collector's own page of figures; any thread."""
        counts = self.counts
        return [
            CounterMetricFamily("keykiosk_collector_stored", "Events stored", counts.stored),
            CounterMetricFamily("keykiosk_collector_duplicates", "Events that were stored already", counts.duplicates),
            CounterMetricFamily("keykiosk_collector_rejected", "Events of a wrong form", counts.rejected),
            GaugeMetricFamily("keykiosk_collector_listening", "Whether broker and database answer", self.listening),
            GaugeMetricFamily("keykiosk_collector_waiting", "Events taken and not stored yet", len(self._waiting)),
            *counts.batch_s.collect(),
        ]

    def step(self, timeout_s: float) -> None:
        """One turn: connect if it is time, receive for up to `timeout_s`, store, acknowledge."""
        if self._client is None:
            if self._backoff.due(self._clock.now_s()):
                self._connect()
            return
        if self._writing is not None:
            # What comes meanwhile is read in one go: message by message it costs several times as much.
            wait([self._writing], min(timeout_s, READ_EVERY_S))
        if not self._served(self._client, timeout_s if self._writing is None else 0.0):
            self._lost(self.problem or "connection lost")
            return
        try:
            if self._writing is not None and self._writing.done():
                self._settle(self._writing.result())
            if self._writing is None and self._store is not None and self._thread is not None:
                batch = list(islice(self._waiting, self._most))
                self._writing = self._thread.submit(self._write, self._store, batch) if batch else None
        except psycopg.Error as error:
            self._writing = None
            self._lost(f"PostgreSQL: {type(error).__name__}: {error}")
        except OSError as error:
            self._lost(f"broker: {type(error).__name__}: {error}")

    def close(self) -> None:
        """Finish the batch that is being written, and let go of broker and database."""
        client = self._client
        if self._writing is not None:
            try:
                self._settle(self._writing.result())
            except (psycopg.Error, OSError) as error:
                log.warning("the last batch was not confirmed", extra={"reason": str(error)})
        self._client, self._writing = None, None
        if self._thread is not None:
            self._thread.shutdown()
            self._thread = None
        self.listening = False
        if client is not None:
            client.disconnect()
            client.loop(0.1)
            connection = client.socket()
            if connection is not None:
                connection.close()
        store, self._connection, self._store = self._connection, None, None
        if store is not None:
            store.close()
        self._waiting.clear()

    def _served(self, client: Client, timeout_s: float) -> bool:
        """Read all that has come, within what may wait; `Client.loop` would ask the system once a message."""
        connection = client.socket()
        if connection is None:
            return False
        before = len(self._waiting)
        if client.loop(timeout_s) is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            return False
        while before < len(self._waiting) < WINDOW:
            before = len(self._waiting)
            if client.loop_read() is not MQTTErrorCode.MQTT_ERR_SUCCESS:
                return False
        return True

    def _connect(self) -> None:
        broker = self._fleet.broker
        try:
            self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="collector")
            self._connection = self._open_store()
            self._connection.autocommit = True
            self._store = EventStore(self._connection, self._keep_days)
            self._store.keep_up(self._clock.utc())
            # Version 5 would carry the same and costs paho a third of its time in empty properties of every message.
            client = broker_client(
                broker,
                self._name,
                self._password,
                window=WINDOW,
                manual_ack=True,
                session=self._instance,
                protocol=MQTTProtocolVersion.MQTTv311,
                tls_socket=BulkTlsSocket,
            )
            client.on_connect = self._connected
            client.on_subscribe = self._subscribed
            client.on_message = self._arrived
            client.connect(broker.host, broker.port, keepalive=broker.keepalive_s)
        except psycopg.Error as error:
            self._lost(f"PostgreSQL: {type(error).__name__}: {_with_its_host(error)}")
            return
        except (OSError, ValueError) as error:
            self._lost(f"broker {broker.host}:{broker.port}: {type(error).__name__}: {error}")
            return
        self._client = client
        self.problem = ""

    def _connected(
        self, client: Client, _data: Any, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            broker = self._fleet.broker
            self.problem = f"broker {broker.host}:{broker.port} refused us: {reason}"
            return
        root = self._fleet.topic_root
        client.subscribe([(f"$share/{GROUP}/{root}/+/events", 1), (f"{root}/+/online", 1)])

    def _subscribed(
        self, _client: Client, _data: Any, _mid: int, reasons: list[ReasonCode], _properties: Properties | None
    ) -> None:
        self.listening = not any(reason.is_failure for reason in reasons)
        if not self.listening:
            self.problem = "broker does not let us read the events"
            return
        self._backoff.succeeded()
        log.info("collector connected")

    def _arrived(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        self._waiting.append(_Arrived(message.topic, bytes(message.payload), message.mid, message.qos))

    def _write(self, store: EventStore, messages: Sequence[_Arrived]) -> _Batch:
        """In the database's thread."""
        began_s = time.monotonic()
        events: list[Event] = []
        online: dict[str, bool] = {}
        rejected = 0
        root = f"{self._fleet.topic_root}/"
        for message in messages:
            kiosk, _, what = message.topic.removeprefix(root).partition("/")
            if what == "online":
                online[kiosk] = message.payload == ONLINE
                continue
            event = _checked(kiosk, message.payload)
            if event is None:
                rejected += 1
            else:
                events.append(event)
        store.keep_up(self._clock.utc())
        stored = store.store(events, online)
        return _Batch(messages, rejected, stored, time.monotonic() - began_s)

    def _settle(self, batch: _Batch) -> None:
        """A batch is committed: tell the broker, and each kiosk of it."""
        self._writing = None
        for _ in batch.messages:
            self._waiting.popleft()
        counts = self.counts
        counts.stored += batch.stored.new
        counts.duplicates += batch.stored.duplicates
        counts.rejected += batch.rejected
        counts.batch_s.observe(batch.took_s)
        if batch.took_s > BATCH_S or len(batch.messages) == self._most:
            # Never more than halved or doubled, since one that waited for the disk says little of the next.
            fitting = self._most * min(max(BATCH_S / max(batch.took_s, 0.001), 0.5), 2.0)
            self._most = min(max(int(fitting), FEWEST_IN_A_BATCH), MOST_IN_A_BATCH)
        client = self._client
        if client is None:
            return
        with self._in_one_go(client):
            for message in batch.messages:
                client.ack(message.number, message.qos)
            for (kiosk, stream), (through, highest) in batch.stored.reached.items():
                # A word that is lost here is said again with the next event of this kiosk, or at its next connection.
                client.publish(
                    f"{self._fleet.topic_root}/{kiosk}/stored",
                    json.dumps({"stream": stream, "through": through, "highest": highest}),
                    retain=True,
                )

    def _in_one_go(self, client: Client) -> AbstractContextManager[None]:
        connection = client.socket()
        if isinstance(connection, BulkTlsSocket):
            return connection.in_one_go(self._fleet.broker.connect_timeout_s)
        return nullcontext()

    def _lost(self, why: str) -> None:
        self.close()
        # PostgreSQL goes on with what one might look at.
        self.problem = why = why.splitlines()[0]
        wait_s = self._backoff.failed(self._clock.now_s())
        log.warning("collector not connected", extra={"reason": why, "retry_s": wait_s})


def _with_its_host(error: psycopg.Error) -> str:
    """Of several addresses that were tried, the first."""
    first, *more = str(error).splitlines() or [""]
    return f"{first} {more[0]}" if first.endswith(":") and more else first


def _checked(kiosk: str, payload: bytes) -> Event | None:
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
        log.warning("event rejected", extra={"kiosk": kiosk, "reason": reason})
    return event
