"""Laws are told where they hold and nowhere else, in words true of a shop that is no locksmith."""

from __future__ import annotations

import re
from datetime import date

import pytest
from typer.testing import CliRunner

from config.languages import SHIPPED as LOCALES
from config.laws import Found, load_laws, standing_of
from config.policy_rules import Override, Rule, RuleWords, Verdict
from config.problems import BadInput
from config.settings import load_settings
from config.toml_files import checked
from kiosk.command_line import app
from kiosk.key.reading import Identification, Outcome, StampReading
from kiosk.operations import doctor_records
from kiosk.operations.doctor import Grade
from kiosk.policy.decide import Policy, decide
from kiosk.policy.decision import Decision, told
from kiosk.policy.request import CopyRequest

SETTINGS = load_settings(None, {})
RULES = SETTINGS.policy.rules
STATUTE = re.compile(
    r"USC|C\.C\.|KRS|COMAR|Penal|B&P|Gen\. Laws|Criminal Code|Crim\. Law|Regulation|\bAct\b|\bR\.S\.|TAC"
)
LAWS = [rule for rule in RULES if STATUTE.search(rule.source + rule.ground)]


def decided(place: str, *stamps: str, blank: str = "KW1") -> Decision:
    keyway, _ = SETTINGS.catalogue.blank_of[blank]
    request = CopyRequest(
        Identification(Outcome.IDENTIFIED, keyway=keyway.code, blank=blank),
        StampReading(seen=True, phrases=stamps),
        replace_place(place),
        SETTINGS.catalogue,
        place=place,
        today=date(2026, 11, 28),
    )
    return decide(request, Policy(SETTINGS.policy))


def replace_place(place: str):
    return SETTINGS.store.model_copy(update={"place": place})


def codes(decision: Decision) -> set[str]:
    return {rule.code for rule in decision.rules}


@pytest.mark.parametrize("rule", LAWS, ids=lambda rule: rule.code)
def test_a_rule_that_cites_a_law_says_where_it_holds(rule: Rule) -> None:
    assert rule.when.places


