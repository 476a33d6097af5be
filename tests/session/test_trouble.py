from __future__ import annotations

from collections.abc import Callable

import pytest

from hardware.errors import (
    BlankFault,
    BoardAlarm,
    CameraFault,
    DoorOpened,
    HardwareFault,
    LinkGarbled,
    LinkLost,
    LinkTimeout,
    PathDeviation,
)
from hardware.scan import Frame
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.journal import BlankStatus, PaymentStatus
from kiosk.session.intents import Cancel, Confirm, ConfirmReceived, Done, Stop
from kiosk.session.phases import starting
from kiosk.session.snapshot import FaultNotice, Snapshot
from kiosk.session.states import State
from simulator.terminals.card import TerminalFault
from tests.session.parts import BAD_COPY, Shop
from tests.session.test_people import to_menu
from tests.session.test_selling import buy, to_offer
from tests.support import staff_hands


def recovers(kiosk: Shop, received: Callable[[], bool] | None = lambda: False) -> None:
    staff_hands.recovers(kiosk.stage, pin="190283", received=received)


def assert_neither(kiosk: Shop) -> None:
    """Nothing delivered, nothing charged, nothing left reserved, every sale closed."""
    assert kiosk.cutter.chute == 0
    assert kiosk.terminal.taken_in_all_minor == 0
    assert kiosk.terminal.reserved == ()
    assert kiosk.stage.ports.journal.open_sales() == ()


def test_stop_while_cutting_scraps_the_blank_and_charges_nothing(kiosk: Shop) -> None:
    seen: list[float] = []

    def stop_at_a_third(now: Snapshot) -> None:
        if not seen and now.state is State.CUTTING and now.progress is not None and now.progress.fraction > 0.3:
            seen.append(now.progress.fraction)
            kiosk.stage.controller.stop_now()
            assert kiosk.cutter.diary[-1] == "stop", "the machine was stopped before anything else happened"

    kiosk.stage.watchers.append(stop_at_a_third)
    buy(kiosk)
    failed = kiosk.stage.run_to(State.FAILED)
    assert seen, "progress was told while the cut ran"
    assert failed.failed_reason == "stopped"
    assert (kiosk.terminal.reserved, kiosk.terminal.taken_in_all_minor) == ((), 0), "nothing has to move for that"
    kiosk.stage.post(Done())
    kiosk.stage.run_to(State.OUT_OF_ORDER)
    recovers(kiosk)
    kiosk.stage.run_to(State.WELCOME)
    assert kiosk.cutter.bin == 1
    assert_neither(kiosk)


@pytest.mark.parametrize("state", [State.LOADING, State.CUTTING, State.CHECKING, State.DELIVERING])
def test_stop_in_any_moving_state_ends_in_delivered_and_paid_or_neither(kiosk: Shop, state: State) -> None:
    buy(kiosk)
    kiosk.stage.run_to(state)
    kiosk.stage.post(Stop())
    moved = len(kiosk.cutter.moves)
    kiosk.stage.run_to(State.FAILED)
    kiosk.stage.post(Done())
    kiosk.stage.run_to(State.OUT_OF_ORDER)
    assert kiosk.cutter.moves[moved:] == [], "a stop is followed by no motion"
    recovers(kiosk)
    kiosk.stage.run_to(State.WELCOME)
    assert_neither(kiosk)


def test_a_stop_that_comes_too_late_takes_nothing_from_the_sale_and_latches_all_the_same(kiosk: Shop) -> None:
    buy(kiosk)
    kiosk.stage.run_to(State.CAPTURING)
    kiosk.stage.post(Stop())
    kiosk.stage.run_to(State.THANK_YOU)
    assert kiosk.terminal.taken_in_all_minor == 349
    kiosk.stage.post(Done())
    stopped = kiosk.stage.run_to(State.OUT_OF_ORDER, State.WELCOME)
    assert stopped.fault is not None
    assert stopped.fault.code == "STOPPED"


