"""100 kiosks, 10 virtual days, one broker, one collector: every event stored exactly once.

    python -m tests.bench.bench_fleet [--kiosks 100] [--days 10] [--seed 1]

Kiosks sell on a virtual clock, links drop and come back, kiosks crash, and the broker is restarted once a virtual day,
every third time by pulling its plug. Mosquitto and PostgreSQL are real. Prints figures; status 1 if any event is
missing, doubled or out of place.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.operations.fleet.parts import KioskEnd, collector_end
from tests.operations.fleet.servers import Mosquitto, Postgres


class VirtualClock:
    """Time that moves only when set."""

    def __init__(self) -> None:
        self.elapsed_s = 0.0

    def now_s(self) -> float:
        return self.elapsed_s

    def utc(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.elapsed_s)

    def sleep(self, duration_s: float) -> None:
        self.elapsed_s += duration_s


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kiosks", type=int, default=100)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--sales-a-day", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    rng = random.Random(asked.seed)
    clock = VirtualClock()
    names = [f"kiosk-{number:03d}" for number in range(asked.kiosks)]
    users = {name: f"secret of {name}" for name in names} | {"collector": "all"}
    began_s = time.monotonic()
    crashes = drops = restarts = 0
    with tempfile.TemporaryDirectory(prefix="kiosk-fleet-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        postgres = Postgres(home / "pg")
        postgres.start()
        broker = Mosquitto(home / "broker", users, ("max_inflight_messages 1000", "max_queued_messages 5000"))
        broker.start()
        data = home / "kiosks"
        data.mkdir(mode=0o700)
        ends = [
            KioskEnd(broker.fleet(name, resend_after_s=14_400.0), users[name], data / f"{name}.db", clock)
            for name in names
        ]
        collector = collector_end(broker.fleet("collector"), postgres)
        sold = dict.fromkeys(names, 0)
        step_s = 1800.0
        for step in range(int(asked.days * 86_400 / step_s)):
            clock.sleep(step_s)
            for end in ends:
                for _ in range(rng.randrange(0, asked.sales_a_day // 12)):
                    sold[end.fleet.kiosk] += 1
                    end.sell(sold[end.fleet.kiosk])
                if rng.random() < 0.01:
                    crashes += 1
                    end.crash()
                    end.open()
                elif rng.random() < 0.02:
                    drops += 1
                    end.uplink._lost("pulled")
            if step % 48 == 24:
                restarts += 1
                (broker.kill if restarts % 3 == 0 else broker.stop)()
                broker.start()
            for _ in range(2):
                for end in ends:
                    end.step(0.0)
                collector.step(0.002)
        while any(end.outbox.count() for end in ends):
            clock.sleep(60.0)
            for end in ends:
                end.step(0.0)
            collector.step(0.002)
            if time.monotonic() - began_s > 900:
                break
        with postgres.connect() as connection:
            rows = connection.execute(
                "SELECT kiosk, count(*), count(DISTINCT facts->>'transaction'), min(sequence), max(sequence) "
                "FROM fleet_event GROUP BY kiosk"
            ).fetchall()
        found = {row[0]: row[1:] for row in rows}
        wrong = [name for name in names if found.get(name, (0, 0, 1, 0)) != (sold[name],) * 2 + (1, sold[name])]
        waiting = sum(end.outbox.count() for end in ends)
        for end in ends:
            end.close()
        collector.close()
        broker.stop()
        postgres.stop()
    took_s = time.monotonic() - began_s
    print(f"{asked.kiosks} kiosks x {asked.days} virtual days, seed {asked.seed}")
    print(f"events made {sum(sold.values())}, stored {collector.counts.stored}, still in an outbox {waiting}")
    counts = collector.counts
    print(f"seen twice by the collector and stored once: {counts.duplicates}; rejected {counts.rejected}")
    print(f"kiosk crashes {crashes}, links dropped {drops}, broker restarts {restarts} (every third by kill)")
    print(f"kiosks whose events are not exactly those made: {len(wrong)}")
    print(f"took {took_s:.1f} s: {sum(sold.values()) / took_s:.0f} events a second, end to end")
    return 1 if wrong or waiting else 0


if __name__ == "__main__":
    sys.exit(main())
