"""Which places' laws on copying keys were looked into, and what came of it.

Responsible for: that list, and what it says of one place. Not responsible for: the rules themselves (`config/policy`).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path

from pydantic import Field

from config.base import Frozen, Name, Note
from config.toml_files import checked, read_toml

SHIPPED = Path(__file__).with_name("laws.toml")


BY_PART = ("US", "CA", "AU")
"""Countries whose parts make laws of their own on this."""


class Found(StrEnum):
    """What came of looking."""

    RULES = "rules"
    NOTHING_FORBIDDEN = "nothing_forbidden"
    NO_TEXT = "no_text"
    """A law is said to exist and its text was not found: nothing is claimed of it."""


class Law(Frozen):
    """One place."""

    place: str = Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")
    read: date
    found: Found
    what: Note
    source: Name


class _LawFile(Frozen):
    place: tuple[Law, ...] = Field(min_length=1, max_length=2000)


def load_laws() -> tuple[Law, ...]:
    """Every place, in the order of the file.

    Raises:
        BadInput: with every bad entry.
    """
    return checked(_LawFile, read_toml(SHIPPED), str(SHIPPED)).place


def standing_of(place: str, laws: tuple[Law, ...]) -> tuple[bool, str]:
    """Whether a place's law was looked into and found, and what is to be said of it."""
    by_place = {law.place: law for law in laws}
    country, _, part = place.partition("-")
    own, whole = by_place.get(place), by_place.get(country)
    if own is not None and own.found is not Found.NO_TEXT:
        return True, f"looked into on {own.read.isoformat()}: {own.what}"
    if own is None and whole is not None and country not in BY_PART and whole.found is not Found.NO_TEXT:
        return True, f"looked into on {whole.read.isoformat()} for all of {country}: {whole.what}"
    above = f"; of {country}: {whole.what}" if part and whole is not None else ""
    if own is not None:
        return False, f"no law on file; {own.what}{above}"
    return False, f"no law on file, not researched: general rules only{above}"
