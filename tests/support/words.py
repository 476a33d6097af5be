"""Words of the shipped languages, for tests that have no owner's folder."""

from __future__ import annotations

from ui.present.language import Translation
from ui.present.language import load_words as words_of


def load_words(language: str, country: str = "") -> Translation:
    """The shipped words of a language, with money as in `country`."""
    return words_of(language, country, None)
