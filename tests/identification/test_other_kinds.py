"""A key of another kind is called by its name, also in an ordinary photograph with a shadow beside bright metal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from config.catalogue import Catalogue
from hardware.scan import Frame, ScanFrames
from kiosk.identification import SectionIndex, identify, read_key
from kiosk.key.reading import Outcome
from simulator.keys import special_keys
from simulator.keys.key import Face, Finish, PhysicalKey, blank_key
from simulator.keys.sample_keys import cut_by_blank
from simulator.optics import NORMAL
from simulator.optics.paper import render_on_paper

SEEDS = range(3)
KINDS: dict[Outcome, Callable[[np.random.Generator], PhysicalKey]] = {
    Outcome.DIMPLE: special_keys.dimple,
    Outcome.TWO_TRACK: special_keys.two_track,
    Outcome.DOUBLE_SIDED: special_keys.double_sided,
    Outcome.TUBULAR: special_keys.tubular,
}


def told(view: Frame, catalogue: Catalogue, index: SectionIndex) -> Outcome:
    return identify(read_key(ScanFrames(silhouette=view, head=view)), catalogue, index).outcome


@pytest.mark.parametrize("kind", KINDS)
def test_a_photograph_of_another_kind_is_told_by_its_name(
    catalogue: Catalogue, index: SectionIndex, kind: Outcome
) -> None:
    said = [
        told(render_on_paper(KINDS[kind](np.random.default_rng(seed)), 0.06, NORMAL, seed), catalogue, index)
        for seed in SEEDS
    ]
    assert said.count(kind) >= len(SEEDS) - 1, said
    assert Outcome.OUT_OF_FOCUS not in said


@pytest.mark.parametrize(("kind", "seed"), [(Outcome.DIMPLE, 29), (Outcome.TWO_TRACK, 26), (Outcome.TUBULAR, 105)])
def test_a_bows_shadow_beside_the_blade_and_light_that_breaks_a_track_hide_no_kind(
    catalogue: Catalogue, index: SectionIndex, kind: Outcome, seed: int
) -> None:
    key = KINDS[kind](np.random.default_rng(seed))
    assert told(render_on_paper(key, 0.06, NORMAL, seed), catalogue, index) is kind


def test_streaks_of_brushed_metal_are_no_dimples(catalogue: Catalogue, index: SectionIndex) -> None:
    """A padlock's key with shallow cuts, its face brushed a little out of line with its blade."""
    key = cut_by_blank(catalogue, "M1", np.random.default_rng(102), finish=Finish.NICKEL)
    assert told(render_on_paper(key, 0.06, NORMAL, 102), catalogue, index) is Outcome.SECTION_NOT_SEEN


@pytest.mark.parametrize("blank", ["KW1", "SC1", "M1"])
def test_a_blank_is_called_uncut(catalogue: Catalogue, index: SectionIndex, blank: str) -> None:
    keyway, found = catalogue.blank_of[blank]
    key = blank_key(keyway, found, catalogue.section_of[keyway.sections[0]])
    assert told(render_on_paper(key, 0.06, NORMAL, 1), catalogue, index) is Outcome.UNCUT


@pytest.mark.parametrize("blank", ["KW1", "SC1", "M1"])
@pytest.mark.parametrize("finish", [Finish.BRASS, Finish.NICKEL])
def test_a_plain_key_is_called_nothing_else(
    catalogue: Catalogue, index: SectionIndex, blank: str, finish: Finish
) -> None:
    key = cut_by_blank(catalogue, blank, np.random.default_rng(7), finish=finish)
    assert told(render_on_paper(key, 0.06, NORMAL, 7), catalogue, index) is Outcome.SECTION_NOT_SEEN


@pytest.mark.parametrize("blank", ["KW1", "SC1"])
def test_rows_of_hollows_beside_the_edge_are_called_by_name_where_they_face_the_camera(
    catalogue: Catalogue, index: SectionIndex, blank: str
) -> None:
    """The other face of such a key is a plain key's: a photograph of it shows nothing else."""
    said = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        key = special_keys.side_milled(cut_by_blank(catalogue, blank, rng), rng)
        key = replace(key, hollows=tuple(replace(each, face=Face.BOTH) for each in key.hollows))
        said.append(told(render_on_paper(key, 0.06, NORMAL, seed), catalogue, index))
    assert said.count(Outcome.SIDE_MILLED) >= len(SEEDS) - 1, said


def test_a_photograph_out_of_focus_is_still_that(catalogue: Catalogue, index: SectionIndex) -> None:
    """The shadow's softness is forgiven, a lens's is not."""
    sharp = render_on_paper(special_keys.dimple(np.random.default_rng(1)), 0.06, NORMAL, 1)
    soft = np.asarray(cv2.GaussianBlur(sharp.pixels, (0, 0), 0.3 / sharp.mm_per_px), dtype=np.uint8)
    assert told(Frame(soft, sharp.mm_per_px), catalogue, index) is Outcome.OUT_OF_FOCUS
