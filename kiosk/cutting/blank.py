"""Whether what was loaded is the blank its slot should hold, before any metal is cut: by the check camera. Pure.

Responsible for: an uncut edge, height, length and collars against what the slot's blank has. Not responsible for:
reading the picture (`kiosk.cutting.measure`), or what happens to a wrong one (`kiosk.session.effects`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from kiosk.key.reading import Profile

BEHIND_JAW_MM = 0.5
"""Blanks have a fillet so near the jaw, or a collar."""
HEIGHT_MM = 0.25
NOTCH_MM = 0.15
"""An edge that falls lower than this before the tip's bevel was cut before."""
COLLAR_MM = 0.4
"""A collar stands at least so high above the edge."""
BEVEL_MM = 6.0
"""So near the tip a blank's edge may fall."""


class BlankProblem(StrEnum):
    """In what a loaded blank is not the one its slot should hold."""

    CUT = "cut"
    HEIGHT = "height"
    LENGTH = "length"
    COLLAR = "collar"


@dataclass(frozen=True)
class ExpectedBlank:
    """What a slot's blank has. `collar_mm`: how far a collar stands along its cut edge, 0 for none."""

    height_mm: float
    length_mm: float
    length_within_mm: float
    collar_mm: float = 0.0


def blank_problem(measured: Profile, expected: ExpectedBlank) -> BlankProblem | None:
    """What speaks against a loaded blank.

    Args:
        measured: its edge, x from the clamp's face, height above its own spine.
        expected: what it should be.
    """
    x_mm, y_mm = measured[:, 0], measured[:, 1]
    if abs(float(x_mm[-1]) - expected.length_mm) > expected.length_within_mm:
        return BlankProblem.LENGTH
    edge = y_mm[(x_mm > expected.collar_mm + BEHIND_JAW_MM) & (x_mm < expected.length_mm - BEVEL_MM)]
    height_mm = float(np.percentile(edge, 75))
    if abs(height_mm - expected.height_mm) > HEIGHT_MM:
        return BlankProblem.HEIGHT
    if float(np.percentile(edge, 2)) < height_mm - NOTCH_MM:
        return BlankProblem.CUT
    if float(edge.max()) > height_mm + COLLAR_MM:
        return BlankProblem.COLLAR
    collar = y_mm[(x_mm > BEHIND_JAW_MM) & (x_mm < expected.collar_mm - BEHIND_JAW_MM)]
    if collar.size and float(np.median(collar)) < height_mm + COLLAR_MM:
        return BlankProblem.COLLAR
    return None
