"""What staff lifted holds for exactly what they saw: the rule, the transaction, how many, the key; and not for long."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.key.reading import StampReading
from kiosk.session.intents import (
    Approve,
    Cancel,
    Confirm,
    Credentials,
    Done,
    Refill,
    ServiceAction,
    ServiceMenu,
    ServiceTask,
    SetQuantity,
    StaffKey,
    Start,
)
from kiosk.session.states import State
from tests.session.parts import Shop
from tests.session.test_people import to_menu
from tests.session.test_selling import to_offer

DND = StampReading(seen=True, phrases=("do_not_duplicate",))
REFUSED_OR_SOLD = (State.REFUSED, State.TAKE_KEY_BACK)


def to_approval(kiosk: Shop, number: str = "1001", copies: int = 1) -> None:
    kiosk.reader.head = DND
    to_offer(kiosk)
    # The head is still being read.
    kiosk.stage.post(SetQuantity(copies))
    kiosk.stage.run_to(State.REFUSED)
    kiosk.stage.post(StaffKey())
    kiosk.stage.run_to(State.STAFF_LOGIN)
    kiosk.stage.post(Credentials(number, "190283"))
    kiosk.stage.run_to(State.STAFF_APPROVAL)


def approved(kiosk: Shop) -> None:
    to_approval(kiosk)
    kiosk.stage.post(Approve("letter"))
    kiosk.stage.run_to(State.OFFER)


def test_one_copy_approved_is_one_copy_sold_and_staff_are_asked_again_for_two(kiosk: Shop) -> None:
    approved(kiosk)
    kiosk.stage.post(SetQuantity(2))
    kiosk.stage.post(Confirm())
    seen = kiosk.stage.run_to(*REFUSED_OR_SOLD)
    assert seen.state is State.REFUSED
    assert seen.refusal is not None
    assert seen.refusal.can_be_approved


def test_whoever_was_approved_for_one_copy_is_offered_no_other_number(kiosk: Shop) -> None:
    approved(kiosk)
    seen = kiosk.stage.now.offer
    assert seen is not None
    assert seen.max_quantity > 1
    assert seen.lifted_for == (1,)


def test_a_finish_with_fewer_blanks_than_were_approved_is_not_offered(kiosk: Shop) -> None:
    stage, inventory = kiosk.stage, kiosk.stage.ports.inventory
    black = next(slot for slot in inventory.slots() if (slot.blank, slot.finish) == ("KW1", "black"))
    for count, finishes in ((2, {"brass", "black"}), (1, {"brass"})):
        to_approval(kiosk, copies=2)
        inventory.refill(black.number, count)
        stage.post(Approve("letter"))
        offer = stage.run_to(State.OFFER).offer
        assert offer is not None
        assert (offer.lifted_for, set(offer.finishes)) == ((2,), finishes)
        stage.post(Cancel())
        stage.run_to(State.WELCOME)


def test_where_nothing_was_lifted_every_number_is_offered(kiosk: Shop) -> None:
    to_offer(kiosk)
    kiosk.stage.run_to(State.OFFER)
    assert kiosk.stage.now.offer is not None
    assert kiosk.stage.now.offer.lifted_for == ()


def test_staff_see_how_many_copies_they_approve(kiosk: Shop) -> None:
    to_approval(kiosk)
    seen = kiosk.stage.now
    assert seen.staff is not None
    assert seen.staff.copies == 1


@pytest.mark.parametrize("set_by_s", [-86400.0, -60.0, 0.0])
def test_a_clock_set_back_does_not_lengthen_an_approval(kiosk: Shop, set_by_s: float) -> None:
    approved(kiosk)
    kiosk.clock.set_by_s = set_by_s
    kiosk.clock.sleep(kiosk.stage.ports.store.timeouts.approval_s)
    kiosk.stage.post(Confirm())
    assert kiosk.stage.run_to(*REFUSED_OR_SOLD).state is State.REFUSED


def test_an_approval_of_somebody_disabled_meanwhile_lifts_nothing(kiosk: Shop) -> None:
    approved(kiosk)
    kiosk.stage.ports.staff.disabled.add("1001")
    kiosk.stage.post(Confirm())
    assert kiosk.stage.run_to(*REFUSED_OR_SOLD).state is State.REFUSED


def test_who_is_disabled_before_the_approval_page_approves_nothing(kiosk: Shop) -> None:
    to_approval(kiosk)
    kiosk.stage.ports.staff.disabled.add("1001")
    kiosk.stage.post(Approve("letter"))
    assert kiosk.stage.run_to(State.OFFER, State.REFUSED).state is State.REFUSED
    assert "approval" not in kiosk.audit.kinds
    assert kiosk.audit.records[-1][0] == "staff_signed_out"


@pytest.mark.parametrize("technician", [False, True])
def test_an_account_disabled_mid_session_is_out_without_touching_anything(kiosk: Shop, technician: bool) -> None:
    to_menu(kiosk, "3001" if technician else "2001")
    if technician:
        kiosk.stage.post(ServiceMenu())
        kiosk.stage.run_to(State.TECHNICIAN)
    since_s = kiosk.clock.now_s()
    kiosk.stage.ports.staff.disabled.update({"2001", "3001"})
    kiosk.stage.run_to(State.WELCOME)
    assert kiosk.clock.now_s() - since_s <= 2.0
    assert kiosk.audit.records[-1][0] == "staff_signed_out"


def test_what_a_disabled_member_still_touches_does_nothing(kiosk: Shop) -> None:
    to_menu(kiosk)
    count = kiosk.stage.ports.inventory.slots()[0].count
    kiosk.stage.ports.staff.disabled.add("2001")
    kiosk.stage.post(Refill(1, count - 1))
    kiosk.stage.run_to(State.WELCOME)
    assert kiosk.stage.ports.inventory.slots()[0].count == count


def test_what_the_machine_was_doing_for_a_disabled_technician_ends_before_they_are_out(kiosk: Shop) -> None:
    to_menu(kiosk, "3001")
    kiosk.stage.post(ServiceMenu())
    kiosk.stage.run_to(State.TECHNICIAN)
    kiosk.stage.post(ServiceAction(ServiceTask.HOME))
    kiosk.stage.run_until(lambda now: now.service is not None and now.service.busy == "home")
    kiosk.stage.ports.staff.disabled.add("3001")
    kiosk.stage.post(ServiceAction(ServiceTask.REJECT))
    kiosk.stage.post(Done())
    kiosk.stage.run_to(State.WELCOME)
    assert kiosk.cutter.diary[-1] == "home"


def test_the_approval_page_says_every_second_how_long_it_stays(kiosk: Shop) -> None:
    to_approval(kiosk)
    began_s = kiosk.clock.now_s()
    left: dict[int, float] = {}
    while kiosk.stage.now.state is State.STAFF_APPROVAL:
        assert kiosk.stage.now.staff is not None
        left.setdefault(kiosk.stage.now.staff.closes_in_s, kiosk.clock.now_s() - began_s)
        kiosk.stage.turn()
    stays_s = kiosk.stage.ports.store.timeouts.approval_s
    assert list(left) == list(range(round(stays_s), 0, -1))
    assert all(abs(stays_s - gone_s - seconds) < 1 for seconds, gone_s in left.items())


def refused_for_an_unclear_face(kiosk: Shop, head: StampReading) -> None:
    """A key whose faces were not seen clearly is refused before its head is read."""
    stage, reader = kiosk.stage, kiosk.reader
    reader.identifications = [replace(each, faces_seen=False) for each in reader.identifications]
    reader.head = head
    stage.begin()
    stage.run_to(State.WELCOME)
    stage.post(Start())
    stage.run_to(State.PLACE_KEY)
    kiosk.scanner.key_in_tray = True
    stage.run_to(State.REFUSED)
    stage.run_until(lambda _: stage.controller.context.here.stamp is not None)


def faces_looked_at(kiosk: Shop) -> None:
    stage = kiosk.stage
    stage.post(StaffKey())
    stage.run_to(State.STAFF_LOGIN)
    stage.post(Credentials("1001", "190283"))
    stage.run_to(State.STAFF_APPROVAL)
    stage.post(Approve("faces_checked"))


def test_a_key_whose_faces_staff_looked_at_has_a_price_and_is_sold(kiosk: Shop) -> None:
    refused_for_an_unclear_face(kiosk, StampReading(seen=True))
    faces_looked_at(kiosk)
    offer = kiosk.stage.run_to(State.OFFER).offer
    assert offer is not None
    assert not offer.stamp_pending
    kiosk.stage.post(Confirm())
    kiosk.stage.run_to(State.TAKE_KEY_BACK)


def test_what_the_head_says_is_asked_of_staff_beside_its_unclear_faces(kiosk: Shop) -> None:
    refused_for_an_unclear_face(kiosk, DND)
    faces_looked_at(kiosk)
    seen = kiosk.stage.run_until(
        lambda now: now.staff is not None and now.staff.asked is not None and now.staff.asked.code != "FACE_NOT_SEEN"
    )
    assert seen.state is State.STAFF_APPROVAL


def test_a_sealed_mark_read_after_an_unclear_face_was_told_leaves_nothing_to_lift(kiosk: Shop) -> None:
    refused_for_an_unclear_face(kiosk, StampReading(seen=True, phrases=("us_government",)))
    seen = kiosk.stage.now
    assert seen.refusal is not None
    assert not seen.refusal.can_be_approved
    assert next(rule.code for rule in seen.refusal.rules) != "FACE_NOT_SEEN"
