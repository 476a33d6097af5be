"""The drawings: each says something of its own, and none says anything of a shopper's key."""

from __future__ import annotations

from itertools import pairwise, takewhile

import numpy as np
import pytest

from config.catalogue import load_catalogue
from kiosk.key.reading import Outcome
from ui.artwork import drawing
from ui.artwork.features import FEATURES
from ui.artwork.keys import LEAST, SHOULDER, STYLES, TIP, TOP, style_of, teeth
from ui.artwork.parts import PARTS
from ui.artwork.raster import paint
from ui.artwork.shapes import Drawing, Paint
from ui.present.refusal import SEEN
from ui.widgets.scenes import SCENES, Moment, Sprite, scene_of

KEYS = [
    f"{kind}/{code}/{finish}"
    for kind in ("key", "blank")
    for code in ("KW1", "SC1", "M1")
    for finish in Paint
    if finish in ("brass", "black")
]


def test_every_keyway_on_offer_has_a_head_and_a_groove_of_its_own() -> None:
    shapes = {(style.bow, style.grooves) for style in STYLES.values()}
    assert len(shapes) == len(STYLES)
    codes = [blank.code for keyway in load_catalogue().keyways for blank in keyway.blanks]
    makers = {"".join(takewhile(str.isalpha, code)) for code in codes} - set(STYLES)
    others = {maker: style_of(maker) for maker in makers if style_of(maker) not in STYLES.values()}
    assert len(set(others.values())) == len(others)


def test_teeth_come_from_a_name_alone_and_stand_at_no_even_pitch() -> None:
    for code in STYLES:
        height = teeth(code)
        xs = np.arange(SHOULDER, TIP - 8, 0.05)
        ys = np.array([height(x) for x in xs])
        roots = [x for x, (a, b) in zip(xs[1:], pairwise(ys), strict=True) if b < a and height(x + 0.05) >= b]
        gaps = np.diff([x for x in roots if height(x) < TOP - 0.5])
        assert len(gaps) >= 3, code
        assert np.ptp(gaps) > 0.5, code
        assert ys.min() >= LEAST - 1e-9, code


@pytest.mark.parametrize("flat", [False, True])
def test_everything_that_can_be_shown_can_be_painted_and_fills_its_box_in_part(flat: bool) -> None:
    for name in (*KEYS, *(f"feature/{each}" for each in FEATURES), *PARTS):
        alpha = np.asarray(paint(drawing(name), 120, flat=flat))[:, :, 3]
        assert 0.05 < (alpha > 128).mean() < 0.98, name


def test_light_comes_from_above_left_and_a_shadow_falls_below() -> None:
    picture = np.asarray(paint(drawing("key/KW1/nickel"), 480)).astype(float)
    solid = picture[:, :, 3] > 250
    column = int(31 / 160 * 480)
    rows = np.flatnonzero(solid[:, column])
    brightness = picture[:, column, :3].mean(axis=1)
    assert brightness[rows[2]] > brightness[rows[-3]] + 60
    below = picture[rows[-1] + 3 : rows[-1] + 8, column, 3]
    above = picture[max(0, rows[0] - 8) : rows[0] - 3, column, 3]
    assert below.mean() > above.mean() + 20


def test_the_ring_of_a_feature_lies_upon_its_drawing() -> None:
    for name, feature in FEATURES.items():
        assert isinstance(feature.drawing, Drawing)
        assert feature.x - feature.r > 0, name
        assert feature.x + feature.r < feature.drawing.width, name


def test_every_kind_of_key_that_is_refused_is_drawn_and_no_two_mechanisms_alike() -> None:
    kinds = (Outcome.DIMPLE, Outcome.SIDE_MILLED, Outcome.TWO_TRACK, Outcome.TUBULAR, Outcome.DOUBLE_SIDED)
    assert len({SEEN[kind] for kind in (*kinds, Outcome.WORN_PAST_TELLING, Outcome.UNKNOWN_SECTION)}) == 7
    assert all(scene_of(name) is not None for name in SEEN.values())


def test_every_layer_of_every_picture_is_a_drawing_there_is() -> None:
    for name, scene in SCENES.items():
        for t in (0.0, 0.1, 0.4, 0.75, 0.99):
            layers = scene.layers(Moment(t, 0.5))
            assert layers, name
            assert all(drawing(layer.name) for layer in layers if isinstance(layer, Sprite)), name


@pytest.mark.parametrize("picture", ["loading", "cutting", "checking", "collect", "found"])
def test_what_is_made_is_drawn_as_it_is_sold(picture: str) -> None:
    found = scene_of(f"{picture}/SC1/black")
    assert found is not None
    scene, sold = found
    names = [layer.name for layer in scene.layers(Moment(0.3, 0.5), *sold) if isinstance(layer, Sprite)]
    keys = [name for name in names if name.startswith(("key/", "blank/"))]
    assert keys
    assert all(name.endswith("/SC1/black") for name in keys)
