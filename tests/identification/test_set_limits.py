"""From readings to the limits of a match."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.catalogue import Catalogue
from config.match_limits import MatchLimits, Measured
from kiosk.calibration.match_limits import (
    Inseparable,
    Matched,
    Reading,
    joined,
    limits_from,
    match_all,
    measure,
    passing,
)
from kiosk.identification import SectionIndex, read_key
from simulator.keys.sections import nearly
from tests.identification.drawing import Line, laser_line
from tests.identification.test_refusing import lines_of

sizes = st.floats(0.001, 0.05)


@st.composite
def measurements(draw: st.DrawFn) -> Measured:
    own = draw(sizes)
    return Measured(
        own_distance_mm=own,
        other_distance_mm=own * draw(st.floats(1.6, 3.0)),
        own_local_mm=draw(sizes),
        own_doubtful_mm=draw(st.floats(0.1, 0.8)),
        own_margin_mm=draw(st.floats(0.004, 0.1)),
        own_readings=10,
        other_readings=10,
    )


@given(measurements(), measurements())
def test_limits_of_two_measurements_together_refuse_what_either_refuses(one: Measured, other: Measured) -> None:
    both = joined(one, other)
    assert both == joined(other, one)
    limits = limits_from(both)
    if isinstance(limits, MatchLimits):
        assert both.own_distance_mm < limits.distance_mm < both.other_distance_mm
        assert limits.margin_mm <= min(one.own_margin_mm, other.own_margin_mm)


def test_what_cannot_be_told_apart_gets_no_limits() -> None:
    near = Measured(
        own_distance_mm=0.02,
        other_distance_mm=0.025,
        own_local_mm=0.05,
        own_doubtful_mm=0.4,
        own_margin_mm=0.05,
        own_readings=9,
        other_readings=9,
    )
    assert isinstance(limits_from(near), Inseparable)
    same = near.model_copy(update={"other_distance_mm": 0.08, "own_margin_mm": 0.0})
    assert isinstance(limits_from(same), Inseparable)


@pytest.fixture
def matched(catalogue: Catalogue, index: SectionIndex) -> Matched:
    readings = []
    rng = np.random.default_rng(8)
    for number, name in enumerate(("schlage:c", "kwikset:kw1", "master:k1") * 2):
        section = catalogue.section_of[name]
        for each, true in ((section, name), (nearly(section, rng, 0.3), None)):
            seen = read_key(lines_of(each, replace(Line(), seed=number))).section
            assert seen is not None
            readings.append(Reading(true, seen))
    found = match_all(readings, index, catalogue.confusable)
    assert isinstance(found, Matched)
    return found


def test_limits_measured_on_clean_lines_part_right_from_wrong(matched: Matched) -> None:
    limits = limits_from(measure(matched))
    assert isinstance(limits, MatchLimits)
    assert passing(matched, limits) == 0
    assert len(matched.own) == 6
    assert matched.wrong


def test_a_section_that_reads_as_another_makes_no_limits(catalogue: Catalogue, index: SectionIndex) -> None:
    section = catalogue.section_of["schlage:c"]
    line = laser_line(section.left, section.height_mm, Line())
    other = laser_line(section.right, section.height_mm, Line())
    seen = read_key(replace(lines_of(section), line_left=line, line_right=other)).section
    assert seen is not None
    found = match_all([Reading("schlage:e", seen)], index, catalogue.confusable)
    assert isinstance(found, Inseparable)
    assert "schlage:e" in found.reason
