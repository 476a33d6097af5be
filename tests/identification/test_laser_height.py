"""The height of the blade by the laser lines alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from config.catalogue import Catalogue
from hardware.scan import Frame, ScanFrames
from kiosk.identification.section.laser_height import LaserHeight, laser_height
from kiosk.identification.section.line import read_lines
from tests.identification.drawing import Line, laser_line

LINE = Line()


def lines(catalogue: Catalogue, left: Line, right: Line, *, section: str = "schlage:c") -> ScanFrames:
    known = catalogue.section_of[section]
    return ScanFrames(
        line_left=laser_line(known.left, known.height_mm, left),
        line_right=laser_line(known.right, known.height_mm, right),
        laser_angle_deg=left.angle_deg,
    )


def measured(frames: ScanFrames) -> LaserHeight:
    return laser_height(read_lines(frames))


@pytest.mark.parametrize("section", ["kwikset:kw1", "schlage:c", "master:k1"])
@pytest.mark.parametrize("line", [LINE, replace(LINE, margin_mm=1.7, x_mm=3.0, noise=6.0), replace(LINE, angle_deg=60)])
def test_the_lines_show_the_height_of_the_blade(catalogue: Catalogue, section: str, line: Line) -> None:
    found = measured(lines(catalogue, line, replace(line, seed=5), section=section))
    assert found.height_mm == pytest.approx(catalogue.section_of[section].height_mm, abs=0.04)


def test_where_the_edge_is_cut_the_lines_show_what_is_left(catalogue: Catalogue) -> None:
    cut = replace(LINE, top_mm=6.2)
    assert measured(lines(catalogue, cut, cut)).height_mm == pytest.approx(6.2, abs=0.04)


def test_lines_that_end_at_different_heights_show_no_height(catalogue: Catalogue) -> None:
    assert measured(lines(catalogue, LINE, replace(LINE, top_mm=8.3))).height_mm is None


def test_one_line_is_enough_and_no_line_shows_nothing(catalogue: Catalogue) -> None:
    frames = lines(catalogue, LINE, LINE)
    dark = Frame(np.full((640, 400), 8, np.uint8), 0.02)
    one = measured(replace(frames, line_right=dark))
    assert one.right_mm is None
    assert one.height_mm == pytest.approx(8.71, abs=0.04)
    assert measured(replace(frames, line_left=None, line_right=dark)).height_mm is None
