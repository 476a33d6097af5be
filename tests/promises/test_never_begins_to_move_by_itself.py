"""Never begin to move by itself after a fault, a stop, a restart or a released emergency stop.

Who would break it: somebody who presses Stop or the emergency stop in a cut and walks away; somebody who pulls the
plug in a sale, or restarts a kiosk that broke; a technician in a hurry, signed out with the door open; staff who hold
Recover before they have looked, or while somebody else presses Stop.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest

from hardware.errors import BlankFault, ClampNotEmpty, DoorOpened, HardwareFault, LinkLost, Stopped
from kiosk.records.journal import NewSale, SaleStep
from kiosk.rehearsal.virtual_time import NothingHappens
from kiosk.session.effects import take_blank
from kiosk.session.intents import Done, Recover, ServiceAction, ServiceTask, Stop
from kiosk.session.states import State
from tests.session.parts import BAD_COPY, Shop, shop
from tests.session.test_selling import buy
from tests.support.staff_hands import recovers, signs_in

PIN = "190283"
LONG_S = 1800.0
"""Longer than any try to heal waits."""


THROUGH = (
    State.TAKE_KEY_BACK,
    State.LOADING,
    State.CUTTING,
    State.CHECKING,
    State.DELIVERING,
    State.CAPTURING,
    State.THANK_YOU,
)


def nobody_comes(kiosk: Shop) -> None:
    """Half an hour passes before the kiosk."""
    reached: list[bool] = []
    kiosk.stage.after(LONG_S, lambda: reached.append(True))
    kiosk.stage.run_until(lambda _: bool(reached), limit_s=2 * LONG_S)


@pytest.mark.parametrize("fault", [LinkLost("gone"), DoorOpened("door"), Stopped("released again"), HardwareFault("x")])
@pytest.mark.parametrize("step", ["load", "run", "check", "deliver"])
def test_after_a_fault_nothing_moves_until_staff_recover(tmp_path: Path, step: str, fault: HardwareFault) -> None:
    with shop(tmp_path) as kiosk:
        kiosk.cutter.will_fail(step, fault)
        buy(kiosk)
        kiosk.stage.run_to(State.OUT_OF_ORDER)
        moved = list(kiosk.cutter.moves)
        nobody_comes(kiosk)
        assert kiosk.cutter.moves == moved
        assert kiosk.stage.now.state is State.OUT_OF_ORDER
        recovers(kiosk.stage, pin=PIN)
        assert kiosk.cutter.moves[len(moved)] == "recover"


@pytest.mark.parametrize("state", THROUGH)
def test_stop_latches_in_every_state_a_sale_comes_through(tmp_path: Path, state: State) -> None:
    with shop(tmp_path) as kiosk:
        pressed: list[int] = []

        def press(now: object) -> None:
            if not pressed and kiosk.stage.now.state is state:
                pressed.append(len(kiosk.cutter.moves))
                kiosk.stage.post(Stop())

        kiosk.stage.watchers.append(press)
        # A sale that was stopped does not come to where it would have.
        with contextlib.suppress(NothingHappens):
            buy(kiosk)
            kiosk.stage.run_to(State.THANK_YOU, State.FAILED, State.OUT_OF_ORDER)
        assert pressed
        if kiosk.stage.now.state in (State.THANK_YOU, State.FAILED):
            kiosk.stage.post(Done())
        kiosk.stage.run_to(State.OUT_OF_ORDER)
        nobody_comes(kiosk)
        assert kiosk.stage.now.fault is not None
        assert kiosk.stage.now.fault.code == "STOPPED"
        assert kiosk.cutter.moves[pressed[0] + 1 :] == [], "what was going on may be in the diary, nothing after it"


def test_a_stop_pressed_while_out_of_order_is_not_forgotten_by_a_recovery_asked_for_before(tmp_path: Path) -> None:
    with shop(tmp_path) as kiosk:
        kiosk.cutter.will_fail("run", LinkLost("gone"))
        buy(kiosk)
        kiosk.stage.run_to(State.OUT_OF_ORDER)
        signs_in(kiosk.stage, pin=PIN)
        moved = list(kiosk.cutter.moves)
        kiosk.stage.post(Recover())
        kiosk.stage.post(Stop())
        kiosk.stage.run_to(State.OUT_OF_ORDER)
        nobody_comes(kiosk)
        assert kiosk.cutter.moves == moved


@pytest.mark.parametrize("seen", ["D", "H", "R", None])
def test_recover_is_refused_until_the_inputs_are_shown_and_clear(tmp_path: Path, seen: str | None) -> None:
    with shop(tmp_path) as kiosk:
        kiosk.cutter.will_fail("run", LinkLost("gone"))
        buy(kiosk)
        kiosk.stage.run_to(State.OUT_OF_ORDER)
        kiosk.cutter.silent = seen is None
        kiosk.cutter.pins = seen or ""
        signs_in(kiosk.stage, pin=PIN)
        moved = list(kiosk.cutter.moves)
        kiosk.stage.post(Recover())
        kiosk.stage.run_until(lambda now: now.staff is not None and (now.staff.message or "").startswith("not_clear"))
        assert kiosk.cutter.moves == moved


def clamped(kiosk: Shop) -> None:
    kiosk.stage.ports.machine_record.clamp_used("test_cut")


def faulted(kiosk: Shop) -> None:
    kiosk.stage.ports.machine_record.note_fault("STOPPED")


def in_a_sale(kiosk: Shop) -> None:
    kiosk.stage.ports.journal.open_sale(NewSale("K1", "42", "KW1", "brass", 1, 349, "USD", "register"))


def in_metal(kiosk: Shop) -> None:
    in_a_sale(kiosk)
    kiosk.stage.ports.journal.write("K1", SaleStep.LOADING, slot=1, copy=1)


def door(kiosk: Shop) -> None:
    kiosk.cutter.pins = "D"


@pytest.mark.parametrize("before", [clamped, faulted, in_a_sale, in_metal, door])
def test_a_restart_homes_by_itself_only_where_nothing_at_all_forbids_it(
    tmp_path: Path, before: Callable[[Shop], None]
) -> None:
    """Each reason alone is enough."""
    with shop(tmp_path) as kiosk:
        before(kiosk)
        kiosk.stage.begin()
        kiosk.stage.run_to(State.OUT_OF_ORDER)
        nobody_comes(kiosk)
        assert kiosk.cutter.moves == []


def test_the_one_motion_nobody_asked_for_is_announced_for_ten_seconds_and_a_stop_ends_it(tmp_path: Path) -> None:
    with shop(tmp_path) as kiosk:
        told: list[int] = []
        kiosk.stage.watchers.append(lambda now: told.append(now.moves_in_s) if now.moves_in_s else None)
        kiosk.stage.begin()
        kiosk.stage.run_until(lambda now: now.moves_in_s == 3)
        assert kiosk.cutter.moves == []
        kiosk.stage.post(Stop())
        kiosk.stage.run_to(State.OUT_OF_ORDER)
        nobody_comes(kiosk)
        assert kiosk.cutter.moves == []
        assert list(dict.fromkeys(told)) == [10, 9, 8, 7, 6, 5, 4, 3]


@pytest.mark.parametrize("pins", ["D", "H", "R"])
@pytest.mark.parametrize("seconds_left", [9, 5, 1])
def test_a_door_opened_and_closed_while_the_start_is_announced_ends_it(
    tmp_path: Path, pins: str, seconds_left: int
) -> None:
    """Somebody sees the countdown, opens the door, reaches in, closes it again."""
    with shop(tmp_path) as kiosk:
        kiosk.stage.begin()
        kiosk.stage.run_until(lambda now: now.moves_in_s == seconds_left)
        kiosk.cutter.pins = pins
        kiosk.stage.after(1.5, lambda: setattr(kiosk.cutter, "pins", ""))
        kiosk.stage.run_to(State.OUT_OF_ORDER)
        nobody_comes(kiosk)
        assert kiosk.cutter.moves == []
        assert kiosk.stage.now.state is State.OUT_OF_ORDER


def test_a_machine_that_answers_late_waits_for_a_person_and_is_not_homed(tmp_path: Path) -> None:
    """The port is plugged in, the stop released, the door closed again: all of it while nobody is at the screen."""
    with shop(tmp_path) as kiosk:
        kiosk.cutter.will_fail("connect", LinkLost("no such port"))
        kiosk.stage.begin()
        kiosk.stage.run_to(State.OUT_OF_ORDER)
        nobody_comes(kiosk)
        assert kiosk.cutter.moves == []
        assert kiosk.stage.now.state is State.OUT_OF_ORDER
        recovers(kiosk.stage, pin=PIN)
        assert kiosk.cutter.moves[0] == "recover"


def test_two_slots_in_a_row_that_bring_nothing_fit_are_the_machines_fault_over_a_restart_too(tmp_path: Path) -> None:
    with shop(tmp_path) as kiosk:
        ports = kiosk.stage.ports
        kiosk.cutter.will_fail("load", BlankFault(1, "no blank in the clamp"))
        with pytest.raises(BlankFault):
            take_blank(ports, 1, 8.0, by="sale")
        assert [slot.number for slot in ports.inventory.slots() if slot.locked] == [1]
    with shop(tmp_path) as kiosk:
        ports = kiosk.stage.ports
        kiosk.cutter.will_fail("load", BlankFault(2, "no blank in the clamp"))
        with pytest.raises(BlankFault):
            take_blank(ports, 2, 8.0, by="sale")
        assert ports.machine_record.is_suspect
        assert not [slot for slot in ports.inventory.slots() if slot.locked], "slots are as they were"
    with shop(tmp_path) as kiosk:
        kiosk.stage.begin()
        broken = kiosk.stage.run_to(State.OUT_OF_ORDER)
        assert broken.fault is not None
        assert broken.fault.code == "SUSPECT"
        assert kiosk.cutter.moves == []


def test_two_bad_copies_are_the_machines_fault_and_the_shopper_is_not_charged(tmp_path: Path) -> None:
    with shop(tmp_path) as kiosk:
        kiosk.reader.errors = [BAD_COPY, BAD_COPY]
        buy(kiosk)
        kiosk.stage.run_to(State.FAILED)
        kiosk.stage.post(Done())
        broken = kiosk.stage.run_to(State.OUT_OF_ORDER, State.WELCOME)
        assert broken.fault is not None
        assert broken.fault.code == "SUSPECT"
        assert kiosk.terminal.taken_in_all_minor == 0


def test_what_may_be_in_the_clamp_is_scrapped_before_a_blank_is_fed(tmp_path: Path) -> None:
    with shop(tmp_path) as kiosk:
        kiosk.stage.ports.machine_record.clamp_used("test_cut")
        take_blank(kiosk.stage.ports, 1, 8.0, by="sale")
        assert kiosk.cutter.moves[:3] == ["reject", "check", "load 1"]


def test_what_was_scrapped_and_still_hangs_there_stops_the_feed(tmp_path: Path) -> None:
    with shop(tmp_path) as kiosk:
        kiosk.stage.ports.machine_record.clamp_used("test_cut")
        kiosk.cutter.clamped = True
        kiosk.cutter.reject = lambda: None
        with pytest.raises(ClampNotEmpty):
            take_blank(kiosk.stage.ports, 1, 8.0, by="sale")
        assert "load 1" not in kiosk.cutter.moves


def test_a_technicians_action_does_not_move_a_machine_that_stopped(tmp_path: Path) -> None:
    with shop(tmp_path) as kiosk:
        kiosk.stage.begin()
        kiosk.stage.run_to(State.WELCOME)
        kiosk.stage.post(Stop())
        kiosk.stage.run_to(State.OUT_OF_ORDER)
        moved = list(kiosk.cutter.moves)
        kiosk.stage.post(ServiceAction(ServiceTask.HOME))
        nobody_comes(kiosk)
        assert kiosk.cutter.moves == moved
