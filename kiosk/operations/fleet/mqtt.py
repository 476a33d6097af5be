"""The way to the broker: events out of the outbox, signed documents in.

Responsible for: the MQTT session (version 5, QoS 1, persistent, TLS, last will), what is on the way, and trying
again. Not responsible for: keeping events (`outbox`) or believing documents (`signed`).

How many events are on the way at once follows what comes through: a few at first, one more with each confirmation, half
as many after a loss, one after a silence, `window` at most. A broker with short queues drops what many kiosks send at
once and says nothing; the collector's confirmation shows the gap, and what fell into it is sent again.

`Uplink.step` does one short turn and never sleeps; one thread of its own calls it. A new MQTT client is made for every
connection, so that nothing is remembered outside the outbox: what was on the way when a link broke is read from there
again and sent under its old number.

Topics below `<root>/<kiosk>/`: `events` (out), `online` (out, retained, last will), `stored` (in, retained: the
collector holds everything up to a sequence), `documents/<kind>` (in, retained).
"""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from config.fleet import Broker, ConfirmBy, Fleet
from config.ordinary_file import ordinary
from hardware.clock import Clock
from kiosk.operations.fleet.outbox import Outbox
from kiosk.operations.fleet.signed import Accepted, DocumentKind, DocumentRefused, Documents

log = logging.getLogger(__name__)

NOBODY_LISTENS = 0x10
"""MQTT 5's reason code: taken, but no subscriber is there to have it."""
SENT_AT_FIRST = 10
GAP_S = 0.5
MOST_PATIENCE = 100
"""Times `resend_after_s`, the longest wait for a collector that confirms nothing."""
ONLINE = b"online"
OFFLINE = b"offline"


