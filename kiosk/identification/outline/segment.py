"""Find what lies on the light: the one dark object of a silhouette, and how bright light and dark are.

Responsible for: choosing a channel, levelling uneven light, thresholding, counting objects. Works on a picture
averaged down to about a tenth of a millimetre. Not responsible for: precision (see `outline`) or what the object is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.scan import Frame, Pixels
from kiosk.key.reading import Floats, Outcome

COARSE_MM = 0.1
MOST_MM_PER_PX = 0.22
"""Coarser than this no cut can be decoded: about 115 dpi."""
LEAST_OBJECT_MM2 = 20.0
"""Smaller dark things are dust and lint."""
LEAST_CONTRAST = 30.0


@dataclass(frozen=True, repr=False, eq=False)
class Segment:
    """The object: contour in mm (x right, y down, pixel centres), grey levels of dark and of the light around it."""

    grey: Pixels
    mm_per_px: float
    contour_mm: Floats
    dark: float
    light_fit: Floats
    """Coefficients of 1, x, y, x², xy, y² in image mm."""

    def light_at(self, x_mm: Floats, y_mm: Floats) -> Floats:
        """Brightness of the bare backlight there."""
        return _terms(x_mm, y_mm) @ self.light_fit


def grey_of(pixels: Pixels) -> Pixels:
    """One channel: the one in which dark and light differ most (brass on paper: blue)."""
    if pixels.ndim == 2:
        return pixels
    step = max(1, max(pixels.shape[:2]) // 200)
    sample = pixels[::step, ::step].reshape(-1, pixels.shape[2])
    spread = np.percentile(sample, 95, axis=0) - np.percentile(sample, 5, axis=0)
    best = int(np.argmax(spread))
    return np.ascontiguousarray(pixels[:, :, best])


def segment(view: Frame) -> Segment | Outcome:
    """The single object of a silhouette, or why there is none."""
    grey = grey_of(view.pixels)
    scale = view.mm_per_px
    if scale > MOST_MM_PER_PX or min(grey.shape) < 16 or max(grey.shape) * scale < 15.0:
        return Outcome.UNREADABLE_IMAGE
    factor = max(1, round(COARSE_MM / scale))
    size = (max(1, grey.shape[1] // factor), max(1, grey.shape[0] // factor))
    whole_blocks = grey[: size[1] * factor, : size[0] * factor]
    coarse = np.asarray(cv2.resize(whole_blocks, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    coarse = np.asarray(cv2.GaussianBlur(coarse, (3, 3), 0), dtype=np.uint8)
    pitch = scale * factor
    # Centre of a block of `factor` pixels, in the full picture's pixel centres.
    offset = (factor - 1) / 2 * scale
    threshold, _ = cv2.threshold(coarse, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    below = coarse <= threshold
    if below.all() or not below.any():
        return Outcome.NOTHING_THERE if float(np.median(coarse)) > 100 else Outcome.UNREADABLE_IMAGE
    some, some_below = coarse[::3, ::3], below[::3, ::3]
    if some_below.all() or not some_below.any():
        return Outcome.NOTHING_THERE
    dark, light = _middle_level(some[some_below]), _middle_level(some[~some_below])
    if light - dark < LEAST_CONTRAST:
        return Outcome.NOTHING_THERE if light > 100 else Outcome.UNREADABLE_IMAGE
    light_fit = _fit_light(coarse, below, pitch, offset)
    lit = _spread(light_fit, size, pitch, offset)
    mask = (coarse < (lit + np.float32(dark)) / 2).astype(np.uint8)
    if float(mask.mean()) > 0.7:
        border = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
        return Outcome.UNREADABLE_IMAGE if border.mean() > 0.97 else Outcome.CUT_OFF
    return _only_object(mask, grey, scale, pitch, offset, dark, light_fit)


def _only_object(
    mask: NDArray[np.uint8], grey: Pixels, scale: float, pitch: float, offset: float, dark: float, light_fit: Floats
) -> Segment | Outcome:
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)), dtype=np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    # A contour runs through the middles of the border's pixels: half a pixel all round belongs to the object too.
    areas = {at: (cv2.contourArea(each) + len(each) / 2 + 1) * pitch**2 for at, each in enumerate(contours)}
    large = sorted((at for at, area in areas.items() if area >= LEAST_OBJECT_MM2), key=lambda at: -areas[at])
    if not large:
        return Outcome.NOTHING_THERE
    inner = [at for at in large if not _touches_edge(contours[at], mask.shape)]
    if not inner:
        return Outcome.CUT_OFF
    if len(large) > 1:
        return Outcome.SEVERAL_OBJECTS
    contour = np.asarray(contours[inner[0]]).reshape(-1, 2).astype(np.float64)
    return Segment(
        grey=grey,
        mm_per_px=scale,
        contour_mm=contour * pitch + offset,
        dark=dark,
        light_fit=light_fit,
    )


def _middle_level(pixels: Pixels) -> float:
    """The median, counted level by level."""
    up_to = np.cumsum(np.bincount(pixels))
    low, high = np.searchsorted(up_to, [(pixels.size + 1) // 2, pixels.size // 2 + 1])
    return float(low + high) / 2


def _touches_edge(contour: cv2.typing.MatLike, shape: tuple[int, ...]) -> bool:
    left, top, width, height = cv2.boundingRect(contour)
    return bool(left <= 0 or top <= 0 or left + width >= shape[1] or top + height >= shape[0])


def _fit_light(coarse: Pixels, below: NDArray[np.bool_], pitch: float, offset: float) -> Floats:
    """A smooth surface through the bare light, so that a lamp dim at its corners does no harm."""
    away = cv2.dilate(below.astype(np.uint8), np.ones((9, 9), np.uint8)) == 0
    if away.sum() < 100:
        away = ~below
    # A lattice of some thousand points is plenty for six coefficients.
    every = max(1, round(math.sqrt(away.sum() / 4000)))
    rows, columns = np.nonzero(away[::every, ::every])
    rows, columns = rows * every, columns * every
    x_mm: Floats = np.asarray(columns * pitch + offset, dtype=np.float64)
    y_mm: Floats = np.asarray(rows * pitch + offset, dtype=np.float64)
    terms = _terms(x_mm, y_mm)
    values = coarse[rows, columns].astype(np.float64)
    fit = _least_squares(terms, values)
    keep = np.abs(terms @ fit - values) < 25
    return _least_squares(terms[keep], values[keep]) if keep.sum() > 50 else fit


def _least_squares(terms: Floats, values: Floats) -> Floats:
    """As `np.linalg.lstsq`, which takes the whole lattice apart for what six sums say in a twentieth of the time."""
    scale = np.abs(terms).max(axis=0)
    scaled = terms / np.where(scale > 0, scale, 1.0)
    fit = np.linalg.lstsq(scaled.T @ scaled, scaled.T @ values, rcond=None)[0]
    return np.asarray(fit / np.where(scale > 0, scale, 1.0), dtype=np.float64)


def _spread(light_fit: Floats, size: tuple[int, int], pitch: float, offset: float) -> NDArray[np.float32]:
    """The light's surface over the whole picture, from a lattice: it is smooth by construction."""
    columns, rows = 33, 25
    # Resizing takes a value for the middle of its cell.
    xs = ((np.arange(columns) + 0.5) * size[0] / columns - 0.5) * pitch + offset
    ys = ((np.arange(rows) + 0.5) * size[1] / rows - 0.5) * pitch + offset
    xx, yy = np.meshgrid(xs, ys)
    lattice = (_terms(xx, yy) @ light_fit).astype(np.float32)
    return np.asarray(cv2.resize(lattice, size, interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _terms(x_mm: Floats, y_mm: Floats) -> Floats:
    return np.stack([np.ones_like(x_mm), x_mm, y_mm, x_mm * x_mm, x_mm * y_mm, y_mm * y_mm], axis=-1)
