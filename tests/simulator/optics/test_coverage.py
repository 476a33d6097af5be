"""Area coverage is exact: what every edge in every frame rests on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from simulator.optics.coverage import Window, covered

HERE = Window(0, 0, 24, 20)
inside = st.floats(1.0, 19.0)


def rectangle(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


@given(inside, inside, inside, inside)
def test_a_rectangle_covers_its_area_pixel_by_pixel(a: float, b: float, c: float, d: float) -> None:
    x0, x1, y0, y1 = min(a, b), max(a, b) + 0.5, min(c, d), max(c, d) + 0.5
    found = covered([(rectangle(x0, y0, x1, y1), ())], HERE)
    columns = np.clip(np.minimum(x1, np.arange(24) + 1) - np.maximum(x0, np.arange(24)), 0, 1)
    rows = np.clip(np.minimum(y1, np.arange(20) + 1) - np.maximum(y0, np.arange(20)), 0, 1)
    assert np.abs(found - rows[:, None] * columns[None, :]).max() < 1e-5


@given(st.lists(st.tuples(inside, inside), min_size=3, max_size=3, unique=True))
def test_a_triangle_covers_what_geometry_says_it_covers(corners: list[tuple[float, float]]) -> None:
    triangle = Polygon(corners)
    if triangle.area < 0.01:
        return
    found = covered([(np.array(corners), ())], HERE)
    for row, column in ((5, 5), (9, 10), (int(corners[0][1]), int(corners[0][0]))):
        pixel = box(column, row, column + 1, row + 1)
        assert found[row, column] == pytest.approx(triangle.intersection(pixel).area, abs=1e-5)
    assert found.sum() == pytest.approx(triangle.area, abs=1e-3)


def test_a_hole_lets_light_through_and_overlap_is_counted_once() -> None:
    outer, hole = rectangle(2, 2, 18, 18), rectangle(5.5, 5.25, 9.0, 9.0)
    found = covered([(outer, (hole,)), (rectangle(10, 2, 20, 8), ())], HERE)
    expected = Polygon(outer).difference(Polygon(hole)).union(box(10, 2, 20, 8)).area
    assert found.sum() == pytest.approx(expected, abs=1e-3)
    assert found.max() == 1.0


@pytest.mark.parametrize("way", [1, -1])
def test_the_sense_in_which_an_outline_runs_does_not_matter(way: int) -> None:
    found = covered([(rectangle(2.25, 3, 8, 9)[::way], (rectangle(4, 4, 5, 5)[::way],))], HERE)
    assert found.sum() == pytest.approx(5.75 * 6 - 1, abs=1e-4)


def test_what_lies_outside_the_picture_is_cut_off_at_its_border() -> None:
    found = covered([(rectangle(-50, -50, 3.5, 50), ()), (rectangle(20.25, 5, 99, 6), ())], HERE)
    assert found[:, :3].min() == 1.0
    assert found[0, 3] == pytest.approx(0.5)
    assert found[5, 20] == pytest.approx(0.75)
    assert found.sum() == pytest.approx(20 * 3.5 + 3.75, abs=1e-4)
