"""Drawn readings to measure the limits of a match with.

Responsible for: blades of every section on file, and of sections that must be refused, as the cameras would see them;
a limits file from their readings. Not responsible for: the method (`kiosk.calibration.match_limits`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from config.catalogue import Catalogue
from config.keyway import Section
from config.machine import Machine
from config.match_limits import LimitsFile
from config.section_shape import RESOLVABLE_MM, section_distance_mm
from hardware.scan import TRAY_VIEWS
from kiosk.calibration.match_limits import (
    METHOD,
    Inseparable,
    Matched,
    Reading,
    joined,
    limits_from,
    match_all,
    measure,
    passing,
)
from kiosk.identification import build_index, read_key
from simulator.keys.key import Finish
from simulator.keys.sample_keys import cut_by_blank
from simulator.keys.sections import as_thick, mirror_section, nearly, random_section
from simulator.optics import NORMAL, render_scan

OTHER_BY_MM = 0.3
"""A blade whose grooves lie this far off on one face is another blade."""
RECORDED = """\
Beside them {} recorded scans of known keys count, and {} of keys that must be refused: of two figures the worse one.
"""
LIKE_IT = 3
"""Neighbours of a new section that are measured with it."""


def calibrate(
    catalogue: Catalogue, machine: Machine, per_section: int, seed: int, recorded: Sequence[Reading] = ()
) -> LimitsFile | Inseparable:
    """Limits for all sections on file, from `per_section` right and as many wrong readings of each.

    `recorded` are readings of known keys by real cameras: of two figures the worse one counts.
    """
    return _file(catalogue, machine, catalogue.sections, per_section, seed, None, recorded)


def extend(
    catalogue: Catalogue, machine: Machine, section: str, known: LimitsFile, per_section: int, seed: int
) -> LimitsFile | Inseparable:
    """Limits for a catalogue that has grown by one section: it and its neighbours are measured, the rest is kept."""
    new = catalogue.section_of[section]
    others = sorted(
        (each for each in catalogue.sections if each.id != section),
        key=lambda each: min(section_distance_mm(new, each), section_distance_mm(new, mirror_section(each))),
    )
    return _file(catalogue, machine, (new, *others[:LIKE_IT]), per_section, seed, known)


def _file(
    catalogue: Catalogue,
    machine: Machine,
    sections: Collection[Section],
    per_section: int,
    seed: int,
    known: LimitsFile | None,
    recorded: Sequence[Reading] = (),
) -> LimitsFile | Inseparable:
    readings = _readings(catalogue, machine, sections, per_section, seed)
    index = build_index(catalogue.sections)
    drawn = match_all(readings, index, catalogue.confusable, catalogue.open_sections)
    real = match_all(recorded, index, catalogue.confusable, catalogue.open_sections)
    if isinstance(drawn, Inseparable):
        return drawn
    if isinstance(real, Inseparable):
        return Inseparable(f"recorded: {real.reason}")
    measured = measure(drawn)
    # Whatever was not recorded, right or wrong ones, is as it was drawn.
    beside = measure(Matched(real.own or drawn.own, real.wrong or drawn.wrong))
    if isinstance(measured, Inseparable) or isinstance(beside, Inseparable):
        return measured if isinstance(measured, Inseparable) else Inseparable("too few recorded scans show both faces")
    measured = joined(measured, beside) if recorded else measured
    if known is not None:
        measured = joined(known.measured, measured)
    limits = limits_from(measured)
    if isinstance(limits, Inseparable):
        return limits
    if wrong := passing(drawn, limits) + passing(real, limits):
        of = len(drawn.wrong) + len(real.wrong)
        return Inseparable(f"{wrong} of {of} blades that must be refused would pass")
    return LimitsFile(
        catalogue_revision=catalogue.revision,
        sections_revision=catalogue.sections_revision,
        measured_on=datetime.now(UTC).date(),
        seed=seed,
        method=METHOD + (RECORDED.format(len(real.own), len(real.wrong)) if recorded else ""),
        limits=limits,
        measured=measured,
    )


def _readings(
    catalogue: Catalogue, machine: Machine, sections: Collection[Section], per_section: int, seed: int
) -> Iterator[Reading]:
    for at, section in enumerate(sections):
        for number in range(per_section):
            rng = np.random.default_rng([seed, at, number])
            blade = as_thick(section, rng)
            yield from _read(catalogue, machine, blade, section.id, rng)
            wrong = _wrong(blade, number, rng)
            if all(section_distance_mm(wrong, each) > RESOLVABLE_MM for each in catalogue.sections):
                yield from _read(catalogue, machine, wrong, None, rng)


def _wrong(section: Section, number: int, rng: np.random.Generator) -> Section:
    """Six in eight almost this section, one its mirror image, one made up."""
    if number % 8 == 6:
        return mirror_section(section)
    if number % 8 == 7:
        return random_section(rng)
    try:
        return nearly(section, rng, OTHER_BY_MM)
    except ValueError:
        return mirror_section(section)


def _read(
    catalogue: Catalogue, machine: Machine, section: Section, true_id: str | None, rng: np.random.Generator
) -> Iterator[Reading]:
    optics = replace(NORMAL, missing=frozenset(TRAY_VIEWS) - {"line_left", "line_right"})
    finish = list(Finish)[int(rng.integers(len(Finish)))]
    blank = next(code for code, (keyway, _) in catalogue.blank_of.items() if keyway.spec is not None)
    key = cut_by_blank(catalogue, blank, rng, section=section, wear=float(rng.uniform(0, 0.4)), finish=finish)
    seen = read_key(render_scan(key, machine.views, optics, int(rng.integers(1 << 31)))).section
    if seen is not None:
        yield Reading(true_id, seen)
