"""Filth and milling are told where they are what was seen; neither is ever let pass."""

from __future__ import annotations

import numpy as np
import pytest

from config.catalogue import Catalogue
from config.keyway import Section
from hardware.scan import ScanFrames
from kiosk.identification import SectionIndex, identify, read_key
from kiosk.identification.section.match import Match
from kiosk.identification.section.strange import why_strange
from kiosk.key.reading import Outcome
from tests.identification.drawing import Sheet, blade_edge, drawn_key, outline, silhouette
from tests.identification.test_refusing import lines_of

SHEET = Sheet(width_px=1300, height_px=900, mm_per_px=0.06)


def changed(section: Section, band_mm: tuple[float, float], by_mm: float) -> Section:
    """The left face deeper (or less deep) by a rounded hollow between two heights."""
    heights = np.unique(np.round(np.concatenate([np.array(section.left)[:, 0], np.linspace(0.01, 8.7, 175)]), 4))
    recess = np.interp(heights, *np.array(section.left).T)
    middle, half = sum(band_mm) / 2, (band_mm[1] - band_mm[0]) / 2
    hollow = by_mm * np.sqrt(np.clip(1 - ((heights - middle) / half) ** 2, 0, 1))
    points = tuple((float(h), float(max(r, 0.0))) for h, r in zip(heights, recess + hollow, strict=True))
    return section.model_copy(update={"id": "unknown:changed", "left": points})


def told(frames: ScanFrames, catalogue: Catalogue, index: SectionIndex) -> Outcome:
    return identify(read_key(frames), catalogue, index).outcome


def test_metal_missing_from_one_face_alone_is_side_milling(catalogue: Catalogue, index: SectionIndex) -> None:
    milled = changed(catalogue.section_of["schlage:c"], (1.2, 3.4), 0.7)
    assert told(lines_of(milled), catalogue, index) is Outcome.SIDE_MILLED


def test_a_groove_that_sits_elsewhere_is_no_side_milling(catalogue: Catalogue, index: SectionIndex) -> None:
    section = catalogue.section_of["schlage:c"]
    moved = section.model_copy(update={"left": tuple((h + 0.5 if 0.5 < h < 5.2 else h, r) for h, r in section.left)})
    assert told(lines_of(moved), catalogue, index) is Outcome.UNKNOWN_SECTION


@pytest.mark.parametrize(("crumbs", "outcome"), [(0, Outcome.UNKNOWN_SECTION), (3, Outcome.DIRTY)])
def test_a_blade_with_crumbs_on_its_back_and_filled_grooves_is_dirty(
    catalogue: Catalogue, index: SectionIndex, crumbs: int, outcome: Outcome
) -> None:
    keyway, blank = catalogue.blank_of["SC1"]
    assert keyway.spec is not None
    section = catalogue.section_of["schlage:c"]
    filled = changed(section, (0.8, 1.9), -0.5)
    frames = drawn_key(keyway.spec, "14235", filled, blank.blade_length_mm, SHEET)
    roots = [keyway.spec.root_mm_of[code] for code in "14235"]
    edge = blade_edge(keyway.spec, roots, blank.blade_length_mm, section.height_mm)
    turn = np.linspace(0, 2 * np.pi, 30)
    specks = [np.stack([x + 0.25 * np.cos(turn), 0.15 * np.sin(turn)], axis=1) for x in np.linspace(5.0, 15.0, crumbs)]
    view = silhouette([*outline(edge, section.height_mm, SHEET), *specks], SHEET)
    seen = ScanFrames(silhouette=view, line_left=frames.line_left, line_right=frames.line_right)
    assert read_key(seen).crumbs == crumbs
    assert told(seen, catalogue, index) is outcome


def test_one_crumb_alone_is_no_excuse_for_a_deeper_groove() -> None:
    def nearest(deeper_mm: tuple[float, float], *, mirrored: bool = False) -> Match:
        return Match("schlage:c", mirrored, 0.1, 0.3, 0.9, 1.0, deeper_mm, (0.5, 0.5))

    assert why_strange(Outcome.UNKNOWN_SECTION, nearest((0.0, 0.1)), 1) is Outcome.DIRTY
    assert why_strange(Outcome.UNKNOWN_SECTION, nearest((0.0, 0.6)), 1) is Outcome.UNKNOWN_SECTION
    assert why_strange(Outcome.UNKNOWN_SECTION, nearest((0.0, 0.1), mirrored=True), 1) is Outcome.UNKNOWN_SECTION
    assert why_strange(Outcome.SECTION_NOT_SEEN, nearest((0.0, 0.1)), 0) is Outcome.SECTION_NOT_SEEN
