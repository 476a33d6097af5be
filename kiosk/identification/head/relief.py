"""What stands out from the metal of a head, once the metal's own pattern is taken off.

Responsible for: hiding outline and hole, evening out light, and making brushed or tarnished metal look like plain
noise, so that letters do not. Not responsible for: reading.

The metal's pattern is found in the picture itself. Brushing repeats over the whole head in one direction, so it fills
a wedge of the picture's spectrum; letters are a small part of the head and have strokes in all directions. Every
wedge louder than its ring's median is turned down to it.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.identification.head.place import HeadView

Floats = NDArray[np.float32]

RIM_MM = 0.35
"""What is hidden of the metal along its outline: the bevel, brighter and darker than any letter."""
WIDEST_MM = 5.0
"""Changes of brightness wider than this are light and tarnish."""
_WEDGES, _RINGS = 36, 16
_COARSE_MM = 0.12
_LEAST_COLOUR = 1.1
"""Variation of hue over its noise: 0.95 to 1.08 on metal of one colour, mostly more where letters differ in it."""


def flattened(bow: HeadView) -> NDArray[np.uint8]:
    """The bow with only what stands out from the metal left, on even grey (128)."""
    filled = _filled(bow)
    height, width = filled.shape
    around = max(3, round(3.0 / bow.mm_per_px))
    even = filled / np.maximum(cv2.blur(filled, (around, around)), 12.0) - 1.0
    rows, cols = cv2.getOptimalDFTSize(height), cv2.getOptimalDFTSize(width)
    spectrum = np.fft.rfft2(even, s=(rows, cols))
    where, high = _polar(rows, cols, round(WIDEST_MM / bow.mm_per_px))
    cells = _WEDGES * (_RINGS + 1)
    share = np.bincount(where.ravel(), minlength=cells)
    power = np.bincount(where.ravel(), (spectrum.real**2 + spectrum.imag**2).ravel(), minlength=cells)
    loud = (power / np.maximum(share, 1)).reshape(_RINGS + 1, _WEDGES)
    gain = np.sqrt(np.minimum(1.0, np.median(loud, axis=1, keepdims=True) / np.maximum(loud, 1e-12)))
    gain = (gain + np.roll(gain, 1, axis=1) + np.roll(gain, -1, axis=1)) / 3
    left = np.fft.irfft2(spectrum * gain.ravel()[where] * high, s=(rows, cols))[:height, :width]
    inside = inner(bow, RIM_MM + 0.2) > 0
    spread = float(left[inside].std()) if inside.any() else float(left.std())
    return np.asarray(np.clip(128 + 40 * left / max(spread, 1e-4), 0, 255), dtype=np.uint8)


def brightness(bow: HeadView) -> NDArray[np.uint8]:
    """The bow's grey with light, tarnish and outline taken off: letters as they look, on even grey (128)."""
    return _evened(_filled(bow), bow)


def colour(bow: HeadView) -> NDArray[np.uint8] | None:
    """What differs in colour and not in brightness, as grey: the channel in which the metal varies most.

    None where neither channel varies more than its noise does: then there is nothing in it to look at.
    """
    strengths = [_beyond_noise(bow, channel) for channel in (0, 1)]
    if max(strengths) < _LEAST_COLOUR:
        return None
    layer = _painted(bow.hue[:, :, int(np.argmax(strengths))].astype(np.float32) * np.float32(160.0), bow)
    soft = np.asarray(cv2.GaussianBlur(layer, (0, 0), 0.09 / bow.mm_per_px), dtype=np.float32)
    return _evened(soft, bow)


def _beyond_noise(bow: HeadView, channel: int) -> float:
    """How much the hue varies at the size of letters, for its noise: about 1 where there is noise alone."""
    factor = bow.mm_per_px / _COARSE_MM
    size = (max(1, round(bow.grey.shape[1] * factor)), max(1, round(bow.grey.shape[0] * factor)))
    layer = np.asarray(cv2.resize(bow.hue[:, :, channel], size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    kept = np.asarray(cv2.resize(inner(bow, RIM_MM), size, interpolation=cv2.INTER_NEAREST), dtype=np.float32)
    if not kept.any():
        return 0.0

    def smooth(sigma_mm: float) -> Floats:
        sigma = sigma_mm / _COARSE_MM
        within = cv2.GaussianBlur(kept, (0, 0), sigma) + np.float32(1e-3)
        return np.asarray(cv2.GaussianBlur(layer * kept, (0, 0), sigma) / within, dtype=np.float32)

    soft, metal = smooth(0.16), kept > 0
    noise = float(np.median(np.abs(layer - soft)[metal]))
    return float(np.percentile(np.abs(soft - smooth(1.2))[metal], 98)) / max(noise, 1e-4)


def _evened(layer: Floats, bow: HeadView) -> NDArray[np.uint8]:
    soft = np.asarray(cv2.GaussianBlur(layer, (0, 0), max(0.05 / bow.mm_per_px, 0.5)), dtype=np.float32)
    away = soft - _spread(soft, 1.6 / bow.mm_per_px)
    usual = np.sqrt(_spread(away * away, 3.0 / bow.mm_per_px)) + np.float32(2.0)
    return np.asarray(np.clip(128 + 42 * away / usual, 0, 255), dtype=np.uint8)


def _filled(bow: HeadView) -> Floats:
    """Tray, hole and rim painted over with the metal's own brightness nearby, without an edge."""
    return _painted(bow.grey.astype(np.float32), bow)


def _painted(grey: Floats, bow: HeadView) -> Floats:
    """A layer of the bow in which tray, hole and rim are painted over."""
    inside = inner(bow, RIM_MM)
    if not bow.told or inside.mean() < 0.1:
        return grey
    kept = inside.astype(np.float32)
    paint = np.full_like(grey, float((grey * kept).sum() / kept.sum()))
    for reach_mm in (6.0, 2.0, 0.6):
        near = _spread(kept, reach_mm / bow.mm_per_px)
        part = np.clip(near * 3, 0, 1)
        paint = paint * (1 - part) + part * _spread(grey * kept, reach_mm / bow.mm_per_px) / (near + 1e-4)
    soft = np.clip(cv2.GaussianBlur(kept, (0, 0), 2.0) * 2 - 1, 0, 1)
    return np.asarray(grey * soft + paint * (1 - soft), dtype=np.float32)


def _spread(values: Floats, sigma_px: float) -> Floats:
    """A wide blur, done small."""
    shrink = max(1, int(sigma_px / 3))
    height, width = values.shape
    small = cv2.resize(values, (max(1, width // shrink), max(1, height // shrink)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma_px / shrink)
    return np.asarray(cv2.resize(small, (width, height)), dtype=np.float32)


def inner(bow: HeadView, margin_mm: float) -> NDArray[np.uint8]:
    """The metal without a margin along its outline and hole."""
    size = 2 * round(margin_mm / bow.mm_per_px) + 1
    kernel = np.ones((size, size), np.uint8)
    return np.asarray(cv2.erode(bow.metal, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0), dtype=np.uint8)


@lru_cache(maxsize=8)
def _polar(rows: int, cols: int, widest_px: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """For every point of a spectrum: its wedge and ring, and how much of it is finer than `widest_px`."""
    y, x = np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(cols)[None, :]
    away = np.hypot(y, x)
    ring = np.minimum((away / 0.5 * _RINGS).astype(np.intp), _RINGS)
    wedge = ((np.arctan2(y, x) % np.pi) / np.pi * _WEDGES).astype(np.intp) % _WEDGES
    return ring * _WEDGES + wedge, 1.0 - np.exp(-((away * widest_px) ** 2))
