"""The doctor: every check tells what it found and what to do, and none hides another."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import socket
import sqlite3
import tarfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_mock import MockerFixture
from typer.testing import CliRunner

from config.settings import Settings, load_settings
from hardware.clock import SystemClock
from kiosk.calibration.cameras import Calibration, as_toml
from kiosk.calibration.dated import FITTED
from kiosk.calibration.gauge import ScaleFit
from kiosk.command_line import app
from kiosk.data_paths import DataPaths
from kiosk.operations import doctor_machine, doctor_records
from kiosk.operations.backup import back_up, restore
from kiosk.operations.doctor import Finding, Grade, examine, for_people, passed, worst
from kiosk.operations.first_settings import FirstSettings, FirstSlot, files_of
from kiosk.operations.recorder import open_operations
from kiosk.operations.status import StatusFile, read_status
from kiosk.operations.status import for_people as status_line
from kiosk.records.audit.log import SealedAuditLog, key_folder_beside
from kiosk.records.inventory import Inventory
from kiosk.records.journal import Journal, NewSale
from kiosk.session.snapshot import FaultNotice, Snapshot
from kiosk.session.states import State
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.serve.pty import PtyPort
from simulator.serve.realtime import RealTimeRunner

NOW = datetime.now(UTC)
SET_UP = files_of(FirstSettings("A", "US", "USD", ["en"], "", [FirstSlot(1, "KW1")], {"brass": 1}))["machine.toml"]


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings(None, {})


@pytest.fixture
def places(tmp_path: Path, settings: Settings) -> DataPaths:
    """A kiosk that has run: stock, one sale, an audit."""
    places = DataPaths(tmp_path / "data")
    places.data.mkdir(mode=0o700)
    Inventory(places.inventory, settings.machine.magazine).close()
    with closing(Journal(places.journal, SystemClock(), simulated=False)) as journal:
        journal.open_sale(NewSale("T1", "B1", "KW1", "brass", 1, 349, "USD", "register"))
    with closing(SealedAuditLog.open(places.audit, key_folder_beside(places.data), SystemClock())) as audit:
        for _ in range(3):
            audit.record("start", {"version": "1"})
    open_operations(places.operations).close()
    return places


def test_a_check_that_breaks_is_a_finding_and_the_round_goes_on() -> None:
    def broken() -> Finding:
        raise ZeroDivisionError("secret")

    found = examine([("first", broken), ("second", lambda: passed("second", "fine"))])
    assert [finding.grade for finding in found] == [Grade.FAIL, Grade.PASS]
    assert "secret" not in found[0].found
    assert worst(found) is Grade.FAIL
    assert len(for_people(found)) == 3


def test_a_sound_kiosk_passes_its_records(places: DataPaths, settings: Settings) -> None:
    operations = settings.operations
    found = [
        doctor_records.stock(places, settings.machine.magazine),
        doctor_records.permissions(places),
        doctor_records.databases(places),
        doctor_records.audit(places),
        doctor_records.fleet_link(places, settings.fleet),
        doctor_records.clock(places, operations, datetime.now(UTC) + timedelta(seconds=1), synchronised=places.data),
    ]
    assert [(finding.check, finding.grade) for finding in found if finding.grade is not Grade.PASS] == []


def test_what_is_wrong_with_the_records_is_found_with_a_next_step(places: DataPaths, settings: Settings) -> None:
    with closing(Inventory(places.inventory, settings.machine.magazine)) as inventory:
        inventory.lock(1, "not seated")
        inventory.refill(2, 3)
    found = doctor_records.stock(places, settings.machine.magazine)
    assert (found.grade, found.found) == (Grade.WARN, "locked: 1 (not seated); low: 2 SC1: 3")
    with closing(Inventory(places.inventory, settings.machine.magazine)) as inventory:
        for slot in settings.machine.magazine.slots:
            inventory.refill(slot.number, 0)
    assert doctor_records.stock(places, settings.machine.magazine).grade is Grade.FAIL
    past = NOW - timedelta(days=400)
    assert doctor_records.clock(places, settings.operations, past).grade is Grade.FAIL
    places.journal.chmod(0o644)
    assert "sales.db" in doctor_records.permissions(places).found
    places.journal.write_bytes(b"rubbish" * 1000)
    assert doctor_records.databases(places).found == "sales.db: DATABASE_DAMAGED"
    (key_folder_beside(places.data) / "audit.key").unlink()
    assert doctor_records.audit(places).grade is Grade.FAIL


def test_a_broken_audit_is_found(places: DataPaths) -> None:
    with closing(sqlite3.connect(places.audit)) as connection:
        connection.execute("DROP TRIGGER audit_keeps_words")
        connection.execute("UPDATE audit SET kind = 'sale' WHERE number = 2")
        connection.commit()
    found = doctor_records.audit(places)
    assert found.grade is Grade.FAIL
    assert "2" in found.found


def test_displays_touchscreens_and_cameras_are_looked_for(tmp_path: Path, settings: Settings) -> None:
    screen = settings.store.screen
    assert doctor_machine.display(screen, {}, tmp_path).grade is Grade.FAIL
    assert doctor_machine.display(screen, {"DISPLAY": ":4711"}, tmp_path).grade is Grade.FAIL
    (tmp_path / "dev/dri").mkdir(parents=True)
    (tmp_path / "dev/dri/card0").touch()
    assert doctor_machine.display(screen, {}, tmp_path).grade is Grade.PASS
    modes = tmp_path / "sys/class/drm/card0-HDMI-A-1/modes"
    modes.parent.mkdir(parents=True)
    modes.write_text("1920x1080\n1280x720\n")
    assert doctor_machine.display(screen, {}, tmp_path).grade is Grade.PASS, "a turned screen is the same screen"
    modes.write_text("800x600\n")
    assert "800x600" in doctor_machine.display(screen, {}, tmp_path).found
    assert doctor_machine.touch(tmp_path).grade is Grade.FAIL
    listed = tmp_path / "proc/bus/input/devices"
    listed.parent.mkdir(parents=True)
    listed.write_text('N: Name="USB Mouse"\nH: Handlers=mouse0 event1\nB: PROP=0\n\n')
    assert doctor_machine.touch(tmp_path).grade is Grade.WARN
    listed.write_text(listed.read_text() + 'N: Name="ILITEK Touch"\nH: Handlers=mouse1 event2\nB: PROP=2\n')
    assert doctor_machine.touch(tmp_path) == passed("touch", "ILITEK Touch")
    assert "silhouette" in doctor_machine.cameras(settings.machine).found


def test_a_recording_or_one_camera_for_two_views_is_told(
    tmp_path: Path, settings: Settings, mocker: MockerFixture
) -> None:
    device = tmp_path / "video0"
    device.write_bytes(b"a recording")
    views = settings.machine.views
    mine = {name: view.model_copy(update={"device": str(device)}) for name, view in views.named.items()}
    machine = settings.machine.model_copy(update={"views": views.model_copy(update=mine)})
    found = doctor_machine.cameras(machine)
    assert found.grade is Grade.FAIL
    assert f"head: {device} is no camera" in found.found
    mocker.patch("hardware.camera_device.camera_number", return_value=5)
    found = doctor_machine.cameras(machine)
    assert found.grade is Grade.FAIL
    assert f"head: {device} is the camera of another view" in found.found
    mocker.patch("hardware.camera_device.camera_number", side_effect=range(1000))
    assert doctor_machine.cameras(machine) == passed("cameras", "9 of 9 there")
    for missing, risk in (("face_below_far", "not told from a stain"), ("face_below", "staff are asked")):
        fewer = machine.model_copy(update={"views": machine.views.model_copy(update={missing: None})})
        found = doctor_machine.cameras(fewer)
        assert (found.grade, found.found) == (Grade.WARN, f"8 of 8 there; the machine file names no {missing}")
        assert risk in found.next_step


def test_an_x_server_that_listens_is_found(tmp_path: Path, settings: Settings) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind("\0/tmp/.X11-unix/X4712")
        server.listen()
        assert doctor_machine.display(settings.store.screen, {"DISPLAY": ":4712.0"}, tmp_path).grade is Grade.PASS


def test_a_missing_or_wrong_port_is_told(tmp_path: Path, settings: Settings) -> None:
    def at(port: str) -> Finding:
        machine = settings.machine
        wire = machine.wire.model_copy(update={"port": port})
        return doctor_machine.serial_port(machine.model_copy(update={"wire": wire}))

    assert at(str(tmp_path / "none")).grade is Grade.FAIL
    assert "not a serial port" in at(str(tmp_path)).found
    assert at("/dev/null").grade is Grade.PASS
    assert doctor_machine.board(settings.machine, running=False).grade is Grade.FAIL
    assert doctor_machine.board(settings.machine, running=True).grade is Grade.PASS


def test_a_board_that_answers_passes_and_one_that_was_changed_is_told(tmp_path: Path, settings: Settings) -> None:
    machine = settings.machine
    sim = SimulatedMachine(machine, settings.catalogue, 1)
    realtime = RealTimeRunner(sim.timeline)
    realtime.start()
    port = PtyPort(tmp_path / "board", realtime)
    # Other tests may have the processor: what is looked for here is the answer, not its speed.
    wire = machine.wire.model_copy(update={"port": str(tmp_path / "board"), "reply_timeout_s": 5.0})
    here = machine.model_copy(update={"wire": wire})
    other = here.model_copy(update={"x": machine.x.model_copy(update={"steps_per_mm": 401.0})})
    try:
        assert doctor_machine.serial_port(here).grade is Grade.PASS
        assert doctor_machine.board(here, running=False).grade is Grade.PASS
        changed = doctor_machine.board(other, running=False)
        assert changed.grade is Grade.FAIL
        assert "$100" in changed.found
    finally:
        port.close()
        realtime.stop()


def calibrated(day: str = "2026-03-01", *, without: str = "") -> str:
    """A machine file with a calibration's lines taken in."""
    fits = tuple((view, ScaleFit(0.02, 0.01, 0.0)) for view in FITTED if view != without)
    return as_toml(Calibration(fits), datetime.fromisoformat(f"{day}T10:00Z"))


