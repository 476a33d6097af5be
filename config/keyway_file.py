"""The written form of a keyway file, and its conversion to mm: the only place that knows of inches.

Responsible for: what an entry of `config/keyways/*.toml` looks like and turning it into `config.keyway` values.
Not responsible for: checks across entries or files (`config.keyway_checks`, `config.catalogue`).
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from config.base import Frozen
from config.keyway import MM_PER_INCH, Blank, CutSpec, Depth, KeyKind, Section, StandingRecord, Stop

MM_PER_UNIT = {"in": MM_PER_INCH, "mm": 1.0}


class WrittenSpec(Frozen):
    """Depths and spacing in `unit`. `roots` from shallowest to deepest, by code; `step` is what the sheet says.

    Without `blade_height` it is taken from the keyway's section, once there is one.
    """

    unit: Literal["in", "mm"]
    stop: Stop
    first_cut: float = Field(gt=0)
    pitch: float = Field(gt=0)
    step: float = Field(gt=0)
    roots: dict[str, float] = Field(min_length=2)
    flat: float = Field(gt=0)
    angle_deg: float
    macs: int
    blade_height: float | None = Field(default=None, gt=0)
    source: str = Field(min_length=3)

    @property
    def step_mm(self) -> float:
        """The step the sheet states."""
        return self.step * MM_PER_UNIT[self.unit]

    def in_mm(self, section_height_mm: float | None) -> CutSpec | None:
        """As values in mm; None while no blade height is known.

        Raises:
            ValidationError: a figure is outside what any key has.
        """
        scale = MM_PER_UNIT[self.unit]
        height_mm = section_height_mm if self.blade_height is None else self.blade_height * scale
        if height_mm is None:
            return None
        return CutSpec(
            stop=self.stop,
            first_cut_mm=_mm(self.first_cut * scale),
            pitch_mm=_mm(self.pitch * scale),
            depths=tuple(Depth(code=code, root_mm=_mm(root * scale)) for code, root in self.roots.items()),
            flat_mm=_mm(self.flat * scale),
            angle_deg=self.angle_deg,
            macs=self.macs,
            blade_height_mm=_mm(height_mm),
            source=self.source,
        )


class WrittenBlank(Frozen):
    """One blank; its length in the unit of the keyway's spec."""

    code: str
    cuts: int
    blade_length: float = Field(gt=0)
    source: str = Field(min_length=3)

    def in_mm(self, unit: str) -> Blank:
        """As a value in mm.

        Raises:
            ValidationError: a figure is outside what any key has.
        """
        length_mm = _mm(self.blade_length * MM_PER_UNIT[unit])
        return Blank(code=self.code, cuts=self.cuts, blade_length_mm=length_mm, source=self.source)


class WrittenKeyway(Frozen):
    """One keyway; `spec` names a table `[spec.NAME]` of the same file."""

    code: str
    name: str
    maker: str
    sections: tuple[str, ...] = ()
    spec: str | None = None
    standing: StandingRecord
    blanks: tuple[WrittenBlank, ...] = ()
    kind: KeyKind = KeyKind.BUILDING

    @model_validator(mode="after")
    def _blanks_need_a_spec(self) -> Self:
        if self.blanks and self.spec is None:
            raise ValueError("has blanks but no spec: how would they be cut?")
        return self


class Extension(Frozen):
    """An owner's addition to a shipped keyway: the sections enrolled for it."""

    keyway: str
    sections: tuple[str, ...] = Field(min_length=1)


class Confusable(Frozen):
    """Two sections declared to be too alike to tell apart; a key of either is then never taken for certain."""

    sections: tuple[str, str]
    ground: str = Field(min_length=3)


class KeywayFile(Frozen):
    """One file of `config/keyways`."""

    spec: dict[str, WrittenSpec] = Field(default_factory=dict)
    keyway: tuple[WrittenKeyway, ...] = ()
    section: tuple[Section, ...] = ()
    extend: tuple[Extension, ...] = ()
    confusable: tuple[Confusable, ...] = ()


def _mm(value_mm: float) -> float:
    """Rounded to a tenth of a micron: .1562 in is not 3.9674800000000003 mm."""
    return round(value_mm, 4)
