from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from config.settings import Settings
from kiosk.records.database import DiskRefused
from kiosk.records.journal import CopyError
from kiosk.session.intents import (
    BringBack,
    CallStaff,
    Cancel,
    CloseKiosk,
    Confirm,
    Credentials,
    Done,
    Intent,
    KeyLaid,
    MoreTime,
    OpenKiosk,
    Refill,
    ServiceAction,
    ServiceMenu,
    ServiceTask,
    SetLanguage,
    StaffKey,
    Start,
    Stop,
    UnlockSlot,
)
from kiosk.session.phases import faults
from kiosk.session.reports import Faulted
from kiosk.session.snapshot import ClosedReason, Progress, Refusal, Snapshot, StaffMessage, Switched
from kiosk.session.states import FRONT, State
from tests.session.parts import SETTINGS, Shop, shop
from tests.session.test_selling import buy, to_offer


def to_menu(kiosk: Shop, number: str = "2001") -> None:
    kiosk.stage.begin()
    kiosk.stage.run_to(State.WELCOME, State.CLOSED)
    kiosk.stage.post(StaffKey())
    kiosk.stage.run_to(State.STAFF_LOGIN)
    kiosk.stage.post(Credentials(number, "190283"))
    kiosk.stage.run_to(State.STAFF_MENU)


def test_a_shopper_is_warned_before_the_kiosk_gives_up(kiosk: Shop) -> None:
    to_offer(kiosk)
    before_s = kiosk.clock.now_s()
    warned = kiosk.stage.run_until(lambda now: now.waiting is not None)
    timeouts = kiosk.stage.ports.store.timeouts
    assert warned.waiting is not None
    assert kiosk.clock.now_s() - before_s >= timeouts.idle_s
    assert warned.waiting.left_s == timeouts.warning_s
    kiosk.stage.run_to(State.WELCOME)
    assert kiosk.clock.now_s() - before_s >= timeouts.idle_s + timeouts.warning_s - 1


def test_more_time_is_given_as_often_as_the_store_says(kiosk: Shop) -> None:
    to_offer(kiosk)
    given = kiosk.stage.ports.store.timeouts.extensions
    for left in range(given, 0, -1):
        warned = kiosk.stage.run_until(lambda now: now.waiting is not None)
        assert warned.waiting is not None
        assert warned.waiting.extensions_left == left
        kiosk.stage.post(MoreTime())
        kiosk.stage.run_until(lambda now: now.waiting is None)
        assert kiosk.stage.now.state is State.OFFER
    kiosk.stage.run_until(lambda now: now.waiting is not None)
    kiosk.stage.post(MoreTime())
    kiosk.stage.run_to(State.WELCOME)


def test_a_language_lasts_for_one_visit(kiosk: Shop) -> None:
    to_offer(kiosk)
    kiosk.stage.post(SetLanguage("es"))
    assert kiosk.stage.run_until(lambda now: now.language == "es").state is State.OFFER
    kiosk.stage.post(SetLanguage("xx"))
    kiosk.stage.run_to(State.WELCOME)
    assert kiosk.stage.now.language == "en"


@pytest.mark.parametrize("state", State)
def test_a_language_and_the_call_for_staff_are_answered_in_every_state(kiosk: Shop, state: State) -> None:
    context = kiosk.stage.controller.context
    if state is not State.STARTING:
        kiosk.stage.begin()
        kiosk.stage.run_to(State.WELCOME)
        if state not in FRONT:
            context.begin_visit().refusal = Refusal()
    # Not by way of the table: what matters is that no state keeps the wish to itself.
    context.session.state = state
    seen: list[Snapshot] = []
    kiosk.stage.controller.subscribe(seen.append)
    kiosk.stage.controller.post(SetLanguage("fr"))
    kiosk.stage.controller.step()
    kiosk.stage.controller.post(CallStaff())
    kiosk.stage.controller.step()
    assert (seen[-1].state, seen[-1].language, seen[-1].staff_called) == (state, "fr", True)


@pytest.mark.parametrize("front", [State.WELCOME, State.CLOSED, State.OUT_OF_ORDER])
def test_a_language_chosen_at_the_front_is_forgotten_when_nobody_goes_on(kiosk: Shop, front: State) -> None:
    kiosk.stage.begin()
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.controller.context.session.state = front
    kiosk.stage.post(SetLanguage("es"))
    kiosk.stage.run_until(lambda now: now.language == "es")
    assert kiosk.stage.run_until(lambda now: now.language == "en").waiting is None


