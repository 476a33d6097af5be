"""When a section that was read counts as one on file: figures measured for one set of sections, and for no other.

Responsible for: the file that holds them, and finding the one that fits a catalogue. Not responsible for: measuring
(`kiosk.rehearsal.calibrate_limits`) or matching (`kiosk.identification`).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import Field, model_validator

from config.base import Frozen
from config.problems import BadInput, Problem
from config.toml_files import checked, read_toml

SHIPPED_LIMITS = Path(__file__).with_name("match_limits.toml")
LOOSER = "is looser than as shipped: an owner may ask more of a match, never less"
RECALIBRATE = "measure them again with `kiosk catalogue calibrate-limits`"


class MatchLimits(Frozen):
    """When a match counts."""

    distance_mm: float = Field(gt=0, lt=0.2)
    """Most that a match may differ overall (root mean square of both faces)."""
    local_mm: float = Field(gt=0, lt=0.4)
    """Most that it may differ over half a millimetre of height anywhere."""
    doubtful_mm: float = Field(gt=0, lt=2)
    """Most height of one face that may speak against the section or not have been seen: what was not seen agrees with
    nothing, and a groove elsewhere would hide there."""
    margin_mm: float = Field(gt=0, lt=0.2)
    """Least by which the next other section must be further off."""
    open_margin_mm: float = Field(gt=0, lt=0.2)
    """The same where both sections are sold to anyone: between them a mistake costs a blank and opens nothing shut."""
    coverage: float = Field(gt=0.3, lt=1)
    """Least share of the blade's height that must be seen on each face."""

    @model_validator(mode="before")
    @classmethod
    def _one_margin_stands_for_both(cls, data: object) -> object:
        return {"open_margin_mm": data.get("margin_mm"), **data} if isinstance(data, dict) else data


class Measured(Frozen):
    """What the limits rest on: how the right section and the nearest wrong one were read."""

    own_distance_mm: float = Field(ge=0, le=10)
    other_distance_mm: float = Field(ge=0, le=10)
    own_local_mm: float = Field(ge=0, le=10)
    own_doubtful_mm: float = Field(ge=0, le=20)
    own_margin_mm: float = Field(ge=-10, le=10)
    own_open_margin_mm: float = Field(ge=-10, le=10)
    own_readings: int = Field(ge=1, le=10_000_000)
    other_readings: int = Field(ge=1, le=10_000_000)

    @model_validator(mode="before")
    @classmethod
    def _one_margin_stands_for_both(cls, data: object) -> object:
        return {"own_open_margin_mm": data.get("own_margin_mm"), **data} if isinstance(data, dict) else data


class LimitsFile(Frozen):
    """`match_limits.toml`."""

    catalogue_revision: str = Field(pattern="^[0-9a-f]{64}$")
    """Of the keyway files when this was measured."""
    sections_revision: str = Field(pattern="^[0-9a-f]{64}$")
    """Of the sections alone: what a keyway costs or who sells it changes no line."""
    measured_on: date
    seed: int = Field(ge=0, le=2**63)
    method: str = Field(min_length=20, max_length=4000)
    limits: MatchLimits
    measured: Measured


def looser_than(limits: MatchLimits, floor: MatchLimits) -> tuple[str, ...]:
    """Names of the fields in which `limits` would let more pass than `floor` does."""
    most = [name for name in ("distance_mm", "local_mm", "doubtful_mm") if getattr(limits, name) > getattr(floor, name)]
    least = [
        name for name in ("margin_mm", "open_margin_mm", "coverage") if getattr(limits, name) < getattr(floor, name)
    ]
    return (*most, *least)


def stricter_of(one: MatchLimits, other: MatchLimits) -> MatchLimits:
    """Of each field the value that lets less pass."""
    return MatchLimits(
        distance_mm=min(one.distance_mm, other.distance_mm),
        local_mm=min(one.local_mm, other.local_mm),
        doubtful_mm=min(one.doubtful_mm, other.doubtful_mm),
        margin_mm=max(one.margin_mm, other.margin_mm),
        open_margin_mm=max(one.open_margin_mm, other.open_margin_mm),
        coverage=max(one.coverage, other.coverage),
    )


def limits_for(sections_revision: str, owner: Path | None) -> MatchLimits | None:
    """The limits measured for these sections: the owner's, else the shipped ones, else None.

    Args:
        sections_revision: of the catalogue.
        owner: the owner's file, if there is one.

    Raises:
        BadInput: a file is ill-formed, or the owner's is looser than the shipped one.
    """
    for path in (owner, SHIPPED_LIMITS):
        if path is None or not path.exists():
            continue
        file = read_limits(path)
        if path is owner and (looser := looser_than(file.limits, read_limits(SHIPPED_LIMITS).limits)):
            raise BadInput(*(Problem(str(path), f"limits.{name}", LOOSER) for name in looser))
        if file.sections_revision == sections_revision:
            return file.limits
    return None


def read_limits(path: Path) -> LimitsFile:
    """One limits file.

    Raises:
        BadInput: with every bad field.
    """
    return checked(LimitsFile, read_toml(path), str(path))


def require(limits: MatchLimits | None, sections_revision: str, owner: Path | None) -> MatchLimits:
    """The limits, or why there are none.

    Raises:
        BadInput: none were measured for these sections.
    """
    if limits is not None:
        return limits
    path = owner if owner is not None and owner.exists() else SHIPPED_LIMITS
    held = read_limits(path).sections_revision if path.exists() else "none"
    reason = f"are limits for sections {held[:12]}, but those on file are {sections_revision[:12]}: {RECALIBRATE}"
    raise BadInput(Problem(str(path), "sections_revision", reason))


def as_toml(file: LimitsFile) -> str:
    """The file as it is kept."""
    limits = "\n".join(f"{name} = {value}" for name, value in file.limits.model_dump().items())
    measured = "\n".join(f"{name} = {value}" for name, value in file.measured.model_dump().items())
    return (
        "# When a section that was read counts as one on file. Written by `kiosk catalogue calibrate-limits`;\n"
        "# other sections need other limits, and the kiosk refuses limits measured for others.\n"
        f'catalogue_revision = "{file.catalogue_revision}"\nsections_revision = "{file.sections_revision}"\n'
        f'measured_on = {file.measured_on.isoformat()}\nseed = {file.seed}\nmethod = """\n{file.method}"""\n\n'
        f"[limits]\n{limits}\n\n[measured]\n{measured}\n"
    )
