from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kiosk.key.condition import Condition
from kiosk.key.reading import Identification, Outcome, StampReading, Unseen, Wear
from kiosk.session.context import Lane
from kiosk.session.intents import (
    Approve,
    Cancel,
    ChooseRepair,
    Confirm,
    Credentials,
    Deny,
    Done,
    KeyLaid,
    StaffKey,
    Start,
)
from kiosk.session.phases.approving import sign_in
from kiosk.session.reports import StaffNotKnown, StampRead
from kiosk.session.states import State
from kiosk.staff.member import SignInProblem, SignInRefused
from tests.session.parts import FakeStaff, Shop, identified
from tests.session.test_selling import to_offer

DND = StampReading(seen=True, phrases=("do_not_duplicate",))


def lay_key(kiosk: Shop) -> None:
    kiosk.stage.begin()
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.post(Start())
    kiosk.stage.run_to(State.PLACE_KEY)
    kiosk.scanner.key_in_tray = True


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - {Outcome.IDENTIFIED, Outcome.NOTHING_THERE}))
def test_a_key_that_is_not_told_is_never_offered(kiosk: Shop, outcome: Outcome) -> None:
    kiosk.reader.identifications = [Identification(outcome)]
    lay_key(kiosk)
    for _ in range(3):
        seen = kiosk.stage.run_to(State.TRY_AGAIN, State.REFUSED)
        if seen.state is State.REFUSED:
            break
        kiosk.stage.post(KeyLaid())
        kiosk.stage.run_to(State.SCANNING)
    seen = kiosk.stage.run_to(State.REFUSED)
    assert seen.refusal is not None
    assert seen.refusal.rules, "a refusal says by which rule"
    assert not seen.refusal.can_be_approved
    assert State.OFFER not in kiosk.stage.path
    assert kiosk.cutter.diary == ["connect", "home"], "nothing moved"


def test_a_key_not_there_is_asked_for_again(kiosk: Shop) -> None:
    kiosk.reader.identifications = [
        Identification(Outcome.NOTHING_THERE),
        Identification(Outcome.NOTHING_THERE),
        identified(),
    ]
    lay_key(kiosk)
    kiosk.stage.run_to(State.OFFER)
    assert State.TRY_AGAIN not in kiosk.stage.path


def test_a_camera_that_shows_nothing_of_a_key_the_others_see_is_named_to_the_technician(kiosk: Shop) -> None:
    kiosk.reader.blind = ("face_below",)
    lay_key(kiosk)
    kiosk.stage.run_to(State.OFFER)
    assert any("CAMERA camera face_below" in each for each in kiosk.stage.controller.context.recent_errors)


def test_two_looks_must_agree(kiosk: Shop) -> None:
    kiosk.reader.identifications = [
        identified(bitting="35244"),
        identified(bitting="35243"),
        identified(bitting="35242"),
    ]
    lay_key(kiosk)
    seen = kiosk.stage.run_to(State.TRY_AGAIN)
    assert seen.try_again is Outcome.MOVED


def test_of_two_looks_that_agree_the_one_nearer_factory_depths_is_kept(kiosk: Shop) -> None:
    rough = identified(wear=Wear.WORN, doubt=0.7)
    rough = replace(rough, cuts=tuple(replace(cut, residual_mm=0.02) for cut in rough.cuts))
    kiosk.reader.identifications = [identified(), rough]
    lay_key(kiosk)
    kiosk.stage.run_to(State.OFFER)
    assert State.WORN not in kiosk.stage.path


def test_a_worn_key_asks_how_to_copy_it(kiosk: Shop) -> None:
    kiosk.reader.identifications = [identified(wear=Wear.WORN, doubt=0.7)]
    lay_key(kiosk)
    seen = kiosk.stage.run_to(State.WORN)
    assert seen.worn is not None
    assert seen.worn.cuts == (1, 2, 3, 4, 5)
    kiosk.stage.post(ChooseRepair(restore=True))
    kiosk.stage.run_to(State.OFFER)


def test_how_worn_a_key_is_stands_beside_an_offer_and_beside_a_refusal_that_named_its_cuts(kiosk: Shop) -> None:
    used = identified()
    kiosk.reader.identifications = [replace(used, cuts=tuple(replace(cut, residual_mm=-0.11) for cut in used.cuts))]
    kiosk.reader.head = DND
    lay_key(kiosk)
    told = kiosk.stage.run_to(State.OFFER).condition
    assert told is not None
    assert (told.condition, told.lost_mm) == (Condition.USED, 0.15)
    kiosk.stage.post(Confirm())
    assert kiosk.stage.run_to(State.REFUSED).condition == told


