"""Learning a section from scans of a sample blank. Pure.

Responsible for: averaging what three or more scans show, making a drawing of it, and proving that the reader will
know it again and take it for nothing else. Not responsible for: reading frames (`kiosk.identification`) or files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from config.catalogue import Catalogue
from config.keyway import Section
from config.keyway_checks import LEAST_WEB_MM
from config.section_shape import RESOLVABLE_MM, section_distance_mm
from kiosk.identification import build_index, match_section, objection
from kiosk.key.reading import Floats, KeyReading

LEAST_SCANS = 3
USUAL_THICKNESS_MM = 2.0
AGREE_MM = 0.10
"""Scans of one blank must agree on a face within this (root mean square; a step in a face counts for much of it)."""
LINE_MM = 0.012
"""The drawing may leave the averaged line by this much."""
LEAST_SEEN = 0.9
"""Share of the blade's height that must have been seen on each face."""


@dataclass(frozen=True)
class Neighbour:
    """Another section, how far it is, and where it differs most."""

    section: str
    mirrored: bool
    distance_mm: float
    face: str
    at_height_mm: float
    difference_mm: float


@dataclass(frozen=True)
class Enrolled:
    """A section that may be put on file, and its nearest neighbours."""

    section: Section
    neighbours: tuple[Neighbour, ...]
    spread_mm: float
    """How far the scans lay from their average (root mean square, the worst of them)."""


class EnrolmentRefusal(StrEnum):
    """What stands in the way of enrolling a section."""

    DIFFER = "differ"
    """The scans do not agree, or too little was seen."""
    TOO_THIN = "too_thin"
    """The thickness that was given leaves no metal between the grooves."""
    TOO_LIKE = "too_like"
    """Another section could be taken for it."""


@dataclass(frozen=True)
class NotEnrolled:
    """Why not, in words for a technician."""

    reasons: tuple[str, ...]
    refusal: EnrolmentRefusal = EnrolmentRefusal.DIFFER


def learn_section(
    name: str,
    readings: Sequence[KeyReading],
    thickness_mm: float | None,
    catalogue: Catalogue,
    source: str,
) -> Enrolled | NotEnrolled:
    """The section all `readings` show, if they agree and it is like no other.

    A laser line does not show how thick the blade is: without a calliper's `thickness_mm` the usual one is assumed, or
    as much more as the grooves need. Recognition does not use it.
    """
    if len(readings) < LEAST_SCANS:
        return NotEnrolled(
            (f"{len(readings)} scans; at least {LEAST_SCANS} are needed, the blank laid afresh for each",)
        )
    heights_mm = [each.blade_height_mm for each in readings if each.blade_height_mm]
    sections = [each.section for each in readings if each.section]
    whole = [each for each in sections if each.left_mm is not None and each.right_mm is not None]
    if len(whole) < len(readings) or len(heights_mm) < len(readings):
        return NotEnrolled(("not every scan shows the silhouette and the laser line on both faces",))
    height_mm = float(np.median(heights_mm))
    if max(heights_mm) - min(heights_mm) > 0.15:
        return NotEnrolled((f"the blade's height differs by {max(heights_mm) - min(heights_mm):.2f} mm between scans",))
    grid = whole[0].height_mm
    means, spreads, reasons = [], [], []
    for side in ("left", "right"):
        lines = [_settled(getattr(each, f"{side}_mm"), grid, height_mm) for each in whole]
        if any(line is None for line in lines):
            reasons.append(f"too little of the {side} face was seen in a scan: clean the blank and its light")
            continue
        aligned = _aligned([line for line in lines if line is not None])
        mean = np.median(aligned, axis=0)
        spread = max(float(np.sqrt(np.mean((line - mean) ** 2))) for line in aligned)
        spreads.append(spread)
        if spread > AGREE_MM:
            reasons.append(f"scans of the {side} face differ by {spread:.3f} mm: are they of one blank?")
        means.append(mean)
    if reasons:
        return NotEnrolled(tuple(reasons))
    least_mm = float(np.max(means[0] + means[1])) + LEAST_WEB_MM + LINE_MM
    if thickness_mm is None:
        thickness_mm = round(max(USUAL_THICKNESS_MM, least_mm), 2)
        source += f"; thickness not measured, {thickness_mm} mm assumed"
    elif thickness_mm < least_mm:
        reason = f"the grooves need a blade of at least {least_mm:.2f} mm: measure its thickness again"
        return NotEnrolled((reason,), EnrolmentRefusal.TOO_THIN)
    left, right = (_drawn(grid[: mean.size], mean, height_mm) for mean in means)
    section = Section(
        id=name, thickness_mm=thickness_mm, height_mm=round(height_mm, 2), left=left, right=right, source=source
    )
    confused = _confused(section, readings, catalogue)
    neighbours = nearest(section, catalogue)
    if confused:
        return NotEnrolled(confused, EnrolmentRefusal.TOO_LIKE)
    return Enrolled(section, neighbours, max(spreads))


