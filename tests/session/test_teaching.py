"""Staff lay a blank of a slot three times: a wrong box is found before it spoils a copy, a right one is learnt.

Through the real reader and pictures of blanks; only the machine is small.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from config.keyway import Section
from config.settings import Settings
from hardware.scan import ScanFrames
from kiosk.key.reading import Outcome
from kiosk.records.audit.kinds import AuditKind
from kiosk.session.intents import Credentials, StaffKey, TeachSlot
from kiosk.session.key_reader import CatalogueKeyReader
from kiosk.session.snapshot import LessonFound, LessonStep, LessonView
from kiosk.session.states import State
from simulator.keys.key import PhysicalKey, blank_key
from simulator.keys.sample_keys import cut_by_blank
from simulator.keys.sections import as_thick, mirror_section, random_section
from simulator.optics import NORMAL, render_scan
from tests.session.parts import SETTINGS, Shop, shop

ASSOCIATE, TECHNICIAN = "1001", "3001"
CATALOGUE = SETTINGS.catalogue


def blank(code: str, section: Section | None = None) -> PhysicalKey:
    keyway, found = CATALOGUE.blank_of[code]
    return blank_key(keyway, found, section or CATALOGUE.section_of[keyway.sections[0]])


class Tray:
    """What lies before the cameras, drawn afresh for each look."""

    def __init__(self, kiosk: Shop) -> None:
        self.kiosk, self.lies, self.looks = kiosk, blank("SC1"), 0

    def scan(self) -> ScanFrames:
        self.looks += 1
        return render_scan(self.lies, SETTINGS.machine.views, NORMAL, 40 + self.looks)


@contextmanager
def teaching(folder: Path, settings: Settings = SETTINGS) -> Iterator[tuple[Shop, Tray]]:
    with shop(folder, settings) as kiosk:
        tray = Tray(kiosk)
        catalogue = kiosk.stage.ports.catalogue
        real = CatalogueKeyReader(catalogue, settings.policy.phrases, settings.machine.check)
        kiosk.reader.look_at_blank = real.look_at_blank
        kiosk.reader.identify = real.identify
        kiosk.reader.learn = real.learn
        kiosk.scanner.scan = tray.scan
        kiosk.stage.begin()
        kiosk.stage.run_to(State.WELCOME)
        yield kiosk, tray


def to_menu(kiosk: Shop, number: str = ASSOCIATE) -> None:
    kiosk.stage.post(StaffKey())
    kiosk.stage.run_to(State.STAFF_LOGIN)
    kiosk.stage.post(Credentials(number, "190283"))
    kiosk.stage.run_to(State.STAFF_MENU)


def lesson_of(kiosk: Shop) -> LessonView:
    staff = kiosk.stage.now.staff
    assert staff is not None
    assert staff.lesson is not None
    return staff.lesson


def until(kiosk: Shop, step: LessonStep) -> LessonView:
    kiosk.stage.run_until(lambda now: now.staff is not None and now.staff.lesson is not None
                          and now.staff.lesson.step is step)  # fmt: skip
    return lesson_of(kiosk)


def lay(kiosk: Shop, tray: Tray, key: PhysicalKey) -> LessonView:
    """Into the empty tray, looked at, and out again."""
    kiosk.scanner.key_in_tray = False
    until(kiosk, LessonStep.LAY)
    tray.lies, kiosk.scanner.key_in_tray = key, True
    until(kiosk, LessonStep.LOOK)
    kiosk.stage.run_until(lambda _: lesson_of(kiosk).step is not LessonStep.LOOK)
    return lesson_of(kiosk)


def slot_with(kiosk: Shop, code: str) -> int:
    return next(each.number for each in kiosk.stage.ports.inventory.slots() if each.blank == code)


def locked(kiosk: Shop, slot: int) -> bool:
    return next(each.locked for each in kiosk.stage.ports.inventory.slots() if each.number == slot)


def holding(code: str) -> Settings:
    """Settings whose first slot holds a blank of another keyway."""
    slots = SETTINGS.machine.magazine.slots
    first = slots[0].model_copy(update={"blank": code})
    magazine = SETTINGS.machine.magazine.model_copy(update={"slots": (first, *slots[1:])})
    return replace(SETTINGS, machine=SETTINGS.machine.model_copy(update={"magazine": magazine}))


def test_a_right_blank_laid_three_times_is_learnt_from_real_metal_and_kept(tmp_path: Path) -> None:
    """On a blank a fifth thicker than drawn: what the reader knows from now on is the metal it has held."""
    metal = as_thick(CATALOGUE.section_of["schlage:c"], np.random.default_rng(3))
    with teaching(tmp_path) as (kiosk, tray):
        to_menu(kiosk)
        kiosk.stage.post(TeachSlot(slot_with(kiosk, "SC1")))
        for number in (1, 2):
            assert lay(kiosk, tray, blank("SC1", metal)).good == number
        end = lay(kiosk, tray, blank("SC1", metal))
        assert (end.step, end.found) == (LessonStep.DONE, LessonFound.ENROLLED)
        assert end.unlike_mm is not None
        assert end.unlike_mm < 0.03
        assert [kind for kind, _ in kiosk.audit.records].count(AuditKind.BLANK_LAID) == 3
        kind, facts = kiosk.audit.records[-1]
        assert (kind, facts["blank"], facts["section"], facts["staff"]) == (
            AuditKind.BLANK_ENROLLED, "SC1", "schlage:c", ASSOCIATE
        )  # fmt: skip
        assert kiosk.stage.ports.machine_record.faces == "agree SC1"
        known = kiosk.stage.controller.context.ports.catalogue
        assert known.enrolled == ("schlage:c",)
        assert known.limits == CATALOGUE.limits
        scan = render_scan(cut_by_blank(CATALOGUE, "SC1", np.random.default_rng(1), section=metal),
                           SETTINGS.machine.views, NORMAL, 5)  # fmt: skip
        assert kiosk.reader.identify(scan).identification.blank == "SC1"
    with shop(tmp_path) as again:
        assert again.stage.ports.catalogue.enrolled == ("schlage:c",)
        assert again.stage.ports.catalogue.drawing_of("schlage:c") == CATALOGUE.section_of["schlage:c"]


@pytest.mark.parametrize(
    ("laid", "section", "differs", "taken_for"),
    [("SC4", None, "length", ""), ("KW1", None, "section", "kwikset:kw1"),
     ("SC1", "medeco:1515", "section", "medeco:1515"),
     ("SC1", "schlage:e", "section", "schlage:e")],
)  # fmt: skip
def test_a_wrong_box_of_blanks_is_found_before_it_spoils_a_copy(
    tmp_path: Path, laid: str, section: str | None, differs: str, taken_for: str
) -> None:
    with teaching(tmp_path) as (kiosk, tray):
        to_menu(kiosk)
        slot = slot_with(kiosk, "SC1")
        kiosk.stage.post(TeachSlot(slot))
        end = lay(kiosk, tray, blank(laid, CATALOGUE.section_of[section] if section else None))
        assert (end.step, end.found) == (LessonStep.DONE, LessonFound.WRONG_BLANK)
        assert (end.differs, end.taken_for) == (differs, taken_for)
        assert locked(kiosk, slot)
        assert (AuditKind.SLOT_LOCKED, {"slot": slot, "reason": "other_blank"}) in kiosk.audit.records
        assert not (tmp_path / "enrolled").exists()


def test_a_mirrored_common_blank_asks_the_technician_about_the_cameras(tmp_path: Path) -> None:
    with teaching(tmp_path) as (kiosk, tray):
        to_menu(kiosk)
        slot = slot_with(kiosk, "SC1")
        kiosk.stage.post(TeachSlot(slot))
        end = lay(kiosk, tray, blank("SC1", mirror_section(CATALOGUE.section_of["schlage:c"])))
        assert end.found is LessonFound.MIRRORED
        # The blanks are not to blame.
        assert not locked(kiosk, slot)
        assert kiosk.stage.ports.machine_record.faces == "swapped SC1"
        assert any("cameras swapped?" in each for each in kiosk.stage.controller.context.recent_errors)


def test_a_cut_key_teaches_nothing_and_what_is_not_taken_out_is_not_read_twice(tmp_path: Path) -> None:
    with teaching(tmp_path) as (kiosk, tray):
        to_menu(kiosk)
        kiosk.stage.post(TeachSlot(slot_with(kiosk, "SC1")))
        end = lay(kiosk, tray, cut_by_blank(CATALOGUE, "SC1", np.random.default_rng(2)))
        assert (end.found, end.good, end.step) == (LessonFound.CUT, 0, LessonStep.LIFT)
        assert lay(kiosk, tray, blank("SC1")).good == 1
        looks = tray.looks
        for _ in range(40):
            kiosk.stage.turn()
        assert tray.looks == looks
        kiosk.stage.post(TeachSlot(0))
        kiosk.stage.run_until(lambda now: now.staff is not None and now.staff.lesson is None)


def test_a_keyway_without_a_section_becomes_usable_by_a_technicians_three_lays(tmp_path: Path) -> None:
    metal = random_section(np.random.default_rng(11)).model_copy(update={"height_mm": 8.41})
    with teaching(tmp_path, holding("TAYLOR-5")) as (kiosk, tray):
        to_menu(kiosk, TECHNICIAN)
        kiosk.stage.post(TeachSlot(1))
        for _ in range(3):
            end = lay(kiosk, tray, blank("TAYLOR-5", metal))
        assert end.found is LessonFound.ENROLLED
        # Nothing on file says which face is left: nothing is learnt of the cameras.
        assert kiosk.stage.ports.machine_record.faces == ""
        for seed in range(3):
            key = cut_by_blank(CATALOGUE, "TAYLOR-5", np.random.default_rng(seed), section=metal)
            seen = kiosk.reader.identify(render_scan(key, SETTINGS.machine.views, NORMAL, seed)).identification
            assert (seen.outcome, seen.blank) == (Outcome.IDENTIFIED, "TAYLOR-5")


def test_only_a_technician_opens_a_keyway_that_has_no_section(tmp_path: Path) -> None:
    with teaching(tmp_path, holding("TAYLOR-5")) as (kiosk, _):
        to_menu(kiosk)
        kiosk.stage.post(TeachSlot(1))
        seen = kiosk.stage.run_until(lambda now: now.staff is not None and now.staff.message == "not_allowed")
        assert seen.staff is not None
        assert seen.staff.lesson is None


@pytest.mark.parametrize("section", ["medeco:1515", "schlage:cp", "schlage:c"])
def test_a_section_on_file_never_comes_in_under_another_name(tmp_path: Path, section: str) -> None:
    """Who would: whoever wishes to have a restricted key copied, with a technician's number and a restricted blank."""
    with teaching(tmp_path, holding("TAYLOR-5")) as (kiosk, tray):
        to_menu(kiosk, TECHNICIAN)
        kiosk.stage.post(TeachSlot(1))
        metal = CATALOGUE.section_of[section]
        end = lay(kiosk, tray, blank("TAYLOR-5", metal))
        assert end.found is not LessonFound.ENROLLED
        assert end.step is LessonStep.DONE
        assert kiosk.stage.controller.context.ports.catalogue.enrolled == ()


def test_a_blade_lower_than_its_makers_drawing_is_read_by_the_blank_that_was_held(tmp_path: Path) -> None:
    drawn = CATALOGUE.section_of["weiser:wr3"]
    lower = {
        side: (*(point for point in getattr(drawn, side) if point[0] < 8.4), (8.41, getattr(drawn, side)[-1][1]))
        for side in ("left", "right")
    }
    metal = drawn.model_copy(update={"height_mm": 8.41, **lower})
    with teaching(tmp_path, holding("WR3")) as (kiosk, tray):
        to_menu(kiosk, TECHNICIAN)
        kiosk.stage.post(TeachSlot(1))
        for _ in range(3):
            end = lay(kiosk, tray, blank("WR3", metal))
        assert end.found is LessonFound.ENROLLED
        key = cut_by_blank(CATALOGUE, "WR3", np.random.default_rng(2), section=metal)
        seen = kiosk.reader.identify(render_scan(key, SETTINGS.machine.views, NORMAL, 2)).identification
        assert (seen.outcome, seen.blank) == (Outcome.IDENTIFIED, "WR3")