def test_out_of_order_in_a_visit_speaks_the_shoppers_language_until_they_have_gone(kiosk: Shop) -> None:
    to_offer(kiosk)
    kiosk.stage.post(SetLanguage("es"))
    kiosk.stage.run_until(lambda now: now.language == "es")
    faults.break_down(kiosk.stage.controller.context, Faulted("LINK_LOST", "", heals=False))
    assert kiosk.stage.run_to(State.OUT_OF_ORDER).language == "es"
    assert kiosk.stage.run_until(lambda now: now.language == "en").state is State.OUT_OF_ORDER


def test_what_staff_were_told_after_a_stop_stays_told_out_of_order(kiosk: Shop) -> None:
    buy(kiosk)
    kiosk.stage.run_to(State.CUTTING)
    kiosk.stage.post(Stop())
    kiosk.stage.run_to(State.FAILED)
    kiosk.stage.post(CallStaff())
    kiosk.stage.run_until(lambda now: now.staff_called)
    kiosk.stage.post(Done())
    assert kiosk.stage.run_to(State.OUT_OF_ORDER).staff_called
    kiosk.stage.post(SetLanguage("es"))
    kiosk.stage.run_until(lambda now: now.language == "es")
    assert kiosk.stage.run_until(lambda now: now.language == "en").staff_called


def test_looking_at_a_key_is_shown_as_it_goes(kiosk: Shop) -> None:
    looks: list[Progress | None] = []
    kiosk.stage.watchers.append(lambda now: looks.append(now.progress) if now.state is State.SCANNING else None)
    to_offer(kiosk)
    steps = [look.step for look in looks if look is not None]
    assert len(steps) == len(looks)
    assert steps[0] == 0
    assert steps == sorted(steps)


def test_a_kiosk_nobody_has_set_up_says_so_at_its_door(kiosk: Shop) -> None:
    kiosk.stage.begin()
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.ports.staff.needs_setup = True
    kiosk.stage.post(StaffKey())
    seen = kiosk.stage.run_to(State.STAFF_LOGIN)
    assert seen.staff is not None
    assert seen.staff.message == "nobody"


def test_a_pin_that_is_being_checked_says_so_until_it_is_known(kiosk: Shop) -> None:
    kiosk.stage.begin()
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.post(StaffKey())
    kiosk.stage.run_to(State.STAFF_LOGIN)
    for pin, after in (("000000", StaffMessage.WRONG), ("000001", StaffMessage.WRONG)):
        kiosk.stage.post(Credentials("2001", pin))
        for expected in (StaffMessage.CHECKING, after):
            seen = kiosk.stage.run_until(lambda now, m=expected: now.staff is not None and now.staff.message is m)
            assert seen.staff is not None
            assert seen.staff.retry_after_s == 0 or expected is after
    kiosk.stage.post(Credentials("2001", "190283"))
    seen = kiosk.stage.run_to(State.STAFF_MENU)
    assert seen.staff is not None
    assert seen.staff.message is None


def test_one_touch_calls_staff(kiosk: Shop) -> None:
    to_offer(kiosk)
    kiosk.stage.post(CallStaff())
    assert kiosk.stage.run_until(lambda now: now.staff_called).state is State.OFFER


def test_staff_refill_and_unlock(kiosk: Shop) -> None:
    inventory = kiosk.stage.ports.inventory
    inventory.lock(2, "test")
    to_menu(kiosk)
    kiosk.stage.post(Refill(1, 12))
    kiosk.stage.post(UnlockSlot(2))
    seen = kiosk.stage.run_until(lambda now: now.staff is not None and not now.staff.slots[1].locked)
    assert seen.staff is not None
    assert seen.staff.slots[0].count == 12


def test_a_count_no_slot_can_hold_is_not_taken(kiosk: Shop) -> None:
    to_menu(kiosk)
    kiosk.stage.post(Refill(1, 10_000))
    seen = kiosk.stage.run_until(lambda now: now.staff is not None and now.staff.message == "wrong_count")
    assert seen.staff is not None
    assert seen.staff.slots[0].count == seen.staff.slots[0].capacity


def test_a_closed_kiosk_sells_nothing_until_it_is_opened(kiosk: Shop) -> None:
    to_menu(kiosk)
    kiosk.stage.post(CloseKiosk())
    kiosk.stage.post(Done())
    assert kiosk.stage.run_to(State.CLOSED).closed_reason == "staff"
    kiosk.stage.post(Start())
    kiosk.stage.turn()
    assert kiosk.stage.now.state is State.CLOSED
    kiosk.stage.post(StaffKey())
    kiosk.stage.run_to(State.STAFF_LOGIN)
    kiosk.stage.post(Credentials("1001", "190283"))
    kiosk.stage.run_to(State.STAFF_MENU)
    kiosk.stage.post(OpenKiosk())
    kiosk.stage.post(Done())
    kiosk.stage.run_to(State.WELCOME)


