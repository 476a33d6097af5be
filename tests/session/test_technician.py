"""What a technician may have done, and when not."""

from __future__ import annotations

import numpy as np
import pytest

from hardware.errors import CameraFault, DoorOpened, LinkLost
from hardware.ports import MachineStatus
from kiosk.records.journal import NewSale, SaleStep
from kiosk.session.intents import Cancel, LetGo, Recover, ServiceAction, ServiceMenu, ServiceTask, Stop
from kiosk.session.snapshot import ServiceView, Snapshot
from kiosk.session.states import State
from tests.session.parts import BAD_COPY, Shop
from tests.session.test_people import to_menu
from tests.support.staff_hands import signs_in


def service(now: Snapshot) -> ServiceView:
    assert now.service is not None
    return now.service


def at_work(kiosk: Shop) -> None:
    to_menu(kiosk, "3001")
    kiosk.stage.post(ServiceMenu())
    kiosk.stage.run_to(State.TECHNICIAN)


def does(kiosk: Shop, name: str, **figures: object) -> ServiceView:
    kiosk.stage.post(ServiceAction(ServiceTask(name), **figures))
    kiosk.stage.turn()
    return service(kiosk.stage.run_until(lambda now: not service(now).busy))


def test_only_a_technician_comes_to_the_service_screen(kiosk: Shop) -> None:
    for number in ("1001", "2001"):
        to_menu(kiosk, number)
        kiosk.stage.post(ServiceMenu())
        kiosk.stage.run_until(lambda now: now.staff is not None and now.staff.message == "not_allowed")
        kiosk.stage.post(Cancel())
        kiosk.stage.run_to(State.WELCOME)


def test_nothing_moves_while_metal_of_a_sale_is_in_the_clamp(kiosk: Shop) -> None:
    at_work(kiosk)
    journal = kiosk.stage.ports.journal
    journal.open_sale(NewSale("K1", "42", "KW1", "brass", 1, 349, "USD", "register"))
    journal.write("K1", SaleStep.LOADING, slot=1, copy=1)
    before = list(kiosk.cutter.diary)
    for name, figures in (("jog", {"axis": "x", "distance_mm": 1.0}), ("test_cut", {}), ("home", {})):
        assert does(kiosk, name, **figures).message == "not_now"
    assert kiosk.cutter.diary == before


def test_one_action_at_a_time_and_a_second_wish_is_not_kept_for_later(kiosk: Shop) -> None:
    at_work(kiosk)
    for _ in range(3):
        kiosk.stage.post(ServiceAction(ServiceTask.HOME))
    kiosk.stage.run_until(lambda now: service(now).message == "done")
    kiosk.stage.turn()
    assert kiosk.cutter.diary.count("home") == 2, "once at the start, once now"


def test_a_jog_is_recorded_once_however_often_it_is_touched(kiosk: Shop) -> None:
    at_work(kiosk)
    for _ in range(4):
        does(kiosk, "jog", axis="z", distance_mm=-0.1)
        kiosk.stage.post(LetGo())
        kiosk.stage.turn()
    assert kiosk.cutter.diary.count("jog z -0.1") == 4
    assert [facts["action"] for kind, facts in kiosk.audit.records if kind == "service"] == ["jog"]


def test_a_test_key_that_does_not_pass_goes_into_the_bin_like_one_that_does(kiosk: Shop) -> None:
    at_work(kiosk)
    kiosk.reader.errors.append(BAD_COPY)
    seen = does(kiosk, "test_cut", slot=2)
    assert seen.trial is not None
    assert not seen.trial.passed
    assert seen.message == "trial_failed"
    assert (kiosk.cutter.bin, kiosk.cutter.chute) == (1, 0)
    assert kiosk.stage.ports.journal.last_copies(5) == ()


