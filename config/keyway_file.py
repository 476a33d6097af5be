"""The written form of a keyway file, and its conversion to mm: the only place that knows of inches.

Responsible for: what an entry of `config/keyways/*.toml` looks like and turning it into `config.keyway` values.
Not responsible for: checks across entries or files (`config.keyway_checks`, `config.catalogue`).
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.base import Frozen, Name, Note
from config.keyway import (
    MM_PER_INCH,
    Blank,
    CutSpec,
    Depth,
    Edge,
    KeyKind,
    OtherChart,
    Section,
    SpacingStop,
    StandingRecord,
)

DepthCode = Annotated[str, Field(min_length=1, max_length=2)]
MM_PER_UNIT = {"in": MM_PER_INCH, "mm": 1.0}


class WrittenChart(Frozen):
    """Another chart of the same spacing, in the unit of its spec; see `config.keyway.OtherChart`."""

    name: Name
    roots: dict[DepthCode, Annotated[float, Field(gt=0, le=12)]] = Field(min_length=2, max_length=12)
    same_codes: bool = False
    source: Note

    def in_mm(self, scale: float) -> OtherChart:
        """As a value in mm.

        Raises:
            ValidationError: a figure is outside what any key has.
        """
        depths = tuple(Depth(code=code, root_mm=_mm(root * scale)) for code, root in self.roots.items())
        return OtherChart(name=self.name, depths=depths, same_codes=self.same_codes, source=self.source)


class WrittenSpec(Frozen):
    """Depths and spacing in `unit`. `roots` from shallowest to deepest, by code; `step` is what the sheet says.

    Without `blade_height` it is taken from the keyway's section, once there is one, or from a blank that is held.
    """

    unit: Literal["in", "mm"]
    stop: SpacingStop
    first_cut: float = Field(gt=0, le=15)
    pitch: float = Field(gt=0, le=8)
    step: float = Field(gt=0, le=3)
    roots: dict[DepthCode, Annotated[float, Field(gt=0, le=12)]] = Field(min_length=2, max_length=12)
    flat: float = Field(gt=0, le=4)
    angle_deg: float = Field(ge=60, le=120)
    macs: int | None = Field(default=None, ge=1, le=12)
    blade_height: float | None = Field(default=None, gt=0, le=15)
    nose: float = Field(default=0.0, ge=0, lt=5)
    source: Note
    other_charts: tuple[WrittenChart, ...] = Field(default=(), max_length=8)

    @property
    def step_mm(self) -> float:
        """The step the sheet states."""
        return self.step * MM_PER_UNIT[self.unit]

    def in_mm(self, section_height_mm: float | None) -> CutSpec:
        """As values in mm.

        Raises:
            ValidationError: a figure is outside what any key has.
        """
        scale = MM_PER_UNIT[self.unit]
        shallowest_mm = max(self.roots.values()) * scale
        height_mm = (section_height_mm or shallowest_mm) if self.blade_height is None else self.blade_height * scale
        return CutSpec(
            stop=self.stop,
            first_cut_mm=_mm(self.first_cut * scale),
            pitch_mm=_mm(self.pitch * scale),
            depths=tuple(Depth(code=code, root_mm=_mm(root * scale)) for code, root in self.roots.items()),
            flat_mm=_mm(self.flat * scale),
            angle_deg=self.angle_deg,
            macs=self.macs,
            blade_height_mm=_mm(height_mm),
            height_given=self.blade_height is not None,
            nose_mm=_mm(self.nose * scale),
            source=self.source,
            other_charts=tuple(chart.in_mm(scale) for chart in self.other_charts),
        )


class WrittenBlank(Frozen):
    """One blank; its lengths in the unit of the keyway's spec."""

    code: Name
    cuts: int = Field(ge=1, le=20)
    blade_length: float = Field(gt=0, le=60)
    stop_edge: Edge = Edge.CUT
    other_collar: float | None = Field(default=None, gt=0, le=60)
    thickness: float | None = Field(default=None, gt=0, lt=5)
    also: tuple[Name, ...] = Field(default=(), max_length=20)
    source: Note

    def in_mm(self, unit: str) -> Blank:
        """As a value in mm.

        Raises:
            ValidationError: a figure is outside what any key has.
        """
        scale = MM_PER_UNIT[unit]
        return Blank(
            code=self.code,
            cuts=self.cuts,
            blade_length_mm=_mm(self.blade_length * scale),
            stop_edge=self.stop_edge,
            other_collar_mm=None if self.other_collar is None else _mm(self.other_collar * scale),
            thickness_mm=None if self.thickness is None else _mm(self.thickness * scale),
            source=self.source,
            also=self.also,
        )


class WrittenKeyway(Frozen):
    """One keyway; `spec` names a table `[spec.NAME]` of the same file."""

    code: Name
    name: Name
    maker: Name
    sections: tuple[Name, ...] = Field(default=(), max_length=50)
    spec: Name | None = None
    standing: StandingRecord
    blanks: tuple[WrittenBlank, ...] = Field(default=(), max_length=50)
    kind: KeyKind = KeyKind.BUILDING

    @model_validator(mode="after")
    def _blanks_need_a_spec(self) -> Self:
        if self.blanks and self.spec is None:
            raise ValueError("has blanks but no spec: how would they be cut?")
        return self


class Extension(Frozen):
    """An owner's addition to a shipped keyway: the sections enrolled for it."""

    keyway: Name
    sections: tuple[Name, ...] = Field(min_length=1, max_length=50)


class Confusable(Frozen):
    """Two sections declared to be too alike to distinguish; a key of either is then never taken for certain."""

    sections: tuple[Name, Name]
    ground: Note


class KeywayFile(Frozen):
    """One file of `config/keyways`."""

    spec: dict[Name, WrittenSpec] = Field(default_factory=dict, max_length=200)
    keyway: tuple[WrittenKeyway, ...] = Field(default=(), max_length=2000)
    section: tuple[Section, ...] = Field(default=(), max_length=20_000)
    extend: tuple[Extension, ...] = Field(default=(), max_length=2000)
    confusable: tuple[Confusable, ...] = Field(default=(), max_length=2000)


def _mm(value_mm: float) -> float:
    """Rounded to a tenth of a micron: .1562 in is not 3.9674800000000003 mm."""
    return round(value_mm, 4)