@pytest.mark.parametrize(
    ("text", "days", "grade", "said"),
    [
        (calibrated(), 0, Grade.PASS, "0 days old"),
        (calibrated(), 30, Grade.PASS, "30 days old"),
        (calibrated(), 92, Grade.WARN, "92 days old"),
        (calibrated(), -2, Grade.WARN, "yet to come"),
        (calibrated() + "# Calibration against the step gauge, 2026-04-01 09:00 UTC.\n", 92, Grade.PASS, "61 days old"),
        (calibrated().partition("\n")[2], 0, Grade.WARN, "does not say when"),
        (calibrated("2026-03-01").replace("03-01", "13-41"), 0, Grade.WARN, "does not say when"),
        *((calibrated(without=view), 0, Grade.WARN, f"never calibrated: {view}") for view in FITTED),
        ("[wheel]\n", 0, Grade.WARN, "never calibrated: the shipped scales"),
        (SET_UP, 0, Grade.WARN, "never calibrated: the shipped scales"),
    ],
)
def test_the_age_is_of_the_calibration_and_not_of_the_file(
    tmp_path: Path, settings: Settings, text: str, days: int, grade: Grade, said: str
) -> None:
    file = tmp_path / "machine.toml"
    file.write_text(text)
    now = datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(days=days)
    found = doctor_machine.calibration(file, settings.operations.health, now)
    assert (found.grade, said in found.found) == (grade, True), found


