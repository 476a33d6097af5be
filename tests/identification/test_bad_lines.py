"""A blade that shines like a mirror, or has bright grains beside its line, is looked at again, not called unknown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from config.catalogue import Catalogue
from hardware.scan import Frame, ScanFrames
from kiosk.identification import SectionIndex, identify, read_key
from kiosk.identification.section.strange import MOST_DOUBTFUL
from kiosk.key.reading import Outcome
from simulator.keys.sections import random_section
from tests.identification.test_refusing import lines_of

OPEN = "schlage:c"


def glittering(view: Frame, share: float, seed: int) -> Frame:
    """In this share of the rows the line gives little light back, and something beside it a lot."""
    rng = np.random.default_rng(seed)
    pixels = view.pixels.astype(np.float64)
    rows, columns = pixels.shape
    for top in range(0, rows, 4):
        if rng.random() < share:
            strip = pixels[top : top + 4]
            strip *= 0.1
            at = rng.uniform(0.1, 0.9) * columns
            strip += 200 * np.exp(-0.5 * ((np.arange(columns) - at) * view.mm_per_px / 0.045) ** 2)
    return Frame(np.clip(pixels, 0, 255).astype(np.uint8), view.mm_per_px)


def told(frames: ScanFrames, share: float, seed: int, catalogue: Catalogue, index: SectionIndex) -> Outcome:
    assert frames.line_left is not None
    bad = replace(frames, line_left=glittering(frames.line_left, share, seed))
    return identify(read_key(bad), catalogue, index).outcome


def test_a_blade_that_glitters_is_asked_for_again(catalogue: Catalogue, index: SectionIndex) -> None:
    frames = lines_of(catalogue.section_of[OPEN])
    for share in (0.1, 0.5):
        outcomes = {told(frames, share, seed, catalogue, index) for seed in range(4)}
        assert outcomes == {Outcome.SECTION_NOT_SEEN}


def test_a_line_well_seen_leaves_an_unknown_section_unknown(catalogue: Catalogue, index: SectionIndex) -> None:
    reading = read_key(lines_of(random_section(np.random.default_rng(5))))
    assert identify(reading, catalogue, index).outcome is Outcome.UNKNOWN_SECTION
    assert reading.section is not None
    assert reading.section.doubtful_share < MOST_DOUBTFUL / 3


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0.0, 0.9))
def test_no_glitter_opens_an_unknown_section(
    catalogue: Catalogue, index: SectionIndex, seed: int, share: float
) -> None:
    frames = lines_of(random_section(np.random.default_rng(seed)))
    answer = told(frames, share, seed, catalogue, index)
    assert answer in (Outcome.UNKNOWN_SECTION, Outcome.SECTION_NOT_SEEN, Outcome.MIRRORED_SECTION, Outcome.SIDE_MILLED)
