"""Blanks: drawn, clamped, touched, dropped where they belong."""

from __future__ import annotations

import pytest

from simulator.machine.magazine import Drop, station_places
from tests.simulator.machine.parts import Hand, catalogue, machine


def test_places_are_read_from_the_macros() -> None:
    places = station_places(machine())
    assert (places.feed_x_mm, places.check_x_mm, places.deliver_x_mm, places.reject_x_mm) == (-5, -60, -140, -155)


@pytest.mark.parametrize("slot", [slot.number for slot in machine().magazine.slots])
def test_each_slot_gives_its_blank(slot: int) -> None:
    hand = Hand()
    hand.ready(slot)
    wanted = machine().magazine.slots[slot - 1]
    assert hand.carousel.clamped is not None
    assert hand.carousel.clamped.code == wanted.blank
    assert hand.carousel.clamped.finish == wanted.finish
    assert hand.carousel.stock[slot] == wanted.capacity - 1


def test_a_seated_blank_is_touched_at_its_height() -> None:
    hand = Hand()
    hand.ready()
    height_mm = catalogue().keyway_of["KW1"].spec.blade_height_mm
    assert hand.edge_found_mm() == pytest.approx(height_mm, abs=0.02)


def test_an_empty_clamp_is_not_touched() -> None:
    hand = Hand()
    hand.say("$H")
    assert hand.edge_found_mm() is None


def test_a_delivered_copy_lies_in_the_chute_and_a_rejected_one_in_the_bin() -> None:
    hand = Hand()
    hand.ready()
    hand.macro("deliver")
    hand.feed(2)
    hand.macro("reject")
    assert hand.carousel.fallen() == {Drop.CHUTE: 1, Drop.REJECT: 1, Drop.FLOOR: 0}
    assert hand.sim.chute[0].code == "KW1"
    assert hand.sim.rejects[0].code == "SC1"


def test_a_clamp_opened_anywhere_else_drops_the_blank_on_the_floor() -> None:
    hand = Hand()
    hand.ready()
    hand.say("M8", "M9")
    assert hand.carousel.fallen()[Drop.FLOOR] == 1


def test_an_empty_slot_gives_nothing() -> None:
    hand = Hand()
    hand.carousel.stock[1] = 0
    hand.ready()
    assert hand.carousel.clamped is None


def test_a_reset_closes_the_clamp() -> None:
    hand = Hand()
    hand.say("$H", "M8")
    assert hand.carousel.clamp_open
    hand.link.write(b"\x18")
    hand.sim.clock.sleep(0.2)
    assert not hand.carousel.clamp_open


def test_brushing_takes_the_burrs_off() -> None:
    hand = Hand()
    hand.ready()
    hand.cut((6, 6), (8, 6))
    blade = hand.carousel.clamped
    assert blade is not None
    assert blade.burrs
    hand.macro("brush")
    assert not blade.burrs
