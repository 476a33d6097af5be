"""A technician's visit over the whole simulated machine, by the buttons the service screen offers."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from config.settings import Settings, load_settings
from hardware.grbl.jog import target
from kiosk.operations.happenings import HappeningKind, happened
from kiosk.rehearsal.ready import PIN, RehearsalAudit, RehearsalStaff
from kiosk.rehearsal.simulated_kiosk import SimulatedKiosk, theatre
from kiosk.session.intents import Cancel, Credentials, LetGo, ServiceAction, ServiceMenu, ServiceTask, StaffKey, Stop
from kiosk.session.obstacle import obstacle
from kiosk.session.service_work import pattern, small_grey
from kiosk.session.snapshot import ServiceView, Snapshot, StaffView
from kiosk.session.states import State
from simulator.faults.injection import FaultPanel
from simulator.faults.lesson import lessons
from simulator.faults.simulated_machine import lay
from simulator.keys.gauge import step_gauge
from simulator.keys.sample_keys import sample_key
from ui.gallery import sample_store
from ui.present.local import Local
from ui.present.present import present
from ui.present.service import TABS
from ui.present.shown import Action, ServiceDetail
from ui.present.spoken import actions_of

SETTINGS = load_settings(environment={})


@pytest.fixture(scope="module")
def settings() -> Settings:
    return SETTINGS


@pytest.fixture
def kiosk(settings: Settings, tmp_path: Path) -> Iterator[SimulatedKiosk]:
    with theatre(settings, tmp_path, staff=RehearsalStaff(), audit=RehearsalAudit()) as made:
        to_service(made)
        yield made


def to_service(kiosk: SimulatedKiosk) -> None:
    stage = kiosk.stage
    stage.begin()
    stage.run_to(State.WELCOME)
    stage.post(StaffKey())
    stage.run_to(State.STAFF_LOGIN)
    stage.post(Credentials("3001", PIN))
    stage.run_to(State.STAFF_MENU)
    stage.post(ServiceMenu())
    stage.run_to(State.TECHNICIAN)


def service(snapshot: Snapshot) -> ServiceView:
    assert snapshot.service is not None
    return snapshot.service


def button(kiosk: SimulatedKiosk, tab: str, name: str) -> Action:
    """A button of the service screen as it stands now."""
    shown = present(kiosk.stage.now, Local(tab=tab), sample_store("portrait"))
    assert shown.detail is not None
    found = [action for action in (*actions_of(shown.detail), *shown.actions) if action.id == name]
    assert found, f"{tab} has no button {name}"
    assert found[0].enabled
    return found[0]


def presses(kiosk: SimulatedKiosk, tab: str, name: str) -> Snapshot:
    """Hold the button until its action is done."""
    action = button(kiosk, tab, name)
    kiosk.stage.post(action.does)
    kiosk.stage.turn()
    return kiosk.stage.run_until(lambda now: not service(now).busy)


def test_a_technician_jogs_cuts_a_test_key_calibrates_and_leaves(kiosk: SimulatedKiosk, tmp_path: Path) -> None:
    stage, sim = kiosk.stage, kiosk.sim
    seen = stage.run_until(lambda now: service(now).status is not None)
    assert service(seen).status is not None
    before_mm = sim.world.position_mm
    presses(kiosk, "jog/x/10", "jog_minus")
    assert sim.world.position_mm[0] == pytest.approx(before_mm[0] - 10.0, abs=0.01)

    stock = sim.world.carousel.stock[2]
    count = stage.ports.inventory.slots()[1].count
    seen = presses(kiosk, "test/2", "test_cut")
    trial = service(seen).trial
    assert trial is not None
    assert (trial.passed, trial.slot, trial.blank) == (True, 2, "SC1")
    assert trial.largest_error_mm < trial.tolerance_mm
    assert (sim.world.carousel.stock[2], stage.ports.inventory.slots()[1].count) == (stock - 1, count - 1)
    assert len(sim.rejects) == 1
    assert not sim.chute
    assert sim.world.wheel.rpm(sim.firmware.now_s) == 0
    assert stage.ports.journal.last_sales(5) == ()

    lay(sim, step_gauge(stage.ports.machine.gauge))
    seen = presses(kiosk, "cameras", "calibrate")
    found = service(seen).calibration
    assert found is not None
    assert not any(view.refused for view in found.views)
    (file,) = (tmp_path / "calibrations").glob("calibration-*.toml")
    views = tomllib.loads(file.read_text())["views"]
    assert views["silhouette"]["mm_per_px"] == pytest.approx(stage.ports.machine.views.silhouette.mm_per_px, rel=0.002)
    sim.tray.take()
    stage.post(Cancel())
    stage.run_to(State.STAFF_MENU)
    stage.post(Cancel())
    assert stage.run_to(State.WELCOME).fault is None


def test_a_test_cut_is_counted_once_as_a_test(kiosk: SimulatedKiosk) -> None:
    seen: list[Snapshot] = [kiosk.stage.now]
    counted = []

    def count(now: Snapshot) -> None:
        counted.extend(each for each in happened(seen[-1], now) if each.what is HappeningKind.TEST)
        seen.append(now)

    kiosk.stage.watchers.append(count)
    presses(kiosk, "test/1", "test_cut")
    kiosk.stage.run_until(lambda _: len(seen) > 10, limit_s=600)
    assert [(each.code, each.blank, each.slot, each.passed) for each in counted] == [("test_cut", "KW1", 1, True)]


def test_letting_go_ends_a_jog_on_its_way(kiosk: SimulatedKiosk) -> None:
    stage, sim = kiosk.stage, kiosk.sim
    before_mm = sim.world.position_mm[0]
    stage.post(ServiceAction(ServiceTask.JOG, "x", -10.0))
    # Time passes within the jog as the board moves; the finger leaves in the middle of it.
    sleep, ends_s = sim.clock.sleep, sim.clock.now_s() + 0.4

    def sleeping(duration_s: float) -> None:
        sleep(duration_s)
        if sim.clock.now_s() > ends_s:
            stage.post(LetGo())

    sim.clock.sleep = sleeping
    seen = stage.run_until(lambda now: service(now).message == "let_go")
    moved_mm = before_mm - sim.world.position_mm[0]
    assert 0.5 < moved_mm < 9.5
    assert service(seen).busy == ""
    presses(kiosk, "machine", "check")


def test_a_finger_that_is_gone_before_the_jog_begins_moves_nothing(kiosk: SimulatedKiosk) -> None:
    before_mm = kiosk.sim.world.position_mm
    kiosk.stage.post(ServiceAction(ServiceTask.JOG, "y", -1.0))
    kiosk.stage.post(LetGo())
    kiosk.stage.run_until(lambda now: service(now).message == "let_go")
    assert kiosk.sim.world.position_mm == before_mm


def test_no_jog_leaves_the_travel_or_takes_a_step_the_screen_does_not_offer(kiosk: SimulatedKiosk) -> None:
    before_mm = kiosk.sim.world.position_mm
    kiosk.stage.post(ServiceAction(ServiceTask.JOG, "x", 10.0))
    kiosk.stage.run_until(lambda now: service(now).message == "beyond_travel")
    for axis, distance_mm in (("x", -50.0), ("a", -1.0), ("", 0.0), ("x", float("nan"))):
        kiosk.stage.post(ServiceAction(ServiceTask.JOG, axis, distance_mm))
        kiosk.stage.run_until(lambda now: service(now).message == "unknown_action")
        kiosk.stage.post(ServiceAction(ServiceTask.CAMERAS_OFF))
        kiosk.stage.run_until(lambda now: service(now).message is None)
    assert kiosk.sim.world.position_mm == before_mm
    assert target((-1.0, -1.0, -1.0), "z", -200.0, SETTINGS.machine) is None


def test_stop_in_a_test_cut_leaves_a_still_wheel_and_the_blank_is_scrapped_on_recovery(kiosk: SimulatedKiosk) -> None:
    stage, sim = kiosk.stage, kiosk.sim
    stops = [Stop()]

    def stop(now: Snapshot) -> None:
        if now.service is not None and now.service.fraction > 0.2 and stops:
            stage.post(stops.pop())

    stage.watchers.append(stop)
    stage.post(button(kiosk, "test/1", "test_cut").does)
    seen = stage.run_until(lambda now: now.fault is not None and not service(now).busy)
    assert seen.fault is not None
    assert seen.fault.code == "STOPPED"
    assert len(service(seen).errors) == 1, "one stop is one error"
    assert sim.world.carousel.clamped is not None
    presses(kiosk, "machine", "recover")
    assert stage.now.fault is None
    assert sim.world.wheel.rpm(sim.firmware.now_s) == 0
    assert sim.world.carousel.clamped is None
    assert len(sim.rejects) == 1
    assert stage.now.state is State.TECHNICIAN


def test_after_a_fault_nothing_but_recover_can_be_pressed(kiosk: SimulatedKiosk) -> None:
    kiosk.stage.post(Stop())
    # Recover too only when door, emergency stop and inputs are on the screen.
    seen = kiosk.stage.run_until(lambda now: now.fault is not None and obstacle(service(now).status) is None)
    for tab in TABS:
        shown = present(seen, Local(tab=tab), sample_store("portrait"))
        assert shown.detail is not None
        able = {action.id for action in actions_of(shown.detail) if action.hold and action.enabled}
        assert able <= {"recover", "calibrate", "new_wheel"}
    assert button(kiosk, "machine", "recover").hold


def test_the_time_out_does_not_cover_the_stop_of_a_test_cut(kiosk: SimulatedKiosk) -> None:
    stage = kiosk.stage
    waiting: list[object] = []
    stage.watchers.append(lambda now: waiting.append(now.waiting) if now.service and now.service.busy else None)
    store = stage.ports.store
    timeouts = store.timeouts.model_copy(update={"idle_s": 10.0})
    stage.controller.context.ports = replace(stage.ports, store=store.model_copy(update={"timeouts": timeouts}))
    presses(kiosk, "test/1", "test_cut")
    assert set(waiting) == {None}


def test_cameras_are_seen_small_and_overwritten_when_the_technician_goes(kiosk: SimulatedKiosk) -> None:
    stage = kiosk.stage
    lay(kiosk.sim, sample_key("kwikset-new", SETTINGS.catalogue, 3))
    stage.post(button(kiosk, "cameras", "cameras").does)
    seen = service(stage.run_until(lambda now: len(service(now).previews) == 9))
    assert all(each.pixels is not None and max(each.pixels.shape) <= 128 for each in seen.previews)
    assert all(each.pixels is not None and each.pixels.std() > 0 for each in seen.previews)
    held = [each.pixels for each in seen.previews]
    stage.post(Cancel())
    stage.run_to(State.STAFF_MENU)
    assert all(pixels is not None and not pixels.any() for pixels in held)
    assert not stage.controller.context.bench.cameras_live


def test_a_camera_that_is_gone_is_named_and_the_others_are_seen(kiosk: SimulatedKiosk) -> None:
    kiosk.sim.scanner.unplugged.add("head")
    kiosk.stage.post(ServiceAction(ServiceTask.CAMERAS))
    seen = service(kiosk.stage.run_until(lambda now: len(service(now).previews) == 9))
    assert [each.view for each in seen.previews if each.problem] == ["head"]
    assert sum(each.pixels is not None for each in seen.previews) == 8


def test_a_calibration_on_a_key_is_refused_in_words_and_writes_nothing(kiosk: SimulatedKiosk, tmp_path: Path) -> None:
    lay(kiosk.sim, sample_key("kwikset-new", SETTINGS.catalogue, 3))
    seen = presses(kiosk, "cameras", "calibrate")
    found = service(seen).calibration
    assert found is not None
    assert any(view.refused for view in found.views)
    assert not (tmp_path / "calibrations").exists()
    for language in ("en", "es", "fr"):
        shown = present(replace(seen, language=language), Local(tab="cameras"), sample_store("portrait"))
        assert shown.detail is not None


def test_a_blank_that_does_not_sit_locks_its_slot_and_says_so(kiosk: SimulatedKiosk) -> None:
    FaultPanel(kiosk.sim).set("misfeed", {"slot": 3, "count": 2}, "test")
    seen = presses(kiosk, "test/3", "test_cut")
    assert service(seen).message == "blank_missing"
    assert service(seen).slots[2].locked
    assert seen.fault is None


@pytest.mark.parametrize("task", ["probe", "test_cut"])
def test_a_blank_on_shavings_is_shown_with_how_far_its_edge_is_off(kiosk: SimulatedKiosk, task: str) -> None:
    FaultPanel(kiosk.sim).set("shavings", {"slot": 3, "mm": 0.18}, "test")
    seen = presses(kiosk, "test/3", task)
    assert service(seen).message == "blank_unfit"
    assert float(service(seen).detail.removesuffix(" mm")) == pytest.approx(0.18, abs=0.03)
    assert service(seen).slots[2].locked


def test_another_blank_than_the_slots_is_named_by_who_saw_it(kiosk: SimulatedKiosk) -> None:
    FaultPanel(kiosk.sim).set("wrong_blank", {"slot": 3, "blank": "KW1"}, "test")
    seen = presses(kiosk, "test/3", "probe")
    assert service(seen).message == "blank_other"
    assert service(seen).slots[2].locked


def shown_of_lesson(kiosk: SimulatedKiosk, number: int, *buttons: str) -> list[tuple[str, str]]:
    """What the Test page says after each button, on a machine that suffers a lesson's fault."""
    lesson = lessons()[number - 1]
    FaultPanel(kiosk.sim).set(lesson.answer, lesson.parameters, "test")
    seen = [service(presses(kiosk, *button.split())) for button in buttons]
    return [(str(each.message or ""), each.detail.removesuffix(" mm")) for each in seen]


