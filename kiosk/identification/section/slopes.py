"""Whether a face was ground on a gentle slope: a strip or scallop that sinks and rises over millimetres.

Responsible for: pairs of one lit and one shaded stretch in the same rows, too soft to stand out as marks. A wheel that
runs in slopes away from the lamp, and towards it where it runs out, whichever end the lamp stands at. Not responsible
for: marks that stand out (`milling`) or a section that differs (`match`).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

ALONG_MM, ACROSS_MM = 1.0, 0.2
"""Brightness is taken together over so much: the brush's grain goes, a slope along the blade stays."""
LEAST_SLOPE = 0.085
"""Both stretches are by so much brighter and darker than the rest of their rows: seven degrees are by more."""
STAINS = 4.0
"""And by so many times what three quarters of the face keep below: metal stained all over is uneven everywhere."""
REACH_MM = 14.0
"""How far from where it begins a hollow ends."""

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]


def is_ground_on_a_slope(rest: Image, looked: Mask, pitch_mm: float) -> bool:
    """Of a face's brightness against the rest of each row, 0 for what is even, where it was looked at."""
    slope = _together(rest, pitch_mm) / np.maximum(_together(looked.astype(np.float32), pitch_mm), 1e-3)
    slope[~looked] = 0.0
    within = np.ones((1, 2 * round(REACH_MM / pitch_mm) + 1), np.uint8)
    lit_nearby = cv2.dilate(slope, within)
    least = max(LEAST_SLOPE, STAINS * float(np.percentile(np.abs(slope[looked]), 75)))
    return bool(np.any((lit_nearby >= least) & (slope <= -least)))


def _together(values: Image, pitch_mm: float) -> Image:
    soft = cv2.GaussianBlur(values, (0, 0), sigmaX=ALONG_MM / pitch_mm, sigmaY=ACROSS_MM / pitch_mm)
    return np.asarray(soft, dtype=np.float32)
