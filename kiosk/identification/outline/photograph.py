"""An ordinary photograph or flatbed scan of a key on white paper, as if it lay on a light.

Responsible for: the paper's colour and shading, taking shadows off coloured metal, and making bright metal dark. Only
what has no laser line comes this way: nothing that is ever copied. Not responsible for: finding the key (`segment`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.scan import Frame
from kiosk.key.reading import Floats

COARSE_MM = 0.4
LEAST_PAPER = 90.0
"""Grey level below which the border is no white paper."""
SHADOW = 0.4
"""A shadow leaves the paper at least this share of its light; what is darker is the key."""
LEAST_COLOUR = 0.8
"""Metal whose channels differ by this ratio has a colour: brass. Nickel and shadows have the paper's."""
LEAST_AREA_MM2 = 150.0
UNLIKE_PAPER = (0.05, 0.12)
"""Share of the paper's light by which metal must differ from it, darker or brighter: as little as its grain allows."""
GRAIN = 8.0
_MOST_PIXELS = 9_000_000
_FINEST_MM = 0.035

Colours = NDArray[np.float32]


def as_silhouettes(view: Frame) -> Iterator[Frame]:
    """The picture as a silhouette, the most trustworthy way first."""
    view = _handy(view)
    if view.pixels.ndim == 2:
        yield view
        paper = _paper(view.pixels[:, :, None], view.mm_per_px)
        if paper is not None:
            yield _unlike_paper(view, paper)
        return
    paper = _paper(view.pixels, view.mm_per_px)
    if paper is None:
        yield view
        return
    share = view.pixels.astype(np.float32) / paper
    coloured = _coloured(share, view.mm_per_px)
    if coloured is not None:
        yield coloured
    yield view
    yield _unlike_paper(view, paper)


def _handy(view: Frame) -> Frame:
    """Averaged down while it is finer than any edge needs."""
    factor = 1
    while view.pixels.shape[0] * view.pixels.shape[1] / factor**2 > _MOST_PIXELS or (
        view.mm_per_px * (factor + 1) <= _FINEST_MM
    ):
        factor += 1
    if factor == 1 or min(view.pixels.shape[:2]) < 16 * factor:
        return view
    height, width = view.pixels.shape[0] // factor, view.pixels.shape[1] // factor
    whole = np.ascontiguousarray(view.pixels[: height * factor, : width * factor])
    small = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
    return Frame(np.asarray(small, dtype=np.uint8), view.mm_per_px * factor)


def _paper(pixels: NDArray[np.uint8], mm_per_px: float) -> Colours | None:
    """Brightness of the bare paper in every channel, everywhere; None when there is no white paper round the key."""
    height, width = pixels.shape[:2]
    step = max(1, round(COARSE_MM / mm_per_px))
    coarse = pixels[step // 2 :: step, step // 2 :: step].astype(np.float64)
    rows, columns = coarse.shape[:2]
    if min(rows, columns) < 12:
        return None
    rim = max(1, min(rows, columns) // 20)
    border = np.concatenate([each.reshape(-1, coarse.shape[2]) for each in (
        coarse[:rim], coarse[-rim:], coarse[:, :rim], coarse[:, -rim:]
    )])  # fmt: skip
    colour = np.median(border, axis=0)
    if colour.max() < LEAST_PAPER:
        return None
    y, x = np.mgrid[0:rows, 0:columns]
    terms = _terms(x.ravel() / columns, y.ravel() / rows)
    values = coarse.reshape(-1, coarse.shape[2])
    fit = np.zeros((6, coarse.shape[2]))
    fit[0] = colour
    for within in (0.25, 0.12, 0.06):
        expected = np.maximum(terms @ fit, 1.0)
        near = np.all(np.abs(values / expected - 1.0) < within, axis=1)
        if near.sum() < 60:
            return None
        fit = np.asarray(np.linalg.lstsq(terms[near], values[near], rcond=None)[0], dtype=np.float64)
    lattice = (terms @ fit).reshape(rows, columns, -1).astype(np.float32)
    whole = np.asarray(cv2.resize(lattice, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)
    return np.maximum(whole.reshape(height, width, -1), np.float32(20.0))


def _coloured(share: Colours, mm_per_px: float) -> Frame | None:
    """Dark where the metal's colour is not the paper's: a shadow has the paper's. None for metal without colour."""
    channels = np.moveaxis(share, 2, 0)
    most = reduce(np.maximum, channels)
    ratio = reduce(np.minimum, channels) / np.maximum(most, np.float32(0.02))
    step = max(1, round(0.2 / mm_per_px))
    small = cv2.blur(ratio, (step, step))[::step, ::step]
    if float((small < LEAST_COLOUR).sum()) * (step * mm_per_px) ** 2 < LEAST_AREA_MM2:
        return None
    grey = np.minimum(ratio, most / np.float32(SHADOW))
    return Frame(np.asarray(np.clip(grey, 0, 1) * np.float32(250), dtype=np.uint8), mm_per_px)


def _unlike_paper(view: Frame, paper: Colours) -> Frame:
    """Dark where the picture differs from the paper, be it darker or brighter: metal with highlights."""
    pixels = view.pixels if view.pixels.ndim == 3 else view.pixels[:, :, None]
    soft = np.asarray(cv2.GaussianBlur(pixels, (0, 0), 0.8)).reshape(pixels.shape).astype(np.float32)
    away = reduce(np.maximum, np.moveaxis(np.abs(soft / paper - np.float32(1.0)), 2, 0))
    least = float(np.clip(GRAIN * float(np.median(away[::4, ::4])), *UNLIKE_PAPER))
    grey = np.float32(1.0) - np.clip(away / np.float32(2 * least), 0, 1)
    closed = cv2.morphologyEx(np.asarray(grey * 250, dtype=np.uint8), cv2.MORPH_OPEN, _disc(0.3 / view.mm_per_px))
    return Frame(np.asarray(closed, dtype=np.uint8), view.mm_per_px)


def _disc(radius_px: float) -> NDArray[np.uint8]:
    size = 2 * max(1, round(radius_px)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), dtype=np.uint8)


def _terms(x: Floats, y: Floats) -> Floats:
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