def test_the_lesson_of_an_empty_slot_shows_on_the_test_page_as_its_evidence_says(kiosk: SimulatedKiosk) -> None:
    first, other = shown_of_lesson(kiosk, 2, "test/1 probe", "test/6 probe")
    assert first == ("blank_missing", "")
    assert other[0] == ""
    assert abs(float(other[1])) < 0.03


def test_the_lesson_of_shavings_shows_on_the_test_page_as_its_evidence_says(kiosk: SimulatedKiosk) -> None:
    first, other = shown_of_lesson(kiosk, 3, "test/1 probe", "test/6 probe")
    assert first[0] == "blank_unfit"
    assert 0.13 <= float(first[1]) <= 0.25
    assert abs(float(other[1])) < 0.03


def test_the_lesson_of_a_probe_wire_shows_on_the_test_page_as_its_evidence_says(kiosk: SimulatedKiosk) -> None:
    assert shown_of_lesson(kiosk, 7, "test/1 probe", "test/2 probe") == [("blank_missing", "")] * 2


def test_the_lesson_of_wrong_steps_shows_on_the_test_page_as_its_evidence_says(kiosk: SimulatedKiosk) -> None:
    first, second = shown_of_lesson(kiosk, 11, "test/1 probe", "test/2 probe")
    assert first[0] == second[0] == "blank_unfit"
    assert 0.3 < float(first[1]) < 0.45
    assert float(second[1]) == pytest.approx(float(first[1]), abs=0.03)


