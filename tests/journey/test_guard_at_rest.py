"""The guard is opened and closed again while nothing moves: what the kiosk says of it, and how it gets well.

On a stock board the guard is wired to the hold input: the board stays held when the guard is closed again, with no
input active, until it is reset.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import load_settings
from kiosk.records.audit.kinds import AuditKind
from kiosk.rehearsal.ready import RehearsalAudit, RehearsalStaff
from kiosk.rehearsal.simulated_kiosk import SimulatedKiosk, theatre
from kiosk.session.intents import Cancel, Confirm, Done, Recover, ServiceAction, ServiceMenu, ServiceTask, Start
from kiosk.session.obstacle import Obstacle, obstacle
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State
from simulator.faults.simulated_machine import SimulatedMachine, lay
from simulator.firmware.build import GUARDED, STOCK, FirmwareBuild
from simulator.keys.sample_keys import sample_key
from tests.support.staff_hands import recovers, signs_in
from ui.gallery import sample_store
from ui.present.local import Local
from ui.present.present import present
from ui.present.shown import StaffDetail
from ui.present.spoken import actions_of

SETTINGS = load_settings(environment={})


@pytest.fixture(params=[STOCK, GUARDED], ids=["stock", "door input"])
def kiosk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SimulatedKiosk]:
    build: FirmwareBuild = request.param
    sim = SimulatedMachine(SETTINGS.machine, SETTINGS.catalogue, 1, build=build)
    with theatre(SETTINGS, tmp_path, sim=sim, staff=RehearsalStaff(), audit=RehearsalAudit()) as made:
        made.stage.begin()
        made.stage.run_to(State.WELCOME)
        yield made


def rests_s(kiosk: SimulatedKiosk, duration_s: float) -> None:
    over: list[bool] = []
    kiosk.stage.after(duration_s, lambda: over.append(True))
    kiosk.stage.run_until(lambda _: bool(over))


def reaches_in(kiosk: SimulatedKiosk) -> None:
    """Opens the guard for a moment."""
    kiosk.sim.world.set_door(True)
    rests_s(kiosk, 0.5)
    kiosk.sim.world.set_door(False)
    rests_s(kiosk, 0.5)


def door_opened_in_a_cut(kiosk: SimulatedKiosk) -> None:
    """In a technician's test cut, then closed; whoever opened it goes back to the staff menu."""
    stage, opened = kiosk.stage, [True]

    def opens(now: Snapshot) -> None:
        if now.service is not None and now.service.fraction > 0.2 and opened:
            kiosk.sim.world.set_door(opened.pop())

    signs_in(stage, "3001")
    stage.post(ServiceMenu())
    stage.run_to(State.TECHNICIAN)
    stage.watchers.append(opens)
    stage.post(ServiceAction(ServiceTask.TEST_CUT, slot=1))
    seen = stage.run_until(lambda now: now.fault is not None and now.service is not None and not now.service.busy)
    assert seen.fault is not None
    assert seen.fault.code == "DOOR_OPEN"
    kiosk.sim.world.set_door(False)
    stage.post(Cancel())
    stage.run_to(State.STAFF_MENU)


def help_page(seen: Snapshot) -> tuple[dict[str, str], bool]:
    """What it says of the machine, and whether Recover can be held."""
    shown = present(seen, Local(tab="help"), sample_store("portrait"))
    assert isinstance(shown.detail, StaffDetail)
    recover = next(action for action in actions_of(shown.detail) if action.id == "recover")
    return {line.label: line.value for line in shown.detail.lines}, recover.enabled


def stands_as(kiosk: SimulatedKiosk, against: Obstacle) -> Snapshot:
    """When the staff menu has seen that."""
    return kiosk.stage.run_until(lambda now: now.staff is not None and obstacle(now.staff.machine) is against, 10)


def test_a_guard_opened_and_closed_once_more_after_a_fault_does_not_bar_recover_for_ever(
    kiosk: SimulatedKiosk,
) -> None:
    door_opened_in_a_cut(kiosk)
    reaches_in(kiosk)
    lines, may_recover = help_page(stands_as(kiosk, Obstacle.HELD))
    assert (lines["Guard door"], lines["Board"].split()[0], may_recover) == ("closed", "held", True)
    place = kiosk.sim.world.position_mm
    rests_s(kiosk, 60.0)
    assert kiosk.sim.world.position_mm == place, "held it stays until somebody wishes otherwise"
    kiosk.stage.post(Recover())
    kiosk.stage.run_until(lambda now: now.fault is None, 120)
    assert len(kiosk.sim.rejects) == 1, "the cut that was open is thrown away, not resumed"
    assert not kiosk.sim.chute
    kiosk.stage.post(Done())
    kiosk.stage.run_to(State.WELCOME)


def test_a_guard_that_is_open_bars_recover_also_on_a_held_board(kiosk: SimulatedKiosk) -> None:
    door_opened_in_a_cut(kiosk)
    reaches_in(kiosk)
    kiosk.sim.world.set_door(True)
    lines, may_recover = help_page(stands_as(kiosk, Obstacle.DOOR))
    assert (lines["Guard door"], may_recover) == ("open, or hold is held", False)
    place = kiosk.sim.world.position_mm
    kiosk.stage.post(Recover())
    rests_s(kiosk, 5.0)
    assert kiosk.sim.world.position_mm == place


