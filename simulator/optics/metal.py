"""What a key's surface does to the light that falls on it: brushing, tarnish, dirt, scratches.

Responsible for: texture on metal of every finish. Not responsible for: relief, colour or where the light comes from.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from simulator.keys.key import Finish, PhysicalKey
from simulator.optics import light
from simulator.optics.settings import Optics


def textured(shine: light.Light, key: PhysicalKey, optics: Optics, rng: np.random.Generator) -> light.Light:
    """Brightness of a surface, about 1, with the grain, stains and scratches of this key's metal."""
    brushed = grain()[: shine.shape[0], : shine.shape[1]]
    if brushed.shape == shine.shape:
        shine = shine + brushed * np.float32(0.05 + 0.05 * key.wear)
    if key.finish is Finish.OXIDISED or key.dirt > 0:
        amount = max(0.22 if key.finish is Finish.OXIDISED else 0.0, 0.5 * key.dirt)
        shine = shine * np.clip(1.0 + amount * clouds(shine.shape, 40, rng), 0.15, 1.6)
    out = np.ascontiguousarray(shine, dtype=np.float32)
    for gain in (0.30, -0.18):
        count = int(rng.poisson((optics.scratches + 25 * key.wear) / 2))
        if not count:
            continue
        marks = np.zeros(out.shape, np.uint8)
        for _ in range(count):
            a = rng.uniform(0, 1, 2) * (out.shape[1], out.shape[0])
            b = a + rng.normal(0, 60, 2)
            cv2.line(marks, fixed(a), fixed(b), int(rng.integers(40, 256)), 1, cv2.LINE_AA, 4)
        out += marks * np.float32(gain / 255)
    return np.maximum(out, np.float32(0.02), out=out)


def fixed(point: NDArray[np.float64]) -> tuple[int, int]:
    """A point in sixteenths of a pixel, as OpenCV draws it with `shift=4`."""
    return round(float(point[0]) * 16), round(float(point[1]) * 16)


@lru_cache(maxsize=1)
def grain() -> NDArray[np.float32]:
    """Brushed metal: fine streaks, kept for every frame."""
    raw = np.random.default_rng(7).standard_normal((1200, 1600)).astype(np.float32)
    streaks = cv2.GaussianBlur(raw, (0, 0), 6.0, sigmaY=0.6)
    return np.asarray(streaks / streaks.std(), dtype=np.float32)


def clouds(shape: tuple[int, ...], cell_px: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Soft patches of standard deviation about 1."""
    coarse = rng.standard_normal((shape[0] // cell_px + 3, shape[1] // cell_px + 3)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), dtype=np.float32)
