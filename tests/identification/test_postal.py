"""A Postal Service key has no section on file: its head refuses it, and so does a blade nobody knows."""

from __future__ import annotations

import numpy as np
import pytest

from config.catalogue import Catalogue
from config.section_shape import RESOLVABLE_MM, section_distance_mm
from config.settings import load_settings
from kiosk.identification import SectionIndex, StampReader, identify, read_key
from kiosk.key.reading import Identification, Outcome
from kiosk.policy.decision import Verdict
from simulator.keys.sections import random_section
from tests.identification.test_refusing import sc1_cut_on
from tests.identification.test_stamp import head
from tests.policy.cases import approvals, circumstances, decided, policy

STORE = load_settings(None, {}).store


@pytest.fixture(scope="module")
def reader() -> StampReader:
    return StampReader(policy().rules.phrases)


def answered(catalogue: Catalogue, index: SectionIndex, *, drawn_as: str | None) -> Identification:
    """A key cut as an SC1 is, on a section of its own, or on another one's."""
    section = catalogue.section_of[drawn_as] if drawn_as else random_section(np.random.default_rng(1646))
    if drawn_as is None:
        assert min(section_distance_mm(section, each) for each in catalogue.sections) > RESOLVABLE_MM
    return identify(read_key(sc1_cut_on(catalogue, section)), catalogue, index)


def test_a_postal_key_is_refused_by_its_blade_whatever_its_head_says(
    catalogue: Catalogue, index: SectionIndex, reader: StampReader
) -> None:
    told = answered(catalogue, index, drawn_as=None)
    assert told.outcome is Outcome.UNKNOWN_SECTION
    assert (told.keyway, told.blank, told.cuts) == (None, None, ())
    bare = reader.read(head((), 0))
    decision = decided(told, bare, STORE, policy(), catalogue, circumstances(), approvals("technician-all", told))
    assert decision.verdict is Verdict.REFUSE
    assert "KEYWAY_UNKNOWN" in [rule.code for rule in decision.rules if not rule.approved]


def test_a_postal_mark_is_refused_whatever_the_blade_is_and_nobody_lifts_it(
    catalogue: Catalogue, index: SectionIndex, reader: StampReader
) -> None:
    """Somebody has a postal key whose blade reads as an ordinary one."""
    told = answered(catalogue, index, drawn_as="schlage:c")
    assert told.outcome is Outcome.IDENTIFIED
    marked = reader.read(head(("U.S.P.S.", "DO NOT DUPLICATE"), 0))
    assert "usps" in marked.phrases
    decision = decided(told, marked, STORE, policy(), catalogue, circumstances(), approvals("technician-all", told))
    assert decision.verdict is Verdict.REFUSE
    assert "STAMP_POSTAL" in [rule.code for rule in decision.rules if not rule.approved]
    assert not any(rule.approved for rule in decision.rules if rule.code == "STAMP_POSTAL")
