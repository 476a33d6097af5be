"""Whether a silhouette is as large as the key: what sets a wrong scale or a tilted key apart from wear.

Responsible for: how far the cuts stand from each other against how far they should, and whether blade height, the
laser's own height and spacing agree within a part of a step. A few hundredths seen too high or low together are the
reader's to take off; more than that shifts a whole key by a step and is refused. Not responsible for: what the
cuts are (`decode`, `likelihood`).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from config.keyway import CutSpec
from kiosk.identification.outline.flanks import Flanks

HIGH_STEPS: Final = 0.22
"""Nothing adds metal to a blade: one seen higher than this part of a step is seen too large, or tilted."""
LOW_STEPS: Final = 0.4
"""Years on a ring rub an uncut edge; one seen lower than this part of a step may be seen too small."""
LASER_STEPS: Final = 0.25
"""The laser's height of the blade may be above the silhouette's by this part of a step."""
SPACING_SHARE: Final = 0.010
"""Cuts further apart, or nearer to each other, than this share: over the height of a blade a quarter of a step."""
LENGTH_SHARE: Final = 0.02
"""The same of a blade's length, which heads and files make less sure, where the cuts leave no flank to measure."""
_FLANK_FROM_MM, _FLANK_TO_MM = 0.12, 0.25
_LEAST_FLANKS: Final = 4
_LEAST_POINTS: Final = 4


def height_fits(height_mm: float, spec: CutSpec) -> bool:
    """Whether the blade is seen about as high as it is."""
    off = (height_mm - spec.blade_height_mm) / spec.least_step_mm
    return -LOW_STEPS <= off <= HIGH_STEPS


def laser_fits(height_mm: float, laser_mm: float | None, spec: CutSpec) -> bool:
    """Whether the laser lines, which have a scale of their own, leave the silhouette its height.

    They may cross the blade in a cut and then say less; never may they say more. Not seen says nothing.
    """
    return laser_mm is None or laser_mm - height_mm <= LASER_STEPS * spec.least_step_mm


def spacing_fits(share: float | None, length_share: float | None) -> bool:
    """Whether the cuts stand as far from each other as they must.

    Args:
        share: by which the flanks stand too far apart, see `stretch`; None where too few are there.
        length_share: by which share the blade is longer than its blank; None where it has no length to compare.
    """
    if share is not None:
        return abs(share) <= SPACING_SHARE
    return length_share is None or abs(length_share) <= LENGTH_SHARE


def stretch(flanks: Flanks, spec: CutSpec) -> float | None:
    """By which share the flanks stand further apart than the spacing says; None where too few flanks are there.

    A flank's place does not depend on how deep its cut is measured to be, once what is common to both sides of all
    cuts is taken out: wear widens cuts, a wrong scale moves them.
    """
    found = [
        (float(flanks.centres_mm[cut]), side, off / flanks.slope)
        for cut, side in flanks.sides
        if (off := _off_flank(flanks, spec, cut, side)) is not None
    ]
    if len(found) < _LEAST_FLANKS:
        return None
    at = np.array([centre for centre, _, _ in found])
    sides = np.array([side for _, side, _ in found])
    if float(np.ptp(at)) < 2 * spec.pitch_mm - 0.1:
        return None
    moved = np.array([-side * off for _, side, off in found])
    terms = np.stack([np.ones_like(at), at - at.mean(), sides], axis=1)
    return float(np.linalg.lstsq(terms, moved, rcond=None)[0][1])


def _off_flank(flanks: Flanks, spec: CutSpec, cut: int, side: float) -> float | None:
    """How much higher the edge is than one flank of one cut, where nothing else cuts it."""
    away = flanks.away_mm(cut, side)
    near = (away > _FLANK_FROM_MM / flanks.slope) & (away < spec.pitch_mm)
    own = flanks.roots_mm[cut] + flanks.slope * away[near]
    edge = np.minimum(flanks.lowest_mm[near], spec.blade_height_mm)
    alone = (own <= edge + 1e-6) & (own < spec.blade_height_mm - _FLANK_TO_MM)
    if int(alone.sum()) < _LEAST_POINTS:
        return None
    return float(np.median(flanks.seen_mm[near][alone] - own[alone]))
