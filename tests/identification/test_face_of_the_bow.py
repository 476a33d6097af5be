"""A bow has a face too, one cut behind the shoulder: a key of six cuts is not one of seven counted from there."""

from __future__ import annotations

import pytest

from config.catalogue import Catalogue
from kiosk.identification import SectionIndex, identify, read_key
from simulator.optics import NORMAL
from tests.bench.bench_identify import drawn_key, photographed

SEED = 28113


@pytest.mark.parametrize(("blank", "number", "code"), [("S22", 96, "456581"), ("RU46", 351, "153280")])
def test_a_key_of_six_cuts_is_not_counted_from_its_bow(
    catalogue: Catalogue, index: SectionIndex, blank: str, number: int, code: str
) -> None:
    """Its shallowest depth is no lower than its uncut edge, which would be the first cut and the last."""
    _, bitting, key = drawn_key(number, SEED, blank)
    assert bitting == code
    told = identify(read_key(photographed(number, SEED, key, NORMAL)), catalogue, index)
    assert (told.blank, told.bitting) == (blank, code)
