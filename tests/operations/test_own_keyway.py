"""Staff type in a keyway of the owner's own: it counts at once, three lays of its blank teach it, keys are cut.

On the true path: the buttons the screen shows, the session behind them, the owner's folder on disk, the operations
database, the next start, and the real reader over drawn pictures. Who would break it: whoever wishes to have a closed
key copied and holds a technician's number.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from config.catalogue import Catalogue
from config.enrolled import read_enrolled
from config.keyway import Section
from config.problems import Wrong
from hardware.clock import SystemClock
from kiosk.data_paths import DataPaths
from kiosk.operations.settings_in_force import settings_in_force
from kiosk.session.flight_record import facts_of, form_of
from kiosk.session.intents import Cancel, Confirm, Done, EnterKeyway, Refill, Start, TeachSlot
from kiosk.session.reports import KeywayEntered, Reply
from kiosk.session.snapshot import LessonFound, LessonView, OwnKeywayView
from kiosk.session.states import State
from simulator.keys.key import PhysicalKey, blank_key
from simulator.keys.sample_keys import cut_by_blank
from simulator.keys.sections import random_section
from tests.operations.test_store_file import Glass, in_force
from tests.session.parts import SETTINGS, Shop, shop
from tests.session.test_people import to_menu as begin_to_menu
from tests.session.test_teaching import Tray, lay, teaching, to_menu
from ui.present.own_keyway import FORMS
from ui.present.shown import KeypadDetail

TECHNICIAN, MANAGER, ASSOCIATE = "3001", "2001", "1001"
LOBBY = {
    "code": "LOBBY-5",
    "name": "OUR LOBBY",
    "slot": "2",
    "cuts": "5",
    "first_cut": "0.231",
    "pitch": "0.1562",
    "flat": "0.031",
    "angle_deg": "90",
    "blade_length": "1.181",
    "blade_height": "0.331",
    "first_depth": "0",
    "roots": "0.331",
    "step": "0.015",
    "depths": "10",
    "macs": "7",
    "thickness": "0.1",
}
GIVEN = {"unit": "in", "stop": "shoulder"}
OWNERS = """# Our machine.
[magazine]  # six slots
slots = [
    { number = 1, blank = "KW1", capacity = 50, low_at = 8 },
    { number = 2, blank = "SC1", capacity = 40, low_at = 5 },  # by the door
]
"""
METAL = random_section(np.random.default_rng(11)).model_copy(update={"height_mm": 8.41})


class Keys(Glass):
    """A finger on the kiosk's keypad too."""

    def types(self, text: str) -> None:
        for _ in range(self._typed()):
            self._key("erase")
        for character in text:
            self._key("space" if character == " " else f"key_{character}")
        self._key("typed")

    def fills(self, fields: dict[str, str]) -> str:
        """Goes through the forms, types and enters; what the page says then."""
        self.press("tab_kiosk", "keyway")
        for number, form in enumerate(FORMS):
            if number:
                self.press("form_next")
            for field in form:
                if field in GIVEN:
                    if fields.get(field, GIVEN[field]) != GIVEN[field]:
                        self.press(f"field_{field}")
                elif field in fields:
                    self.press(f"field_{field}")
                    self.types(fields[field])
        self.press("enter_keyway")
        return self._answer()

    def enters(self, fields: dict[str, str]) -> str:
        """The same without a finger on each key."""
        self.press("tab_kiosk", "keyway")
        self.post(EnterKeyway(tuple({**GIVEN, **fields}.items())))
        self.kiosk.stage.turn()
        return self._answer()

    def _answer(self) -> str:
        self.kiosk.stage.run_until(
            lambda now: now.staff is not None and (now.staff.own_keyway != OwnKeywayView() or bool(now.staff.message))
        )
        return self.detail.paragraphs[0]

    def _typed(self) -> int:
        assert self.shown is not None
        assert isinstance(self.shown.detail, KeypadDetail)
        return len(self.shown.detail.dots)

    def _key(self, name: str) -> None:
        assert self.shown is not None
        assert isinstance(self.shown.detail, KeypadDetail)
        there = {each.id: each for each in (*self.shown.detail.keys, *self.shown.actions)}
        self.screen.send(there[name if name in there else "turn"].does)
        self.kiosk.stage.turn()
        if name not in there:
            self._key(name)


@pytest.fixture
def owner(etc: Path) -> Path:
    (etc / "machine.toml").write_text(OWNERS)
    return etc


@pytest.fixture
def keys(owner: Path, tmp_path: Path) -> Iterator[Keys]:
    with shop(tmp_path / "data", in_force(owner, tmp_path / "data")) as kiosk:
        yield Keys(kiosk, tmp_path / "data")


