"""Words on heads, as readers of worn metal hand them over."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.phrases import load_phrases
from kiosk.identification.wording import has_name_and_phone, phrases_in

PHRASES = load_phrases()


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
        (["MEDECO", "DO NOT DUPLICATE"], ("do_not_duplicate", "brand_medeco")),
        (["SCHLAGE"], ()),
        (["KWIKSET"], ()),
        (["MASTER", "LAMINATED"], ()),
        (["HOME"], ()),
        (["12345"], ()),
        ([], ()),
    ],
)
def test_phrases_are_found_through_what_readers_get_wrong(lines: list[str], found: tuple[str, ...]) -> None:
    assert phrases_in(lines, PHRASES) == found


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


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(max_size=30), max_size=6))
def test_no_text_raises_and_only_ids_leave(lines: list[str]) -> None:
    known = {phrase.id for phrase in PHRASES.phrases}
    assert set(phrases_in(lines, PHRASES)) <= known
    assert has_name_and_phone(lines) in (True, False)


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="0123456789", min_size=4, max_size=9))
def test_a_number_alone_says_nothing(digits: str) -> None:
    assert phrases_in([digits], PHRASES) == ()
    assert not has_name_and_phone([digits])
