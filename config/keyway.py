"""Keyways, sections and blanks as values, in mm.

Responsible for: what one keyway is and the checks that need nothing but itself. Not responsible for: reading
files (`config.catalogue`) or recognising a key (`kiosk.identification`).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from math import radians, tan
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.base import Frozen, Name, Note

MM_PER_INCH = 25.4
LEAST_SCALE, MOST_SCALE = 0.75, 1.4
"""No two sources of one blade differ by more: what does is another blade."""
NEIGHBOUR_TOLERANCE_MM = 0.10
"""How far a steep neighbour may reach past the middle of a cut: a pin's rounded tip still sits right."""


class Standing(StrEnum):
    """Who may have a copy of a keyway's blank."""

    OPEN = "open"
    RESTRICTED = "restricted"
    """Sold to signatories only: a maker's distribution policy."""
    PATENTED = "patented"
    """The blank is protected by law until a date."""


class SpacingStop(StrEnum):
    """What the spacing is measured from."""

    SHOULDER = "shoulder"
    TIP = "tip"


class Edge(StrEnum):
    """The two edges of a blade."""

    CUT = "cut"
    SPINE = "spine"


class KeyKind(StrEnum):
    """What a keyway's locks are for; some laws ask."""

    BUILDING = "building"
    PADLOCK = "padlock"
    VEHICLE = "vehicle"


class StandingRecord(Frozen):
    """Standing with the ground it rests on; `until` None means no end is known, that is: still in force.

    `restricted_after` says whether a keyway whose patent has ended is still sold to signatories only.
    """

    standing: Standing
    until: date | None = None
    restricted_after: bool = False
    ground: Note
    source: Note

    def on(self, today: date) -> Standing:
        """Standing on a day. A patent holds through its last day; its end opens nothing that is still restricted."""
        if self.standing is not Standing.PATENTED or self.until is None or today <= self.until:
            return self.standing
        return Standing.RESTRICTED if self.restricted_after else Standing.OPEN


MmInBlade = Annotated[float, Field(ge=0, le=16)]
"""A height or a recess of a blade."""


MmThick = Annotated[float, Field(gt=0.5, lt=5)]


class Section(Frozen):
    """Cross-section of an uncut blade: per face, recess below full thickness against height above the spine.

    Heights rise strictly from near 0 to `height_mm`; recess is straight between points. Faces are named as
    seen from the tip with the cut edge up.
    """

    id: str = Field(pattern=r"^[a-z0-9_-]{1,40}:[a-z0-9_+-]{1,40}$")
    thickness_mm: float = Field(gt=0.5, lt=5)
    height_mm: float = Field(gt=3, lt=15)
    left: tuple[tuple[MmInBlade, MmInBlade], ...] = Field(min_length=2, max_length=400)
    right: tuple[tuple[MmInBlade, MmInBlade], ...] = Field(min_length=2, max_length=400)
    thicknesses_mm: tuple[MmThick, MmThick] | None = None
    """Thinnest and thickest that sources give its blanks, where they differ: grooves grow with the blade."""
    source: Note

    @model_validator(mode="after")
    def _faces_are_inside_the_blade(self) -> Self:
        for name, face in (("left", self.left), ("right", self.right)):
            heights = [height for height, _ in face]
            if any(b <= a for a, b in pairwise(heights)):
                raise ValueError(f"{name}: heights must rise strictly")
            if heights[0] < 0 or heights[-1] > self.height_mm + 0.05:
                raise ValueError(f"{name}: heights must lie between 0 and height_mm")
            if any(not 0 <= recess < self.thickness_mm for _, recess in face):
                raise ValueError(f"{name}: a recess must lie between 0 and thickness_mm")
        low, high = self.scales
        if not LEAST_SCALE <= low <= 1 <= high <= MOST_SCALE:
            raise ValueError(f"thicknesses_mm: must hold thickness_mm, within {LEAST_SCALE} to {MOST_SCALE} times it")
        return self

    @property
    def scales(self) -> tuple[float, float]:
        """By how much the grooves of a blank may be less deep, and deeper, than drawn."""
        if self.thicknesses_mm is None:
            return 1.0, 1.0
        return self.thicknesses_mm[0] / self.thickness_mm, self.thicknesses_mm[1] / self.thickness_mm


class Depth(Frozen):
    """One factory depth: its code digit and the root depth, spine to the bottom of the cut."""

    code: str = Field(min_length=1, max_length=2)
    root_mm: float = Field(gt=1, lt=12)


class OtherChart(Frozen):
    """Another chart by which keys of the same section and spacing were cut; `depths` shallowest first.

    `same_codes`: the chart serves the same locks, so a code read by it is the keyway's own code, and a copy is cut
    to the keyway's own depth. Else its keys belong to other locks: they are known in order not to be misread.
    """

    name: Name
    depths: tuple[Depth, ...] = Field(min_length=2, max_length=12)
    same_codes: bool = False
    source: Note


