"""One face of a reading against faces on file: the best small adjustment, and what then still differs.

Responsible for: zero, tilt, shift, scale and gain of one line, its distance from the drawing, and how much of the face
speaks against the drawing or was not seen. Not responsible for: which sections are tried, or what follows (`match`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.identification.section.line import GRID_MM, section_grid
from kiosk.key.reading import Floats

Small = NDArray[np.float32]

AGAINST_MM = 0.1
"""A point of the face further than this from the drawing, beyond what a wall explains, speaks against it."""
_ITERATIONS = 4
_SPIKE = 9
_SHIFTS_MM = np.arange(-0.4, 0.41, 0.1)


@dataclass(frozen=True, repr=False, eq=False)
class FaceFit:
    """One face against one face on file. `adjusted`: tilt per mm, shift in mm, height scale, gain."""

    distance_mm: float
    """Root mean square of the difference, spikes left out."""
    local_mm: float
    """Greatest difference that half a millimetre of height shares."""
    deeper_mm: float
    """Height over which the face lies clearly deeper than drawn: metal is missing there. Spikes and all."""
    shallower_mm: float
    """Height over which it lies clearly less deep: something fills a groove there."""
    unseen_mm: float
    """Height, below the line's upper end, at which the line was lost."""
    coverage: float
    adjusted: Floats

    @property
    def doubtful_mm(self) -> float:
        """Height that speaks against the drawing or was not seen."""
        return round(self.deeper_mm + self.shallower_mm + self.unseen_mm, 4)


_NOTHING = FaceFit(1.0, 1.0, 0.0, 0.0, 0.0, 0.0, np.zeros(4))


def fit_face(face: Floats, sections: Small, heights_mm: Floats, starts: Sequence[FitStart]) -> list[FaceFit]:
    """Distance, worst local difference and coverage of one face after the best small adjustment to each section.

    Adjusted: zero of recess, tilt, shift of height, scale of height, gain; all but the first are held near their
    nominal value by how far a calibrated machine may be off. All sections at once: most of the time a single fit
    takes goes into starting each small sum.

    Args:
        face: what was seen.
        sections: that face of each section, one row each.
        heights_mm: of the sections.
        starts: where to begin with each.
    """
    grid = section_grid()
    seen = np.isfinite(face)
    h, m = grid[seen], face[seen]
    if h.size < 20:
        return [_NOTHING] * len(starts)
    curves = np.stack([sections.astype(np.float64), np.gradient(sections.astype(np.float64), GRID_MM, axis=1)])
    from_middle = h - heights_mm[:, None] / 2
    # Zero, tilt per mm, shift in mm, height scale, gain; beside each the weight that holds it (1/sigma).
    parameters = np.array([[start.zero_mm, 0.0, start.shift_mm, 0.0, 0.0] for start in starts])
    held = np.array([0.0, 1 / 0.02, 1 / 0.15, 1 / 0.006, 1 / 0.025])
    for _ in range(_ITERATIONS):
        _, s, ds, residual = _laid_over(h, m, from_middle, curves, parameters)
        sigma2 = 0.02**2 + (0.05 * ds) ** 2
        weights = 1 / sigma2 * np.minimum(1.0, 2.5 * np.sqrt(sigma2) / np.maximum(np.abs(residual), 1e-9))
        jacobian = np.stack([np.ones_like(s), from_middle, ds, ds * h, s], axis=1)
        # Neighbouring grid points share their noise: count them as about a fifth of what they seem.
        normal = (jacobian * weights[:, None]) @ jacobian.transpose(0, 2, 1) / 5 + np.diag(held**2)
        gradient = (jacobian @ (weights * residual)[:, :, None])[:, :, 0] / 5 - held**2 * parameters
        step = np.linalg.solve(normal, gradient[:, :, None])[:, :, 0]
        parameters = parameters + np.clip(step, -0.3, 0.3)
    where, _, ds, residual = _laid_over(h, m, from_middle, curves, parameters)
    # Beside a wall a hair of height is a lot of recess: what the wall explains is taken off.
    residual = np.sign(residual) * np.maximum(np.abs(residual) - 0.06 * np.abs(ds), 0.0)
    return [_judged(seen, *each) for each in zip(where, residual, heights_mm.tolist(), parameters, strict=True)]