@pytest.mark.parametrize("worn", [False, True])
def test_drift_or_a_worn_wheel_closes_the_kiosk_until_the_wheel_is_changed(worn: bool, kiosk: Shop) -> None:
    journal, limits = kiosk.stage.ports.journal, kiosk.stage.ports.machine.check
    buy(kiosk)
    kiosk.stage.run_to(State.THANK_YOU)
    sale = journal.last_sales(1)[0].transaction
    for _ in range(limits.drift_window):
        mean_mm, touch_mm = (0.0, -0.05) if worn else (limits.drift_limit_mm + 0.005, 0.0)
        journal.write_copy(sale, CopyError(mean_mm, 0.04, touch_mm, passed=True))
    kiosk.stage.post(Done())
    assert kiosk.stage.run_to(State.CLOSED).closed_reason == "drift"
    kiosk.stage.post(StaffKey())
    kiosk.stage.run_to(State.STAFF_LOGIN)
    kiosk.stage.post(Credentials("3001", "190283"))
    kiosk.stage.run_to(State.STAFF_MENU)
    kiosk.stage.post(ServiceMenu())
    kiosk.stage.run_to(State.TECHNICIAN)
    kiosk.stage.post(ServiceAction(ServiceTask.NEW_WHEEL))
    kiosk.stage.run_until(lambda now: now.service is not None and now.service.message == "done")
    kiosk.stage.post(Done())
    kiosk.stage.run_to(State.STAFF_MENU)
    kiosk.stage.post(Done())
    kiosk.stage.run_to(State.WELCOME)


def test_a_service_action_nobody_knows_does_nothing(kiosk: Shop) -> None:
    to_menu(kiosk, "3001")
    kiosk.stage.post(ServiceMenu())
    kiosk.stage.run_to(State.TECHNICIAN)
    before = list(kiosk.cutter.diary)
    kiosk.stage.post(ServiceAction("dance"))
    kiosk.stage.run_until(lambda now: now.service is not None and now.service.message == "unknown_action")
    assert kiosk.cutter.diary == before


def test_a_full_disk_stops_the_sale_and_is_shown(kiosk: Shop) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise DiskRefused("sales.db: no space left")

    to_offer(kiosk)
    kiosk.stage.ports.journal.open_sale = refuse
    kiosk.stage.post(Confirm())
    seen = kiosk.stage.run_to(State.OUT_OF_ORDER)
    assert seen.fault is not None
    assert seen.fault.code == "DISK_REFUSED"
    assert kiosk.terminal.taken_in_all_minor == 0


@pytest.mark.parametrize("wish", [Start(), BringBack()])
def test_no_visit_begins_when_it_could_not_be_recorded(tmp_path: Path, wish: Intent) -> None:
    def with_disk(stop_free_bytes: int) -> Settings:
        disk = SETTINGS.operations.disk.model_copy(update={"stop_free_bytes": stop_free_bytes})
        return replace(SETTINGS, operations=SETTINGS.operations.model_copy(update={"disk": disk}))

    with shop(tmp_path, with_disk(2**62)) as kiosk:
        kiosk.stage.begin()
        assert kiosk.stage.run_to(State.CLOSED).closed_reason == "disk"
    with shop(tmp_path) as kiosk:
        kiosk.stage.begin()
        kiosk.stage.run_to(State.WELCOME)
        full = [True]
        kiosk.stage.controller.context.ports = replace(kiosk.stage.ports, room_to_record=lambda: not full[0])
        kiosk.stage.post(wish)
        assert kiosk.stage.run_to(State.CLOSED).closed_reason == "disk"
        assert kiosk.stage.path[-2:] == [State.WELCOME, State.CLOSED]
        full[0] = False
        kiosk.stage.post(Start())
        kiosk.stage.run_to(State.WELCOME)


def test_a_disk_that_fills_while_nobody_is_there_closes_the_kiosk_and_room_opens_it_again(kiosk: Shop) -> None:
    kiosk.stage.begin()
    kiosk.stage.run_to(State.WELCOME)
    full = [True]
    kiosk.stage.controller.context.ports = replace(kiosk.stage.ports, room_to_record=lambda: not full[0])
    assert kiosk.stage.run_to(State.CLOSED, limit_s=90).closed_reason == "disk"
    full[0] = False
    kiosk.stage.run_to(State.WELCOME, limit_s=90)


