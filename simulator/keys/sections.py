"""Cross-sections that no catalogue lists: mirrored, nearly right, plausible foreign ones.

Responsible for: sections as values, for keys the kiosk must refuse. Not responsible for: known sections
(`config.catalogue`) or distinguishing them (that is the product's work).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from config.keyway import Section

FaceLine = tuple[tuple[float, float], ...]


def recess_mm(face: FaceLine, height_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Recess of a face at heights above the spine, straight between its points."""
    points = np.asarray(face, dtype=np.float64)
    return np.interp(height_mm, points[:, 0], points[:, 1])


def mirror_section(section: Section) -> Section:
    """The same blade seen in a mirror: left and right change places."""
    return Section(
        id=f"{section.id}-mirrored",
        thickness_mm=section.thickness_mm,
        height_mm=section.height_mm,
        left=section.right,
        right=section.left,
        source=f"mirror image of {section.id}",
    )


def plain_section(height_mm: float, thickness_mm: float, name: str = "plain") -> Section:
    """A blade without grooves: a dimple key, a strip of metal."""
    flat = ((0.01, 0.0), (height_mm, 0.0))
    return Section(
        id=f"unknown:{name}", thickness_mm=thickness_mm, height_mm=height_mm, left=flat, right=flat, source="made up"
    )


def tube_section(diameter_mm: float) -> Section:
    """A round barrel, as each face's camera sees it."""
    radius_mm = diameter_mm / 2
    heights = np.linspace(0.01, diameter_mm - 0.01, 41)
    # The very rim of a tube turns away from the camera; the recess is kept below the thickness there.
    recess = radius_mm - np.sqrt(np.maximum(radius_mm**2 - (heights - radius_mm) ** 2, 0.0))
    face = tuple((float(h), float(r)) for h, r in zip(heights, recess, strict=True))
    return Section(
        id="unknown:tube",
        thickness_mm=min(diameter_mm, 4.99),
        height_mm=diameter_mm,
        left=face,
        right=face,
        source="made up",
    )


def random_section(rng: np.random.Generator) -> Section:
    """A section such as a foreign key may have: one to three grooves a face, often a ledge towards the cuts."""
    height_mm = float(rng.uniform(6.5, 8.9))
    thickness_mm = float(rng.uniform(1.8, 2.5))
    return Section(
        id=f"unknown:s{int(rng.integers(1 << 40))}",
        thickness_mm=thickness_mm,
        height_mm=height_mm,
        left=_random_face(rng, height_mm, thickness_mm),
        right=_random_face(rng, height_mm, thickness_mm),
        source="made up",
    )


def nearly(section: Section, rng: np.random.Generator, by_mm: float) -> Section:
    """A known section with one groove of one face moved up or down by `by_mm`: a near neighbour, not the same."""
    side = "left" if rng.random() < 0.5 else "right"
    face = np.asarray(getattr(section, side), dtype=np.float64).copy()
    inner = np.flatnonzero((face[:, 0] > 0.5) & (face[:, 0] < section.height_mm - 0.5))
    if inner.size:
        lowest, highest = face[inner[0], 0] - 0.3, section.height_mm - face[inner[-1], 0] - 0.3
        shift = by_mm if rng.random() < 0.5 else -by_mm
        shift = min(max(shift, -lowest), highest)
        face[inner, 0] += shift
        order = np.maximum.accumulate(face[:, 0] + 1e-6 * np.arange(len(face)))
        face[:, 0] = np.minimum(order, section.height_mm)
    points = tuple((round(float(h), 5), float(r)) for h, r in face)
    data = section.model_dump() | {side: points, "id": f"{section.id}-near", "source": "made up"}
    return Section.model_validate(data)


def as_thick(section: Section, rng: np.random.Generator) -> Section:
    """The same section on a blank as thick as some maker's: its grooves grow with the blade."""
    low, high = section.scales
    scale = float(rng.uniform(low, high))

    def deeper(face: FaceLine) -> FaceLine:
        return tuple((height, recess * scale) for height, recess in face)

    changed = {"left": deeper(section.left), "right": deeper(section.right), "thicknesses_mm": None}
    return section.model_copy(update={**changed, "thickness_mm": section.thickness_mm * scale})


def distance_mm(one: Section, other: Section) -> float:
    """Root-mean-square difference of recess over both faces and the height they share."""
    heights = np.arange(0.3, min(one.height_mm, other.height_mm) - 0.3, 0.02)
    left = recess_mm(one.left, heights) - recess_mm(other.left, heights)
    right = recess_mm(one.right, heights) - recess_mm(other.right, heights)
    return float(np.sqrt(np.mean(np.concatenate([left, right]) ** 2)))


def _random_face(rng: np.random.Generator, height_mm: float, thickness_mm: float) -> FaceLine:
    """Flat land broken by trapezoid grooves; above the last groove the face may stay milled down to the edge."""
    points = [(0.01, 0.0)]
    height = float(rng.uniform(0.4, 1.6))
    deepest = 0.55 * thickness_mm
    for _ in range(int(rng.integers(1, 4))):
        depth = float(rng.uniform(0.25, deepest))
        start = points[-1][0]
        rise, floor, fall = (float(rng.uniform(*span)) for span in ((0.05, 1.1), (0.2, 1.2), (0.05, 1.6)))
        top = start + height + rise + floor + fall
        if top > height_mm - 0.6:
            break
        points.append((start + height, 0.0))
        points.append((start + height + rise, depth))
        points.append((start + height + rise + floor, depth))
        points.append((top, 0.0))
        height = float(rng.uniform(0.2, 1.4))
    ledge_at = points[-1][0] + float(rng.uniform(0.3, 1.2))
    ramp = float(rng.uniform(0.05, 1.0))
    if rng.random() < 0.6 and ledge_at + ramp < height_mm - 0.5:
        depth = float(rng.uniform(0.2, deepest))
        points += [(ledge_at, 0.0), (ledge_at + ramp, depth), (height_mm, depth)]
    else:
        points.append((height_mm, 0.0))
    return tuple(points)
