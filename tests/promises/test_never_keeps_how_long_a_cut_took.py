"""Never write the shape of a key anywhere: also not as the time its cut took.

Who would break it: a thief of the disk, a technician, whoever gets a backup, a report or the metrics. How: shallow cuts
take a third of the time of deep ones, and the order of the depths counts too; two times before and after a cut, kept to
the millisecond, leave few keys of a keyway that fit, and the record beside them says which blank it was.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from hardware.errors import CameraFault
from hardware.grbl.wire_log import WireLog
from hardware.job import CutJob
from hardware.scan import Frame
from kiosk.data_paths import DataPaths
from kiosk.operations import backup
from kiosk.operations.counters import read_figures
from kiosk.operations.logs import JsonLines
from kiosk.operations.metrics import metrics_of, text_form
from kiosk.operations.recorder import Recorder
from kiosk.operations.running import Running
from kiosk.operations.status import StatusFile, read_status
from kiosk.records.audit.kinds import UNTIMED
from kiosk.records.audit.log import SealedAuditLog
from kiosk.records.journal import BlankStatus, Journal, PaymentStatus, Sale
from kiosk.session.flight_record import UNWRITTEN, facts_of, read_record, recording
from kiosk.session.intents import Confirm, Done, Intent, SetQuantity, Start
from kiosk.session.reports import CopyRefunded, KeyIdentified, Report, SaleFound, Settled
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State
from tests.operations.test_with_session import FLEET
from tests.session.parts import SETTINGS, shop
from tests.support.transcript import ManualClock

SHALLOW_S, DEEP_S = 3.3, 9.2
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")


def sold_two(
    folder: Path,
    cut_s: float,
    monkeypatch: pytest.MonkeyPatch,
    *,
    before_done_s: float = 0.0,
    rested_s: float | None = None,
) -> dict[str, list[Any]]:
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
            kiosk.clock.sleep(before_done_s)
            kiosk.stage.post(Done())
            kiosk.stage.run_to(State.WELCOME)
            if rested_s is not None:
                kiosk.clock.sleep(rested_s)
                kiosk.stage.post(Start())
                kiosk.stage.run_to(State.PLACE_KEY)
        foretold = list(controller.context.typical_s.values())
        times: dict[str, list[Any]] = {"foretold": list(foretold)}
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


@pytest.mark.parametrize("waits", ["before Done", "at the front"])
def test_a_flight_record_held_against_an_exact_time_of_the_next_visit_does_not_tell_the_cut_from_a_persons_wait(
    waits: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    longer_s = 2 * (DEEP_S - SHALLOW_S)
    before_done_s, rested_s = (longer_s, 0.0) if waits == "before Done" else (0.0, longer_s)
    waited = sold_two(tmp_path / "shallow", SHALLOW_S, monkeypatch, before_done_s=before_done_s, rested_s=rested_s)
    deep = sold_two(tmp_path / "deep", DEEP_S, monkeypatch, rested_s=0.0)
    exact = "operations.db happening"
    assert [str(each)[:22] for each in waited[exact]] == [str(each)[:22] for each in deep[exact]]
    assert "Start" in [type_ for type_, _ in waited["flight"][-3:]]
    assert waited["flight"] == deep["flight"]


@pytest.mark.parametrize(
    "event", [Settled, lambda sale: CopyRefunded("T", sale), SaleFound], ids=["settled", "refunded", "found"]
)
def test_a_flight_record_says_only_the_quarter_of_an_hour_in_which_a_sale_was_opened(
    event: Callable[[Sale], object],
) -> None:
    sale = Sale(
        "T", "4820771366", "2026-06-01T10:29:38.085+00:00", False, "KW1", "brass", 1, 349, "USD", "card",
        PaymentStatus.CAPTURED, BlankStatus.NONE, 1, True,
    )  # fmt: skip
    assert facts_of(event(sale))["sale"]["opened_utc"] == "2026-06-01T10:15:00.000+00:00"


def times_of(kind: object) -> Iterator[tuple[str, object]]:
    """Fields of an event, however deep, that bear a moment."""
    for part in get_args(kind):
        yield from times_of(part)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        for each in fields(kind):
            moment = re.search(r"_utc(_|$)|(^|_)(when|date|day|time)$", each.name)
            if moment or re.search(r"\bdate(time)?\b", str(hints[each.name])):
                yield each.name, hints[each.name]
            yield from times_of(hints[each.name])


def test_no_event_bears_a_moment_that_a_flight_record_would_not_blur() -> None:
    written = {*get_args(Intent), *get_args(Report)} - {*UNWRITTEN, KeyIdentified}
    assert {found for event in written for found in times_of(event)} == {("opened_utc", str)}


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


@pytest.mark.parametrize("making", [True, False])
def test_the_log_says_only_the_quarter_of_an_hour_of_a_fault_that_follows_a_cut(
    making: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with shop(tmp_path) as kiosk:

        def dark() -> Frame:
            raise CameraFault("check", "dark")

        monkeypatch.setattr(kiosk.scanner, "check", dark)
        kiosk.stage.begin()
        kiosk.stage.run_to(State.WELCOME)
        if making:
            kiosk.stage.post(Start())
            kiosk.stage.run_to(State.PLACE_KEY)
            kiosk.scanner.key_in_tray = True
            kiosk.stage.run_to(State.OFFER)
            kiosk.stage.post(Confirm())
            kiosk.stage.run_to(State.TAKE_KEY_BACK)
            kiosk.scanner.key_in_tray = False
            kiosk.stage.run_to(State.OUT_OF_ORDER)
        else:
            kiosk.stage.controller.context.note_fault("CAMERA", "dark", heals=True)
    (record,) = (each for each in caplog.records if each.getMessage() == "out of order: CAMERA")
    record.created = datetime(2026, 3, 1, 10, 7, 31, 200_000, tzinfo=UTC).timestamp()
    exact, quarter = "2026-03-01T10:07:31.200+00:00", "2026-03-01T10:00:00.000+00:00"
    assert json.loads(JsonLines().format(record))["time"] == (quarter if making else exact)


def test_what_the_kiosk_says_of_itself_says_only_the_minute_since_when(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    clock = ManualClock()
    clock.sleep(31.2)
    StatusFile(tmp_path, clock).on_snapshot(Snapshot(State.CHECKING, simulated=True))
    said = read_status(tmp_path)
    assert said is not None
    since = datetime.fromisoformat(said.since_utc)
    assert (since.second, since.microsecond) == (0, 0)
    assert timedelta() < clock.utc() - since < timedelta(minutes=1)