def broker_client(
    broker: Broker,
    name: str,
    password: str,
    *,
    window: int,
    manual_ack: bool = False,
    session: str = "",
    protocol: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv5,
    tls_socket: type[ssl.SSLSocket] = ssl.SSLSocket,
) -> Client:
    """A client for `broker`, not yet connected. `session` tells several clients of one user apart.

    Raises:
        OSError: a certificate file cannot be read (ssl.SSLError is one).
    """
    # No kiosk's name holds a slash, so none can take a session that is told apart by one.
    client_id = f"{name}/{session}" if session else name
    client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=protocol, manual_ack=manual_ack)
    client.username_pw_set(name, password)
    client.connect_timeout = broker.connect_timeout_s
    client.max_inflight_messages_set(window)
    if broker.tls:
        context = ssl.create_default_context(cafile=ordinary(Path(broker.ca_file)) if broker.ca_file else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.sslsocket_class = tls_socket
        if broker.cert_file:
            context.load_cert_chain(ordinary(Path(broker.cert_file)), ordinary(Path(broker.key_file)))
        client.tls_set_context(context)
    return client


def session_properties(broker: Broker, window: int) -> Properties:
    """What makes the session outlive the connection."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho types it in part
    properties.SessionExpiryInterval = broker.session_expiry_s
    properties.ReceiveMaximum = min(max(window, 1), 65_535)
    return properties


class Backoff:
    """When to try again: doubling from `first_s` to `last_s`, back to the start after a success."""

    def __init__(self, first_s: float, last_s: float) -> None:
        self._first_s, self._last_s = first_s, last_s
        self._next_s = first_s
        self._due_s = float("-inf")

    def due(self, now_s: float) -> bool:
        """Whether it is time."""
        return now_s >= self._due_s

    def failed(self, now_s: float) -> float:
        """Note a failure; returns the wait in seconds."""
        wait_s = self._next_s
        self._due_s = now_s + wait_s
        self._next_s = min(self._next_s * 2, self._last_s)
        return wait_s

    def succeeded(self) -> None:
        """Begin from the start next time."""
        self._next_s = self._first_s


class Uplink:
    """One kiosk's link to the broker. All methods from one thread."""

    def __init__(
        self,
        fleet: Fleet,
        password: str,
        outbox: Outbox,
        documents: Documents,
        clock: Clock,
        on_document: Callable[[DocumentKind, Accepted | DocumentRefused], None],
    ) -> None:
        self._fleet = fleet
        self._password = password
        self._outbox = outbox
        self._documents = documents
        self._clock = clock
        self._on_document = on_document
        self._base = f"{fleet.topic_root}/{fleet.kiosk}"
        self._backoff = Backoff(fleet.broker.retry_min_s, fleet.broker.retry_max_s)
        self._client: Client | None = None
        self._ready = False
        self._sent_through = 0
        self._on_the_way: dict[int, int] = {}
        self._progress_s = 0.0
        self._allowed = 0
        self._patience_s = fleet.resend_after_s
        self._gap_since_s: float | None = None
        self.problem = ""
        """Why the link is down or what it complains of; empty when all is well."""

    @property
    def connected(self) -> bool:
        """Whether the broker has let us in."""
        return self._ready

    def step(self, timeout_s: float) -> None:
        """One turn: connect if it is time, read and write for up to `timeout_s`, send what waits."""
        if self._client is None:
            if not self._backoff.due(self._clock.now_s()):
                return
            self._connect()
        if self._client is None:
            return
        if self._client.loop(timeout_s) is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            self._lost(self.problem or "connection lost")
            return
        if self._ready:
            self._send()

    def close(self) -> None:
        """Say goodbye (the last will is for when we cannot) and let go of the connection."""
        if self._client is not None and self._ready:
            self._client.publish(f"{self._base}/online", OFFLINE, qos=1, retain=True)
            self._client.loop(0.1)
            self._client.disconnect()
            self._client.loop(0.1)
        self._drop()

    def _connect(self) -> None:
        broker = self._fleet.broker
        self.problem = ""
        try:
            client = broker_client(broker, self._fleet.kiosk, self._password, window=self._fleet.window)
            client.on_connect = self._connected
            client.on_disconnect = self._disconnected
            client.on_publish = self._published
            client.on_message = self._arrived
            client.will_set(f"{self._base}/online", OFFLINE, qos=1, retain=True)
            client.connect(
                broker.host,
                broker.port,
                keepalive=broker.keepalive_s,
                clean_start=False,
                properties=session_properties(broker, self._fleet.window),
            )
        except (OSError, ValueError) as error:
            # ValueError: paho refuses what the broker's greeting or a certificate cannot mean.
            self._lost(f"{type(error).__name__}: {error}")
            return
        self._client = client

    def _connected(
        self, client: Client, _data: Any, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self.problem = f"broker refused us: {reason}"
            return
        topics = [(f"{self._base}/documents/{kind}", 1) for kind in DocumentKind] + [(f"{self._base}/stored", 1)]
        client.subscribe(topics)
        client.publish(f"{self._base}/online", ONLINE, qos=1, retain=True)
        self._ready = True
        self.problem = ""
        self._allowed = min(SENT_AT_FIRST, self._fleet.window)
        self._begin_again()
        self._backoff.succeeded()
        log.info("fleet link up")

    def _disconnected(
        self,
        _client: Client,
        _data: Any,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._ready = False
        if reason.is_failure and not self.problem:
            self.problem = f"disconnected: {reason}"

    def _send(self) -> None:
        if self._client is None:
            return
        now_s = self._clock.now_s()
        silent = bool(self._on_the_way) and now_s - self._progress_s > self._patience_s
        if silent or (self._gap_since_s is not None and now_s - self._gap_since_s > GAP_S):
            log.warning("fleet events unconfirmed, sending again", extra={"count": len(self._on_the_way)})
            self._allowed = 1 if silent else max(self._allowed // 2, 1)
            if silent:
                self._patience_s = min(self._patience_s * 2, self._fleet.resend_after_s * MOST_PATIENCE)
            self._begin_again()
        room = self._allowed - len(self._on_the_way)
        if room <= 0:
            return
        events = self._outbox.pending(self._sent_through, room)
        if events and not self._on_the_way:
            self._progress_s = now_s
        for event in events:
            info = self._client.publish(f"{self._base}/events", event.to_bytes(self._fleet.kiosk), qos=1)
            self._on_the_way[event.sequence] = info.mid
            self._sent_through = event.sequence

    def _begin_again(self) -> None:
        """Send from the oldest event kept; what was on the way counts for nothing."""
        self._sent_through = 0
        self._on_the_way.clear()
        self._gap_since_s = None
        self._progress_s = self._clock.now_s()

    def _came_through(self) -> None:
        self._allowed = min(self._allowed + 1, self._fleet.window)
        self._patience_s = self._fleet.resend_after_s
        self._progress_s = self._clock.now_s()
        self.problem = ""

    def _published(
        self, _client: Client, _data: Any, mid: int, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self.problem = f"broker did not take an event: {reason}"
            return
        if reason.value == NOBODY_LISTENS:
            self.problem = "no collector listens at the broker"
        if self._fleet.confirm is ConfirmBy.BROKER:
            for sequence in [number for number, its_mid in self._on_the_way.items() if its_mid == mid]:
                self._outbox.discard(sequence)
                del self._on_the_way[sequence]
                self._came_through()

    def _arrived(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        kind = message.topic.removeprefix(f"{self._base}/")
        if kind == "stored":
            self._stored(bytes(message.payload))
        elif kind.startswith("documents/") and kind.removeprefix("documents/") in DocumentKind.__members__.values():
            document = DocumentKind(kind.removeprefix("documents/"))
            self._on_document(document, self._documents.offer(bytes(message.payload), document, self._clock.utc()))

    def _stored(self, payload: bytes) -> None:
        if self._fleet.confirm is not ConfirmBy.COLLECTOR:
            return
        try:
            said = json.loads(payload)
            stream, through, highest = said["stream"], said["through"], said.get("highest", 0)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self.problem = "the collector's confirmation cannot be read"
            return
        # Of another stream: from before this database. Beyond what we ever sent: not of this kiosk's making.
        if stream != self._outbox.stream or not isinstance(through, int) or through > self._outbox.last_sequence():
            return
        gap = isinstance(highest, int) and through < highest
        # Two collectors may store out of order: a gap counts when it stays open for a moment.
        self._gap_since_s = (self._gap_since_s or self._clock.now_s()) if gap and self._on_the_way else None
        self._outbox.discard_through(through)
        confirmed = [sequence for sequence in self._on_the_way if sequence <= through]
        for sequence in confirmed:
            del self._on_the_way[sequence]
        if confirmed:
            self._came_through()

    def _lost(self, why: str) -> None:
        self._drop()
        self.problem = why
        wait_s = self._backoff.failed(self._clock.now_s())
        log.warning("fleet link down", extra={"reason": why, "retry_s": wait_s})

    def _drop(self) -> None:
        client, self._client = self._client, None
        self._ready = False
        if client is not None:
            client.on_disconnect = None
            client.disconnect()
            client.loop(0)
            # loop() leaves the socket of a broken TLS session open; nothing else would close it before collection.
            connection = client.socket()
            if connection is not None:
                connection.close()