def blank_of(catalogue: Catalogue, metal: Section) -> PhysicalKey:
    return blank_key(*catalogue.blank_of["LOBBY-5"], metal)


def taught(kiosk: Shop, tray: Tray, metal: Section) -> LessonView:
    kiosk.stage.post(TeachSlot(2))
    for _ in range(3):
        end = lay(kiosk, tray, blank_of(kiosk.stage.controller.context.ports.catalogue, metal))
        if end.found is not None:
            break
    return end


def untouched(owner: Path) -> bool:
    return (owner / "machine.toml").read_text() == OWNERS and not (owner / "keyways" / "own.toml").exists()


def sold(kiosk: Shop, tray: Tray) -> None:
    """A key of that blank is laid and a copy bought."""
    known = kiosk.stage.controller.context.ports.catalogue
    tray.lies = cut_by_blank(known, "LOBBY-5", np.random.default_rng(1), section=METAL)
    kiosk.stage.post(Start())
    kiosk.stage.run_to(State.PLACE_KEY)
    kiosk.scanner.key_in_tray = True
    offer = kiosk.stage.run_to(State.OFFER).offer
    assert offer is not None
    assert offer.blank == "LOBBY-5"
    kiosk.stage.post(Confirm())
    kiosk.stage.run_to(State.TAKE_KEY_BACK)
    kiosk.scanner.key_in_tray = False
    kiosk.stage.run_to(State.THANK_YOU)
    assert "load 2" in kiosk.cutter.diary
    assert kiosk.cutter.chute == 1


