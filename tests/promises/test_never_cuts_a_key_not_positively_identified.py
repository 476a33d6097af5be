"""Never cuts a key that was not positively identified: its cuts, on whatever picture and after whatever wear.

Who would break it: a shopper with an old key that a pocket has worn by the width of a step; a lens that has slipped in
its mount or a technician who types the scale of another camera; a key that leans on its head or on a coin, so that the
silhouette alone is seen too large; the owner of a lock whose keys were cut by another chart at the same spacing;
somebody whose key was filed in its spine, to pass the wards of another lock; grease and lint that fill one cut level.
Each would be handed a key that opens nothing, or somebody else's door.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from config.catalogue import load_catalogue
from config.settings import load_settings
from kiosk.identification import build_index, identify, read_key
from kiosk.key.reading import Identification, Outcome
from simulator.keys.key import milled
from simulator.keys.sample_keys import cut_by_blank
from simulator.optics import NORMAL, render_scan
from tests.bench.drawn_keys import CHARTS, MASTER_BY_MACHINE, OLD_KWIKSET, Chart, Lie, Worn, cast, edge_of, frames_of

CHART = {chart.blank: chart for chart in CHARTS}
CODES = {"KW1": "35244", "SC1": "25361", "M1": "4257"}


@lru_cache(maxsize=1)
def world():
    catalogue = load_catalogue()
    return catalogue, build_index(catalogue.sections)


def told(chart: Chart, code: str, worn: Worn | None = None, lie: Lie | None = None) -> Identification:
    catalogue, index = world()
    section = catalogue.section_of[chart.section]
    worn = worn or Worn(np.zeros(chart.cuts))
    seen = cast(edge_of(chart, code, worn), section, lie or Lie())
    return identify(read_key(frames_of(chart, seen, section, worn.edge_mm, seed=len(code))), catalogue, index)


def lost(*each_mm: float, edge_mm: float = 0.0) -> Worn:
    return Worn(np.array(each_mm), edge_mm)


@pytest.mark.parametrize("blank", CODES)
def test_a_sound_key_is_told(blank: str) -> None:
    answer = told(CHART[blank], CODES[blank])
    assert (answer.outcome, answer.blank, answer.bitting) == (Outcome.IDENTIFIED, blank, CODES[blank])


@pytest.mark.parametrize("blank", CODES)
@pytest.mark.parametrize(("scale", "worn_mm"), [(0.94, 0.0), (0.97, 0.1), (0.985, 0.1), (1.02, 0.0), (1.035, 0.1)])
def test_a_silhouette_of_the_wrong_scale_shifts_no_key_by_a_step(blank: str, scale: float, worn_mm: float) -> None:
    chart = CHART[blank]
    answer = told(chart, CODES[blank], lost(*[worn_mm] * chart.cuts, edge_mm=0.03), Lie(scale=scale))
    assert answer.outcome is not Outcome.IDENTIFIED or answer.bitting == CODES[blank]


@pytest.mark.parametrize("blank", CODES)
@pytest.mark.parametrize("roll_deg", [-13.0, 6.0, 12.0])
def test_a_key_tilted_in_the_silhouette_alone_is_not_told_as_another(blank: str, roll_deg: float) -> None:
    answer = told(CHART[blank], CODES[blank], lie=Lie(roll_deg=roll_deg, lift_mm=3.0))
    assert answer.outcome is not Outcome.IDENTIFIED or answer.bitting == CODES[blank]


@pytest.mark.parametrize(
    ("blank", "code", "each_mm"),
    [
        ("SC1", "43143", (0.08, 0.66, 0.05, 0.11, 0.34)),
        ("SC1", "25361", (0.02, 0.38, 0.05, 0.01, 0.12)),
        ("KW1", "35244", (0.10, 0.57, 0.05, 0.20, 0.02)),
        ("M1", "4257", (0.03, 0.39, 0.10, 0.06)),
    ],
)
def test_a_cut_that_has_worn_by_a_whole_step_is_not_taken_for_new(
    blank: str, code: str, each_mm: tuple[float, ...]
) -> None:
    answer = told(CHART[blank], code, lost(*each_mm))
    assert answer.outcome is Outcome.WORN_PAST_TELLING


def test_a_cut_above_a_factory_depth_is_not_that_depth_worn() -> None:
    assert told(CHART["SC1"], "25361", lost(0.0, 0.0, -0.15, 0.0, 0.0)).outcome is Outcome.WORN_PAST_TELLING


def with_filled(chart: Chart, code: str, cuts: Sequence[int], steps: float) -> Identification:
    """Cuts, counted from 0, filled level by so many steps of the chart."""
    catalogue, index = world()
    section = catalogue.section_of[chart.section]
    edge = edge_of(chart, code, Worn(np.zeros(chart.cuts)))
    spec = catalogue.blank_of[chart.blank][0].spec
    assert spec is not None
    for cut in cuts:
        centre_mm = spec.cut_positions_mm(len(code))[cut]
        level_mm = spec.root_mm_of[code[cut]] + steps * spec.least_step_mm
        near = np.abs(edge[:, 0] - centre_mm) < spec.pitch_mm / 2
        edge[near, 1] = np.maximum(edge[near, 1], level_mm)
    return identify(
        read_key(frames_of(chart, cast(edge, section, Lie()), section, 0.0, seed=len(code))), catalogue, index
    )


@pytest.mark.parametrize(
    ("blank", "code", "cuts"),
    [("SC1", "52636", (2,)), ("SC1", "52636", (0, 2)), ("KW1", "35244", (1,)), ("M1", "4257", (2,))],
)
def test_a_cut_filled_level_by_a_whole_step_is_not_taken_for_the_shallower_one(
    blank: str, code: str, cuts: tuple[int, ...]
) -> None:
    answer = with_filled(CHART[blank], code, cuts, 1.0)
    assert (answer.outcome, answer.to_blame[0] - 1 in cuts) == (Outcome.CUT_FILLED, True)
    assert with_filled(CHART[blank], code, (), 1.0).outcome is Outcome.IDENTIFIED


@pytest.mark.parametrize("flat_in", [0.020, 0.045, 0.060])
def test_a_key_copied_by_a_wheel_of_another_width_is_filled_nowhere(flat_in: float) -> None:
    wheel = replace(CHART["SC1"], flat=flat_in)
    assert told(wheel, "52636").outcome is not Outcome.CUT_FILLED


@pytest.mark.parametrize("code", ["13577", "71753", "11717", "55555"])
def test_a_key_of_the_old_kwikset_series_is_never_a_kw1(code: str) -> None:
    assert told(OLD_KWIKSET, code).outcome is not Outcome.IDENTIFIED


def test_a_key_cut_by_another_chart_or_evenly_too_high_is_not_told_as_worn() -> None:
    assert told(OLD_KWIKSET, "13577").outcome is Outcome.CUTS_OFF_CHART
    assert told(CHART["SC1"], "52636", lost(*[-0.127] * 5)).outcome is Outcome.CUTS_OFF_CHART
    assert told(CHART["SC1"], "52636", lost(*[0.127] * 5)).outcome is Outcome.WORN_PAST_TELLING


def test_the_cut_that_could_not_be_decoded_is_named() -> None:
    assert told(CHART["SC1"], "25361", lost(0.0, 0.0, 0.17, 0.0, 0.0)).to_blame == (3,)
    assert told(CHART["SC1"], "25361").to_blame == ()


@pytest.mark.parametrize("code", ["4357", "7261"])
def test_a_master_key_by_the_machines_chart_is_its_own_code_and_not_a_worn_one(code: str) -> None:
    answer = told(MASTER_BY_MACHINE, code)
    assert (answer.outcome, answer.bitting, answer.worn_cuts) == (Outcome.IDENTIFIED, code, ())


@pytest.mark.parametrize("blank", ["KW1", "SC1", "Y1"])
@pytest.mark.parametrize(
    ("places_mm", "width_mm", "depth_mm", "angle_deg"),
    [
        ((), 0.0, 0.0, 90.0),
        ((1.5,), 2.0, 0.6, 1.0),
        ((13.0,), 2.0, 2.0, 1.0),
        ((12.0,), 0.0, 0.5, 90.0),
        ((22.5,), 1.0, 0.7, 1.0),
        ((5.0, 9.0, 13.0, 17.0, 21.0), 1.0, 0.5, 1.0),
    ],
    ids=["not filed", "at the shoulder", "one deep", "one pointed", "at the tip", "a row"],
)
def test_a_key_filed_in_its_spine_is_told_by_its_second_cut_edge_and_by_no_name(
    blank: str, places_mm: Sequence[float], width_mm: float, depth_mm: float, angle_deg: float
) -> None:
    catalogue, index = world()
    key = cut_by_blank(catalogue, blank, np.random.default_rng(4))
    spine = -milled(key.x_mm, -key.bottom_mm, places_mm, [-depth_mm] * len(places_mm), width_mm, angle_deg)
    views = load_settings().machine.views
    frames = render_scan(replace(key, bottom_mm=spine), views, replace(NORMAL, missing=frozenset({"head"})), 4)
    answer = identify(read_key(frames), catalogue, index)
    assert answer.outcome is (Outcome.DOUBLE_SIDED if places_mm else Outcome.IDENTIFIED)
    assert (answer.blank == blank, bool(answer.cuts)) == (not places_mm, not places_mm)
