"""Makers take a little off the cut edge right behind the shoulder: that is no wear, and no lower blade."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from config.catalogue import Catalogue
from hardware.scan import ScanFrames
from kiosk.identification import SectionIndex, identify, read_key
from kiosk.identification.outline.decode import BladeSize, decode
from kiosk.key.reading import Outcome
from tests.identification.conftest import bitting_for
from tests.identification.drawing import Line, Sheet, blade_edge, laser_line, outline, silhouette

SHEET = Sheet(width_px=1300, height_px=900, mm_per_px=0.05)


def relieved(
    catalogue: Catalogue, blank: str, bitting: tuple[str, ...], deep_mm: float, long_mm: float, rubbed_mm: float = 0.0
) -> ScanFrames:
    """A key with a rounded hollow behind its shoulder; `rubbed_mm` is gone from the edge between the cuts as well."""
    keyway, kind = catalogue.blank_of[blank]
    assert keyway.spec is not None
    section = catalogue.section_of[keyway.sections[0]]
    edge = blade_edge(
        keyway.spec,
        [keyway.spec.root_mm_of[code] for code in bitting],
        kind.blade_length_mm,
        section.height_mm - rubbed_mm,
    )
    inside = np.clip(edge[:, 0] / long_mm, 0, 1)
    edge[:, 1] = np.minimum(edge[:, 1], section.height_mm - deep_mm * np.sin(np.pi * inside))
    sheet = replace(SHEET, seed=round(1000 * deep_mm))
    return ScanFrames(
        silhouette=silhouette(outline(edge, section.height_mm, sheet), sheet),
        line_left=laser_line(section.left, section.height_mm, Line()),
        line_right=laser_line(section.right, section.height_mm, Line(seed=1)),
        laser_angle_deg=45.0,
    )


@pytest.mark.parametrize(
    ("blank", "first", "seed", "deep_mm", "long_mm"),
    [("M1", "0", 1, 0.36, 1.7), ("M1", "0", 2, 0.5, 1.3), ("KW1", "2", 3, 0.3, 2.0), ("SC1", "1", 4, 0.25, 1.6)],
)
def test_a_key_relieved_behind_its_shoulder_is_read_as_one_that_is_not(
    catalogue: Catalogue, index: SectionIndex, blank: str, first: str, seed: int, deep_mm: float, long_mm: float
) -> None:
    keyway, kind = catalogue.blank_of[blank]
    assert keyway.spec is not None
    bitting = next(
        code for at in range(1000) if (code := bitting_for(keyway.spec, kind.cuts, 1000 * seed + at))[0] == first
    )
    answer = identify(read_key(relieved(catalogue, blank, bitting, deep_mm, long_mm)), catalogue, index)
    assert (answer.outcome, answer.blank, answer.bitting) == (Outcome.IDENTIFIED, blank, "".join(bitting))


def test_behind_a_relief_a_blade_too_low_is_still_too_low(catalogue: Catalogue, index: SectionIndex) -> None:
    low = relieved(catalogue, "M1", ("2", "4", "1", "5"), 0.4, 1.5, rubbed_mm=0.3)
    assert identify(read_key(low), catalogue, index).outcome is not Outcome.IDENTIFIED


@pytest.mark.parametrize("rubbed_mm", [0.0, 0.3])
def test_the_flat_of_a_shallow_cut_is_never_the_blade(catalogue: Catalogue, rubbed_mm: float) -> None:
    spec = catalogue.blank_of["SC1"][0].spec
    assert spec is not None
    wide = spec.model_copy(update={"flat_mm": 2.0})
    roots = [wide.root_mm_of[code] for code in "04040"]
    profile = blade_edge(wide, roots, 27.0, wide.blade_height_mm)[::5]
    behind_stop_mm = wide.blade_height_mm - rubbed_mm
    profile[profile[:, 0] < 4.7, 1] = np.minimum(profile[profile[:, 0] < 4.7, 1], behind_stop_mm)
    told = decode(profile, wide, 5, BladeSize(behind_stop_mm))
    assert told is not None
    assert (told.outcome is Outcome.IDENTIFIED) is (rubbed_mm == 0.0)
