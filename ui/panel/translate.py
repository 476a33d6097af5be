"""The panel's words: one language file each, English of faults, keys and numbers from their own tables.

Responsible for: a sentence by its id in the chosen language. Not responsible for: when it is said. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
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


@dataclass(frozen=True, eq=False)
class PanelTranslation(Translation):
    """Everything the panel says in one language."""

    def _or(self, key: str, english: str) -> str:
        return self(key) if key in self.ids else english

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
        return self(key if key in self.ids else "wire.setting.other")

    def state(self, name: str) -> str:
        """A board's state, such as `Hold:0`."""
        word, colon, substate = name.partition(":")
        key = f"state.{word.lower()}"
        known = self(key) if key in self.ids else word
        return f"{known} {substate}" if colon else known


@cache
def load_translation(language: str) -> PanelTranslation:
    """The panel's words in a language.

    Raises:
        MissingWord: there is no such language.
    """
    return PanelTranslation(**vars(load_words(language, "", FOLDER)))