@pytest.mark.parametrize("file", [None, "machine.toml"])
def test_a_kiosk_without_a_machine_file_was_never_calibrated(
    tmp_path: Path, settings: Settings, file: str | None
) -> None:
    found = doctor_machine.calibration(tmp_path / file if file else None, settings.operations.health, NOW)
    assert (found.grade, "never calibrated" in found.found) == (Grade.WARN, True)


def test_the_commands_run_and_tell(places: DataPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_DATA", str(places.data))
    monkeypatch.delenv("DISPLAY", raising=False)
    runner = CliRunner()
    answer = runner.invoke(app, ["doctor", "--json"])
    assert answer.exit_code == 1
    grades = {finding["check"]: finding["grade"] for finding in json.loads(answer.stdout)}
    assert grades["database"] == grades["audit"] == grades["settings"] == "pass"
    for words in (["doctor"], ["status"], ["status", "--json"], ["report", "--json"], ["report"], ["logs"]):
        answer = runner.invoke(app, words)
        assert not isinstance(answer.exception, Exception), words
    page = places.data.with_name("r.html")
    answer = runner.invoke(app, ["report", "--html", str(page), "--since", "2020-01-01"])
    assert answer.exit_code == 0
    assert page.read_text().startswith("<!doctype html>")


def test_the_status_is_that_of_a_living_kiosk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    assert status_line(read_status(tmp_path)) == "not running"
    file = StatusFile(tmp_path, SystemClock())
    file.on_snapshot(Snapshot(State.OUT_OF_ORDER, simulated=True, fault=FaultNotice("LINK_LOST", "gone", 0.0)))
    found = read_status(tmp_path)
    assert found is not None
    assert "out_of_order (LINK_LOST)" in status_line(found)
    assert found.pid == os.getpid()
    assert (tmp_path / "status.json").stat().st_mode & 0o777 == 0o600
    for state, stocked, said in (
        (State.WELCOME, ("KW1", "SC1"), "welcome, selling KW1, SC1 [simulated]"),
        (State.OFFER, (), "offer [simulated]"),
        (State.CLOSED, (), "closed, selling nothing [simulated]"),
    ):
        file.on_snapshot(Snapshot(state, simulated=True, stocked=stocked))
        assert re.sub(" for [0-9]+ min", "", status_line(read_status(tmp_path))) == said
    (tmp_path / "status.json").write_text('{"pid": 1')
    assert read_status(tmp_path) is None
    shutil.rmtree(tmp_path)
    file.on_snapshot(Snapshot(State.WELCOME, simulated=True))


def test_a_backup_is_whole_closed_to_others_and_comes_back_beside(places: DataPaths, tmp_path: Path) -> None:
    runner = CliRunner()
    archive = tmp_path / "b.tar.gz"
    names = back_up(places, None, archive)
    assert "data/sales.db" in names
    assert not any("key" in name or "anchor" in name for name in names)
    assert archive.stat().st_mode & 0o777 == 0o600
    target = tmp_path / "back"
    assert runner.invoke(app, ["restore", str(archive), str(target)]).exit_code == 0
    restored = DataPaths(target / "data")
    with closing(Journal(restored.journal, SystemClock(), simulated=False)) as journal:
        assert journal.sale("T1") is not None
    with closing(open_operations(restored.operations)) as connection:
        assert connection.execute("SELECT count(*) FROM outbox_stream").fetchone()[0] == 0
    for wrong in (["restore", str(archive), str(target)], ["backup", str(archive), "--data", str(places.data)]):
        assert runner.invoke(app, wrong).exit_code != 0


@pytest.mark.parametrize(
    "name",
    [
        "data/seal/audit.key",
        "data/audit.anchor",
        "data/other.db",
        "data/sub/sales.db",
        "data",
        "settings/policy/ban.toml.py",
        "settings/own.po",
        "settings/languages/sub/xx.po",
        "settings/../x.toml",
        "settings//x.toml",
        "other/x.toml",
        "/settings/x.toml",
    ],
)
def test_what_no_backup_holds_is_not_put_back_though_the_manifest_names_it(
    name: str, places: DataPaths, tmp_path: Path
) -> None:
    """Somebody adds a file to a backup that a technician is about to put back."""
    made, changed = tmp_path / "b.tar.gz", tmp_path / "changed.tar.gz"
    owner = tmp_path / "owner"
    (owner / "languages").mkdir(parents=True)
    (owner / "policy").mkdir()
    (owner / "languages" / "xx.po").write_text("")
    (owner / "policy" / "own.toml").write_text("")
    wanted = back_up(places, owner, made)
    assert {"settings/languages/xx.po", "settings/policy/own.toml"} <= set(wanted)
    assert restore(made, tmp_path / "back") == wanted
    with tarfile.open(made) as archive:
        files = {each.name: archive.extractfile(each).read() for each in archive}
    manifest = json.loads(files.pop("manifest.json"))
    manifest["files"][name] = hashlib.sha256(b"x").hexdigest()
    with tarfile.open(changed, "w:gz") as archive:
        for each, data in {"manifest.json": json.dumps(manifest).encode(), **files, name: b"x"}.items():
            info = tarfile.TarInfo(each)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    answer = CliRunner().invoke(app, ["restore", str(changed), str(tmp_path / "other")])
    assert str(answer.exception) == f"{changed}: {name}: is no file that a backup holds"
    assert not (tmp_path / "other").exists()


def test_a_changed_or_torn_backup_is_refused(places: DataPaths, tmp_path: Path) -> None:
    archive = tmp_path / "b.tar.gz"
    back_up(places, None, archive)
    whole = archive.read_bytes()
    for data in (whole[:-200], whole[:500] + b"\0" * 50 + whole[550:], b"", b"not an archive"):
        archive.write_bytes(data)
        answer = CliRunner().invoke(app, ["restore", str(archive), str(tmp_path / "back")])
        assert type(answer.exception).__name__ == "BadInput"
        assert not (tmp_path / "back").exists()


def test_a_kiosk_that_was_never_started_has_no_failing_disk(tmp_path: Path, settings: Settings) -> None:
    places = DataPaths(tmp_path / "data")
    for found in (doctor_records.disk(places, settings.operations), doctor_records.permissions(places)):
        assert (found.grade, found.found) == (Grade.WARN, f"{places.data} is not there: this kiosk was not started yet")
    places.data.touch()
    assert doctor_records.disk(places, settings.operations).grade is Grade.FAIL
    assert doctor_records.permissions(places).grade is Grade.FAIL
