"""A six-cut key with two collars shows its last five cuts nearly where a five-cut key has them: it never is that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from config.catalogue import Catalogue
from config.settings import load_settings
from kiosk.identification import identify, read_key
from kiosk.identification.identify import _name_cuts
from kiosk.key.reading import Identification, KeyReading, Outcome, Stops
from simulator.keys.sample_keys import cut_by_blank
from simulator.optics import NORMAL, Pose, render_scan
from tests.identification.drawing import blade_edge

BETWEEN_COLLARS_MM = (1.249 - 1.090) * 25.4
"""Kwikset's two collars: shoulder to tip of a six-cut blank less that of a five-cut one."""


def reading_of(catalogue: Catalogue, code: str, blank: str, cut_off_mm: float) -> KeyReading:
    """An edge without noise, seen from `cut_off_mm` behind its true shoulder on."""
    keyway, chosen = catalogue.blank_of[blank]
    assert keyway.spec is not None
    spec = keyway.spec
    edge = blade_edge(spec, [spec.root_mm_of[each] for each in code], chosen.blade_length_mm, spec.blade_height_mm)
    x = np.arange(0.0, chosen.blade_length_mm - cut_off_mm, 0.05)
    profile = np.stack([x, np.interp(x + cut_off_mm, edge[:, 0], edge[:, 1])], axis=1)
    return KeyReading(
        profile=profile,
        section=None,
        blade_length_mm=chosen.blade_length_mm - cut_off_mm,
        blade_height_mm=spec.blade_height_mm,
        stops=Stops(cut_mm=0.0),
    )


def named(catalogue: Catalogue, reading: KeyReading) -> Identification:
    section = catalogue.blank_of["KW1"][0].sections[0]
    return _name_cuts(Identification(Outcome.IDENTIFIED), reading, catalogue, section)


@pytest.mark.parametrize("code", ["151134", "142256", "145526", "132155", "123665", "157547", "131122"])
@pytest.mark.parametrize("slipped_mm", [-0.04, 0.0, 0.04])
def test_the_last_five_cuts_of_two_collars_are_not_a_five_cut_key(
    catalogue: Catalogue, code: str, slipped_mm: float
) -> None:
    seen = named(catalogue, reading_of(catalogue, code, "KW5", BETWEEN_COLLARS_MM + slipped_mm))
    assert seen.outcome is not Outcome.IDENTIFIED or seen.blank in ("KW5", "KW10")


@pytest.mark.parametrize("code", ["51134", "42256", "35244", "23665"])
@pytest.mark.parametrize("slipped_mm", [0.0, 0.05])
def test_a_five_cut_key_of_the_same_section_is_still_that_key(
    catalogue: Catalogue, code: str, slipped_mm: float
) -> None:
    seen = named(catalogue, reading_of(catalogue, code, "KW1", slipped_mm))
    assert (seen.outcome, seen.blank, tuple(cut.code for cut in seen.cuts)) == (Outcome.IDENTIFIED, "KW1", tuple(code))


def test_a_shoulder_that_was_not_seen_leaves_the_place_to_the_cuts(catalogue: Catalogue) -> None:
    hidden = replace(reading_of(catalogue, "35244", "KW1", 0.0), stops=Stops())
    assert named(catalogue, hidden).blank in (None, "KW1")


@pytest.mark.parametrize("blank", ["Y1", "SC1", "WR3", "AM3", "S22-1-2"])
@pytest.mark.parametrize("behind_mm", [0.232, 0.312, -0.212])
def test_a_second_collar_close_to_the_stop_changes_nothing_for_a_key_sold_longer_too(
    catalogue: Catalogue, blank: str, behind_mm: float
) -> None:
    """A hair decides from which of the two the cuts fit better; it must not decide whether the key is cut."""
    keyway, chosen = catalogue.blank_of[blank]
    assert keyway.spec is not None
    assert any(other.cuts > chosen.cuts for other in keyway.blanks)
    middle = [depth.code for depth in keyway.spec.depths][2:4]
    code = (middle * 3)[: chosen.cuts]
    plain = reading_of(catalogue, "".join(code), blank, 0.008)
    seen = _name_cuts(
        Identification(Outcome.IDENTIFIED),
        replace(plain, stops=Stops(cut_mm=0.0, spine_mm=-behind_mm)),
        catalogue,
        keyway.sections[0],
    )
    assert (seen.outcome, seen.blank, [cut.code for cut in seen.cuts]) == (Outcome.IDENTIFIED, blank, code)


def with_collar(reading: KeyReading, catalogue: Catalogue, bow_face_mm: float | None) -> KeyReading:
    """A key of two collars whose first cut leaves nothing of the cut edge's face: what is met there is the bow's."""
    spec, blank = (each for each in (catalogue.blank_of["KW10"][0].spec, catalogue.blank_of["KW10"][1]))
    assert spec is not None
    assert reading.profile is not None
    x, height = reading.profile.T
    first_mm = spec.first_cut_mm - spec.flat_mm / 2
    flank = np.interp(first_mm, x, height) + (first_mm - x)
    collar = np.where(x < BETWEEN_COLLARS_MM, np.minimum(spec.blade_height_mm + 1.6, flank), height)
    stops = Stops(bow_face_mm, None if bow_face_mm is None else 0.0)
    return replace(
        reading,
        profile=np.stack([x, collar], axis=1),
        blade_length_mm=blank.blade_length_mm,
        blade_height_mm=spec.blade_height_mm + 1.6,
        stops=stops,
    )


@pytest.mark.parametrize("bow_face_mm", [None, -3.3, 0.0], ids=["no face seen", "the bow's", "the bow's at the stop"])
@pytest.mark.parametrize("code", ["654231", "777466", "755756"])
def test_a_deep_first_cut_that_leaves_nothing_of_its_collar_is_still_counted_from_the_other(
    catalogue: Catalogue, code: str, bow_face_mm: float | None
) -> None:
    seen = named(catalogue, with_collar(reading_of(catalogue, code, "KW10", 0.0), catalogue, bow_face_mm))
    assert (seen.outcome, seen.blank, seen.bitting) == (Outcome.IDENTIFIED, "KW10", code)


def test_without_a_collar_a_six_cut_key_is_never_taken_for_one_that_has_it(catalogue: Catalogue) -> None:
    reading = reading_of(catalogue, "654231", "KW5", 0.0)
    seen = named(catalogue, replace(reading, stops=Stops(0.0, -0.3)))
    assert (seen.outcome, seen.blank) == (Outcome.IDENTIFIED, "KW5")


@pytest.mark.parametrize(("spine_mm", "told"), [(0.0, True), (None, False), (-4.0, False)])
def test_cuts_that_stand_off_are_a_longer_keys_last_ones_unless_both_edges_have_one_shoulder(
    catalogue: Catalogue, spine_mm: float | None, told: bool
) -> None:
    reading = replace(reading_of(catalogue, "35244", "KW1", 0.3), stops=Stops(0.0, spine_mm))
    assert (named(catalogue, reading).blank == "KW1") is told


@pytest.mark.parametrize("seed", [209, 221])
def test_the_bows_flat_before_the_second_collar_is_no_milling(catalogue: Catalogue, seed: int) -> None:
    rng = np.random.default_rng(seed)
    key = cut_by_blank(catalogue, "KW10", rng)
    frames = render_scan(
        key, load_settings().machine.views, NORMAL, seed, Pose(rotation_deg=float(rng.uniform(-15, 15)))
    )
    seen = identify(read_key(frames), catalogue)
    assert (seen.outcome, seen.blank, seen.faces_seen) == (Outcome.IDENTIFIED, "KW10", True)
