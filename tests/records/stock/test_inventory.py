"""What is in the magazine: never more than there is, and never another finish than the slot holds now."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.machine import Magazine, Slot
from kiosk.records.inventory import Inventory


def magazine(blank: str = "KW1", finish: str = "brass") -> Magazine:
    return Magazine(
        first_z_mm=-5, pitch_z_mm=15, slots=(Slot(number=1, blank=blank, finish=finish, capacity=50, low_at=8),)
    )


@pytest.mark.parametrize("now", [magazine(finish="black"), magazine(blank="SC1"), magazine("SC1", "black")])
def test_a_slot_that_now_holds_something_else_counts_as_empty_until_staff_say_what_is_in_it(
    tmp_path: Path, now: Magazine
) -> None:
    file = tmp_path / "sales.db"
    before = Inventory(file, magazine(), first_count=30)
    before.close()
    after = Inventory(file, now, first_count=30)
    (slot,) = after.slots()
    assert (slot.blank, slot.finish, slot.count) == (now.slots[0].blank, now.slots[0].finish, 0)
    assert after.stocked() == ()
    after.close()


def test_a_slot_that_holds_the_same_as_before_keeps_its_count(tmp_path: Path) -> None:
    file = tmp_path / "sales.db"
    for expected in (30, 29):
        inventory = Inventory(file, magazine(), first_count=30)
        assert inventory.slots()[0].count == expected
        inventory.take(1)
        inventory.close()
