"""The fleet's page over 100 kiosks and 10 days with troubles planted: who stands on top, how long it takes, a picture.

    python -m tests.bench.fleet_page [--kiosks 100] [--days 10] [--out out/fleet] [--picture FILE]

Status 1 if a planted trouble is not among the first, or another kiosk is. The picture is taken by Chromium.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from kiosk.operations.fleet.overview import read_overview
from kiosk.operations.fleet.page import fleet_lines, fleet_page
from kiosk.operations.fleet.store import EventStore
from tests.operations.fleet.servers import Postgres, needed
from tests.support.troubled_fleet import BAD_BOX, BEHIND, BROKEN, DRIFTING, EMPTY, SILENT, store_fleet, troubled_fleet

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kiosks", type=int, default=100)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--out", type=Path, default=Path("out/fleet"))
    parser.add_argument("--picture", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kiosk-page-") as folder:
        Path(folder).chmod(0o755)
        postgres = Postgres(Path(folder) / "pg")
        postgres.start()
        with postgres.connect() as connection:
            connection.autocommit = True
            store = EventStore(connection, 400)
            store.keep_up(NOW)
            began_s = time.monotonic()
            store_fleet(store, troubled_fleet(asked.kiosks, asked.days, NOW), NOW)
            stored_s = time.monotonic() - began_s
            connection.execute("ANALYZE")
            row = connection.execute("SELECT count(*) FROM fleet_event").fetchone()
            began_s = time.monotonic()
            seen = read_overview(connection, NOW)
            read_s = time.monotonic() - began_s
        postgres.stop()
    asked.out.mkdir(parents=True, exist_ok=True)
    page = asked.out / "index.html"
    page.write_text(fleet_page(seen), encoding="utf-8")
    print(f"{asked.kiosks} kiosks x {asked.days} days: {row[0] if row else 0} events, stored in {stored_s:.1f} s")
    print(f"figures read in {read_s:.2f} s; page {page.stat().st_size / 1000:.0f} kB")
    print("\n".join(fleet_lines(seen)))
    if asked.picture:
        _photograph(page, asked.picture)
    planted = {SILENT, BROKEN, EMPTY, DRIFTING, BAD_BOX, BEHIND}
    return 0 if {each.kiosk for each in seen.troubles} == planted else 1


def _photograph(page: Path, picture: Path) -> None:
    browser = needed("chromium", "chromium")
    words = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1200,1250"]
    command = [browser, *words, f"--screenshot={picture.resolve()}", page.resolve().as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    sys.exit(main())