def test_of_a_restricted_key_nothing_is_said(kiosk: Shop) -> None:
    kiosk.reader.identifications = [Identification(Outcome.IDENTIFIED, "MEDECO")]
    lay_key(kiosk)
    assert kiosk.stage.run_to(State.REFUSED).condition is None


def test_buying_waits_for_the_head_to_be_read(kiosk: Shop) -> None:
    kiosk.reader.head = DND
    to_offer(kiosk)
    assert kiosk.stage.now.offer is not None
    assert kiosk.stage.now.offer.stamp_pending
    kiosk.stage.post(Confirm())
    kiosk.stage.run_to(State.REFUSED)
    assert State.PAYING not in kiosk.stage.path


def test_staff_lift_a_request_not_to_duplicate_once(kiosk: Shop) -> None:
    kiosk.reader.head = DND
    to_offer(kiosk)
    refused = kiosk.stage.run_to(State.REFUSED)
    assert refused.refusal is not None
    assert refused.refusal.can_be_approved
    kiosk.stage.post(StaffKey())
    kiosk.stage.run_to(State.STAFF_LOGIN)
    kiosk.stage.post(Credentials("1001", "190283"))
    asked = kiosk.stage.run_to(State.STAFF_APPROVAL)
    assert asked.staff is not None
    assert asked.staff.asked is not None
    kiosk.stage.post(Approve(asked.staff.reasons[0]))
    offer = kiosk.stage.run_to(State.OFFER).offer
    assert offer is not None
    assert any(rule.approved for rule in offer.notices)
    kiosk.stage.post(Confirm())
    kiosk.stage.run_to(State.TAKE_KEY_BACK)
    assert "approval" in kiosk.audit.kinds
    visit = kiosk.stage.controller.context.here
    assert (visit.approvals, visit.approving) == ((), None)


@pytest.mark.parametrize("state", [State.REFUSED, State.STAFF_LOGIN, State.STAFF_APPROVAL])
def test_a_head_camera_that_fails_is_named_to_the_technician_though_the_key_was_refused_before(
    kiosk: Shop, state: State
) -> None:
    kiosk.reader.head = DND
    to_offer(kiosk)
    kiosk.stage.run_to(State.REFUSED)
    if state is not State.REFUSED:
        kiosk.stage.post(StaffKey())
        kiosk.stage.run_to(State.STAFF_LOGIN)
    if state is State.STAFF_APPROVAL:
        kiosk.stage.post(Credentials("1001", "190283"))
        kiosk.stage.run_to(State.STAFF_APPROVAL)
    context = kiosk.stage.controller.context
    dark = StampReading(seen=False, unseen=Unseen.DARK)
    context.request(Lane.HEAD, lambda: StampRead(dark))
    kiosk.stage.run_until(lambda _: context.here.stamp == dark)
    assert any("CAMERA camera head: dark" in each for each in context.recent_errors)


def test_an_approval_runs_out(kiosk: Shop) -> None:
    kiosk.reader.head = DND
    to_offer(kiosk)
    kiosk.stage.run_to(State.REFUSED)
    kiosk.stage.post(StaffKey())
    kiosk.stage.run_to(State.STAFF_LOGIN)
    kiosk.stage.post(Credentials("1001", "190283"))
    asked = kiosk.stage.run_to(State.STAFF_APPROVAL)
    assert asked.staff is not None
    kiosk.stage.post(Approve(asked.staff.reasons[0]))
    kiosk.stage.run_to(State.OFFER)
    kiosk.clock.sleep(121)
    kiosk.stage.post(Confirm())
    kiosk.stage.run_to(State.REFUSED)


def test_staff_who_deny_leave_it_refused_for_good(kiosk: Shop) -> None:
    kiosk.reader.head = DND
    to_offer(kiosk)
    kiosk.stage.run_to(State.REFUSED)
    kiosk.stage.post(StaffKey())
    kiosk.stage.run_to(State.STAFF_LOGIN)
    kiosk.stage.post(Credentials("2001", "190283"))
    kiosk.stage.run_to(State.STAFF_APPROVAL)
    kiosk.stage.post(Deny())
    seen = kiosk.stage.run_to(State.REFUSED)
    assert seen.refusal is not None
    assert not seen.refusal.can_be_approved
    assert seen.refusal.denied
    assert "denial" in kiosk.audit.kinds


