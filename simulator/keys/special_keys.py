"""Keys that are not cut along one edge.

Responsible for: dimple, side-milled, side-winder, double-sided and tubular keys as geometry. Not responsible for:
their names among the sample keys.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from simulator.keys.bows import Bow, BowShape, Solid
from simulator.keys.key import (
    OUTLINE_GRID_MM,
    Face,
    Finish,
    Hollow,
    PhysicalKey,
    ThingKind,
    milled,
    random_bow,
    uncut_key,
)
from simulator.keys.sections import plain_section, tube_section

__all__ = ["Solid", "dimple", "double_sided", "moved", "side_milled", "tubular", "two_track"]


def moved(solids: tuple[Solid, ...], by_mm: tuple[float, float]) -> tuple[Solid, ...]:
    """The same outlines elsewhere."""
    by = np.asarray(by_mm)
    return tuple(Solid(s.outer + by, tuple(hole + by for hole in s.holes)) for s in solids)


def dimple(rng: np.random.Generator) -> PhysicalKey:
    """A flat blade with rows of dimples on both faces and uncut edges."""
    height = float(rng.uniform(7.6, 8.6))
    length = float(rng.uniform(24, 30))
    key = uncut_key(length, plain_section(height, 2.7, "dimple"), bow=random_bow(rng), kind=ThingKind.DIMPLE,
                    finish=Finish.NICKEL)  # fmt: skip
    rows = (height * 0.28, height * 0.72) if rng.random() < 0.6 else (height * 0.5,)
    pitch = float(rng.uniform(2.6, 3.6))
    hollows = [
        Hollow(Face.BOTH, float(x), row, float(rng.uniform(0.7, 1.2)), float(rng.uniform(0.2, 0.9)))
        for row in rows
        for x in np.arange(rng.uniform(1.6, 2.6), length - 4, pitch)
    ]
    return replace(key, hollows=tuple(hollows))


def two_track(rng: np.random.Generator) -> PhysicalKey:
    """A blade with a winding track milled into each face and uncut edges."""
    height, length = float(rng.uniform(7.8, 8.8)), float(rng.uniform(26, 32))
    key = uncut_key(length, plain_section(height, 2.6, "two-track"), bow=random_bow(rng), kind=ThingKind.TWO_TRACK,
                    finish=Finish.NICKEL)  # fmt: skip
    hollows: list[Hollow] = []
    for face, middle in ((Face.LEFT, 0.36), (Face.RIGHT, 0.64)):
        x = np.arange(0.5, length - 1.0, 0.6)
        knots = np.arange(0, length + 3, 3.0)
        wave = np.interp(x, knots, rng.uniform(-1.3, 1.3, knots.size))
        depth, radius = float(rng.uniform(0.6, 0.9)), float(rng.uniform(0.8, 1.1))
        hollows += [
            Hollow(face, float(a), float(height * middle + h), radius, depth, 0.6) for a, h in zip(x, wave, strict=True)
        ]
    return replace(key, hollows=tuple(hollows))


def side_milled(key: PhysicalKey, rng: np.random.Generator) -> PhysicalKey:
    """The same key with fingers milled into one side, as a side bar asks for."""
    ledge = float(rng.uniform(0.22, 0.32)) * key.height_mm
    pitch = 3.4
    hollows = [Hollow(Face.LEFT, 3.0, ledge, 1.2, 0.7, 6.0)]
    hollows += [
        Hollow(Face.LEFT, float(x), ledge + float(rng.uniform(-0.9, 0.9)), 1.3, 0.8, 2.2)
        for x in np.arange(2.2, key.length_mm - 3, pitch)
    ]
    return replace(key, kind=ThingKind.SIDE_MILLED, hollows=tuple(hollows))


def double_sided(rng: np.random.Generator) -> PhysicalKey:
    """A key cut on both edges, such as a car's or a cabinet's."""
    height, length = float(rng.uniform(7.0, 8.4)), float(rng.uniform(24, 32))
    key = uncut_key(length, plain_section(height, 2.2, "double"), bow=random_bow(rng), kind=ThingKind.DOUBLE_SIDED,
                    finish=Finish.NICKEL)  # fmt: skip
    places = np.arange(4.5, length - 4.5, 2.5)
    above = height - 0.45 * rng.integers(0, 5, places.size)
    top = milled(key.x_mm, key.top_mm, places.tolist(), above.tolist(), 0.6, 90)
    same = rng.random() < 0.7
    below = above if same else height - 0.45 * rng.integers(0, 5, places.size)
    turned = milled(key.x_mm, np.full_like(key.top_mm, height), places.tolist(), below.tolist(), 0.6, 90)
    return replace(key, top_mm=top, bottom_mm=np.maximum(key.bottom_mm, height - turned))


def tubular(rng: np.random.Generator) -> PhysicalKey:
    """A barrel with notches in its end, on a small head."""
    diameter, length = float(rng.choice([7.0, 9.5])), float(rng.uniform(10, 16))
    x = np.append(np.arange(0, length, OUTLINE_GRID_MM), length)
    end = np.full_like(x, diameter)
    nub = (x > length * 0.25) & (x < length * 0.25 + 1.2)
    bow = Bow(BowShape.ROUND, 20.0, 22.0, 3.0, 1.5, 1.5, 2.6)
    return PhysicalKey(
        ThingKind.TUBULAR, tube_section(diameter), x, end + 0.9 * nub, np.zeros_like(x), bow, Finish.NICKEL
    )
