"""Rules of policy as data: what each needs to fire, what it says, who may lift it, its ground and its words.

Responsible for: what a rule is, and refusing rules that could open what must stay shut. Not responsible for:
applying them (`kiosk.policy.decide`). Conditions given together must all hold; one that is absent holds always.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from config.base import Frozen, Name, Note
from config.keyway import KeyKind, Standing
from config.phrases import PhraseKind, Phrases, load_phrases
from config.problems import BadInput, Problem
from config.store import DoNotDuplicate
from config.toml_files import checked, read_toml, toml_files

SHIPPED = Path(__file__).with_name("policy")

UNIDENTIFIED = (
    "nothing_there",
    "not_a_key",
    "several_objects",
    "out_of_focus",
    "dirty",
    "moved",
    "cut_off",
    "dimple",
    "side_milled",
    "two_track",
    "tubular",
    "double_sided",
    "uncut",
    "section_not_seen",
    "unknown_section",
    "mirrored_section",
    "ambiguous",
    "pierced",
    "cuts_unreadable",
    "cut_filled",
    "cuts_off_chart",
    "worn_past_telling",
    "unreadable_image",
)
"""Every outcome that names no key: `kiosk.key.reading.Outcome` without `identified` (a test holds them equal)."""

SEALED_KINDS = frozenset(PhraseKind) - {PhraseKind.DND, PhraseKind.PUBLIC_BUILDING}
"""Kinds of stamp that nobody may lift."""


class Verdict(StrEnum):
    """Ordered from mild to strict."""

    ALLOW = "allow"
    NOTICE = "notice"
    ASK_STAFF = "ask_staff"
    REFUSE = "refuse"

    @property
    def blocks(self) -> bool:
        """Whether nothing may be cut under it."""
        return self in (Verdict.ASK_STAFF, Verdict.REFUSE)


class Override(StrEnum):
    """Who may lift a rule."""

    NEVER = "never"
    ASSOCIATE = "associate"
    MANAGER = "manager"


class RuleConditions(Frozen):
    """What must hold for a rule to fire.

    `stamps` holds kinds or ids of phrases, any of which will do. `places` holds countries or their parts; `US`
    covers `US-CA`. `first_day` and `last_day` bound the days the rule is in force, both included.
    """

    unidentified: tuple[Name, ...] = Field(default=(), max_length=100)
    standing: tuple[Standing, ...] = Field(default=(), max_length=10)
    keyways: tuple[Name, ...] = Field(default=(), max_length=1000)
    kinds: tuple[KeyKind, ...] = Field(default=(), max_length=10)
    stamps: tuple[Name, ...] = Field(default=(), max_length=1000)
    name_and_phone: bool | None = None
    head_seen: bool | None = None
    head_illegible: bool | None = None
    faces_seen: bool | None = None
    cuttable: bool | None = None
    stocked: bool | None = None
    places: tuple[Name, ...] = Field(default=(), max_length=1000)
    do_not_duplicate: tuple[DoNotDuplicate, ...] = Field(default=(), max_length=10)
    over_store_limit: bool | None = None
    quantity_over: int | None = Field(default=None, ge=0, le=100)
    attempts_over: int | None = Field(default=None, ge=0, le=100)
    first_day: date | None = None
    last_day: date | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        given = self.model_dump(exclude_defaults=True, exclude={"first_day", "last_day", "places"})
        if not any(value not in ((), None) for value in given.values()):
            raise ValueError("no condition but place or date: the rule would fire for every key")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError("last_day lies before first_day: the rule would never fire")
        for outcome in self.unidentified:
            if outcome not in UNIDENTIFIED:
                raise ValueError(f"unidentified: {outcome!r} is none of {', '.join(UNIDENTIFIED)}")
        for place in self.places:
            country, _, part = place.partition("-")
            if not (
                len(country) == 2 and country.isalpha() and place.isupper() and (part.isalnum() or "-" not in place)
            ):
                raise ValueError(f"places: {place!r} is not a country or part of one such as US or US-CA")
        return self


class RuleWords(Frozen):
    """What a rule means to a shopper, and what to do next, in one language.

    `question` is what staff must look for on the key where a camera cannot: yes keeps the refusal.
    """

    meaning: str = Field(min_length=10, max_length=300)
    next: str = Field(min_length=5, max_length=300)
    question: str = Field(default="", max_length=200)


class Rule(Frozen):
    """One rule. `next_steps` are ids of advice the screen can show with a picture."""

    code: str = Field(pattern=r"^[A-Z][A-Z0-9_]{2,47}$")
    verdict: Verdict
    override: Override
    ground: Note
    source: Note
    next_steps: tuple[Name, ...] = Field(default=(), max_length=10)
    when: RuleConditions
    en: RuleWords
    es: RuleWords | None = None
    fr: RuleWords | None = None

    @model_validator(mode="after")
    def _stays_shut(self) -> Self:
        if self.verdict is Verdict.ALLOW:
            raise ValueError("verdict: no rule allows; what no rule stops is allowed")
        if any(words and words.question for words in (self.en, self.es, self.fr)) and self.override is Override.NEVER:
            raise ValueError("question: there is nothing to ask where nobody may lift the rule")
        if not self.verdict.blocks and self.override is not Override.NEVER:
            raise ValueError("override: a notice stops nothing, so nobody can lift it; say never")
        when = self.when
        sealed = bool(when.unidentified) or Standing.OPEN not in (when.standing or (Standing.OPEN,))
        sealed = sealed or bool(set(when.stamps) & SEALED_KINDS) or when.cuttable is False or when.stocked is False
        if sealed and (self.verdict is not Verdict.REFUSE or self.override is not Override.NEVER):
            raise ValueError("verdict must be refuse and override never: nobody may lift what this rule fires on")
        return self

    def words(self, language: str) -> RuleWords:
        """In `language` (en, es, fr), or in English."""
        return {"es": self.es, "fr": self.fr}.get(language) or self.en


class _RuleFile(Frozen):
    rule: tuple[Rule, ...] = Field(min_length=1, max_length=2000)


@dataclass(frozen=True)
class PolicyRules:
    """All rules, in order of file name and place in the file, with the phrases they speak of."""

    rules: tuple[Rule, ...]
    phrases: Phrases


def load_policy(
    directory: Path | None = None, owner: Path | None = None, phrases: Phrases | None = None
) -> PolicyRules:
    """The shipped rules (or those of `directory`) and the owner's, which can add rules and replace none.

    Raises:
        BadInput: with every mistake of every file. There is no falling back to fewer rules.
    """
    phrases = phrases or load_phrases()
    stamps = {*phrases.kind_of, *(kind.value for kind in PhraseKind)}
    sealed = {phrase for phrase, kind in phrases.kind_of.items() if kind in SEALED_KINDS}
    problems: list[Problem] = []
    rules: list[Rule] = []
    home: dict[str, str] = {}
    for path in [*toml_files(directory or SHIPPED), *(toml_files(owner) if owner and owner.is_dir() else ())]:
        file = str(path)
        try:
            found = _rules_of(path)
        except BadInput as bad:
            problems += bad.problems
            continue
        for rule in found:
            if rule.code in home:
                problems.append(Problem(file, rule.code, f"this code also stands in {home[rule.code]}"))
            home[rule.code] = file
            unknown = [stamp for stamp in rule.when.stamps if stamp not in stamps]
            problems += [
                Problem(file, f"{rule.code}.when.stamps", f"{each!r} is no phrase or kind") for each in unknown
            ]
            if sealed & set(rule.when.stamps) and (rule.verdict, rule.override) != (Verdict.REFUSE, Override.NEVER):
                problems.append(Problem(file, rule.code, "nobody may lift such a stamp: refuse, override never"))
        rules += found
    if not rules and not problems:
        problems.append(Problem(str(directory or SHIPPED), "", "no rule in any file"))
    if problems:
        raise BadInput(*problems)
    return PolicyRules(tuple(rules), phrases)


def _rules_of(path: Path) -> tuple[Rule, ...]:
    """The rules of one file; a problem names the rule's code where it has one."""
    table = read_toml(path)
    entries = table.get("rule")
    if set(table) != {"rule"} or not isinstance(entries, list) or not entries:
        return checked(_RuleFile, table, str(path)).rule
    problems: list[Problem] = []
    rules: list[Rule] = []
    for number, entry in enumerate(entries, start=1):
        code = entry.get("code") if isinstance(entry, dict) else None
        try:
            rules.append(checked(Rule, entry, str(path), code if isinstance(code, str) and code else f"rule[{number}]"))
        except BadInput as bad:
            problems += bad.problems
    if problems:
        raise BadInput(*problems)
    return tuple(rules)
