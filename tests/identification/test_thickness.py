"""A blade's thickness is not trusted: sources differ, and grooves grow with it. The shape decides, and only that."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from pydantic import ValidationError

from config.catalogue import Catalogue
from config.keyway import Section
from config.section_shape import RESOLVABLE_MM, section_distance_mm
from hardware.scan import ScanFrames
from kiosk.identification import SectionIndex, match_section
from kiosk.identification.identify import judge
from kiosk.identification.section.line import read_lines, section_of
from kiosk.key.reading import Outcome
from tests.identification.drawing import Line, laser_line

BOTH = ("left", "right")


def thick(section: Section, scale: float, faces: tuple[str, ...] = BOTH) -> Section:
    deeper = {side: tuple((h, r * scale) for h, r in getattr(section, side)) for side in faces}
    return section.model_copy(update={**deeper, "thickness_mm": section.thickness_mm * scale, "thicknesses_mm": None})


def moved(section: Section, by_mm: float) -> Section:
    """One face's grooves elsewhere."""
    face = np.array(section.right)
    face[1:-1, 0] += by_mm
    return section.model_copy(update={"right": tuple((float(h), float(r)) for h, r in face)})


def judged(section: Section, catalogue: Catalogue, index: SectionIndex, seed: int = 1) -> tuple[Outcome, str | None]:
    line = Line(seed=seed, width_px=480)
    left, right = (laser_line(getattr(section, side), section.height_mm, line) for side in BOTH)
    frames = ScanFrames(line_left=left, line_right=right, laser_angle_deg=line.angle_deg)
    seen = section_of(read_lines(frames))
    assert seen is not None
    outcome, best, _ = judge(match_section(seen, index), catalogue)
    return outcome, None if best is None else best.section


@pytest.mark.parametrize("scale", [1.0, 1.03, 1.15, 1.23, 1.34])
@pytest.mark.parametrize("section", ["schlage:c", "schlage:e", "schlage:f"])
def test_a_section_is_known_at_every_thickness_its_sources_give(
    catalogue: Catalogue, index: SectionIndex, section: str, scale: float
) -> None:
    blade = thick(catalogue.section_of[section], scale)
    assert judged(blade, catalogue, index) == (Outcome.IDENTIFIED, section)


@pytest.mark.parametrize(
    ("section", "scale"), [("schlage:c", 0.85), ("schlage:c", 1.5), ("kwikset:kw1", 1.15), ("best:a", 1.2)]
)
def test_beyond_what_sources_give_it_is_not_known_as_that(
    catalogue: Catalogue, index: SectionIndex, section: str, scale: float
) -> None:
    assert judged(thick(catalogue.section_of[section], scale), catalogue, index) != (Outcome.IDENTIFIED, section)


def test_one_face_alone_is_no_thicker_blade(catalogue: Catalogue, index: SectionIndex) -> None:
    outcome, _ = judged(thick(catalogue.section_of["schlage:c"], 1.25, ("left",)), catalogue, index)
    assert outcome is not Outcome.IDENTIFIED


@pytest.mark.parametrize("scale", [1.0, 1.17, 1.34])
@pytest.mark.parametrize("by_mm", [-0.3, 0.3])
def test_a_near_section_stays_closed_however_thick(
    catalogue: Catalogue, index: SectionIndex, scale: float, by_mm: float
) -> None:
    outcome, _ = judged(thick(moved(catalogue.section_of["schlage:c"], by_mm), scale), catalogue, index)
    assert outcome is not Outcome.IDENTIFIED


@pytest.mark.parametrize("scale", [1.0, 1.2, 1.34])
def test_a_restricted_neighbour_is_never_the_open_one_on_a_thicker_blank(
    catalogue: Catalogue, index: SectionIndex, scale: float
) -> None:
    _, nearest = judged(thick(catalogue.section_of["schlage:cp"], scale), catalogue, index)
    assert nearest == "schlage:cp"


def test_no_two_sections_on_file_are_alike_at_any_thickness(catalogue: Catalogue) -> None:
    for one, other in permutations(catalogue.sections, 2):
        alike = frozenset((one.id, other.id)) in catalogue.confusable
        # Nearer than this as drawn they may come together; a blank grown by a third moves no further.
        if alike or one.scales == other.scales == (1.0, 1.0) or section_distance_mm(one, other) > 0.25:
            continue
        # Both grow alike or apart: what counts is how much deeper one is than the other.
        low, high = one.scales[0] / other.scales[1], one.scales[1] / other.scales[0]
        for scale in np.linspace(low, high, 5):
            assert section_distance_mm(thick(one, float(scale)), other) > RESOLVABLE_MM, (one.id, other.id, scale)


@pytest.mark.parametrize("thicknesses", [(2.0, 2.5), (1.0, 1.5), (1.0, 1.91), (1.91, 3.0), (2.2, 1.9)])
def test_a_spread_that_does_not_hold_the_drawing_is_refused(
    catalogue: Catalogue, thicknesses: tuple[float, float]
) -> None:
    drawn = catalogue.section_of["schlage:c"].model_dump()
    with pytest.raises(ValidationError, match="thicknesses_mm"):
        Section.model_validate(drawn | {"thicknesses_mm": thicknesses})
