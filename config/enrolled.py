"""Blanks this kiosk has held: sections read from real metal by its own cameras, and the catalogue with them in it.

Responsible for: the file of one blank, and taking its section into a catalogue in place of the drawing, or where there
was none, if it is like no other. Not responsible for: reading a blank (`kiosk.calibration.lesson`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import Field, ValidationError

from config.base import Frozen
from config.catalogue import Catalogue
from config.keyway import Keyway, Section, Standing
from config.ordinary_file import read_ordinary
from config.problems import BadInput, Problem
from config.section_shape import RESOLVABLE_MM, section_distance_mm
from config.toml_files import problems_of

NEARER_MM: Final = 0.02
"""By so much real metal may come nearer to another section than its drawing is: a drawing is no better."""
_SCALES: Final = 9


class EnrolledBlank(Frozen):
    """One blank as this kiosk's cameras saw it: its section, and what a silhouette shows of it."""

    blank: str = Field(pattern=r"^[A-Z0-9][A-Z0-9-]{1,15}$")
    section: Section
    height_mm: float = Field(gt=3, lt=15)
    length_mm: float = Field(gt=10, lt=60)
    """From its own stop to its tip; of a blank stopped there, as much as was seen of it."""
    spread_mm: float = Field(ge=0, lt=1)
    """How far the lays differed."""
    enrolled_at: datetime


def kept_name(blank: str) -> str:
    """The name of a blank's file."""
    return f"{blank}.json"


def keep(enrolled: EnrolledBlank, folder: Path) -> Path:
    """Write it beside the others, whole or not at all.

    Raises:
        BadInput: it cannot be written.
    """
    path = folder / kept_name(enrolled.blank)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        beside.unlink(missing_ok=True)
        beside.write_text(enrolled.model_dump_json(indent=1) + "\n", encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise BadInput(Problem(str(path), "", error.strerror or "cannot be written")) from error
    return path


def read_enrolled(folder: Path) -> tuple[EnrolledBlank, ...]:
    """Every blank on file, oldest first; none where there is no folder.

    Raises:
        BadInput: with every bad field of every file.
    """
    problems: list[Problem] = []
    found: list[EnrolledBlank] = []
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        try:
            found.append(EnrolledBlank.model_validate_json(read_ordinary(path)))
        except ValidationError as error:
            problems += problems_of(error, str(path))
        except OSError as error:
            problems.append(Problem(str(path), "", error.strerror or "cannot be read"))
    if problems:
        raise BadInput(*problems)
    return tuple(sorted(found, key=lambda each: each.enrolled_at))


def with_enrolled(catalogue: Catalogue, blanks: Sequence[EnrolledBlank]) -> Catalogue:
    """The catalogue as this kiosk knows it: a section it has held counts in place of its drawing.

    The limits stay those of the drawings: a section may only come in where they hold for it, and the newest blank of
    one section counts.

    Raises:
        BadInput: a blank nobody sells, or a section that could be taken for another.
    """
    newest = {each.section.id: each for each in blanks}
    problems = [problem for each in newest.values() for problem in objections(each, catalogue)]
    if problems:
        raise BadInput(*problems)
    real = {each.section.id: each.section for each in newest.values()}
    known = tuple(dict.fromkeys((*catalogue.enrolled, *newest)))
    held = {catalogue.blank_of[each.blank][0].code: each for each in newest.values()}
    return replace(
        catalogue,
        keyways=tuple(_as_held(keyway, held.get(keyway.code)) for keyway in catalogue.keyways),
        sections=(
            *(real.get(each.id, each) for each in catalogue.sections),
            *(each for name, each in real.items() if name not in catalogue.section_of),
        ),
        drawn=tuple(each for name in known if (each := catalogue.drawing_of(name)) is not None),
        enrolled=known,
        held_mm=tuple({**dict(catalogue.held_mm), **{each.blank: each.length_mm for each in blanks}}.items()),
    )


def _as_held(keyway: Keyway, blank: EnrolledBlank | None) -> Keyway:
    """With the section of the blank, and its height where no sheet gives one."""
    if blank is None:
        return keyway
    spec = keyway.spec
    if spec is not None and not spec.height_given:
        spec = spec.model_copy(update={"blade_height_mm": blank.height_mm})
    sections = tuple(dict.fromkeys((*keyway.sections, blank.section.id)))
    return keyway.model_copy(update={"sections": sections, "spec": spec})


def objections(enrolled: EnrolledBlank, catalogue: Catalogue) -> Iterator[Problem]:
    """Why a blank may not be enrolled."""
    file = kept_name(enrolled.blank)
    keyway, _ = catalogue.blank_of.get(enrolled.blank, (None, None))
    if keyway is None or keyway.standing.standing is not Standing.OPEN:
        yield Problem(file, "blank", f"{enrolled.blank} is no open blank of the catalogue")
        return
    section = enrolled.section
    drawn = catalogue.drawing_of(section.id)
    if section.id in catalogue.section_of and section.id not in keyway.sections:
        yield Problem(file, "section", f"{section.id} is another keyway's")
        return
    if section.thicknesses_mm != (None if drawn is None else drawn.thicknesses_mm):
        reason = f"was laid for blanks {_thick(section)}, but those on file are {_thick(drawn)}"
        yield Problem(file, "section", f"{reason}: take the file away and lay one again")
        return
    if drawn is not None and unlike_drawing_mm(section, drawn)[0] > RESOLVABLE_MM:
        yield Problem(file, "section", f"is not {section.id} as it is drawn")
        return
    for other in catalogue.sections:
        if other.id == section.id or frozenset((other.id, section.id)) in catalogue.confusable:
            continue
        for facing in (other, mirrored(other)):
            least_mm = _least_apart_mm(catalogue)
            if drawn is not None:
                least_mm = min(least_mm, section_distance_mm(drawn, facing) - NEARER_MM)
            if section_distance_mm(section, facing) < least_mm:
                yield Problem(file, "section", f"is too like {other.id}: a reader could take one for the other")
                return


def unlike_drawing_mm(section: Section, drawn: Section) -> tuple[float, float]:
    """How far real metal is from its drawing, at the thickness that fits best, and by how much deeper that is."""
    low, high = drawn.scales
    tries = [
        (section_distance_mm(section, _deeper(drawn, float(s))), float(s)) for s in np.linspace(low, high, _SCALES)
    ]
    return min(tries)


def _thick(section: Section | None) -> str:
    made = None if section is None else section.thicknesses_mm
    return "of one thickness" if made is None else f"{made[0]:g} to {made[1]:g} mm thick"


def mirrored(section: Section) -> Section:
    """Its mirror image."""
    return section.model_copy(update={"left": section.right, "right": section.left})


def _deeper(section: Section, scale: float) -> Section:
    faces = {
        side: tuple((height, recess * scale) for height, recess in getattr(section, side)) for side in ("left", "right")
    }
    return section.model_copy(update=faces)


def _least_apart_mm(catalogue: Catalogue) -> float:
    """So far apart, what is within the limits of one section is beyond those of the other, with the margin between."""
    limits = catalogue.limits
    return RESOLVABLE_MM if limits is None else max(RESOLVABLE_MM, 2 * limits.distance_mm + limits.margin_mm)
