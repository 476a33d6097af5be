"""What one lay of a blank shows: each thing a slot claims is held against it by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from config.catalogue import load_catalogue
from config.enrolled import EnrolledBlank, objections, with_enrolled
from config.problems import BadInput
from config.settings import load_settings
from kiosk.calibration.enrolment import EnrolmentRefusal
from kiosk.calibration.lesson import HEIGHT_MM, LENGTH_MM, NOSE_MM, LaySeen, enrol, judge_lay
from kiosk.identification import build_index, read_key
from kiosk.key.reading import KeyReading, Outcome
from simulator.keys.key import blank_key
from simulator.optics import NORMAL, render_scan

CATALOGUE = load_catalogue()
INDEX = build_index(CATALOGUE.sections)
VIEWS = load_settings(environment={}).machine.views


def lay(code: str) -> KeyReading:
    keyway, blank = CATALOGUE.blank_of[code]
    key = blank_key(keyway, blank, CATALOGUE.section_of[keyway.sections[0]])
    return read_key(render_scan(key, VIEWS, NORMAL, 4))


READ = {code: lay(code) for code in ("SC1", "KW10", "BEST-A-6")}


def seen(code: str, reading: KeyReading | None) -> LaySeen:
    return judge_lay(reading, *CATALOGUE.blank_of[code], CATALOGUE, INDEX).seen


@pytest.mark.parametrize("code", READ)
def test_the_slots_own_blank_fits(code: str) -> None:
    assert seen(code, READ[code]) is LaySeen.FITS


def test_each_figure_alone_tells_another_blank() -> None:
    read = READ["SC1"]
    height_mm, length_mm = read.blade_height_mm or 0.0, read.blade_length_mm or 0.0
    assert seen("SC1", replace(read, blade_height_mm=height_mm - HEIGHT_MM - 0.05)) is LaySeen.HEIGHT
    assert seen("SC1", replace(read, blade_length_mm=length_mm + LENGTH_MM + 0.1)) is LaySeen.LENGTH
    two_collars = READ["KW10"]
    one_moved = replace(two_collars.stops, spine_mm=(two_collars.stops.spine_mm or 0.0) + 2.0)
    assert seen("KW10", replace(two_collars, stops=one_moved)) is LaySeen.STOP
    nosed = READ["BEST-A-6"]
    other_nose = replace(nosed.stops, nose_mm=(nosed.stops.nose_mm or 0.0) + NOSE_MM + 0.1)
    assert seen("BEST-A-6", replace(nosed, stops=other_nose)) is LaySeen.STOP
    assert seen("BEST-A-6", replace(nosed, stops=replace(nosed.stops, nose_mm=None))) is LaySeen.STOP


def test_what_was_not_seen_is_no_other_blank() -> None:
    read = READ["SC1"]
    assert seen("SC1", None) is LaySeen.UNSEEN
    assert seen("SC1", replace(read, section=None)) is LaySeen.UNSEEN
    assert seen("SC1", replace(read, problem=Outcome.OUT_OF_FOCUS)) is LaySeen.UNSEEN
    assert seen("SC1", replace(read, problem=None)) is LaySeen.CUT


def enrolled(blank: str, section: str) -> EnrolledBlank:
    return EnrolledBlank(
        blank=blank,
        section=CATALOGUE.section_of[section],
        height_mm=8.7,
        length_mm=26.7,
        spread_mm=0.01,
        enrolled_at=datetime(2026, 11, 28, tzinfo=UTC),
    )


def test_a_file_beside_the_records_opens_nothing_that_is_shut() -> None:
    """Whoever writes such a file by hand: a restricted section under an open name is refused at the next start."""
    restricted = CATALOGUE.section_of["schlage:cp"]
    same = enrolled("SC1", "schlage:c")
    assert not list(objections(same, CATALOGUE))
    for bad in (
        replace_section(same, restricted.model_copy(update={"id": "schlage:c"})),
        replace_section(same, restricted.model_copy(update={"id": "enrolled:mine"})),
        replace_section(same, restricted),
        same.model_copy(update={"blank": "NOBODYS"}),
    ):
        with pytest.raises(BadInput):
            with_enrolled(CATALOGUE, [bad])


def replace_section(blank: EnrolledBlank, section: object) -> EnrolledBlank:
    return blank.model_copy(update={"section": section})


@pytest.mark.parametrize("made", [None, (1.91, 2.4), (1.8, 2.56)])
def test_a_blank_laid_for_other_thicknesses_is_laid_again(made: tuple[float, float] | None) -> None:
    kept = enrolled("SC1", "schlage:c")
    other = replace_section(kept, kept.section.model_copy(update={"thicknesses_mm": made}))
    with pytest.raises(BadInput, match="lay one again") as refused:
        with_enrolled(CATALOGUE, [other])
    assert [(problem.file, problem.field) for problem in refused.value.problems] == [("SC1.json", "section")]


def test_a_section_nobody_drew_has_the_one_thickness_that_was_laid() -> None:
    kept = enrolled("KW1", "kwikset:kw1")
    without = replace(CATALOGUE, sections=tuple(each for each in CATALOGUE.sections if each.id != "kwikset:kw1"))
    assert not any("thick" in problem.reason for problem in objections(kept, without))
    wide = replace_section(kept, kept.section.model_copy(update={"thicknesses_mm": (1.9, 2.4)}))
    (problem,) = objections(wide, without)
    assert "those on file are of one thickness" in problem.reason


def test_the_newest_blank_of_a_section_counts_and_the_limits_stay() -> None:
    older = enrolled("SC1", "schlage:c")
    deeper = tuple((h, r * 1.2) for h, r in older.section.left), tuple((h, r * 1.2) for h, r in older.section.right)
    metal = older.section.model_copy(update={"left": deeper[0], "right": deeper[1], "thickness_mm": 1.91 * 1.2})
    newer = older.model_copy(update={"section": metal, "blank": "SC4"})
    known = with_enrolled(CATALOGUE, [older, newer])
    assert known.section_of["schlage:c"] == metal
    assert known.drawing_of("schlage:c") == CATALOGUE.section_of["schlage:c"]
    assert known.limits == CATALOGUE.limits
    assert np.isclose(dict(known.held_mm)["SC4"], 26.7)


def enrolled_as(metal: str, *, keyway: str = "ES8", thickness_mm: float | None = None) -> object:
    """What three lays of a blank with this section teach for a keyway that has none."""
    owner, found = CATALOGUE.blank_of[keyway]
    key = blank_key(owner, found, CATALOGUE.section_of[metal])
    lays = [read_key(render_scan(key, VIEWS, NORMAL, 70 + number)) for number in range(3)]
    blank = found.model_copy(update={"thickness_mm": thickness_mm})
    others = replace(CATALOGUE, sections=tuple(each for each in CATALOGUE.sections if each.id != "yale:y11"))
    return enrol(lays, owner, blank, others, datetime(2026, 11, 28, tzinfo=UTC))


def test_what_is_too_like_another_section_is_told_so_and_not_that_the_lays_differ() -> None:
    assert enrolled_as("kwikset:kw1") is EnrolmentRefusal.TOO_LIKE


def test_a_thickness_that_leaves_no_metal_between_the_grooves_is_measured_again() -> None:
    assert enrolled_as("yale:y11", thickness_mm=1.2) is EnrolmentRefusal.TOO_THIN
    assert enrolled_as("yale:y11", thickness_mm=2.0) is not EnrolmentRefusal.TOO_THIN
