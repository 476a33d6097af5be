"""The laser views show the section: a recess r moves the line by r*tan(angle), height runs up the picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import config.machine as machine
from config.catalogue import Catalogue
from simulator.keys.key import Face
from simulator.keys.sample_keys import cut_by_blank, sample_key
from simulator.keys.sections import mirror_section, recess_mm
from simulator.optics import NORMAL, PERFECT, Pose, render_scan
from simulator.optics.line import SPINE_MARGIN_MM
from tests.simulator.optics.parts import line_columns

SIDES = (Face.LEFT, Face.RIGHT)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("angle_deg", [30.0, 45.0, 60.0])
def test_the_line_moves_with_the_recess(
    catalogue: Catalogue, views: machine.Views, side: Face, angle_deg: float
) -> None:
    key = cut_by_blank(catalogue, "SC1", np.random.default_rng(2))
    turned = views.model_copy(update={"laser_angle_deg": angle_deg})
    view = getattr(render_scan(key, turned, PERFECT, 1, Pose(station_mm=1.0)), f"line_{side}")
    rows, columns = line_columns(view)
    heights = (view.pixels.shape[0] - rows - 0.5) * view.mm_per_px - SPINE_MARGIN_MM
    assert key.section is not None
    truth = recess_mm(getattr(key.section, side), heights)
    flat = np.abs(np.gradient(truth, view.mm_per_px)) < 0.05
    seen = (columns - columns[truth < 0.01].mean()) * view.mm_per_px / np.tan(np.radians(angle_deg))
    assert np.abs(seen - truth)[flat].max() < 0.06
    assert np.median(np.abs(seen - truth)) < 0.004


def test_the_line_is_lost_above_the_cut_edge(catalogue: Catalogue, views: machine.Views) -> None:
    key = cut_by_blank(catalogue, "KW1", np.random.default_rng(2))
    for station_mm in (1.0, 6.3, 10.1):
        view = render_scan(key, views, PERFECT, 1, Pose(station_mm=station_mm)).line_left
        assert view is not None
        rows, _ = line_columns(view)
        highest_mm = (view.pixels.shape[0] - rows.min()) * view.mm_per_px - SPINE_MARGIN_MM
        assert highest_mm == pytest.approx(key.edge_mm(station_mm), abs=0.03)


def test_a_mirrored_section_shows_each_face_to_the_other_camera(catalogue: Catalogue, views: machine.Views) -> None:
    key = cut_by_blank(catalogue, "KW1", np.random.default_rng(2))
    assert key.section is not None
    mirrored = replace(key, section=mirror_section(key.section))
    one = render_scan(key, views, PERFECT, 1, Pose())
    other = render_scan(mirrored, views, PERFECT, 1, Pose())
    assert one.line_left is not None
    assert other.line_right is not None
    assert np.array_equal(one.line_left.pixels, other.line_right.pixels)


def test_normal_optics_lose_a_little_of_the_line(catalogue: Catalogue, views: machine.Views) -> None:
    key = cut_by_blank(catalogue, "SC1", np.random.default_rng(2))
    clean, usual = (render_scan(key, views, optics, 1, Pose()).line_right for optics in (PERFECT, NORMAL))
    assert clean is not None
    assert usual is not None
    kept = np.intersect1d(line_columns(clean)[0], line_columns(usual)[0]).size / line_columns(clean)[0].size
    assert 0.85 < kept <= 1.0


def test_the_light_of_an_oxidised_blade_is_weaker(catalogue: Catalogue, views: machine.Views) -> None:
    bright, dull = (
        render_scan(sample_key(name, catalogue), views, PERFECT, 1, Pose()).line_left
        for name in ("schlage-new", "schlage-oxidised")
    )
    assert bright is not None
    assert dull is not None
    dark = float(np.median(bright.pixels))
    assert (dull.pixels - dark).sum() < 0.8 * (bright.pixels - dark).sum()


def test_an_empty_tray_shows_no_line(views: machine.Views) -> None:
    view = render_scan(None, views, NORMAL, 1).line_left
    assert view is not None
    assert view.pixels.max() < 40
