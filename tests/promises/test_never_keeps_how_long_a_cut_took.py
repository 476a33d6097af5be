"""Never write the shape of a key anywhere: also not as the time its cut took.

Who would break it: a thief of the disk, a technician, whoever gets a backup, a report or the metrics. How: shallow cuts
take a third of the time of deep ones, and the order of the depths counts too; two times before and after a cut, kept to
the millisecond, leave few keys of a keyway that fit, and the record beside them says which blank it was.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hardware.grbl.wire_log import WireLog
from hardware.job import CutJob
from kiosk.data_paths import DataPaths
from kiosk.operations import backup
from kiosk.operations.counters import read_figures
from kiosk.operations.metrics import metrics_of, text_form
from kiosk.operations.recorder import Recorder
from kiosk.operations.running import Running
from kiosk.records.audit.kinds import UNTIMED
from kiosk.records.audit.log import SealedAuditLog
from kiosk.records.journal import Journal
from kiosk.session.flight_record import read_record, recording
from kiosk.session.intents import Confirm, Done, SetQuantity, Start
from kiosk.session.states import State
from tests.operations.test_with_session import FLEET
from tests.session.parts import SETTINGS, shop
from tests.support.transcript import ManualClock

SHALLOW_S, DEEP_S = 3.3, 9.2
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")


def sold_two(folder: Path, cut_s: float, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[object]]:
    """Every time that lies below `folder` after two copies whose cuts took so long, and what the screen foretold."""
    folder.mkdir()
    settings = type(SETTINGS)(**{**vars(SETTINGS), "fleet": FLEET})
    with shop(folder) as kiosk:

        def run(job: CutJob, progress: Callable[[float], None]) -> None:
            kiosk.clock.sleep(cut_s)

        monkeypatch.setattr(kiosk.cutter, "run", run)
        controller = kiosk.stage.controller
        with (
            Running(settings, DataPaths(folder), kiosk.clock, notify=lambda text: None) as running,
            recording(folder / "flight", kiosk.stage.ports) as recorder,
        ):
            controller.subscribe(running.on_snapshot)
            controller.observe(recorder.event)
            kiosk.stage.begin()
            kiosk.stage.run_to(State.WELCOME)
            kiosk.stage.post(Start())
            kiosk.stage.run_to(State.PLACE_KEY)
            kiosk.scanner.key_in_tray = True
            kiosk.stage.run_to(State.OFFER)
            kiosk.stage.post(SetQuantity(2))
            kiosk.stage.post(Confirm())
            kiosk.stage.run_to(State.TAKE_KEY_BACK)
            kiosk.scanner.key_in_tray = False
            kiosk.stage.run_to(State.THANK_YOU)
            kiosk.stage.post(Done())
            kiosk.stage.run_to(State.WELCOME)
        foretold = list(controller.context.typical_s.values())
        times: dict[str, list[object]] = {"foretold": list(foretold)}
    for file in folder.glob("*.db"):
        with closing(sqlite3.connect(file)) as book:
            for (table,) in book.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                cells = [cell for row in book.execute(f"SELECT * FROM {table}") for cell in row]
                times[f"{file.name} {table}"] = [cell for cell in cells if _TIME.fullmatch(str(cell))]
    times["flight"] = [(entry.type, entry.at_s) for entry in read_record(folder / "flight")]
    return times


def test_what_lies_on_the_disk_is_the_same_whether_the_cuts_were_shallow_or_deep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    shallow = sold_two(tmp_path / "shallow", SHALLOW_S, monkeypatch)
    deep = sold_two(tmp_path / "deep", DEEP_S, monkeypatch)
    assert all(shallow[what] for what in ("sales.db sale_step", "operations.db happening", "flight"))
    assert shallow == deep
    assert "cutting" not in text_form(metrics_of(read_figures(DataPaths(tmp_path / "deep")))).decode()


def of_an_earlier_version(folder: Path) -> DataPaths:
    """Records as a kiosk kept them that wrote exact times."""
    places, clock = DataPaths(folder), ManualClock()
    Journal(places.journal, clock, simulated=False).close()
    Recorder(places.operations, places.journal, clock, fleet=False).close()
    with closing(sqlite3.connect(places.journal)) as book, book:
        book.execute(
            "INSERT INTO sale (transaction_id, bring_back_code, opened_utc, simulated, blank, finish, copies,"
            " price_each_minor, currency, payment, money, metal)"
            " VALUES ('T', 'C', '2026-03-01T10:00:00', 0, 'KW1', 'brass', 1, 349, 'USD', 'card', 'none', 'none')"
        )
        for step, at in (("reserved", "10:00:05.100"), ("cutting", "10:00:31.200"), ("checking", "10:00:34.500")):
            book.execute(
                "INSERT INTO sale_step (utc, transaction_id, step) VALUES (?, 'T', ?)", (f"2026-03-01T{at}", step)
            )
        book.execute("INSERT INTO copy_error VALUES (1, '2026-03-01T10:00:34.600', 'T', 0, 0, 0, 1)")
        book.execute("UPDATE schema_part SET version = version - 1 WHERE part = 'journal'")
    with closing(sqlite3.connect(places.operations)) as book, book:
        book.execute(
            "INSERT INTO happening (utc, what, code, transaction_id, blank, simulated)"
            " VALUES ('2026-03-01T10:00:34.700000+00:00', 'checked', '', 'T', 'KW1', 0)"
        )
        book.execute("UPDATE schema_part SET version = version - 1 WHERE part = 'operations'")
    return places


def test_times_kept_by_an_earlier_version_go_at_the_first_start(tmp_path: Path) -> None:
    places = of_an_earlier_version(tmp_path)
    with closing(Journal(places.journal, ManualClock(), simulated=False)) as journal:
        assert [line.split()[0][11:] for line in journal.story("T")] == ["10:00:05.100", "10:00:00", "10:00:00"]


@pytest.mark.parametrize("backed_up_by", ["an earlier version", "this version"])
@pytest.mark.parametrize("was", ["the version before", "one that kept no copies yet"])
def test_times_kept_by_an_earlier_version_are_in_no_backup_that_is_made_or_put_back(
    backed_up_by: str, was: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    places = of_an_earlier_version(tmp_path / "data")
    if was == "one that kept no copies yet":
        with closing(sqlite3.connect(places.journal)) as book, book:
            book.execute("DROP TABLE copy_made")
            book.execute("UPDATE schema_part SET version = 2 WHERE part = 'journal'")
    with closing(sqlite3.connect(places.journal)) as book:
        versions = book.execute("SELECT part, version FROM schema_part ORDER BY part").fetchall()
    if backed_up_by == "an earlier version":
        monkeypatch.setattr(backup, "_without_cut_times", lambda _: None)
    backup.back_up(places, None, tmp_path / "backup.tgz")
    monkeypatch.undo()
    backup.restore(tmp_path / "backup.tgz", tmp_path / "back")
    restored = DataPaths(tmp_path / "back" / "data")
    assert b"10:00:05.100" in restored.journal.read_bytes(), "what says nothing of a key stays"
    for file in (restored.journal, restored.operations):
        for exact in (b":31.2", b":34.5", b":34.6", b":34.7"):
            assert exact not in file.read_bytes()
    with closing(sqlite3.connect(restored.journal)) as book:
        now = book.execute("SELECT part, version FROM schema_part ORDER BY part").fetchall()
    assert now == versions, "the version before can still read it"
    Journal(restored.journal, ManualClock(), simulated=False).close()


@pytest.mark.parametrize("kind", sorted(UNTIMED))
def test_the_audit_says_only_the_quarter_of_an_hour_of_what_follows_a_cut(tmp_path: Path, kind: str) -> None:
    class Clock(ManualClock):
        def utc(self) -> datetime:
            return datetime(2026, 3, 1, 10, 7, tzinfo=UTC) + timedelta(seconds=self.now_s())

    clock = Clock()
    with closing(SealedAuditLog.open(tmp_path / "audit.db", tmp_path / "seal", clock)) as audit:
        audit.record(next(each for each in UNTIMED if each == kind), {})
        clock.sleep(SHALLOW_S)
        audit.record(next(each for each in UNTIMED if each == kind), {})
        assert [record.when for record in audit.records()] == ["2026-03-01T10:00:00.000Z"] * 2
        assert audit.verify() is None


def test_the_wire_log_gives_the_wheels_on_and_off_one_time() -> None:
    times = iter((60.0, 60.0 + SHALLOW_S, 60.0 + DEEP_S))
    log = WireLog(utc_s=lambda: next(times))
    for line in (b"M3 S10000\n", b"G1 Y1 F100\n", b"M5\n"):
        log.sent(line)
    assert {line.at_utc_s for line in log.lines()} == {60.0}
