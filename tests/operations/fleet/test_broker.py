"""Events through a real Mosquitto into a real PostgreSQL: each exactly once, whatever happens on the way."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config.fleet import ConfirmBy
from hardware.clock import SystemClock
from kiosk.operations.fleet.collector import Collector
from kiosk.operations.fleet.runner import FleetThread
from kiosk.operations.happenings import Happening, HappeningKind
from kiosk.operations.recorder import Recorder
from tests.operations.fleet.parts import USERS, KioskEnd, collector_end, publish, stored, until
from tests.operations.fleet.servers import Certificates, Mosquitto, Path2Broker, Postgres


def wanted(count: int, kiosk: str = "kiosk-1") -> list[tuple[str, int]]:
    return [(kiosk, number) for number in range(1, count + 1)]


def test_events_of_two_kiosks_arrive_in_order_and_leave_the_outboxes(
    broker: Mosquitto, postgres: Postgres, tmp_path: Path
) -> None:
    ends = [KioskEnd(broker.fleet(name), USERS[name], tmp_path / f"{name}.db") for name in ("kiosk-1", "kiosk-2")]
    collector = collector_end(broker.fleet("collector"), postgres)
    for number in range(1, 121):
        for end in ends:
            end.sell(number)
    until(lambda: all(end.outbox.count() == 0 for end in ends), *ends, collector)
    for end in ends:
        end.close()
    collector.close()
    assert stored(postgres) == wanted(120) + wanted(120, "kiosk-2")


def test_selling_goes_on_with_no_broker_and_all_is_told_when_it_comes(
    tmp_path: Path, postgres: Postgres, request: pytest.FixtureRequest
) -> None:
    broker = Mosquitto(tmp_path / "broker", USERS)
    request.addfinalizer(broker.stop)
    kiosk = KioskEnd(broker.fleet("kiosk-1"), "one", tmp_path / "k.db")
    for number in range(1, 31):
        kiosk.sell(number)
        kiosk.step(0.0)
    assert "refused" in kiosk.uplink.problem.lower()
    assert kiosk.outbox.count() == 30
    broker.start()
    collector = collector_end(broker.fleet("collector"), postgres)
    until(lambda: kiosk.outbox.count() == 0, kiosk, collector)
    kiosk.close()
    collector.close()
    assert stored(postgres) == wanted(30)


def test_a_restarted_a_killed_and_a_forgetful_broker_lose_nothing(
    broker: Mosquitto, postgres: Postgres, tmp_path: Path
) -> None:
    kiosk = KioskEnd(broker.fleet("kiosk-1"), "one", tmp_path / "k.db")
    collector = collector_end(broker.fleet("collector"), postgres)
    number = 0
    for mishap in (broker.stop, broker.kill, lambda: (broker.kill(), broker.forget())):
        for _ in range(40):
            number += 1
            kiosk.sell(number)
        until(lambda: kiosk.uplink.connected, kiosk)
        for _ in range(3):
            kiosk.step(0.001)
        mishap()
        until(lambda: not kiosk.uplink.connected, kiosk, collector)
        broker.start()
    until(lambda: kiosk.outbox.count() == 0, kiosk, collector)
    kiosk.close()
    collector.close()
    assert stored(postgres) == wanted(number)


def test_a_full_broker_that_drops_events_behind_its_acknowledgement_loses_nothing(
    tmp_path: Path, postgres: Postgres, request: pytest.FixtureRequest
) -> None:
    broker = Mosquitto(tmp_path / "broker", USERS, ("max_queued_messages 10", "max_inflight_messages 5"))
    request.addfinalizer(broker.stop)
    broker.start()
    kiosk = KioskEnd(broker.fleet("kiosk-1"), "one", tmp_path / "k.db")
    collector = collector_end(broker.fleet("collector"), postgres)
    until(lambda: kiosk.uplink.connected and collector.listening, kiosk, collector)
    for number in range(1, 201):
        kiosk.sell(number)
    kiosk.uplink._allowed = 50
    until(lambda: len(kiosk.uplink._on_the_way) == 50, kiosk)
    for _ in range(50):
        kiosk.step(0.002)
    assert kiosk.outbox.count() == 200, "the broker's word alone must not empty the outbox"
    until(lambda: kiosk.outbox.count() == 0, kiosk, collector)
    kiosk.close()
    collector.close()
    assert stored(postgres) == wanted(200)


def test_a_path_that_is_slow_and_cut_in_mid_message_loses_nothing_and_doubles_nothing(
    broker: Mosquitto, postgres: Postgres, tmp_path: Path
) -> None:
    path = Path2Broker(broker.port)
    path.bytes_per_turn, path.cut_after_bytes = 700, 9_000
    kiosk = KioskEnd(broker.fleet("kiosk-1", port=path.port, window=10), "one", tmp_path / "k.db")
    collector = collector_end(broker.fleet("collector"), postgres)
    for number in range(1, 121):
        kiosk.sell(number)
    until(lambda: kiosk.outbox.count() == 0, kiosk, collector, limit_s=60)
    kiosk.close()
    collector.close()
    path.close()
    assert stored(postgres) == wanted(120)


def test_a_kiosk_that_crashes_sends_again_under_the_old_numbers(
    broker: Mosquitto, postgres: Postgres, tmp_path: Path
) -> None:
    kiosk = KioskEnd(broker.fleet("kiosk-1"), "one", tmp_path / "k.db")
    for number in range(1, 41):
        kiosk.sell(number)
    collector = collector_end(broker.fleet("collector"), postgres)
    until(lambda: collector.counts.stored > 0, kiosk, collector)
    kiosk.crash()
    kiosk.open()
    for number in range(41, 61):
        kiosk.sell(number)
    until(lambda: kiosk.outbox.count() == 0, kiosk, collector)
    kiosk.close()
    collector.close()
    assert stored(postgres) == wanted(60)


def test_a_collector_that_dies_before_its_acknowledgement_stores_nothing_twice(
    broker: Mosquitto, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk = KioskEnd(broker.fleet("kiosk-1"), "one", tmp_path / "k.db")
    collector = collector_end(broker.fleet("collector"), postgres)
    for number in range(1, 31):
        kiosk.sell(number)
    committed: list[int] = []

    def silent(self: Collector, batch: Any) -> None:
        committed.append(batch.stored.new)
        self._writing = None

    monkeypatch.setattr(Collector, "_settle", silent)
    until(lambda: any(committed), kiosk, collector)
    collector.close()
    monkeypatch.undo()
    collector = collector_end(broker.fleet("collector"), postgres)
    until(lambda: kiosk.outbox.count() == 0 and collector.counts.duplicates > 0, kiosk, collector)
    kiosk.close()
    collector.close()
    assert stored(postgres) == wanted(30)


def test_a_database_server_that_goes_away_loses_nothing(broker: Mosquitto, postgres: Postgres, tmp_path: Path) -> None:
    kiosk = KioskEnd(broker.fleet("kiosk-1"), "one", tmp_path / "k.db")
    collector = collector_end(broker.fleet("collector"), postgres)
    for number in range(1, 41):
        kiosk.sell(number)
    until(lambda: collector.counts.stored > 0, kiosk, collector)
    postgres.stop()
    for number in range(41, 81):
        kiosk.sell(number)
    until(lambda: "PostgreSQL" in collector.problem or "Operational" in collector.problem, kiosk, collector)
    postgres.start()
    until(lambda: kiosk.outbox.count() == 0, kiosk, collector)
    kiosk.close()
    collector.close()
    assert stored(postgres) == wanted(80)


# paho leaves the socket of a failed handshake to reference counting, which closes it at once but warns.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_with_a_certificate_of_another_authority_gets_no_event_and_no_password(
    broker: Mosquitto, tmp_path: Path
) -> None:
    other = Certificates(tmp_path / "other")
    kiosk = KioskEnd(broker.fleet("kiosk-1", ca_file=other.ca), "one", tmp_path / "k.db")
    kiosk.sell(1)
    kiosk.step(0.01)
    kiosk.step(0.01)
    assert "certificate" in kiosk.uplink.problem.lower()
    assert kiosk.outbox.count() == 1
    kiosk.close()
    assert "kiosk-1" not in (broker.folder / "log").read_text()


def test_a_wrong_password_is_told_and_nothing_is_lost(broker: Mosquitto, tmp_path: Path) -> None:
    kiosk = KioskEnd(broker.fleet("kiosk-1"), "wrong", tmp_path / "k.db")
    kiosk.sell(1)
    until(lambda: "Not authorized" in kiosk.uplink.problem, kiosk)
    assert kiosk.outbox.count() == 1
    kiosk.close()


def test_a_kiosk_cannot_speak_for_another(broker: Mosquitto, postgres: Postgres, tmp_path: Path) -> None:
    kiosk = KioskEnd(broker.fleet("kiosk-1"), "one", tmp_path / "k.db")
    kiosk.uplink._base = "keykiosk/kiosk-2"
    collector = collector_end(broker.fleet("collector"), postgres)
    kiosk.sell(1)
    until(lambda: "did not take" in kiosk.uplink.problem, kiosk, collector)
    for _ in range(20):
        collector.step(0.005)
    assert stored(postgres) == []
    assert kiosk.outbox.count() == 1
    kiosk.close()
    collector.close()


def test_the_last_will_tells_that_a_kiosk_is_gone(broker: Mosquitto, postgres: Postgres, tmp_path: Path) -> None:
    kiosk = KioskEnd(broker.fleet("kiosk-1"), "one", tmp_path / "k.db")
    collector = collector_end(broker.fleet("collector"), postgres)

    def online() -> list[bool]:
        with postgres.connect() as connection:
            if connection.execute("SELECT to_regclass('fleet_kiosk')").fetchone() == (None,):
                return []
            return [row[0] for row in connection.execute("SELECT online FROM fleet_kiosk").fetchall()]

    until(lambda: online() == [True], kiosk, collector)
    kiosk.crash()
    until(lambda: online() == [False], collector)
    collector.close()


def test_malformed_events_are_counted_and_hold_nothing_up(
    broker: Mosquitto, postgres: Postgres, tmp_path: Path
) -> None:
    collector = collector_end(broker.fleet("collector"), postgres)
    until(lambda: collector.listening, collector)
    good = '{"kiosk":"kiosk-1","stream":"0123456789abcdef","sequence":1,"first_kept":1,'
    good += '"happened_utc":"2026-01-01T00:00:00Z","kind":"sale","facts":{"code":"a\\u0000"}}'
    texts = ("{", "[" * 5000, good, good.replace("\\u0000", ""), good.replace("a\\u0000", "\\ud800"))
    publish(broker, "kiosk-2", [("keykiosk/kiosk-2/events", text.encode()) for text in texts])
    kiosk = KioskEnd(broker.fleet("kiosk-1"), "one", tmp_path / "k.db")
    kiosk.sell(1)
    until(lambda: kiosk.outbox.count() == 0 and collector.counts.rejected == 5, kiosk, collector)
    kiosk.close()
    collector.close()
    assert stored(postgres) == wanted(1)


def test_with_another_consumer_the_brokers_acknowledgement_is_enough(broker: Mosquitto, tmp_path: Path) -> None:
    kiosk = KioskEnd(broker.fleet("kiosk-1", confirm=ConfirmBy.BROKER), "one", tmp_path / "k.db")
    for number in range(1, 121):
        kiosk.sell(number)
    until(lambda: kiosk.outbox.count() == 0, kiosk)
    kiosk.close()


def test_a_collector_with_no_database_server_says_so_and_tries_again(broker: Mosquitto) -> None:
    collector = Collector(
        broker.fleet("collector"),
        "collector",
        "all",
        lambda: psycopg.connect("host=127.0.0.1 port=1 connect_timeout=1"),
        SystemClock(),
    )
    collector.step(0.01)
    assert "Operational" in collector.problem
    collector.close()


def test_the_link_in_its_own_thread_sends_what_the_recorder_keeps_and_ends_politely(
    broker: Mosquitto, postgres: Postgres, tmp_path: Path
) -> None:
    clock = SystemClock()
    fleet = broker.fleet("kiosk-1")
    link = FleetThread(fleet, "one", tmp_path / "operations.db", clock, {}, lambda kind, answer: None)
    collector = collector_end(broker.fleet("collector"), postgres)
    with closing(Recorder(tmp_path / "operations.db", tmp_path / "sales.db", clock, fleet=True)) as recorder:
        until(lambda: collector.listening, collector)
        link.start()
        recorder.note(Happening(HappeningKind.FAULT, code="LINK_LOST", transaction="T7"))
        until(lambda: collector.counts.stored == 1, collector)
        link.stop()
    collector.close()
    assert stored(postgres) == [("kiosk-1", 7)]
    assert link.problem == ""