def test_the_wire_is_told_with_its_meaning_and_without_a_motion(kiosk: SimulatedKiosk) -> None:
    seen = presses(kiosk, "test/1", "test_cut")
    meanings = {line.meaning for line in kiosk.cutter.wire()}
    assert {"wheel_on", "wheel_off", "probe", "probed", "rapid", "feed", "ok"} <= meanings
    text = "\n".join(line.text for line in kiosk.cutter.wire())
    assert not any(f"{axis}-" in text for axis in "XYZ")
    assert sum(line.meaning == "feed" for line in kiosk.cutter.wire()) <= 8, "moves of a cut are not counted out"
    assert service(seen).wire == kiosk.cutter.wire()[-len(service(seen).wire) :]


@pytest.mark.parametrize("blank", sorted({slot.blank for slot in SETTINGS.machine.magazine.slots}))
def test_the_test_pattern_of_every_stocked_blank_spans_its_depths_within_macs(blank: str) -> None:
    keyway, known = SETTINGS.catalogue.blank_of[blank]
    assert keyway.spec is not None
    codes = pattern(keyway.spec, known)
    ranks = sorted(keyway.spec.depths, key=lambda depth: -depth.root_mm)
    order = [next(i for i, depth in enumerate(ranks) if depth.code == code) for code in codes]
    assert len(codes) == known.cuts
    assert max(abs(a - b) for a, b in pairwise(order)) <= keyway.spec.most_steps
    assert len(set(codes)) >= min(known.cuts, len(ranks)) - 1


