"""Keys that must never be taken for an open blank, in any number.

Responsible for: drawing restricted, unknown, mirrored, dimple and other foreign keys at random. Not responsible for:
what becomes of them.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import numpy as np

from config.catalogue import Catalogue
from config.keyway import Section, Standing
from simulator.keys import special_keys
from simulator.keys.key import Finish, PhysicalKey, random_bow
from simulator.keys.sample_keys import cut_by_blank
from simulator.keys.sections import distance_mm, mirror_section, random_section

FAR_ENOUGH_MM = 0.15
"""A made-up section nearer than this to one on file would not be foreign."""


class ForeignKind(StrEnum):
    """Why a key must be refused."""

    RESTRICTED = "restricted"
    UNKNOWN = "unknown"
    MIRRORED = "mirrored"
    DIMPLE = "dimple"
    SIDE_MILLED = "side_milled"
    TWO_TRACK = "two_track"
    DOUBLE_SIDED = "double_sided"
    TUBULAR = "tubular"


def foreign_key(
    kind: ForeignKind,
    catalogue: Catalogue,
    rng: np.random.Generator,
    host_blanks: tuple[str, ...] = ("KW1", "SC1", "M1"),
) -> PhysicalKey:
    """A random key of a kind. `host_blanks`: whose cuts it carries, so that the cuts alone would be believed."""
    whole: dict[ForeignKind, Callable[[np.random.Generator], PhysicalKey]] = {
        ForeignKind.DIMPLE: special_keys.dimple,
        ForeignKind.TWO_TRACK: special_keys.two_track,
        ForeignKind.DOUBLE_SIDED: special_keys.double_sided,
        ForeignKind.TUBULAR: special_keys.tubular,
    }
    if kind in whole:
        return whole[kind](rng)
    host = host_blanks[int(rng.integers(len(host_blanks)))]
    keyway, _ = catalogue.blank_of[host]
    section = catalogue.section_of[keyway.sections[0]]
    if kind is ForeignKind.RESTRICTED:
        choice = restricted_sections(catalogue)
        section = choice[int(rng.integers(len(choice)))]
    elif kind is ForeignKind.MIRRORED:
        section = mirror_section(section)
    elif kind is ForeignKind.UNKNOWN:
        section = unknown_section(catalogue, rng)
    finish = list(Finish)[int(rng.integers(len(Finish)))]
    wear = float(rng.uniform(0, 0.5))
    key = cut_by_blank(catalogue, host, rng, section=section, wear=wear, bow=random_bow(rng), finish=finish)
    return special_keys.side_milled(key, rng) if kind is ForeignKind.SIDE_MILLED else key


def restricted_sections(catalogue: Catalogue) -> tuple[Section, ...]:
    """Every section that belongs to a keyway which is not open."""
    return tuple(
        catalogue.section_of[section]
        for keyway in catalogue.keyways
        if keyway.standing.standing is not Standing.OPEN
        for section in keyway.sections
    )


def unknown_section(catalogue: Catalogue, rng: np.random.Generator) -> Section:
    """A made-up section unlike every one on file."""
    while True:
        section = random_section(rng)
        if all(distance_mm(section, known) > FAR_ENOUGH_MM for known in catalogue.sections):
            return section