def test_records_that_cannot_even_be_read_still_leave_a_screen_that_says_so(kiosk: Shop) -> None:
    def refuse(*_: object) -> tuple[()]:
        raise DiskRefused("sales.db: gone")

    kiosk.stage.begin()
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.ports.inventory.stocked = refuse
    kiosk.stage.post(SetLanguage("fr"))
    seen = kiosk.stage.run_to(State.OUT_OF_ORDER)
    assert seen.fault is not None
    assert seen.fault.code == "DISK_REFUSED"


def test_a_key_that_was_left_is_told_until_it_is_gone(kiosk: Shop) -> None:
    """Who comes next, staff and the owner learn of it; of the key itself nothing was kept."""
    to_offer(kiosk)
    kiosk.stage.post(Cancel())
    at_rest = kiosk.stage.run_to(State.WELCOME)
    assert not at_rest.key_left, "the shopper has a moment to take it along"
    left = kiosk.stage.run_until(lambda now: now.key_left, limit_s=30)
    assert left.state is State.WELCOME
    assert kiosk.stage.controller.context.visit is None
    kiosk.stage.post(StaffKey())
    kiosk.stage.run_to(State.STAFF_LOGIN)
    kiosk.stage.post(Credentials("2001", "190283"))
    assert kiosk.stage.run_to(State.STAFF_MENU).key_left
    kiosk.stage.post(Done())
    kiosk.stage.run_to(State.WELCOME)
    kiosk.scanner.key_in_tray = False
    assert not kiosk.stage.run_until(lambda now: not now.key_left, limit_s=30).key_left
    kinds = [kind for kind in kiosk.audit.kinds if kind.startswith("key_left")]
    assert kinds == ["key_left", "key_left_taken"]


def test_a_key_taken_along_in_time_was_not_left(kiosk: Shop) -> None:
    to_offer(kiosk)
    kiosk.stage.post(Cancel())
    kiosk.stage.run_to(State.WELCOME)
    kiosk.scanner.key_in_tray = False
    kiosk.stage.run_until(lambda now: kiosk.clock.now_s() > 200)
    assert not kiosk.stage.now.key_left
    assert "key_left" not in kiosk.audit.kinds


def test_a_key_that_was_left_is_not_copied_for_who_comes_next_unless_they_take_it_up(kiosk: Shop) -> None:
    to_offer(kiosk)
    kiosk.stage.post(Cancel())
    kiosk.stage.run_until(lambda now: now.key_left, limit_s=60)
    kiosk.stage.post(Start())
    assert kiosk.stage.run_to(State.PLACE_KEY).key_left
    kiosk.stage.run_until(lambda now: kiosk.clock.now_s() > 40)
    assert kiosk.stage.now.state is State.PLACE_KEY, "nothing begins by itself with somebody else's key"
    kiosk.scanner.key_in_tray = False
    kiosk.stage.run_until(lambda now: not now.key_left, limit_s=30)
    kiosk.scanner.key_in_tray = True
    kiosk.stage.run_to(State.OFFER)


def test_a_key_laid_in_the_tray_of_a_kiosk_at_rest_begins_a_visit(kiosk: Shop) -> None:
    kiosk.stage.begin()
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.run_until(lambda now: kiosk.stage.controller.context.tray_clear)
    assert kiosk.stage.now.state is State.WELCOME
    laid_s = kiosk.clock.now_s()
    kiosk.scanner.key_in_tray = True
    kiosk.stage.run_to(State.OFFER)
    assert kiosk.clock.now_s() - laid_s < 3
    assert "key_left" not in kiosk.audit.kinds


def test_a_hand_that_passes_over_the_tray_begins_nothing(kiosk: Shop) -> None:
    kiosk.stage.begin()
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.run_until(lambda now: kiosk.stage.controller.context.tray_clear)
    kiosk.scanner.key_in_tray = True
    kiosk.stage.run_until(lambda now: kiosk.stage.controller.context.laid_looks == 1)
    kiosk.scanner.key_in_tray = False
    passed_s = kiosk.clock.now_s()
    kiosk.stage.run_until(lambda now: now.state is not State.WELCOME or kiosk.clock.now_s() > passed_s + 30)
    assert kiosk.stage.now.state is State.WELCOME


def test_a_key_that_lay_there_when_the_kiosk_came_up_is_nobodys_who_is_here(kiosk: Shop) -> None:
    kiosk.scanner.key_in_tray = True
    kiosk.stage.begin()
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.run_until(lambda now: now.key_left, limit_s=30)
    kiosk.stage.run_until(lambda now: kiosk.clock.now_s() > 120)
    assert kiosk.stage.now.state is State.WELCOME


