"""Metal taken out of the spine is a second cut edge; what sticks to it, its wear, its bend and its tip are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from config.keyway import CutSpec
from hardware.scan import TRAY_VIEWS, Frame, ScanFrames
from kiosk.identification import read_key
from kiosk.key.reading import Outcome
from simulator.optics import NORMAL, render_scan
from tests.bench.bench_identify import drawn_key, world
from tests.cutting.keys import catalogue
from tests.identification.drawing import Points, Sheet, blade_edge, nosed, outline, silhouette

SHEET = Sheet(width_px=1300, height_px=500, mm_per_px=0.06)
DARK = Frame(np.zeros((60, 60), np.uint8), 0.02)
"""A line view of nothing: the machine's own picture, and no photograph."""
KEYWAYS = {"KW1": 7.2, "M1": 5.6, "KW10": 7.2, "BEST-A-7": 6.5}
"""Height of every cut. The second has the shortest blade, the third two collars, the last a nose."""
SHORT_OF_TIP_MM = 0.3
"""A notch that ends nearer to where the tip begins is the tip."""


def spec_of(blank: str) -> tuple[CutSpec, float, float, float]:
    """Figures of a blank: cuts, length, height, and where its tip begins in the spine."""
    keyway, what = catalogue().blank_of[blank]
    assert keyway.spec is not None
    length_mm, height_mm = what.blade_length_mm, catalogue().section_of[keyway.sections[0]].height_mm
    return keyway.spec, length_mm, height_mm, length_mm - (keyway.spec.nose_mm or 3.0)


def plain_spine(blank: str) -> Points:
    """From the shoulder to the tip."""
    spec, length_mm, height_mm, tip_mm = spec_of(blank)
    if spec.nose_mm:
        return nosed(length_mm, height_mm, spec.nose_mm)
    return np.array([[0.0, 0.0], [tip_mm, 0.0], [length_mm, 0.45 * height_mm]])


def problem(blank: str, spine: Points, *beside: Points, sheet: Sheet = SHEET) -> Outcome | None:
    spec, length_mm, height_mm, _ = spec_of(blank)
    _, what = catalogue().blank_of[blank]
    sheet = replace(sheet, collar_mm=4.03) if what.other_collar_mm is not None else sheet
    edge = blade_edge(spec, [KEYWAYS[blank]] * what.cuts, length_mm, height_mm)
    parts = [*outline(edge, height_mm, sheet, lower=spine), *beside]
    return read_key(ScanFrames(silhouette(parts, sheet), line_left=DARK)).problem


def with_notch(spine: Points, from_mm: float, width_mm: float, depth_mm: float, shape: str) -> Points:
    to_mm, middle = from_mm + width_mm, from_mm + width_mm / 2
    floor = {"square": [from_mm, to_mm], "pointed": [middle], "slanted": [from_mm]}[shape]
    notch = [[from_mm, 0.0], *([x, depth_mm] for x in floor), [to_mm, 0.0]]
    return np.concatenate([spine[:1], notch, spine[1:]])


@pytest.mark.parametrize("blank", KEYWAYS)
@pytest.mark.parametrize("shoulders", ["both", "cut side", "spine side"])
def test_a_plain_spine_is_one(blank: str, shoulders: str) -> None:
    assert problem(blank, plain_spine(blank), sheet=replace(SHEET, shoulders=shoulders)) is None


@settings(max_examples=20, deadline=None)
@given(
    blank=st.sampled_from(sorted(KEYWAYS)),
    shape=st.sampled_from(["square", "pointed", "slanted"]),
    width_mm=st.floats(0.6, 6.0),
    depth_mm=st.floats(0.25, 2.0),
    place=st.floats(0.0, 1.0),
)
@example("KW1", "square", 0.6, 0.25, 0.3)
@example("KW1", "square", 0.6, 0.9, 0.0)
@example("KW1", "pointed", 0.6, 0.25, 0.5)
@example("KW1", "slanted", 0.6, 0.25, 1.0)
@example("M1", "square", 6.0, 0.25, 0.5)
@example("KW1", "square", 5.0, 0.25, 0.0)
@example("KW10", "square", 2.0, 0.9, 0.0)
@example("BEST-A-7", "square", 0.6, 2.0, 1.0)
def test_a_notch_in_the_spine_is_never_overlooked(
    blank: str, shape: str, width_mm: float, depth_mm: float, place: float
) -> None:
    *_, tip_mm = spec_of(blank)
    # A long slope of less than five degrees is a bend's.
    assume(shape != "slanted" or depth_mm > 0.08 * width_mm)
    from_mm = 0.05 + place * (tip_mm - SHORT_OF_TIP_MM - width_mm - 0.05)
    # At the shoulder a blank's back may be relieved so far and so deep, in one level step.
    relieved = from_mm < 0.7 and 1.5 < from_mm + width_mm < 3.3 and 0.28 < depth_mm < 0.65
    assume(shape != "square" or not relieved)
    spine = with_notch(plain_spine(blank), from_mm, width_mm, depth_mm, shape)
    assert problem(blank, spine) is Outcome.DOUBLE_SIDED


