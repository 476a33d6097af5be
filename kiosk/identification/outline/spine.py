"""The straight back of a blade: the line through it, what was taken out of it and what sticks to it.

Responsible for: a line through one edge that follows a slight bend, and how the edge lies against it. Not responsible
for: where the blade begins and ends, or which edge is its back (`measure`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from kiosk.key.reading import Floats

STRAIGHT_MM = 0.06
LEAST_CRUMB_MM = 0.012
"""Anything that stands out from a straight back by less is the edge's own roughness."""
SPINE_STEP_MM = 0.15
"""A spine that lies deeper than this was cut: half the least step between two depths of a lock. Reader's noise, a bend
and the corner at a bow leave 0.06 mm at most, the rubbing of a key ring 0.1; a notch of a quarter of a millimetre is
seen at 0.18 if it is narrow and pointed."""
TIP_MM = 5.0
"""So far from its end a spine may leave its line for good: the bevel of a tip, or what lies behind a nose."""

RELIEF_BEGINS_MM, RELIEF_MM, RELIEF_DEEP_MM = 0.6, (1.6, 3.2), (0.3, 0.6)
"""A blank's back may lie lower from its shoulder on, where no pin stands: it begins so near to it, ends between these
two places, and is so deep, by half a millimetre new and by less where the back beside it is worn."""
RELIEF_LEVEL_MM, RELIEF_LEVEL_SHARE = 0.06, 0.4
"""It is one step: level to so much over so much of its length; in front of that it only sinks, behind it only rises.
What is filed is pointed, slanted, or more than one."""

_STATIONS = 24
_TRIPLES = np.array(list(combinations(range(_STATIONS), 3)))


@dataclass(frozen=True, repr=False, eq=False)
class EdgeLine:
    """A robust, slightly bent line through one edge; `straight` is the share of the edge that lies on it."""

    coefficients: Floats
    straight: float
    rough_mm: float
    sagitta_mm: float

    def at(self, u_mm: Floats) -> Floats:
        """Where the line lies across the blade, at places along it."""
        return np.asarray(np.polyval(self.coefficients, u_mm), dtype=np.float64)

    def flipped(self) -> EdgeLine:
        """The same seen with the picture upside down."""
        return EdgeLine(-self.coefficients, self.straight, self.rough_mm, self.sagitta_mm)


def edge_line(u_mm: Floats, edge: Floats, columns: NDArray[np.bool_]) -> EdgeLine:
    """The line most of an edge lies on, at the columns chosen."""
    chosen = columns & np.isfinite(edge)
    u, v = u_mm[chosen], edge[chosen]
    if u.size < 20:
        return EdgeLine(np.zeros(1), 0.0, float("inf"), 0.0)
    v0 = _plateau(v)
    keep = np.abs(v - v0) < 0.6
    fit = np.array([v0])
    for degree, within in ((1, 0.25), (1, 0.12), (2, 0.12), (2, STRAIGHT_MM), (2, STRAIGHT_MM)):
        if keep.sum() < 20:
            break
        fit = _curve(u[keep], v[keep], degree)
        keep = np.abs(v - np.polyval(fit, u)) < within
    residual = v - np.polyval(fit, u)
    near = np.abs(residual) < STRAIGHT_MM
    length = float(u[-1] - u[0])
    bend = abs(float(fit[0])) if fit.size == 3 else 0.0
    return EdgeLine(
        coefficients=np.asarray(fit, dtype=np.float64),
        straight=float(near.mean()),
        rough_mm=float(np.sqrt(np.mean(residual[near] ** 2))) if near.any() else float("inf"),
        sagitta_mm=bend * length**2 / 4,
    )


def _curve(u: Floats, v: Floats, degree: int) -> Floats:
    """As `np.polyfit`, which takes a decomposition of the whole edge for what two or three sums say."""
    scale = float(np.abs(u).max())
    terms = np.vander(u / scale, degree + 1).T
    fit = np.linalg.solve(terms @ terms.T, terms @ v)
    return np.asarray(fit / scale ** np.arange(degree, -1.0, -1.0), dtype=np.float64)


