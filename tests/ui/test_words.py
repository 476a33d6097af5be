"""The three languages: complete, alike in their blanks, and every glyph in the fonts."""

from __future__ import annotations

import re
import string
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from fontTools.ttLib import TTFont

import config
from config.languages import SHIPPED as LOCALES
from config.languages import languages_available, read_language
from config.policy_rules import Override, Verdict
from hardware.errors import HardwareFault
from hardware.grbl.touch_off import Seat
from kiosk.cutting.plan import PlanRefusal
from kiosk.identification.outline.placement import Placement
from kiosk.key.reading import Outcome
from kiosk.operations.refused_start import BAD_SETTINGS
from kiosk.policy import decide
from kiosk.policy.decision import FiredRule
from kiosk.policy.letter import LetterProblem
from kiosk.policy.role import Role
from kiosk.records.database import DatabaseFault
from kiosk.session.outlook import Part
from kiosk.session.phases import offering
from kiosk.session.phases.faults import STOPPED
from kiosk.session.phases.offering import cannot_cut
from kiosk.session.reports import LONE_PROBLEM
from kiosk.session.snapshot import ServiceMessage, StaffMessage
from kiosk.staff.approvals import ApprovalReason
from tests.support.words import load_words
from ui.present.fault_help import FAMILIES, OTHER, fault_family
from ui.present.language import MissingWord, language_name
from ui.present.language import load_words as words_of
from ui.present.parts import reason_of
from ui.theme import FONTS

LANGUAGES = languages_available()


