"""Checks between the figures of one keyway, and between sections: what one field alone cannot show.

Responsible for: finding figures that cannot belong to a key that works (each trap was met in a published
table). Not responsible for: bounds of single fields, which the models hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import radians, tan

from config.keyway import NEIGHBOUR_TOLERANCE_MM, CutSpec, Keyway, Section, SpacingStop
from config.problems import Facts, Wrong
from config.section_shape import RESOLVABLE_MM, section_distance_mm

STEP_TOLERANCE_MM = 0.03
"""Sheets round to half a thousandth of an inch twice; anything beyond is a slip."""
HEIGHT_TOLERANCE_MM = 0.10
NO_CUT_TOLERANCE_MM = 0.05
"""The shallowest depth of some systems is no cut at all, and sheets give it a thousandth above the blade."""
LEAST_WEB_MM = 0.2
LEAST_ROOT_OF_BLADE = 0.3
"""A cut deeper than this share of the blade leaves no key: the figure is a slip."""
_MEET = "at {} mm the grooves of the two faces meet: nothing would hold the blade together"


@dataclass(frozen=True)
class Contradiction:
    """What does not fit, and why."""

    field: str
    reason: str
    kind: Wrong = Wrong.OTHER
    facts: Facts = ()


def depth_findings(spec: CutSpec, step_mm: float) -> Iterator[Contradiction]:
    """Depths must fall from the shallowest on, by the stated step, inside the blade."""
    codes = [depth.code for depth in spec.depths]
    for repeated in sorted({code for code in codes if codes.count(code) > 1}):
        yield Contradiction("roots", f"code {repeated} stands twice")
    for shallow, deep in pairwise(spec.depths):
        fall_mm = shallow.root_mm - deep.root_mm
        if fall_mm <= 0:
            reason = f"{deep.code} is not deeper than {shallow.code}: list from shallowest to deepest"
            yield Contradiction("roots", reason, Wrong.NOT_DEEPER, (("code", deep.code),))
        elif abs(fall_mm - step_mm) > STEP_TOLERANCE_MM:
            reason = f"from {shallow.code} to {deep.code} is {fall_mm:.3f} mm, but the step is {step_mm:.3f} mm"
            yield Contradiction("roots", reason, Wrong.STEP, (("fall_mm", fall_mm), ("step_mm", step_mm)))
    if spec.depths[0].root_mm > spec.blade_height_mm + NO_CUT_TOLERANCE_MM:
        code = spec.depths[0].code
        reason = f"{code} lies above the blade ({spec.blade_height_mm:.2f} mm high)"
        yield Contradiction("roots", reason, Wrong.ABOVE_BLADE, (("code", code),))
    if spec.depths[-1].root_mm < LEAST_ROOT_OF_BLADE * spec.blade_height_mm:
        code = spec.depths[-1].code
        reason = f"{code} would cut the blade nearly through"
        yield Contradiction("roots", reason, Wrong.CUT_THROUGH, (("code", code),))


def cut_findings(spec: CutSpec) -> Iterator[Contradiction]:
    """Flat, pitch, angle and MACS must leave room for two neighbours."""
    if spec.flat_mm >= spec.pitch_mm:
        reason = f"{spec.flat_mm:.2f} mm does not fit into a pitch of {spec.pitch_mm:.2f} mm"
        yield Contradiction("flat", reason, Wrong.FLAT)
    if spec.macs is None:
        return
    if spec.macs > len(spec.depths) - 1:
        reason = f"{spec.macs} steps, but there are only {len(spec.depths)} depths"
        yield Contradiction("macs", reason, Wrong.FEW_DEPTHS, (("depths", len(spec.depths)),))
        return
    step_mm = (spec.depths[0].root_mm - spec.depths[-1].root_mm) / (len(spec.depths) - 1)
    reach_mm = spec.flat_mm / 2 + spec.macs * step_mm * tan(radians(spec.angle_deg / 2))
    if reach_mm > spec.pitch_mm + NEIGHBOUR_TOLERANCE_MM:
        reason = f"a cut {spec.macs} steps deeper reaches {reach_mm:.2f} mm, past its neighbour's middle"
        yield Contradiction("macs", reason, Wrong.REACHES_NEIGHBOUR, (("steps", spec.macs),))


def blank_findings(keyway: Keyway) -> Iterator[Contradiction]:
    """Every cut must lie on the blade."""
    if keyway.spec is None:
        return
    for blank in keyway.blanks:
        last_mm = keyway.spec.cut_positions_mm(blank.cuts)[-1] + keyway.spec.flat_mm / 2 + keyway.spec.nose_mm
        if last_mm >= blank.blade_length_mm:
            end = "tip" if keyway.spec.stop is SpacingStop.SHOULDER else "shoulder"
            reason = f"the last of {blank.cuts} cuts lies past the {end}"
            yield Contradiction(f"blanks.{blank.code}", reason, Wrong.PAST_END, (("cuts", blank.cuts),))


def solid_findings(section: Section) -> Iterator[Contradiction]:
    """The grooves of both faces must leave metal between them at every height."""
    for height, recess in section.left:
        other = _recess_at(section.right, height)
        if section.thickness_mm - recess - other < LEAST_WEB_MM:
            yield Contradiction("left", _MEET.format(height))
            return
    for height, recess in section.right:
        if section.thickness_mm - recess - _recess_at(section.left, height) < LEAST_WEB_MM:
            yield Contradiction("right", _MEET.format(height))
            return


def _recess_at(face: tuple[tuple[float, float], ...], height_mm: float) -> float:
    """Recess of a face at one height, straight between its points."""
    for (low, below), (high, above) in pairwise(face):
        if low <= height_mm <= high:
            return below + (above - below) * (height_mm - low) / (high - low)
    return face[0][1] if height_mm < face[0][0] else face[-1][1]


def section_findings(keyway: Keyway, section: Section) -> Iterator[Contradiction]:
    """A keyway's section must be as high as its blade."""
    if keyway.spec and abs(section.height_mm - keyway.spec.blade_height_mm) > HEIGHT_TOLERANCE_MM:
        heights = f"{section.height_mm:.2f} mm high, the blade {keyway.spec.blade_height_mm:.2f} mm"
        yield Contradiction("sections", f"{section.id} is {heights}")


def close_pairs(sections: tuple[Section, ...], declared: frozenset[frozenset[str]]) -> Iterator[tuple[str, str, float]]:
    """Pairs of sections closer than a reader can distinguish and not declared so: ids and distance in mm."""
    for one, other in combinations(sections, 2):
        if frozenset((one.id, other.id)) not in declared:
            distance_mm = section_distance_mm(one, other)
            if distance_mm < RESOLVABLE_MM:
                yield one.id, other.id, distance_mm
