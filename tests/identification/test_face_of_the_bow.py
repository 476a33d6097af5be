"""A bow has a face too, one cut behind the shoulder: a key of six cuts is not one of seven counted from there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from config.catalogue import Catalogue
from kiosk.identification import SectionIndex, identify, read_key
from simulator.keys.key import Finish, cut_key
from simulator.keys.sample_keys import random_bitting
from simulator.optics import NORMAL, render_scan
from tests.session.parts import SETTINGS

SEED = 28113


@pytest.mark.parametrize(("blank", "number", "code"), [("S22", 96, "456581"), ("RU46", 351, "153280")])
def test_a_key_of_six_cuts_is_not_counted_from_its_bow(
    catalogue: Catalogue, index: SectionIndex, blank: str, number: int, code: str
) -> None:
    """Its shallowest depth is no lower than its uncut edge, which would be the first cut and the last."""
    rng = np.random.default_rng([7, SEED, number])
    keyway, found = catalogue.blank_of[blank]
    assert keyway.spec is not None
    bitting = random_bitting(keyway.spec, found.cuts, rng)
    assert "".join(bitting) == code
    key = cut_key(
        keyway,
        found,
        bitting,
        catalogue.section_of[keyway.sections[0]],
        rng,
        wear=float(rng.uniform(0, 0.4)),
        dirt=float(rng.choice([0.0, 0.0, 0.0, 0.05])),
        bend_mm=float(rng.choice([0.0, 0.0, rng.uniform(-0.3, 0.3)])),
        finish=list(Finish)[int(rng.integers(len(Finish)))],
    )
    optics = replace(NORMAL, missing=frozenset({"head"}))
    told = identify(
        read_key(render_scan(key, SETTINGS.machine.views, optics, SEED * 1_000_000 + number)), catalogue, index
    )
    assert (told.blank, told.bitting) == (blank, code)
