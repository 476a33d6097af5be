"""The world of keys this kiosk knows: keyways, sections and blanks, indexed.

Responsible for: loading every file in `config/keyways` (reporting all bad entries together) and looking up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from config.keyway import Blank, Keyway, Section


@dataclass(frozen=True)
class Catalogue:
    """All keyways and sections, with the revision (SHA-256 of the files) they came from."""

    keyways: tuple[Keyway, ...]
    sections: tuple[Section, ...]
    revision: str

    @cached_property
    def section_of(self) -> dict[str, Section]:
        """Section by id."""
        return {section.id: section for section in self.sections}

    @cached_property
    def keyway_of(self) -> dict[str, Keyway]:
        """Keyway by its own code."""
        return {keyway.code: keyway for keyway in self.keyways}

    @cached_property
    def blank_of(self) -> dict[str, tuple[Keyway, Blank]]:
        """Keyway and blank by the blank's trade name."""
        return {blank.code: (keyway, blank) for keyway in self.keyways for blank in keyway.blanks}

    @cached_property
    def keyways_with(self) -> dict[str, tuple[Keyway, ...]]:
        """Keyways that share a section id."""
        found: dict[str, list[Keyway]] = {}
        for keyway in self.keyways:
            for section in keyway.sections:
                found.setdefault(section, []).append(keyway)
        return {section: tuple(keyways) for section, keyways in found.items()}


def load_catalogue(directory: Path | None = None) -> Catalogue:
    """Read every `*.toml` of `directory` (the shipped one by default).

    Raises:
        BadInput: with every bad entry of every file.
    """
    raise NotImplementedError