@pytest.mark.parametrize("state", [State.TAKE_KEY_BACK, State.LOADING, State.CUTTING, State.CHECKING, State.CAPTURING])
def test_a_screen_that_fails_stops_the_machine_and_is_told_as_that_and_as_no_persons_stop(
    kiosk: Shop, state: State
) -> None:
    buy(kiosk)
    kiosk.stage.run_to(state)
    kiosk.stage.controller.stop_now()
    assert kiosk.cutter.diary[-1] == "stop"
    moved = len(kiosk.cutter.moves)
    ended = kiosk.stage.run_to(State.FAILED, State.THANK_YOU, State.OUT_OF_ORDER)
    if ended.state is not State.OUT_OF_ORDER:
        kiosk.stage.post(Done())
        ended = kiosk.stage.run_to(State.OUT_OF_ORDER, State.WELCOME)
    assert ended.fault is not None
    assert ended.fault.code == "SCREEN"
    assert kiosk.cutter.moves[moved:] == []
    recovers(kiosk)
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.post(Stop())
    stopped = kiosk.stage.run_to(State.OUT_OF_ORDER)
    assert stopped.fault is not None
    assert stopped.fault.code == "STOPPED", "what a person does later is a person's"


def test_a_copy_out_of_tolerance_is_cut_once_more(kiosk: Shop) -> None:
    kiosk.reader.errors = [BAD_COPY]
    buy(kiosk)
    kiosk.stage.run_to(State.THANK_YOU)
    assert (kiosk.cutter.bin, kiosk.cutter.chute) == (1, 1)


def test_two_bad_copies_end_without_charge_and_with_staff(kiosk: Shop) -> None:
    kiosk.reader.errors = [BAD_COPY, BAD_COPY]
    buy(kiosk)
    failed = kiosk.stage.run_to(State.FAILED)
    assert failed.failed_reason == "check"
    assert failed.staff_called
    assert_neither(kiosk)


def test_one_good_copy_of_two_is_paid_alone(kiosk: Shop) -> None:
    good = kiosk.reader.measure
    buy(kiosk, 2)
    kiosk.stage.run_until(lambda _: kiosk.cutter.chute == 1)
    kiosk.reader.errors = [BAD_COPY, BAD_COPY]
    thanks = kiosk.stage.run_to(State.THANK_YOU)
    assert good is not None
    assert thanks.receipt is not None
    assert (thanks.receipt.copies, thanks.receipt.amount_minor) == (1, 349)
    assert kiosk.terminal.taken_in_all_minor == 349
    assert thanks.staff_called


@pytest.mark.parametrize("work", ["load", "run", "check", "deliver"])
@pytest.mark.parametrize("leaves", [False, True])
def test_whoever_has_one_copy_of_two_when_the_door_opens_gets_its_receipt_until_they_leave(
    kiosk: Shop, work: str, leaves: bool
) -> None:
    buy(kiosk, 2)
    kiosk.stage.run_until(lambda _: kiosk.cutter.chute == 1)
    kiosk.cutter.will_fail(work, DoorOpened("the guard was opened"))
    kiosk.stage.run_to(State.OUT_OF_ORDER)
    told = kiosk.stage.run_until(lambda now: now.receipt is not None)
    assert told.state is State.OUT_OF_ORDER
    assert told.receipt is not None
    sale = kiosk.stage.ports.journal.last_sales(1)[0]
    assert told.receipt.transaction == sale.transaction
    assert told.receipt.bring_back_code == sale.bring_back_code
    assert told.receipt.copies == 1
    assert told.receipt.statement is not None
    doubtful = work == "deliver"
    assert told.receipt.statement.settled is not doubtful, "who has the second copy staff must say first"
    assert kiosk.terminal.taken_in_all_minor == (0 if doubtful else 349)
    if leaves:
        kiosk.stage.post(Done())
    gone = kiosk.stage.run_until(lambda now: now.receipt is None)
    assert (gone.state, gone.staff_called) == (State.OUT_OF_ORDER, True)
    assert kiosk.stage.controller.context.cut_short == ""


