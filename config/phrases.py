"""Phrases that may stand on a key's head, as data: what the stamp reader looks for and what rules ask about.

Responsible for: the list and how wordings are folded for comparing. Not responsible for: reading a picture
(`kiosk.identification`) or what a phrase leads to (`config/policy`).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from pydantic import Field

from config.base import Frozen, Name
from config.problems import BadInput, Problem
from config.toml_files import checked, read_toml

SHIPPED = Path(__file__).with_name("phrases.toml")


class PhraseKind(StrEnum):
    """What a phrase is to policy."""

    DND = "dnd"
    """A request not to copy."""
    UNLAWFUL = "unlawful"
    """Says that copying is against the law."""
    PATENTED = "patented"
    GOVERNMENT = "government"
    PUBLIC_BUILDING = "public_building"
    """A building of a State, county, city or public school."""
    POSTAL = "postal"
    BRAND = "brand"
    """The name of a maker whose blanks are not sold to everyone."""


class Phrase(Frozen):
    """One phrase with its wordings, by language."""

    id: str = Field(pattern=r"^[a-z0-9_]{2,40}$")
    kind: PhraseKind
    en: tuple[Name, ...] = Field(default=(), max_length=100)
    es: tuple[Name, ...] = Field(default=(), max_length=100)
    fr: tuple[Name, ...] = Field(default=(), max_length=100)
    other: tuple[Name, ...] = Field(default=(), max_length=100)
    """In languages that the kiosk does not speak but its shoppers' keys may."""
    keyways: tuple[Name, ...] = Field(default=(), max_length=50)
    """The keyways a maker's name stands for; none of them is ever open."""

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """Every wording, folded, longest first."""
        return tuple(
            sorted(
                {fold(text) for text in (*self.en, *self.es, *self.fr, *self.other)},
                key=lambda text: (-len(text), text),
            )
        )


class _PhraseFile(Frozen):
    harmless: tuple[str, ...] = Field(default=(), max_length=2000)
    phrase: tuple[Phrase, ...] = Field(min_length=1, max_length=2000)


@dataclass(frozen=True)
class Phrases:
    """All known phrases."""

    phrases: tuple[Phrase, ...]
    harmless: tuple[str, ...] = ()
    """Folded wordings that stand on ordinary keys and mean nothing."""

    @cached_property
    def kind_of(self) -> dict[str, PhraseKind]:
        """Kind by phrase id."""
        return {phrase.id: phrase.kind for phrase in self.phrases}

    @cached_property
    def wordings(self) -> tuple[tuple[str, str], ...]:
        """(folded wording, phrase id) of all, longest wording first."""
        pairs = [(text, phrase.id) for phrase in self.phrases for text in phrase.folded]
        return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair)))

    def said(self, text: str) -> tuple[str, ...]:
        """Ids of the phrases that stand, exactly, in a text a person typed; an id stands for itself."""
        words = f" {fold(text)} "
        tight = words.replace(" ", "")
        found = {
            ident for wording, ident in self.wordings if f" {wording} " in words or wording.replace(" ", "") == tight
        }
        found |= {phrase.id for phrase in self.phrases if text.strip().lower() == phrase.id}
        return tuple(phrase.id for phrase in self.phrases if phrase.id in found)


def fold(text: str) -> str:
    """Capitals A-Z and digits; accents gone; everything else a single space."""
    plain = unicodedata.normalize("NFKD", text).upper()
    kept = "".join(
        c if c.isascii() and c.isalnum() else "" if unicodedata.combining(c) or c in ".'’" else " " for c in plain
    )
    return " ".join(kept.split())


def load_phrases(path: Path | None = None) -> Phrases:
    """The phrases of `path`, or the shipped ones.

    Raises:
        BadInput: with every bad entry.
    """
    file = path or SHIPPED
    document = checked(_PhraseFile, read_toml(file), str(file))
    phrases, harmless = document.phrase, tuple(dict.fromkeys(fold(text) for text in document.harmless))
    problems: list[Problem] = []
    owner: dict[str, str] = {}
    seen: set[str] = set()
    for phrase in phrases:
        if phrase.id in seen:
            problems.append(Problem(str(file), phrase.id, "this id is used twice"))
        seen.add(phrase.id)
        if not phrase.folded:
            problems.append(Problem(str(file), phrase.id, "has no wording"))
        for wording in phrase.folded:
            if len(wording.replace(" ", "")) < 3:
                problems.append(
                    Problem(str(file), phrase.id, f"wording {wording!r} is too short to be told from chance")
                )
            if owner.setdefault(wording, phrase.id) != phrase.id:
                problems.append(Problem(str(file), phrase.id, f"wording {wording!r} also belongs to {owner[wording]}"))
    problems.extend(
        Problem(str(file), "harmless", f"{wording!r} also belongs to {owner[wording]}")
        for wording in harmless
        if wording in owner
    )
    if problems:
        raise BadInput(*problems)
    return Phrases(phrases, harmless)
