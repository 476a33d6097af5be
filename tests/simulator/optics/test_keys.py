"""Keys are cut as their factory's figures say, and wear as keys do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import config.machine as machine
from config.catalogue import load_catalogue
from config.keyway import Section
from simulator.keys.key import cut_key, positions_mm
from simulator.keys.sample_keys import cut_by_blank, random_bitting
from simulator.keys.sections import distance_mm, mirror_section, nearly, random_section
from simulator.optics import NORMAL, render_scan

# Read here and not handed in: Hypothesis would print all of it with a failing example.
catalogue = load_catalogue()
CUTTABLE = ("KW1", "KW5", "KW10", "SC1", "SC4", "M1", "BEST-A-6")


@given(code=st.sampled_from(CUTTABLE), seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_a_new_key_without_cutter_errors_has_its_roots_at_the_factory_depths(code: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    keyway, blank = catalogue.blank_of[code]
    assert keyway.spec is not None
    bitting = random_bitting(keyway.spec, blank.cuts, rng)
    section = catalogue.section_of[keyway.sections[0]]
    key = cut_key(keyway, blank, bitting, section, rng, depth_error_mm=0, place_error_mm=0, roughness_mm=0)
    places = positions_mm(keyway.spec, blank, blank.cuts)
    wanted = [min(keyway.spec.root_mm_of[depth], section.height_mm) for depth in bitting]
    assert key.roots_mm(places) == pytest.approx(wanted, abs=0.002)
    assert (key.top_mm >= min(wanted) - 1e-9)[key.x_mm < max(places)].all()


@given(seed=st.integers(0, 2**32), wear=st.floats(0.1, 1.0))
@settings(max_examples=30, deadline=None)
def test_wear_only_takes_metal_away(seed: int, wear: float) -> None:
    new, worn = (cut_by_blank(catalogue, "SC1", np.random.default_rng(seed), wear=w) for w in (0.0, wear))
    assert (worn.top_mm <= new.top_mm + 1e-9).all()
    assert (new.top_mm - worn.top_mm).mean() > 0.01 * wear


@given(seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_made_up_sections_are_sections_unlike_those_on_file(seed: int) -> None:
    rng = np.random.default_rng(seed)
    section = random_section(rng)
    assert Section.model_validate(section.model_dump()) == section
    assert mirror_section(mirror_section(section)).left == section.left
    known = catalogue.section_of["kwikset:kw1"]
    assert distance_mm(known, known) == 0
    near = nearly(known, rng, 0.4)
    assert 0.02 < distance_mm(known, near) < 0.6


@given(seed=st.integers(0, 2**32))
@settings(max_examples=12, deadline=None)
def test_any_made_up_key_can_be_drawn(small_views: machine.Views, seed: int) -> None:
    rng = np.random.default_rng(seed)
    key = cut_by_blank(
        catalogue,
        CUTTABLE[int(rng.integers(len(CUTTABLE)))],
        rng,
        section=random_section(rng),
        wear=float(rng.uniform(0, 1)),
        dirt=float(rng.uniform(0, 1)),
        bend_mm=float(rng.normal(0, 0.5)),
    )
    frames = render_scan(key, small_views, NORMAL.scaled(float(rng.uniform(0, 4))), seed)
    assert frames.silhouette is not None
    assert (frames.silhouette.pixels < 100).any()


def test_an_unknown_code_is_refused_without_being_repeated() -> None:
    keyway, blank = catalogue.blank_of["KW1"]
    with pytest.raises(ValueError, match="not among the depths") as told:
        cut_key(keyway, blank, "35944", catalogue.section_of["kwikset:kw1"], np.random.default_rng(1))
    assert "35944" not in str(told.value)
