"""Whether anything lies over the bow: what is not like the rest of the same metal is not the key's own.

Responsible for: one colour and one grain from blade to bow and all over the bow, and no seam across the neck. Not
responsible for: the outline, focus and light (`sight`); strokes and letters (`stamp`), which are no cover.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.identification.head.place import Mask, opened
from kiosk.identification.head.scene import LEAST_BLADE, Scene

Layer = NDArray[np.float32]
Where = NDArray[np.bool_]

MOST_OTHER_COLOUR = 0.22
"""Bow and blade are one metal: the logarithms of their colours' ratios differ by less."""
DIMMEST, BRIGHTEST = 0.4, 2.5
"""Bow against blade in brightness."""
NEARBY_MM = 0.4
"""How far around a point its colour and its grain are taken together."""
SMOOTH, SMOOTH_BOW = 0.4, 0.68
"""Metal with less than this part of the bow's own grain, or a bow with less of the blade's, has something over it."""
PATCH_MM, MOST_PATCH_MM2 = 0.8, 3.0
"""A strip this wide hides the smallest letters; a patch this large hides a word."""
FINEST_PX, STROKES_PX = 0.8, (3.2, 6.4)
"""Grain finer than this; and what is as wide as strokes of letters."""
ROUGHER, STROKES, ROUGH_AROUND_MM, STROKES_AROUND_MM = 1.2, 2.0, 0.2, 0.5
"""Tape's own grain is this much louder than the metal's, and without what is as wide as strokes of letters."""
ROUGH_MM, MOST_ROUGH_MM2 = 1.8, 6.0
"""Narrower, it is the edge of something; brushing is as rough in specks."""
SEAM_MM, ROUND_SEAM_MM, SEAM_NEAR_MM, LEAST_SEAM_MM = 0.1, 0.45, 5.0, 5.0
"""A seam's width and what lies beside it; how far from the bow, and how long, a cap's seam is."""
SEAM_DARKER, SEAM_OVER_NOISE, SEAM_GAPS = 0.04, 6.0, 0.1
"""How much darker than beside it a seam is, as a logarithm and for the metal's unevenness, and what of it may fail."""
SEAM_TURNS_DEG = range(-12, 13, 2)


@dataclass(frozen=True, repr=False, eq=False)
class _Grain:
    """Logarithms of how uneven the metal is."""

    finest: Layer
    strokes: Layer


def is_covered(scene: Scene) -> bool:
    """Whether bow and blade are not one bare metal, or a part of the bow is not like the rest."""
    inside, blade = scene.inside(), scene.blade()
    if _has_other_colour(scene, inside, blade) or _is_smooth_somewhere(scene, inside):
        return True
    grain = _grain_of(scene)
    return _is_smoother(grain, inside, blade) or _is_rough_somewhere(scene, grain, inside) or _has_a_seam(scene, blade)


def _has_other_colour(scene: Scene, inside: Where, blade: Where) -> bool:
    """Whether the bow has not the blade's colour and light, or a part of it neither the blade's nor the bow's."""
    log = np.log(np.maximum(scene.colours, 4.0))
    hue = np.stack([log[:, :, 0] - log[:, :, 1], log[:, :, 2] - log[:, :, 1]], axis=2)
    usual = np.median(hue[inside], axis=0)
    references = [usual]
    if blade.sum() > LEAST_BLADE:
        # A thumb over half of the bow pulls the bow's own middle halfway to its colour: the blade's stays.
        references.append(np.median(hue[blade], axis=0))
        apart = np.abs(usual - references[1]).max()
        ratio = float(np.median(scene.colours[inside].max(axis=1)) / np.median(scene.colours[blade].max(axis=1)))
        if apart > MOST_OTHER_COLOUR or not DIMMEST < ratio < BRIGHTEST:
            return True
    away = (np.abs(_nearby(hue - each.astype(np.float32), inside, scene)).max(axis=2) for each in references)
    return any(_largest_mm2(inside & (each > MOST_OTHER_COLOUR), scene) > MOST_PATCH_MM2 for each in away)


def _is_smooth_somewhere(scene: Scene, inside: Where) -> bool:
    """Whether a part of the bow has hardly any of the bow's own grain."""
    grey = scene.colours.mean(axis=2)
    uneven = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 2.0)) / np.maximum(grey, 8.0)
    grain = _nearby(uneven.astype(np.float32), inside, scene)
    return _largest_mm2(inside & (grain < SMOOTH * float(np.median(grain[inside]))), scene) > MOST_PATCH_MM2


def _grain_of(scene: Scene) -> _Grain:
    finest, one, other = (cv2.GaussianBlur(scene.grey, (0, 0), each) for each in (FINEST_PX, *STROKES_PX))
    return _Grain(_level(scene.grey - finest, scene), _level(one - other, scene))


