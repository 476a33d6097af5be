"""What was seen of a key and what it was taken for: frozen values, wiped with the session.

These values hold the shape of a shopper's key: no repr prints any of it and nothing here is ever written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Profile: TypeAlias = Floats
"""(n, 2): distance from the stop in mm, height above the spine in mm; x rising."""


class Outcome(StrEnum):
    """What identification concluded; every one but IDENTIFIED ends without a cut."""

    IDENTIFIED = "identified"
    NOTHING_THERE = "nothing_there"
    NOT_A_KEY = "not_a_key"
    SEVERAL_OBJECTS = "several_objects"
    OUT_OF_FOCUS = "out_of_focus"
    DIRTY = "dirty"
    MOVED = "moved"
    CUT_OFF = "cut_off"
    """Part of the key lies outside the picture."""
    DIMPLE = "dimple"
    SIDE_MILLED = "side_milled"
    TWO_TRACK = "two_track"
    TUBULAR = "tubular"
    DOUBLE_SIDED = "double_sided"
    UNCUT = "uncut"
    SECTION_NOT_SEEN = "section_not_seen"
    UNKNOWN_SECTION = "unknown_section"
    MIRRORED_SECTION = "mirrored_section"
    AMBIGUOUS = "ambiguous"
    PIERCED = "pierced"
    """Light falls through the blade: a hole, or a part that moves."""
    CUTS_UNREADABLE = "cuts_unreadable"
    CUT_FILLED = "cut_filled"
    """Something lies in a cut and makes it look shallower, or metal beside it is gone."""
    CUTS_OFF_CHART = "cuts_off_chart"
    """Cut by hand or by another chart: years do not make cuts stand like that."""
    WORN_PAST_TELLING = "worn_past_telling"
    """Cuts stand between depths: by wear or by how they were made, which the key does not show."""
    UNREADABLE_IMAGE = "unreadable_image"


class Wear(StrEnum):
    """What the residuals say of the key."""

    NEW = "new"
    WORN = "worn"
    """Decoded with certainty, but restoring to factory depths is advised."""
    PAST_TELLING = "past_telling"


@dataclass(frozen=True, repr=False)
class Cut:
    """One cut: measured root, nearest factory depth, and how sure.

    `residual_mm` is measured minus factory; `doubt` is 0 (certain) to 1 (half way to the next depth).
    """

    code: str
    measured_mm: float
    residual_mm: float
    doubt: float


@dataclass(frozen=True, repr=False, eq=False)
class SectionReading:
    """Recess against height of both faces on a common height grid in mm; NaN where the line was lost.

    `left_lower_mm` and `right_lower_mm` say by how much the spine may lie lower than that face's own line shows,
    because the other face's line was seen to reach further down. `doubtful_share`: how much of the worse face's picture
    does not look like one laser line of one width.
    """

    height_mm: Floats
    left_mm: Floats | None
    right_mm: Floats | None
    left_lower_mm: float = 0.0
    right_lower_mm: float = 0.0
    doubtful_share: float = 0.0


@dataclass(frozen=True, repr=False)
class Stops:
    """Faces of the outline against which a key may come to rest, in the profile's coordinates; None: not seen."""

    cut_mm: float | None = None
    """Collar or shoulder of the cut edge."""
    spine_mm: float | None = None
    """Collar or shoulder of the spine."""
    nose_mm: float | None = None
    """Face in the spine behind the nose."""

    @property
    def shoulder_seen(self) -> bool:
        """Whether there is any shoulder."""
        return self.cut_mm is not None or self.spine_mm is not None


@dataclass(frozen=True, repr=False, eq=False)
class KeyReading:
    """All that was seen, before any catalogue was asked. What could not be seen is None.

    `problem` is set when the frames alone already end it (nothing there, two objects, ...).
    """

    problem: Outcome | None = None
    profile: Profile | None = None
    """Cut edge from the stop to the tip."""
    blade_height_mm: float | None = None
    blade_length_mm: float | None = None
    section: SectionReading | None = None
    stops: Stops = field(default_factory=lambda: Stops())
    """Faces of the outline that could be the stop."""
    crumbs: int = 0
    """Things that stick to the straight back of the blade."""
    milled: Mapping[str, float] = field(default_factory=dict)
    """Views that show milling that does not run along the blade, by their names, and how far from the stop, mm."""
    unclear: Mapping[str, float] = field(default_factory=dict)
    """Views that show what may be milling or a stain, and how far from the stop, mm."""
    pierced: bool = False
    """Light falls through the blade itself."""
    faces_seen: bool = False
    """Both faces were seen clearly in light that would show it."""
    blind: tuple[str, ...] = ()
    """Views whose picture shows nothing of the key that lies there, though others do: covered, dark, blinded."""
    laser_height_mm: float | None = None
    """Height of the blade by the line views alone."""


@dataclass(frozen=True, repr=False)
class Candidate:
    """One section with its score, 0 to 1."""

    section: str
    score: float


@dataclass(frozen=True, repr=False)
class Identification:
    """What the key was taken for. `keyway` and `blank` are codes; `cuts` first cut at the stop.

    Only `outcome` is for eyes other than the session's; see `public`.
    """

    outcome: Outcome
    keyway: str | None = None
    blank: str | None = None
    cuts: tuple[Cut, ...] = ()
    wear: Wear = Wear.NEW
    stop_mm: float = 0.0
    """Where the reading's profile has the stop from which the cuts were counted."""
    score: float = 0.0
    margin: float = 0.0
    ranked: tuple[Candidate, ...] = ()
    faces_seen: bool = True
    """Whether both faces were seen clearly. The reader says so of every key it names."""
    to_blame: tuple[int, ...] = ()
    """Numbers (1 = nearest the stop) of the cuts for which no code was named, where it is for some of them."""

    @property
    def bitting(self) -> str:
        """Factory code, first cut at the stop (Best: at the tip)."""
        return "".join(cut.code for cut in self.cuts)

    @property
    def worn_cuts(self) -> tuple[int, ...]:
        """Numbers (1 = nearest the stop) of the cuts that are decoded but worn."""
        return tuple(i for i, cut in enumerate(self.cuts, start=1) if cut.doubt > 0.5)

    def __repr__(self) -> str:
        return f"Identification({self.outcome.value})"


class Unseen(StrEnum):
    """Why the head picture does not show the head of the key that lies there."""

    NO_PICTURE = "no_picture"
    DARK = "dark"
    BLINDED = "blinded"
    BLURRED = "blurred"
    NOTHING_SHOWN = "nothing_shown"
    """No outline anywhere: something lies over the lens."""
    NOT_THIS_HEAD = "not_this_head"
    """An outline, but not this key's, or not all of it."""
    COVERED = "covered"
    """The outline fits; what lies within it is not the metal of the blade."""

    @property
    def by_camera(self) -> bool:
        """Whether the camera or its lamp is to blame, and not what lies in the tray."""
        return self not in (Unseen.NOT_THIS_HEAD, Unseen.COVERED)


@dataclass(frozen=True)
class StampReading:
    """What the head says, as matched phrases only: a number on a head can be the key's own code."""

    seen: bool = False
    """Whether this key's head was seen, so that what was not read does not stand there."""
    unseen: Unseen | None = None
    """Why not, where that is known."""
    phrases: tuple[str, ...] = ()
    """Ids of known phrases, such as `do_not_duplicate`, `usps`, `brand_medeco`."""
    name_and_phone: bool = False
    """A company name and a telephone number stand on the head."""
    illegible: bool = False
    """Something is written there that could not be made out: not the same as a head that says nothing."""
