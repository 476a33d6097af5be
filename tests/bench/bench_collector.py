"""How fast collectors store what waits at the broker, and that nothing is lost, doubled or confirmed early.

    python -m tests.bench.bench_collector [--kiosks 20000] [--events 100000] [--collectors 2]

Events of many kiosks wait in a real Mosquitto while the collectors are held; then one or two `kiosk fleet collect`
processes take them into a real PostgreSQL that commits to disk. Status 1 if an event is missing, doubled or confirmed
too far.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from kiosk.operations.fleet.mqtt import broker_client
from kiosk.operations.fleet.outbox import PendingEvent
from tests.operations.fleet.servers import Mosquitto, Postgres, processor_s, shipped_limits
from tests.support.paths import ROOT

LIMIT_S = 300.0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kiosks", type=int, default=20_000)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--collectors", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kiosk-collect-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        postgres = Postgres(home / "pg", on_disk=True)
        postgres.start()
        broker = Mosquitto(home / "broker", {"collector": "all", "kiosks": "many"}, shipped_limits())
        with (broker.folder / "acl").open("a") as acl:
            acl.write("\nuser kiosks\ntopic write keykiosk/+/events\n")
        broker.start()
        instances = [f"bench-{number}" for number in range(asked.collectors)]
        running = [_collects(broker, postgres, home, instance) for instance in instances]
        for each in running:
            while each.stderr is not None and "connected" not in each.stderr.readline():
                pass
            each.send_signal(signal.SIGSTOP)
        assert broker.process is not None
        assert postgres.process is not None
        parts = {"broker": broker.process.pid, "database": postgres.process.pid}
        parts |= {f"collector {number}": each.pid for number, each in enumerate(running, 1)}
        before_s = _spent(parts)
        _publish(broker, asked.kiosks, asked.events)
        with postgres.connect() as connection:
            connection.autocommit = True
            parts["this bench's looks at the database"] = connection.info.backend_pid
            taken_s = _spent(parts)
            for each in running:
                each.send_signal(signal.SIGCONT)
            stored, took_s = _stored(connection, asked.events)
            stored_s = _spent(parts)
            for each in running:
                each.terminate()
            words = [each.communicate(timeout=30)[1].strip().splitlines()[-1] for each in running]
            rows = connection.execute("SELECT count(*), count(DISTINCT (kiosk, sequence)) FROM fleet_event").fetchone()
            size = connection.execute(
                "SELECT sum(pg_table_size(inhrelid)), sum(pg_indexes_size(inhrelid)) FROM pg_inherits "
                "WHERE inhparent = 'fleet_entry'::regclass"
            ).fetchone()
        early = _confirmed(broker, asked.kiosks) - asked.events
        broker.stop()
        postgres.stop()
    count, distinct = rows or (0, 0)
    table, index = size or (0, 0)
    print(f"{asked.events} events of {asked.kiosks} kiosks, {asked.collectors} collectors")
    print(f"stored {count}, of them different {distinct}; confirmed beyond what is stored: {early}")
    print(f"{stored / took_s:.0f} events a second over {took_s:.1f} s")
    print(f"bytes an event: {table / count:.0f} table, {index / count:.0f} index")
    print("processor time an event, from its arrival at the broker to its storing:")
    kiosks_us = (taken_s["kiosks"] - before_s["kiosks"]) / asked.events * 1e6
    broker_us = (taken_s["broker"] - before_s["broker"]) / asked.events * 1e6
    print(f"  the kiosks' side {kiosks_us:.0f} us, broker taking it {broker_us:.0f} us (before the clock starts)")
    spent_us = {name: (stored_s[name] - taken_s[name]) / asked.events * 1e6 for name in parts}
    spent_us["database"] -= spent_us.pop("this bench's looks at the database")
    for name, one_us in spent_us.items():
        print(f"  {name} {one_us:.0f} us, {one_us / sum(spent_us.values()):.0%}")
    for word in words:
        print(f"said at the end: {word}")
    return 0 if (count, distinct, early) == (asked.events, asked.events, 0) else 1


def _spent(parts: Mapping[str, int]) -> dict[str, float]:
    """Processor time of each part so far; `kiosks` is this process."""
    return {name: processor_s(pid) for name, pid in parts.items()} | {"kiosks": time.process_time()}


def _stored(connection: psycopg.Connection[tuple[Any, ...]], events: int) -> tuple[int, float]:
    """How many were stored after the first look that found any, and in how long."""
    began_s = time.monotonic()
    first_s, at_first = 0.0, 0
    while (now_s := time.monotonic()) - began_s < LIMIT_S:
        row = connection.execute("SELECT coalesce(sum(through), 0) FROM fleet_stream").fetchone()
        stored = int(row[0]) if row else 0
        if stored and not at_first:
            first_s, at_first = now_s, stored
        if stored >= events:
            return stored - at_first, now_s - first_s
        time.sleep(0.25)
    raise TimeoutError(f"{stored} of {events} after {LIMIT_S} s")


def _publish(broker: Mosquitto, kiosks: int, events: int) -> None:
    settings = broker.fleet("kiosks").broker
    client = broker_client(settings, "kiosks", "many", window=1000)
    client.connect(settings.host, settings.port, clean_start=True)
    taken = 0

    def published(*_: object) -> None:
        nonlocal taken
        taken += 1

    client.on_publish = published
    sent = 0
    while taken < events:
        while sent < events and sent - taken < 500:
            kiosk, sequence = f"kiosk-{sent % kiosks:05d}", sent // kiosks + 1
            facts = {"transaction": f"{sent:016x}", "status": "captured", "blank": "KW1", "finish": "brass"}
            facts |= {"copies": 2, "amount_minor": 698, "currency": "USD", "simulated": False}
            happened = f"2026-11-28T{sequence % 24:02d}:00:00+00:00"
            event = PendingEvent(f"{sent % kiosks:016x}", sequence, 1, happened, "sale", facts)
            client.publish(f"keykiosk/{kiosk}/events", event.to_bytes(kiosk), qos=1)
            sent += 1
        client.loop(0.05)
    client.disconnect()
    client.loop(0.1)


def _collects(broker: Mosquitto, postgres: Postgres, home: Path, instance: str) -> subprocess.Popen[str]:
    config = home / "fleet.toml"
    server = broker.fleet("collector").broker
    config.write_text(
        f'enabled = true\n[broker]\nhost = "127.0.0.1"\nport = {server.port}\nca_file = "{server.ca_file}"\n'
    )
    command = [sys.executable, "-m", "kiosk", "fleet", "collect", "--config", str(config), "--instance", instance]
    environment = {**os.environ, "KIOSK_MQTT_PASSWORD": "all", "KIOSK_COLLECTOR_DSN": postgres.dsn}
    return subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def _confirmed(broker: Mosquitto, kiosks: int) -> int:
    """What all kiosks together are told is stored, from the retained words."""
    with (broker.folder / "acl").open("a") as acl:
        acl.write("topic read keykiosk/+/stored\n")
    broker.stop()
    broker.start()
    settings = broker.fleet("kiosks").broker
    client = broker_client(settings, "kiosks", "many", window=1000)
    told: dict[str, int] = {}
    client.on_message = lambda _client, _data, message: told.__setitem__(
        message.topic, json.loads(message.payload)["through"]
    )
    client.on_connect = lambda *_: client.subscribe("keykiosk/+/stored", 0)
    client.connect(settings.host, settings.port, clean_start=True)
    until_s = time.monotonic() + 30
    while len(told) < kiosks and time.monotonic() < until_s:
        client.loop(0.05)
    client.disconnect()
    client.loop(0.1)
    return sum(told.values())


if __name__ == "__main__":
    sys.exit(main())