def test_a_check_camera_that_fails_leaves_a_test_key_that_recovery_scraps(
    kiosk: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> None:
        raise CameraFault("check", "unplugged")

    at_work(kiosk)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(kiosk.scanner, "check", gone)
        does(kiosk, "test_cut")
    assert kiosk.stage.now.fault is not None
    assert kiosk.stage.ports.machine_record.clamped_by == "test_cut"
    kiosk.stage.post(Recover())
    kiosk.stage.run_until(lambda now: now.fault is None)
    assert not kiosk.cutter.clamped
    assert kiosk.stage.ports.machine_record.clamped_by == ""


@pytest.mark.parametrize("fault", [DoorOpened("open"), LinkLost("gone")])
def test_a_fault_in_a_test_cut_is_shown_here_and_recovery_scraps_the_blank(kiosk: Shop, fault: Exception) -> None:
    at_work(kiosk)
    kiosk.cutter.will_fail("run", fault)
    does(kiosk, "test_cut", slot=1)
    assert kiosk.stage.now.state is State.TECHNICIAN
    assert kiosk.stage.now.fault is not None
    kiosk.stage.post(Recover())
    kiosk.stage.run_until(lambda now: now.fault is None)
    assert kiosk.cutter.diary[-3:] == ["recover", "reject", "check"], "what was scrapped is looked for"
    assert kiosk.cutter.bin == 1


def test_leaving_with_a_fault_goes_out_of_order_until_somebody_recovers(kiosk: Shop) -> None:
    at_work(kiosk)
    kiosk.stage.post(Stop())
    kiosk.stage.run_until(lambda now: now.fault is not None)
    kiosk.stage.post(Cancel())
    kiosk.stage.run_to(State.STAFF_MENU)
    kiosk.stage.post(Cancel())
    kiosk.stage.run_to(State.OUT_OF_ORDER)


def test_frames_looked_at_are_overwritten_and_only_small_grey_ones_are_shown(kiosk: Shop) -> None:
    at_work(kiosk)
    taken: list[np.ndarray] = []
    look = kiosk.scanner.look

    def seen(view: str) -> object:
        frame = look(view)
        taken.append(frame.pixels)
        return frame

    kiosk.scanner.look = seen
    kiosk.stage.post(ServiceAction(ServiceTask.CAMERAS))
    kiosk.stage.run_until(lambda now: len(service(now).previews) == 9)
    assert taken
    assert not any(pixels.any() for pixels in taken)
    assert all(each.pixels is not None and each.pixels.ndim == 2 for each in service(kiosk.stage.now).previews)
    kiosk.stage.post(ServiceAction(ServiceTask.CAMERAS_OFF))
    kiosk.stage.run_until(lambda now: service(now).previews == ())


def test_the_machines_state_is_followed_without_a_touch(kiosk: Shop) -> None:
    at_work(kiosk)
    kiosk.stage.run_until(lambda now: service(now).status is not None)
    kiosk.cutter.look = lambda: MachineStatus("Door", None, 0.0, 0.0)
    kiosk.stage.run_until(lambda now: getattr(service(now).status, "state", "") == "Door", limit_s=5)


def test_a_calibration_ends_the_live_pictures_it_takes_the_place_of(kiosk: Shop) -> None:
    at_work(kiosk)
    kiosk.stage.post(ServiceAction(ServiceTask.CAMERAS))
    kiosk.stage.run_until(lambda now: service(now).cameras_live)
    kiosk.stage.post(ServiceAction(ServiceTask.CALIBRATE))
    seen = kiosk.stage.run_until(lambda now: service(now).busy == "calibrate")
    assert not service(seen).cameras_live


def test_a_recovered_machine_says_so_to_whoever_recovered_it_and_to_nobody_after(kiosk: Shop) -> None:
    kiosk.stage.begin()
    kiosk.stage.run_to(State.WELCOME)
    signs_in(kiosk.stage, "3001", "190283")
    kiosk.stage.post(Recover())
    kiosk.stage.turn()
    now = kiosk.stage.run_until(lambda now: not now.may_move)
    assert now.staff is not None
    assert now.staff.recovered_utc_s == kiosk.clock.utc().timestamp()
    kiosk.stage.post(ServiceMenu())
    assert service(kiosk.stage.run_to(State.TECHNICIAN)).message is None, "a page begins with nothing said"
    kiosk.stage.run_until(lambda now: service(now).status is not None)
    kiosk.stage.post(Recover())
    kiosk.stage.run_until(lambda now: now.may_move)
    assert service(kiosk.stage.run_until(lambda now: not now.may_move)).message == "recovered"
    kiosk.stage.post(Cancel())
    kiosk.stage.run_to(State.STAFF_MENU)
    kiosk.stage.post(Cancel())
    kiosk.stage.run_to(State.WELCOME)
    signs_in(kiosk.stage, "1001", "190283")
    assert kiosk.stage.now.staff is not None
    assert kiosk.stage.now.staff.recovered_utc_s == 0.0
