"""Words of one language: gettext files read by Babel, plural and money by locale.

Responsible for: finding a sentence by its id, in the plural that fits; money, numbers and durations as people
of that language write them. Not responsible for: which sentence a screen needs (`ui.present.present`).
A language is one file, shipped or the owner's (`config.languages`), whose `Language-Team` header carries its own name.
"""

from __future__ import annotations

import gettext
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime, format_skeleton, format_time, get_day_names
from babel.messages.mofile import write_mo
from babel.numbers import format_currency, format_decimal, get_currency_precision

from config.languages import language_file, own_name, read_language, sentences
from config.ordinary_file import ordinary

_OWN_NAME = re.compile(rb'^"Language-Team: *(.*\S) *\\n"\r?$', re.MULTILINE)


class MissingWord(KeyError):
    """A language has no sentence for an id: a mistake of ours, found by the tests."""


@dataclass(frozen=True, eq=False)
class Translation:
    """All sentences of one language."""

    language: str
    name: str
    locale: Locale
    ids: frozenset[str]
    _translations: gettext.GNUTranslations

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence `key` with `values` filled in.

        Raises:
            MissingWord: this language has none.
        """
        if key not in self.ids:
            raise MissingWord(f"{self.language}: {key}")
        return self._translations.gettext(key).format(**values)

    def plural(self, key: str, count: int, /, **values: object) -> str:
        """The sentence `key` in the form that `count` asks for; `{count}` is filled in."""
        if key not in self.ids:
            raise MissingWord(f"{self.language}: {key}")
        return self._translations.ngettext(key, key, count).format(count=self.number(count), **values)

    def first(self, *keys: str) -> str:
        """The first of `keys` that has words here."""
        for key in keys:
            if key in self.ids:
                return self(key)
        raise MissingWord(f"{self.language}: {', '.join(keys)}")

    def money(self, amount_minor: int, currency: str) -> str:
        """An amount as written in this language."""
        amount = Decimal(amount_minor).scaleb(-get_currency_precision(currency))
        return format_currency(amount, currency, locale=self.locale)

    def clock(self, utc_s: float) -> str:
        """A time of day, here."""
        return format_time(datetime.fromtimestamp(utc_s).astimezone(), "short", locale=self.locale)

    def log_clock(self, utc_s: float) -> str:
        """A time of day to the minute, here, in figures that stand below each other."""
        return format_time(datetime.fromtimestamp(utc_s).astimezone(), "HH:mm", locale=self.locale)

    def day_and_clock(self, utc_s: float) -> str:
        """A day and a time of day, here."""
        moment = datetime.fromtimestamp(utc_s).astimezone()
        return f"{self.day(moment.date())}, {self.clock(utc_s)}"

    def moment(self, utc_s: float) -> str:
        """A date and a time of day, here, short."""
        return format_datetime(datetime.fromtimestamp(utc_s).astimezone(), "short", locale=self.locale)

    def short_moment(self, utc_s: float) -> str:
        """A day without its year and a time of day, here: for a list of what happened of late."""
        day = datetime.fromtimestamp(utc_s).astimezone().date()
        return f"{format_skeleton('Md', day, locale=self.locale)}, {self.clock(utc_s)}"

    def day(self, day: date) -> str:
        """A day of the calendar with its weekday."""
        return format_skeleton("MMMEd", day, locale=self.locale)

    def weekday(self, number: int) -> str:
        """Name of a weekday, 0 for Monday."""
        name: str = get_day_names("wide", "stand-alone", locale=self.locale)[number]
        return name[:1].upper() + name[1:]

    def time_of_day(self, minutes: int) -> str:
        """A time of day given in minutes from midnight."""
        return format_time(time(minutes // 60 % 24, minutes % 60), "short", locale=self.locale)

    def number(self, value: float, digits: int = 0) -> str:
        """A number with this language's decimal sign."""
        return format_decimal(round(value, digits), format="#,##0." + "0" * digits, locale=self.locale)


@cache
def load_words(language: str, country: str, folder: Path | None) -> Translation:
    """The words of `language` ("es"), with money as in `country` ("US") where that is known.

    Args:
        language: code of a language file.
        country: code of a country; empty if none is known.
        folder: with more language files, which go before the shipped ones: for every word that a shopper or staff
            see, the owner's. Nobody can leave it out by oversight.

    Raises:
        MissingWord: there is no such language.
    """
    path = language_file(language, folder)
    if path is None:
        raise MissingWord(f"no language file {language}.po")
    catalog = read_language(path)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    try:
        locale = Locale.parse(f"{language}_{country}") if country else Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse(language)
    ids = frozenset(key for key, forms in sentences(catalog).items() if all(forms))
    return Translation(language, own_name(catalog), locale, ids, gettext.GNUTranslations(compiled))


@cache
def language_name(language: str, folder: Path | None) -> str:
    """What a language calls itself, without reading all its sentences: every screen names every language.

    Raises:
        MissingWord: there is no such language.
    """
    path = language_file(language, folder)
    found = _OWN_NAME.search(ordinary(path).read_bytes()) if path is not None else None
    with suppress(UnicodeDecodeError):
        if found is not None:
            return found[1].decode()
    # A header that is written otherwise says the same, to whoever reads it whole.
    return load_words(language, "", folder).name
