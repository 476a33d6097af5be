"""Compare a section with every section on file, open set: the nearest one is not the answer by default.

Responsible for: ranking all sections and their mirror images against what was seen, with a small shift, tilt,
height scale and gain allowed on each face. Two passes: every section at once by matrix products, then the best few
fitted closely. Not responsible for: what the answer means (`identify`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from config.keyway import Section
from kiosk.identification.section import GRID_MM, section_grid
from kiosk.identification.segment import Floats
from kiosk.reading import SectionReading

_COARSE_EVERY = 4
_SHIFTS_MM = np.arange(-0.36, 0.37, 0.12)
_COARSE_CELLS = 54
_CLOSELY = 7
_ITERATIONS = 4
_SPIKE = 9
_PLAUSIBLE = np.array([0.06, 0.012, 0.06])
"""Tilt per mm, height scale and gain that a machine in calibration does not exceed."""

Small = NDArray[np.float32]


@dataclass(frozen=True)
class MatchLimits:
    """When a match counts. Calibrated on drawn keys; `tests.bench.bench_identify` prints the table they come from."""

    distance_mm: float = 0.05
    """Most that a match may differ overall (root mean square of both faces)."""
    local_mm: float = 0.12
    """Most that it may differ over half a millimetre of height anywhere."""
    margin_mm: float = 0.02
    """Least by which the next other section must be further off."""
    coverage: float = 0.5
    """Least share of the blade's height that must be seen on each face."""


@dataclass(frozen=True, repr=False)
class Match:
    """One section against what was seen. Distances in mm."""

    section: str
    mirrored: bool
    distance_mm: float
    local_mm: float
    coverage: float

    @property
    def score(self) -> float:
        """1 for the same, 0.61 at 0.05 mm, 0 for far off."""
        return float(np.exp(-0.5 * (self.distance_mm / 0.05) ** 2))


@dataclass(frozen=True, repr=False, eq=False)
class SectionIndex:
    """All sections sampled once, (2 faces, sections, grid): finely, and coarsely with the squares beside."""

    ids: tuple[str, ...]
    heights_mm: Floats
    fine: Small
    coarse: Small
    coarse_squared: Small


def build_index(sections: Sequence[Section]) -> SectionIndex:
    """Sample `sections` on the grid."""
    grid = section_grid()
    fine = np.empty((2, len(sections), grid.size), dtype=np.float32)
    for at, section in enumerate(sections):
        for face, points in enumerate((section.left, section.right)):
            heights, recesses = zip(*points, strict=True)
            fine[face, at] = _smoothed(np.interp(grid, heights, recesses))
    coarse = np.ascontiguousarray(fine[:, :, ::_COARSE_EVERY][:, :, :_COARSE_CELLS])
    return SectionIndex(
        ids=tuple(section.id for section in sections),
        heights_mm=np.array([section.height_mm for section in sections]),
        fine=fine,
        coarse=coarse,
        coarse_squared=coarse * coarse,
    )


def match_section(reading: SectionReading, index: SectionIndex) -> tuple[Match, ...]:
    """The best few sections, nearest first. Both faces must have been seen; empty otherwise."""
    if reading.left_mm is None or reading.right_mm is None or not index.ids:
        return ()
    found = _matched((reading.left_mm, reading.right_mm), index)
    lower = (round(reading.left_lower_mm / GRID_MM), round(reading.right_lower_mm / GRID_MM))
    if max(lower) > 0:
        raised = (_raised(reading.left_mm, lower[0]), _raised(reading.right_mm, lower[1]))
        # The freedom is paid for: a groove that sits lower on one face only is another section.
        lent_mm = 0.13 * max(reading.left_lower_mm, reading.right_lower_mm)
        again = tuple(
            replace(match, distance_mm=math.hypot(match.distance_mm, lent_mm)) for match in _matched(raised, index)
        )
        if again and (not found or again[0].distance_mm < found[0].distance_mm):
            found = again
    return found


def _matched(faces: tuple[Floats, Floats], index: SectionIndex) -> tuple[Match, ...]:
    costs = _coarse_costs(faces, index)
    count = len(index.ids)
    nearest = np.argsort(costs)[:_CLOSELY] if costs.size <= _CLOSELY else np.argpartition(costs, _CLOSELY)[:_CLOSELY]
    smoothed = tuple(_smoothed_with_gaps(face) for face in faces)
    found = [_closely(smoothed, index, int(at) % count, int(at) >= count) for at in nearest]
    return tuple(sorted(found, key=lambda match: match.distance_mm))


def _raised(face: Floats, cells: int) -> Floats:
    """The same line with its zero further down."""
    return np.concatenate([np.full(cells, np.nan), face[: face.size - cells]]) if cells else face


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


def _closely(faces: tuple[Floats, ...], index: SectionIndex, at: int, mirrored: bool) -> Match:
    sides = (1, 0) if mirrored else (0, 1)
    height = float(index.heights_mm[at])
    fits = [_fit_face(face, index.fine[side, at], height) for face, side in zip(faces, sides, strict=True)]
    squared = float(np.mean([fit.distance_mm**2 for fit in fits])) + _off_nominal(fits[0].adjusted, fits[1].adjusted)
    return Match(
        section=index.ids[at],
        mirrored=mirrored,
        distance_mm=float(np.sqrt(squared)),
        local_mm=max(fit.local_mm for fit in fits),
        coverage=min(fit.coverage for fit in fits),
    )