def test_what_was_typed_is_taught_by_three_lays_and_sold_without_a_restart(owner: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with teaching(data, in_force(owner, data)) as (kiosk, tray):
        keys = Keys(kiosk, data)
        to_menu(kiosk, TECHNICIAN)
        said = keys.fills(LOBBY)
        assert said.startswith("LOBBY-5 is on file for slot 2.")
        entered, slots, revision = keys.audited()
        assert entered[:2] == ("keyways.LOBBY-5", "")
        assert "first_cut=0.231" in str(entered[2])
        assert slots[0] == "machine.magazine.slots"
        assert ("LOBBY-5" in str(slots[1]), "LOBBY-5" in str(slots[2])) == (False, True)
        assert revision[0] == "catalogue.revision"
        assert {each[3] for each in (entered, slots, revision)} == {TECHNICIAN}
        assert (owner / "machine.toml").read_text() == OWNERS.replace("SC1", "LOBBY-5")
        # What lay there is none of it: nothing is sold from this slot before staff have counted anew.
        assert [each.count for each in kiosk.stage.ports.inventory.slots() if each.blank == "LOBBY-5"] == [0]
        kiosk.stage.post(Refill(2, 20))
        assert taught(kiosk, tray, METAL).found is LessonFound.ENROLLED
        kiosk.stage.post(Done())
        kiosk.scanner.key_in_tray = False
        kiosk.stage.run_to(State.WELCOME)
        sold(kiosk, tray)


def test_the_next_start_knows_what_was_typed_and_taught(owner: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with teaching(data, in_force(owner, data)) as (kiosk, tray):
        keys = Keys(kiosk, data)
        to_menu(kiosk, TECHNICIAN)
        keys.enters(LOBBY)
        kiosk.stage.post(Refill(2, 20))
        assert taught(kiosk, tray, METAL).found is LessonFound.ENROLLED
    again = settings_in_force(DataPaths(data), SystemClock(), owner, {})
    assert (again.changes, again.problems) == ((), ())
    keyway, blank = again.settings.catalogue.blank_of["LOBBY-5"]
    assert keyway.spec is not None
    assert [each.code for each in keyway.spec.depths] == list("0123456789")
    assert keyway.spec.depths[9].root_mm == pytest.approx(0.196 * 25.4, abs=1e-4)
    assert (blank.blade_length_mm, blank.thickness_mm) == (29.9974, 2.54)
    (held,) = read_enrolled(data / "enrolled")
    assert held.section.thickness_mm == 2.54
    with teaching(data, again.settings) as (kiosk, tray):
        assert [each.count for each in kiosk.stage.ports.inventory.slots() if each.blank == "LOBBY-5"] == [20]
        sold(kiosk, tray)


def test_a_visit_that_began_before_the_files_were_written_ends_as_it_began(owner: Path, tmp_path: Path) -> None:
    """Staff went away at once: the shopper's SC1 is still in slot 2, and is copied from it."""
    data = tmp_path / "data"
    with shop(data, in_force(owner, data)) as kiosk:
        keys = Keys(kiosk, data)
        begin_to_menu(kiosk, TECHNICIAN)
        keyway, _ = SETTINGS.catalogue.blank_of["KW1"]
        lobby = keyway.model_copy(
            update={"code": "LOBBY-5", "blanks": (keyway.blanks[0].model_copy(update={"code": "LOBBY-5"}),)}
        )
        kiosk.stage.post(Done())
        kiosk.stage.run_to(State.WELCOME)
        kiosk.stage.post(Start())
        kiosk.stage.run_to(State.PLACE_KEY)
        context = kiosk.stage.controller.context
        entered = KeywayEntered("LOBBY-5", 2, lobby)
        # A record says which, not how it is cut: a replay has the owner's keyways on file.
        assert form_of("KeywayEntered").validate_python(facts_of(entered)) == KeywayEntered("LOBBY-5", 2)
        kiosk.stage.controller.post(Reply(context.visit_number, entered))
        kiosk.stage.turn()
        assert "LOBBY-5" not in context.ports.catalogue.blank_of
        assert context.ports.inventory.available("SC1", "brass") > 0
        kiosk.stage.post(Cancel())
        kiosk.stage.run_to(State.WELCOME)
        assert "LOBBY-5" in context.ports.catalogue.blank_of
        assert kiosk.reader.learnt == [context.ports.catalogue]
        assert context.ports.inventory.available("SC1", "brass") == 0
        assert keys.audited() == []


@pytest.mark.parametrize("section", ["medeco:1515", "schlage:cp", "schlage:c"])
def test_a_blank_whose_section_is_closed_or_another_ones_is_not_learnt_for_it(
    owner: Path, tmp_path: Path, section: str
) -> None:
    data = tmp_path / "data"
    with teaching(data, in_force(owner, data)) as (kiosk, tray):
        keys = Keys(kiosk, data)
        to_menu(kiosk, TECHNICIAN)
        keys.enters(LOBBY)
        assert taught(kiosk, tray, SETTINGS.catalogue.section_of[section]).found is not LessonFound.ENROLLED
        assert kiosk.stage.controller.context.ports.catalogue.enrolled == ()


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("code", "KW1", "Code: is on file already."),
        ("code", "KW11", "Code: is on file already."),
        ("code", "MEDECO", "Code: is on file already."),
        ("code", "MEDECO-9", "Code: “MEDECO” stands for keys that are not copied."),
        ("name", "MY PRIMUS KEY", "Name: “PRIMUS” stands for keys that are not copied."),
        ("name", "OLDMEDECO", "Name: “MEDECO” stands for keys that are not copied."),
        ("name", "MUL-T-LOCK", "Name: “MUL T LOCK” stands for keys that are not copied."),
        ("name", "DO NOT DUPLICATE", "Name: “do_not_duplicate” stands for keys that are not copied."),
        ("name", "LORI-4500", "Name: “LORI 4500” stands for keys that are not copied."),
        ("code", "L", "Code: two or more capitals, digits or hyphens."),
        ("slot", "3", "Slot: there is no such slot."),
        ("pitch", "0.1.5", "Cut to cut: must be a number."),
        ("pitch", "4", "Cut to cut: must be less than 8 mm."),
        ("macs", "20", "MACS: must be at most 12."),
        ("macs", "2.5", "MACS: must be a whole number."),
        ("angle_deg", "50", "Angle of a cut (°): must be at least 60."),
        ("angle_deg", "110", "MACS: a cut 7 steps deeper would reach past its neighbour’s middle."),
        ("cuts", "12", "Number of cuts: must be at most 8."),
        ("cuts", "8", "Number of cuts: the last of 8 cuts lies past the blank’s end."),
        ("flat", "0.2", "Flat of a cut: must be less than 4 mm."),
        ("flat", "0.157", "Flat of a cut: is wider than from cut to cut."),
        ("depths", "13", "Number of depths: must be a whole number from 2 to 12."),
        ("depths", "5", "MACS: there are only 5 depths."),
        ("depths", "", "Depths: at least 2 are needed."),
        ("step", "0.03", "Depths: depth 9 would cut the blank nearly through."),
        ("step", "1.2.3", "Step: must be a number."),
        ("roots", "0.331 0.30", "Number of depths: 2 stand in the list."),
        ("first_depth", "0.5", "First depth’s code: must be a whole number."),
        ("blade_height", "0.2", "Depths: depth 0 lies above the blank."),
        ("flat", "", "Flat of a cut: is missing."),
        ("name", "", "Name: is missing."),
        ("thickness", "0.3", "Blank thickness: must be less than 5 mm."),
    ],
)
def test_what_is_no_good_keyway_file_is_refused_in_one_line_and_nothing_is_written(
    keys: Keys, owner: Path, field: str, text: str, said: str
) -> None:
    begin_to_menu(keys.kiosk, MANAGER)
    fields = {name: value for name, value in {**LOBBY, field: text}.items() if value}
    line = keys.enters(fields)
    assert line == f"Not entered. {said}"
    assert untouched(owner)
    assert keys.audited() == []
    # Said by a sentence of each language, never by the one for whatever is not foreseen.
    view = keys.kiosk.stage.now.staff and keys.kiosk.stage.now.staff.own_keyway
    assert view
    assert view.wrong not in (None, Wrong.OTHER)