def test_laws_are_found_by_their_citations() -> None:
    assert {"US_POSTAL", "ND_MARKED_KEY", "KY_COLLEGE_KEY", "CANADA_POST", "NSW_RESTRICTED_KEY"} <= {
        r.code for r in LAWS
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_only_a_rule_of_a_place_speaks_of_a_law_there(rule: Rule) -> None:
    for words in (rule.en, rule.es, rule.fr):
        assert words is not None
        said = f"{words.meaning} {words.next}"
        assert rule.when.places or not re.search(r"by law|not a law|United States|California|federal", said)


def test_every_place_of_a_rule_is_one_that_was_looked_into() -> None:
    looked_into = {law.place for law in load_laws() if law.found is Found.RULES}
    assert {place for rule in RULES for place in rule.when.places} == looked_into


def test_a_marked_key_is_never_copied_in_north_dakota_whatever_the_store_says() -> None:
    for dnd in ("refuse", "ask-staff", "notice"):
        asked = CliRunner().invoke(
            app,
            [
                "policy",
                "explain",
                "--keyway",
                "KW1",
                "--stamp",
                "do not copy",
                "--place",
                "US-ND",
                "--do-not-duplicate",
                dnd,
            ],
        )
        assert "Nobody may lift it" in asked.output
        assert "owner’s request" not in asked.output
    assert decided("US-SD", "do_not_duplicate").can_be_approved


def test_a_canadian_is_told_no_law_of_another_country() -> None:
    assert codes(decided("CA-ON", "usps")) == {"STAMP_POSTAL"}
    assert codes(decided("US-OH", "usps")) == {"STAMP_POSTAL", "US_POSTAL"}
    assert codes(decided("CA-ON", "canada_post")) == {"STAMP_POSTAL", "CANADA_POST"}
    assert not decided("CA-ON", "canada_post").can_be_approved


def test_a_federal_mark_is_not_californias() -> None:
    assert codes(decided("US-CA", "us_government")) == {"STAMP_GOVERNMENT"}


@pytest.mark.parametrize(("place", "code"), [("US-MD", "MD_STATE_SYMBOL"), ("US-RI", "RI_STATE_SEAL")])
def test_where_a_symbol_decides_staff_are_asked_to_look_for_it(place: str, code: str) -> None:
    rule = next(rule for rule in decided(place, "do_not_duplicate").rules if rule.code == code)
    assert (rule.verdict, rule.override) == (Verdict.ASK_STAFF, Override.MANAGER)
    for language, word in (("en", "State s"), ("es", "Estado"), ("fr", "État")):
        question = rule.question_in(language)
        assert question.endswith("?")
        assert word in question


def test_a_question_stands_only_where_somebody_may_answer_it() -> None:
    rule = RULES[0].model_dump(mode="json", exclude_none=True)
    words = RuleWords(meaning="It is so and so.", next="Ask them.", question="Is there a seal?").model_dump()
    with pytest.raises(BadInput, match="nothing to ask where nobody may lift"):
        checked(Rule, {**rule, "en": words}, "mine.toml")


def test_beside_a_refusal_for_good_nothing_is_said_of_what_staff_may_decide() -> None:
    decision = decided("US-ND", "do_not_duplicate")
    assert {"ND_MARKED_KEY", "DND_ASK_STAFF"} <= codes(decision)
    assert {rule.code for rule in told(decision.rules)} == {"ND_MARKED_KEY"}
    liftable = decided("US-SD", "do_not_duplicate")
    assert told(liftable.rules) == liftable.rules


def test_a_patent_that_was_asked_for_is_none_in_force() -> None:
    phrases = SETTINGS.policy.phrases
    for text in ("PAT PEND", "PAT. PEND.", "Patent Pending", "BREVET EN INSTANCE", "PATENTE EN TRAMITE"):
        assert not phrases.said(text)
    for text in ("PATENTED", "PAT. NO. 4823575", "US PATENT"):
        assert phrases.said(text) == ("patented",)


@pytest.mark.parametrize(
    ("place", "researched", "said"),
    [
        ("US-CA", True, "looked into on 2026-11-27"),
        ("US-WY", False, "not researched: general rules only; of US: federal"),
        ("US-AZ", False, "looked for and not found"),
        ("CA-AB", False, "exempt was not found"),
        ("CA-QC", False, "not researched"),
        ("GB-SCT", True, "for all of GB"),
        ("NZ", False, "not researched"),
    ],
)
def test_coverage_and_doctor_say_where_nothing_is_known(place: str, researched: bool, said: str) -> None:
    assert standing_of(place, load_laws())[0] is researched
    assert said in standing_of(place, load_laws())[1]
    assert doctor_records.law(place).grade is (Grade.PASS if researched else Grade.WARN)


def test_the_list_of_places_names_each_with_its_day() -> None:
    shown = CliRunner().invoke(app, ["policy", "coverage"])
    assert shown.exit_code == 0
    assert re.search(r"^US-ND   2026-11-27  1 rule ", shown.output, re.MULTILINE)
    assert re.search(r"^US-AZ   2026-11-27  no text ", shown.output, re.MULTILINE)


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_the_store_never_calls_itself_a_locksmith(language: str) -> None:
    """In Texas a shop that gives the impression needs a licence: words send people to one, and are none themselves."""
    words = (LOCALES / f"{language}.po").read_text()
    rules = "\n".join(f"{each.meaning} {each.next}" for rule in RULES for each in (rule.en, rule.es, rule.fr) if each)
    own = r"\b(we are|our|this store is|somos|nuestr[oa]s?|nous sommes|notre|nos)\s+\w*\s*(locksmith|cerrajer|serrur)"
    assert not re.search(own, words + rules, re.IGNORECASE)
