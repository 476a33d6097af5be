"""What a macro may not do to the clamp, the key in it and the wheel beside it.

A dishonest technician has bad copies let go over the chute, or a standing wheel bend a good one after its measure.
"""

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


@pytest.mark.parametrize("name", ["deliver", "reject"])
def test_jaws_that_let_go_close_before_they_are_driven_on(name: str) -> None:
    lines = tuple(line for line in getattr(MACHINE.macros, name) if line != "M9")
    assert f"macros.{name}: does not close the clamp" in objections(**{name: lines})


UP = "G53 G0 Y-2"
CHUTE, BIN = "G53 G0 X-140", "G53 G0 X-155"
OPEN = ("M8", "G4 P0.4", "M9")


@pytest.mark.parametrize(
    "reject",
    [
        pytest.param((UP, CHUTE, *OPEN), id="over the chute"),
        pytest.param((UP, "G53 G0 X-130.1", *OPEN), id="beside the chute"),
        pytest.param((UP, "G53 G0 X-141", *OPEN, BIN), id="over the chute, and then on to the bin"),
        pytest.param((UP, BIN, *OPEN, CHUTE, *OPEN), id="over the bin, and once more over the chute"),
        pytest.param((UP, "G53 G0 X-125", "M8", BIN, "M9"), id="driving over the chute with open jaws"),
        pytest.param((UP, CHUTE, "M8 G53 G0 X-155", "M9"), id="opening in the line that moves, which opens first"),
        pytest.param((UP, "M8", BIN, "M9"), id="wherever it stands"),
    ],
)
def test_a_bad_copy_is_never_let_go_near_the_chute(reject: tuple[str, ...]) -> None:
    assert "mine.toml: macros.reject: lets go between X-" in objections(reject=reject)


def test_a_copy_is_let_go_nowhere_near_the_bin_on_its_way_to_the_shopper() -> None:
    assert "macros.reject: lets go between" in objections(deliver=(UP, CHUTE, *OPEN, BIN, *OPEN))
    assert "macros.reject: lets go between" in objections(deliver=(UP, *OPEN))


def test_what_rejects_opens_what_delivers() -> None:
    feed = (UP, "M7", *MACHINE.macros.feed[1:])
    lamp = (UP, BIN, "M7", "M9")
    assert "macros.reject: opens with M7, deliver with M8" in objections(feed=feed, reject=lamp)


def test_a_bin_well_away_from_the_chute_is_good_on_either_side_of_it() -> None:
    for place in ("G53 G0 X-150", "G53 G0 X-130"):
        macros = MACHINE.macros.model_copy(update={"reject": (UP, place, *OPEN)})
        check_macros(MACHINE.model_copy(update={"macros": macros}))


@pytest.mark.parametrize("name", ["brush", "check"])
def test_a_key_under_the_brush_or_the_camera_is_not_let_go(name: str) -> None:
    assert f"macros.{name}: opens the clamp" in objections(**{name: ("G53 G0 Y-2", "M8", "M9")})


def test_the_clamp_is_what_feeding_opens_and_another_output_is_none() -> None:
    lamp = MACHINE.macros.model_copy(update={"check": ("M7", "G4 P0.1", "M9")})
    check_macros(MACHINE.model_copy(update={"macros": lamp}))
    other = Macros(feed=("M7", "M9"), brush=("M8", "M9"), check=("G4 P0.1",), deliver=("M8",), reject=("M7", "M9"))
    with pytest.raises(BadInput, match=r"macros\.deliver: never opens") as caught:
        check_macros(MACHINE.model_copy(update={"macros": other}))
    assert len(caught.value.problems) == 1


def test_every_slot_is_within_the_travel() -> None:
    slots = (*MACHINE.magazine.slots, MACHINE.magazine.slots[0].model_copy(update={"number": 12}))
    machine = MACHINE.model_copy(update={"magazine": MACHINE.magazine.model_copy(update={"slots": slots})})
    with pytest.raises(BadInput, match=r"macros\.feed\[3\]: leaves the travel of Z"):
        check_macros(machine)


RETRACTED_Y_MM = MACHINE.clamp.spine_y_mm + MACHINE.cutting.retract_height_mm


@pytest.mark.parametrize("name", list(type(MACHINE.macros).model_fields))
@pytest.mark.parametrize("y_mm", [-38.0, -30.0, RETRACTED_Y_MM - 0.001])
def test_no_macro_brings_the_wheel_into_the_blade(name: str, y_mm: float) -> None:
    lines = getattr(MACHINE.macros, name)
    said = objections(**{name: (*lines, f"G53 G1 Y{y_mm:.3f} F500")})
    assert f"macros.{name}[{len(lines) + 1}]: brings the wheel below Y-18, where" in said


def test_the_wheel_may_stand_where_it_is_out_of_the_blade() -> None:
    brush = (f"G53 G0 Y{RETRACTED_Y_MM:g}", *MACHINE.macros.brush[1:])
    check_macros(MACHINE.model_copy(update={"macros": MACHINE.macros.model_copy(update={"brush": brush})}))


@pytest.mark.parametrize("line", ["G4 P1 G0 Y-38", "G4 P1 G0 X-900", "G4 P1 G53 G0 Z{z}"])
def test_a_dwell_hides_no_move(line: str) -> None:
    assert "macros.check[2]: must say where it moves and how long it waits" in objections(check=(UP, line))


def test_the_dwells_of_a_macro_are_half_a_minute_together() -> None:
    three = (UP, "G4 P10", "G4 P10", "G4 P10")
    check_macros(MACHINE.model_copy(update={"macros": MACHINE.macros.model_copy(update={"check": three})}))
    assert "macros.check: waits 30.1 s, more than 30 s" in objections(check=(*three, "G4 P0.1"))
    assert "macros.check: waits 86400 s" in objections(check=("G4 P86400",))