def test_a_camera_that_answers_again_takes_nobodys_receipt_away(kiosk: Shop) -> None:
    buy(kiosk, 2)
    kiosk.stage.run_until(lambda _: kiosk.cutter.chute == 1)
    kiosk.cutter.will_fail("run", DoorOpened("the guard was opened"))
    kiosk.stage.run_to(State.OUT_OF_ORDER)
    kiosk.stage.run_until(lambda now: now.receipt is not None)
    context = kiosk.stage.controller.context
    context.fault = FaultNotice("CAMERA", "gone", 0.0, heals_itself=True)
    starting.enter_out_of_order(context)
    gone = kiosk.stage.run_until(lambda now: now.receipt is None)
    assert gone.state is State.OUT_OF_ORDER, "it came back while they read"
    kiosk.stage.run_to(State.WELCOME)


def test_of_a_sale_of_which_nothing_was_made_there_is_nothing_to_tell(kiosk: Shop) -> None:
    buy(kiosk, 2)
    kiosk.cutter.will_fail("run", DoorOpened("the guard was opened"))
    kiosk.stage.run_to(State.OUT_OF_ORDER)
    told = kiosk.stage.run_until(lambda _: kiosk.terminal.reserved == ())
    assert (told.receipt, kiosk.stage.controller.context.cut_short) == (None, "")


def test_stop_in_the_second_copy_thanks_for_the_first_with_what_was_taken_and_its_code(kiosk: Shop) -> None:
    buy(kiosk, 2)
    kiosk.stage.run_until(lambda _: kiosk.cutter.chute == 1)
    kiosk.stage.run_to(State.CUTTING)
    kiosk.stage.post(Stop())
    thanks = kiosk.stage.run_to(State.THANK_YOU)
    assert thanks.receipt is not None
    assert (thanks.receipt.copies, thanks.receipt.amount_minor, bool(thanks.receipt.bring_back_code)) == (1, 349, True)
    assert thanks.receipt.statement is not None
    assert (thanks.receipt.statement.taken_minor, thanks.receipt.statement.released_minor) == (349, 349)
    kiosk.stage.post(Done())
    assert kiosk.stage.run_to(State.OUT_OF_ORDER).receipt is None


def test_an_unfit_blank_locks_its_slot_and_another_slot_is_tried(kiosk: Shop) -> None:
    inventory = kiosk.stage.ports.inventory
    kiosk.cutter.will_fail("load", BlankFault(1, "no blank in the clamp"))
    buy(kiosk)
    kiosk.stage.run_to(State.FAILED, State.THANK_YOU)
    assert [slot.number for slot in inventory.slots() if slot.locked] == [1]


def test_a_first_blank_that_did_not_sit_is_counted_as_well_as_the_second(kiosk: Shop) -> None:
    inventory = kiosk.stage.ports.inventory
    before = inventory.slots()[0].count
    kiosk.cutter.feeds = 2
    buy(kiosk)
    kiosk.stage.run_to(State.THANK_YOU)
    assert inventory.slots()[0].count == before - 2


def test_a_thrown_away_blank_that_still_hangs_is_not_fed_upon(kiosk: Shop) -> None:
    kiosk.cutter.feeds, kiosk.cutter.clamped = 2, True
    buy(kiosk)
    broken = kiosk.stage.run_to(State.OUT_OF_ORDER)
    assert broken.fault is not None
    assert broken.fault.code == "CLAMP"
    assert (kiosk.cutter.latched, "load 1" in kiosk.cutter.diary) == (None, False)
    assert kiosk.stage.ports.machine_record.clamped_by == "sale"
    assert AuditKind.BLANK_UNCERTAIN not in kiosk.audit.kinds, "it was fed"
    recovers(kiosk)
    kiosk.stage.run_to(State.WELCOME)
    assert_neither(kiosk)


def test_a_camera_that_fails_between_two_blanks_stops_the_feed_and_latches_nothing(kiosk: Shop) -> None:
    def dark() -> Frame:
        kiosk.scanner.check = real
        raise CameraFault("check", "dark")

    kiosk.cutter.feeds, real = 2, kiosk.scanner.check
    kiosk.scanner.check = dark
    buy(kiosk)
    broken = kiosk.stage.run_to(State.OUT_OF_ORDER)
    assert broken.fault is not None
    assert (broken.fault.code, broken.fault.heals_itself) == ("CAMERA", False), "who knows what hangs in the clamp"
    assert (kiosk.cutter.latched, "load 1" in kiosk.cutter.diary) == (None, False)


