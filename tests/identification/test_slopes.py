"""Gentle slopes of a face by their light alone: what counts as ground, and what stains and lamps may do."""

from __future__ import annotations

import numpy as np
import pytest

from kiosk.identification.section.slopes import SHORTEST_MM, ground_on_a_slope
from kiosk.key.reading import Floats

PITCH_MM = 0.075
ROWS, COLUMNS = 90, 340
LOOKED = np.ones((ROWS, COLUMNS), np.bool_)
along_mm = np.arange(COLUMNS) * PITCH_MM


def uneven(size: float, seed: int = 1) -> Floats:
    """The grain of a brush, or stains: soft spots all over a face."""
    rng = np.random.default_rng(seed)
    rows, columns = np.arange(ROWS)[:, None], np.arange(COLUMNS)[None, :]
    spots = np.zeros((ROWS, COLUMNS))
    for _ in range(60):
        at = rng.uniform(0, ROWS), rng.uniform(0, COLUMNS)
        spots += rng.choice([-1, 1]) * np.exp(-0.5 * ((rows - at[0]) ** 2 + (columns - at[1]) ** 2) / 12.0**2)
    return np.asarray(size * spots / spots.std())


def told(within_rows: Floats, along: Floats, share: float = 1.0) -> bool:
    """Of a face with something uneven within its rows, and something of all rows along the blade."""
    rest = within_rows.astype(np.float32)
    return ground_on_a_slope(rest, rest + (1.0 + along).astype(np.float32), LOOKED, PITCH_MM, share) is not None


def hollow(size: float) -> Floats:
    """A strip of one millimetre that sinks for four, lies level, and rises for four."""
    sides = np.where((along_mm > 6) & (along_mm < 10), -size, np.where((along_mm > 14) & (along_mm < 18), size, 0.0))
    return np.where(np.arange(ROWS)[:, None] < 14, sides[None, :], 0.0)


def sinks_once(size: float, long_mm: float = 6.0) -> Floats:
    return np.where((along_mm > 10) & (along_mm < 10 + long_mm), size, 0.0)


EVEN = np.zeros(COLUMNS)


def test_a_strip_that_sinks_and_rises_is_ground_on_clean_metal() -> None:
    assert told(hollow(0.14) + uneven(0.004), EVEN)


def test_the_same_strip_is_not_told_from_stains_as_strong_all_over_the_face() -> None:
    # Only how stained the face is differs: both sides are brighter and darker than any slope must be.
    assert not told(hollow(0.14) + uneven(0.06), EVEN)


def test_a_strip_that_hardly_leans_is_not_ground() -> None:
    assert not told(hollow(0.07) + uneven(0.004), EVEN)


def askew(size: float) -> Floats:
    """Walls of grooves, darker towards one end and brighter towards the other, in many rows."""
    rows = np.arange(ROWS)[:, None]
    return np.where(rows % 6 == 1, size * (1.0 - 2.0 * along_mm / along_mm[-1]), 0.0) * (along_mm > 6)


def test_a_wall_that_lies_a_little_more_askew_than_others_is_no_slope() -> None:
    rows = np.arange(ROWS)[:, None]
    wall = np.where(rows == 41, hollow(0.6)[:1], 0.0)
    assert told(wall + uneven(0.004), EVEN)
    assert not told(wall + askew(0.2) + uneven(0.004), EVEN)


def test_a_strip_that_is_as_large_as_no_wall_is_ground_whatever_the_walls_show() -> None:
    assert told(hollow(0.3) + askew(0.2) + uneven(0.004), EVEN)


@pytest.mark.parametrize("size", [0.1, -0.1], ids=["towards the lamp", "away from the lamp"])
def test_a_face_that_sinks_once_is_ground(size: float) -> None:
    assert told(uneven(0.01), sinks_once(size))


def test_a_turn_of_less_than_two_degrees_is_not_ground() -> None:
    assert not told(uneven(0.002), sinks_once(0.03))


def test_a_face_that_sinks_once_is_not_told_from_stains_within_its_rows() -> None:
    assert not told(uneven(0.06), sinks_once(0.1))


def test_a_face_that_sinks_once_is_not_told_from_a_face_that_is_uneven_all_along() -> None:
    waves = 0.1 * np.sin(along_mm * 2.6)
    assert told(uneven(0.01), sinks_once(0.12))
    assert not told(uneven(0.01), sinks_once(0.12) + waves)


def test_what_is_shorter_than_a_slope_is_left_to_marks() -> None:
    assert not told(uneven(0.01), sinks_once(0.05, SHORTEST_MM / 4))


def test_a_lamp_that_fades_along_the_blade_is_no_slope() -> None:
    assert not told(uneven(0.01), 0.5 * (along_mm / along_mm[-1] - 0.5) ** 2 - 0.4 * along_mm / along_mm[-1])


def test_a_face_of_which_little_is_seen_has_no_slope() -> None:
    looked = np.zeros_like(LOOKED)
    looked[:, 120:200] = True
    rest = np.where(looked, uneven(0.01), 0.0).astype(np.float32)
    turned = rest + np.where(along_mm > 12, 0.1, 0.0).astype(np.float32) + np.float32(1.0)
    assert ground_on_a_slope(rest, turned, looked, PITCH_MM) is None


def part_sinks_once(size: float, rows: int = 14, long_mm: float = 6.0) -> Floats:
    """Along the spine, over a part of the height too small to change the face as a whole."""
    return np.where(np.arange(ROWS)[:, None] < rows, sinks_once(-size, long_mm)[None, :], 0.0)


def test_a_part_of_the_height_that_sinks_once_is_ground() -> None:
    assert told(part_sinks_once(0.15) + uneven(0.004), EVEN)


def test_a_part_that_hardly_leans_is_not_ground() -> None:
    assert not told(part_sinks_once(0.05) + uneven(0.002), EVEN)


def test_a_part_that_sinks_is_not_told_from_a_face_as_uneven_all_over() -> None:
    assert not told(part_sinks_once(0.15) + uneven(0.05), EVEN)


def test_so_few_rows_that_differ_are_a_wall_of_a_groove() -> None:
    assert not told(part_sinks_once(0.15, rows=3) + uneven(0.004), EVEN)


def test_what_is_as_dark_on_both_sides_of_every_line_is_no_part_that_sinks() -> None:
    assert not told(part_sinks_once(0.035, rows=ROWS) + uneven(0.002), EVEN)


@pytest.mark.parametrize(
    ("within_rows", "along"),
    [
        (hollow(0.075) + uneven(0.004), EVEN),
        (uneven(0.004), sinks_once(0.035)),
        (part_sinks_once(0.08) + uneven(0.004), EVEN),
    ],
    ids=["sinks and rises", "sinks once", "a part sinks"],
)
def test_what_comes_near_to_every_limit_is_doubtful_and_no_more(within_rows: Floats, along: Floats) -> None:
    assert told(within_rows, along, 0.6)
    assert not told(within_rows, along)
    assert not told(uneven(0.004), EVEN, 0.6)


def test_where_the_face_sinks_is_named() -> None:
    rest = (part_sinks_once(0.15) + uneven(0.004)).astype(np.float32)
    column = ground_on_a_slope(rest, rest + np.float32(1.0), LOOKED, PITCH_MM)
    assert column is not None
    assert 10 < column * PITCH_MM < 16
