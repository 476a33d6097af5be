"""Where the head is in its view, and whether that view could show words at all.

Responsible for: telling metal from tray, cutting out the bow at one scale, refusing a picture too dark or too
unsharp to show letters. Not responsible for: what stands on the bow (`relief`, `letters`, `stamp`).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.scan import Frame, Pixels

PITCH_MM = 0.055
"""Scale the bow is looked at; a letter a millimetre high is then eighteen pixels high."""
MOST_PX = 720
"""Longest side of what is looked at; a picture of more than a bow is looked at more coarsely."""
OPENING_MM = 12.5
"""A disc this wide fits into every bow and into no blade."""
_COARSE_MM = 0.25
_LEAST_AWAY = 9.0
"""Grey levels that metal differs from the tray by."""
_LEAST_BRIGHT = 30.0
"""Mean grey of metal below which marks drown in the sensor's noise."""
_LEAST_STEEP_PER_MM = 1.3
"""Steepest change at the outline, in outline contrasts a millimetre; a lens in focus gives four or more."""

Mask = NDArray[np.uint8]


@dataclass(frozen=True, repr=False, eq=False)
class HeadView:
    """The head cut out. `metal` is 1 on it and 0 on tray, hole and whatever lies beside it."""

    grey: NDArray[np.uint8]
    hue: NDArray[np.float32]
    """Logarithms of red and blue against green: what a letter's skin changes when its brightness does not."""
    metal: Mask
    mm_per_px: float
    told: bool
    """Whether the bow was told from its surroundings; otherwise this is the whole view, all of it taken for metal."""
    clear: bool
    """Whether the picture is bright and sharp enough to show words."""


def bow_of(view: Frame) -> HeadView:
    """The bow in a head view; the whole view where none can be told: what differs from its border may be words."""
    pixels = view.pixels
    coarse, factor = _metal(pixels, view.mm_per_px)
    if coarse is None:
        return _cut(pixels, None, (0, 0, pixels.shape[1], pixels.shape[0]), view.mm_per_px)
    x, y, width, height = cv2.boundingRect(coarse)
    box = (x * factor, y * factor, width * factor, height * factor)
    return _cut(pixels, coarse[y : y + height, x : x + width], box, view.mm_per_px)


def _metal(pixels: Pixels, mm_per_px: float) -> tuple[Mask | None, int]:
    """A coarse mask of the bow's metal and how many pixels of the view each of its own stands for.

    Metal is whatever differs from the tray, which is what lies along the border: a threshold on brightness alone
    would split tarnished metal into bright and dark patches.
    """
    factor = max(1, round(_COARSE_MM / mm_per_px))
    rows, cols = pixels.shape[0] // factor, pixels.shape[1] // factor
    if min(rows, cols) < 8:
        return None, factor
    small = cv2.resize(pixels, (cols, rows), interpolation=cv2.INTER_AREA).astype(np.float32)
    small = small[:, :, None] if small.ndim == 2 else small
    border = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    tray = np.median(border, axis=0)
    spread = float(np.median(np.abs(border - tray).max(axis=1)))
    away = np.abs(small - tray).max(axis=2)
    mask = (away > max(4.0 * spread, _LEAST_AWAY)).astype(np.uint8)
    pitch = mm_per_px * factor
    mask = opened(mask, 0.7 / pitch)
    # Closed on a wider sheet, so that nothing grows together with the border.
    wide = cv2.copyMakeBorder(mask, 12, 12, 12, 12, cv2.BORDER_CONSTANT)
    mask = np.asarray(cv2.morphologyEx(wide, cv2.MORPH_CLOSE, _disc(2.0 / pitch))[12:-12, 12:-12], dtype=np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None, factor
    body = np.zeros_like(mask)
    cv2.drawContours(body, [max(contours, key=cv2.contourArea)], -1, 1, thickness=cv2.FILLED)
    bow = opened(body, OPENING_MM / pitch)
    if not bow.any() or bow.mean() > 0.9:
        return None, factor
    return np.asarray(mask * bow, dtype=np.uint8), factor


def _cut(pixels: Pixels, coarse: Mask | None, box: tuple[int, int, int, int], mm_per_px: float) -> HeadView:
    """The box at working scale, with its mask."""
    x, y, width, height = box
    part = pixels[y : y + height, x : x + width]
    pitch = max(PITCH_MM, max(part.shape[:2]) * mm_per_px / MOST_PX)
    size = (max(32, round(part.shape[1] * mm_per_px / pitch)), max(32, round(part.shape[0] * mm_per_px / pitch)))
    how = cv2.INTER_AREA if pitch > mm_per_px else cv2.INTER_CUBIC
    scaled = np.ascontiguousarray(cv2.resize(part, size, interpolation=how), dtype=np.uint8)
    bow = np.asarray(scaled if scaled.ndim == 2 else cv2.cvtColor(scaled, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    hue = np.zeros((*bow.shape, 2), np.float32)
    if scaled.ndim == 3:
        log = np.log(np.maximum(scaled.astype(np.float32), 6.0))
        hue = np.asarray(log[:, :, (0, 2)] - log[:, :, 1:2], dtype=np.float32)
    if coarse is None:
        return HeadView(bow, hue, np.ones_like(bow), pitch, told=False, clear=True)
    metal = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
    return HeadView(bow, hue, metal, pitch, told=True, clear=_is_clear(bow, metal, pitch))


def _is_clear(grey: NDArray[np.uint8], metal: Mask, pitch: float) -> bool:
    if metal.mean() > 0.97 or metal.mean() < 0.05:
        return True
    bright, dark = float(grey[metal > 0].mean()), float(grey[metal == 0].mean())
    if max(bright, dark) < _LEAST_BRIGHT:
        return False
    reach = np.ones((3, 3), np.uint8)
    times = max(1, round(0.4 / pitch))
    band = cv2.dilate(metal, reach, iterations=times) - cv2.erode(metal, reach, iterations=times)
    soft = cv2.GaussianBlur(grey, (0, 0), 1.0)
    steep = cv2.magnitude(cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1))
    steepest = float(np.percentile(np.asarray(steep)[band > 0], 97)) / 8.0
    return steepest / max(abs(bright - dark), 1.0) / pitch >= _LEAST_STEEP_PER_MM


def opened(mask: Mask, width_px: float) -> Mask:
    """What a disc of that width fits into. By distances: a disc of fifty pixels as a kernel takes ten times as long."""
    radius = max(width_px, 3.0) / 2
    wide = cv2.copyMakeBorder(mask, 2, 2, 2, 2, cv2.BORDER_CONSTANT)
    core = (cv2.distanceTransform(wide, cv2.DIST_L2, 5) < radius).astype(np.uint8)
    if core.all():
        return np.zeros_like(mask)
    return np.asarray(cv2.distanceTransform(core, cv2.DIST_L2, 5) < radius, dtype=np.uint8)[2:-2, 2:-2]


def _disc(width_px: float) -> Mask:
    size = max(3, round(width_px) | 1)
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), dtype=np.uint8)
