"""Foreign keys are what they are said to be: never, by chance, a key one may copy."""

from __future__ import annotations

import numpy as np
import pytest

import config.machine as machine
from config.catalogue import Catalogue
from config.keyway import Standing
from simulator.keys.sections import distance_mm
from simulator.optics import NORMAL, render_scan
from tests.support.foreign_keys import FAR_ENOUGH_MM, ForeignKind, foreign_key, restricted_sections


@pytest.mark.parametrize("kind", ForeignKind)
def test_a_foreign_key_has_a_section_no_open_keyway_has(
    kind: ForeignKind, catalogue: Catalogue, small_views: machine.Views
) -> None:
    open_sections = [
        catalogue.section_of[section]
        for keyway in catalogue.keyways
        if keyway.standing.standing is Standing.OPEN
        for section in keyway.sections
    ]
    for seed in range(5):
        key = foreign_key(kind, catalogue, np.random.default_rng(seed))
        assert render_scan(key, small_views, NORMAL, seed).silhouette is not None
        if kind is not ForeignKind.SIDE_MILLED:
            assert key.section is not None
            assert min(distance_mm(key.section, known) for known in open_sections) > FAR_ENOUGH_MM / 3
        else:
            assert key.hollows


def test_every_restricted_section_on_file_may_come(catalogue: Catalogue) -> None:
    ids = {section.id for section in restricted_sections(catalogue)}
    assert {"schlage:cp", "medeco:1515"} <= ids
    rng = np.random.default_rng(1)
    drawn = {foreign_key(ForeignKind.RESTRICTED, catalogue, rng).section for _ in range(80)}
    assert {section.id for section in drawn if section is not None} == ids