def _laid_over(
    h: Floats, m: Floats, from_middle: Floats, curves: Floats, parameters: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Where each section says a point is, its recess and slope there, and how much deeper the face lies."""
    zero, tilt, shift, scale, gain = parameters.T[:, :, None]
    where = h * (1 + scale) + shift
    cells = np.clip(where / GRID_MM, 0.0, curves.shape[2] - 1.0)
    below = np.minimum(cells.astype(np.intp), curves.shape[2] - 2)
    rows = np.arange(curves.shape[1])[:, None]
    low, high = curves[:, rows, below], curves[:, rows, below + 1]
    s, ds = low + (cells - below) * (high - low)
    return where, s, ds, m - (zero + tilt * from_middle + (1 + gain) * s)


def _judged(seen: NDArray[np.bool_], where: Floats, residual: Floats, height_mm: float, parameters: Floats) -> FaceFit:
    """What still differs of one section when it is laid over the points that were seen."""
    inside = (where > 0.1) & (where < height_mm - 0.05)
    beyond = float((where > height_mm + 0.3).sum()) * GRID_MM
    used = _without_spikes(residual[inside])
    if used.size < 20:
        return _NOTHING
    distance = float(np.sqrt(np.mean(np.minimum(used**2, 0.09)) + 0.02 * beyond))
    span = round(0.5 / GRID_MM)
    windows = np.lib.stride_tricks.sliding_window_view(used, min(span, used.size))
    top = np.nonzero(seen)[0][np.nonzero(inside)[0][-1]]
    lowest = max(0, round((0.1 - parameters[2]) / GRID_MM))
    return FaceFit(
        distance_mm=distance,
        local_mm=float(np.max(np.abs(_median(windows)))),
        deeper_mm=float((residual[inside] > AGAINST_MM).sum()) * GRID_MM,
        shallower_mm=float((residual[inside] < -AGAINST_MM).sum()) * GRID_MM,
        unseen_mm=float((~seen[lowest:top]).sum()) * GRID_MM,
        coverage=float(inside.sum() * GRID_MM / height_mm),
        adjusted=parameters[1:],
    )


def _without_spikes(residual: Floats) -> Floats:
    """Running median over 0.45 mm: a glint or a lost row is no shape, a groove is."""
    padded = np.pad(residual, _SPIKE // 2, mode="reflect") if residual.size >= 20 else residual
    return _median(np.lib.stride_tricks.sliding_window_view(padded, _SPIKE))


@dataclass(frozen=True, eq=False)
class FitStart:
    """Where a fit begins: the best of a row of shifts with the zero that goes with it, and how well that fits."""

    zero_mm: float
    shift_mm: float
    cost_mm: float


def start_of(face: Floats, section: Small) -> FitStart:
    """A rough fit, to begin with and to leave out what is hopeless."""
    grid = section_grid()
    seen = np.isfinite(face)
    h, m = grid[seen][::2], face[seen][::2]
    if h.size < 10:
        return FitStart(0.0, 0.0, 1.0)
    differences = m - np.interp(h + _SHIFTS_MM[:, None], grid, section)
    zeros = _median(differences)
    costs = np.minimum(np.abs(differences - zeros[:, None]), 0.3).mean(axis=1)
    best = int(np.argmin(costs))
    return FitStart(float(zeros[best]), float(_SHIFTS_MM[best]), float(costs[best]))


def _median(rows: Floats) -> Floats:
    """Of each row; without numpy's care for NaN, which costs more than the median."""
    half = rows.shape[1] // 2
    if rows.shape[1] % 2:
        return np.asarray(np.partition(rows, half, axis=1)[:, half])
    return np.asarray(np.partition(rows, (half - 1, half), axis=1)[:, half - 1 : half + 1].mean(axis=1))
