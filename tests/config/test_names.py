"""What a head says and what the catalogue says of the same system are one truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from config.catalogue import Catalogue, load_catalogue
from config.keyway import Standing
from config.phrases import PhraseKind, Phrases, load_phrases
from config.references import of_names
from config.settings import load_settings

DAYS = [date(2008, 1, 1), date(2026, 11, 28), date(2029, 8, 1), date(2041, 1, 1), date.max]
PHRASES = load_phrases()
NAMES = {phrase.id: phrase for phrase in PHRASES.phrases if phrase.kind is PhraseKind.BRAND}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_refuses_stands_for_systems_that_are_never_open(catalogue: Catalogue, name: str) -> None:
    assert NAMES[name].keyways
    for code in NAMES[name].keyways:
        assert all(catalogue.keyway_of[code].standing.on(day) is not Standing.OPEN for day in DAYS), code


def test_every_system_that_is_shut_has_a_name_by_which_its_head_is_known(catalogue: Catalogue) -> None:
    shut = {each.code for each in catalogue.keyways if each.standing.standing is not Standing.OPEN}
    named = {code for phrase in PHRASES.phrases for code in phrase.keyways}
    assert named == shut


def test_every_row_says_on_what_ground_and_whose_word(catalogue: Catalogue) -> None:
    for keyway in catalogue.keyways:
        assert len(keyway.standing.ground) > 8, keyway.code
        assert keyway.standing.source, keyway.code
        ended = keyway.standing.until is not None and keyway.standing.until < date(2026, 11, 28)
        assert not ended or keyway.standing.restricted_after, f"{keyway.code}: a patent that has ended, and then?"


def test_no_maker_of_ordinary_keys_is_refused_by_a_name_and_no_refused_name_is_harmless() -> None:
    assert not set(PHRASES.harmless) & {wording for wording, _ in PHRASES.wordings}
    for ordinary in ("ABUS", "LOCKWOOD", "BEST", "SARGENT", "LORI", "ARROW", "CORBIN", "RUSSWIN"):
        assert PHRASES.said(ordinary) == ()


@pytest.mark.parametrize(
    "text",
    ["ABUS BRAVUS", "KESO", "EMHART", "KABA 20", "DOM IX", "WINKHAUS", "GEGE", "CISA AP4", "ISEO R90", "HERACLES",
     "LOCKWOOD TWIN", "GERDA", "INSTAKEY", "LORI 4500", "HI SECURITY", "PEAKS PLUS", "BEST PATRIOT", "ARROW FLEX"],
)  # fmt: skip
def test_restricted_names_are_known(text: str) -> None:
    assert any(name in NAMES for name in PHRASES.said(text))


def test_postal_blanks_are_on_file_as_refused(catalogue: Catalogue) -> None:
    keyway = catalogue.keyway_of["USPS-1646"]
    assert keyway.standing.standing is Standing.RESTRICTED
    assert not keyway.blanks


@pytest.mark.parametrize(("code", "said"), [("KW1", "is, or will be, sold to anyone"), ("NONE", "is not a keyway")])
def test_a_name_for_an_open_or_unknown_keyway_is_told_when_the_kiosk_starts(code: str, said: str) -> None:
    medeco = NAMES["brand_medeco"].model_copy(update={"keyways": (code,)})
    (problem,) = of_names(Phrases((medeco,)), load_catalogue())
    assert said in problem.reason


def test_the_shipped_names_are_held_against_the_shipped_keyways() -> None:
    settings = load_settings(None, {})
    assert list(of_names(settings.policy.phrases, settings.catalogue)) == []
    reopened = settings.catalogue.keyway_of["GERDA"]
    opened = reopened.model_copy(update={"standing": reopened.standing.model_copy(update={"standing": Standing.OPEN})})
    others = tuple(opened if each.code == "GERDA" else each for each in settings.catalogue.keyways)
    assert list(of_names(settings.policy.phrases, replace(settings.catalogue, keyways=others)))
