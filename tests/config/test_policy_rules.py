from __future__ import annotations

from pathlib import Path

import pytest

from config.phrases import PhraseKind, fold, load_phrases
from config.policy_rules import SHIPPED, UNIDENTIFIED, load_policy
from config.problems import BadInput
from kiosk.key.reading import Outcome

RULE = """
[[rule]]
code = "MINE"
verdict = "refuse"
override = "manager"
ground = "a test"
source = "a test"
[rule.when]
stamps = ["dnd"]
[rule.en]
meaning = "This is refused here."
next = "Go elsewhere."
"""


def problems_of(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "mine.toml").write_text(text)
    try:
        load_policy(owner=tmp_path)
    except BadInput as bad:
        return [f"{Path(problem.file).name}: {problem.field}: {problem.reason}" for problem in bad.problems]
    return []


def test_an_owner_adds_rules_without_code(tmp_path: Path) -> None:
    assert problems_of(tmp_path, RULE) == []
    assert "MINE" in {rule.code for rule in load_policy(owner=tmp_path).rules}


def test_an_owner_cannot_replace_a_shipped_rule(tmp_path: Path) -> None:
    found = problems_of(tmp_path, RULE.replace("MINE", "KEYWAY_RESTRICTED"))
    assert "this code also stands in" in found[0]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('"refuse"', '"allow"', "MINE: verdict: no rule allows"),
        ('"refuse"', '"perhaps"', "MINE.verdict: should be"),
        ('"refuse"', '"notice"', "MINE: override: a notice stops nothing"),
        ('override = "manager"', "", "MINE.override: is missing"),
        ('stamps = ["dnd"]', "", "MINE.when: no condition"),
        ('stamps = ["dnd"]', 'places = ["US"]', "MINE.when: no condition but place"),
        ('stamps = ["dnd"]', 'stamps = ["dnd"]\nplaces = ["California"]', "MINE.when: places: 'California'"),
        ('stamps = ["dnd"]', 'stamps = ["dmd"]', "MINE.when.stamps: 'dmd' is no phrase or kind"),
        ('stamps = ["dnd"]', 'stamps = ["postal"]', "MINE: verdict must be refuse and override never"),
        ('stamps = ["dnd"]', 'stamps = ["usps"]', "MINE: nobody may lift such a stamp"),
        ('stamps = ["dnd"]', 'standing = ["restricted"]', "MINE: verdict must be refuse and override never"),
        ('stamps = ["dnd"]', 'unidentified = ["dimple"]', "MINE: verdict must be refuse and override never"),
        ('stamps = ["dnd"]', 'unidentified = ["shiny"]', "MINE.when: unidentified: 'shiny' is none of"),
        ('stamps = ["dnd"]', "stocked = false", "MINE: verdict must be refuse and override never"),
        ('stamps = ["dnd"]', 'stamps = ["dnd"]\nfirst_day = 2026-02-01\nlast_day = 2026-01-01', "MINE.when: last_day"),
        ('stamps = ["dnd"]', "quantity_over = -1", "MINE.when.quantity_over:"),
        ('stamps = ["dnd"]', 'stamp = ["dnd"]', "MINE.when.stamp: is not a setting"),
        ('meaning = "This is refused here."', "", "MINE.en.meaning: is missing"),
        ('code = "MINE"', 'code = "my rule"', "my rule.code: must be 3 to 48 capitals"),
        ('code = "MINE"', "", "rule[1].code: is missing"),
        ("[[rule]]", "[[rules]]", "rules: is not a setting"),
        ("[rule.when]", "[rule.when", "not TOML"),
    ],
)
def test_a_mistake_is_named_by_file_rule_and_field(tmp_path: Path, old: str, new: str, found: str) -> None:
    assert old in RULE
    told = problems_of(tmp_path, RULE.replace(old, new, 1))
    assert any(found in line and line.startswith("mine.toml: ") for line in told), told


def test_every_shipped_rule_speaks_three_languages_and_names_its_source() -> None:
    for rule in load_policy().rules:
        texts = {rule.words(language).meaning for language in ("en", "es", "fr")}
        assert len(texts) == 3, rule.code
        assert rule.source
        assert rule.ground


def test_every_outcome_that_names_no_key_has_a_rule_of_its_own() -> None:
    named = {outcome for rule in load_policy().rules for outcome in rule.when.unidentified}
    assert named == set(UNIDENTIFIED)
    assert set(UNIDENTIFIED) == {each.value for each in Outcome} - {Outcome.IDENTIFIED.value}


def test_every_kind_of_stamp_has_a_rule() -> None:
    named = {stamp for rule in load_policy().rules for stamp in rule.when.stamps}
    assert {kind.value for kind in PhraseKind} <= named


def test_rules_of_a_place_lie_in_a_file_of_that_place() -> None:
    assert (SHIPPED / "us-ca.toml").is_file()
    assert all("CA_" in rule.code for rule in load_policy().rules if "US-CA" in rule.when.places)


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("Do Not Duplicate", ("do_not_duplicate",)),
        ("  do-not   DUPLICATE. ", ("do_not_duplicate",)),
        ("DONOTDUPLICATE", ("do_not_duplicate",)),
        ("Prohibida su duplicación", ("do_not_duplicate",)),
        ("REPRODUCTION INTERDITE PAR LA LOI", ("do_not_duplicate", "unlawful_to_duplicate")),
        ("U.S.P.S. do not duplicate", ("do_not_duplicate", "usps")),
        ("usps", ("usps",)),
        ("brand_medeco", ("brand_medeco",)),
        ("KWIKSET", ()),
        ("", ()),
    ],
)
def test_a_typed_stamp_is_matched_folded(text: str, phrases: tuple[str, ...]) -> None:
    assert load_phrases().said(text) == phrases


def test_folding_leaves_capitals_and_digits_alone() -> None:
    assert fold("Défense de reproduire, n° 5!") == "DEFENSE DE REPRODUIRE N 5"
