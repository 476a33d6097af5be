"""What somebody grinds into a face: each thing by which a wall or a slope is told, where it alone decides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kiosk.identification.outline.blade import BladeFrame
from kiosk.identification.section.laid_face import PITCH_MM, LaidBlade
from kiosk.identification.section.milling import STEP_STOUT, _ends_a_step, _Mark
from kiosk.identification.section.slopes import ground_on_a_slope
from kiosk.key.reading import Floats

ROWS, COLUMNS = 60, 400
LEAST = 0.22
WALL = _Mark(sign=-1.0, x_mm=16.0, width_mm=0.3, height_mm=0.75, rows=slice(10, 20), peak=0.33)
"""Upright, strong, and from where the face is first looked at by the spine."""


def blade() -> LaidBlade:
    """30 mm long, looked at between its rows 10 and 50."""
    looked = np.zeros((ROWS, COLUMNS), np.bool_)
    looked[10:50] = True
    empty = np.zeros((ROWS, COLUMNS), np.float32)
    x_mm = np.arange(COLUMNS) * PITCH_MM
    return LaidBlade(
        u_mm=x_mm,
        v_mm=np.arange(ROWS) * PITCH_MM,
        frame=BladeFrame((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), 30.0, 4.5),
        bend_mm=np.zeros(COLUMNS),
        inside_mm=empty,
        x_mm=x_mm,
        length_mm=COLUMNS * PITCH_MM,
        extent_mm=np.array([50.0, 50.0]),
        looked=looked,
        fine=empty,
        coarse=empty,
        grooves_begin_mm=2.0,
        holed=False,
    )


@pytest.mark.parametrize("rows", [slice(10, 20), slice(40, 50)], ids=["from the spine", "to the cuts"])
def test_one_strong_upright_wall_that_reaches_an_edge_ends_a_step(rows: slice) -> None:
    assert _ends_a_step(blade(), replace(WALL, rows=rows), LEAST)


@pytest.mark.parametrize(
    "mark",
    [
        replace(WALL, rows=slice(20, 30)),
        replace(WALL, height_mm=0.45, width_mm=0.2),
        replace(WALL, height_mm=0.75, width_mm=0.6),
        replace(WALL, x_mm=1.8),
        replace(WALL, peak=0.25),
    ],
    ids=["in the middle", "as low as a speck", "as wide as high", "where grooves begin", "faint"],
)
def test_what_a_wall_of_a_step_is_not(mark: _Mark) -> None:
    assert not _ends_a_step(blade(), mark, LEAST)


def test_where_stains_are_gone_a_wall_may_be_as_wide_as_high_and_no_wider() -> None:
    stout = replace(WALL, height_mm=0.67, width_mm=0.67)
    assert not _ends_a_step(blade(), stout, LEAST)
    assert _ends_a_step(blade(), stout, LEAST, STEP_STOUT)
    assert not _ends_a_step(blade(), replace(stout, width_mm=0.9), LEAST, STEP_STOUT)


def test_beside_a_cut_a_wall_reaches_as_far_as_all_of_it_is_looked_at() -> None:
    sloping = blade()
    sloping.looked[44:50, : round(16.0 / PITCH_MM)] = False
    assert _ends_a_step(sloping, replace(WALL, rows=slice(34, 44)), LEAST)


def along(brightness: Floats, *, looked: np.ndarray | None = None, seed: int = 3) -> bool:
    """Whether a face is told as ground whose brightness along the blade is this, over metal's grain."""
    rng = np.random.default_rng(seed)
    looked = blade().looked if looked is None else looked
    grain = 0.02 * rng.standard_normal(looked.shape)
    against_row = np.where(looked, brightness[None, :] + grain, np.nan).astype(np.float32)
    rest = np.where(looked, grain, 0.0).astype(np.float32)
    return ground_on_a_slope(rest, against_row, looked, PITCH_MM) is not None


X = np.linspace(-1.0, 1.0, COLUMNS)


def step(from_mm: float, to_mm: float, by: float) -> Floats:
    place = np.arange(COLUMNS) * PITCH_MM
    return np.asarray(np.where((place >= from_mm) & (place < to_mm), by, 0.0))


def test_one_stretch_that_is_brighter_than_the_rest_was_ground_on_a_slope() -> None:
    assert along(1.0 + step(10.0, 15.0, 0.08))
    assert along(1.0 - step(24.0, 30.0, 0.08))


@pytest.mark.parametrize(
    "lamp", [1.0 - 0.25 * X, 1.0 - 0.15 * X**2, 1.0 - 0.2 * X + 0.1 * X**2], ids=["fades", "is round", "both"]
)
def test_a_lamp_that_fades_along_the_blade_or_lights_its_middle_grinds_nothing(lamp: Floats) -> None:
    assert not along(lamp)


def test_half_a_blade_brighter_than_the_other_half_is_a_lamp_at_one_end() -> None:
    # Of so wide a stretch little is left beside the slow curve, and a lamp that fades unevenly leaves as much.
    assert not along(1.0 + 0.12 * np.tanh(1.5 * X))


def test_a_hair_or_a_wall_across_the_blade_is_no_slope() -> None:
    assert not along(1.0 - step(10.3, 10.7, 0.8))


def test_a_slope_below_deep_cuts_counts_though_few_rows_are_left_there() -> None:
    looked = blade().looked
    looked[25:50, 230:] = False
    assert along(1.0 + step(18.0, 24.0, 0.08), looked=looked)
