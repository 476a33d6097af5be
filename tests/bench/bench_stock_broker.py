"""Forty kiosks come back at once with 400 events each, to a Mosquitto as it comes and to one as we ship it.

    python -m tests.bench.bench_stock_broker [--kiosks 40] [--events 400]

In real time, with the shipped patience. Prints how long it took and the longest while in which nothing was stored;
status 1 if an event is missing or doubled.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

from config.fleet import load_fleet
from tests.operations.fleet.parts import KioskEnd, collector_end
from tests.operations.fleet.servers import Mosquitto, Postgres, shipped_limits

LIMIT_S = 240.0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kiosks", type=int, default=40)
    parser.add_argument("--events", type=int, default=400)
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="kiosk-stock-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        postgres = Postgres(home / "pg")
        postgres.start()
        whole = [
            _run(home / name, postgres, options, asked.kiosks, asked.events)
            for name, options in (("as-it-comes", ()), ("as-shipped", shipped_limits()))
        ]
        postgres.stop()
    return 0 if all(whole) else 1


def _run(home: Path, postgres: Postgres, options: tuple[str, ...], kiosks: int, events: int) -> bool:
    with postgres.connect() as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    shipped = load_fleet()
    names = [f"kiosk-{number:03d}" for number in range(kiosks)]
    broker = Mosquitto(home, {name: name for name in names} | {"collector": "all"}, options)
    broker.start()
    (home / "kiosks").mkdir(mode=0o700)
    ends = [
        KioskEnd(
            broker.fleet(name, window=shipped.window, resend_after_s=shipped.resend_after_s),
            name,
            home / "kiosks" / f"{name}.db",
        )
        for name in names
    ]
    collector = collector_end(broker.fleet("collector"), postgres)
    while not (collector.listening and all(end.uplink.connected for end in ends)):
        for each in (*ends, collector):
            each.step(0.001)
    for end in ends:
        for number in range(events):
            end.sell(number)
    began_s = moved_s = time.monotonic()
    before, longest_s = 0, 0.0
    while any(end.outbox.count() for end in ends) and time.monotonic() - began_s < LIMIT_S:
        for _ in range(5):
            for end in ends:
                end.step(0.0)
        collector.step(0.001)
        if collector.counts.stored != before:
            longest_s = max(longest_s, time.monotonic() - moved_s)
            before, moved_s = collector.counts.stored, time.monotonic()
    took_s = time.monotonic() - began_s
    left = sum(end.outbox.count() for end in ends)
    dropped = (home / "log").read_text().count("dropped")
    for each in (*ends, collector):
        each.close()
    broker.stop()
    with postgres.connect() as connection:
        row = connection.execute("SELECT count(*), count(DISTINCT (kiosk, sequence)) FROM fleet_event").fetchone()
    print(f"{home.name}: {kiosks} kiosks x {events} events in {took_s:.1f} s, longest standstill {longest_s:.1f} s")
    print(f"  stored {row}, sent twice {collector.counts.duplicates}, left {left}; the broker told of {dropped} drops")
    return row == (kiosks * events, kiosks * events) and not left


if __name__ == "__main__":
    sys.exit(main())
