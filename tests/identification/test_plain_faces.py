"""Whoever lays an ordinary key, new or worn, hears nothing of milling: walls of its grooves are none."""

from __future__ import annotations

import pytest

from kiosk.identification import identify, read_key
from kiosk.identification.section.milling import _is_bit_of_a_wall, _Mark
from kiosk.key.reading import Outcome
from simulator.optics import NORMAL
from tests.bench.bench_identify import drawn_key, photographed, world

SEED = 9127


@pytest.mark.parametrize("number", [1, 4, 55, 57, 93])
def test_an_ordinary_key_is_not_told_milled(number: int) -> None:
    _, catalogue, index = world()
    _, _, key = drawn_key(number, SEED)
    told = identify(read_key(photographed(number, SEED, key, NORMAL)), catalogue, index)
    assert told.outcome is not Outcome.SIDE_MILLED


def mark(*, high_mm: float = 0.2, long_mm: float = 0.6) -> _Mark:
    return _Mark(sign=1.0, x_mm=12.0, width_mm=long_mm, height_mm=high_mm, rows=slice(28, 31), peak=0.3)


def test_a_low_short_bit_of_light_is_a_wall_of_a_groove() -> None:
    assert _is_bit_of_a_wall([mark()])
    assert _is_bit_of_a_wall([mark(), mark()])


@pytest.mark.parametrize(
    "marks",
    [[mark(high_mm=0.3)], [mark(long_mm=1.2)], [mark(), mark(high_mm=0.3)], [mark(), mark(), mark()]],
    ids=["higher", "longer", "one of them higher", "a row of them"],
)
def test_what_a_tool_leaves_is_no_wall(marks: list[_Mark]) -> None:
    assert not _is_bit_of_a_wall(marks)
