"""A key's stop is a face of the key: a collar of either edge, or a step of the spine behind the nose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from config.catalogue import Catalogue
from kiosk.cutting.plan import PlanRefusal, plan_cuts
from kiosk.identification import SectionIndex, identify, read_key
from kiosk.identification.outline.decode import from_stop
from kiosk.identification.outline.stops import COLLARS_MM, collars_agree, places_of_stop
from kiosk.key.reading import Identification, KeyReading, Outcome, Stops
from tests.cutting.keys import machine
from tests.identification.drawing import Sheet, blade_edge, drawn_key, outline, silhouette

SMALL = Sheet(width_px=1300, height_px=900, mm_per_px=0.06)
COLLAR_MM = (1.249 - 1.090) * 25.4


def read(
    catalogue: Catalogue, index: SectionIndex, blank_code: str, code: str, sheet: Sheet, nose_mm: float = 0.0
) -> tuple[KeyReading, Identification]:
    keyway, blank = catalogue.blank_of[blank_code]
    assert keyway.spec is not None
    # A nose as long as this maker's: the face counts, not what runs on beyond it.
    longer_mm = nose_mm - keyway.spec.nose_mm
    spec = keyway.spec.model_copy(update={"nose_mm": nose_mm}) if nose_mm else keyway.spec
    section = catalogue.section_of[keyway.sections[0]]
    length_mm = blank.blade_length_mm + (longer_mm if nose_mm else 0.0)
    reading = read_key(drawn_key(spec, tuple(code), section, length_mm, sheet))
    return reading, identify(reading, catalogue, index)


@pytest.mark.parametrize("code", ["734526", "415433", "111111", "777777"])
def test_a_key_with_two_collars_is_counted_from_the_one_of_its_spine(
    catalogue: Catalogue, index: SectionIndex, code: str
) -> None:
    reading, answer = read(catalogue, index, "KW10", code, replace(SMALL, collar_mm=COLLAR_MM))
    assert (answer.outcome, answer.blank, answer.bitting) == (Outcome.IDENTIFIED, "KW10", code)
    assert reading.stops.spine_mm == pytest.approx(-COLLAR_MM, abs=0.06)
    assert answer.stop_mm == reading.stops.spine_mm


@pytest.mark.parametrize("code", ["35244", "52136", "33333"])
@pytest.mark.parametrize("behind_mm", [3.5, 4.04, 4.4])
def test_a_bow_that_begins_where_a_second_collar_would_is_none(
    catalogue: Catalogue, index: SectionIndex, code: str, behind_mm: float
) -> None:
    """Shoulder on the cut edge, and on the spine nothing but the bow, some millimetres behind it."""
    keyway, blank = catalogue.blank_of["KW1"]
    assert keyway.spec is not None
    section = catalogue.section_of[keyway.sections[0]]
    plain = drawn_key(keyway.spec, tuple(code), section, blank.blade_length_mm, SMALL)
    sheet = replace(SMALL, shoulders="cut side", head="square")
    edge = blade_edge(keyway.spec, [keyway.spec.root_mm_of[each] for each in code], blank.blade_length_mm, 8.51)
    parts = outline(edge, 8.51, sheet)
    bow = np.array([[-26.0, -4.0], [-26.0, 12.0], [-behind_mm - 1, 12.0], [-behind_mm, 8.0], [-behind_mm, -4.0]])
    frames = replace(plain, silhouette=silhouette([*parts, bow], sheet))
    answer = identify(read_key(frames), catalogue, index)
    assert (answer.outcome, answer.blank, answer.bitting) == (Outcome.IDENTIFIED, "KW1", code)


def test_where_the_spines_collar_is_hidden_its_distance_from_the_other_one_counts(
    catalogue: Catalogue, index: SectionIndex
) -> None:
    sheet = replace(SMALL, collar_mm=COLLAR_MM, shoulders="cut side")
    _, answer = read(catalogue, index, "KW10", "415433", sheet)
    assert (answer.outcome, answer.blank, answer.bitting) == (Outcome.IDENTIFIED, "KW10", "415433")


def test_a_key_with_two_collars_is_no_plain_one_even_where_its_last_cuts_would_fit(
    catalogue: Catalogue, index: SectionIndex
) -> None:
    """The first cut is uncut edge, so only a plain five-cut key's cuts are there: its collars still say six."""
    _, answer = read(catalogue, index, "KW10", "415433", replace(SMALL, collar_mm=COLLAR_MM))
    plain = catalogue.blank_of["KW1"][1]
    assert answer.blank != plain.code


