"""A landlord's letter: good for one key, one kiosk, one day; each clause has a test in which it alone fails."""

from __future__ import annotations

import base64
import dataclasses
from datetime import date
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from config.letters import Letters
from config.policy_rules import Override, Verdict
from config.problems import BadInput
from config.settings import load_settings
from config.toml_files import checked
from kiosk.key.reading import StampReading, Unseen
from kiosk.operations.office import with_restricted
from kiosk.policy.decide import Policy, decide
from kiosk.policy.decision import Release
from kiosk.policy.letter import ALPHABET, CODE_LETTERS, Letter, LetterProblem, letter_code, read_letter
from kiosk.policy.request import CopyRequest
from tests.session.parts import identified

SETTINGS = load_settings(environment={})
POLICY = Policy(SETTINGS.policy)
DAY = date(2026, 6, 1)
KEY, OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32)), Ed25519PrivateKey.from_private_bytes(bytes(31) + b"x")
KIOSK = "CORNER-1"


def public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


LETTERS = Letters(kiosk=KIOSK, owners={"Hillside": public(KEY)})
LETTER = Letter(KIOSK, "KW1", 2, DAY, 4711)


def read(code: str, letters: Letters = LETTERS, blank: str = "KW1", today: date = DAY) -> object:
    return read_letter(code, letters, blank, today)


def test_a_letter_reads_back_as_written_and_says_who_signed_it() -> None:
    assert read(letter_code(LETTER, KEY)) == (LETTER, "Hillside")


def test_a_letter_is_short_groups_of_letters_nobody_confuses() -> None:
    groups = letter_code(LETTER, KEY).split(" ")
    assert {len(group) for group in groups} == {4}
    assert sum(map(len, groups)) == CODE_LETTERS == 128
    assert set("".join(groups)) <= set(ALPHABET)


def test_it_may_be_typed_in_small_letters_with_dashes_and_figures_for_letters() -> None:
    code = letter_code(LETTER, KEY).lower().replace(" ", "-").replace("o", "0").replace("i", "1").replace("b", "8")
    assert read(code) == (LETTER, "Hillside")


@pytest.mark.parametrize(
    ("letter", "key", "expected"),
    [
        (dataclasses.replace(LETTER, kiosk="CORNER-2"), KEY, LetterProblem.OTHER_KIOSK),
        (dataclasses.replace(LETTER, blank="SC1"), KEY, LetterProblem.OTHER_BLANK),
        (dataclasses.replace(LETTER, day=date(2026, 6, 2)), KEY, LetterProblem.OTHER_DAY),
        (dataclasses.replace(LETTER, day=date(2026, 5, 31)), KEY, LetterProblem.OTHER_DAY),
        (LETTER, OTHER, LetterProblem.NOT_SIGNED),
    ],
)
def test_a_letter_for_elsewhere_another_key_or_day_or_of_a_stranger_is_told_apart(
    letter: Letter, key: Ed25519PrivateKey, expected: LetterProblem
) -> None:
    assert read(letter_code(letter, key)) is expected


def test_no_letter_is_taken_where_nobody_is_registered() -> None:
    assert read(letter_code(LETTER, KEY), Letters(kiosk=KIOSK)) is LetterProblem.OFF


@pytest.mark.parametrize("copies", [0, 21])
def test_a_letter_for_no_copies_or_a_crate_of_them_is_none(copies: int) -> None:
    assert read(letter_code(dataclasses.replace(LETTER, copies=copies), KEY)) is LetterProblem.NO_LETTER


@given(st.integers(0, 79), st.integers(1, 255))
def test_one_altered_byte_makes_it_no_letter_of_the_owner(at: int, by: int) -> None:
    raw = bytearray(base64.b32decode(letter_code(LETTER, KEY).replace(" ", "")))
    raw[at] ^= by
    assert isinstance(read(base64.b32encode(bytes(raw)).decode()), LetterProblem)


@given(st.text(max_size=200))
def test_anything_typed_is_answered(text: str) -> None:
    assert read(text) is LetterProblem.NO_LETTER


def test_the_marks_of_a_kiosk_put_on_a_letter_for_another_do_not_make_it_good() -> None:
    """The bytes that tell whom it is for are no part of what protects: the full names are signed."""
    mine = base64.b32decode(letter_code(LETTER, KEY).replace(" ", ""))
    for other in (dataclasses.replace(LETTER, kiosk="CORNER-2"), dataclasses.replace(LETTER, blank="SC1")):
        theirs = base64.b32decode(letter_code(other, KEY).replace(" ", ""))
        forged = base64.b32encode(mine[:16] + theirs[16:]).decode()
        assert read(forged) is LetterProblem.NOT_SIGNED


