"""The world of keys this kiosk knows: keyways, sections and blanks, indexed.

Responsible for: loading every file in `config/keyways` (reporting all bad entries together) and looking up.
Not responsible for: what a written entry looks like (`config.keyway_file`).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from config.keyway import Blank, CutSpec, Keyway, Section, Standing
from config.keyway_checks import (
    Contradiction,
    blank_findings,
    close_pairs,
    cut_findings,
    depth_findings,
    section_findings,
    solid_findings,
)
from config.keyway_file import KeywayFile, WrittenKeyway
from config.match_limits import MatchLimits, limits_for
from config.ordinary_file import ordinary
from config.problems import BadInput, Problem
from config.toml_files import checked, problems_of, read_toml, toml_files

SHIPPED = Path(__file__).with_name("keyways")


@dataclass(frozen=True)
class Catalogue:
    """All keyways and sections, with the revision (SHA-256 of the files) they came from.

    `confusable` holds the pairs of section ids declared to be too alike to distinguish.
    """

    keyways: tuple[Keyway, ...]
    sections: tuple[Section, ...]
    revision: str
    confusable: frozenset[frozenset[str]] = frozenset()
    limits: MatchLimits | None = None
    """When a read section counts as one of these; None when that was never measured for these sections."""
    drawn: tuple[Section, ...] = ()
    """Drawings in whose place a section this kiosk has held counts (`config.enrolled`)."""
    enrolled: tuple[str, ...] = ()
    """Ids of all such sections."""
    held_mm: tuple[tuple[str, float], ...] = ()
    """Blanks this kiosk has held, by code, with their length from the stop to the tip."""

    @cached_property
    def sections_revision(self) -> str:
        """SHA-256 of what a reader compares with: sections, and the pairs declared too alike."""
        return revision_of(self.sections, self.confusable)

    @cached_property
    def section_of(self) -> dict[str, Section]:
        """Section by id."""
        return {section.id: section for section in self.sections}

    def drawing_of(self, section: str) -> Section | None:
        """The drawing of a section, whether or not real metal counts in its place; None where there is none."""
        drawn = next((each for each in self.drawn if each.id == section), None)
        return self.section_of.get(section) if drawn is None and section not in self.enrolled else drawn

    @cached_property
    def keyway_of(self) -> dict[str, Keyway]:
        """Keyway by its own code."""
        return {keyway.code: keyway for keyway in self.keyways}

    @cached_property
    def blank_of(self) -> dict[str, tuple[Keyway, Blank]]:
        """Keyway and blank by the blank's trade name."""
        return {blank.code: (keyway, blank) for keyway in self.keyways for blank in keyway.blanks}

    @cached_property
    def _sold_as(self) -> dict[str, tuple[Keyway, Blank]]:
        return {name: found for found in self.blank_of.values() for name in found[1].also}

    def own_code(self, blank: str) -> str | None:
        """The code by which a blank is known here that is also sold by this name; None for any other name."""
        return self._sold_as[blank][1].code if blank in self._sold_as else None

    @cached_property
    def keyways_with(self) -> dict[str, tuple[Keyway, ...]]:
        """Keyways that share a section id."""
        found: dict[str, list[Keyway]] = {}
        for keyway in self.keyways:
            for section in keyway.sections:
                found.setdefault(section, []).append(keyway)
        return {section: tuple(keyways) for section, keyways in found.items()}

    @cached_property
    def open_sections(self) -> frozenset[str]:
        """Sections that are sold to anyone, whichever of their keyways a key is of."""
        return frozenset(
            section
            for section, keyways in self.keyways_with.items()
            if all(keyway.standing.standing is Standing.OPEN for keyway in keyways)
        )

    def margin_mm(self, one: str, other: str) -> float:
        """By how much the second section must be further off than the first; anything is too little without limits."""
        if self.limits is None:
            return math.inf
        both_open = {one, other} <= self.open_sections
        return self.limits.open_margin_mm if both_open else self.limits.margin_mm

    def find(self, code: str) -> tuple[Keyway, Blank | None]:
        """What a person means by a code: a blank's trade name, or a keyway and its first blank, in any case.

        Raises:
            BadInput: nothing of that name.
        """
        wanted = code.strip().upper()
        if wanted in self.blank_of:
            return self.blank_of[wanted]
        if wanted in self._sold_as:
            return self._sold_as[wanted]
        if wanted in self.keyway_of:
            keyway = self.keyway_of[wanted]
            return keyway, keyway.blanks[0] if keyway.blanks else None
        # Of equally near ones the catalogue's first: difflib's own choice would be the alphabet's last.
        alike = {name: SequenceMatcher(None, name, wanted).ratio() for name in (*self.blank_of, *self.keyway_of)}
        near = sorted((name for name, ratio in alike.items() if ratio >= 0.5), key=lambda name: -alike[name])[:4]
        hint = f"did you mean {', '.join(near)}?" if near else "see kiosk catalogue list"
        raise BadInput(Problem("keyway", repr(code), f"not in the catalogue; {hint}"))