@pytest.mark.parametrize("shape", [(972, 1296, 3), (1944, 2592), (1, 1), (64, 10000), (3, 500)])
def test_a_preview_is_small_whatever_the_camera(shape: tuple[int, ...]) -> None:
    small = small_grey(np.full(shape, 77, np.uint8))
    assert small.dtype == np.uint8
    assert small.shape[0] <= 96
    assert small.shape[1] <= 128
    assert np.all(small == 77)


def said(seen: Snapshot, tab: str) -> str:
    return present(seen, Local(tab=tab), sample_store("portrait")).spoken


def test_a_worn_wheel_is_told_in_one_sentence_on_every_page_and_its_slot_stays_the_chosen_one(
    kiosk: SimulatedKiosk,
) -> None:
    FaultPanel(kiosk.sim).set("worn_wheel", {"mm": 0.12}, "test")
    seen = presses(kiosk, "test", "test_cut")
    why = "The edge lies too low: the wheel is worn, or another kind of blank is in this slot."
    assert f"Slot 1 is locked. {why} Off by -0.12" in said(seen, "test")
    detail = present(seen, Local(tab="test"), sample_store("portrait")).detail
    assert isinstance(detail, ServiceDetail)
    assert detail.lines[0].label == "Slot 1: KW1"
    held = {action.id: (action.enabled, action.note) for action in detail.controls if action.hold}
    assert held == {"test_cut": (False, "Locked"), "probe": (False, "Locked")}, "the next hold cuts no other slot's"
    assert "SLOT_LOCKED slot 1" in said(seen, "history")

    def foreseen(now: Snapshot) -> bool:
        outlook = service(now).outlook
        return outlook is not None and bool(outlook.low)

    after = kiosk.stage.run_until(foreseen)
    assert f"Slot 1 (KW1) is locked. {why}" in said(after, "visit")
    assert "Nothing will need" not in said(after, "visit")
    stock = Snapshot(State.STAFF_MENU, simulated=True, staff=StaffView(slots=service(after).slots))
    assert why in present(stock, Local(tab="stock", slot=1), sample_store("portrait")).spoken