def nearest(section: Section, catalogue: Catalogue, count: int = 3) -> tuple[Neighbour, ...]:
    """The sections on file that are most like this one, and their mirror images, nearest first."""
    found = []
    for other in catalogue.sections:
        for mirrored in (False, True):
            facing = other.model_copy(update={"left": other.right, "right": other.left}) if mirrored else other
            distance_mm = section_distance_mm(section, facing)
            face, height, difference = _greatest_difference(section, facing)
            found.append(Neighbour(other.id, mirrored, distance_mm, face, height, difference))
    return tuple(sorted(found, key=lambda each: each.distance_mm)[:count])


def as_toml(section: Section, keyway: str) -> str:
    """The file an owner keeps: the section, and the keyway it belongs to."""

    def points(face: tuple[tuple[float, float], ...]) -> str:
        return "[" + ", ".join(f"[{height:.2f}, {recess:.3f}]" for height, recess in face) + "]"

    return (
        f"# Learned on this machine from scans of a sample blank.\n\n[[section]]\n"
        f'id = "{section.id}"\nthickness_mm = {section.thickness_mm}\nheight_mm = {section.height_mm}\n'
        f'left = {points(section.left)}\nright = {points(section.right)}\nsource = "{section.source}"\n\n'
        f'[[extend]]\nkeyway = "{keyway}"\nsections = ["{section.id}"]\n'
    )


def _confused(section: Section, readings: Sequence[KeyReading], catalogue: Catalogue) -> tuple[str, ...]:
    """What the new section could be taken for, judged as the reader itself judges."""
    reasons = []
    alike = {section.id, *(other for pair in catalogue.confusable if section.id in pair for other in pair)}
    for other in nearest(section, catalogue):
        if other.distance_mm < RESOLVABLE_MM and other.section not in alike:
            image = " (mirrored)" if other.mirrored else ""
            reasons.append(f"only {other.distance_mm:.3f} mm from {other.section}{image}: it would be confused with it")
    index = build_index((*catalogue.sections, section))
    for number, reading in enumerate(readings, start=1):
        matches = match_section(reading.section, index) if reading.section else ()
        if not matches or matches[0].section != section.id or matches[0].mirrored:
            taken = matches[0].section if matches else "nothing"
            reasons.append(f"scan {number} would be taken for {taken}")
            continue
        if catalogue.limits is None:
            continue
        others = [match for match in matches if match.section not in alike or match.mirrored]
        if objection(matches[0], catalogue.limits) is not None:
            reasons.append(f"scan {number} would not be known again")
            continue
        reasons += [
            f"scan {number} could as well be {other.section}"
            for other in others
            if other.distance_mm - matches[0].distance_mm < catalogue.margin_mm(section.id, other.section)
        ]
    return tuple(dict.fromkeys(reasons))


def _settled(line: Floats, grid: Floats, height_mm: float) -> Floats | None:
    """One face from the spine to the top, its outermost land at recess zero, small gaps bridged."""
    inside = grid <= height_mm
    seen = np.isfinite(line) & inside
    if seen.sum() < LEAST_SEEN * inside.sum():
        return None
    filled = np.interp(grid[inside], grid[seen], line[seen])
    return np.asarray(filled - np.percentile(filled, 4), dtype=np.float64)


def _aligned(lines: Sequence[Floats]) -> Floats:
    """All lines moved along the height, by whole steps, and in recess, onto the first."""
    first = lines[0]
    moved = []
    for line in lines:
        rolled = [np.interp(np.arange(line.size) + shift, np.arange(line.size), line) for shift in range(-6, 7)]
        settled = [each + np.median(first - each) for each in rolled]
        moved.append(min(settled, key=lambda each: float(np.mean(np.abs(first - each)))))
    return np.stack(moved)


def _drawn(heights: Floats, recess: Floats, height_mm: float) -> tuple[tuple[float, float], ...]:
    """Few points whose straight lines stay within `LINE_MM` of the face."""
    recess = np.maximum(recess, 0.0)
    kept = {0, heights.size - 1}
    spans = [(0, heights.size - 1)]
    while spans:
        start, end = spans.pop()
        if end - start < 2:
            continue
        straight = np.interp(heights[start : end + 1], heights[[start, end]], recess[[start, end]])
        off = np.abs(recess[start : end + 1] - straight)
        worst = int(np.argmax(off))
        if off[worst] > LINE_MM:
            kept.add(start + worst)
            spans += [(start, start + worst), (start + worst, end)]
    points = [(round(float(heights[at]), 2), round(float(recess[at]), 3)) for at in sorted(kept)]
    if points[-1][0] < round(height_mm, 2):
        points.append((round(height_mm, 2), points[-1][1]))
    return tuple(points)


def _greatest_difference(one: Section, other: Section) -> tuple[str, float, float]:
    heights = np.arange(0.3, min(one.height_mm, other.height_mm) - 0.3, 0.05)
    found = []
    for name in ("left", "right"):
        a, b = np.array(getattr(one, name)), np.array(getattr(other, name))
        off = np.interp(heights, a[:, 0], a[:, 1]) - np.interp(heights, b[:, 0], b[:, 1])
        at = int(np.argmax(np.abs(off)))
        found.append((name, float(heights[at]), float(off[at])))
    return max(found, key=lambda each: abs(each[2]))
