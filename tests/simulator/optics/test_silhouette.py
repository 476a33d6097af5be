"""The backlit view shows a key's geometry, to a fraction of a pixel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import config.machine as machine
from config.catalogue import Catalogue
from simulator.keys.bows import Solid
from simulator.keys.key import PhysicalKey, ThingKind
from simulator.keys.sample_keys import cut_by_blank
from simulator.optics import NORMAL, PERFECT, Optics, Pose, render_scan
from simulator.optics.silhouette import BACKLIGHT, SHADOW
from tests.simulator.optics.parts import shadow

LENS = replace(PERFECT, blur_px=1.2)


def slab(width_mm: float, height_mm: float) -> PhysicalKey:
    corners = np.array([(0, 0), (width_mm, 0), (width_mm, height_mm), (0, height_mm)], dtype=np.float64)
    return PhysicalKey(kind=ThingKind.OBJECT, extras=(Solid(corners),))


@pytest.mark.parametrize("optics", [PERFECT, LENS])
@given(shift=st.floats(-0.06, 0.06), height_mm=st.floats(3.0, 9.0))
@settings(max_examples=15, deadline=None)
def test_a_level_edge_stands_where_it_was_put_within_a_fiftieth_of_a_pixel(
    small_views: machine.Views, optics: Optics, shift: float, height_mm: float
) -> None:
    frames = render_scan(slab(30, height_mm), small_views, optics, 1, Pose(shift_mm=(0.0, shift)))
    assert frames.silhouette is not None
    view = frames.silhouette
    grey = view.pixels[:, view.pixels.shape[1] // 2].astype(np.float64)
    covered = (BACKLIGHT - grey) / (BACKLIGHT * (1 - SHADOW))
    half, scale = len(grey) // 2, view.mm_per_px
    for edge_mm, rows in ((height_mm / 2 + shift, covered[half:]), (height_mm / 2 - shift, covered[:half][::-1])):
        # Well inside it is all shadow, well outside all light: the sum of what lies between tells where the edge is.
        start = int(edge_mm / scale) - 8
        assert start + rows[start : start + 16].sum() == pytest.approx(edge_mm / scale, abs=0.02)


@given(turn=st.floats(-15, 15))
@settings(max_examples=15, deadline=None)
def test_a_turned_key_keeps_its_size(small_views: machine.Views, turn: float) -> None:
    frames = render_scan(slab(30, 8), small_views, LENS, 1, Pose(rotation_deg=turn))
    assert frames.silhouette is not None
    area_mm2 = shadow(frames.silhouette).sum() * frames.silhouette.mm_per_px**2
    assert area_mm2 == pytest.approx(240, rel=0.003)


def test_a_positive_turn_is_anticlockwise(small_views: machine.Views) -> None:
    frames = render_scan(slab(40, 4), small_views, PERFECT, 1, Pose(rotation_deg=10))
    assert frames.silhouette is not None
    dark = shadow(frames.silhouette) > 0.5
    rows, columns = np.nonzero(dark)
    middle = dark.shape[1] / 2
    assert rows[columns > middle].mean() < rows[columns < middle].mean() - 5


@pytest.mark.parametrize("code", ["KW1", "SC1", "SC4", "M1"])
def test_every_cut_of_an_upright_key_can_be_measured_from_the_picture(
    catalogue: Catalogue, views: machine.Views, code: str
) -> None:
    key = cut_by_blank(catalogue, code, np.random.default_rng(5))
    frames = render_scan(key, views, LENS, 1, Pose())
    assert frames.silhouette is not None
    dark, scale = shadow(frames.silhouette), frames.silhouette.mm_per_px
    # In this pose the middle of the key's box is the middle of the picture: the shoulder's column follows.
    every = np.concatenate([solid.outer for solid in key.solids()])
    x0 = (every[:, 0].min() + every[:, 0].max()) / 2
    keyway, blank = catalogue.blank_of[code]
    assert keyway.spec is not None
    for place in keyway.spec.cut_positions_mm(blank.cuts):
        column = int((place - x0) / scale + dark.shape[1] / 2)
        seen_mm = dark[:, column - 4 : column + 5].sum(axis=0).mean() * scale
        assert seen_mm == pytest.approx(key.roots_mm([place])[0], abs=0.003)


@pytest.mark.parametrize("bow_right", [False, True])
@pytest.mark.parametrize("cuts_down", [False, True])
def test_the_bow_and_the_cuts_lie_where_the_pose_says(
    catalogue: Catalogue, small_views: machine.Views, bow_right: bool, cuts_down: bool
) -> None:
    key = cut_by_blank(catalogue, "KW1", np.random.default_rng(3))
    frames = render_scan(key, small_views, PERFECT, 1, Pose(bow_right=bow_right, cuts_down=cuts_down))
    assert frames.silhouette is not None
    dark = shadow(frames.silhouette)
    columns = np.flatnonzero(dark.max(axis=0) > 0.5)
    left, right = dark[:, columns[0] : columns[40]].sum(), dark[:, columns[-40] : columns[-1]].sum()
    assert (right > left) == bow_right
    blade = dark[:, columns[-190:-60]] if not bow_right else dark[:, columns[60:190]]
    upper = [int(np.flatnonzero(column > 0.5)[0]) for column in blade.T]
    lower = [int(np.flatnonzero(column > 0.5)[-1]) for column in blade.T]
    assert (np.ptp(lower) > np.ptp(upper)) == cuts_down


def test_a_bent_blade_leaves_its_line_at_the_tip(catalogue: Catalogue, small_views: machine.Views) -> None:
    key = cut_by_blank(catalogue, "SC1", np.random.default_rng(3))
    straight, bent = (
        shadow(f.silhouette)
        for f in (render_scan(k, small_views, PERFECT, 1, Pose()) for k in (key, replace(key, bend_mm=1.0)))
        if f.silhouette is not None
    )
    changed = np.flatnonzero(np.abs(straight - bent).sum(axis=0) > 1)
    assert changed.size
    assert changed.min() > straight.shape[1] / 2


def test_noise_is_as_strong_as_asked_for_and_leaves_the_mean_alone(small_views: machine.Views) -> None:
    quiet = render_scan(None, small_views, PERFECT, 1).silhouette
    noisy = render_scan(None, small_views, replace(PERFECT, noise=4.0), 1).silhouette
    assert quiet is not None
    assert noisy is not None
    difference = noisy.pixels.astype(float) - quiet.pixels
    assert difference.std() == pytest.approx(4.0, rel=0.03)
    assert abs(difference.mean()) < 0.05


def test_a_failing_lamp_darkens_and_a_lost_focus_softens(catalogue: Catalogue, small_views: machine.Views) -> None:
    key = cut_by_blank(catalogue, "SC1", np.random.default_rng(3))

    def picture(optics: Optics) -> np.ndarray:
        view = render_scan(key, small_views, optics, 1, Pose()).silhouette
        assert view is not None
        return view.pixels.astype(float)

    plain = picture(PERFECT)
    assert np.percentile(picture(replace(PERFECT, lamp=0.1)), 99) < 0.11 * np.percentile(plain, 99)
    steepest = np.abs(np.diff(picture(replace(PERFECT, defocus_px=6.0)), axis=0)).max()
    assert steepest < 0.25 * np.abs(np.diff(plain, axis=0)).max()


def test_a_view_that_is_missing_is_none_and_leaves_the_others_as_they_were(
    catalogue: Catalogue, small_views: machine.Views
) -> None:
    key = cut_by_blank(catalogue, "SC1", np.random.default_rng(3))
    whole = render_scan(key, small_views, NORMAL, 9)
    part = render_scan(key, small_views, replace(NORMAL, missing=frozenset({"head", "line_left"})), 9)
    assert part.head is None
    assert part.line_left is None
    assert part.silhouette is not None
    assert whole.silhouette is not None
    assert np.array_equal(part.silhouette.pixels, whole.silhouette.pixels)