def test_a_second_blank_is_remembered_as_the_first_was(kiosk: Shop) -> None:
    """The clamp was seen empty between the two: that was the first one's."""
    kiosk.cutter.feeds = 2
    kiosk.cutter.will_fail("run", LinkLost("gone"))
    buy(kiosk)
    kiosk.stage.run_to(State.OUT_OF_ORDER)
    assert kiosk.stage.ports.machine_record.clamped_by == "sale"


def test_every_blank_a_slot_wasted_before_it_was_locked_is_counted(kiosk: Shop) -> None:
    inventory = kiosk.stage.ports.inventory
    before = inventory.slots()[0].count
    kiosk.cutter.feeds = 3
    kiosk.cutter.will_fail("load", BlankFault(1, "no blank in the clamp"))
    buy(kiosk)
    kiosk.stage.run_to(State.FAILED, State.THANK_YOU)
    assert inventory.slots()[0].count == before - 3


@pytest.mark.parametrize(
    "fault",
    [
        LinkLost("gone"),
        LinkTimeout("silent"),
        LinkGarbled("noise"),
        BoardAlarm(1, "hard limit"),
        PathDeviation("off"),
        DoorOpened("door"),
        HardwareFault("other"),
        CameraFault("check", "dark"),
    ],
    ids=lambda fault: fault.code,
)
@pytest.mark.parametrize("step", ["load", "run", "check", "deliver", "reject"])
def test_a_fault_at_any_step_is_out_of_order_and_after_recovery_all_is_settled(
    kiosk: Shop, step: str, fault: HardwareFault
) -> None:
    if step == "reject":
        kiosk.reader.errors = [BAD_COPY, BAD_COPY]
    kiosk.cutter.will_fail(step, fault)
    buy(kiosk)
    broken = kiosk.stage.run_to(State.OUT_OF_ORDER)
    assert broken.fault is not None
    assert broken.fault.code == fault.code
    assert not broken.fault.heals_itself, "something is in the clamp, or the machine stopped"
    recovers(kiosk)
    kiosk.stage.run_to(State.WELCOME)
    assert_neither(kiosk)
    assert kiosk.stage.ports.journal.last_sales(1)[0].metal is BlankStatus.NONE


@pytest.mark.parametrize("received", [True, False])
def test_who_has_a_copy_that_left_the_clamp_unseen_is_asked_of_staff(kiosk: Shop, received: bool) -> None:
    """The link is lost while delivering, and the copy is out of the clamp: with the shopper, or on the floor."""
    real = kiosk.cutter.deliver

    def falls_then_fails(before_opening: Callable[[], None]) -> None:
        real(before_opening)
        raise LinkLost("gone")

    kiosk.cutter.deliver = falls_then_fails
    buy(kiosk)
    kiosk.stage.run_to(State.OUT_OF_ORDER)
    recovers(kiosk, received=None)
    kiosk.stage.run_to(State.WELCOME)
    assert kiosk.terminal.taken_in_all_minor == 0, "nobody has said yet that the shopper has it"
    to_menu(kiosk, "1001")
    (doubt,) = kiosk.stage.run_until(lambda now: now.staff is not None).staff.doubts
    kiosk.stage.post(ConfirmReceived(doubt.transaction, received=received))
    kiosk.stage.run_until(lambda now: now.staff is not None and not now.staff.doubts)
    assert kiosk.terminal.taken_in_all_minor == (349 if received else 0)
    assert kiosk.terminal.reserved == ()
    assert kiosk.stage.ports.journal.open_sales() == ()


def test_a_copy_lost_on_its_way_to_the_chute_is_not_charged(kiosk: Shop) -> None:
    """A stray byte opened the clamp while it moved: the copy is not in the clamp, and not with the shopper either."""

    def loses_it(before_opening: Callable[[], None]) -> None:
        kiosk.cutter.clamped = False
        raise LinkGarbled("stray bytes")

    kiosk.cutter.deliver = loses_it
    buy(kiosk)
    kiosk.stage.run_to(State.OUT_OF_ORDER)
    recovers(kiosk)
    kiosk.stage.run_to(State.WELCOME)
    assert_neither(kiosk)


