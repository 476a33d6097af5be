"""The check camera shows a clamped blade: shoulder at the jaw, cuts up, spine level."""

from __future__ import annotations

import numpy as np
import pytest

import config.machine as machine
from config.catalogue import Catalogue
from simulator.keys.sample_keys import cut_by_blank
from simulator.optics import NORMAL, PERFECT, render_check
from simulator.optics.check import JAW_WIDTH_MM, SPINE_MARGIN_MM
from tests.simulator.optics.parts import shadow


@pytest.mark.parametrize("code", ["KW1", "SC4"])
def test_cuts_can_be_measured_against_jaw_and_spine(catalogue: Catalogue, views: machine.Views, code: str) -> None:
    key = cut_by_blank(catalogue, code, np.random.default_rng(8))
    view = render_check(key.x_mm, key.top_mm, views.check, PERFECT, 1, bottom_mm=key.bottom_mm)
    dark, scale = shadow(view), view.mm_per_px
    keyway, blank = catalogue.blank_of[code]
    assert keyway.spec is not None
    assert dark[0].sum() * scale == pytest.approx(JAW_WIDTH_MM, abs=0.001)
    for place in keyway.spec.cut_positions_mm(blank.cuts):
        column = dark[:, int((JAW_WIDTH_MM + place) / scale)]
        spine_row = len(column) - SPINE_MARGIN_MM / scale
        assert column.sum() * scale == pytest.approx(key.roots_mm([place], 0.05)[0], abs=0.002)
        assert np.flatnonzero(column > 0.5)[-1] + 1 == pytest.approx(spine_row, abs=1)


def test_shavings_lift_the_blade_off_its_seat(catalogue: Catalogue, views: machine.Views) -> None:
    key = cut_by_blank(catalogue, "KW1", np.random.default_rng(8))
    seated, lifted = (
        shadow(render_check(key.x_mm, key.top_mm, views.check, PERFECT, 1, bottom_mm=key.bottom_mm, lift_mm=lift))
        for lift in (0.0, 0.2)
    )
    column = int((JAW_WIDTH_MM + 10) / views.check.mm_per_px)
    moved = np.flatnonzero(seated[:, column] > 0.5)[-1] - np.flatnonzero(lifted[:, column] > 0.5)[-1]
    assert moved * views.check.mm_per_px == pytest.approx(0.2, abs=0.025)


def test_an_empty_clamp_shows_the_jaw_alone(views: machine.Views) -> None:
    view = render_check(np.zeros(0), np.zeros(0), views.check, NORMAL, 1)
    assert shadow(view)[:, int((JAW_WIDTH_MM + 1) / view.mm_per_px) :].mean() < 0.2


def test_the_same_seed_draws_the_same_bytes(catalogue: Catalogue, views: machine.Views) -> None:
    key = cut_by_blank(catalogue, "KW1", np.random.default_rng(8))
    first, again, other = (render_check(key.x_mm, key.top_mm, views.check, NORMAL, seed).pixels for seed in (4, 4, 5))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()