def with_back(*points: tuple[float, float]) -> Points:
    """A spine whose back goes through these places, from the shoulder on."""
    spine = plain_spine("KW1")
    return np.concatenate([spine[:1], np.array(points), spine[1:]])


@pytest.mark.parametrize(
    "spine",
    [
        with_back((0.2, 0.48), (2.5, 0.48), (2.5, 0.0)),
        with_back((0.3, 0.48), (1.8, 0.48), (2.1, 0.24), (2.4, 0.07), (2.7, 0.0)),
        with_back((0.2, 0.36), (1.8, 0.36), (2.6, 0.0)),
    ],
    ids=["a step", "as a round cutter leaves it", "its back worn"],
)
def test_the_relief_behind_a_shoulder_is_no_notch(spine: Points) -> None:
    assert problem("KW1", spine) is None


@pytest.mark.parametrize(
    "spine",
    [
        with_back((0.9, 0.0), (0.9, 0.48), (2.7, 0.48), (2.7, 0.0)),
        with_back((0.2, 0.48), (1.2, 0.48), (1.2, 0.0)),
        with_back((0.2, 0.48), (3.6, 0.48), (3.6, 0.0)),
        with_back((0.2, 0.24), (2.5, 0.24), (2.5, 0.0)),
        with_back((0.2, 0.75), (2.5, 0.75), (2.5, 0.0)),
        with_back((0.2, 0.0), (1.4, 0.55), (2.6, 0.0)),
        with_back((0.2, 0.5), (1.0, 0.5), (1.3, 0.25), (1.6, 0.5), (2.5, 0.5), (2.5, 0.0)),
    ],
    ids=["beyond the shoulder", "too short", "too long", "too shallow", "too deep", "pointed", "two of them"],
)
def test_a_notch_filed_where_a_blanks_relief_is_is_told_by_its_place_depth_and_shape(spine: Points) -> None:
    assert problem("KW1", spine) is Outcome.DOUBLE_SIDED


def test_a_row_of_notches_is_a_second_row_of_cuts() -> None:
    spine = plain_spine("KW1")
    for from_mm in (20.0, 16.0, 12.0, 8.0, 4.0):
        spine = with_notch(spine, from_mm, 1.0, 0.5, "square")
    assert problem("KW1", spine) is Outcome.DOUBLE_SIDED


@pytest.mark.parametrize(("from_tip_mm", "outcome"), [(6.0, Outcome.DOUBLE_SIDED), (4.5, None)])
def test_a_spine_ground_away_to_the_tip_is_cut_and_a_longer_tip_is_not(
    from_tip_mm: float, outcome: Outcome | None
) -> None:
    _, length_mm, height_mm, _ = spec_of("KW1")
    step = length_mm - from_tip_mm
    ground = [[0.0, 0.0], [step, 0.0], [step, 0.5], [length_mm - 2.8, 0.5], [length_mm, 0.45 * height_mm]]
    assert problem("KW1", np.array(ground)) is outcome


@pytest.mark.parametrize("at_mm", [6.0, 14.0, 24.0])
def test_a_nick_that_a_ring_of_keys_rubs_into_a_spine_is_no_notch(at_mm: float) -> None:
    assert problem("KW1", with_notch(plain_spine("KW1"), at_mm, 0.8, 0.1, "square")) is None


@pytest.mark.parametrize("at_mm", [6.0, 14.0, 23.5])
def test_what_sticks_to_a_spine_is_dirt_and_no_notch(at_mm: float) -> None:
    turn = np.linspace(0, 2 * np.pi, 40)
    crumb = np.stack([at_mm + 0.5 * np.cos(turn), 0.4 * np.sin(turn)], axis=1)
    assert problem("KW1", plain_spine("KW1"), crumb) is None


def test_keys_worn_dirty_and_bent_as_they_come_have_one_cut_edge() -> None:
    views = world()[0].views
    only = replace(NORMAL, missing=frozenset(TRAY_VIEWS) - {"silhouette"})
    for number in range(16):
        blank, _, key = drawn_key(number, 1)
        frames = replace(render_scan(key, views, only, number), line_left=DARK)
        assert read_key(frames).problem is None, blank
