"""What will need a technician before it breaks, from what the kiosk measures anyway. Pure.

Responsible for: wheel, axis, clamp, lamp and link, each with its evidence. Not responsible for: reading records
(`service_visit`), closing the kiosk (`kiosk.cutting.check`), or words in the shopper's language.

Single copies scatter: blanks differ in height, and shavings lie under some. So medians of blocks of copies are looked
at, and the line through them that half of all pairs lie above (Theil and Sen): no outlier and no single bad copy
moves it far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from config.machine import CopyCheck
from kiosk.cutting.check import WORN_PART
from kiosk.session.outlook import Forecast, Part

BLOCK = 15
FEWEST_BLOCKS = 12
MOST_BLOCKS = 200
"""The last 3,000 copies: a wheel's whole life."""
PART_GONE = 0.5
"""Of the limit. Before that a trend of a few copies may be a box of other blanks."""
TOLD_BEFORE = 300
"""Copies. A visit is planned within a week or two; a store cuts twenty a day."""
EARLY_TIMES = 3.5
NOISE_TIMES = 3.0
"""A trend counts when it goes so many times further than blocks scatter around it."""
SCATTER_COPIES = 60
SCATTER_TIMES = 2.5
SCATTER_MM = 0.012
TRIES_VISITS = 60
TRIES_TIMES = 2.0
TRIES_MEAN = 1.5
LINK_FAULTS = 3


@dataclass(frozen=True)
class Evidence:
    """What the kiosk measured of itself. Errors in mm and in order, since the wheel was last changed."""

    touch_errors_mm: Sequence[float] = ()
    mean_errors_mm: Sequence[float] = ()
    scan_tries: Sequence[int] = ()
    """Scans each visit needed, in order."""
    link_faults: int = 0
    """Of the last seven days."""
    copies_a_day: float = 0.0


def forecasts(seen: Evidence, limits: CopyCheck, edge_tolerance_mm: float) -> tuple[Forecast, ...]:
    """Everything that will need somebody soon; empty when nothing will."""
    found = (
        _towards(Part.WHEEL, seen.touch_errors_mm, WORN_PART * edge_tolerance_mm, seen.copies_a_day, "touch-offs"),
        _towards(Part.AXIS, seen.mean_errors_mm, limits.drift_limit_mm, seen.copies_a_day, "mean errors"),
        _clamp(seen.touch_errors_mm),
        _lamp(seen.scan_tries),
        _link(seen.link_faults),
    )
    return tuple(each for each in found if each is not None)


def _towards(part: Part, values: Sequence[float], limit_mm: float, a_day: float, what: str) -> Forecast | None:
    """A value that goes steadily towards the limit at which the kiosk closes itself."""
    blocks = _blocks(values)
    if len(blocks) < FEWEST_BLOCKS:
        return None
    slope, level = _line(blocks)
    if slope * level <= 0 or abs(level) < PART_GONE * limit_mm:
        return None
    scatter = 1.4826 * float(np.median(np.abs(blocks - (level + slope * np.arange(1 - len(blocks), 1)))))
    if abs(slope) * len(blocks) < NOISE_TIMES * scatter:
        return None
    # The kiosk closes itself by the mean of a few copies, which goes beyond the limit before the trend does.
    left = max(round((limit_mm - EARLY_TIMES * scatter - abs(level)) / abs(slope) * BLOCK), 0)
    if left > TOLD_BEFORE:
        return None
    pace = 1000 * abs(slope) / BLOCK
    evidence = f"{what} at {level:+.3f} of {limit_mm:.3f} mm, {pace:.3f} mm more in 1,000 copies"
    return Forecast(part, evidence, (level, limit_mm, pace), left, left / a_day if a_day > 0 else None)


def _clamp(touches_mm: Sequence[float]) -> Forecast | None:
    """Blanks that are met ever less alike are not held alike."""
    if len(touches_mm) < 3 * SCATTER_COPIES:
        return None
    late, early = (_scatter(part) for part in (touches_mm[-SCATTER_COPIES:], touches_mm[:-SCATTER_COPIES]))
    if late < SCATTER_MM or late < SCATTER_TIMES * early:
        return None
    return Forecast(Part.CLAMP, f"touch-offs scatter by {late:.3f} mm, before by {early:.3f} mm", (late, early))


def _lamp(tries: Sequence[int]) -> Forecast | None:
    if len(tries) < 3 * TRIES_VISITS:
        return None
    late, early = (float(np.mean(part)) for part in (tries[-TRIES_VISITS:], tries[:-TRIES_VISITS]))
    if late < TRIES_MEAN or late < TRIES_TIMES * early:
        return None
    evidence = f"{late:.1f} scans a visit, before {early:.1f}: a lamp that fades, or dirty glass"
    return Forecast(Part.LAMP, evidence, (late, early))


def _link(faults: int) -> Forecast | None:
    if faults < LINK_FAULTS:
        return None
    return Forecast(Part.LINK, f"{faults} faults of the board's line in seven days: cable or plug", (float(faults),))


def _blocks(values: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    count = min(len(values) // BLOCK, MOST_BLOCKS)
    last = np.asarray(values[len(values) - count * BLOCK :], float)
    return np.median(last.reshape(count, BLOCK), axis=1) if count else np.empty(0)


def _line(blocks: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, float]:
    """Slope a block, and where the line is at the last block."""
    first, second = np.triu_indices(len(blocks), 1)
    slope = float(np.median((blocks[second] - blocks[first]) / (second - first)))
    return slope, float(np.median(blocks - slope * np.arange(1 - len(blocks), 1)))


def _scatter(values: Sequence[float]) -> float:
    """How far neighbours differ, which a trend does not move."""
    return 1.4826 * float(np.median(np.abs(np.diff(np.asarray(values, float))))) / 2**0.5