def test_a_key_laid_in_the_tray_of_a_closed_kiosk_begins_nothing(kiosk: Shop) -> None:
    to_menu(kiosk)
    kiosk.stage.post(CloseKiosk())
    kiosk.stage.post(Done())
    kiosk.stage.run_to(State.CLOSED)
    kiosk.stage.run_until(lambda now: kiosk.stage.controller.context.tray_clear)
    kiosk.scanner.key_in_tray = True
    closed_s = kiosk.clock.now_s()
    kiosk.stage.run_until(lambda now: now.state is not State.CLOSED or kiosk.clock.now_s() > closed_s + 90)
    assert kiosk.stage.now.state is State.CLOSED


def test_that_staff_were_called_ends_with_the_visit(kiosk: Shop) -> None:
    to_offer(kiosk)
    kiosk.stage.post(CallStaff())
    kiosk.stage.turn()
    assert kiosk.stage.now.staff_called
    kiosk.stage.post(Cancel())
    assert not kiosk.stage.run_to(State.WELCOME).staff_called


def test_a_call_from_the_front_is_not_shown_to_who_comes_much_later(kiosk: Shop) -> None:
    kiosk.stage.begin()
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.post(CallStaff())
    kiosk.stage.turn()
    assert kiosk.stage.now.staff_called
    kiosk.stage.run_until(lambda now: not now.staff_called, limit_s=kiosk.stage.ports.store.timeouts.idle_s + 5)


def test_who_says_that_the_key_is_theirs_is_believed(kiosk: Shop) -> None:
    """A speck on the glass would otherwise shut the kiosk; whoever lies could as well have laid the key anew."""
    to_offer(kiosk)
    kiosk.stage.post(Cancel())
    kiosk.stage.run_until(lambda now: now.key_left, limit_s=60)
    kiosk.stage.post(Start())
    kiosk.stage.run_to(State.PLACE_KEY)
    kiosk.stage.post(KeyLaid())
    kiosk.stage.run_to(State.OFFER)


def test_staff_see_who_opened_or_closed_the_kiosk_when_and_that_it_is_written_down(kiosk: Shop) -> None:
    to_menu(kiosk)
    before = kiosk.stage.now.staff
    assert before is not None
    assert (before.closed, before.switched.utc_s, before.saved_utc_s) == (None, 0.0, 0.0)
    for wish, closed in ((CloseKiosk(), ClosedReason.STAFF), (OpenKiosk(), None)):
        kiosk.stage.post(wish)
        kiosk.stage.turn()
        seen = kiosk.stage.now.staff
        assert seen is not None
        assert seen.closed is closed
        assert seen.switched == Switched(seen.name, kiosk.clock.utc().timestamp())
        assert seen.saved_utc_s == seen.switched.utc_s
        # What is not taken does not leave the word of the change before.
        kiosk.stage.post(Refill(1, 10_000))
        refused = kiosk.stage.run_until(lambda now: now.staff is not None and now.staff.message == "wrong_count")
        assert refused.staff is not None
        assert not refused.staff.saved_utc_s


@pytest.mark.parametrize("wish", [Refill(1, 12), UnlockSlot(2)])
def test_every_change_of_stock_answers_and_a_refused_one_before_it_is_forgotten(kiosk: Shop, wish: Intent) -> None:
    kiosk.stage.ports.inventory.lock(2, "test")
    to_menu(kiosk)
    kiosk.stage.post(Refill(1, 10_000))
    kiosk.stage.run_until(lambda now: now.staff is not None and now.staff.message == "wrong_count")
    kiosk.stage.post(wish)
    seen = kiosk.stage.run_until(lambda now: now.staff is not None and now.staff.saved_utc_s > 0)
    assert seen.staff is not None
    assert seen.staff.message is None
    assert seen.staff.saved_utc_s == kiosk.clock.utc().timestamp()


def test_who_signs_in_next_is_not_told_of_a_change_of_somebody_else(kiosk: Shop) -> None:
    to_menu(kiosk)
    kiosk.stage.post(Refill(1, 12))
    kiosk.stage.run_until(lambda now: now.staff is not None and now.staff.saved_utc_s > 0)
    kiosk.stage.post(Done())
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.post(StaffKey())
    kiosk.stage.run_to(State.STAFF_LOGIN)
    kiosk.stage.post(Credentials("1001", "190283"))
    seen = kiosk.stage.run_to(State.STAFF_MENU)
    assert seen.staff is not None
    assert not seen.staff.saved_utc_s
