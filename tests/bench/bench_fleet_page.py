"""`kiosk fleet page` and `kiosk fleet status` at fifty thousand kiosks: how long, and with how much memory.

    python -m tests.bench.bench_fleet_page [--kiosks 50000] [--sales 1] [--days 7]

The rows are planted by SQL, three events a sale; every hundredth kiosk is silent, every 97th out of order, and every
91st has an empty slot. Each command runs as an office would run it, in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from kiosk.operations.fleet.store import EventStore
from tests.operations.fleet.servers import Postgres, processor_s
from tests.support.paths import ROOT

PLANT = """
INSERT INTO fleet_stream (kiosk, stream, through, highest)
    SELECT 'store-' || lpad(n::text, 5, '0'), lpad(to_hex(n), 16, '0'), 999, 999 FROM generate_series(1, %(kiosks)s) n;
UPDATE fleet_stream SET heard_utc = now() - interval '2 days' WHERE id %% 100 = 0;
INSERT INTO fleet_kiosk (kiosk, online, since_utc)
    SELECT kiosk, id %% 100 <> 0, heard_utc FROM fleet_stream;
INSERT INTO fleet_entry (stream, sequence, happened_utc, kind, facts)
    SELECT id, 1, now() - interval '8 days', 'started', '{"version": "0.2.0"}'::jsonb FROM fleet_stream
    UNION ALL SELECT id, 2, now() - interval '8 days', 'settings', '{"document": "settings", "version": 8}'
    FROM fleet_stream
    UNION ALL SELECT id, 3, now() - interval '1 hour', 'fault', '{"code": "CLAMP"}' FROM fleet_stream WHERE id %% 97 = 0
    UNION ALL SELECT id, 3 + slot, now() - interval '8 days', 'stock', jsonb_build_object(
        'slot', slot, 'blank', 'KW' || slot, 'finish', 'brass', 'count', CASE WHEN id %% 91 = slot THEN 0 ELSE 150 END)
    FROM fleet_stream, generate_series(1, 5) slot;
INSERT INTO fleet_entry (stream, sequence, happened_utc, kind, facts)
    SELECT id, 10 + 3 * sale + part, now() - interval '1 minute' - sale * %(every)s * interval '1 second', kind,
        jsonb_build_object('transaction', id || '-' || sale, 'blank', 'KW' || 1 + sale %% 5) || facts
    FROM fleet_stream, generate_series(0, %(sales)s - 1) sale, (VALUES
        (1, 'copy', '{"passed": true, "largest_error_mm": 0.012}'::jsonb),
        (2, 'stock', '{"slot": 6, "finish": "brass", "count": 90}'),
        (3, 'sale', '{"status": "captured", "finish": "brass", "copies": 1, "amount_minor": 349, "currency": "USD",
            "simulated": false}')) AS of_a_sale (part, kind, facts);
ANALYZE;
"""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kiosks", type=int, default=50_000)
    parser.add_argument("--sales", type=int, default=1, help="of a kiosk in a day")
    parser.add_argument("--days", type=int, default=7)
    asked = parser.parse_args()
    sales = asked.sales * asked.days
    with tempfile.TemporaryDirectory(prefix="kiosk-page-") as folder:
        Path(folder).chmod(0o755)
        postgres = Postgres(Path(folder) / "pg")
        postgres.start()
        with postgres.connect() as connection:
            connection.autocommit = True
            EventStore(connection, 400).keep_up(datetime.now(UTC))
            values = {"kiosks": asked.kiosks, "sales": sales, "every": asked.days * 86_000 / sales}
            for statement in PLANT.split(";\n"):
                connection.execute(statement % values)
            row = connection.execute("SELECT count(*) FROM fleet_event").fetchone()
        print(f"{asked.kiosks} kiosks, {row[0] if row else 0} events of {asked.days} days")
        out = Path(folder) / "web"
        for words in (["page", "--out", str(out)], ["status"]):
            _run(words, postgres)
        for path in sorted(out.iterdir()):
            print(f"  {path.name}: {path.stat().st_size / 1000:.0f} kB")
        postgres.stop()
    return 0


def _run(words: list[str], postgres: Postgres) -> None:
    assert postgres.process is not None
    before_s, began_s = processor_s(postgres.process.pid), time.monotonic()
    own_s = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["/usr/bin/time", "-f", "%M", sys.executable, "-m", "kiosk", "fleet", *words]
    environment = {**os.environ, "KIOSK_COLLECTOR_DSN": postgres.dsn}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    after_s = resource.getrusage(resource.RUSAGE_CHILDREN)
    took_s = after_s.ru_utime + after_s.ru_stime - own_s.ru_utime - own_s.ru_stime
    megabytes = int(ran.stderr.split()[-1]) / 1000
    database_s = processor_s(postgres.process.pid) - before_s
    print(
        f"kiosk fleet {words[0]}: {time.monotonic() - began_s:.1f} s by the clock, {took_s:.1f} s of its processor, "
        f"{database_s:.1f} s of the database's, {megabytes:.0f} MB; {len(ran.stdout.splitlines())} lines"
    )


if __name__ == "__main__":
    sys.exit(main())
