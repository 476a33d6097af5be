"""Words on heads, as readers of worn metal hand them over."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.phrases import PhraseKind, load_phrases
from kiosk.identification.head.wording import (
    _distance,
    _known,
    has_name_and_phone,
    phrases_of,
    request_in_part,
    resembles_a_phrase,
    says_nothing,
    sealed_in_part,
    whole_phrases_in,
)

PHRASES = load_phrases()


def phrases_in(lines: list[str]) -> tuple[str, ...]:
    """What one look at a head makes of these lines."""
    whole = {*whole_phrases_in(lines, PHRASES), *sealed_in_part(lines, PHRASES)}
    return phrases_of(whole, request_in_part(lines, PHRASES), PHRASES)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["DO NOT", "DUPLICATE"], ("do_not_duplicate",)),
        (["DUPLICATE", "DO NOT"], ("do_not_duplicate",)),
        (["D0 N0T DUPL1CATE"], ("do_not_duplicate",)),
        (["DONOTDUPLICATE"], ("do_not_duplicate",)),
        (["DO NOT", "UPLICATE"], ("do_not_duplicate",)),
        (["do not copy"], ("do_not_duplicate",)),
        (["UNLAWFUL TO", "DUPLICATE"], ("unlawful_to_duplicate",)),
        (["PROHIBIDA SU", "DUPLICACIÓN"], ("do_not_duplicate",)),
        (["NE PAS", "REPRODUIRE"], ("do_not_duplicate",)),
        (["U.S.P.S."], ("usps",)),
        (["U.S. MAIL"], ("us_mail",)),
        (["U.S. G0VT"], ("us_government",)),
        (["MEDEC0"], ("brand_medeco",)),
        (["NOT TO BE", "COPIED"], ("do_not_duplicate",)),
        (["NACHMACHEN", "VERBOTEN"], ("do_not_duplicate",)),
        (["KOPIEREN VERBOTEN"], ("do_not_duplicate",)),
        (["VERVIELFÄLTIGUNG", "VERBOTEN"], ("do_not_duplicate",)),
        (["VIETATA LA", "RIPRODUZIONE"], ("do_not_duplicate",)),
        (["NÃO COPIAR"], ("do_not_duplicate",)),
        (["NIET BIJMAKEN"], ("do_not_duplicate",)),
        (["INTERDIT DE REPRODUIRE"], ("do_not_duplicate",)),
        (["MEDECO", "DO NOT DUPLICATE"], ("do_not_duplicate", "brand_medeco")),
        (["MEDECO", "HIGH SECURITY"], ("brand_medeco",)),
        (["HIGH SECURITY"], ()),
        (["MARKS", "HI SECURITY"], ("brand_marks",)),
        (["HISECURITY"], ("brand_marks",)),
        (["KWIKSETDONOTDUPL1CATE"], ("do_not_duplicate",)),
        (["SCHLAGE"], ()),
        (["KWIKSET"], ()),
        (["MASTER", "LAMINATED"], ()),
        (["HOME"], ()),
        (["12345"], ()),
        (["DO NOT COF"], ("do_not_duplicate",)),
        (["NE PAS", "EPROD"], ("do_not_duplicate",)),
        (["DUPLICATE"], ("do_not_duplicate",)),
        (["DUPLICATE AVAILABLE"], ()),
        (["DUPLICATE", "AVAILABLE AT", "ACME HARDWARE"], ()),
        (["U.S. PAT. NO. 4,732,022"], ("patented",)),
        (["PATENTED", "8-123"], ("patented",)),
        (["LAWFUL TO", "UPLICATL"], ("unlawful_to_duplicate",)),
        (["IPLICATE"], ("do_not_duplicate",)),
        (["OVERNMENT"], ("us_government",)),
        (["LOCATION"], ()),
        (["APPLICATION"], ()),
        (["PRODUITS"], ()),
        (["DUPLICATE", "UNLAWFUL TO"], ("unlawful_to_duplicate",)),
        (["PROPERTY OF", "U.S. GOVERNMENT"], ("us_government",)),
        (["WEISER"], ()),
        (["HILLMAN", "KW1"], ()),
        (["AXXESS", "66"], ()),
        ([], ()),
    ],
)
def test_phrases_are_found_through_what_readers_get_wrong(lines: list[str], found: tuple[str, ...]) -> None:
    assert phrases_in(lines) == found


@pytest.mark.parametrize(
    ("lines", "both"),
    [
        (["ACME LOCK", "555-123-4567"], True),
        (["ACME LOCK (555) 123-4567"], True),
        (["LOCKSMITH 1-800-555-0199"], True),
        (["CERRAJERO", "+34 91 123 45 67"], True),
        (["ACME", "8005550199"], True),
        (["ACME", "555.0123"], True),
        (["ACME", "12345"], False),
        (["HOME", "1234567"], False),
        (["KW1", "35244"], False),
        (["555-123-4567"], False),
        ([], False),
    ],
)
def test_a_company_is_a_name_with_a_telephone_number(lines: list[str], both: bool) -> None:
    assert has_name_and_phone(lines) is both


@settings(deadline=None, max_examples=25)
@given(st.lists(st.text(max_size=30), max_size=6))
def test_no_text_raises_and_only_ids_leave(lines: list[str]) -> None:
    known = {phrase.id for phrase in PHRASES.phrases}
    assert set(phrases_in(lines)) <= known
    assert has_name_and_phone(lines) in (True, False)


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="0123456789", min_size=4, max_size=9))
def test_a_number_alone_says_nothing(digits: str) -> None:
    assert phrases_in([digits]) == ()
    assert not has_name_and_phone([digits])


@pytest.mark.parametrize(
    ("lines", "nearly"),
    [
        (["U.S.S."], True),
        (["UNLAW"], False),
        (["UNLAWUL T DUPICTE"], True),
        (["MEDCO"], True),
        (["KWIKSET"], False),
        (["SCHLAGE"], False),
        (["MASTER"], False),
        (["HOUSE"], False),
        (["YALE"], False),
        (["40718"], False),
        ([], False),
    ],
)
def test_what_is_nearly_a_phrase_is_told_from_what_is_not(lines: list[str], nearly: bool) -> None:
    assert (resembles_a_phrase(lines, PHRASES) or bool(phrases_in(lines))) is nearly


def edits(text: str, wording: str, whole: bool) -> int:
    """By the table, as in a textbook."""
    rows = [list(range(len(wording) + 1))]
    for number, letter in enumerate(text, start=1):
        row = [number if whole else 0]
        for at, wanted in enumerate(wording, start=1):
            row.append(min(rows[-1][at] + 1, row[-1] + 1, rows[-1][at - 1] + (letter != wanted)))
        rows.append(row)
    return rows[-1][-1] if whole else min(row[-1] for row in rows)


@settings(deadline=None, max_examples=200)
@given(st.text("ABCD", max_size=12), st.text("ABCD", min_size=1, max_size=9), st.booleans())
def test_the_fast_count_of_edits_is_the_textbook_one(text: str, wording: str, whole: bool) -> None:
    assert _distance(text, wording, whole=whole) == edits(text, wording, whole)


@settings(deadline=None, max_examples=80)
@given(
    st.sampled_from(["DO NOT DUPLICATE", "UNLAWFUL TO DUPLICATE", "NE PAS REPRODUIRE", "PROHIBIDO DUPLICAR"]),
    st.integers(0, 30),
    st.sampled_from("AEIORSTN08"),
    st.permutations([0, 1, 2]),
    st.booleans(),
)
def test_one_wrong_letter_and_lines_in_any_order_change_nothing(
    wording: str, at: int, letter: str, order: list[int], closed_up: bool
) -> None:
    wanted = phrases_in([wording])
    at %= len(wording)
    wrong = wording if wording[at] == " " else wording[:at] + letter + wording[at + 1 :]
    # A short word with a wrong letter may be another word, so a request may be read beside a law ("UNLAWFUL NO
    # DUPLICATE"), but the whole still stands, and nothing but a request is ever read beside it.
    found = phrases_in([wrong.replace(" ", "") if closed_up else wrong])
    assert set(wanted) <= set(found) <= {*wanted, "do_not_duplicate"}
    words = [*wording.split(" "), ""][:3]
    assert phrases_in([words[number] for number in order]) == wanted


ORDINARY = (
    "KWIKSET", "SCHLAGE", "YALE", "MASTER", "HILLMAN", "AXXESS", "KW1", "SC1", "HOME", "ILCO", "WEISER", "TAYLOR",
    "BALDWIN", "DEXTER", "KEY", "USA", "MADE IN USA", "5", "CURTIS", "DUPLICATE AVAILABLE", "LOCK CO", "HOUSE",
    "OFFICE", "GARAGE",
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(ORDINARY), max_size=5))
def test_what_stands_on_ordinary_heads_is_no_phrase_in_any_company(lines: list[str]) -> None:
    assert phrases_in(lines) == ()


def test_two_lines_that_mean_nothing_do_not_resemble_a_mark_when_put_together() -> None:
    assert not resembles_a_phrase(("M", "U.S.A.", "MADE IN"), PHRASES)
    assert resembles_a_phrase(("U.S.", "MAUL"), PHRASES)


def test_what_was_read_on_a_head_is_remembered_nowhere() -> None:
    lines = ["DO NOT DUPLICATE", "KWIKSET"]
    for text in (lines, ["XQJ 74351", *lines]):
        phrases_in(text)
        resembles_a_phrase(text, PHRASES)
        remembered = _known.cache_info().currsize
        if text is lines:
            before = remembered
    assert remembered == before


MARKS = [text for text, mark in PHRASES.wordings if PHRASES.kind_of[mark] is not PhraseKind.BRAND]


def passes(line: str) -> bool:
    """Whether a head on which this line alone was read goes through without a word."""
    return not phrases_in([line]) and not resembles_a_phrase([line], PHRASES) and says_nothing(line, PHRASES)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(MARKS), st.integers(0, 40), st.sampled_from(["", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"]))
def test_a_mark_with_one_letter_misread_is_never_excused(mark: str, place: int, read: str) -> None:
    place %= len(mark)
    assert not passes(mark[:place] + read + mark[place + 1 :])


@pytest.mark.parametrize("line", ["MED1CO", "BIL0CK", "US1S", "A1SA", "PAT N0", "ME1CO"])
def test_a_figure_does_not_make_a_mark_the_code_of_a_blank(line: str) -> None:
    assert not passes(line)


@pytest.mark.parametrize("line", ["KW1", "SC10", "A1045KW", "1176LN", "IN18", "KW1 74351", "NA14"])
def test_codes_of_blanks_are_still_harmless(line: str) -> None:
    assert passes(line)