def to_an_offer(kiosk: SimulatedKiosk) -> None:
    stage = kiosk.stage
    stage.post(Start())
    stage.run_to(State.PLACE_KEY)
    lay(kiosk.sim, sample_key("kwikset-new", SETTINGS.catalogue, 3))
    stage.run_to(State.OFFER)


def to_the_keys_return(kiosk: SimulatedKiosk) -> None:
    """Buys one copy; the money is reserved, and the key still lies in the tray."""
    to_an_offer(kiosk)
    kiosk.stage.post(Confirm())
    kiosk.stage.run_to(State.TAKE_KEY_BACK)


def kinds(kiosk: SimulatedKiosk) -> set[str]:
    book = kiosk.stage.ports.audit
    assert isinstance(book, RehearsalAudit)
    return {kind for kind, _ in book.records}


def stock_on_the_book(kiosk: SimulatedKiosk) -> dict[int, int]:
    return {slot.number: slot.count for slot in kiosk.stage.ports.inventory.slots()}


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed again"])
def test_a_sale_that_ends_before_anything_moved_takes_no_blank_off_the_book(
    kiosk: SimulatedKiosk, *, is_open: bool
) -> None:
    before = stock_on_the_book(kiosk)
    to_the_keys_return(kiosk)
    reaches_in(kiosk)
    kiosk.sim.world.set_door(is_open)
    kiosk.sim.tray.take()
    kiosk.stage.run_to(State.OUT_OF_ORDER)
    assert State.LOADING in kiosk.stage.path
    assert stock_on_the_book(kiosk) == before == kiosk.sim.world.carousel.stock
    assert kiosk.stage.ports.machine_record.clamped_by == "", "nothing was fed, nothing is to be scrapped"
    assert AuditKind.BLANK_UNCERTAIN not in kinds(kiosk)


def test_a_blank_that_was_on_its_way_is_off_the_book_and_said_to_be_uncertain(kiosk: SimulatedKiosk) -> None:
    before = stock_on_the_book(kiosk)
    to_the_keys_return(kiosk)
    kiosk.sim.tray.take()
    kiosk.stage.run_to(State.LOADING)
    timeline = kiosk.sim.timeline
    timeline.at(timeline.now_s + 1.0, lambda: kiosk.sim.world.set_door(True))
    kiosk.stage.run_to(State.OUT_OF_ORDER)
    after = stock_on_the_book(kiosk)
    assert sum(before.values()) - sum(after.values()) == 1
    assert AuditKind.BLANK_UNCERTAIN in kinds(kiosk)


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed again"])
def test_a_guard_opened_at_rest_closes_the_offer_and_is_told_as_a_guard(
    kiosk: SimulatedKiosk, *, is_open: bool
) -> None:
    reaches_in(kiosk)
    kiosk.sim.world.set_door(is_open)
    seen = kiosk.stage.run_to(State.OUT_OF_ORDER, limit_s=10)
    assert seen.fault is not None
    assert seen.fault.code == "DOOR_OPEN"
    kiosk.sim.world.set_door(False)
    place = kiosk.sim.world.position_mm
    rests_s(kiosk, 600.0)
    assert (kiosk.stage.now.state, kiosk.sim.world.position_mm) == (State.OUT_OF_ORDER, place), "nothing by itself"
    recovers(kiosk.stage)
    assert kiosk.stage.run_to(State.WELCOME).fault is None


def test_an_emergency_stop_pressed_at_rest_is_told_as_one(kiosk: SimulatedKiosk) -> None:
    kiosk.sim.world.set_emergency_stop(True, kiosk.sim.firmware.now_s)
    seen = kiosk.stage.run_to(State.OUT_OF_ORDER, limit_s=30)
    assert seen.fault is not None
    assert seen.fault.code != "DOOR_OPEN"


def test_a_guard_opened_while_the_shopper_chooses_reserves_no_money(kiosk: SimulatedKiosk) -> None:
    stage = kiosk.stage
    asked: list[bool] = []
    kiosk.terminal.wait_for_card = lambda: asked.append(True)
    to_an_offer(kiosk)
    reaches_in(kiosk)
    stage.post(Confirm())
    seen = stage.run_to(State.OUT_OF_ORDER)
    assert seen.fault is not None
    assert seen.fault.code == "DOOR_OPEN"
    assert not asked, "nobody is asked for a card"
    assert kiosk.terminal.taken_in_all_minor == 0
    stage.run_until(lambda _: not stage.ports.journal.open_sales(), 60)


def test_a_kiosk_at_rest_is_asked_again_and_again_and_stays_as_it_was(kiosk: SimulatedKiosk) -> None:
    rests_s(kiosk, 120.0)
    assert kiosk.stage.now.state is State.WELCOME
    reaches_in(kiosk)
    kiosk.stage.run_to(State.OUT_OF_ORDER, limit_s=10)
