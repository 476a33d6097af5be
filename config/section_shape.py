"""How alike two sections are, as a reader of a laser line would find them. Pure.

Responsible for: one distance between two sections in mm, at its smallest over the shift a line may be off by.
Not responsible for: matching a reading (`kiosk.identification`); this one compares drawings with drawings.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from config.keyway import Section

STEP_MM = 0.05
SHIFT_MM = 0.25
"""How far along the blade's height two lines may be out of step and still be taken for the same."""
SHIFTS = round(SHIFT_MM / STEP_MM)
OFFSET_MM = 0.06
"""How far a face's whole line may be off in recess: the reading of full thickness is no better."""
RESOLVABLE_MM = 0.06
"""Below this distance two sections pass for one: drawings are good to 0.03 mm, and so is a line with speckle."""


@lru_cache(maxsize=1 << 14)
def section_distance_mm(one: Section, other: Section) -> float:
    """Root-mean-square difference of recess over both faces, mm, at the best shift and offset for the pair."""
    a, b = _faces(one), _faces(other)
    length = min(a.shape[1], b.shape[1])
    beside = np.pad(a[:, :length], ((0, 0), (SHIFTS, SHIFTS)))
    shifted = np.lib.stride_tricks.sliding_window_view(beside, length, axis=1)
    both = _overlaps(length)
    points = both.sum(axis=1)
    difference = (shifted - b[:, np.newaxis, :length]) * both
    mean = difference.sum(axis=2) / points
    square = np.einsum("fsn,fsn->fs", difference, difference) / points
    offset = np.clip(mean, -OFFSET_MM, OFFSET_MM)
    best = float((square - 2 * offset * mean + offset**2).mean(axis=0).min())
    return math.sqrt(max(0.0, best))


@lru_cache(maxsize=64)
def _overlaps(length: int) -> NDArray[np.bool_]:
    """(shifts, length): which points of a line meet one of another as long, from the shift furthest back on."""
    met = np.arange(length) + np.arange(-SHIFTS, SHIFTS + 1)[:, np.newaxis]
    return (met >= 0) & (met < length)


@lru_cache(maxsize=4096)
def _faces(section: Section) -> NDArray[np.float64]:
    """(2, n): recess of the left and the right face on a grid of heights from the spine up."""
    heights = np.arange(0.0, section.height_mm, STEP_MM)
    faces = (np.array(section.left), np.array(section.right))
    return np.stack([np.interp(heights, face[:, 0], face[:, 1]) for face in faces])
