"""The two lines are two sides of one blade, and what was not seen agrees with nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config.catalogue import Catalogue
from hardware.scan import ScanFrames
from kiosk.identification import SectionIndex, identify, read_key
from kiosk.key.reading import Identification, Outcome
from tests.identification.drawing import Line, laser_line

LINE = Line()


def told(
    catalogue: Catalogue, index: SectionIndex, left: Line, right: Line, *, taller_left_mm: float = 0.0
) -> Identification:
    """A Schlage C blade under two lines, without a silhouette: the section is all there is."""
    section = catalogue.section_of["schlage:c"]
    frames = ScanFrames(
        line_left=laser_line(section.left, section.height_mm + taller_left_mm, left),
        line_right=laser_line(section.right, section.height_mm, right),
    )
    return identify(read_key(frames), catalogue, index)


@pytest.mark.parametrize("lost_mm", [0.12, 0.2, 0.35])
def test_a_line_lost_at_the_spine_is_laid_to_the_other_by_their_tops(
    catalogue: Catalogue, index: SectionIndex, lost_mm: float
) -> None:
    for left, right in ((LINE, replace(LINE, lost=((-1.0, lost_mm),))), (replace(LINE, lost=((-1.0, lost_mm),)), LINE)):
        assert told(catalogue, index, left, right).keyway == "SC1"


def test_pictures_that_lie_apart_as_a_whole_do_no_harm(catalogue: Catalogue, index: SectionIndex) -> None:
    assert told(catalogue, index, LINE, replace(LINE, margin_mm=LINE.margin_mm + 0.4)).keyway == "SC1"


@pytest.mark.parametrize("glint_mm", [0.2, 0.3, 0.45])
def test_a_glint_below_the_spine_does_not_bring_grooves_that_sit_lower_into_place(
    catalogue: Catalogue, index: SectionIndex, glint_mm: float
) -> None:
    """The left face's grooves lie lower than on file, and a glint draws its line out by just as much."""
    lower = replace(LINE, margin_mm=LINE.margin_mm - glint_mm)
    answer = told(catalogue, index, lower, LINE, taller_left_mm=glint_mm)
    assert answer.keyway is None
    assert answer.outcome in (Outcome.UNKNOWN_SECTION, Outcome.SECTION_NOT_SEEN)


def test_ends_that_contradict_each_other_are_not_believed(catalogue: Catalogue, index: SectionIndex) -> None:
    answer = told(catalogue, index, replace(LINE, lost=((-1.0, 0.4),)), replace(LINE, top_mm=8.0))
    assert answer.outcome is Outcome.SECTION_NOT_SEEN


@pytest.mark.parametrize(("hidden", "outcome"), [((3.2, 3.6), None), ((2.9, 3.9), Outcome.SECTION_NOT_SEEN)])
def test_what_was_not_seen_of_a_face_agrees_with_nothing(
    catalogue: Catalogue, index: SectionIndex, hidden: tuple[float, float], outcome: Outcome | None
) -> None:
    answer = told(catalogue, index, LINE, replace(LINE, lost=(hidden,)))
    assert (answer.keyway, answer.outcome) == (("SC1", answer.outcome) if outcome is None else (None, outcome))
