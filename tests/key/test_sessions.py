"""Whole sessions with keys we know, through every way out; then a search for them in all that was written or shown."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import pytest

from config.operations import load_operations
from config.settings import Settings, load_settings
from hardware.clock import SystemClock
from hardware.grbl.cutter import GrblCutter
from hardware.job import CutJob
from kiosk.key.spellings import Quarry, Trace, hunt, hunt_texts
from kiosk.operations.logs import install_logs
from kiosk.records.audit.export import as_csv, as_jsonl
from kiosk.records.audit.log import SealedAuditLog
from kiosk.records.audit.seal import SealFolder
from kiosk.rehearsal import run_scenario as playing
from kiosk.rehearsal.ready import ReadyKeyReader, RehearsalAudit, identified
from kiosk.rehearsal.script import Scenario, load_scenario
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State

SCENARIOS = Path(playing.__file__).with_name("scenarios")
SETTINGS: Settings = load_settings(None, {})
SEED = 27
"""Gives a six-cut code whose digits stand together nowhere else."""

WAYS = (
    "sell_kw1",
    "sell_worn_restored",
    "cancel_in_offer",
    "walks_away_in_take_key_back",
    "dnd_approved",
    "dnd_denied",
    "unlawful_not_lifted",
    "fault_door_while_cutting",
    "fault_board_unplugged",
    "fault_wire_flip_to_board",
    "fault_lost_steps",
    "fault_check_camera_gone",
    "stop_while_cutting",
    "power_cut_in_cutting",
    "power_cut_in_checking",
    "return_good",
)


def quarry() -> Quarry:
    known = identified(SETTINGS.catalogue, "KW5", SEED)
    spec = SETTINGS.catalogue.keyway_of["KW1"].spec
    assert spec is not None
    return Quarry(tuple(known.bitting), spec)


def with_our_key(scenario: Scenario) -> Scenario:
    """The same scenario with the key we hunt."""
    visits = tuple(
        visit.model_copy(update={"key": visit.key.model_copy(update={"blank": "KW5", "seed": SEED})})
        for visit in scenario.visit
    )
    return scenario.model_copy(update={"visit": visits})


class Hunted:
    """A folder, its logs, and all that was said, shown and sent on the way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.jobs: list[CutJob] = []
        self.traces: list[Trace] = []
        self.states: list[object] = []

    def look(self, now: Snapshot) -> None:
        """At each new screen: what is shown, and what lies on the disk at this moment, write-ahead logs too."""
        if not self.states or self.states[-1] is not now.state:
            self.states.append(now.state)
            self.said += [repr(now), json.dumps(asdict(now), default=str)]
            self.traces += self.search()

    def search(self) -> list[Trace]:
        spine_y_mm = SETTINGS.machine.clamp.spine_y_mm
        key = quarry()
        found = hunt(key, [self.folder], spine_y_mm) + hunt_texts(key, self.said, "said or shown", spine_y_mm)
        self.said.clear()
        return found

    def sent_lines_found(self) -> list[str]:
        """Cutting lines of the jobs that stand in a file, two in a row."""
        texts = [line.text for job in self.jobs for line in job.lines if line.cutting]
        pairs = {f"{one}\n{other}".encode() for one, other in pairwise(texts) if one != other}
        files = [path.read_bytes() for path in self.folder.rglob("*") if path.is_file()]
        return [pair.decode() for pair in pairs if any(pair in data for data in files)]


class EverythingSaid(logging.Handler):
    """Keeps each log record with its arguments, of every level and every library: more than any log file holds."""

    def __init__(self, hunted: Hunted) -> None:
        super().__init__(logging.DEBUG)
        self._hunted = hunted

    def emit(self, record: logging.LogRecord) -> None:
        self._hunted.said += [record.getMessage(), repr(record.args)]