class CutSpec(Frozen):
    """How a keyway is cut. Lengths from the stop (`SpacingStop`) along the blade; `depths` shallowest first."""

    stop: SpacingStop
    first_cut_mm: float = Field(gt=0.5, lt=15)
    pitch_mm: float = Field(gt=1.5, lt=8)
    depths: tuple[Depth, ...] = Field(min_length=2, max_length=12)
    flat_mm: float = Field(gt=0.2, lt=4)
    angle_deg: float = Field(ge=60, le=120)
    macs: int | None = Field(default=None, ge=1, le=12)
    """Most steps between neighbours by a maker's sheet; None where none prints it. Then no typed code is cut: nobody
    has said that a lock of that code exists."""
    blade_height_mm: float = Field(gt=3, lt=15)
    height_given: bool = True
    """Whether a sheet gives the height. Else it is the section's, or, while there is none, the shallowest depth's; a
    blank that is held says what it is."""
    nose_mm: float = Field(default=0.0, ge=0, lt=5)
    """How far a blade stopped at its tip runs on beyond the stop, which is a face of the spine behind its nose."""
    source: Note
    other_charts: tuple[OtherChart, ...] = Field(default=(), max_length=8)

    @model_validator(mode="after")
    def _other_charts_with_the_same_codes_have_no_others(self) -> Self:
        own = {depth.code for depth in self.depths}
        for chart in self.other_charts:
            strange = [depth.code for depth in chart.depths if depth.code not in own]
            if chart.same_codes and strange:
                raise ValueError(f"{chart.name}: same_codes, but the keyway has no code {', '.join(strange)}")
        return self

    @model_validator(mode="after")
    def _only_a_tip_has_a_nose(self) -> Self:
        if self.nose_mm and self.stop is not SpacingStop.TIP:
            raise ValueError("a nose runs beyond a stop at the tip; this stop is the shoulder")
        return self

    @cached_property
    def least_step_mm(self) -> float:
        """The smallest difference of two neighbouring depths."""
        roots = sorted(depth.root_mm for depth in self.depths)
        return min(deeper - root for root, deeper in pairwise(roots))

    @property
    def most_steps(self) -> int:
        """Most steps between neighbours: the maker's, or else what leaves a cut its own middle."""
        return (
            self.macs if self.macs is not None else max(1, min(len(self.depths) - 1, int(self._steps_of_room + 0.01)))
        )

    @property
    def _steps_of_room(self) -> float:
        roots = [depth.root_mm for depth in self.depths]
        step_mm = (max(roots) - min(roots)) / (len(roots) - 1)
        flank_mm = self.pitch_mm + NEIGHBOUR_TOLERANCE_MM - self.flat_mm / 2
        return flank_mm / (step_mm * tan(radians(self.angle_deg / 2)))

    @cached_property
    def root_mm_of(self) -> dict[str, float]:
        """Root depth by code digit."""
        return {depth.code: depth.root_mm for depth in self.depths}

    def cut_positions_mm(self, cuts: int) -> tuple[float, ...]:
        """Distance of each cut's centre from the stop, first cut first."""
        return tuple(self.first_cut_mm + i * self.pitch_mm for i in range(cuts))

    def places_mm(self, blank: Blank) -> tuple[float, ...]:
        """Distance of each cut's centre from the shoulder, in the order the code is read."""
        from_stop_mm = self.cut_positions_mm(blank.cuts)
        if self.stop is SpacingStop.SHOULDER:
            return from_stop_mm
        return tuple(blank.blade_length_mm - self.nose_mm - each for each in from_stop_mm)


class Blank(Frozen):
    """A blank one can buy: the keyway's section at one blade length, by its trade name (KW1, SC4)."""

    code: str = Field(pattern=r"^[A-Z0-9][A-Z0-9-]{1,15}$")
    cuts: int = Field(ge=3, le=8)
    blade_length_mm: float = Field(gt=10, lt=60)
    """Shoulder to tip: the collar that is the stop, where there are two."""
    stop_edge: Edge = Edge.CUT
    """The edge whose collar is the stop."""
    other_collar_mm: float | None = Field(default=None, gt=10, lt=60)
    """The other edge's collar to the tip, where it stands elsewhere; None: no figure says so."""
    source: str = ""
    """Where the length comes from; blade lengths not found in any sheet are derived, and say so."""
    thickness_mm: MmThick | None = None
    """By a calliper; asked where no section is on file, since a laser line does not show it."""
    also: tuple[str, ...] = ()
    """Other trade names of this blade: another bow, another maker's number."""

    @property
    def cut_collar_mm(self) -> float:
        """How far a collar stands along the cut edge before the stop, in the wheel's way; 0: the stop is first."""
        if self.stop_edge is Edge.CUT or self.other_collar_mm is None:
            return 0.0
        return max(0.0, self.blade_length_mm - self.other_collar_mm)


class Keyway(Frozen):
    """One keyway: its sections, its standing, how it is cut, and the blanks it is sold as.

    `spec` is None for a keyway that is known only to be refused. `sections` is empty until one is enrolled.
    """

    code: str = Field(pattern=r"^[A-Z0-9][A-Z0-9-]{1,31}$")
    name: str = Field(min_length=2)
    maker: str = Field(min_length=2)
    standing: StandingRecord
    sections: tuple[str, ...] = ()
    spec: CutSpec | None = None
    blanks: tuple[Blank, ...] = ()
    kind: KeyKind = KeyKind.BUILDING

    @property
    def height_known(self) -> bool:
        """Whether anything says how high its blade is."""
        return self.spec is not None and (self.spec.height_given or bool(self.sections))
