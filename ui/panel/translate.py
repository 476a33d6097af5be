"""The panel's words: one language file each, English of faults, keys and numbers from their own tables.

Responsible for: a sentence by its id in the chosen language. Not responsible for: when it is said. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from hardware.grbl import codes
from simulator.faults.model import Fault
from simulator.keys.sample_keys import SampleKey
from ui.present.language import Translation, load_words

FOLDER = Path(__file__).parent / "words"


class Language(StrEnum):
    """Languages the panel speaks: one file of words each."""

    EN = "en"
    ES = "es"
    FR = "fr"


LANGUAGES = tuple(language.value for language in Language)


@dataclass(frozen=True)
class PanelTranslation:
    """Everything the panel says in one language."""

    words: Translation

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence `key` with `values` filled in."""
        return self.words(key, **values)

    @property
    def language(self) -> str:
        """Its code."""
        return self.words.language

    def _or(self, key: str, english: str) -> str:
        return self.words(key) if key in self.words.ids else english

    def fault(self, fault: Fault) -> str:
        """What goes wrong."""
        return self._or(f"fault.{fault.name}", fault.description)

    def outcome(self, fault: Fault) -> str:
        """What the kiosk must do about it."""
        return self._or(f"outcome.{fault.outcome.name.lower()}", fault.outcome.value)

    def key(self, sample: SampleKey) -> str:
        """What kind of key it is."""
        return self._or(f"key.{sample.name}", sample.description)

    def error(self, number: int) -> str:
        """Meaning of `error:number`."""
        return self._or(f"error.{number}", codes.error(number).text)

    def alarm(self, number: int) -> str:
        """Meaning of `ALARM:number`."""
        return self._or(f"alarm.{number}", codes.alarm(number).text)

    def setting(self, number: int) -> str:
        """Name of `$number`."""
        key = f"wire.setting.{number}"
        return self.words(key if key in self.words.ids else "wire.setting.other")

    def state(self, name: str) -> str:
        """A board's state, such as `Hold:0`."""
        word, colon, substate = name.partition(":")
        key = f"state.{word.lower()}"
        known = self.words(key) if key in self.words.ids else word
        return f"{known} {substate}" if colon else known

    def number(self, value: float, digits: int = 0) -> str:
        """A number as written in this language."""
        return self.words.number(value, digits)


def load_translation(language: str) -> PanelTranslation:
    """The panel's words in a language.

    Raises:
        MissingWord: there is no such language.
    """
    return PanelTranslation(load_words(language, folder=FOLDER))
