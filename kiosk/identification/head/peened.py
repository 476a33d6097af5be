"""Letters struck dot by dot, which mottled metal hides from every look at whole lines.

Responsible for: telling many small pits close together, far finer than stains, from bare metal, scratches, grooves and
drawn lines. Not responsible for: what they say, nor strokes that are lines (`strokes`).

A pit has a bright and a dark side, both a fraction of a stroke's length. Of the rarer side at least 40 were counted on
each of 26 peened heads drawn on mottled metal, at most 12 on 70 plain ones, at most 22 on nine of brushed brass.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.identification.head.place import HeadView
from kiosk.identification.head.relief import inner
from kiosk.identification.head.strokes import MARGIN_MM, Place

_FINEST_MM, _COARSEST_MM = 0.05, 0.14
"""Blurs between which a pit is left, and neither the sensor's noise nor mottling."""
_DARKEST = 12.0
_DEEP, _BOUND, _GROOVE = 2.5, 6.0, 14.0
"""How many times the metal's own spread a pit is deep, counts for at most, and an edge of the blade's grooves is."""
_BESIDE_A_GROOVE_MM = 1.0
_REACH_MM, _LOUDER = 0.3, 2.5
"""How near one another pits stand, and how much louder the metal is there than it usually is."""
_LONGEST_MM, _LEAST_PX = 0.3, 2
_LEAST_PITS, _LEAST_SHARE = 30, 0.3
"""Pits of either side, and their share of all that is deep there: the sides of a line are long."""


def is_peened(bow: HeadView, read: Iterable[Place]) -> bool:
    """Whether many pits stand close together beside what was read."""
    metal = inner(bow, MARGIN_MM)
    for (x, y), reach in read:
        cv2.circle(metal, (round(x), round(y)), round(reach), 0, cv2.FILLED)
    if not metal.any():
        return False
    light = np.log(np.maximum(bow.grey.astype(np.float32), np.float32(_DARKEST)))
    fine = _blurred(light, _FINEST_MM, bow)
    for _ in range(2):
        # Once leaves the edges of strong stains.
        fine -= _blurred(fine, _COARSEST_MM, bow)
    fine /= np.float32(max(1.4826 * float(np.median(np.abs(fine)[metal > 0])), 1e-5))
    beside = np.ones((round(_BESIDE_A_GROOVE_MM / bow.mm_per_px) | 1,) * 2, np.uint8)
    metal[cv2.dilate(((np.abs(fine) > _GROOVE) & (metal > 0)).astype(np.uint8), beside) > 0] = 0
    if not metal.any():
        return False
    loud = _loud(fine, metal, bow)
    return all(_are_pits((side * fine > _DEEP) & loud, bow.mm_per_px) for side in (1, -1))


def _loud(fine: NDArray[np.float32], metal: NDArray[np.uint8], bow: HeadView) -> NDArray[np.bool_]:
    """Where the metal is louder than usual, as far as one pit lies from the next."""
    kept = metal.astype(np.float32)
    power = _blurred(np.minimum(fine * fine, np.float32(_BOUND**2)) * kept, _REACH_MM, bow)
    power /= _blurred(kept, _REACH_MM, bow) + np.float32(0.05)
    return np.asarray((power > _LOUDER * float(np.median(power[metal > 0]))) & (metal > 0), dtype=np.bool_)


def _are_pits(deep: NDArray[np.bool_], mm_per_px: float) -> bool:
    """Whether enough of what is deep is in pieces as small as pits."""
    _, _, sizes, _ = cv2.connectedComponentsWithStats(deep.astype(np.uint8))
    sizes = sizes[1:]
    long_mm = np.maximum(sizes[:, cv2.CC_STAT_WIDTH], sizes[:, cv2.CC_STAT_HEIGHT]) * mm_per_px
    area = sizes[:, cv2.CC_STAT_AREA]
    pits = (long_mm <= _LONGEST_MM) & (area >= _LEAST_PX)
    return int(pits.sum()) >= _LEAST_PITS and float(area[pits].sum()) >= _LEAST_SHARE * float(area.sum())


def _blurred(layer: NDArray[np.float32], sigma_mm: float, bow: HeadView) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(layer, (0, 0), sigma_mm / bow.mm_per_px), dtype=np.float32)