@pytest.fixture
def hunted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hunted]:
    """A kiosk with real records and logs turned up to the loudest."""
    data = tmp_path / "data"
    data.mkdir()
    # A key drawn by chance would make hashes that, once in a great while, hold any six digits.
    SealFolder(data / "seal").begin(b"\x5a" * 32)
    found = Hunted(data)
    book = SealedAuditLog.open(data / "audit.db", data / "seal", SystemClock())

    class Booked(RehearsalAudit):
        def record(self, kind: str, facts: Mapping[str, str | int]) -> None:
            super().record(kind, facts)
            book.record(kind, facts)

    look, run = playing.SeenOnScreen.look, GrblCutter.run
    monkeypatch.setattr(playing, "RehearsalAudit", Booked)
    monkeypatch.setattr(playing.SeenOnScreen, "look", lambda seen, now: (look(seen, now), found.look(now)))

    def keep_job(cutter: GrblCutter, job: CutJob, progress: object) -> None:
        found.jobs.append(job)
        run(cutter, job, progress)

    monkeypatch.setattr(GrblCutter, "run", keep_job)
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    logs = load_operations().logs.model_copy(update={"level": "debug"})
    handlers = [install_logs(data / "log", logs), EverythingSaid(found)]
    root.addHandler(handlers[1])
    with closing(book):
        yield found
    for handler in [each for each in root.handlers if each not in before[1]]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(before[0])


def played(name: str, hunted: Hunted) -> playing.ScenarioResult:
    scenario = with_our_key(load_scenario(SCENARIOS / f"{name}.toml"))
    with (hunted.folder / "flight.jsonl").open("w", buffering=1) as flight:
        return playing.play(scenario, SETTINGS, hunted.folder, flight)


@pytest.mark.parametrize("name", WAYS)
def test_nothing_of_the_key_is_left_whatever_way_a_session_ends(name: str, hunted: Hunted) -> None:
    played(name, hunted)
    assert len(set(hunted.states)) > 3, "a session took place"
    assert hunted.traces + hunted.search() == []
    assert hunted.sent_lines_found() == []
    # A power cut comes before the first line is sent.
    assert hunted.jobs or State.CUTTING not in hunted.states or name.startswith("power_cut")


def test_a_technician_after_a_sale_is_shown_nothing_of_the_shoppers_key(hunted: Hunted) -> None:
    sale, service = (
        with_our_key(load_scenario(SCENARIOS / f"{name}.toml")) for name in ("sell_kw1", "staff_technician")
    )
    both = sale.model_copy(update={"visit": (*sale.visit, *service.visit)})
    playing.play(both, SETTINGS, hunted.folder)
    assert {State.CUTTING, State.TECHNICIAN} <= set(hunted.states)
    assert hunted.traces + hunted.search() == []


def test_a_crash_that_quotes_the_key_leaves_nothing_of_it(hunted: Hunted, monkeypatch: pytest.MonkeyPatch) -> None:
    spelt = "".join(quarry().codes)

    def fail(*_: object) -> object:
        raise RuntimeError(f"cannot fit {spelt} with roots {quarry().roots_mm}")

    monkeypatch.setattr(ReadyKeyReader, "measure", fail)
    played("sell_kw1", hunted)
    with closing(SealedAuditLog.open(hunted.folder / "audit.db", hunted.folder / "seal", SystemClock())) as book:
        records = book.records()
        assert "crash" in {record.kind for record in records}
        assert book.verify() is None
    assert hunt_texts(quarry(), [*as_csv(records), *as_jsonl(records)], "exports") == []
    assert hunted.traces + hunted.search() == []


def test_the_hunt_would_have_found_it(hunted: Hunted, monkeypatch: pytest.MonkeyPatch) -> None:
    spelt = ",".join(quarry().codes)
    booked = playing.RehearsalAudit.record

    def leaky(book: RehearsalAudit, kind: str, facts: Mapping[str, str | int]) -> None:
        booked(book, kind, {**facts, "note": spelt} if kind == "sale" else facts)

    monkeypatch.setattr(playing.RehearsalAudit, "record", leaky)
    played("sell_kw1", hunted)
    assert any("audit.db" in trace.where for trace in hunted.traces + hunted.search())


def test_the_key_hunted_is_one_no_other_number_looks_like() -> None:
    assert len(quarry().codes) == 6
    assert len(set(quarry().codes)) >= 4
