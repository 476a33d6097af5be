"""Keys drawn by hand are read: blank, cuts, wear, and every way a key may lie."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.catalogue import Catalogue
from hardware.scan import Frame, ScanFrames
from kiosk.identification import SectionIndex, build_index, cuts_by_outline, identify, read_key
from kiosk.key.reading import Identification, Outcome, Wear
from tests.cutting.keys import catalogue as shipped
from tests.identification.conftest import bitting_for
from tests.identification.drawing import Line, Sheet, blade_edge, drawn_key, laser_line, outline, silhouette

SMALL = Sheet(width_px=1300, height_px=900, mm_per_px=0.06)


def scan(
    catalogue: Catalogue, blank_code: str, bitting: tuple[str, ...], sheet: Sheet = SMALL, line: Line | None = None
) -> ScanFrames:
    keyway, blank = catalogue.blank_of[blank_code]
    assert keyway.spec is not None
    section = catalogue.section_of[keyway.sections[0]]
    sheet = replace(sheet, collar_mm=blank.cut_collar_mm)
    return drawn_key(keyway.spec, bitting, section, blank.blade_length_mm, sheet, line)


def told(frames: ScanFrames, catalogue: Catalogue, index: SectionIndex) -> Identification:
    return identify(read_key(frames), catalogue, index)


@pytest.mark.parametrize("blank", ["KW1", "KW5", "KW10", "SC1", "SC4", "M1", "BEST-A-7", "BEST-B-6"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_key_is_told_by_its_section_then_its_length_then_its_cuts(
    catalogue: Catalogue, index: SectionIndex, blank: str, seed: int
) -> None:
    keyway, kind = catalogue.blank_of[blank]
    assert keyway.spec is not None
    bitting = bitting_for(keyway.spec, kind.cuts, seed)
    sheet = replace(SMALL, shoulders="none" if keyway.spec.stop.value == "tip" else "both", seed=seed)
    answer = told(scan(catalogue, blank, bitting, sheet), catalogue, index)
    assert (answer.outcome, answer.blank, answer.bitting) == (Outcome.IDENTIFIED, blank, "".join(bitting))
    assert answer.wear is Wear.NEW
    assert max(abs(cut.residual_mm) for cut in answer.cuts) < 0.025


@settings(max_examples=12, deadline=None)
@given(
    turn=st.floats(-15, 15),
    bow_right=st.booleans(),
    cuts_down=st.booleans(),
    head=st.sampled_from(["round", "square", "hex"]),
    shoulders=st.sampled_from(["both", "cut side", "spine side"]),
    shift=st.tuples(st.floats(-6, 8), st.floats(-6, 6)),
    rgb=st.booleans(),
    seed=st.integers(0, 10**6),
)
def test_however_it_lies_the_answer_is_the_same(
    turn: float,
    bow_right: bool,
    cuts_down: bool,
    head: str,
    shoulders: str,
    shift: tuple[float, float],
    rgb: bool,
    seed: int,
) -> None:
    catalogue = shipped()
    keyway, kind = catalogue.blank_of["SC1"]
    assert keyway.spec is not None
    bitting = bitting_for(keyway.spec, kind.cuts, seed)
    sheet = replace(
        SMALL,
        turn_deg=turn,
        bow_right=bow_right,
        cuts_down=cuts_down,
        head=head,
        shoulders=shoulders,
        shift_mm=shift,
        rgb=rgb,
        seed=seed,
    )
    answer = told(scan(catalogue, "SC1", bitting, sheet), catalogue, build_index(catalogue.sections))
    assert (answer.outcome, answer.blank, answer.bitting) == (Outcome.IDENTIFIED, "SC1", "".join(bitting))


@pytest.mark.parametrize(
    "line",
    [
        Line(angle_deg=30.0, thickness_px=8, margin_mm=0.0),
        Line(angle_deg=60.0, mm_per_px=0.035, width_px=260, height_px=380, red=True),
        Line(lean_deg=1.5, lost=((2.0, 2.3), (5.0, 5.5))),
        Line(top_mm=5.5, noise=8.0),
        Line(bright=70, thickness_px=2),
    ],
    ids=["flat angle, thick, no margin", "steep angle, coarse, red", "leaning, with gaps", "through a cut", "faint"],
)
def test_however_the_line_is_drawn_the_section_is_found(catalogue: Catalogue, index: SectionIndex, line: Line) -> None:
    answer = told(scan(catalogue, "KW1", tuple("35244"), line=line), catalogue, index)
    assert (answer.outcome, answer.blank, answer.bitting) == (Outcome.IDENTIFIED, "KW1", "35244")


@pytest.mark.parametrize("blank", ["KW1", "SC1", "M1"])
@pytest.mark.parametrize("angle_deg", [30.0, 50.0, 55.0, 60.0])
def test_however_the_laser_is_tilted_the_walls_of_grooves_are_seen(
    catalogue: Catalogue, index: SectionIndex, blank: str, angle_deg: float
) -> None:
    keyway, kind = catalogue.blank_of[blank]
    assert keyway.spec is not None
    bitting = bitting_for(keyway.spec, kind.cuts, 5)
    answer = told(scan(catalogue, blank, bitting, line=Line(angle_deg=angle_deg, noise=5.0)), catalogue, index)
    assert (answer.outcome, answer.blank) == (Outcome.IDENTIFIED, blank)


@pytest.mark.parametrize(
    ("lost_mm", "edge_mm", "outcome", "wear"),
    [
        ((0.03, 0.03, 0.03, 0.03, 0.03), 0.03, Outcome.IDENTIFIED, Wear.NEW),
        ((0.12, 0.13, 0.12, 0.13, 0.12), 0.12, Outcome.IDENTIFIED, Wear.WORN),
        ((0.0, 0.0, 0.0, 0.185, 0.0), 0.0, Outcome.WORN_PAST_TELLING, Wear.PAST_TELLING),
    ],
    ids=["a little", "evenly, the edge too", "one cut to half way"],
)
def test_even_wear_is_told_but_marked_and_a_cut_half_way_is_not_told(
    catalogue: Catalogue,
    index: SectionIndex,
    lost_mm: tuple[float, ...],
    edge_mm: float,
    outcome: Outcome,
    wear: Wear,
) -> None:
    keyway, kind = catalogue.blank_of["SC1"]
    spec, section = keyway.spec, catalogue.section_of["schlage:c"]
    assert spec is not None
    roots = [spec.root_mm_of[code] - lost for code, lost in zip("14235", lost_mm, strict=True)]
    lines = drawn_key(spec, "14235", section, kind.blade_length_mm, SMALL, Line(top_mm=section.height_mm - edge_mm))
    edge = blade_edge(spec, roots, kind.blade_length_mm, section.height_mm)
    edge[:, 1] = np.minimum(edge[:, 1], section.height_mm - edge_mm)
    frames = replace(lines, silhouette=silhouette(outline(edge, section.height_mm, SMALL), SMALL))
    answer = told(frames, catalogue, index)
    assert (answer.outcome, answer.wear) == (outcome, wear)
    if outcome is Outcome.IDENTIFIED:
        assert answer.bitting == "14235"
        assert bool(answer.worn_cuts) == (wear is Wear.WORN)


@pytest.mark.parametrize("rubbed_mm", [0.0, 0.12])
@pytest.mark.parametrize(
    ("blank", "bitting"), [("BEST-A-6", "359142"), ("BEST-A-7", "3591490"), ("BEST-A-7", "3591420")]
)
def test_a_rubbed_edge_is_no_cut_and_a_shallow_cut_is_one(
    catalogue: Catalogue, index: SectionIndex, blank: str, bitting: str, rubbed_mm: float
) -> None:
    keyway, kind = catalogue.blank_of[blank]
    spec, section = keyway.spec, catalogue.section_of[keyway.sections[0]]
    assert spec is not None
    sheet = replace(SMALL, shoulders="none")
    edge = blade_edge(spec, [spec.root_mm_of[code] for code in bitting], kind.blade_length_mm, section.height_mm)
    edge[:, 1] = np.minimum(edge[:, 1], section.height_mm - rubbed_mm)
    lines = drawn_key(spec, bitting, section, kind.blade_length_mm, sheet)
    answer = told(
        replace(lines, silhouette=silhouette(outline(edge, section.height_mm, sheet), sheet)), catalogue, index
    )
    assert (answer.outcome, answer.blank, answer.bitting) == (Outcome.IDENTIFIED, blank, bitting)


def test_a_key_with_a_cut_where_none_belongs_is_not_told(catalogue: Catalogue, index: SectionIndex) -> None:
    keyway, kind = catalogue.blank_of["SC1"]
    spec, section = keyway.spec, catalogue.section_of["schlage:c"]
    assert spec is not None
    shifted = spec.model_copy(update={"first_cut_mm": spec.first_cut_mm + 1.9})
    frames = drawn_key(shifted, "45454", section, kind.blade_length_mm + 2, SMALL)
    assert told(frames, catalogue, index).outcome is not Outcome.IDENTIFIED


def test_without_its_section_a_key_is_never_told_but_its_outline_is(catalogue: Catalogue, index: SectionIndex) -> None:
    frames = scan(catalogue, "SC4", tuple("123456"))
    for missing in ({"line_left": None}, {"line_right": None}, {"line_left": None, "line_right": None}):
        reading = read_key(replace(frames, **missing))
        answer = identify(reading, catalogue, index)
        assert answer.outcome is Outcome.SECTION_NOT_SEEN
        assert not answer.cuts
        cuts, blank = cuts_by_outline(reading, catalogue)
        assert blank is not None
        assert [round(cut.residual_mm, 1) for cut in cuts] == [0.0] * 6


def test_without_its_silhouette_no_cuts_are_told(catalogue: Catalogue, index: SectionIndex) -> None:
    frames = replace(scan(catalogue, "KW1", tuple("35244")), silhouette=None)
    answer = told(frames, catalogue, index)
    assert answer.outcome is Outcome.CUTS_UNREADABLE
    assert not answer.cuts


def test_a_line_seen_on_less_than_half_the_blade_is_not_a_section(catalogue: Catalogue, index: SectionIndex) -> None:
    frames = scan(catalogue, "SC1", tuple("14235"), line=Line(top_mm=3.5))
    assert told(frames, catalogue, index).outcome is Outcome.SECTION_NOT_SEEN


def test_nothing_of_the_key_is_printed(catalogue: Catalogue, index: SectionIndex) -> None:
    reading = read_key(scan(catalogue, "KW1", tuple("35244")))
    answer = identify(reading, catalogue, index)
    for value in (reading, answer, *answer.cuts, *answer.ranked):
        assert "35244" not in repr(value)
        assert "." not in repr(value).split("object at")[0].removeprefix("<kiosk.key.reading.")


def test_two_frames_of_one_key_differ_by_microns(catalogue: Catalogue, index: SectionIndex) -> None:
    one = told(scan(catalogue, "SC1", tuple("90909")[:5], replace(SMALL, seed=1)), catalogue, index)
    bitting = tuple("26262")
    one = told(scan(catalogue, "SC1", bitting, replace(SMALL, seed=1, turn_deg=12)), catalogue, index)
    other = told(scan(catalogue, "SC1", bitting, replace(SMALL, seed=2, bow_right=True)), catalogue, index)
    apart = [abs(a.measured_mm - b.measured_mm) for a, b in zip(one.cuts, other.cuts, strict=True)]
    assert max(apart) < 0.02


@pytest.mark.parametrize("bevel_mm", [0.0, 5.2])
def test_a_blank_is_told_from_a_key_and_never_cut_from(
    catalogue: Catalogue, index: SectionIndex, bevel_mm: float
) -> None:
    keyway, kind = catalogue.blank_of["KW1"]
    assert keyway.spec is not None
    section = catalogue.section_of["kwikset:kw1"]
    edge = blade_edge(keyway.spec, [], kind.blade_length_mm, section.height_mm)
    edge[:, 1] = np.minimum(edge[:, 1], section.height_mm - np.maximum(0, edge[:, 0] - edge[-1, 0] + bevel_mm))
    frames = ScanFrames(
        silhouette=silhouette(outline(edge, section.height_mm, SMALL), SMALL),
        line_left=laser_line(section.left, section.height_mm, Line()),
        line_right=laser_line(section.right, section.height_mm, Line()),
    )
    assert told(frames, catalogue, index).outcome is Outcome.UNCUT


def test_the_shallowest_code_of_all_is_still_a_cut_key(catalogue: Catalogue, index: SectionIndex) -> None:
    for blank, code in (("KW1", "11111"), ("SC1", "00000"), ("M1", "0000")):
        answer = told(scan(catalogue, blank, tuple(code)), catalogue, index)
        assert (answer.outcome, answer.bitting) == (Outcome.IDENTIFIED, code)


def test_no_figure_of_a_blade_is_assumed_a_scale_off_by_a_tenth_is_noticed(
    catalogue: Catalogue, index: SectionIndex
) -> None:
    frames = scan(catalogue, "SC1", tuple("14235"))
    assert frames.silhouette is not None
    stretched = replace(frames, silhouette=Frame(frames.silhouette.pixels, frames.silhouette.mm_per_px * 1.1))
    assert told(stretched, catalogue, index).outcome is Outcome.CUTS_UNREADABLE
    assert np.isfinite(read_key(stretched).blade_height_mm or np.nan)
