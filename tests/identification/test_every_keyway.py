"""Every keyway that can be cut is read from a drawing of its own; the closest ones are never taken for each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from config.catalogue import Catalogue, load_catalogue
from config.keyway import SpacingStop, Standing
from config.match_limits import MatchLimits
from config.settings import machine_in_force
from kiosk.identification import SectionIndex, identify, read_key
from kiosk.identification.identify import judge
from kiosk.identification.section.match import Match
from kiosk.key.reading import Identification, Outcome
from simulator.keys.sample_keys import cut_by_blank
from simulator.optics import NORMAL, render_scan
from tests.identification.conftest import bitting_for
from tests.identification.drawing import Sheet, drawn_key

SMALL = Sheet(width_px=1300, height_px=900, mm_per_px=0.06)
CUTTABLE = [
    keyway.code
    for keyway in load_catalogue().keyways
    if keyway.sections and keyway.blanks and keyway.standing.standing is Standing.OPEN
]


def read(
    catalogue: Catalogue, index: SectionIndex, code: str, section: str | None = None, seed: int = 1
) -> tuple[Identification, str]:
    """A key of a keyway, on its own section or another, and the code it was drawn with."""
    keyway = catalogue.keyway_of[code]
    assert keyway.spec is not None
    blank = keyway.blanks[0]
    bitting = bitting_for(keyway.spec, blank.cuts, seed)
    sheet = replace(SMALL, shoulders="none" if keyway.spec.stop is SpacingStop.TIP else "both", seed=seed)
    drawn = drawn_key(
        keyway.spec, bitting, catalogue.section_of[section or keyway.sections[0]], blank.blade_length_mm, sheet
    )
    return identify(read_key(drawn), catalogue, index), "".join(bitting)


@pytest.mark.parametrize("code", CUTTABLE)
def test_a_key_of_every_keyway_is_read_as_itself_or_refused_and_its_section_is_known(
    catalogue: Catalogue, index: SectionIndex, code: str
) -> None:
    told, bitting = read(catalogue, index, code)
    assert told.keyway == code
    if told.outcome is Outcome.IDENTIFIED:
        assert told.bitting == bitting
    else:
        assert told.outcome in (Outcome.WORN_PAST_TELLING, Outcome.CUTS_UNREADABLE)


@pytest.mark.parametrize("code", ["WR3", "FA2", "KW1", "IN3", "Y12", "Y14", "AM3", "DE6", "Y1", "SC-L"])
def test_the_nearest_neighbours_on_file_are_read_for_what_they_are(
    catalogue: Catalogue, index: SectionIndex, code: str
) -> None:
    told, bitting = read(catalogue, index, code, seed=3)
    assert (told.outcome, told.keyway, told.bitting) == (Outcome.IDENTIFIED, code, bitting)


@pytest.mark.parametrize("section", ["national:na12", "national:na14"])
@pytest.mark.parametrize("code", ["NA12", "NA14"])
def test_of_two_sections_too_alike_the_spacing_of_the_cuts_says_which(
    catalogue: Catalogue, index: SectionIndex, code: str, section: str
) -> None:
    told, bitting = read(catalogue, index, code, section, seed=4)
    assert (told.keyway, told.bitting) == (code, bitting)
    assert told.outcome in (Outcome.IDENTIFIED, Outcome.WORN_PAST_TELLING)


LIMITS = MatchLimits(
    distance_mm=0.04, local_mm=0.14, doubtful_mm=0.6, margin_mm=0.02, open_margin_mm=0.005, coverage=0.5
)


def ranked(one: str, other: str, further_mm: float) -> tuple[Match, Match]:
    near = Match(one, False, 0.01, 0.05, 0.9, 0.0, (0.0, 0.0), (0.0, 0.0))
    return near, replace(near, section=other, distance_mm=near.distance_mm + further_mm)


@pytest.mark.parametrize(
    ("one", "other", "further_mm", "outcome"),
    [
        ("weiser:wr3", "falcon:fa2", 0.006, Outcome.IDENTIFIED),
        ("weiser:wr3", "falcon:fa2", 0.004, Outcome.AMBIGUOUS),
        ("schlage:c", "schlage:cp", 0.006, Outcome.AMBIGUOUS),
        ("schlage:cp", "schlage:c", 0.006, Outcome.AMBIGUOUS),
        ("schlage:c", "schlage:cp", 0.021, Outcome.IDENTIFIED),
    ],
)
def test_the_narrow_margin_holds_only_between_two_sections_that_are_sold_to_anyone(
    catalogue: Catalogue, one: str, other: str, further_mm: float, outcome: Outcome
) -> None:
    assert judge(ranked(one, other, further_mm), replace(catalogue, limits=LIMITS))[0] is outcome


def test_too_alike_and_cut_alike_is_ambiguous(catalogue: Catalogue) -> None:
    alike = replace(catalogue, limits=LIMITS, confusable=frozenset({frozenset({"weiser:wr3", "falcon:fa2"})}))
    assert judge(ranked("weiser:wr3", "falcon:fa2", 0.001), alike)[0] is Outcome.AMBIGUOUS


def test_a_third_section_in_between_makes_it_ambiguous_though_the_second_is_far_enough(catalogue: Catalogue) -> None:
    near, second = ranked("schlage:c", "schlage:e", 0.006)
    third = replace(second, section="schlage:cp", distance_mm=near.distance_mm + 0.01)
    assert judge((near, second), replace(catalogue, limits=LIMITS))[0] is Outcome.IDENTIFIED
    assert judge((near, second, third), replace(catalogue, limits=LIMITS))[0] is Outcome.AMBIGUOUS


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_where_a_nosed_blade_runs_into_its_bow_nothing_is_taken_for_milling(
    catalogue: Catalogue, index: SectionIndex, seed: int
) -> None:
    key = cut_by_blank(catalogue, "BEST-A-6", np.random.default_rng(seed))
    optics = replace(NORMAL, missing=frozenset({"head"}))
    reading = read_key(render_scan(key, machine_in_force(environment={}).views, optics, seed))
    # Of one in twenty staff are asked to look at its faces: metal that shades off beside the bow may be a weak slope.
    assert not reading.milled
    told = identify(reading, catalogue, index)
    assert (told.outcome, told.blank) == (Outcome.IDENTIFIED, "BEST-A-6")
