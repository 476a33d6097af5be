"""What a kiosk measures of itself over thousands of copies, made up after the field's figures. Deterministic by seed.

Blanks differ in height by some hundredths, each slot's box of blanks from its next; shavings lift one in two hundred;
the wheel loses radius by every cut, a deep key more than a shallow one.
"""

from __future__ import annotations

import numpy as np

BLANK_MM = 0.006
BOX_MM = 0.004
BOX_COPIES = 100
SLOTS = 6
SHAVINGS_PART = 0.005
SHAVINGS_MM = 0.13


def touches_mm(copies: int, wear_mm: float, seed: int) -> list[float]:
    """Touch-off errors of each copy; `wear_mm` is what the wheel has lost at the end."""
    rng = np.random.default_rng(seed)
    worn = np.cumsum(rng.uniform(0.5, 1.5, copies))
    worn *= wear_mm / worn[-1]
    heights = rng.normal(0, BOX_MM, (SLOTS, copies // BOX_COPIES + 1))
    slots = rng.integers(0, SLOTS, copies)
    taken = [int(np.sum(slots[:n] == slots[n])) for n in range(copies)]
    boxes = np.array([heights[slot, count // BOX_COPIES] for slot, count in zip(slots, taken, strict=True)])
    own = rng.normal(0, BLANK_MM, copies) + SHAVINGS_MM * (rng.random(copies) < SHAVINGS_PART)
    return [float(each) for each in worn + boxes + own]


def means_mm(copies: int, drift_mm: float, seed: int) -> list[float]:
    """Mean errors of each copy, of an axis that has drifted so far at the end."""
    rng = np.random.default_rng(seed + 10_000)
    return [float(each) for each in np.linspace(0, drift_mm, copies) + rng.normal(0, 0.006, copies)]