@dataclass(frozen=True, eq=False)
class _FaceFit:
    """One face against one face on file. `adjusted`: tilt per mm, shift in mm, height scale, gain."""

    distance_mm: float
    local_mm: float
    coverage: float
    adjusted: Floats


def _fit_face(face: Floats, section: Small, height_mm: float) -> _FaceFit:
    """Distance, worst local difference and coverage of one face after the best small adjustment.

    Adjusted: zero of recess, tilt, shift of height, scale of height, gain; all but the first are held near their
    nominal value by how far a calibrated machine may be off.
    """
    grid = section_grid()
    seen = np.isfinite(face)
    h, m = grid[seen], face[seen]
    if h.size < 20:
        return _FaceFit(1.0, 1.0, 0.0, np.zeros(4))
    wide = section.astype(np.float64)
    slope = np.gradient(wide, GRID_MM)
    middle = height_mm / 2
    # Zero, tilt per mm, shift in mm, height scale, gain; beside each the weight that holds it (1/sigma).
    parameters = _start(h, m, wide)
    held = np.array([0.0, 1 / 0.02, 1 / 0.15, 1 / 0.006, 1 / 0.025])
    nominal = np.array([0.0, 0.0, 0.0, 0.0, 0.0])
    weights = np.ones(h.size)
    residual = m
    for _ in range(_ITERATIONS):
        where = h * (1 + parameters[3]) + parameters[2]
        s = np.interp(where, grid, wide)
        ds = np.interp(where, grid, slope)
        residual = m - (parameters[0] + parameters[1] * (h - middle) + (1 + parameters[4]) * s)
        sigma2 = 0.02**2 + (0.05 * ds) ** 2
        weights = 1 / sigma2 * np.minimum(1.0, 2.5 * np.sqrt(sigma2) / np.maximum(np.abs(residual), 1e-9))
        jacobian = np.stack([np.ones(h.size), h - middle, ds, ds * h, s], axis=1)
        # Neighbouring grid points share their noise: count them as about a fifth of what they seem.
        normal = jacobian.T @ (jacobian * weights[:, None]) / 5 + np.diag(held**2)
        gradient = jacobian.T @ (weights * residual) / 5 + held**2 * (nominal - parameters)
        step = np.linalg.solve(normal, gradient)
        parameters = parameters + np.clip(step, -0.3, 0.3)
    where = h * (1 + parameters[3]) + parameters[2]
    s, ds = np.interp(where, grid, wide), np.interp(where, grid, slope)
    residual = m - (parameters[0] + parameters[1] * (h - middle) + (1 + parameters[4]) * s)
    # Beside a wall a hair of height is a lot of recess: what the wall explains is taken off.
    residual = np.sign(residual) * np.maximum(np.abs(residual) - 0.06 * np.abs(ds), 0.0)
    inside = (where > 0.1) & (where < height_mm - 0.05)
    beyond = float((where > height_mm + 0.3).sum()) * GRID_MM
    used = _without_spikes(residual[inside])
    if used.size < 20:
        return _FaceFit(1.0, 1.0, 0.0, np.zeros(4))
    distance = float(np.sqrt(np.mean(np.minimum(used**2, 0.09)) + 0.02 * beyond))
    span = round(0.5 / GRID_MM)
    windows = np.lib.stride_tricks.sliding_window_view(used, min(span, used.size))
    local = float(np.max(np.abs(np.median(windows, axis=1))))
    return _FaceFit(distance, local, float(inside.sum() * GRID_MM / height_mm), parameters[1:])


def _without_spikes(residual: Floats) -> Floats:
    """Running median over 0.45 mm: a glint or a lost row is no shape, a groove is."""
    if residual.size < 20:
        return residual
    padded = np.pad(residual, _SPIKE // 2, mode="reflect")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(padded, _SPIKE), axis=1))


def _off_nominal(one: Floats, other: Floats) -> float:
    """What implausible adjustments cost, in mm².

    Both lines start at the same spine: they may be shifted together by how well its row is known, but hardly
    against each other; a groove that sits elsewhere on one face only is another section.
    """
    apart, together = abs(float(one[1] - other[1])) / 2, abs(float(one[1] + other[1])) / 2
    each = [np.abs(values[[0, 2, 3]]) / _PLAUSIBLE for values in (one, other)]
    ratios = np.concatenate([*each, [apart / 0.045, together / 0.2]])
    return float(0.01 * np.sum(np.maximum(ratios - 1.0, 0.0) ** 2))


def _start(h: Floats, m: Floats, section: Floats) -> Floats:
    """The best of a row of shifts, with the zero that goes with it."""
    grid = section_grid()
    shifts = np.arange(-0.4, 0.41, 0.1)
    h, m = h[::2], m[::2]
    differences = m - np.interp(h + shifts[:, None], grid, section)
    zeros = np.median(differences, axis=1)
    costs = np.minimum(np.abs(differences - zeros[:, None]), 0.3).mean(axis=1)
    best = int(np.argmin(costs))
    return np.array([zeros[best], 0.0, shifts[best], 0.0, 0.0])


def _smoothed(values: Floats) -> Floats:
    """Over about a tenth of a millimetre of height, as a lens would."""
    return np.convolve(np.pad(values, 2, mode="edge"), np.array([0.06, 0.24, 0.4, 0.24, 0.06]), mode="valid")


def _smoothed_with_gaps(values: Floats) -> Floats:
    seen = np.isfinite(values)
    weight = _smoothed(seen.astype(np.float64))
    total = _smoothed(np.where(seen, values, 0.0))
    return np.where(seen & (weight > 0.3), total / np.maximum(weight, 1e-9), np.nan)