@pytest.mark.parametrize("nose_mm", [1.60, 1.70, 2.6])
def test_a_key_stopped_at_its_tip_is_counted_from_the_face_behind_its_nose(
    catalogue: Catalogue, index: SectionIndex, nose_mm: float
) -> None:
    sheet = replace(SMALL, shoulders="none")
    reading, answer = read(catalogue, index, "BEST-A-6", "146253", sheet, nose_mm)
    assert (answer.outcome, answer.blank, answer.bitting) == (Outcome.IDENTIFIED, "BEST-A-6", "146253")
    assert reading.blade_length_mm is not None
    assert reading.stops.nose_mm is not None
    assert reading.blade_length_mm - reading.stops.nose_mm == pytest.approx(nose_mm, abs=0.1)


@pytest.mark.parametrize("blank", ["KW1", "SC1", "M1"])
def test_a_bevelled_tip_has_no_face_behind_it(catalogue: Catalogue, index: SectionIndex, blank: str) -> None:
    reading, _ = read(catalogue, index, blank, "12121"[: catalogue.blank_of[blank][1].cuts], SMALL)
    assert reading.stops.nose_mm is None


def test_a_copy_of_the_edge_as_it_is_is_counted_from_the_keys_own_stop(
    catalogue: Catalogue, index: SectionIndex
) -> None:
    """Counted from the shoulder or the very tip it would be off by the nose, or by the second collar."""
    keyway, blank = catalogue.blank_of["BEST-A-6"]
    assert keyway.spec is not None
    reading, answer = read(catalogue, index, "BEST-A-6", "546253", replace(SMALL, shoulders="none"))
    assert reading.profile is not None
    outline = from_stop(reading.profile, keyway.spec.stop, answer.stop_mm)
    codes = [cut.code for cut in answer.cuts]
    by_code = plan_cuts(keyway, blank, codes, machine())
    as_it_is = plan_cuts(keyway, blank, codes, machine(), outline=outline)
    assert not isinstance(by_code, PlanRefusal)
    assert not isinstance(as_it_is, PlanRefusal)
    assert as_it_is.roots_mm == pytest.approx(by_code.roots_mm, abs=0.03)
    for place_mm in by_code.positions_mm:
        around = np.linspace(place_mm - 0.3, place_mm + 0.3, 21)
        assert np.interp(around, *as_it_is.left.T) == pytest.approx(np.interp(around, *by_code.left.T), abs=0.05)


def test_a_second_collar_in_the_wheels_way_is_no_plan(catalogue: Catalogue) -> None:
    keyway, blank = catalogue.blank_of["KW10"]
    assert plan_cuts(keyway, blank, tuple("444444"), machine()) is PlanRefusal.BEYOND_BLADE
    plain = blank.model_copy(update={"other_collar_mm": None})
    assert not isinstance(plan_cuts(keyway, plain, tuple("444444"), machine()), PlanRefusal)


def test_collars_agree_only_while_they_stand_as_the_figures_say(catalogue: Catalogue) -> None:
    keyway, blank = catalogue.blank_of["KW10"]
    assert keyway.spec is not None
    near, far = COLLAR_MM + COLLARS_MM - 0.05, COLLAR_MM + COLLARS_MM + 0.05
    assert collars_agree(Stops(0.0, -near), blank)
    assert not collars_agree(Stops(0.0, -far), blank)
    assert places_of_stop(Stops(0.0, -far), 28.0, keyway.spec, blank) == ()
    # One that was not seen says nothing.
    assert not collars_agree(Stops(0.0, None), blank)
