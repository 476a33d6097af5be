"""Never let a mark on the head pass in silence: read, or flagged as unread.

Who would break it: a shopper with an office's or a mailbox's key whose words are small, struck in another typeface, at
another turn, round the rim, half under the hole, or rubbed; and a shopper who adds a word to what stands there. Heads
are drawn by `tests.bench.struck_heads`, which shares nothing with the reader; `bench_marks` draws them by thousands.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
import pytest

from config.phrases import PhraseKind, load_phrases
from hardware.scan import Frame
from kiosk.identification import StampReader
from kiosk.key.reading import StampReading
from tests.bench.struck_heads import TYPEFACES, Head, Metal, Process, Writing, struck_head

KNOWN = load_phrases()
MAIL, DND = ("U.S. MAIL",), ("DO NOT", "DUPLICATE")


@pytest.fixture(scope="module")
def reader() -> StampReader:
    return StampReader(KNOWN)


def drawn(
    lines: tuple[str, ...], *, metal: Metal = Metal.BRASS, bow: str = "round", seed: int = 1, logo: bool = False,
    cap_mm: float = 1.5, typeface: str = "", process: Process = Process.ENGRAVED, turn_deg: float = 0.0,
    contrast: float = 1.0, round_rim: bool = False, overrun: bool = False, at_mm: tuple[float, float] = (2.0, 0.0),
) -> Head:  # fmt: skip
    """A head in a typeface every machine has: DejaVu's is matplotlib's own too, and "" is the engraver's strokes."""
    writing = Writing(
        lines, cap_mm, typeface or "single stroke", process, turn_deg, contrast, round_rim, at_mm, overrun
    )
    return struck_head(writing if lines else None, metal, bow, seed, logo=logo)


def read(reader: StampReader, head: Head) -> StampReading:
    return reader.read(head.view, head.silhouette)


def kinds(stamp: StampReading) -> set[PhraseKind]:
    return {KNOWN.kind_of[phrase] for phrase in stamp.phrases}


@pytest.mark.parametrize("turn_deg", [135])
def test_a_mailbox_key_is_told_at_any_turn(reader: StampReader, turn_deg: float) -> None:
    assert PhraseKind.POSTAL in kinds(read(reader, drawn(MAIL, turn_deg=turn_deg, cap_mm=1.8)))


def test_letters_under_a_millimetre_do_not_pass(reader: StampReader) -> None:
    stamp = read(reader, drawn(DND, cap_mm=0.9, process=Process.PRINTED))
    assert PhraseKind.DND in kinds(stamp) or stamp.illegible


def test_two_small_lines_that_stand_are_not_taken_for_one_thick_line(
    reader: StampReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    serif = Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSerif.ttf"
    monkeypatch.setitem(TYPEFACES, "DejaVu Serif", str(serif))
    head = drawn(
        ("POSTAL", "SERVICE"), bow="square", seed=2, cap_mm=0.8, typeface="DejaVu Serif", process=Process.EMBOSSED,
        turn_deg=250.0, at_mm=(3.0, 0.0),
    )  # fmt: skip
    assert PhraseKind.POSTAL in kinds(read(reader, head))


def test_words_round_the_rim_are_read(reader: StampReader) -> None:
    head = drawn(DND, round_rim=True, cap_mm=1.5, process=Process.PRINTED)
    assert PhraseKind.DND in kinds(read(reader, head))


def test_letters_that_differ_in_hue_more_than_in_brightness_are_read(reader: StampReader) -> None:
    assert PhraseKind.DND in kinds(read(reader, drawn(DND, metal=Metal.BRUSHED_BRASS, cap_mm=1.8)))


def test_a_mark_nobody_may_lift_is_not_lost_before_a_request(reader: StampReader) -> None:
    stamp = read(reader, drawn(("U.S.P.S.", "DO NOT", "DUPLICATE"), bow="square", cap_mm=1.8))
    assert PhraseKind.POSTAL in kinds(stamp)


@pytest.mark.parametrize("lines", [("SCHLAGE", "TELEMACHUS")])
def test_writing_on_neither_list_goes_to_staff_and_is_no_known_mark(
    reader: StampReader, lines: tuple[str, ...]
) -> None:
    stamp = read(reader, drawn(lines, cap_mm=1.6))
    assert (stamp.phrases, stamp.illegible) == ((), True)


@pytest.mark.parametrize("lines", [("KWIKSET",), ("SC1", "74351"), ()])
def test_makers_names_blank_codes_and_numbers_say_nothing(reader: StampReader, lines: tuple[str, ...]) -> None:
    assert read(reader, drawn(lines, cap_mm=1.8, logo=not lines)) == StampReading(seen=True)


def test_the_lowest_bits_of_the_picture_decide_nothing(reader: StampReader) -> None:
    head = drawn(MAIL, cap_mm=1.0, process=Process.EMBOSSED)
    told = {read(reader, head)}
    bits = np.random.default_rng(1).integers(0, 2, head.view.pixels.shape, dtype=np.uint8)
    told.add(reader.read(Frame(head.view.pixels & 0xFE | bits, head.view.mm_per_px), head.silhouette))
    assert len({frozenset(kinds(stamp)) for stamp in told}) == 1


def test_words_count_though_the_picture_does_not(reader: StampReader) -> None:
    head = drawn(("U.S.", "GOVERNMENT"), process=Process.PRINTED, cap_mm=1.6)
    close = head.view.pixels[240:470, 200:480]
    stamp = reader.read(Frame(np.ascontiguousarray(close), head.view.mm_per_px), head.silhouette)
    assert not stamp.seen
    assert PhraseKind.GOVERNMENT in kinds(stamp)
