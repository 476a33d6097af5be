"""Strokes like writing that nobody found a line of: each clause by which bare metal is told from them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk.identification.head.place import HeadView
from kiosk.identification.head.strokes import LEAST_STROKES, has_unread_strokes

MM_PER_PX, SIDE_PX = 0.055, 420
Picture = NDArray[np.uint8]


def flat_metal() -> Picture:
    """A flattened bow of 23 mm with its usual unevenness and nothing on it."""
    return np.random.default_rng(3).normal(128, 8, (SIDE_PX, SIDE_PX)).clip(0, 255).astype(np.uint8)


def bow(metal: Picture | None = None) -> HeadView:
    whole = np.pad(np.ones((SIDE_PX - 20, SIDE_PX - 20), np.uint8), 10) if metal is None else metal
    grey = np.full((SIDE_PX, SIDE_PX), 128, np.uint8)
    return HeadView(grey, np.zeros((SIDE_PX, SIDE_PX, 2), np.float32), whole, MM_PER_PX, told=True, clear=True)


def struck(
    count: int, *, across: int = 10, long_px: int = 18, thick_px: int = 4, step_px: tuple[int, int] = (12, 26),
    strength: int = 90,
) -> Picture:  # fmt: skip
    """Rows of upright strokes like those of letters a millimetre high, each its own."""
    flat = flat_metal().astype(np.int16)
    for number in range(count):
        x, y = 140 + number % across * step_px[0], 140 + number // across * step_px[1]
        flat[y : y + long_px, x : x + thick_px] += strength
    return flat.clip(0, 255).astype(np.uint8)


def test_bare_metal_has_no_strokes() -> None:
    assert not has_unread_strokes(flat_metal(), bow(), ())


def test_rows_of_short_strokes_are_writing() -> None:
    assert has_unread_strokes(struck(LEAST_STROKES + 8), bow(), ())


def test_dark_strokes_are_as_much_writing_as_bright_ones() -> None:
    assert has_unread_strokes(struck(LEAST_STROKES + 8, strength=-90), bow(), ())


@pytest.mark.parametrize("count", [6, LEAST_STROKES - 6])
def test_a_device_of_few_strokes_is_no_writing(count: int) -> None:
    assert not has_unread_strokes(struck(count, across=5), bow(), ())


def test_strokes_longer_than_letters_are_a_pattern() -> None:
    assert not has_unread_strokes(struck(23, across=23, long_px=120, step_px=(12, 130)), bow(), ())


def test_specks_shorter_than_a_letters_stroke_are_dirt() -> None:
    assert not has_unread_strokes(struck(LEAST_STROKES + 8, long_px=3, thick_px=3), bow(), ())


def test_strokes_no_louder_than_the_metal_are_its_grain() -> None:
    assert not has_unread_strokes(struck(LEAST_STROKES + 8, strength=6), bow(), ())


def test_strokes_where_words_were_read_that_mean_nothing_are_those_words() -> None:
    flat = struck(LEAST_STROKES + 8)
    assert not has_unread_strokes(flat, bow(), [((200.0, 180.0), 120.0)])
    assert has_unread_strokes(flat, bow(), [((40.0, 40.0), 30.0)])


def test_strokes_beside_the_metal_are_not_on_it() -> None:
    metal = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    metal[230:400, 20:400] = 1
    assert not has_unread_strokes(struck(LEAST_STROKES + 8), bow(metal), ())
