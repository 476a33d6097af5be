"""Finding the head, taking the metal's pattern off it, and knowing when there is nothing to read."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from config.phrases import load_phrases
from hardware.scan import Frame
from kiosk.identification import StampReader
from kiosk.identification.head.place import bow_of
from kiosk.key.reading import StampReading, Unseen
from tests.bench.drawn_heads import SHAPES, Mark, Metal, drawn_head

QUIET = Metal(scratches=0, noise=2.0)
DND = Mark(("DO NOT", "DUPLICATE"), cap_mm=1.8, at_mm=(1.5, 0.0))


@pytest.fixture(scope="module")
def reader() -> StampReader:
    return StampReader(load_phrases())


@pytest.mark.parametrize("shape", SHAPES)
def test_the_bow_is_cut_out_whole_and_without_the_blade(shape: str) -> None:
    bow = bow_of(drawn_head(None, QUIET, 5, shape=shape))
    assert bow.told
    assert bow.clear
    width_mm, height_mm = bow.grey.shape[1] * bow.mm_per_px, bow.grey.shape[0] * bow.mm_per_px
    assert 19 < width_mm < 33
    assert 17 < height_mm < 29


def test_tarnished_metal_is_not_split_into_bright_and_dark(reader: StampReader) -> None:
    bow = bow_of(drawn_head(DND, Metal(bright=90, ground=46, tarnish=1.0), 3))
    assert bow.told
    assert bow.grey.shape[1] * bow.mm_per_px > 22


def test_a_view_that_is_all_metal_is_looked_at_whole() -> None:
    metal = np.random.default_rng(1).integers(140, 160, (400, 500)).astype(np.uint8)
    bow = bow_of(Frame(metal, 0.06))
    assert not bow.told


@pytest.mark.parametrize("turn_deg", [205.0])
def test_a_worn_stamp_on_brushed_metal_is_read(reader: StampReader, turn_deg: float) -> None:
    mark = Mark(("DO NOT", "DUPLICATE"), 1.8, turn_deg=turn_deg, worn=0.4, at_mm=(1.5, 0.0))
    told = reader.read(drawn_head(mark, Metal(brushed=0.7), 11))
    assert told.phrases == ("do_not_duplicate",)


def test_words_round_the_rim_are_read(reader: StampReader) -> None:
    mark = Mark(("DO NOT COPY", "ACME LOCKS"), 2.0, arc=True)
    assert "do_not_duplicate" in reader.read(drawn_head(mark, Metal(brushed=0.2), 2)).phrases


def test_writing_that_cannot_be_made_out_is_not_no_writing(reader: StampReader) -> None:
    view = drawn_head(Mark(("RQBNWSK", "GXAEMHR"), 1.8, at_mm=(1.5, 0.0)), Metal(brushed=0.1), 4)
    mirrored = Frame(np.ascontiguousarray(view.pixels[:, ::-1]), view.mm_per_px)
    assert reader.read(mirrored) == StampReading(seen=True, illegible=True)


@pytest.mark.parametrize("brand", ["SCHLAGE"])
def test_the_name_of_an_ordinary_maker_says_nothing(reader: StampReader, brand: str) -> None:
    assert reader.read(drawn_head(Mark((brand,), 2.0, at_mm=(1.5, 0.0)), QUIET, 6)) == StampReading(seen=True)


def test_a_picture_out_of_focus_or_in_the_dark_is_not_a_head_read(reader: StampReader) -> None:
    view = drawn_head(DND, QUIET, 8)
    blurred = cv2.blur(view.pixels, (29, 29))
    assert reader.read(Frame(np.asarray(blurred, dtype=np.uint8), view.mm_per_px)) == StampReading(
        seen=False, unseen=Unseen.BLURRED
    )
    dark = (view.pixels * 0.1).astype(np.uint8)
    assert not reader.read(Frame(dark, view.mm_per_px)).seen