def sentences(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    return {
        (message.id if isinstance(message.id, str) else message.id[0]): (
            (message.string,) if isinstance(message.string, str) else tuple(message.string)
        )
        for message in catalog
        if message.id
    }


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_languages_are_those_promised() -> None:
    assert {"en", "es", "fr"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_sentence_in_every_plural_with_the_same_blanks(language: str) -> None:
    english = sentences(read_language(LOCALES / "en.po"))
    catalog = read_language(LOCALES / f"{language}.po")
    own = sentences(catalog)
    assert set(own) == set(english)
    for key, texts in own.items():
        assert all(text.strip() for text in texts), key
        for text in texts:
            assert blanks(text) == set().union(*map(blanks, english[key])), key
        if len(english[key]) > 1:
            assert len(texts) == catalog.num_plurals, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_called_what_it_calls_itself_without_reading_it_whole(language: str) -> None:
    assert language_name(language, None) == load_words(language).name


def test_a_missing_sentence_is_a_mistake_and_not_shown_as_its_id() -> None:
    with pytest.raises(MissingWord):
        load_words("en")("no.such.sentence")
    with pytest.raises(MissingWord):
        load_words("en").plural("no.such.sentence", 2)
    with pytest.raises(MissingWord):
        load_words("xx")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("font", ["Inter-Regular", "Inter-SemiBold", "InterDisplay-Bold"])
def test_the_fonts_hold_every_glyph_of_a_language(language: str, font: str) -> None:
    glyphs = set(TTFont(FONTS / f"{font}.ttf").getBestCmap())
    words = load_words(language, "US")
    used = {
        c for texts in sentences(read_language(LOCALES / f"{language}.po")).values() for text in texts for c in text
    }
    used |= set(words.money(123456789, "USD") + words.money(99, "EUR") + words.number(1234.5, 1) + "✓←•–…−")
    assert {c for c in used if ord(c) not in glyphs and c != "\n"} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_the_kiosk_can_say_has_words(language: str) -> None:
    words = load_words(language)
    needed = {f"outcome.{outcome}.{part}" for outcome in Outcome for part in ("what", "next")}
    needed |= {f"approval.reason.{reason}" for reason in ApprovalReason}
    needed |= {f"role.{role}" for role in Role}
    needed |= {f"staff.message.{each}" for each in StaffMessage if each is not StaffMessage.NOBODY}
    needed |= {f"guide.{placement}" for placement in Placement}
    needed |= {f"service.message.{each}" for each in ServiceMessage}
    needed |= {f"letter.problem.{each}" for each in LetterProblem}
    needed |= {f"due.{part}{what}" for part in Part for what in ("", ".why", ".bring", ".do")}
    for path in (Path(config.__file__).parent / "policy").glob("*.toml"):
        for rule in tomllib.loads(path.read_text())["rule"]:
            needed |= {f"next.{step}" for step in rule["next_steps"]}
    assert needed - words.ids == set()


def subclasses(kind: type) -> list[type]:
    return [kind, *(below for child in kind.__subclasses__() for below in subclasses(child))]


def rules_of_the_program() -> set[str]:
    # Rules the program makes itself come without words of their own: their code is all there is to look up.
    made = {cannot_cut(reason).code for reason in PlanRefusal}
    for module in (offering, decide):
        made |= {value.code for value in vars(module).values() if isinstance(value, FiredRule)}
    return made


def test_a_rule_the_program_makes_itself_is_found_here() -> None:
    assert {"OUT_OF_STOCK", "NOT_IDENTIFIED", "PLAN_MACS_BROKEN"} <= rules_of_the_program()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_the_program_makes_has_its_own_words(language: str) -> None:
    needed = {f"rule.code.{code}.{part}" for code in rules_of_the_program() for part in ("what", "why")}
    assert needed - load_words(language).ids == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_code_has_help_of_its_own_kind(language: str) -> None:
    words = load_words(language)
    # The modules that define faults are all loaded with the program.
    import kiosk.compose  # noqa: F401 - for its imports alone

    codes = {fault.code for kind in (HardwareFault, DatabaseFault) for fault in subclasses(kind)}
    codes |= {LONE_PROBLEM, STOPPED, BAD_SETTINGS, "SCREEN", "DRIFT"}
    assert len(codes) > 20
    assert {code for code in codes if fault_family(code) == OTHER} == set()
    needed = {f"fault.{family}.{part}" for family in FAMILIES for part in ("what", "1", "2", "3")}
    needed |= {f"slot.reason.{seat.name.lower()}" for seat in Seat if seat is not Seat.SEATED}
    assert needed - words.ids == set()


def test_money_and_plurals_are_written_as_each_language_does() -> None:
    assert load_words("en", "US").money(349, "USD") == "$3.49"
    assert load_words("fr", "FR").money(349, "EUR") == "3,49\xa0€"
    assert load_words("es", "US").money(349, "USD") == "$3.49"
    assert load_words("en", "US").money(500, "JPY") == "¥500"
    assert load_words("en").plural("sale.copies", 1) == "1 copy"
    assert load_words("en").plural("sale.copies", 2) == "2 copies"
    assert load_words("fr").plural("sale.copies", 0) == "0 copie"
    assert load_words("es").plural("sale.copies", 0) == "0 copias"


def test_a_new_language_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (LOCALES / "en.po").read_text().replace("Language-Team: English", "Language-Team: Svenska")
    (tmp_path / "sv.po").write_text(
        text.replace('msgstr "Cancel"', 'msgstr "Avbryt"').replace("Language: en", "Language: sv")
    )
    monkeypatch.setattr("config.languages.SHIPPED", tmp_path)
    words = words_of.__wrapped__("sv", "SE", None)
    assert (words.name, words("cancel")) == ("Svenska", "Avbryt")
    assert words.money(349, "SEK") == "3,49\xa0kr"


def test_a_rule_without_words_of_a_language_takes_them_from_the_language_file(tmp_path: Path) -> None:
    english = (LOCALES / "en.po").read_text().replace("Language: en", "Language: sv")
    (tmp_path / "sv.po").write_text(
        english
        + '\nmsgid "rule.code.MINE.what"\nmsgstr "Kopieras inte."\n\nmsgid "rule.code.MINE.why"\nmsgstr "Fråga."\n'
    )
    words = words_of("sv", "", tmp_path)
    rule = FiredRule("MINE", Verdict.REFUSE, Override.NEVER, "g", "s", words=(("en", "Not copied.", "Ask."),))
    assert reason_of(words, rule).what == "Kopieras inte."
    assert reason_of(load_words("en"), rule).what == "Not copied."
    assert reason_of(words, replace(rule, code="OTHER")).what == "Not copied."


TRADE = {
    "es": {"blank": ("llave virgen", ("base", "en blanco")), "wheel": ("fresa", ("rueda", "muela", "fraise")),
           "slot": ("ranura", ("compartim", "casilla"))},
    "fr": {"blank": ("ébauche", ("clé vierge", "clé brute")), "wheel": ("fraise", ("meule", "fresa", "molette")),
           "slot": ("case", ("casier", "logement", "compartim", "aucun magasin"))},
}  # fmt: skip
"""One word of the trade a thing, and those that once stood for it too."""


@pytest.mark.parametrize("language", TRADE)
@pytest.mark.parametrize("folder", [LOCALES, Path(__file__).parents[2] / "ui" / "panel" / "words"])
def test_a_thing_of_the_trade_has_one_word_on_the_screen_and_in_the_panel(language: str, folder: Path) -> None:
    catalog = read_language(folder / f"{language}.po")
    strings = [m.string if isinstance(m.string, tuple | list) else (m.string,) for m in catalog if m.id]
    said = [str(text).lower() for texts in strings for text in texts]
    for thing, (word, others) in TRADE[language].items():
        found = [text for text in said for other in others if re.search(rf"\b{other}", text)]
        assert found == [], f"{thing} is {word!r}"
    assert sum(TRADE[language]["wheel"][0] in text for text in said) > 3
