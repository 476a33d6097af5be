"""A technician is sent before the kiosk closes itself, knows why, brings what is needed, and signs what was done."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from config.problems import BadInput
from config.settings import Settings, load_settings
from hardware.clock import SystemClock
from kiosk.command_line import app
from kiosk.commands.books import owned_staff
from kiosk.cutting.check import TOUCHES_WATCHED, wheel_is_worn
from kiosk.data_paths import DataPaths
from kiosk.operations.forecast import Evidence, forecasts
from kiosk.operations.happenings import Happening, HappeningKind
from kiosk.operations.recorder import Recorder
from kiosk.operations.service_visit import (
    TrialCut,
    WorkOrder,
    is_genuine,
    read_visit,
    signed_order,
    to_bring,
    to_do,
    visit_page,
)
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.audit.log import SealedAuditLog, key_folder_beside
from kiosk.records.inventory import Inventory
from kiosk.records.journal import Journal, NewSale
from kiosk.records.journal.values import CopyError
from kiosk.session.intents import Credentials, ServiceMenu, StaffKey
from kiosk.session.outlook import Forecast, Part
from kiosk.session.states import FRONT, State
from kiosk.staff.requests import carry_out
from tests.session.parts import Shop, shop
from tests.support.wear_out import means_mm, touches_mm
from ui.gallery import sample_store
from ui.present.local import Local, OpenTab
from ui.present.present import present
from ui.present.samples import SAMPLES
from ui.present.shown import ServiceDetail

MACHINE = load_settings(None, {}).machine
EDGE_MM = MACHINE.clamp.edge_tolerance_mm
NOW = datetime.now(UTC)


def told(**seen: object) -> dict[Part, Forecast]:
    return {each.part: each for each in forecasts(Evidence(**seen), MACHINE.check, EDGE_MM)}


@pytest.mark.parametrize("seed", range(4))
def test_a_wheel_worn_out_over_two_thousand_copies_is_foretold_a_hundred_copies_before_the_kiosk_closes(
    seed: int,
) -> None:
    touches = touches_mm(2000, 0.8 * EDGE_MM * 1.08, seed)
    closes = next(n for n in range(20, 2001) if wheel_is_worn(touches[n - TOUCHES_WATCHED : n], EDGE_MM))
    first = next(n for n in range(20, 2001, 20) if Part.WHEEL in told(touch_errors_mm=touches[:n], copies_a_day=20))
    assert 100 <= closes - first <= 1500
    forecast = told(touch_errors_mm=touches[:first], copies_a_day=20)[Part.WHEEL]
    assert forecast.copies_left is not None
    assert forecast.days_left == forecast.copies_left / 20
    assert "touch-offs at +0.0" in forecast.evidence


@pytest.mark.parametrize("seed", range(4))
def test_a_kiosk_that_stays_well_is_left_alone(seed: int) -> None:
    touches, means = touches_mm(2000, 0.01, 100 + seed), means_mm(2000, 0.005, 100 + seed)
    tries = [1] * 1500 + [2] * 20 + [1] * 480
    for count in range(100, 2001, 100):
        assert told(touch_errors_mm=touches[:count], mean_errors_mm=means[:count], scan_tries=tries[:count]) == {}


def test_an_axis_that_drifts_either_way_is_foretold() -> None:
    for sign in (1, -1):
        means = [sign * mean for mean in means_mm(1500, 0.022, 1)]
        assert list(told(mean_errors_mm=means)) == [Part.AXIS]


def test_blanks_held_ever_less_alike_name_the_clamp() -> None:
    firm, loose = touches_mm(300, 0.0, 1), [3.0 * each for each in touches_mm(60, 0.0, 2)]
    assert "scatter by 0.0" in told(touch_errors_mm=[*firm, *loose])[Part.CLAMP].evidence
    assert Part.CLAMP not in told(touch_errors_mm=[*firm, *touches_mm(60, 0.0, 3)])
    assert Part.CLAMP not in told(touch_errors_mm=[*firm[:100], *loose]), "too little is known of before"


def test_keys_that_need_ever_more_scans_name_lamp_or_glass() -> None:
    assert list(told(scan_tries=[1] * 200 + [1, 3] * 30)) == [Part.LAMP]
    assert told(scan_tries=[2] * 260) == {}, "it was always so: these are its shoppers"


def test_three_faults_of_the_line_in_a_week_name_the_cable() -> None:
    assert told(link_faults=2) == {}
    assert list(told(link_faults=3)) == [Part.LINK]


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings(None, {})


@pytest.fixture
def places(tmp_path: Path, settings: Settings) -> DataPaths:
    """A kiosk whose wheel is nearly worn, one slot low, and which had a test cut today."""
    places = DataPaths(tmp_path / "data")
    places.data.mkdir(mode=0o700)
    with closing(Inventory(places.inventory, settings.machine.magazine)) as inventory:
        inventory.lock(settings.machine.magazine.slots[0].number, "bent blanks")
    with closing(Journal(places.journal, SystemClock(), simulated=False)) as journal:
        journal.open_sale(NewSale("T1", "B1", "KW1", "brass", 1, 349, "USD", "register"))
        for touch_mm in touches_mm(1800, 0.042, 1)[900:]:
            journal.write_copy("T1", CopyError(0.001, 0.01, touch_mm, True))
    with closing(SealedAuditLog.open(places.audit, key_folder_beside(places.data), SystemClock())) as audit:
        audit.record(
            AuditKind.SETTING_CHANGED,
            {"setting": "machine.cutter.feed", "before": "200", "after": "180", "origin": "machine.toml"},
        )
    with closing(Recorder(places.operations, places.journal, SystemClock(), fleet=False)) as recorder:
        for error_mm, passed in ((0.061, False), (0.012, True)):
            recorder.note(
                Happening(HappeningKind.TEST, code="test_cut", blank="KW1", passed=passed, largest_error_mm=error_mm)
            )
        recorder.note(Happening(HappeningKind.FAULT, code="BLANK"))
    return places


def test_the_page_of_a_visit_says_why_what_to_bring_and_what_to_do(places: DataPaths, settings: Settings) -> None:
    visit = read_visit(places, settings.machine, "Corner <Hardware>", NOW + timedelta(seconds=5))
    assert [each.part for each in visit.due] == [Part.WHEEL]
    assert any("cutting wheel" in line for line in to_bring(visit))
    assert [slot.lock_reason for slot in visit.low if slot.locked] == ["bent blanks"]
    steps = to_do(visit)
    before, change, after = (
        next(n for n, step in enumerate(steps) if words in step) for words in ("before", "Change the wheel", "after")
    )
    assert before < change < after
    page = visit_page(visit)
    assert "Corner &lt;Hardware&gt;" in page
    assert "BLANK: 1 in 14 days" in page
    assert "http" not in page


def test_status_and_the_visit_tell_what_is_due(places: DataPaths) -> None:
    runner = CliRunner()
    status = runner.invoke(app, ["status", "--data", str(places.data)])
    assert "due    wheel in " in status.stdout, status.output
    visit = runner.invoke(app, ["service", "visit", "--data", str(places.data)])
    assert "bring  a cutting wheel" in visit.stdout


def test_a_work_order_holds_cuts_parts_and_settings_is_signed_and_stands_in_the_audit(
    places: DataPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner, out = CliRunner(), tmp_path / "order.txt"
    with owned_staff(places) as (staff, audit):
        for number, role, pin in (("1", "manager", "583920"), ("12", "technician", "190283")):
            carry_out(staff, audit, {"action": "staff_add", "number": number, "name": "N", "role": role, "pin": pin})
    words = ["--staff", "12", "--part", "wheel", "--next-due", "2027-03-01", "--data", str(places.data)]
    order_of = ["service", "work-order", *words, "--out", str(out)]
    # Whoever has only the shell signs in nobody's name.
    assert isinstance(runner.invoke(app, order_of, input="190283\n").exception, BadInput)
    monkeypatch.setattr("kiosk.commands.visit.sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    for number, pin in (("12", "190284"), ("1", "583920")):
        monkeypatch.setattr("kiosk.commands.visit.getpass.getpass", lambda prompt, typed=pin: typed)
        other = [number if word == "12" else word for word in order_of]
        assert isinstance(runner.invoke(app, other).exception, BadInput)
        assert not out.exists()
    monkeypatch.setattr("kiosk.commands.visit.getpass.getpass", lambda prompt: "190283")
    made = runner.invoke(app, order_of)
    assert made.exit_code == 0, made.output
    lines = out.read_text().splitlines()
    assert [line.split(" ", 3)[3] for line in lines if line.startswith("test cut: ")] == [
        "0.061 mm did not pass",
        "0.012 mm passed",
    ]
    assert "part: wheel" in lines
    assert "setting: machine.cutter.feed: 200 to 180" in lines
    assert runner.invoke(app, ["service", "check-order", str(out), "--data", str(places.data)]).exit_code == 0
    out.write_text(out.read_text().replace("0.061", "0.021"))
    assert runner.invoke(app, ["service", "check-order", str(out), "--data", str(places.data)]).exit_code == 1
    out.write_bytes(b"\x89PNG\xff\xfe")
    not_text = runner.invoke(app, ["service", "check-order", str(out), "--data", str(places.data)]).exception
    assert isinstance(not_text, BadInput)
    assert str(not_text) == f"{out}: is no work order: not text"
    with closing(SealedAuditLog.open(places.audit, key_folder_beside(places.data), SystemClock())) as audit:
        order = [json.loads(record.facts) for record in audit.records() if record.kind == AuditKind.WORK_ORDER]
    assert [(each["staff_number"], each["parts"]) for each in order] == [("12", "wheel")]


def test_no_changed_byte_of_an_order_is_believed_and_no_field_can_add_a_line() -> None:
    key = Ed25519PrivateKey.generate()
    cuts = (TrialCut("2026-11-28T10:00:00", 0.012, True),)
    order = WorkOrder("Corner\npart: gold", NOW.date(), "12", cuts, ("wheel",), (), "in 300 copies")
    text = signed_order(order, key)
    assert is_genuine(text, key.public_key())
    assert [line for line in text.splitlines() if line.startswith("part:")] == ["part: wheel"]
    for place in range(len(text) - 1):
        changed = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
        assert not is_genuine(changed, key.public_key()), place
    assert not is_genuine(text, Ed25519PrivateKey.generate().public_key())


def page(kiosk: Shop, tab: str) -> ServiceDetail:
    detail = present(kiosk.stage.now, Local(tab=tab), sample_store("portrait")).detail
    assert isinstance(detail, ServiceDetail)
    return detail


def to_service(kiosk: Shop) -> None:
    """A technician comes, whatever the kiosk rests at."""
    kiosk.stage.begin()
    kiosk.stage.run_to(*FRONT)
    kiosk.stage.post(StaffKey())
    kiosk.stage.run_to(State.STAFF_LOGIN)
    kiosk.stage.post(Credentials("3001", "190283"))
    kiosk.stage.run_to(State.STAFF_MENU)
    kiosk.stage.post(ServiceMenu())
    kiosk.stage.run_to(State.TECHNICIAN)


def whole(kiosk: Shop, name: str) -> tuple[str, ...]:
    """Every sentence of a page, turning it as long as there is more."""
    detail, found = page(kiosk, f"visit/{name}"), ()
    while True:
        found += detail.notes
        (more,) = detail.amounts or (None,)
        assert more is None or isinstance(more.does, OpenTab)
        if more is None or more.does.tab.endswith("/0"):
            return found
        detail = page(kiosk, more.does.tab)


def test_a_technician_reads_on_the_glass_what_is_due_why_what_to_bring_and_what_to_do_in_order(
    places: DataPaths, settings: Settings
) -> None:
    with shop(places.data, settings, first_count=50) as kiosk:
        to_service(kiosk)
        assert page(kiosk, "visit").notes == ("The records are being read.",)
        kiosk.stage.run_until(lambda now: now.service is not None and now.service.outlook is not None)
        locked, wheel = whole(kiosk, "due")[:2]
        assert locked.startswith("Slot 1 (KW1) is locked.")
        assert wheel.startswith("Cutting wheel, in ")
        for word in ("copies", "day", "touch-offs stand 0.04"):
            assert word in wheel
        assert "A cutting wheel, its gauge" in whole(kiosk, "bring")[0]
        steps = whole(kiosk, "do")
        assert [step.partition(".")[0] for step in steps] == [str(n) for n in range(1, len(steps) + 1)]
        order = [[word in step for step in steps].index(True) for word in ("before", "Change the", "locked", "after")]
        assert order == sorted(order)


def test_records_that_cannot_be_read_foretell_nothing_and_say_so(places: DataPaths, settings: Settings) -> None:
    """A damaged book is no wheel in order."""
    with shop(places.data, settings) as kiosk:
        places.operations.write_bytes(b"no database" * 100)
        to_service(kiosk)
        kiosk.stage.run_until(lambda now: now.service is not None and now.service.outlook_failed)
        assert "cannot be read" in page(kiosk, "visit").notes[0]


def test_a_kiosk_in_order_is_said_to_need_nobody_soon(tmp_path: Path, settings: Settings) -> None:
    with shop(tmp_path, settings) as kiosk:
        to_service(kiosk)
        kiosk.stage.run_until(lambda now: now.service is not None and now.service.outlook is not None)
        assert page(kiosk, "visit").notes == ("Nothing will need a technician soon.",)


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_every_part_has_its_evidence_its_parts_and_its_work_in_every_language(language: str) -> None:
    snapshot = replace(SAMPLES["38-technician-visit"][0], language=language)
    for name in ("due", "bring", "do"):
        said = set()
        for part in range(3):
            detail = present(snapshot, Local(tab=f"visit/{name}/{part}"), sample_store("portrait")).detail
            assert isinstance(detail, ServiceDetail)
            said |= set(detail.notes)
        assert len(said) >= len(Part) + 2
