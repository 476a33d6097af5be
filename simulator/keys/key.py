"""Keys as they lie in a hand: blade, bow, section, finish, stamps, wear.

Responsible for: the geometry of a key and how factory figures and years of use make it. Not responsible for:
pictures (`simulator.optics`), or for what the product reads in them: nothing here is shared with the reader.
A key's shape is a secret even here: no repr prints it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from config.keyway import Blank, CutSpec, Keyway, Section, SpacingStop
from simulator.keys.bows import Bow, BowShape, Solid

OUTLINE_GRID_MM = 0.02
"""Step of a blade's outline along its length."""
NOSE_BEVEL_MM = 3.9
"""A nosed blade's cut edge is full height so far from its tip, 45 degrees from there."""
COLLAR_MM = 1.8
"""How far a second collar stands above the edge."""


class Face(StrEnum):
    """Sides of a blade and its bow, seen from the bow with the cuts up."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


class ThingKind(StrEnum):
    """What sort of thing lies in the tray."""

    NORMAL = "normal"
    DIMPLE = "dimple"
    SIDE_MILLED = "side_milled"
    TWO_TRACK = "two_track"
    DOUBLE_SIDED = "double_sided"
    TUBULAR = "tubular"
    OBJECT = "object"


class Finish(StrEnum):
    """Surface of the metal."""

    BRASS = "brass"
    NICKEL = "nickel"
    OXIDISED = "oxidised"
    BLACK = "black"


class Strike(StrEnum):
    """How words were put on a head."""

    ENGRAVED = "engraved"
    EMBOSSED = "embossed"
    WORN = "worn"


@dataclass(frozen=True, repr=False)
class Stamp:
    """Lines of text on the head. `angle_deg`: turn against the key (cuts up), anticlockwise."""

    lines: tuple[str, ...]
    strike: Strike = Strike.ENGRAVED
    cap_mm: float = 2.2
    angle_deg: float = 0.0
    at_mm: tuple[float, float] = (0.0, 0.0)
    """Middle of the text from the middle of the bow."""
    face: Face = Face.BOTH
    font: str = "DejaVuSans-Bold"


@dataclass(frozen=True, repr=False)
class Hollow:
    """A dimple, or a finger of a milled track: a round-bottomed hollow drawn out along the blade."""

    face: Face
    x_mm: float
    height_mm: float
    radius_mm: float
    depth_mm: float
    length_mm: float = 0.0
    """Straight part along the blade; 0 is a dimple."""

    def recess_mm(self, x_mm: float, heights_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """How deep it is at one station, over heights."""
        dx = max(abs(x_mm - self.x_mm) - self.length_mm / 2, 0.0)
        near = (dx**2 + (heights_mm - self.height_mm) ** 2) / self.radius_mm**2
        return self.depth_mm * np.sqrt(np.maximum(1 - near, 0.0))


@dataclass(frozen=True, repr=False, eq=False)
class PhysicalKey:
    """One key, or a thing taken for one. Frame: x from the shoulder to the tip, y above the spine, mm.

    `top_mm` and `bottom_mm` are the blade's two edges over `x_mm` (rising from 0). An object has no blade. `wear` and
    `dirt` run from 0 to 1; `bend_mm` is how far the tip is bent out of line, in the plane of the blade.
    """

    kind: ThingKind = ThingKind.NORMAL
    section: Section | None = None
    x_mm: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    top_mm: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    bottom_mm: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    bow: Bow | None = None
    finish: Finish = Finish.BRASS
    stamps: tuple[Stamp, ...] = ()
    hollows: tuple[Hollow, ...] = ()
    extras: tuple[Solid, ...] = ()
    wear: float = 0.0
    dirt: float = 0.0
    bend_mm: float = 0.0

    def __repr__(self) -> str:
        return f"PhysicalKey({self.kind.value}, {self.finish.value})"

    @property
    def height_mm(self) -> float:
        """Height of the uncut blade (0 for an object)."""
        return self.section.height_mm if self.section is not None else 0.0

    @property
    def length_mm(self) -> float:
        """Shoulder to tip."""
        return float(self.x_mm[-1]) if self.x_mm.size else 0.0

    def edge_mm(self, x_mm: float) -> float:
        """Height of the cut edge at one station."""
        return float(np.interp(x_mm, self.x_mm, self.top_mm)) if self.x_mm.size else 0.0

    def roots_mm(self, positions_mm: Sequence[float], width_mm: float = 0.3) -> tuple[float, ...]:
        """Mean height of the cut edge around positions from the shoulder: the truth a reading is held against."""
        return tuple(
            float(np.mean(np.interp(np.linspace(p - width_mm / 2, p + width_mm / 2, 21), self.x_mm, self.top_mm)))
            for p in positions_mm
        )

    def solids(self) -> tuple[Solid, ...]:
        """Everything that stops light, as outlines that may overlap."""
        found = list(self.extras)
        if self.x_mm.size:
            top = np.stack([self.x_mm, self.top_mm], axis=1)
            low = np.stack([self.x_mm, self.bottom_mm], axis=1)[::-1]
            found.append(Solid(np.concatenate([top, low])))
        if self.bow is not None:
            found += self.bow.solids(self.height_mm)
        return tuple(found)


def positions_mm(spec: CutSpec, blank: Blank, cuts: int) -> tuple[float, ...]:
    """Centres of the cuts from the shoulder, in the order the code is read."""
    return spec.places_mm(blank.model_copy(update={"cuts": cuts}))


def uncut_key(
    blank_length_mm: float,
    section: Section,
    *,
    bow: Bow | None = None,
    finish: Finish = Finish.BRASS,
    kind: ThingKind = ThingKind.NORMAL,
    nose_mm: float = 0.0,
    collar_mm: float = 0.0,
) -> PhysicalKey:
    """A blank as it comes from its maker.

    Args:
        blank_length_mm: shoulder to tip.
        section: what the blade looks like from its end.
        bow: its head.
        finish: its surface.
        kind: what sort of thing it is.
        nose_mm: of a key stopped at its tip, how far its nose runs on beyond the face that is its stop.
        collar_mm: how far a second collar stands along the cut edge.
    """
    x = np.append(np.arange(0.0, blank_length_mm, OUTLINE_GRID_MM), blank_length_mm)
    height = section.height_mm
    from_tip = blank_length_mm - x
    tip = 0.38 * height
    top = np.minimum(
        height, (height - NOSE_BEVEL_MM if nose_mm else tip + 0.35) + from_tip * (1.0 if nose_mm else 1.25)
    )
    bottom = np.maximum(0.0, tip - 0.35 - from_tip * 1.5)
    if nose_mm:
        bottom = np.where(from_tip < nose_mm, tip - 0.35, 0.0)
    top = np.where(x < collar_mm, height + COLLAR_MM, top)
    return PhysicalKey(kind, section, x, top, bottom, bow if bow is not None else Bow(), finish)


def blank_key(
    keyway: Keyway, blank: Blank, section: Section, *, bow: Bow | None = None, finish: Finish = Finish.BRASS
) -> PhysicalKey:
    """A blank of a keyway as it comes from its maker, with its nose or its second collar."""
    nose_mm = keyway.spec.nose_mm if keyway.spec is not None else 0.0
    return uncut_key(
        blank.blade_length_mm, section, bow=bow, finish=finish, nose_mm=nose_mm, collar_mm=blank.cut_collar_mm
    )


def cut_key(
    keyway: Keyway,
    blank: Blank,
    bitting: Sequence[str],
    section: Section,
    rng: np.random.Generator,
    *,
    wear: float = 0.0,
    dirt: float = 0.0,
    bend_mm: float = 0.0,
    depth_error_mm: float = 0.008,
    place_error_mm: float = 0.01,
    roughness_mm: float = 0.003,
    bow: Bow | None = None,
    finish: Finish = Finish.BRASS,
    stamps: tuple[Stamp, ...] = (),
) -> PhysicalKey:
    """A key cut to a factory code: flats at the roots, ramps at the cut angle, then worn.

    Args:
        keyway: whose figures are used.
        blank: the blank it was cut on.
        bitting: one code a cut, in the order the maker reads them.
        section: what the blade looks like from its end.
        rng: draws the cutter's errors and the wear.
        wear: 0 (new) to 1 (years on a ring).
        dirt: 0 (clean) to 1 (found in a garden).
        bend_mm: how far the tip is bent out of line.
        depth_error_mm: standard deviation of the depths the key was really cut to.
        place_error_mm: the same for the cuts' places along the blade.
        roughness_mm: standard deviation of the cutter's marks.
        bow: its head; a shape chosen by `rng` when None.
        finish: its surface.
        stamps: words on the head.

    Raises:
        ValueError: the keyway has no cutting figures, or a code it does not know.
    """
    spec = keyway.spec
    if spec is None:
        raise ValueError(f"{keyway.code} has no cutting figures")
    if any(code not in spec.root_mm_of for code in bitting):
        raise ValueError(f"a code is not among the depths of {keyway.code}")
    if bow is None:
        bow = random_bow(rng, with_shoulder=spec.stop is SpacingStop.SHOULDER)
    if blank.other_collar_mm is not None:
        # Where the stop is the spine's collar, there is one to see.
        bow = replace(bow, below_mm=max(bow.below_mm, 0.8))
    key = blank_key(keyway, blank, section, bow=bow, finish=finish)
    roots = [spec.root_mm_of[code] + float(rng.normal(0, depth_error_mm)) for code in bitting]
    places = [x + float(rng.normal(0, place_error_mm)) for x in positions_mm(spec, blank, len(roots))]
    top = milled(key.x_mm, key.top_mm, places, roots, spec.flat_mm, spec.angle_deg)
    # A cutter's teeth leave marks of a few thousandths of a millimetre; wear then smooths them.
    marks = _smooth(rng.normal(0, 1, top.size), 0.05) * roughness_mm / 0.33
    worn = worn_edge(np.minimum(top + np.where(top < key.top_mm, marks, 0.0), key.top_mm), wear, rng)
    return replace(key, top_mm=worn, stamps=stamps, wear=wear, dirt=dirt, bend_mm=bend_mm)


def milled(
    x_mm: NDArray[np.float64],
    top_mm: NDArray[np.float64],
    places_mm: Sequence[float],
    roots_mm: Sequence[float],
    flat_mm: float,
    angle_deg: float,
) -> NDArray[np.float64]:
    """What is left of an edge after a cutter with a flat and two flanks has been at each place."""
    slope = 1 / np.tan(np.radians(angle_deg / 2))
    left = top_mm.copy()
    for place, root in zip(places_mm, roots_mm, strict=True):
        left = np.minimum(left, root + np.maximum(np.abs(x_mm - place) - flat_mm / 2, 0.0) * slope)
    return left


def worn_edge(top_mm: NDArray[np.float64], wear: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """An edge after use: what stands out is rubbed off most, corners go round, the whole sinks a little."""
    if wear <= 0:
        return top_mm
    out_mm = top_mm - _smooth(top_mm, 1.2)
    rubbed = 0.2 * wear + 0.25 * wear * np.maximum(out_mm, 0.0)
    drift = _smooth(rng.normal(0, 1, top_mm.size), 1.5)
    drift *= 0.02 * wear / max(float(np.std(drift)), 1e-9)
    sunk = top_mm - np.maximum(rubbed + drift, 0.0)
    return np.minimum(top_mm, _smooth(sunk, 0.05 + 0.18 * wear))


def random_bow(rng: np.random.Generator, *, with_shoulder: bool = True) -> Bow:
    """A head as somebody's ring might hold."""
    shape = list(BowShape)[int(rng.integers(len(BowShape)))]
    length = float(rng.uniform(19, 26))
    return Bow(
        shape=shape,
        length_mm=length,
        width_mm=length * float(rng.uniform(0.92, 1.2)),
        collar_mm=float(rng.uniform(3.0, 6.0)),
        shoulder_mm=float(rng.uniform(1.0, 2.6)) if with_shoulder else 0.0,
        below_mm=float(rng.uniform(0.0, 1.4)),
        hole_mm=float(rng.uniform(1.8, 0.23 * length - 1.8)),
        hole_slot_mm=float(rng.choice([0.0, 0.0, 3.0])),
        lift_mm=float(rng.uniform(-0.8, 0.8)),
    )


def _smooth(values: NDArray[np.float64], radius_mm: float) -> NDArray[np.float64]:
    """Gaussian mean over the length, ends held."""
    sigma = radius_mm / OUTLINE_GRID_MM
    reach = int(4 * sigma) + 1
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    return np.convolve(np.pad(values, reach, mode="edge"), kernel, mode="valid")
