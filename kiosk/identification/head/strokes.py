"""Strokes on a head that look like writing though nobody found a line of it: silence needs evidence of blankness.

Responsible for: telling rows of short strokes from bare metal, scratches and a maker's device, by their thickness and
number. Not responsible for: what they say (`letters`, `wording`), nor strokes where harmless words were read.

Scratches and brushing are thinner than a letter is high. A maker's device is as thick as writing, but is drawn with
fewer strokes: over seventeen drawn devices at most sixteen of one brightness.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.identification.head.place import HeadView
from kiosk.identification.head.relief import inner

_PITCH_MM = 0.08
MARGIN_MM = 0.9
"""Along outline and hole, where bevels look like strokes."""
_REACH_MM = 0.14
"""Strokes this near one another are one patch."""
_LOUDER, _DEEPER = 4.0, 2.0
"""Over the metal's usual unevenness: a patch in the square of it nearby, a stroke in itself."""
_PATCH_MM, _PATCH_MM2, _LEAST_MM2 = 0.7, 0.3, 3.5
"""A patch's least thickness and area, and the area of all together."""
_STROKE_MM2, _SHORT_MM, _LONG_MM = 0.06, 0.35, 3.5
LEAST_STROKES = 22
_LEAST_AT_A_REQUEST, _AS_DEEP = 5, 0.3
"""Strokes that are a second line at a request, and how deep they must be against its own letters."""

Place = tuple[tuple[float, float], float]
"""Middle and reach in pixels of what was read and says nothing."""


def has_unread_strokes(
    flat: NDArray[np.uint8], bow: HeadView, read: Iterable[Place], *, at_a_request: bool = False
) -> bool:
    """Whether the flattened bow (`relief.flattened`) carries strokes like writing beside what was read.

    At a request not to copy fewer are enough, as deep as its own: staff are asked anyway, and a second line lies near.
    """
    factor = bow.mm_per_px / _PITCH_MM
    size = (max(8, round(flat.shape[1] * factor)), max(8, round(flat.shape[0] * factor)))
    away = cv2.resize(flat, size, interpolation=cv2.INTER_AREA).astype(np.float32) - np.float32(128)
    metal = cv2.resize(inner(bow, MARGIN_MM), size, interpolation=cv2.INTER_NEAREST)
    if metal.sum() * _PITCH_MM**2 < _LEAST_MM2:
        return False
    power = cv2.GaussianBlur(away * away, (0, 0), _REACH_MM / _PITCH_MM)
    usual, usual_away = float(np.median(power[metal > 0])), float(np.median(np.abs(away)[metal > 0]))
    left = metal.copy()
    for (x, y), reach in read:
        cv2.circle(left, (round(x * factor), round(y * factor)), round(reach * factor), 0, cv2.FILLED)
    patches = _patches(np.asarray((power > _LOUDER * usual) & (left > 0), dtype=np.uint8))
    soft = cv2.GaussianBlur(away, (0, 0), 0.6)
    least, deep, least_mm2 = LEAST_STROKES, _DEEPER * usual_away, _LEAST_MM2
    if at_a_request and (own := np.abs(soft)[(metal > 0) & (left == 0)]).size:
        least, deep, least_mm2 = (
            _LEAST_AT_A_REQUEST,
            max(deep, _AS_DEEP * float(np.percentile(own, 90))),
            _LEAST_MM2 / 3,
        )
    if patches.sum() * _PITCH_MM**2 < least_mm2:
        return False
    return max(_strokes((sign * soft > deep) & patches) for sign in (1, -1)) >= least


def _patches(loud: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """What is as thick as letters are high."""
    _, where, sizes, _ = cv2.connectedComponentsWithStats(loud)
    thick = np.minimum(sizes[:, cv2.CC_STAT_WIDTH], sizes[:, cv2.CC_STAT_HEIGHT]) * _PITCH_MM >= _PATCH_MM
    kept = thick & (sizes[:, cv2.CC_STAT_AREA] * _PITCH_MM**2 >= _PATCH_MM2)
    kept[0] = False
    return np.asarray(kept[where], dtype=np.bool_)


def _strokes(image: NDArray[np.bool_]) -> int:
    """How many strokes are of a letter's size."""
    _, _, sizes, _ = cv2.connectedComponentsWithStats(image.astype(np.uint8))
    sizes = sizes[1:]
    long_mm = np.maximum(sizes[:, cv2.CC_STAT_WIDTH], sizes[:, cv2.CC_STAT_HEIGHT]) * _PITCH_MM
    like = (long_mm >= _SHORT_MM) & (long_mm <= _LONG_MM) & (sizes[:, cv2.CC_STAT_AREA] * _PITCH_MM**2 > _STROKE_MM2)
    return int(like.sum())
