"""What the blanks of a slot teach the reader: each lay held against what the slot claims, three of them enrolled. Pure.

Responsible for: whether a blank that was laid is the one the slot should hold (uncut, section, height, length, stop),
and its section from real metal. Not responsible for: taking pictures, or what staff are told (`kiosk.session.phases`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import numpy as np

from config.catalogue import Catalogue
from config.enrolled import EnrolledBlank, objections, unlike_drawing_mm
from config.keyway import Blank, Keyway, Section, SpacingStop
from kiosk.calibration.enrolment import EnrolmentRefusal, NotEnrolled, learn_section
from kiosk.identification import SectionIndex, judge, match_section, places_of_stop
from kiosk.identification.outline.stops import collars_agree
from kiosk.key.reading import KeyReading, Outcome

LAYS = 3
LENGTH_MM = 0.9
"""A blank this much longer or shorter is another one: makers' tips differ by half of it."""
HEIGHT_MM = 0.35
NOSE_MM = 0.3


class LaySeen(StrEnum):
    """What one lay shows."""

    FITS = "fits"
    UNSEEN = "unseen"
    """Silhouette or section were not seen: it is laid again."""
    CUT = "cut"
    """A key, or something else than a blank with an uncut edge."""
    MIRRORED = "mirrored"
    """Its section, left and right exchanged: the cameras are, or the blank comes from elsewhere."""
    SECTION = "section"
    LENGTH = "length"
    HEIGHT = "height"
    STOP = "stop"

    @property
    def wrong_blank(self) -> bool:
        """Whether the slot is filled with something else."""
        return self in (LaySeen.SECTION, LaySeen.LENGTH, LaySeen.HEIGHT, LaySeen.STOP)


@dataclass(frozen=True)
class Lay:
    """One lay. `taken_for` names what its section is, where it is another one's."""

    seen: LaySeen
    taken_for: str = ""


@dataclass(frozen=True)
class Taught:
    """A blank enrolled, and how far its section is from the drawing (None: there was none)."""

    enrolled: EnrolledBlank
    unlike_mm: float | None


def judge_lay(
    reading: KeyReading | None, keyway: Keyway, blank: Blank, catalogue: Catalogue, index: SectionIndex
) -> Lay:
    """Hold one lay against what the slot claims."""
    section = reading.section if reading is not None else None
    if reading is None or reading.profile is None or section is None or reading.problem not in (None, Outcome.UNCUT):
        cut = reading is not None and reading.problem in (Outcome.DIMPLE, Outcome.TWO_TRACK, Outcome.DOUBLE_SIDED)
        return Lay(LaySeen.CUT if cut else LaySeen.UNSEEN)
    if reading.problem is None:
        return Lay(LaySeen.CUT)
    outcome, best, _ = judge(match_section(section, index), catalogue)
    if best is None or outcome is Outcome.SECTION_NOT_SEEN:
        return Lay(LaySeen.UNSEEN)
    of_slot = best.section in keyway.sections
    if outcome is Outcome.MIRRORED_SECTION and of_slot:
        return Lay(LaySeen.MIRRORED)
    if outcome is Outcome.IDENTIFIED and not of_slot:
        return Lay(LaySeen.SECTION, best.section)
    if keyway.sections and outcome is not Outcome.IDENTIFIED:
        return Lay(LaySeen.SECTION)
    return Lay(_outline_seen(reading, keyway, blank))


def _outline_seen(reading: KeyReading, keyway: Keyway, blank: Blank) -> LaySeen:
    spec = keyway.spec
    if spec is None or reading.blade_height_mm is None or reading.blade_length_mm is None:
        return LaySeen.UNSEEN
    if keyway.height_known and abs(reading.blade_height_mm - spec.blade_height_mm) > HEIGHT_MM:
        return LaySeen.HEIGHT
    if spec.stop is SpacingStop.TIP:
        nose = reading.stops.nose_mm
        nosed_mm = 0.0 if nose is None else reading.blade_length_mm - nose
        return LaySeen.FITS if abs(nosed_mm - spec.nose_mm) <= NOSE_MM else LaySeen.STOP
    if not reading.stops.shoulder_seen:
        return LaySeen.UNSEEN
    if blank.other_collar_mm is not None and not collars_agree(reading.stops, blank):
        return LaySeen.STOP
    lengths = [
        reading.blade_length_mm - at for at in places_of_stop(reading.stops, reading.blade_length_mm, spec, blank)
    ]
    near = any(abs(each - blank.blade_length_mm) <= LENGTH_MM for each in lengths)
    return LaySeen.FITS if near else LaySeen.LENGTH


def enrol(
    readings: Sequence[KeyReading], keyway: Keyway, blank: Blank, catalogue: Catalogue, now: datetime
) -> Taught | EnrolmentRefusal:
    """Enrol what three lays show.

    Args:
        readings: of lays that fit.
        keyway: of the slot.
        blank: of the slot.
        catalogue: as it is drawn or enrolled now.
        now: in UTC.
    """
    name = keyway.sections[0] if keyway.sections else f"enrolled:{keyway.code.lower()}"
    known = catalogue.section_of.get(name)
    others = tuple(each for each in catalogue.sections if each.id != name)
    source = f"read from a {blank.code} blank, laid {len(readings)} times"
    thickness_mm = known.thickness_mm * known.scales[1] if known is not None else blank.thickness_mm
    learned = learn_section(name, readings, thickness_mm, replace(catalogue, sections=others), source)
    if isinstance(learned, NotEnrolled):
        return learned.refusal
    section, unlike_mm = _at_thickness(learned.section, catalogue.drawing_of(name))
    enrolled = EnrolledBlank(
        blank=blank.code,
        section=section,
        height_mm=round(float(np.median([each.blade_height_mm or 0.0 for each in readings])), 3),
        length_mm=round(float(np.median([_length_mm(each, keyway, blank) for each in readings])), 3),
        spread_mm=round(learned.spread_mm, 4),
        enrolled_at=now,
    )
    if any(objections(enrolled, catalogue)):
        return EnrolmentRefusal.TOO_LIKE
    return Taught(enrolled, unlike_mm)


def _at_thickness(section: Section, drawn: Section | None) -> tuple[Section, float | None]:
    """The section with the thickness at which its drawing comes nearest, and how far it stays from it."""
    if drawn is None:
        return section, None
    unlike_mm, scale = unlike_drawing_mm(section, drawn)
    thick = {"thickness_mm": round(drawn.thickness_mm * scale, 4), "thicknesses_mm": drawn.thicknesses_mm}
    return section.model_copy(update=thick), round(unlike_mm, 4)


def _length_mm(reading: KeyReading, keyway: Keyway, blank: Blank) -> float:
    """Stop to tip, as near to the blank's as one of the faces seen."""
    length_mm = reading.blade_length_mm or 0.0
    if keyway.spec is None or keyway.spec.stop is SpacingStop.TIP:
        return length_mm
    stops = places_of_stop(reading.stops, length_mm, keyway.spec, blank) or (0.0,)
    return min((length_mm - at for at in stops), key=lambda each: abs(each - blank.blade_length_mm))