def _level(uneven: Layer, scene: Scene) -> Layer:
    rows, columns = scene.key.shape
    small = cv2.resize(np.log(np.abs(uneven) + 0.05), (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.float32)


def _is_smoother(grain: _Grain, inside: Where, blade: Where) -> bool:
    """Whether the bow has not the blade's finest grain. Grooves are no grain: they are wider."""
    if blade.sum() <= LEAST_BLADE:
        return False
    return float(np.median(grain.finest[inside]) - np.median(grain.finest[blade])) < math.log(SMOOTH_BOW)


def _is_rough_somewhere(scene: Scene, grain: _Grain, inside: Where) -> bool:
    """Whether a part of the bow has a louder grain than the metal's though nothing stands there: tape's own."""
    rough = _unlike(grain.finest, inside, scene, ROUGH_AROUND_MM) > math.log(ROUGHER)
    struck = _unlike(grain.strokes, inside, scene, STROKES_AROUND_MM) > math.log(STROKES)
    whole = cv2.morphologyEx((inside & rough & ~struck).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return _largest_mm2(whole > 0, scene, ROUGH_MM) > MOST_ROUGH_MM2


def _has_a_seam(scene: Scene, blade: Where) -> bool:
    """Whether a dark straight line crosses the metal from edge to edge near the bow: where a cap of any colour ends."""
    if blade.sum() <= LEAST_BLADE:
        return False
    darker = _darker_than_beside(scene)
    metal = scene.grown(scene.key, -0.5)
    metal *= scene.grown(scene.bow, SEAM_NEAR_MM)
    least = max(SEAM_DARKER, SEAM_OVER_NOISE * float(np.median(np.abs(darker[metal > 0]))))
    x, y = cv2.fitLine(cv2.findNonZero(blade.astype(np.uint8)), cv2.DIST_L2, 0, 0.01, 0.01).ravel()[:2]
    along_deg = math.degrees(math.atan2(float(y), float(x)))
    left, top, wide, high = cv2.boundingRect(metal)
    side = math.ceil(math.hypot(wide, high)) + 2
    for turn in SEAM_TURNS_DEG:
        upright = cv2.getRotationMatrix2D((left + wide / 2, top + high / 2), along_deg + turn, 1.0)
        upright[:, 2] += np.array((side / 2 - left - wide / 2, side / 2 - top - high / 2))
        there = cv2.warpAffine(metal, upright, (side, side), flags=cv2.INTER_NEAREST) > 0
        dark = there & (cv2.warpAffine(darker, upright, (side, side)) > least)
        long = there.sum(axis=0)
        if np.any((long * scene.pitch_mm >= LEAST_SEAM_MM) & (dark.sum(axis=0) >= (1 - SEAM_GAPS) * long)):
            return True
    return False


def _darker_than_beside(scene: Scene) -> Layer:
    """How much darker each point of the key is than its surroundings, as a logarithm."""
    grey, on = scene.colours.mean(axis=2), scene.key > 0
    beside, at = (_nearby(grey, on, scene, each) for each in (ROUND_SEAM_MM, SEAM_MM))
    return np.asarray(np.log(np.maximum(beside, 4.0) / np.maximum(at, 4.0)), dtype=np.float32)


def _unlike(layer: Layer, inside: Where, scene: Scene, around_mm: float) -> Layer:
    """A layer smoothed within the bow, against what is usual there."""
    smooth = _nearby(layer, inside, scene, around_mm)
    return np.asarray(smooth - np.median(smooth[inside]), dtype=np.float32)


def _nearby(values: Layer, where: Where, scene: Scene, around_mm: float = NEARBY_MM) -> Layer:
    """The mean of each point's surroundings, as far as they belong to it."""
    kept, sigma = where.astype(np.float32), around_mm / scene.pitch_mm
    share = cv2.GaussianBlur(kept, (0, 0), sigma) + np.float32(1e-3)
    layered = (values.T * kept.T).T
    sums = cv2.GaussianBlur(layered, (0, 0), sigma)
    return np.asarray((sums.T / share.T).T, dtype=np.float32)


def _largest_mm2(where: Where, scene: Scene, width_mm: float = PATCH_MM) -> float:
    """Area of the largest patch of something, once what is narrower than a strip that hides letters is left out."""
    wide: Mask = opened(where.astype(np.uint8), width_mm / scene.pitch_mm)
    _, _, sizes, _ = cv2.connectedComponentsWithStats(wide)
    return float(sizes[1:, cv2.CC_STAT_AREA].max(initial=0)) * scene.pitch_mm**2
