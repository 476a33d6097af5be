"""Every wrong motion is counted, and nothing else is."""

from __future__ import annotations

import pytest

from simulator.faults.injection import FaultPanel
from simulator.firmware.build import GUARDED, STOCK, FirmwareBuild
from simulator.machine.incidents import ALONE_S, Incidents
from tests.simulator.machine.parts import Hand


def counted(hand: Hand) -> dict[str, int]:
    hand.sim.clock.sleep(0.5)
    return hand.world.incidents.counted()


def in_the_cut(hand: Hand) -> None:
    """The wheel is in the metal and on its way along the blade."""
    hand.ready()
    hand.say("M3S6000", "G4P1", f"G90G53G0{hand.over(6, 12)}", f"G1{hand.over(6, 6.5)}F400")
    hand.say(f"G1{hand.over(20, 6.5)}F200")
    hand.sim.clock.sleep(3.0)


def test_a_whole_cut_has_none() -> None:
    hand = Hand()
    hand.ready()
    hand.cut((6, 5.5), (10, 5.5))
    hand.macro("deliver")
    assert counted(hand) == {}


@pytest.mark.parametrize("build", [STOCK, GUARDED])
def test_a_board_that_stops_for_its_door_in_the_cut_has_done_nothing_wrong(build: FirmwareBuild) -> None:
    hand = Hand(build=build)
    in_the_cut(hand)
    hand.world.set_door(True)
    hand.sim.clock.sleep(5.0)
    assert counted(hand) == {}


def test_a_stock_board_told_to_move_after_a_reset_at_an_open_door_moves_and_is_counted() -> None:
    hand = Hand()
    hand.ready()
    hand.world.set_door(True)
    hand.link.write(b"\x18")
    hand.sim.clock.sleep(1.0)
    hand.say("G90G53G0X-20", "G4P0.01")
    assert set(counted(hand)) == {"moved_open_door"}


def test_the_same_with_hold_held() -> None:
    hand = Hand()
    hand.ready()
    hand.world.set_hold(True)
    hand.link.write(b"\x18")
    hand.sim.clock.sleep(1.0)
    hand.say("G90G53G0X-20", "G4P0.01")
    assert set(counted(hand)) == {"moved_open_door"}


def test_a_door_opened_while_homing_is_the_hardwares_and_what_moves_after_it_is_counted() -> None:
    hand = Hand()
    hand.link.write(b"$H\n")
    hand.sim.clock.sleep(0.3)
    hand.world.set_door(True)
    hand.sim.clock.sleep(30.0)
    assert counted(hand) == {}
    hand.link.write(b"\x18")
    hand.sim.clock.sleep(1.0)
    hand.say("$X", "G90G53G0X-20", "G4P0.01")
    assert set(counted(hand)) == {"moved_open_door"}


def test_homing_that_begins_at_an_open_door_is_counted() -> None:
    hand = Hand()
    hand.world.set_door(True)
    hand.link.write(b"\x18")
    hand.sim.clock.sleep(1.0)
    hand.say("$H")
    assert set(counted(hand)) == {"moved_open_door"}


def test_a_clamp_that_opens_in_the_cut_is_counted_though_the_blank_falls() -> None:
    hand = Hand()
    in_the_cut(hand)
    FaultPanel(hand.sim).set("clamp_opens")
    assert hand.carousel.clamped is None
    assert hand.world.incidents.cut_loose == 1


def test_a_clamp_that_opens_over_the_chute_is_not() -> None:
    hand = Hand()
    hand.ready()
    FaultPanel(hand.sim).set("clamp_opens")
    assert counted(hand) == {}


def test_a_turning_wheel_where_the_metal_should_be_is_counted_and_a_still_one_or_a_lifted_one_is_not() -> None:
    hand = Hand()
    hand.say("$H", f"G90G53G0{hand.over(6, 12)}", f"G1{hand.over(6, 5)}F400", f"G1{hand.over(6, 12)}F400")
    assert counted(hand) == {}
    hand.say("M3S6000", "G4P1", f"G1{hand.over(10, 7)}F400")
    assert counted(hand) == {}
    hand.say(f"G1{hand.over(10, 5)}F400", f"G1{hand.over(6, 12)}F400", "G4P0.01")
    assert set(counted(hand)) == {"cut_no_blank"}


def test_a_wheel_left_turning_by_a_sender_that_says_nothing_is_counted() -> None:
    hand = Hand()
    hand.say("$X", "M3S6000")
    hand.sim.clock.sleep(ALONE_S + 1)
    hand.link.write(b"?")
    assert counted(hand) == {"turned_alone": 1}


def test_a_wheel_at_rest_may_be_left_alone() -> None:
    hand = Hand()
    hand.say("$X")
    hand.sim.clock.sleep(ALONE_S + 1)
    hand.link.write(b"?")
    assert counted(hand) == {}


def test_a_port_that_was_gone_could_not_be_spoken_through() -> None:
    hand = Hand()
    hand.say("$X", "M3S6000")
    FaultPanel(hand.sim).set("port_lost", {"back_after_s": 60.0})
    hand.sim.clock.sleep(61.0)
    hand.sim.link().write(b"\x18")
    assert counted(hand) == {}


def test_a_still_wheel_lifted_out_of_its_own_slot_does_no_harm() -> None:
    hand = Hand()
    in_the_cut(hand)
    hand.link.write(b"!")
    hand.sim.clock.sleep(1.0)
    hand.link.write(b"\x18")
    hand.sim.clock.sleep(2.0)
    hand.say(f"$J=G53G21Y{hand.over(0, 12).partition('Y')[2]}F600", "G4P0.01")
    assert counted(hand) == {}


def test_what_a_fault_does_whatever_software_does_can_be_left_out() -> None:
    assert Incidents(plunged_still=2, cut_loose=1).counted(("plunged_still",)) == {"cut_loose": 1}