@pytest.mark.parametrize(
    "table",
    [
        {"owners": {"A": public(KEY)}},
        {"kiosk": KIOSK, "owners": {"A": public(KEY), "B": public(KEY)}},
        {"kiosk": KIOSK, "owners": {"A": "short"}},
        {"kiosk": KIOSK, "owners": {"A": "!" * 44}},
        {"kiosk": KIOSK, "owners": {"A": base64.b64encode(bytes(31)).decode()}},
    ],
)
def test_owners_without_a_name_for_the_kiosk_or_with_no_keys_are_bad_settings(table: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        checked(Letters, table, "store.toml", "letters")


IDENTIFIED = identified()


def asked(**fields: Any) -> CopyRequest:
    """A key that says Do Not Duplicate at a store that takes letters of Hillside, with a good letter."""
    store = SETTINGS.store.model_copy(update={"letters": LETTERS, **fields.pop("store", {})})
    stamp = fields.pop("stamp", StampReading(seen=True, phrases=("do_not_duplicate",)))
    release = Release(**{**_GOOD, **fields.pop("release", {})})
    request = CopyRequest(
        identification=fields.pop("identification", IDENTIFIED),
        stamp=stamp,
        store=store,
        catalogue=SETTINGS.catalogue,
        place=fields.pop("place", "US-TX"),
        today=fields.pop("today", DAY),
        quantity=2,
        stocked=frozenset({"KW1", "SC1"}),
        release=release,
    )
    return dataclasses.replace(request, **fields)


_GOOD: dict[str, Any] = {
    "kiosk": KIOSK,
    "owner": "Hillside",
    "blank": "KW1",
    "copies": 2,
    "day": DAY,
    "key": IDENTIFIED,
}


def blocks(request: CopyRequest) -> bool:
    return decide(request, POLICY).verdict.blocks


@pytest.mark.parametrize("policy", ["ask-staff", "refuse"])
def test_a_good_letter_lifts_the_wish_of_the_marks_owner_and_the_shopper_still_reads_of_it(policy: str) -> None:
    decision = decide(asked(store={"do_not_duplicate": policy}), POLICY)
    assert decision.verdict is Verdict.NOTICE
    assert [rule.approved for rule in decision.rules if rule.verdict.blocks] == [True]


@pytest.mark.parametrize(
    "fields",
    [
        {"release": {"key": identified()}},
        {"release": {"kiosk": "CORNER-2"}},
        {"release": {"owner": "Riverside"}},
        {"release": {"blank": "SC1"}},
        {"release": {"copies": 1}},
        {"release": {"copies": 3}},
        {"release": {"day": date(2026, 6, 2)}},
        {"today": date(2026, 6, 2)},
        {"quantity": 3},
        {"quantity": 1},
        {"identification": identified(bitting="55555")},
        {"store": {"letters": Letters(kiosk=KIOSK)}},
        {"release": None},
    ],
    ids=str,
)
def test_each_clause_alone_keeps_the_key_refused(fields: dict[str, Any]) -> None:
    assert not blocks(asked())
    request = dataclasses.replace(asked(), release=None) if fields == {"release": None} else asked(**fields)
    assert blocks(request)


def sealed_phrases() -> list[str]:
    kinds = SETTINGS.policy.phrases.kind_of
    return sorted({kind.value: phrase for phrase, kind in kinds.items() if kind.value != "dnd"}.values())


@pytest.mark.parametrize("phrase", sealed_phrases())
def test_no_letter_lifts_another_mark_alone_or_beside_the_wish(phrase: str) -> None:
    for phrases in ((phrase,), ("do_not_duplicate", phrase)):
        request = asked(stamp=StampReading(seen=True, phrases=phrases))
        plain = dataclasses.replace(request, stamp=StampReading(seen=True, phrases=(phrase,)), release=None)
        assert blocks(request) is blocks(plain)


@pytest.mark.parametrize(
    ("stamp", "place"),
    [
        (StampReading(seen=True, phrases=("do_not_duplicate",)), "US-ND"),
        (StampReading(seen=True, phrases=("do_not_duplicate",)), "US-MD"),
        (StampReading(seen=True, phrases=("do_not_duplicate", "nobody_knows_this")), "US-TX"),
        (StampReading(seen=False, phrases=("do_not_duplicate",)), "US-TX"),
        (StampReading(seen=True, phrases=("do_not_duplicate",), illegible=True), "US-TX"),
        (StampReading(seen=False, unseen=Unseen.DARK, phrases=("do_not_duplicate",)), "US-TX"),
    ],
)
def test_no_letter_stands_above_a_law_or_answers_for_writing_nobody_could_read(stamp: StampReading, place: str) -> None:
    assert blocks(asked(stamp=stamp, place=place))


def test_no_letter_opens_what_is_not_an_open_stocked_identified_blank() -> None:
    assert blocks(asked(stocked=frozenset({"SC1"})))
    assert blocks(asked(attempts=50))
    entry = {"code": IDENTIFIED.keyway, "standing": "restricted", "ground": "by contract", "source": "the maker"}
    closed = with_restricted(SETTINGS, {"keyways": [entry]}, 1)
    assert blocks(dataclasses.replace(asked(), catalogue=closed.catalogue))


def test_only_rules_of_the_stores_own_about_that_mark_take_a_letter() -> None:
    taking = {code for code, rule in POLICY.fired_by_code.items() if rule.by_letter}
    assert taking == {"DND_REFUSED", "DND_ASK_STAFF"}
    assert all(POLICY.fired_by_code[code].override is not Override.NEVER for code in taking)
