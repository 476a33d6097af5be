"""A macro that moves rightly and yet never opens the clamp, or opens it too early, is no macro of this machine."""

from __future__ import annotations

import pytest

from config.machine import Macros
from config.problems import BadInput
from config.settings import load_machine
from hardware.grbl.macros import check_macros

MACHINE = load_machine()
FEED = ("G53 G0 Y-2", "M8", "G53 G0 Z{z}", "M9")


def objections(**changed: tuple[str, ...]) -> str:
    macros = MACHINE.macros.model_copy(update=changed)
    with pytest.raises(BadInput) as caught:
        check_macros(MACHINE.model_copy(update={"macros": macros}), "mine.toml")
    return str(caught.value)


def test_the_shipped_macros_are_good() -> None:
    check_macros(MACHINE)


@pytest.mark.parametrize("name", ["feed", "deliver", "reject"])
def test_what_takes_or_drops_a_blank_opens_the_clamp(name: str) -> None:
    lines = tuple(line for line in getattr(MACHINE.macros, name) if line not in ("M8", "M9"))
    assert f"mine.toml: macros.{name}: never opens the clamp" in objections(**{name: lines})


def test_a_fed_blank_is_clamped() -> None:
    assert "macros.feed: does not close the clamp" in objections(feed=(*FEED[:3],))
    assert "macros.feed: does not close the clamp" in objections(feed=(*FEED, "M8"))


@pytest.mark.parametrize("name", ["brush", "check"])
def test_a_key_under_the_brush_or_the_camera_is_not_let_go(name: str) -> None:
    assert f"macros.{name}: opens the clamp" in objections(**{name: ("G53 G0 Y-2", "M8", "M9")})


def test_the_clamp_is_what_feeding_opens_and_another_output_is_none() -> None:
    lamp = MACHINE.macros.model_copy(update={"check": ("M7", "G4 P0.1", "M9")})
    check_macros(MACHINE.model_copy(update={"macros": lamp}))
    other = Macros(feed=("M7", "M9"), brush=("M8", "M9"), check=("G4 P0.1",), deliver=("M8",), reject=("M7",))
    with pytest.raises(BadInput, match=r"macros\.deliver: never opens") as caught:
        check_macros(MACHINE.model_copy(update={"macros": other}))
    assert len(caught.value.problems) == 1


def test_every_slot_is_within_the_travel() -> None:
    slots = (*MACHINE.magazine.slots, MACHINE.magazine.slots[0].model_copy(update={"number": 12}))
    machine = MACHINE.model_copy(update={"magazine": MACHINE.magazine.model_copy(update={"slots": slots})})
    with pytest.raises(BadInput, match=r"macros\.feed\[3\]: leaves the travel of Z"):
        check_macros(machine)