def test_a_test_cut_that_did_not_pass_names_its_slot_and_stands_among_the_errors(kiosk: SimulatedKiosk) -> None:
    FaultPanel(kiosk.sim).set("broken_wheel", {}, "test")
    seen = presses(kiosk, "test/2", "test_cut")
    assert service(seen).message == "trial_failed"
    assert "Slot 2 did not pass:" in said(seen, "test/2")
    assert "TEST_CUT_FAILED slot 2" in said(seen, "history")


def test_a_probe_says_whose_blank_it_felt(kiosk: SimulatedKiosk) -> None:
    assert "Slot 3: the edge is off by" in said(presses(kiosk, "test/3", "probe"), "test/3")


def test_slot_after_slot_locks_none_and_says_where_to_look(kiosk: SimulatedKiosk) -> None:
    FaultPanel(kiosk.sim).set("worn_wheel", {"mm": 0.12}, "test")
    presses(kiosk, "test/1", "probe")
    seen = presses(kiosk, "test/2", "probe")
    assert not any(slot.locked for slot in service(seen).slots)
    assert "Other slots too: look at wheel, probe and clamp; none stays locked." in said(seen, "test/2")
    assert [line.split()[1] for line in service(seen).errors] == ["SLOT_LOCKED", "BLANK_UNFIT"]
