"""Words on a head are read at any rotation, by models that ship with the package; only ids come out."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from config.phrases import load_phrases
from hardware.scan import Frame
from kiosk.identification import StampReader
from kiosk.identification.head.letters import _ROWS_PX, Letters, Text, TextLine
from kiosk.identification.head.stamp import _Gleaned, _spine
from kiosk.key.reading import StampReading, Unseen


@pytest.fixture(scope="module")
def reader() -> StampReader:
    return StampReader(load_phrases())


def head(lines: tuple[str, ...], turn_deg: float, *, light: bool = False) -> Frame:
    """A bright round bow with a blade on a dark tray (or the reverse), words across the bow."""
    ground, metal, words = (235, 90, 25) if light else (40, 175, 70)
    image: np.ndarray = np.full((700, 900), ground, np.uint8)
    cv2.circle(image, (250, 350), 210, metal, -1)
    cv2.rectangle(image, (430, 290), (860, 410), metal, -1)
    cv2.circle(image, (75, 350), 24, ground, -1)
    text = np.zeros_like(image)
    for number, line in enumerate(lines):
        (width, height), _ = cv2.getTextSize(line, cv2.FONT_HERSHEY_SIMPLEX, 1.3, 3)
        at = (265 - width // 2, 350 + height // 2 + round((number - (len(lines) - 1) / 2) * 60))
        cv2.putText(text, line, at, cv2.FONT_HERSHEY_SIMPLEX, 1.3, 255, 3, cv2.LINE_AA)
    matrix = cv2.getRotationMatrix2D((265, 350), turn_deg, 1.0)
    text = cv2.warpAffine(text, matrix, (image.shape[1], image.shape[0]))
    image = np.where(text > 100, words, image).astype(np.uint8)
    return Frame(np.repeat(image[:, :, None], 3, axis=2), 0.065)


@pytest.mark.parametrize("turn_deg", [90, 33])
def test_do_not_duplicate_is_read_however_it_is_turned(reader: StampReader, turn_deg: float) -> None:
    assert reader.read(head(("DO NOT", "DUPLICATE"), turn_deg)).phrases == ("do_not_duplicate",)


def test_a_dark_key_on_paper_is_read_too(reader: StampReader) -> None:
    assert reader.read(head(("MEDECO",), 0, light=True)).phrases == ("brand_medeco",)


def test_a_number_on_a_head_never_leaves(reader: StampReader) -> None:
    stamp = reader.read(head(("HOME", "74351"), 0))
    assert stamp == StampReading(seen=True)
    assert "74351" not in repr(stamp)


def line(
    said: tuple[str, ...], length_mm: float, *, sureness: float = 0.9, y: float = 100.0, turn_deg: float = 0.0
) -> Text:
    """One line of letters 2.4 mm high at 0.05 mm a pixel."""
    half = length_mm / 0.05 / 2
    corners = np.array([(-half, -24), (half, -24), (half, 24), (-half, 24)])
    a = np.radians(turn_deg)
    turned = corners @ np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]) + (200, y)
    return Text(TextLine(turned.astype(np.float32), 0.8, length_mm, 2.4), said, sureness)


def gleaned(*looks: tuple[Text, ...], metal: np.ndarray | None = None) -> _Gleaned:
    together = _Gleaned(load_phrases(), metal)
    for look in looks:
        together.add(look, tuple(_spine(text.line) for text in look), 0.05)
    return together


def test_a_known_line_is_harmless_and_so_is_a_worse_look_at_it() -> None:
    assert not gleaned((line(("SCHLAGE",), 12.0),), (line(("CHLAQZ",), 11.0),)).illegible


def test_two_letters_of_a_long_line_are_not_what_it_says() -> None:
    assert gleaned((line(("ET",), 18.5),), (line(("EKONPOBAT",), 18.5),)).illegible


def test_a_makers_name_does_not_excuse_what_stands_below_it() -> None:
    assert gleaned((line(("SCHLAGE",), 16.0), line(("HERMIONE",), 16.0, y=170.0))).illegible


def test_a_short_number_does_not_excuse_a_longer_line_across_it() -> None:
    assert gleaned((line(("KW1",), 4.0),), (line(("XKW1QPRTZ",), 14.0),)).illegible


REQUEST = line(("DO NOT DUPLICATE",), 22.0)


def test_a_request_alone_leaves_nothing_unread() -> None:
    again = (line(("DO NOI DUPUCATE",), 21.0), line(("DUPL",), 6.0), line(("KW1",), 4.0, y=160.0))
    assert gleaned((REQUEST,), again).phrases == ("do_not_duplicate",)
    assert not gleaned((REQUEST,), again).illegible


@pytest.mark.parametrize(
    "other",
    [
        line(("VLS QOVT",), 9.0, y=170.0),
        line(("UNLS",), 9.0, y=150.0, turn_deg=90),
        line(("U.S.",), 3.0, y=150.0),
        line((), 9.0, sureness=0.0, y=170.0),
    ],
    ids=["beside it", "across it", "a scrap of a seal", "nothing of it read"],
)
def test_a_second_line_at_a_request_is_unread_writing_as_well(other: Text) -> None:
    both = gleaned((REQUEST, other))
    assert (both.phrases, both.illegible) == (("do_not_duplicate",), True)


def test_words_struck_across_a_request_are_seen_by_the_strokes_it_leaves(reader: StampReader) -> None:
    asked = head(("DO NOT", "DUPLICATE"), 0)
    crossed = np.where(head(("U.S. GOVT",), 50).pixels == 70, 70, asked.pixels)
    grain = np.random.default_rng(7).normal(0, 3, asked.pixels.shape)
    pictures = (np.clip(each + grain, 0, 255).astype(np.uint8) for each in (asked.pixels, crossed))
    plain, both = (reader.read(Frame(each, asked.mm_per_px)) for each in pictures)
    assert (plain.phrases, plain.illegible) == (("do_not_duplicate",), False)
    assert both.illegible or "us_government" in both.phrases


def test_letters_upside_down_are_never_read_together_with_the_same_letters_upright() -> None:
    assert gleaned((line(("DO NOT DUPLICATE", "BY LAW"), 22.0),)).phrases == ("do_not_duplicate",)


def test_what_only_the_finder_sees_counts_where_letters_can_stand() -> None:
    unread = line((), 9.0, sureness=0.0)
    metal = np.ones((300, 400), np.uint8)
    assert gleaned((unread,), metal=metal).illegible
    metal[80:] = 0
    assert not gleaned((unread,), metal=metal).illegible
    assert gleaned((line(("HERMIONE",), 9.0),), metal=metal).illegible


@pytest.mark.parametrize(
    "words",
    [("NOT FOR SALE", "DO NOT COPY"), ("KWIKSET KEY", "DO NOT COPY"), ("U.S. POSTAL", "DO NOT COPY", "NOT FOR SALE")],
    ids=["unread as one", "one hides it", "three of them"],
)
def test_small_rows_that_were_found_as_one_line_are_read_one_by_one(words: tuple[str, ...]) -> None:
    high = 27 * len(words)
    rows: np.ndarray = np.full((high, 230), 128, np.uint8)
    for number, text in enumerate(words):
        cv2.putText(rows, text, (8, 20 + 26 * number), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 60, 1, cv2.LINE_AA)
    corners = np.array([(0, 0), (230, 0), (230, high), (0, high)], np.float32)
    read = Letters().read(rows, [TextLine(corners, 0.5, 20.7, 2.43 * len(words))])
    assert [text.said[0].replace(" ", "") for text in read] == [each.replace(" ", "") for each in words]
    assert [text.line.height_mm for text in read] == pytest.approx([2.43] * len(words))


def test_a_name_unrolled_round_the_middle_is_no_longer_than_it_is_on_the_bow() -> None:
    name, drawn_out = line(("ILCO",), 10.0), line(("LCO",), 20.0)
    together = gleaned((name,))
    together.add((drawn_out,), (_spine(name.line),), 0.05)
    assert not together.illegible
    assert gleaned((name,), (drawn_out,)).illegible


def test_no_head_is_not_a_clean_head(reader: StampReader) -> None:
    unseen = StampReading(seen=False, unseen=Unseen.NO_PICTURE)
    assert reader.read(None) == unseen
    assert reader.read(Frame(np.zeros((1, 1), np.uint8), 0.05)) == unseen


def again(known: Text, now: Text) -> Text | None:
    """What a second look takes over for a line it finds now."""
    return gleaned((known,)).settled(now.line, _spine(now.line), 0.05)


KWIKSET = line(("KWIKSET",), 12.0)


def test_a_makers_name_that_was_read_beyond_doubt_is_not_read_again() -> None:
    found = again(KWIKSET, line((), 12.2, turn_deg=180.0))
    assert found is not None
    assert found.said == ("KWIKSET",)


@pytest.mark.parametrize(
    ("known", "now"),
    [
        pytest.param(line(("KWIKSET",), 12.0, sureness=0.89), KWIKSET, id="not sure"),
        pytest.param(line(("HERMIONE",), 12.0), KWIKSET, id="unknown"),
        pytest.param(line(("HPC",), 5.0), line((), 5.0), id="short"),
        pytest.param(KWIKSET, line((), 12.0, y=120.0), id="elsewhere"),
        pytest.param(KWIKSET, line((), 14.0), id="longer"),
        pytest.param(KWIKSET, replace(KWIKSET, line=replace(KWIKSET.line, height_mm=3.2)), id="higher"),
    ],
)
def test_whatever_may_be_more_than_what_was_read_is_read_again(known: Text, now: Text) -> None:
    assert again(known, now) is None


def test_grain_that_looks_like_lines_without_end_is_not_read_in_rows_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(3)
    grain = cv2.GaussianBlur(rng.normal(128, 90, (400, 400)), (0, 0), 2.0).clip(0, 255).astype(np.uint8)
    boxes = [np.array([(0, y), (180, y), (180, y + 70), (0, y + 70)], np.float32) for y in range(0, 320, 32)]
    wide_px: list[int] = []

    def unreadable(_: Letters, strip: np.ndarray) -> tuple[str, float]:
        wide_px.append(strip.shape[1])
        return "", 0.0

    monkeypatch.setattr(Letters, "_read", unreadable)
    letters = Letters.__new__(Letters)
    letters.read(grain, [TextLine(box, 0.5, 9.0, 3.5) for box in boxes])
    as_one_px = 10 * 2 * 123
    assert as_one_px < sum(wide_px) <= as_one_px + 2 * _ROWS_PX


MADE_IN, USA = line(("MADE IN",), 14.0, y=60.0), line(("U.S.A.",), 11.0, y=130.0)


def seen_as_one(*curve: tuple[float, float]) -> _Gleaned:
    """Two lines that mean nothing, and a find that runs along this curve."""
    together = gleaned((MADE_IN, USA))
    together.add((line(("MSO.A.N",), 20.0, sureness=0.74),), (curve,), 0.05)
    return together


def test_two_lines_that_mean_nothing_are_none_when_found_as_one_curve_over_both() -> None:
    assert not seen_as_one((80, 60), (320, 60), (300, 130), (100, 130)).illegible


def test_a_curve_that_goes_beyond_the_lines_that_were_read_is_writing() -> None:
    assert seen_as_one((80, 60), (320, 60), (300, 130), (100, 230)).illegible


def test_a_curve_over_both_lines_of_a_request_may_be_a_second_mark() -> None:
    request = gleaned((line(("DO NOT",), 14.0, y=60.0), line(("COPY",), 11.0, y=130.0)))
    assert not request.illegible
    request.add((line(("MSO.A.N",), 20.0, sureness=0.74),), (((80, 60), (320, 60), (300, 130), (100, 130)),), 0.05)
    assert request.illegible


@pytest.mark.parametrize(
    ("again", "unread"),
    [
        pytest.param(line(("U.SA",), 11.0, sureness=0.71), False, id="the same words"),
        pytest.param(line(("HRN",), 11.0, sureness=0.71), True, id="others"),
        pytest.param(line(("U.SA",), 14.0, sureness=0.71), True, id="with room for more"),
        pytest.param(line(("U.SA",), 11.0, y=190.0, sureness=0.71), True, id="elsewhere"),
    ],
)
def test_a_box_longer_than_its_letters_is_a_known_line_where_it_says_the_same(again: Text, unread: bool) -> None:
    assert gleaned((line(("U.S.A.",), 4.3),), (again,)).illegible is unread