def test_the_money_for_a_copy_seen_hanging_is_let_go_before_anybody_clears_the_chute(kiosk: Shop) -> None:
    """The drawer is full: the camera sees the copy in the clamp, so nothing is in doubt."""
    kiosk.cutter.deliver = lambda before_opening: before_opening()
    buy(kiosk)
    broken = kiosk.stage.run_to(State.OUT_OF_ORDER)
    assert broken.fault is not None
    assert not broken.fault.heals_itself
    assert kiosk.stage.run_until(lambda _: kiosk.terminal.reserved == ())
    sale = kiosk.stage.ports.journal.last_sales(1)[0]
    assert (sale.money, sale.metal, sale.delivered) == (PaymentStatus.VOIDED, BlankStatus.CLAMPED, 0)


def test_a_machine_that_does_not_come_back_still_gives_the_money_back(kiosk: Shop) -> None:
    kiosk.cutter.will_fail("run", LinkLost("gone"))
    buy(kiosk)
    kiosk.stage.run_to(State.CUTTING)
    kiosk.cutter.silent = True
    kiosk.stage.run_to(State.OUT_OF_ORDER)
    kiosk.stage.run_until(lambda _: kiosk.terminal.reserved == ())
    assert kiosk.terminal.taken_in_all_minor == 0
    assert kiosk.terminal.reserved == ()


def test_a_failure_nobody_foresaw_stops_the_machine(kiosk: Shop) -> None:
    def broken() -> bool:
        raise ValueError("35244 must not be told")

    buy(kiosk)
    kiosk.stage.run_to(State.TAKE_KEY_BACK)
    kiosk.scanner.tray_is_empty = broken
    seen = kiosk.stage.run_to(State.OUT_OF_ORDER)
    assert "stop" in kiosk.cutter.diary
    assert seen.fault is not None
    assert "35244" not in repr(seen)
    assert kiosk.stage.run_until(lambda _: kiosk.terminal.reserved == ())


# Money


@pytest.mark.parametrize("request_name", ["authorise", "capture", "query", "any"])
@pytest.mark.parametrize(
    "mishap", [TerminalFault.SILENT_DONE, TerminalFault.SILENT_NOT_DONE, TerminalFault.UNREACHABLE]
)
@pytest.mark.parametrize("times", [1, 2, 3, 12])
def test_whatever_the_terminal_does_the_end_is_delivered_and_paid_or_neither(
    kiosk: Shop, request_name: str, mishap: TerminalFault, times: int
) -> None:
    kiosk.terminal.will(request_name, mishap, times)
    to_offer(kiosk)
    kiosk.stage.post(Confirm())
    kiosk.stage.run_to(State.PAYING)
    seen = kiosk.stage.run_to(State.TAKE_KEY_BACK, State.FAILED, State.OFFER)
    while seen.state is State.OFFER:
        # The terminal has never heard of it: as good as declined, so the shopper tries again.
        kiosk.stage.post(Confirm())
        kiosk.stage.run_to(State.PAYING)
        seen = kiosk.stage.run_to(State.TAKE_KEY_BACK, State.FAILED, State.OFFER)
    kiosk.scanner.key_in_tray = False
    if seen.state is State.TAKE_KEY_BACK:
        kiosk.stage.run_to(State.THANK_YOU)
    kiosk.stage.post(Done())
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.run_until(lambda _: not kiosk.stage.ports.journal.open_sales())
    assert kiosk.terminal.taken_in_all_minor == 349 * kiosk.cutter.chute
    assert kiosk.terminal.reserved == ()


def test_a_declined_card_may_be_tried_again(kiosk: Shop) -> None:
    kiosk.terminal.will("authorise", TerminalFault.DECLINE)
    to_offer(kiosk)
    kiosk.stage.post(Confirm())
    offer = kiosk.stage.run_until(lambda now: now.offer is not None and now.offer.declined)
    assert offer.state is State.OFFER
    kiosk.stage.post(Confirm())
    kiosk.stage.run_to(State.TAKE_KEY_BACK)
    kiosk.stage.post(Cancel())
    kiosk.stage.run_to(State.WELCOME)
    assert [sale.money for sale in kiosk.stage.ports.journal.last_sales(2)] == [
        PaymentStatus.VOIDED,
        PaymentStatus.DECLINED,
    ]
