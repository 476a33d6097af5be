"""Letters struck dot by dot on mottled metal: told from bare metal, lines, scratches and the blade's grooves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from config.phrases import load_phrases
from hardware.scan import Frame
from kiosk.identification import StampReader
from kiosk.identification.head.peened import is_peened
from kiosk.identification.head.place import HeadView, bow_of

MM_PER_PX = 0.055
SIZE_PX, MIDDLE_PX, BOW_PX = (480, 620), (240, 240), 210
BRASS, BRONZE = (196, 160, 88), (150, 105, 60)
Relief = NDArray[np.float32]


def letters(*lines: str, pitch_mm: float = 0.0, cap_mm: float = 1.5) -> Relief:
    """Depth of words across the bow: dots so far apart, or one stroke."""
    drawn = np.zeros(SIZE_PX, np.uint8)
    for number, line in enumerate(lines):
        scale = cap_mm / MM_PER_PX / 21
        (wide, _), _ = cv2.getTextSize(line, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)
        at = (MIDDLE_PX[0] - wide // 2 + 20, MIDDLE_PX[1] + round((number - 0.2) * 1.7 * cap_mm / MM_PER_PX))
        cv2.putText(drawn, line, at, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, 1)
    if not pitch_mm:
        return (drawn > 0).astype(np.float32)
    pits, taken, apart = np.zeros(SIZE_PX, np.float32), np.zeros(SIZE_PX, bool), round(pitch_mm / MM_PER_PX)
    for y, x in np.argwhere(drawn > 0):
        if not taken[y - apart + 1 : y + apart, x - apart + 1 : x + apart].any():
            taken[y, x], pits[y, x] = True, 2.0
    return pits


def head(relief: Relief, colour: tuple[int, int, int] = BRASS, mottling: float = 0.1, steep: float = 22.0) -> Frame:
    """A round bow with a blade on a dark tray, its metal cloudy, lit from one side."""
    rng = np.random.default_rng(11)
    clouds = cv2.GaussianBlur(rng.normal(0, 1, SIZE_PX).astype(np.float32), (0, 0), 0.6 / MM_PER_PX)
    light = 1 + mottling * clouds / clouds.std()
    soft = cv2.GaussianBlur(relief, (0, 0), 0.9)
    light += (np.roll(soft, -1, axis=1) - np.roll(soft, 1, axis=1)) * np.float32(steep / 255)
    body = np.zeros(SIZE_PX, np.uint8)
    cv2.circle(body, MIDDLE_PX, BOW_PX, 1, cv2.FILLED)
    cv2.rectangle(body, (400, 170), (SIZE_PX[1], 310), 1, cv2.FILLED)
    cv2.circle(body, (85, 240), 40, 0, cv2.FILLED)
    grey = cv2.GaussianBlur(np.where(body > 0, light, 0.2).astype(np.float32), (0, 0), 0.8)
    seen = grey[:, :, None] * np.array(colour, np.float32) + rng.normal(0, 1.2, (*SIZE_PX, 1))
    return Frame(seen.clip(0, 255).astype(np.uint8), MM_PER_PX)


def bow(relief: Relief, colour: tuple[int, int, int] = BRASS, mottling: float = 0.1, steep: float = 22.0) -> HeadView:
    return bow_of(head(relief, colour, mottling, steep))


BARE = np.zeros(SIZE_PX, np.float32)
TEXTS = (("DO NOT", "COPY"), ("UNLAWFUL TO", "DUPLICATE"), ("PROPERTY OF", "U.S. GOVERNMENT"))


@pytest.mark.parametrize("colour", [BRASS, BRONZE], ids=["brass", "bronze"])
@pytest.mark.parametrize("lines", TEXTS, ids=" ".join)
def test_peened_words_are_told_on_mottled_metal(lines: tuple[str, ...], colour: tuple[int, int, int]) -> None:
    assert is_peened(bow(letters(*lines, pitch_mm=0.28), colour, steep=30.0), ())


@pytest.mark.parametrize("mottling", [0.03, 0.1, 0.15])
@pytest.mark.parametrize("colour", [BRASS, BRONZE], ids=["brass", "bronze"])
def test_mottled_metal_is_not_peened(colour: tuple[int, int, int], mottling: float) -> None:
    assert not is_peened(bow(BARE, colour, mottling), ())


def test_a_word_of_a_few_letters_has_too_few_pits() -> None:
    assert not is_peened(bow(letters("DO", pitch_mm=0.28)), ())


def test_the_sides_of_lines_are_no_pits() -> None:
    assert not is_peened(bow(letters("DO NOT", "DUPLICATE")), ())


def test_pits_where_words_were_read_are_those_words() -> None:
    view = bow(letters(*TEXTS[0], pitch_mm=0.28))
    assert is_peened(view, [((40.0, 40.0), 30.0)])
    assert not is_peened(view, [((240.0, 240.0), 120.0)])


def test_pits_on_the_rim_are_no_letters() -> None:
    view = bow(letters(*TEXTS[0], pitch_mm=0.28))
    off = view.metal.copy()
    cv2.circle(off, MIDDLE_PX, 120, 0, cv2.FILLED)
    assert not is_peened(HeadView(view.grey, view.hue, off, view.mm_per_px, told=True, clear=True), ())


def test_the_ends_of_grooves_hide_no_pits() -> None:
    relief = letters(*TEXTS[0], pitch_mm=0.28)
    for y in range(200, 290, 12):
        cv2.line(relief, (380, y), (440, y + 8), 60.0, 2)
    assert is_peened(bow(relief), ())


def test_words_that_no_look_finds_go_to_staff() -> None:
    reader = StampReader(load_phrases())
    assert reader.read(head(letters(*TEXTS[0], pitch_mm=0.28), mottling=0.03, steep=18.0)).illegible
    assert not reader.read(head(BARE, mottling=0.03)).illegible
