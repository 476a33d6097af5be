"""What stands between many kiosks and their office: does the broker keep what it takes, does the database answer?

Responsible for: trying both servers as they will be used. Not responsible for: mending them, or one kiosk's own link
(`kiosk doctor`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import psycopg
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode

from config.fleet import Fleet
from kiosk.operations.doctor import Check, Finding, failed, passed, warned
from kiosk.operations.fleet.mqtt import broker_client
from kiosk.operations.fleet.store import Connection

QUIET_S = 2.0
EVENT_BYTES = 300


def fleet_checks(
    fleet: Fleet, name: str, password: str, open_store: Callable[[], Connection], queue: int
) -> list[tuple[str, Check]]:
    """Every check of the office's side. `queue`: events the broker must keep for a collector that is slow."""
    return [
        ("broker", lambda: broker(fleet, name, password, queue)),
        ("database", lambda: database(open_store)),
    ]


def broker(fleet: Fleet, name: str, password: str, queue: int) -> Finding:
    """Does it let us in, and keep `queue` events for somebody who does not read them yet?"""
    topic = f"{fleet.topic_root}/doctor/probe"
    got = 0
    trouble: list[str] = []

    def arrived(_client: Client, _data: Any, _message: MQTTMessage) -> None:
        nonlocal got
        got += 1

    listening: list[bool] = []
    taken = 0

    def published(_client: Client, _data: Any, _mid: int, reason: Any, _properties: Any) -> None:
        nonlocal taken
        taken += not reason.is_failure
        if reason.is_failure:
            trouble.append(f"it does not take our probe: {reason}")

    with ExitStack() as ending:
        try:
            reader, writer = (_connected(fleet, name, password, part, trouble, ending) for part in ("reads", "writes"))
        except (OSError, ValueError) as error:
            at = f"{fleet.broker.host}:{fleet.broker.port}"
            return failed(
                "broker", f"{at}: {type(error).__name__}: {error}", "check host, port, ca_file and that it runs"
            )
        reader.on_message = arrived
        reader.on_subscribe = lambda _c, _d, _m, reasons, _p: listening.append(not any(r.is_failure for r in reasons))
        reader.subscribe(topic, 1)
        _until(lambda: bool(listening or trouble), reader, writer)
        if trouble or not listening or not listening[0]:
            why = trouble[0] if trouble else "it does not let us read"
            return failed("broker", why, "check KIOSK_MQTT_PASSWORD and that keykiosk.acl is the newest")
        writer.on_publish = published
        for _ in range(queue):
            writer.publish(topic, b"." * EVENT_BYTES, qos=1)
        _until(lambda: taken >= queue or bool(trouble), writer, seen=lambda: taken)
        if trouble:
            return failed("broker", trouble[0], "renew keykiosk.acl at the broker")
        _until(lambda: got >= queue, reader, seen=lambda: got)
    if got < queue:
        found = f"it took {taken} events and dropped {taken - got} of them without a word"
        return failed("broker", found, "set max_queued_messages as in deploy/mosquitto/mosquitto.conf")
    return passed("broker", f"keeps {queue} events for a collector that does not read")


def database(open_store: Callable[[], Connection]) -> Finding:
    """Does it answer, and do events arrive in it?"""
    try:
        with open_store() as connection:
            if connection.execute("SELECT to_regclass('fleet_entry')").fetchone() == (None,):
                return warned("database", "answers; no collector has been here", "start kiosk fleet collect")
            row = connection.execute(
                "SELECT (SELECT count(*) FROM fleet_kiosk WHERE online), (SELECT max(heard_utc) FROM fleet_stream), "
                "(SELECT max(heard_utc) < now() - interval '1 day' FROM fleet_stream), "
                "pg_size_pretty(pg_database_size(current_database()))"
            ).fetchone()
    except psycopg.Error as error:
        return failed("database", f"{type(error).__name__}: {error}", "check KIOSK_COLLECTOR_DSN and that it runs")
    online, heard, long_ago, size = row or (0, None, None, "")
    found = f"{size}, {online} kiosks online, last event stored {heard:%Y-%m-%d %H:%M}" if heard else "no event yet"
    if online and (heard is None or long_ago):
        return warned("database", found, "does a collector run? systemctl status kiosk-collector")
    return passed("database", found)


def _connected(fleet: Fleet, name: str, password: str, part: str, trouble: list[str], ending: ExitStack) -> Client:
    client = broker_client(fleet.broker, name, password, window=100, session=f"doctor-{part}")
    client.max_queued_messages_set(0)
    ending.callback(_end, client)
    inside: list[bool] = []

    def answered(_client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        inside.append(True)
        if reason.is_failure:
            trouble.append(f"it refused us: {reason}")

    client.on_connect = answered
    client.connect(fleet.broker.host, fleet.broker.port, keepalive=fleet.broker.keepalive_s, clean_start=True)
    _until(lambda: bool(inside), client)
    if not inside:
        trouble.append("it does not answer")
    return client


def _until(so: Callable[[], bool], *clients: Client, seen: Callable[[], object] = lambda: None) -> None:
    """Serve the clients until `so()`, or until nothing has happened for a while (`seen` unchanged)."""
    before, quiet_from_s = seen(), time.monotonic()
    while not so() and time.monotonic() - quiet_from_s < QUIET_S:
        busy = [client.loop(0.01) for client in clients]
        if any(rc is not MQTTErrorCode.MQTT_ERR_SUCCESS for rc in busy):
            return
        if seen() != before:
            before, quiet_from_s = seen(), time.monotonic()


def _end(client: Client) -> None:
    client.disconnect()
    client.loop(0.1)
    connection = client.socket()
    if connection is not None:
        connection.close()
