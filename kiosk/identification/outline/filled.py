"""Whether something lies in a cut, or metal beside it was filed away: its flat is wider than the wheel's.

Responsible for: telling a cut from which no flank rises where the wheel leaves one, held against the other cuts of the
same key, as copies are cut by wheels of many shapes. What fills a cut level makes it look like a shallower one; filled
with flanks as the wheel leaves them it is another key, and no picture tells. Not responsible for: roots that are not
flat (`decode`).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from config.keyway import CutSpec
from kiosk.identification.outline.flanks import Flanks

FILLED_SHARE: Final = 0.7
"""Of the flank that is missing where a cut was filled by one step; half of it is missed where a ridge wore away."""
_FROM_MM: Final = 0.1
_LEAST_RISE_MM: Final = 0.15
_LEAST_POINTS: Final = 4
_FEWEST_OTHERS: Final = 2


def filled_cut(flanks: Flanks, spec: CutSpec, height_mm: float) -> int | None:
    """Index of the cut whose flat runs on by a step where those of the others do not; None where there is none.

    Args:
        flanks: of the cuts, where and as deep as they were found.
        spec: how high a step and the blade are.
        height_mm: of the blade as it is seen: beside shallow cuts a rubbed edge is no missing flank.
    """
    missing: dict[int, float] = {}
    for cut, side in flanks.sides:
        share = _missing(flanks, spec, min(height_mm, spec.blade_height_mm), cut, side)
        if share is not None:
            missing[cut] = min(missing.get(cut, share), share)
    if len(missing) <= _FEWEST_OTHERS:
        return None
    worst = max(missing, key=lambda cut: missing[cut])
    others = float(np.median([share for cut, share in missing.items() if cut != worst]))
    return worst if missing[worst] - others > FILLED_SHARE else None


def _missing(flanks: Flanks, spec: CutSpec, height_mm: float, cut: int, side: float) -> float | None:
    """The share of a flank's rise over one step that is not there; None where other cuts leave none of it to see."""
    away, root_mm = flanks.away_mm(cut, side), flanks.roots_mm[cut]
    near = (away > _FROM_MM / flanks.slope) & (away < spec.least_step_mm / flanks.slope)
    alone = near & (flanks.rises_mm[:, cut] <= flanks.lowest_mm + 1e-6)
    if int(alone.sum()) < _LEAST_POINTS:
        return None
    rise = np.minimum(flanks.rises_mm[alone, cut], height_mm) - root_mm
    if float(np.median(rise)) < _LEAST_RISE_MM:
        return None
    return float(np.median(1 - (flanks.seen_mm[alone] - root_mm) / rise))
