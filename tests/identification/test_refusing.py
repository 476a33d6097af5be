"""What must not be told as an open keyway is not: restricted, mirrored, unknown, nearly right, no key at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from config.catalogue import Catalogue
from config.keyway import Section, Standing
from config.section_shape import RESOLVABLE_MM, section_distance_mm
from hardware.scan import Frame, ScanFrames
from kiosk.identification import SectionIndex, build_index, identify, read_key
from kiosk.key.reading import Outcome
from tests.cutting.keys import catalogue as shipped
from tests.identification.drawing import Line, Sheet, blade_edge, drawn_key, laser_line, outline, silhouette

SMALL = Sheet(width_px=1300, height_px=900, mm_per_px=0.06)


def sc1_cut_on(catalogue: Catalogue, section: Section) -> ScanFrames:
    keyway, blank = catalogue.blank_of["SC1"]
    assert keyway.spec is not None
    return drawn_key(keyway.spec, "14235", section, blank.blade_length_mm, SMALL)


def lines_of(section: Section, line: Line | None = None) -> ScanFrames:
    line = line or Line()
    return ScanFrames(
        line_left=laser_line(section.left, section.height_mm, line),
        line_right=laser_line(section.right, section.height_mm, replace(line, seed=line.seed + 1)),
        laser_angle_deg=line.angle_deg,
    )


def is_taken_for_open(frames: ScanFrames, catalogue: Catalogue, index: SectionIndex) -> bool:
    """Whether the section stage let an open keyway pass, whatever the cuts then say."""
    keyway = catalogue.keyway_of.get(identify(read_key(frames), catalogue, index).keyway or "")
    return keyway is not None and keyway.standing.standing is Standing.OPEN


def test_every_restricted_section_is_known_as_such_and_its_cuts_are_left_alone(
    catalogue: Catalogue, index: SectionIndex
) -> None:
    closed = [k for k in catalogue.keyways if k.standing.standing is not Standing.OPEN and k.sections]
    assert closed
    for keyway in closed:
        for section in keyway.sections:
            answer = identify(read_key(lines_of(catalogue.section_of[section])), catalogue, index)
            assert answer.keyway is None or catalogue.keyway_of[answer.keyway].standing.standing is not Standing.OPEN
            assert not answer.cuts
            assert answer.blank is None


def test_a_mirrored_section_is_another_section(catalogue: Catalogue, index: SectionIndex) -> None:
    for section in catalogue.sections:
        mirrored = section.model_copy(update={"left": section.right, "right": section.left})
        frames = lines_of(mirrored)
        assert not is_taken_for_open(frames, catalogue, index)
    exchanged = sc1_cut_on(catalogue, catalogue.section_of["schlage:c"])
    exchanged = replace(exchanged, line_left=exchanged.line_right, line_right=exchanged.line_left)
    assert identify(read_key(exchanged), catalogue, index).outcome is Outcome.MIRRORED_SECTION


def test_a_key_of_no_known_section_is_told_so_whatever_is_on_its_faces(
    catalogue: Catalogue, index: SectionIndex
) -> None:
    known = replace(read_key(sc1_cut_on(catalogue, catalogue.section_of["schlage:c"])), milled={"face_above": 9.0})
    assert known.section is not None
    assert identify(known, catalogue, index).outcome is Outcome.SIDE_MILLED
    section = replace(known.section, left_mm=known.section.right_mm, right_mm=known.section.left_mm)
    assert identify(replace(known, section=section), catalogue, index).outcome is Outcome.MIRRORED_SECTION
    flat = replace(known.section, left_mm=np.zeros_like(section.left_mm), right_mm=np.zeros_like(section.right_mm))
    assert identify(replace(known, section=flat), catalogue, index).outcome is Outcome.UNKNOWN_SECTION


def test_every_open_section_is_itself_and_no_other(catalogue: Catalogue, index: SectionIndex) -> None:
    for keyway in catalogue.keyways:
        for section in keyway.sections:
            if keyway.standing.standing is Standing.OPEN:
                answer = identify(read_key(lines_of(catalogue.section_of[section])), catalogue, index)
                assert answer.ranked[0].section == section
                assert section in catalogue.keyway_of[answer.keyway or ""].sections


def face(draw: st.DrawFn, height_mm: float) -> tuple[tuple[float, float], ...]:
    """Flat land with a few trapezoid grooves."""
    points, at = [(0.01, 0.0)], 0.4
    while at < height_mm - 2.5:
        at += draw(st.floats(0.2, 1.5))
        depth, rise, floor = draw(st.floats(0.2, 1.1)), draw(st.floats(0.1, 0.8)), draw(st.floats(0.2, 1.0))
        points += [(at, 0.0), (at + rise, depth), (at + rise + floor, depth), (at + 2 * rise + floor, 0.0)]
        at = points[-1][0] + 0.1
    return tuple((round(h, 4), round(r, 4)) for h, r in points if h < height_mm)


@st.composite
def strange_sections(draw: st.DrawFn) -> Section:
    height = draw(st.floats(6.8, 8.9))
    return Section(
        id="unknown:drawn",
        thickness_mm=2.3,
        height_mm=height,
        left=face(draw, height),
        right=face(draw, height),
        source="drawn by a test",
    )


@settings(max_examples=25, deadline=None)
@given(section=strange_sections())
def test_a_stranger_is_never_its_nearest_neighbour(section: Section) -> None:
    catalogue = shipped()
    assume(all(section_distance_mm(section, known) > 2 * RESOLVABLE_MM for known in catalogue.sections))
    assert not is_taken_for_open(lines_of(section), catalogue, build_index(catalogue.sections))


@pytest.mark.parametrize("by_mm", [-0.4, -0.25, 0.25, 0.4])
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_groove_a_quarter_of_a_millimetre_off_on_one_face_is_another_section(
    catalogue: Catalogue, index: SectionIndex, side: str, by_mm: float
) -> None:
    for known in ("kwikset:kw1", "schlage:c", "master:k1"):
        section = catalogue.section_of[known]
        points = [(h + by_mm if 0.3 < h < section.height_mm - 0.3 else h, r) for h, r in getattr(section, side)]
        points = [(0.0, points[0][1]) if h <= 0.02 else (h, r) for h, r in points]
        moved = section.model_copy(update={side: tuple(points)})
        assert not is_taken_for_open(lines_of(moved), catalogue, index)


def test_a_flat_blade_with_an_uncut_edge_is_a_dimple_key(catalogue: Catalogue, index: SectionIndex) -> None:
    keyway, blank = catalogue.blank_of["SC1"]
    assert keyway.spec is not None
    flat = ((0.01, 0.0), (8.0, 0.0))
    plain = Section(id="unknown:flat", thickness_mm=2.8, height_mm=8.0, left=flat, right=flat, source="a test")
    edge = blade_edge(keyway.spec, [], blank.blade_length_mm, 8.0)
    frames = replace(lines_of(plain), silhouette=silhouette(outline(edge, 8.0, SMALL), SMALL))
    assert identify(read_key(frames), catalogue, index).outcome is Outcome.DIMPLE


def test_a_blade_cut_on_both_edges_is_double_sided(catalogue: Catalogue, index: SectionIndex) -> None:
    keyway, blank = catalogue.blank_of["SC1"]
    assert keyway.spec is not None
    height = 8.0
    edge = blade_edge(keyway.spec, [6.8, 6.2, 7.0, 5.9, 6.6], blank.blade_length_mm, height)
    lower = np.stack([edge[:, 0], height - edge[:, 1]], axis=1)
    lower[:, 1] = np.minimum(lower[:, 1], 0.45 * height)
    frames = ScanFrames(silhouette=silhouette(outline(edge, height, SMALL, lower=lower), SMALL))
    assert read_key(frames).problem is Outcome.DOUBLE_SIDED


def drawn(*polygons: np.ndarray, sheet: Sheet = SMALL) -> Outcome | None:
    return read_key(ScanFrames(silhouette=silhouette(polygons, sheet, hole=False))).problem


def disc(radius_mm: float, x_mm: float = 0.0) -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi, 120)
    return np.stack([x_mm + radius_mm * np.cos(turn), 4 + radius_mm * np.sin(turn)], axis=1)


def bar(x_mm: float, y_mm: float, width_mm: float, height_mm: float) -> np.ndarray:
    corners = np.array([[0, 0], [width_mm, 0], [width_mm, height_mm], [0, height_mm]])
    return corners + np.array([x_mm, y_mm])


def test_things_that_are_no_single_key_have_their_own_outcomes() -> None:
    assert drawn() is Outcome.NOTHING_THERE
    assert drawn(disc(1.2)) is Outcome.NOTHING_THERE
    assert drawn(disc(12.0)) is Outcome.NOT_A_KEY
    assert drawn(bar(-30, 0, 60, 6)) is Outcome.NOT_A_KEY
    assert drawn(bar(-30, 0, 22, 6), bar(5, 0, 22, 6)) is Outcome.SEVERAL_OBJECTS
    assert drawn(bar(-60, 0, 70, 8), disc(12, 10)) is Outcome.CUT_OFF
    assert drawn(disc(10, -20), bar(-14, 0, 12, 9.5)) in (Outcome.TUBULAR, Outcome.NOT_A_KEY)


def test_pictures_that_cannot_be_measured_say_so(catalogue: Catalogue) -> None:
    for pixels in (
        np.zeros((600, 800), np.uint8),
        np.full((1, 1), 200, np.uint8),
        np.full((3, 900), 200, np.uint8),
        np.full((600, 800, 3), 4, np.uint8),
    ):
        problem = read_key(ScanFrames(silhouette=Frame(pixels, 0.05))).problem
        assert problem in (Outcome.UNREADABLE_IMAGE, Outcome.NOTHING_THERE)
    noise = np.random.default_rng(1).integers(0, 256, (600, 800)).astype(np.uint8)
    assert read_key(ScanFrames(silhouette=Frame(noise, 0.05))).problem is not None
    blurred = replace(SMALL, blur_px=6.0)
    keyway, blank = catalogue.blank_of["SC1"]
    assert keyway.spec is not None
    section = catalogue.section_of["schlage:c"]
    edge = blade_edge(keyway.spec, [7.0] * 5, blank.blade_length_mm, section.height_mm)
    out_of_focus = ScanFrames(silhouette=silhouette(outline(edge, section.height_mm, blurred), blurred))
    assert read_key(out_of_focus).problem is Outcome.OUT_OF_FOCUS


@settings(max_examples=30, deadline=None)
@given(
    height=st.integers(1, 60), width=st.integers(1, 60), channels=st.sampled_from([0, 3]), seed=st.integers(0, 10**6)
)
def test_no_picture_however_small_or_wild_raises(height: int, width: int, channels: int, seed: int) -> None:
    shape = (height, width, channels) if channels else (height, width)
    view = Frame(np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8), 0.9)
    fine = Frame(view.pixels, 0.02)
    catalogue = shipped()
    for each in (view, fine):
        reading = read_key(ScanFrames(each, each, each, each))
        assert identify(reading, catalogue).outcome is not Outcome.IDENTIFIED


def test_a_key_that_moved_between_the_pictures_is_looked_at_again(catalogue: Catalogue) -> None:
    keyway, blank = catalogue.blank_of["SC1"]
    assert keyway.spec is not None
    section = catalogue.section_of["schlage:c"]
    edge = blade_edge(keyway.spec, [7.0] * 5, blank.blade_length_mm, section.height_mm)
    parts = outline(edge, section.height_mm, SMALL)
    back = silhouette(parts, SMALL)
    for shift, expected in (((0.0, 0.0), None), ((2.5, 1.0), Outcome.MOVED)):
        front = silhouette(parts, replace(SMALL, shift_mm=shift, dark=180, light=40))
        assert read_key(ScanFrames(silhouette=back, head=front)).problem is expected
