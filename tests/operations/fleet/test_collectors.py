"""Whoever runs the servers: a broker as it comes, two collectors, a year of events, an end asked for."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from pydantic import ValidationError

from config.fleet import load_fleet
from hardware.clock import SystemClock
from kiosk.operations.doctor import Grade
from kiosk.operations.fleet.bulk_tls import BulkTlsSocket
from kiosk.operations.fleet.collector import Collector, _Arrived, _Batch
from kiosk.operations.fleet.doctor import broker as examine_broker
from kiosk.operations.fleet.doctor import database as examine_database
from kiosk.operations.fleet.store import Event, EventStore, Stored
from tests.operations.fleet.parts import KioskEnd, collector_end, publish, stored, until
from tests.operations.fleet.servers import Mosquitto, Postgres, shipped_limits
from tests.support.paths import ROOT

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
STREAM = "0123456789abcdef"


def event(sequence: int, happened: datetime = NOW, kiosk: str = "kiosk-1", first_kept: int = 1) -> Event:
    return Event(
        kiosk=kiosk,
        stream=STREAM,
        sequence=sequence,
        first_kept=first_kept,
        happened_utc=happened,
        kind="sale",
        facts={"copies": 1},
    )


def opened(postgres: Postgres, keep_days: int = 400, now: datetime = NOW) -> EventStore:
    connection = postgres.connect()
    connection.autocommit = True
    store = EventStore(connection, keep_days)
    store.keep_up(now)
    return store


def tables(postgres: Postgres) -> dict[str, int]:
    with postgres.connect() as connection:
        rows = connection.execute("SELECT tableoid::regclass::text, count(*) FROM fleet_entry GROUP BY 1")
        return dict(rows.fetchall())


def test_a_stock_broker_that_drops_what_many_kiosks_send_at_once_is_caught_up_with(
    tmp_path: Path, postgres: Postgres, request: pytest.FixtureRequest
) -> None:
    names = [f"kiosk-{number}" for number in range(1, 11)]
    users = {name: name for name in names} | {"collector": "all"}
    broker = Mosquitto(tmp_path / "broker", users, ("max_queued_messages 60", "max_inflight_messages 20"))
    request.addfinalizer(broker.stop)
    broker.start()
    ends = [KioskEnd(broker.fleet(name, resend_after_s=1.0), name, tmp_path / f"{name}.db") for name in names]
    collector = collector_end(broker.fleet("collector"), postgres)
    until(lambda: collector.listening and all(end.uplink.connected for end in ends), *ends, collector)
    for end in ends:
        for number in range(1, 41):
            end.sell(number)
    # All of them send before the collector turns: 100 events, of which the broker keeps 80.
    for _ in range(8):
        for end in ends:
            end.step(0.0)
    until(lambda: all(end.outbox.count() == 0 for end in ends), *ends, collector)
    for end in ends:
        end.close()
    collector.close()
    assert len(stored(postgres)) == 400
    assert "dropped" in (broker.folder / "log").read_text()


def test_with_nobody_to_listen_a_kiosk_says_so_and_asks_ever_less_often(broker: Mosquitto, tmp_path: Path) -> None:
    kiosk = KioskEnd(broker.fleet("kiosk-1", resend_after_s=0.02), "one", tmp_path / "k.db")
    kiosk.sell(1)
    until(lambda: kiosk.uplink._patience_s >= 0.3, kiosk)
    assert kiosk.uplink.problem == "no collector listens at the broker"
    assert kiosk.outbox.count() == 1
    kiosk.close()


def test_two_collectors_share_the_events_and_one_that_dies_takes_none_with_it(
    broker: Mosquitto, postgres: Postgres, tmp_path: Path
) -> None:
    collectors = [collector_end(broker.fleet("collector"), postgres, instance) for instance in ("a", "b")]
    until(lambda: all(each.listening for each in collectors), *collectors)
    ends = [KioskEnd(broker.fleet(f"kiosk-{n}"), word, tmp_path / f"{n}.db") for n, word in ((1, "one"), (2, "two"))]
    for end in ends:
        for number in range(1, 101):
            end.sell(number)
    until(lambda: all(each.counts.stored > 20 for each in collectors), *ends, *collectors)
    dying = collectors.pop()
    assert dying._client is not None
    connection = dying._client.socket()
    assert connection is not None
    connection.close()
    until(lambda: all(end.outbox.count() == 0 for end in ends), *ends, *collectors)
    dying.close()
    for each in (*ends, *collectors):
        each.close()
    assert stored(postgres) == [(f"kiosk-{n}", number) for n in (1, 2) for number in range(1, 101)]


def test_collectors_that_store_out_of_order_confirm_nothing_before_it_is_whole(postgres: Postgres) -> None:
    one, other = opened(postgres), opened(postgres)
    key = ("kiosk-1", STREAM)
    assert one.store([event(1)], {}).reached[key] == (1, 1)
    assert other.store([event(4), event(3)], {}).reached[key] == (1, 4)
    assert one.store([event(2)], {}).reached[key] == (4, 4), "what the other had stored counts at once"
    assert other.store([event(2), event(4), event(5)], {}).reached[key] == (5, 5)
    assert one.store([event(5), event(6)], {}).duplicates == 1
    for each in (one, other):
        each._connection.close()


def test_what_a_kiosk_no_longer_holds_is_not_waited_for(postgres: Postgres) -> None:
    store = opened(postgres)
    assert store.store([event(8, first_kept=8)], {}).reached["kiosk-1", STREAM] == (8, 8)
    store._connection.close()


def test_events_lie_by_week_and_a_week_goes_when_it_has_been_kept_long_enough(postgres: Postgres) -> None:
    store = opened(postgres, keep_days=30)
    far, long_ago = NOW + timedelta(days=28), NOW - timedelta(days=29)
    store.store([event(1), event(2, far), event(3, long_ago)], {})
    assert tables(postgres) == {"fleet_entry_20261123": 1, "fleet_entry_other": 2}
    later = NOW + timedelta(days=7)
    store.keep_up(later)
    assert tables(postgres) == {"fleet_entry_20261123": 1, "fleet_entry_20261221": 1}, "a wrong clock's week has come"
    store.keep_up(NOW + timedelta(days=38))
    assert tables(postgres) == {"fleet_entry_20261221": 1}
    assert store.store([event(1)], {}).duplicates == 1, "what was dropped is not taken again"
    store._connection.close()


def test_the_tables_of_the_release_before_are_taken_over_with_all_their_events(postgres: Postgres) -> None:
    with postgres.connect() as connection:
        connection.execute(
            "CREATE TABLE fleet_event (kiosk text, stream text, sequence bigint, happened_utc timestamptz, kind text, "
            "facts jsonb, received_utc timestamptz DEFAULT now(), PRIMARY KEY (kiosk, stream, sequence));"
            "CREATE TABLE fleet_stream (kiosk text, stream text, through bigint NOT NULL, PRIMARY KEY (kiosk, stream));"
            f"INSERT INTO fleet_stream VALUES ('kiosk-1', '{STREAM}', 2);"
            "INSERT INTO fleet_event (kiosk, stream, sequence, happened_utc, kind, facts) SELECT 'kiosk-1', "
            f"'{STREAM}', n, '{NOW}', 'sale', jsonb_build_object('transaction', 'T' || n) FROM generate_series(1, 2) n"
        )
    store = opened(postgres)
    assert stored(postgres) == [("kiosk-1", 1), ("kiosk-1", 2)]
    answer = store.store([event(2), event(3)], {})
    assert (answer.new, answer.duplicates, answer.reached["kiosk-1", STREAM]) == (1, 1, (3, 3))
    store._connection.close()


@pytest.mark.parametrize(
    ("most", "size", "took_s", "after"),
    [
        (1000, 1000, 2.0, 500),
        (800, 800, 0.8, 500),
        (60, 10, 9.0, 50),
        (100, 100, 0.25, 200),
        (100, 100, 0.001, 200),
        (100, 99, 0.001, 100),
        (1000, 1000, 0.1, 1000),
    ],
)
def test_a_full_batch_or_a_slow_one_says_how_large_the_next_may_be(
    most: int, size: int, took_s: float, after: int
) -> None:
    collector = Collector(load_fleet(None), "collector", "all", psycopg.connect, SystemClock())
    collector._most = most
    collector._waiting.extend([_Arrived("", b"", 0, 0)] * size)
    collector._settle(_Batch(list(collector._waiting), 0, Stored(size, 0, {}), took_s))
    assert (collector._most, len(collector._waiting)) == (after, 0)


def test_a_broker_that_does_not_take_the_confirmations_is_left_and_everything_is_confirmed_later(
    broker: Mosquitto, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [TimeoutError("the write operation timed out")]
    sends = BulkTlsSocket.sendall

    def sendall(connection: BulkTlsSocket, data: bytes, flags: int = 0) -> None:
        if failures:
            raise failures.pop()
        sends(connection, data, flags)

    monkeypatch.setattr(BulkTlsSocket, "sendall", sendall)
    kiosk = KioskEnd(broker.fleet("kiosk-1"), "one", tmp_path / "k.db")
    collector = collector_end(broker.fleet("collector"), postgres)
    said: set[str] = set()
    for number in range(1, 51):
        kiosk.sell(number)

    def all_confirmed() -> bool:
        said.add(collector.problem)
        return kiosk.outbox.count() == 0

    until(all_confirmed, kiosk, collector)
    assert "broker: TimeoutError: the write operation timed out" in said
    assert stored(postgres) == [("kiosk-1", number) for number in range(1, 51)]
    kiosk.close()
    collector.close()


@pytest.mark.parametrize(
    ("options", "grade", "words"),
    [
        (("max_queued_messages 100",), Grade.FAIL, "without a word"),
        (shipped_limits(), Grade.PASS, "keeps 1500 events"),
    ],
    ids=["a broker that drops", "as shipped"],
)
def test_the_fleets_doctor_finds_a_broker_that_drops_what_it_took(
    tmp_path: Path, request: pytest.FixtureRequest, options: tuple[str, ...], grade: Grade, words: str
) -> None:
    broker = Mosquitto(tmp_path / "broker", {"collector": "all"}, options)
    request.addfinalizer(broker.stop)
    broker.start()
    finding = examine_broker(broker.fleet("collector"), "collector", "all", 1500)
    assert (finding.grade, words in finding.found) == (grade, True), finding
    assert examine_broker(broker.fleet("collector"), "collector", "wrong", 10).grade is Grade.FAIL


def test_the_fleets_doctor_looks_at_the_database(postgres: Postgres) -> None:
    assert "no collector" in examine_database(postgres.connect).found
    store = opened(postgres)
    store.store([event(1)], {"kiosk-1": True})
    assert examine_database(postgres.connect).grade is Grade.PASS
    with postgres.connect() as connection:
        connection.execute("UPDATE fleet_stream SET heard_utc = heard_utc - interval '2 days'")
    assert examine_database(postgres.connect).grade is Grade.WARN
    store._connection.close()
    gone = examine_database(lambda: psycopg.connect("host=127.0.0.1 port=1 connect_timeout=1"))
    assert gone.grade is Grade.FAIL


def test_a_collector_told_to_end_by_its_service_says_what_it_did_and_ends_well(
    broker: Mosquitto, postgres: Postgres, tmp_path: Path
) -> None:
    config = tmp_path / "fleet.toml"
    tls = f'ca_file = "{broker.certificates.ca}"\n'
    config.write_text(f'enabled = true\n[broker]\nhost = "127.0.0.1"\nport = {broker.port}\n{tls}')
    command = [sys.executable, "-m", "kiosk", "fleet", "collect", "--config", str(config)]
    environment = {**os.environ, "KIOSK_MQTT_PASSWORD": "all", "KIOSK_COLLECTOR_DSN": postgres.dsn}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "collector: connected\n"
        publish(broker, "kiosk-1", [("keykiosk/kiosk-1/events", b"{}")])
        told = json.loads(process.stderr.readline())
        assert (told["message"], told["kiosk"], told["reason"]) == (
            "event rejected",
            "kiosk-1",
            "7 problems in its form",
        )
        process.send_signal(signal.SIGTERM)
        assert process.stderr.read() == "stored 0, seen before 0, rejected 1\n"
        assert process.wait(20) == 0


def test_the_collectors_service_runs_the_command_there_is() -> None:
    unit = (ROOT / "deploy" / "systemd" / "kiosk-collector.service").read_text()
    assert re.search(r"^ExecStart=/opt/kiosk/current/venv/bin/python -I -m kiosk fleet collect ", unit, re.M)


@pytest.mark.parametrize("fact", ["NaN", "Infinity", "1e999", '"a\\u0000"', '"\\ud800"'])
def test_what_the_database_could_not_keep_is_no_event_so_that_it_cannot_hold_a_batch_up(fact: str) -> None:
    text = event(1).model_dump_json().replace('"copies":1', f'"copies":{fact}')
    with pytest.raises(ValidationError):
        Event.model_validate_json(text)