def spine_cut(u_mm: Floats, edge: Floats, columns: NDArray[np.bool_], from_mm: float, tip: float) -> bool:
    """Whether metal was taken out of the back edge.

    Bevels, round tips and noses only recede towards the end: what comes back to the line is a notch, and what leaves
    it further off than any tip begins was ground away.

    Args:
        u_mm: where, along the blade.
        edge: the back edge's height there.
        columns: those of the blade, its tip left out.
        from_mm: the face nearest the bow, or where the bow has ended.
        tip: the blade's end.
    """
    seen = np.isfinite(edge) & (u_mm > from_mm) & (u_mm < tip)
    line = _most_agree(u_mm[columns & np.isfinite(edge)], edge[columns & np.isfinite(edge)])
    # What sticks to it lies outside.
    gone = np.maximum(edge[seen] - np.polyval(line, u_mm[seen]), 0.0)
    gone = gone[_relief_ends(u_mm[seen], gone, from_mm) :] if seen.any() else gone
    seen_mm = u_mm[seen][-gone.size :] if gone.size else u_mm[:0]
    comes_back = np.maximum.accumulate(gone) - gone > SPINE_STEP_MM
    return bool(comes_back.any() or (gone[seen_mm < tip - TIP_MM] > SPINE_STEP_MM).any())


def _relief_ends(u_mm: Floats, gone: Floats, from_mm: float) -> int:
    """How many of the first columns are the relief behind a shoulder: none if its place, depth or shape is another."""
    low = gone > SPINE_STEP_MM / 2
    if not low[u_mm < from_mm + RELIEF_BEGINS_MM].any():
        return 0
    first = int(np.argmax(low))
    after = np.nonzero(~low[first:])[0]
    end = first + int(after[0]) if after.size else low.size
    if end == low.size or not RELIEF_MM[0] <= u_mm[end] - from_mm <= RELIEF_MM[1]:
        return 0
    relief = gone[first:end]
    deep = float(np.percentile(relief, 90))
    level = relief > deep - RELIEF_LEVEL_MM
    peak = int(np.argmax(relief))
    sinks, rises = relief[: peak + 1], relief[:peak:-1]
    one_step = all(
        np.all(np.maximum.accumulate(side) - side <= RELIEF_LEVEL_MM) for side in (sinks, rises) if side.size
    )
    is_relief = RELIEF_DEEP_MM[0] <= deep <= RELIEF_DEEP_MM[1] and level.mean() >= RELIEF_LEVEL_SHARE and one_step
    return end if is_relief else 0


def _most_agree(u: Floats, v: Floats) -> Floats:
    """The curve most of the edge lies on. One that is fitted to all of it gives way to a broad, shallow notch."""
    at = np.stack([_medians(u), _medians(v)], axis=1)
    terms = np.vander(at[:, 0], 3)
    curves = np.linalg.solve(terms[_TRIPLES], at[_TRIPLES, 1][..., None])[..., 0]
    off = np.minimum(np.abs(curves @ terms.T - at[:, 1]), STRAIGHT_MM).sum(axis=1)
    best = curves[int(np.argmin(off))]
    near = np.abs(v - np.polyval(best, u)) < STRAIGHT_MM
    return _curve(u[near], v[near], 2)


def _medians(values: Floats) -> Floats:
    """Of every station, the first few longer by one; all that are of one length at once."""
    each, longer = divmod(values.size, _STATIONS)
    first = longer * (each + 1)
    parts = [values[:first].reshape(longer, -1) if longer else None, values[first:].reshape(_STATIONS - longer, each)]
    return np.concatenate([np.median(part, axis=1) for part in parts if part is not None])


def _plateau(values: Floats) -> float:
    """The height most columns share."""
    bins = np.round(values / 0.1).astype(np.intp)
    first = int(bins.min())
    counts = np.bincount(bins - first)
    pairs = counts[:-1] + counts[1:] if counts.size > 1 else counts
    return (int(np.argmax(pairs)) + first + (0.5 if counts.size > 1 else 0.0)) * 0.1


def count_crumbs(out_mm: Floats, columns: NDArray[np.bool_], pitch_mm: float) -> int:
    """How many things stick to the back: stretches that stand out from it. Wear and nicks only take away.

    Args:
        out_mm: how far the edge lies outside the line through it.
        columns: those of the blade.
        pitch_mm: distance of columns.
    """
    out = out_mm[columns & np.isfinite(out_mm)]
    if out.size < 20:
        return 0
    noise = 1.48 * float(np.median(np.abs(out - np.median(out))))
    high = np.concatenate([[False], out > max(LEAST_CRUMB_MM, 6.0 * noise), [False]])
    starts, ends = np.nonzero(high[1:] & ~high[:-1])[0], np.nonzero(~high[1:] & high[:-1])[0]
    return int(np.sum(ends - starts >= max(2, round(0.06 / pitch_mm))))