def revision_of(sections: Iterable[Section], confusable: frozenset[frozenset[str]]) -> str:
    """SHA-256 of sections and confusable pairs, in whatever order they come.

    How thick blanks are made belongs to it: grooves that may be deeper come nearer to another section's.
    """
    parts = sorted(section.model_dump_json(exclude={"source"}) for section in sections)
    parts += sorted("|".join(sorted(pair)) for pair in confusable)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def load_catalogue(
    directory: Path | None = None, owner: Path | None = None, owner_limits: Path | None = None
) -> Catalogue:
    """Read every `*.toml` of `directory` (the shipped one by default), and of the owner's, if there is one.

    Args:
        directory: keyway files.
        owner: the owner's keyway files.
        owner_limits: the owner's limits of a match. The shipped ones serve as long as the sections are the shipped.

    Raises:
        BadInput: with every bad entry of every file.
    """
    paths = [*toml_files(directory or SHIPPED), *(toml_files(owner) if owner and owner.is_dir() else ())]
    problems: list[Problem] = []
    files: list[tuple[str, KeywayFile]] = []
    digest = hashlib.sha256()
    for path in paths:
        try:
            files.append((str(path), checked(KeywayFile, read_toml(path), str(path))))
            digest.update(path.name.encode() + b"\0" + ordinary(path).read_bytes() + b"\0")
        except BadInput as bad:
            problems += bad.problems
    built = _Builder(files)
    problems += built.problems
    if not problems and not built.keyways:
        problems.append(Problem(str(directory or SHIPPED), "", "no keyway in any file"))
    if problems:
        raise BadInput(*problems)
    limits = limits_for(revision_of(built.sections, built.confusable), owner_limits)
    return Catalogue(tuple(built.keyways), tuple(built.sections), digest.hexdigest(), built.confusable, limits)


class _Builder:
    """Puts the files together and gathers what does not fit; used once, by `load_catalogue`."""

    def __init__(self, files: list[tuple[str, KeywayFile]]) -> None:
        self.problems: list[Problem] = []
        self.sections = self._unique_sections(files)
        self.confusable = self._declared(files)
        self.keyways = self._keyways(files)
        for one, other, distance_mm in close_pairs(tuple(self.sections), self.confusable):
            reason = f"only {distance_mm:.3f} mm from {other}: a reader could take one for the other"
            self.problems.append(Problem(self._file_of_section[one], one, reason))

    def _unique_sections(self, files: list[tuple[str, KeywayFile]]) -> list[Section]:
        self._file_of_section: dict[str, str] = {}
        kept = []
        for name, file in files:
            for section in file.section:
                if section.id in self._file_of_section:
                    self.problems.append(Problem(name, section.id, f"also in {self._file_of_section[section.id]}"))
                    continue
                self._file_of_section[section.id] = name
                self._found(name, section.id, solid_findings(section))
                kept.append(section)
        return kept

    def _declared(self, files: list[tuple[str, KeywayFile]]) -> frozenset[frozenset[str]]:
        for name, file in files:
            for pair in file.confusable:
                self._known_sections(name, "confusable", pair.sections)
        return frozenset(frozenset(pair.sections) for _, file in files for pair in file.confusable)

    def _keyways(self, files: list[tuple[str, KeywayFile]]) -> list[Keyway]:
        added: dict[str, tuple[str, ...]] = {}
        written = {keyway.code for _, file in files for keyway in file.keyway}
        for name, file in files:
            for extension in file.extend:
                if extension.keyway not in written:
                    self.problems.append(Problem(name, f"extend.{extension.keyway}", "no such keyway"))
                self._known_sections(name, f"extend.{extension.keyway}", extension.sections)
                added[extension.keyway] = added.get(extension.keyway, ()) + extension.sections
        keyways = []
        taken: dict[str, str] = {}
        for name, file in files:
            for entry in file.keyway:
                keyway = self._keyway(name, file, entry, added.get(entry.code, ()))
                if keyway is None:
                    continue
                names = [each for blank in keyway.blanks for each in (blank.code, *blank.also)]
                for code in sorted({keyway.code, *names}):
                    if code in taken:
                        self.problems.append(
                            Problem(name, f"keyway.{keyway.code}", f"{code} also stands in {taken[code]}")
                        )
                    taken[code] = name
                keyways.append(keyway)
        return keyways

    def _keyway(self, file: str, tables: KeywayFile, entry: WrittenKeyway, added: tuple[str, ...]) -> Keyway | None:
        at = f"keyway.{entry.code}"
        ids = (*entry.sections, *added)
        known = self._known_sections(file, at, ids)
        written_spec = tables.spec.get(entry.spec) if entry.spec else None
        if entry.spec and written_spec is None:
            self.problems.append(Problem(file, f"{at}.spec", f"no table [spec.{entry.spec}] in this file"))
        try:
            spec: CutSpec | None = None
            if written_spec:
                spec = written_spec.in_mm(known[0].height_mm if known else None)
            blanks = tuple(blank.in_mm(written_spec.unit) for blank in entry.blanks) if written_spec else ()
            keyway = Keyway(
                code=entry.code,
                name=entry.name,
                maker=entry.maker,
                standing=entry.standing,
                sections=ids,
                spec=spec,
                blanks=blanks,
                kind=entry.kind,
            )
        except ValidationError as error:
            self.problems += problems_of(error, file, at)
            return None
        if written_spec and spec:
            self._found(file, at, depth_findings(spec, written_spec.step_mm))
            self._found(file, at, cut_findings(spec))
        self._found(file, at, blank_findings(keyway))
        for section in known:
            self._found(file, at, section_findings(keyway, section))
        return keyway

    def _known_sections(self, file: str, at: str, ids: tuple[str, ...]) -> list[Section]:
        by_id = {section.id: section for section in self.sections}
        for missing in (each for each in ids if each not in by_id):
            self.problems.append(Problem(file, at, f"no section {missing} in any file"))
        return [by_id[each] for each in ids if each in by_id]

    def _found(self, file: str, at: str, findings: Iterable[Contradiction]) -> None:
        self.problems += (Problem(file, f"{at}.{each.field}", each.reason, each.kind, each.facts) for each in findings)
