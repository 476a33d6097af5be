"""Whether something lies in a cut, or metal beside it was filed away: its flat is wider than the wheel's.

Responsible for: telling a cut from which no flank rises where the wheel leaves one, held against the other cuts of the
same key, as copies are cut by wheels of many shapes. What fills a cut level makes it look like a shallower one; filled
with flanks as the wheel leaves them it is another key, and no picture tells. Not responsible for: roots that are not
flat (`decode`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from config.keyway import CutSpec, SpacingStop
from kiosk.key.reading import Floats, Profile

FILLED_SHARE: Final = 0.7
"""Of the flank that is missing where a cut was filled by one step; half of it is missed where a ridge wore away."""
_FROM_MM: Final = 0.1
_LEAST_RISE_MM: Final = 0.15
_LEAST_POINTS: Final = 4
_FEWEST_OTHERS: Final = 2


def filled_cut(profile: Profile, spec: CutSpec, centres_mm: Floats, roots_mm: Floats, height_mm: float) -> int | None:
    """Index of the cut whose flat runs on by a step where those of the others do not; None where there is none.

    Args:
        profile: from the spec's stop.
        spec: flats and flanks.
        centres_mm: where the cuts were found.
        roots_mm: of the same cuts.
        height_mm: of the blade as it is seen: beside shallow cuts a rubbed edge is no missing flank.
    """
    # The flank towards the tip is the bevel's as often as the cut's.
    at_tip = (0, -1.0) if spec.stop is SpacingStop.TIP else (len(centres_mm) - 1, 1.0)
    edge = _Edge(centres_mm, roots_mm, min(height_mm, spec.blade_height_mm))
    missing: dict[int, float] = {}
    for cut in range(len(centres_mm)):
        sides = [
            share
            for side in (-1.0, 1.0)
            if (cut, side) != at_tip and (share := _missing(profile, spec, edge, cut, side)) is not None
        ]
        if sides:
            missing[cut] = min(sides)
    if len(missing) <= _FEWEST_OTHERS:
        return None
    worst = max(missing, key=lambda cut: missing[cut])
    others = float(np.median([share for cut, share in missing.items() if cut != worst]))
    return worst if missing[worst] - others > FILLED_SHARE else None


@dataclass(frozen=True, repr=False, eq=False)
class _Edge:
    centres_mm: Floats
    roots_mm: Floats
    height_mm: float


def _missing(profile: Profile, spec: CutSpec, edge: _Edge, cut: int, side: float) -> float | None:
    """The share of a flank's rise over one step that is not there; None where other cuts leave none of it to see."""
    slope, root_mm = 1 / float(np.tan(np.deg2rad(spec.angle_deg / 2))), edge.roots_mm[cut]
    away = side * (profile[:, 0] - edge.centres_mm[cut]) - spec.flat_mm / 2
    near = (away > _FROM_MM / slope) & (away < spec.least_step_mm / slope)
    x, height = profile[near, 0], profile[near, 1]
    flanks = edge.roots_mm + slope * np.maximum(np.abs(x[:, None] - edge.centres_mm) - spec.flat_mm / 2, 0.0)
    alone = flanks[:, cut] <= flanks.min(axis=1) + 1e-6
    if int(alone.sum()) < _LEAST_POINTS:
        return None
    rise = np.minimum(flanks[alone, cut], edge.height_mm) - root_mm
    if float(np.median(rise)) < _LEAST_RISE_MM:
        return None
    return float(np.median(1 - (height[alone] - root_mm) / rise))
