"""Every sample key can be made and seen, is the same each time, and says nothing of its shape."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import config.machine as machine
from config.catalogue import Catalogue
from simulator.keys.key import ThingKind
from simulator.keys.sample_keys import SAMPLE_KEYS, random_bitting, sample_key
from simulator.optics import BAD, NORMAL, PERFECT, Pose, render_empty_tray, render_scan


@pytest.mark.parametrize("name", SAMPLE_KEYS)
def test_every_sample_key_is_seen_by_every_camera_the_same_each_time(
    name: str, catalogue: Catalogue, small_views: machine.Views
) -> None:
    key = sample_key(name, catalogue, seed=3)
    frames, again = (render_scan(sample_key(name, catalogue, seed=3), small_views, BAD, 7) for _ in range(2))
    for view in ("silhouette", "head", "line_left", "line_right"):
        one, other = getattr(frames, view), getattr(again, view)
        assert one.pixels.dtype == np.uint8
        assert one.pixels.tobytes() == other.pixels.tobytes()
    assert frames.silhouette is not None
    assert (frames.silhouette.pixels < 100).mean() > 0.005
    assert "array" not in repr(key)
    assert not any(digit in repr(key) for digit in "0123456789")


def test_each_sample_key_has_a_line_of_its_own() -> None:
    descriptions = [sample.description for sample in SAMPLE_KEYS.values()]
    assert len(set(descriptions)) == len(descriptions)
    assert all(0 < len(text) < 90 and "\n" not in text for text in descriptions)


def test_another_seed_cuts_another_code(catalogue: Catalogue) -> None:
    one, other = sample_key("schlage-new", catalogue, 1), sample_key("schlage-new", catalogue, 2)
    assert not np.array_equal(one.top_mm, other.top_mm)


@pytest.mark.parametrize("blank", ["KW1", "KW5", "KW10", "SC1", "SC4", "M1", "BEST-A-6"])
def test_codes_keep_to_the_largest_step_between_neighbours(catalogue: Catalogue, blank: str) -> None:
    keyway, stock = catalogue.blank_of[blank]
    assert keyway.spec is not None
    order = [depth.code for depth in keyway.spec.depths]
    rng = np.random.default_rng(1)
    for _ in range(50):
        steps = np.diff([order.index(code) for code in random_bitting(keyway.spec, stock.cuts, rng)])
        assert np.abs(steps).max() <= keyway.spec.most_steps


def test_an_empty_tray_is_empty_and_evenly_lit(small_views: machine.Views) -> None:
    view = render_empty_tray(small_views, replace(NORMAL, dust=0.0, scratches=0.0), 1).silhouette
    assert view is not None
    assert view.pixels.min() > 150


def test_words_stand_on_the_head_whichever_way_up_the_key_lies(catalogue: Catalogue, views: machine.Views) -> None:
    key = sample_key("dnd", catalogue)
    bare = replace(key, stamps=())
    pictures = []
    for pose in (Pose(), Pose(bow_right=True, cuts_down=True)):
        worded, plain = (render_scan(k, views, PERFECT, 1, pose).head for k in (key, bare))
        assert worded is not None
        assert plain is not None
        pictures.append(np.abs(worded.pixels.astype(int) - plain.pixels).max(axis=2) > 20)
    # The key turned by half a turn: the writing turns with it. Its light comes from the same side, so edges differ.
    upright, turned = pictures[0], pictures[1][::-1, ::-1]
    assert upright.sum() > 1500
    assert (upright & turned).sum() > 0.4 * upright.sum()


def test_a_key_that_is_no_key_has_no_blade(catalogue: Catalogue) -> None:
    for name, sample in SAMPLE_KEYS.items():
        key = sample.make(catalogue, np.random.default_rng(1))
        assert (key.kind is ThingKind.OBJECT) == (key.x_mm.size == 0), name
