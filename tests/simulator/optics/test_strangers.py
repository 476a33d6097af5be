"""Strangers are what they are said to be: never, by chance, a key one may copy."""

from __future__ import annotations

import numpy as np
import pytest

import config.machine as machine
from config.catalogue import Catalogue
from config.keyway import Standing
from simulator.keys.foreign_keys import FAR_ENOUGH_MM, Stranger, restricted_sections, stranger
from simulator.keys.sections import distance_mm
from simulator.optics import NORMAL, render_scan


@pytest.mark.parametrize("kind", Stranger)
def test_a_stranger_has_a_section_no_open_keyway_has(
    kind: Stranger, catalogue: Catalogue, small_views: machine.Views
) -> None:
    open_sections = [
        catalogue.section_of[section]
        for keyway in catalogue.keyways
        if keyway.standing.standing is Standing.OPEN
        for section in keyway.sections
    ]
    for seed in range(5):
        key = stranger(kind, catalogue, np.random.default_rng(seed))
        assert render_scan(key, small_views, NORMAL, seed).silhouette is not None
        if kind is not Stranger.SIDE_MILLED:
            assert key.section is not None
            assert min(distance_mm(key.section, known) for known in open_sections) > FAR_ENOUGH_MM / 3
        else:
            assert key.hollows


def test_every_restricted_section_on_file_may_come(catalogue: Catalogue) -> None:
    ids = {section.id for section in restricted_sections(catalogue)}
    assert {"schlage:cp", "medeco:1515"} <= ids
    rng = np.random.default_rng(1)
    drawn = {stranger(Stranger.RESTRICTED, catalogue, rng).section for _ in range(80)}
    assert {section.id for section in drawn if section is not None} == ids