def test_depths_may_be_a_list_and_a_second_keyway_stands_beside_the_first_but_never_twice(
    keys: Keys, owner: Path
) -> None:
    begin_to_menu(keys.kiosk, MANAGER)
    mm = {**LOBBY, "code": "GATE", "unit": "mm", "stop": "tip", "first_cut": "4.5", "pitch": "4", "flat": "0.8",
          "blade_length": "30", "blade_height": "8", "roots": "8 7.5 7 6.5", "step": "0.5", "first_depth": "1",
          "thickness": "2.2"}  # fmt: skip
    mm = {name: text for name, text in mm.items() if name not in ("depths", "macs")}
    assert keys.fills(mm).startswith("GATE is on file")
    keys.press("tab_kiosk")
    assert "is on file already" in keys.enters({**mm, "slot": "1"})
    assert keys.enters({**LOBBY, "slot": "1"}).startswith("LOBBY-5 is on file")
    written = tomllib.loads((owner / "keyways" / "own.toml").read_text())
    assert [each["code"] for each in written["keyway"]] == ["GATE", "LOBBY-5"]
    assert written["spec"]["GATE"]["roots"] == {"1": 8, "2": 7.5, "3": 7, "4": 6.5}
    slots = tomllib.loads((owner / "machine.toml").read_text())["magazine"]["slots"]
    assert [each["blank"] for each in slots] == ["LOBBY-5", "GATE"]
    assert in_force(owner, keys.data).catalogue.blank_of["GATE"][0].spec is not None


def test_an_owner_without_a_machine_file_gets_one_with_the_slots_in_force(keys: Keys, owner: Path) -> None:
    (owner / "machine.toml").unlink()
    begin_to_menu(keys.kiosk, MANAGER)
    assert keys.enters(LOBBY).startswith("LOBBY-5 is on file")
    slots = in_force(owner, keys.data).machine.magazine.slots
    assert [(each.number, each.blank) for each in slots] == [(1, "KW1"), (2, "LOBBY-5")]


def test_an_associate_has_no_such_page_and_is_not_obeyed(keys: Keys, owner: Path) -> None:
    begin_to_menu(keys.kiosk, ASSOCIATE)
    keys.press("tab_kiosk")
    assert "keyway" not in keys.buttons
    keys.post(EnterKeyway(tuple({**GIVEN, **LOBBY}.items())))
    keys.kiosk.stage.run_until(lambda now: now.staff is not None and now.staff.message == "not_allowed")
    assert untouched(owner)


def test_a_slot_that_cannot_be_written_takes_the_keyway_back(
    keys: Keys, owner: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that it can be entered again once the owner has given the file free."""
    real = Path.replace

    def refuse(path: Path, target: Path) -> Path:
        if Path(target).name == "machine.toml":
            raise PermissionError(13, "Permission denied")
        return real(path, target)

    monkeypatch.setattr(Path, "replace", refuse)
    begin_to_menu(keys.kiosk, MANAGER)
    assert keys.enters(LOBBY) == "The settings file cannot be written: nothing was changed."
    assert untouched(owner)
    assert keys.audited() == []
    monkeypatch.undo()
    assert keys.enters(LOBBY).startswith("LOBBY-5 is on file")


def test_a_field_nobody_reads_and_one_that_stands_twice_are_refused(keys: Keys, owner: Path) -> None:
    begin_to_menu(keys.kiosk, MANAGER)
    whole = tuple({**GIVEN, **LOBBY}.items())
    for entry in ((*whole, ("standing", "open")), (*whole, ("code", "KW99"))):
        keys.post(EnterKeyway(entry))
        seen = keys.kiosk.stage.run_until(
            lambda now: bool(now.staff and now.staff.own_keyway and now.staff.own_keyway.wrong)
        )
        assert seen.staff is not None
        assert seen.staff.own_keyway is not None
        assert seen.staff.own_keyway.wrong is Wrong.OTHER
    assert untouched(owner)
