"""How the lines of the two faces lie to each other: they are two sides of one blade.

Responsible for: noticing from the ends of the two lines that one of them was lost early or runs on into a glint, and
laying the faces together again. Not responsible for: finding the lines (`section`) or what they mean (`match`).
"""

from __future__ import annotations

import numpy as np

from kiosk.identification.section.line import GRID_MM
from kiosk.key.reading import Floats, SectionReading

SAME_END_MM = 0.08
"""Both cameras see one spine: four times what two clean ends differ by."""
SAME_TOP_MM = 0.12
"""Upper ends are known to a step of the grid."""

Faces = tuple[Floats, Floats]


def laid_together(reading: SectionReading) -> tuple[Faces, ...]:
    """Left and right face at heights that can both be true: one pair, two when either spine may be wrong, or none.

    When the spines differ but the tops agree, one line ends wrongly at the spine: lost early, or drawn out by a
    glint. Which one is not known, but taking both as they are would move one face against the other, and that is how
    a groove that sits elsewhere on one face would pass for the right one.
    """
    left, right = reading.left_mm, reading.right_mm
    if left is None or right is None or not np.isfinite(left).any() or not np.isfinite(right).any():
        return ()
    gap = reading.left_lower_mm - reading.right_lower_mm
    if abs(gap) <= SAME_END_MM:
        return ((left, right),)
    taller = _top_mm(left) - _top_mm(right)
    cells = round(abs(gap) / GRID_MM)
    if abs(taller + gap) <= SAME_TOP_MM:
        if gap > 0:
            return ((_raised(left, cells), right), (left, _lowered(right, cells)))
        return ((left, _raised(right, cells)), (_lowered(left, cells), right))
    # Lines of one length: the two pictures lie apart as a whole. Otherwise nothing says where either face is.
    return ((left, right),) if abs(taller) <= SAME_TOP_MM else ()


def _top_mm(face: Floats) -> float:
    return float(np.nonzero(np.isfinite(face))[0][-1]) * GRID_MM


def _raised(face: Floats, cells: int) -> Floats:
    """The same line with its zero further down."""
    return np.concatenate([np.full(cells, np.nan), face[: face.size - cells]])


def _lowered(face: Floats, cells: int) -> Floats:
    """The same line with its zero further up; what lay below is no metal."""
    return np.concatenate([face[cells:], np.full(cells, np.nan)])
