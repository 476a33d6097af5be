"""Compare a section with every section on file, open set: the nearest one is not the answer by default.

Responsible for: ranking all sections and their mirror images against what was seen, with a small shift, tilt,
height scale and gain allowed on each face, and both together at every thickness its blanks are made in. Two passes:
every section at once by matrix products, then the best few fitted closely. Not responsible for: what the answer means
(`identify`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.keyway import Section
from config.match_limits import MatchLimits
from kiosk.identification.section.faces import laid_together
from kiosk.identification.section.fit import FaceFit, FitStart, Small, fit_face, start_of
from kiosk.identification.section.line import section_grid
from kiosk.key.reading import Floats, Outcome, SectionReading

_COARSE_EVERY = 4
_SHIFTS_MM = np.arange(-0.36, 0.37, 0.12)
_COARSE_CELLS = 54
_SCALE_STEP = 0.06
"""Between two thicknesses of one section: the gain of a face is free within half of it."""
_ROUGHLY = 7
_CLOSELY = 4
_PLAUSIBLE = np.array([0.06, 0.012, 0.06])
"""Tilt per mm, height scale and gain that a machine in calibration does not exceed."""


@dataclass(frozen=True, repr=False)
class Match:
    """One section against what was seen. Distances in mm."""

    section: str
    mirrored: bool
    distance_mm: float
    local_mm: float
    coverage: float
    doubtful_mm: float
    """Height of the worse face that speaks against the section or was not seen."""
    deeper_mm: tuple[float, float]
    """Height over which metal is missing, on the left and on the right face."""
    shallower_mm: tuple[float, float]
    """Height over which something fills a groove."""

    @property
    def score(self) -> float:
        """1 for the same, 0.61 at 0.05 mm, 0 for far off."""
        return float(np.exp(-0.5 * (self.distance_mm / 0.05) ** 2))


@dataclass(frozen=True, repr=False, eq=False)
class SectionIndex:
    """All sections sampled once, (2 faces, samples, grid): finely, and coarsely with the squares beside.

    A section whose blanks differ in thickness is there several times, one sample after another; `of` says which
    section each sample is of.
    """

    ids: tuple[str, ...]
    of: NDArray[np.intp]
    heights_mm: Floats
    fine: Small
    coarse: Small
    coarse_squared: Small


def build_index(sections: Sequence[Section]) -> SectionIndex:
    """Sample `sections` on the grid."""
    grid = section_grid()
    samples = [(at, scale) for at, section in enumerate(sections) for scale in _scales(section)]
    fine = np.empty((2, len(samples), grid.size), dtype=np.float32)
    for row, (at, scale) in enumerate(samples):
        for face, points in enumerate((sections[at].left, sections[at].right)):
            heights, recesses = zip(*points, strict=True)
            fine[face, row] = _smoothed(scale * np.interp(grid, heights, recesses))
    coarse = np.ascontiguousarray(fine[:, :, ::_COARSE_EVERY][:, :, :_COARSE_CELLS])
    return SectionIndex(
        ids=tuple(section.id for section in sections),
        of=np.array([at for at, _ in samples], dtype=np.intp),
        heights_mm=np.array([section.height_mm for section in sections]),
        fine=fine,
        coarse=coarse,
        coarse_squared=coarse * coarse,
    )


def _scales(section: Section) -> tuple[float, ...]:
    """Scales so near each other that the gain of a face covers what lies between."""
    low, high = section.scales
    return tuple(np.linspace(low, high, 1 + math.ceil((high / low - 1) / _SCALE_STEP - 1e-9)))


def match_section(reading: SectionReading, index: SectionIndex) -> tuple[Match, ...]:
    """The best few sections, nearest first. Empty when the faces were not both seen, or do not fit together."""
    if not index.ids:
        return ()
    found = [_matched(faces, index) for faces in laid_together(reading)]
    return min((each for each in found if each), key=lambda matches: matches[0].distance_mm, default=())


def objection(match: Match, limits: MatchLimits) -> Outcome | None:
    """What speaks against taking what was seen for this section, whatever the next section is; None: nothing does."""
    if match.coverage < limits.coverage:
        return Outcome.SECTION_NOT_SEEN
    if match.distance_mm > limits.distance_mm or match.local_mm > limits.local_mm:
        return Outcome.UNKNOWN_SECTION
    if match.doubtful_mm > limits.doubtful_mm:
        return Outcome.SECTION_NOT_SEEN
    return None


def _matched(faces: tuple[Floats, Floats], index: SectionIndex) -> tuple[Match, ...]:
    costs = _coarse_costs(faces, index)
    # Of each section, and each mirror image, the thickness that comes nearest; others of it are no other section.
    by_sample = np.stack(np.split(costs, 2))
    starts = np.flatnonzero(np.diff(index.of, prepend=-1))
    nearest = np.minimum.reduceat(by_sample, starts, axis=1)
    ends = np.append(starts[1:], index.of.size)
    candidates = []
    for flat in np.argsort(nearest, axis=None)[:_ROUGHLY]:
        side, section = divmod(int(flat), starts.size)
        first = int(starts[section])
        candidates.append((side, first + int(np.argmin(by_sample[side, first : ends[section]]))))
    smoothed = (_smoothed_with_gaps(faces[0]), _smoothed_with_gaps(faces[1]))
    tries = [_begun(smoothed, index, row, mirrored=side == 1) for side, row in candidates]
    tries.sort(key=lambda each: each.starts[0].cost_mm + each.starts[1].cost_mm)
    return tuple(sorted(_closely(smoothed, index, tries[:_CLOSELY]), key=lambda match: match.distance_mm))


def _coarse_costs(faces: tuple[Floats, Floats], index: SectionIndex) -> Small:
    """Mean squared difference at the best shift of each face; straight sections first, then mirrored."""
    probes = [_probes(face) for face in faces]
    weight = np.concatenate([probe[0] for probe in probes], axis=1)
    weighted = np.concatenate([probe[1] for probe in probes], axis=1)
    square = np.concatenate([probe[2] for probe in probes])
    total = np.maximum(weight.sum(axis=0), 1.0)
    by_side = []
    for side in range(2):
        sampled = index.coarse[side]
        s_w, s_m = sampled @ weight, sampled @ weighted
        s2_w = index.coarse_squared[side] @ weight
        mean_gap = (weighted.sum(axis=0) - s_w) / total
        by_side.append((square - 2 * s_m + s2_w) / total - mean_gap**2)
    shifts = _SHIFTS_MM.size
    straight = by_side[0][:, :shifts].min(axis=1) + by_side[1][:, shifts:].min(axis=1)
    mirrored = by_side[1][:, :shifts].min(axis=1) + by_side[0][:, shifts:].min(axis=1)
    return np.concatenate([straight, mirrored])


def _probes(face: Floats) -> tuple[Small, Small, Small]:
    """Weights, weighted values and sum of squares of one face at every shift."""
    grid = section_grid()
    seen = np.isfinite(face)
    filled = np.interp(grid, grid[seen], face[seen])
    coarse = grid[::_COARSE_EVERY][:_COARSE_CELLS]
    weights, values = [], []
    for shift in _SHIFTS_MM:
        moved = np.interp(coarse - shift, grid, filled)
        weight = np.interp(coarse - shift, grid, seen.astype(np.float64), left=0.0, right=0.0)
        weights.append(weight)
        values.append(moved)
    w = np.stack(weights, axis=1).astype(np.float32)
    m = np.stack(values, axis=1).astype(np.float32)
    return w, w * m, (w * m * m).sum(axis=0)


@dataclass(frozen=True, eq=False)
class _Try:
    """One sample, or its mirror image, roughly fitted to both faces. `sides`: which of its faces goes with which."""

    at: int
    sides: tuple[int, int]
    starts: tuple[FitStart, FitStart]


def _begun(faces: tuple[Floats, Floats], index: SectionIndex, at: int, *, mirrored: bool) -> _Try:
    sides = (1, 0) if mirrored else (0, 1)
    starts = (start_of(faces[0], index.fine[sides[0], at]), start_of(faces[1], index.fine[sides[1], at]))
    return _Try(at, sides, starts)


def _closely(faces: tuple[Floats, Floats], index: SectionIndex, tries: Sequence[_Try]) -> list[Match]:
    at = [each.at for each in tries]
    heights_mm = index.heights_mm[index.of[at]]
    left, right = (
        fit_face(face, index.fine[[each.sides[side] for each in tries], at], heights_mm, starts)
        for side, (face, starts) in enumerate(
            zip(faces, zip(*(each.starts for each in tries), strict=True), strict=True)
        )
    )
    return [_as_match(index, *each) for each in zip(tries, left, right, strict=True)]


def _as_match(index: SectionIndex, tried: _Try, *fits: FaceFit) -> Match:
    squared = float(np.mean([fit.distance_mm**2 for fit in fits])) + _off_nominal(fits[0].adjusted, fits[1].adjusted)
    return Match(
        section=index.ids[int(index.of[tried.at])],
        mirrored=tried.sides == (1, 0),
        distance_mm=float(np.sqrt(squared)),
        local_mm=max(fit.local_mm for fit in fits),
        coverage=min(fit.coverage for fit in fits),
        doubtful_mm=max(fit.doubtful_mm for fit in fits),
        deeper_mm=(fits[0].deeper_mm, fits[1].deeper_mm),
        shallower_mm=(fits[0].shallower_mm, fits[1].shallower_mm),
    )


def _off_nominal(one: Floats, other: Floats) -> float:
    """What implausible adjustments cost, in mm².

    Both lines start at the same spine: they may be shifted together by how well its row is known, but hardly
    against each other; a groove that sits elsewhere on one face only is another section.
    """
    apart, together = abs(float(one[1] - other[1])) / 2, abs(float(one[1] + other[1])) / 2
    each = [np.abs(values[[0, 2, 3]]) / _PLAUSIBLE for values in (one, other)]
    ratios = np.concatenate([*each, [apart / 0.045, together / 0.2]])
    return float(0.01 * np.sum(np.maximum(ratios - 1.0, 0.0) ** 2))


def _smoothed(values: Floats) -> Floats:
    """Over about a tenth of a millimetre of height, as a lens would."""
    return np.convolve(np.pad(values, 2, mode="edge"), np.array([0.06, 0.24, 0.4, 0.24, 0.06]), mode="valid")


def _smoothed_with_gaps(values: Floats) -> Floats:
    seen = np.isfinite(values)
    weight = _smoothed(seen.astype(np.float64))
    total = _smoothed(np.where(seen, values, 0.0))
    return np.where(seen & (weight > 0.3), total / np.maximum(weight, 1e-9), np.nan)
