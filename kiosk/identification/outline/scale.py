"""Whether a silhouette is as large as the key: what sets a wrong scale or a tilted key apart from wear.

Responsible for: how far the cuts stand from each other against how far they should, and whether blade height, the
laser's own height and spacing agree within a part of a step. A few hundredths seen too high or low together are the
reader's to take off; more than that shifts a whole key by a step and is refused. Not responsible for: what the
cuts are (`decode`, `likelihood`).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from config.keyway import CutSpec, SpacingStop
from kiosk.key.reading import Floats, Profile

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


def stretch(profile: Profile, spec: CutSpec, centres_mm: Floats, roots_mm: Floats) -> float | None:
    """By which share the flanks stand further apart than the spacing says; None where too few flanks are there.

    Args:
        profile: from the spec's stop.
        spec: spacing and flanks.
        centres_mm: where the cuts were found.
        roots_mm: of the same cuts.

    A flank's place does not depend on how deep its cut is measured to be, once what is common to both sides of all
    cuts is taken out: wear widens cuts, a wrong scale moves them.
    """
    slope = 1 / float(np.tan(np.deg2rad(spec.angle_deg / 2)))
    # The flank towards the tip is the bevel's as often as the cut's.
    at_tip = (0, -1.0) if spec.stop is SpacingStop.TIP else (len(centres_mm) - 1, 1.0)
    flanks = [
        (float(centres_mm[cut]), side, off / slope)
        for cut in range(len(centres_mm))
        for side in (-1.0, 1.0)
        if (cut, side) != at_tip and (off := _off_flank(profile, spec, centres_mm, roots_mm, cut, side)) is not None
    ]
    if len(flanks) < _LEAST_FLANKS:
        return None
    at = np.array([centre for centre, _, _ in flanks])
    sides = np.array([side for _, side, _ in flanks])
    if float(np.ptp(at)) < 2 * spec.pitch_mm - 0.1:
        return None
    moved = np.array([-side * off for _, side, off in flanks])
    terms = np.stack([np.ones_like(at), at - at.mean(), sides], axis=1)
    return float(np.linalg.lstsq(terms, moved, rcond=None)[0][1])


def _off_flank(
    profile: Profile, spec: CutSpec, centres_mm: Floats, roots_mm: Floats, cut: int, side: float
) -> float | None:
    """How much higher the edge is than one flank of one cut, where nothing else cuts it."""
    slope = 1 / float(np.tan(np.deg2rad(spec.angle_deg / 2)))
    x, height = profile[:, 0], profile[:, 1]
    away = side * (x - centres_mm[cut]) - spec.flat_mm / 2
    near = (away > _FLANK_FROM_MM / slope) & (away < spec.pitch_mm)
    x, height, away = x[near], height[near], away[near]
    own = roots_mm[cut] + slope * away
    from_cuts = np.maximum(np.abs(x[:, None] - centres_mm) - spec.flat_mm / 2, 0.0)
    edge = np.minimum((roots_mm + slope * from_cuts).min(axis=1), spec.blade_height_mm)
    alone = (own <= edge + 1e-6) & (own < spec.blade_height_mm - _FLANK_TO_MM)
    if int(alone.sum()) < _LEAST_POINTS:
        return None
    return float(np.median(height[alone] - own[alone]))