def test_a_technician_lifts_nothing(kiosk: Shop) -> None:
    kiosk.reader.head = DND
    to_offer(kiosk)
    kiosk.stage.run_to(State.REFUSED)
    kiosk.stage.post(StaffKey())
    kiosk.stage.run_to(State.STAFF_LOGIN)
    kiosk.stage.post(Credentials("3001", "190283"))
    asked = kiosk.stage.run_to(State.STAFF_APPROVAL)
    assert asked.staff is not None
    kiosk.stage.post(Approve(asked.staff.reasons[0]))
    seen = kiosk.stage.run_until(lambda now: now.staff is not None and now.staff.message is not None)
    assert seen.state is State.STAFF_APPROVAL
    assert seen.staff is not None
    assert seen.staff.message == "not_allowed"


def test_a_wrong_pin_says_so_and_cancel_leads_back_to_the_refusal(kiosk: Shop) -> None:
    kiosk.reader.head = DND
    to_offer(kiosk)
    kiosk.stage.run_to(State.REFUSED)
    kiosk.stage.post(StaffKey())
    kiosk.stage.run_to(State.STAFF_LOGIN)
    kiosk.stage.post(Credentials("1001", "000000"))
    kiosk.stage.run_until(lambda now: now.staff is not None and now.staff.message == "wrong")
    kiosk.stage.post(Cancel())
    kiosk.stage.run_to(State.REFUSED)


@pytest.mark.parametrize(("number", "recorded"), [("1001", "1001"), ("190283", "unknown")])
def test_a_failed_sign_in_is_recorded_without_the_pin(kiosk: Shop, number: str, recorded: str) -> None:
    kiosk.stage.begin()
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.post(StaffKey())
    kiosk.stage.run_to(State.STAFF_LOGIN)
    kiosk.stage.post(Credentials(number, "000000"))
    # Gone before the answer: the try is recorded all the same.
    kiosk.stage.post(Cancel())
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.run_until(lambda _: "staff_sign_in_failed" in kiosk.audit.kinds)
    assert kiosk.audit.records[-1] == ("staff_sign_in_failed", {"staff": recorded})


def test_a_lock_out_is_recorded(kiosk: Shop) -> None:
    ports = replace(kiosk.stage.ports, staff=LockedDoor())
    assert sign_in(ports, Credentials("1001", "190283")) == StaffNotKnown(SignInProblem.LOCKED_OUT, 30)
    assert kiosk.audit.records == [("staff_locked_out", {"staff": "1001"})]


class LockedDoor(FakeStaff):
    def sign_in(self, number: str, pin: str) -> SignInRefused:
        return SignInRefused(SignInProblem.LOCKED_OUT, 30, number)


def test_an_empty_slot_refuses_before_any_money(kiosk: Shop) -> None:
    for slot in kiosk.stage.ports.inventory.slots():
        if slot.blank == "KW1":
            kiosk.stage.ports.inventory.lock(slot.number, "test")
    lay_key(kiosk)
    seen = kiosk.stage.run_to(State.REFUSED)
    assert seen.refusal is not None
    assert not seen.refusal.can_be_approved


def test_the_pictures_are_overwritten_when_the_visit_ends(kiosk: Shop) -> None:
    to_offer(kiosk)
    kiosk.stage.post(Cancel())
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.run_until(lambda _: not any(np.any(f.head.pixels) for f in kiosk.scanner.scanned if f.head))


def test_pictures_that_arrive_after_the_shopper_left_are_overwritten(kiosk: Shop) -> None:
    lay_key(kiosk)
    kiosk.stage.run_to(State.SCANNING)
    kiosk.stage.post(Cancel())
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.run_until(lambda _: bool(kiosk.scanner.scanned))
    while kiosk.clock.now_s() < 30.0 and kiosk.stage.turn():
        pass
    for frames in kiosk.scanner.scanned:
        assert frames.silhouette is not None
        assert not frames.silhouette.pixels.any()
    kiosk.stage.post(Done())
