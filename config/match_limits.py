"""When a section that was read counts as one on file: figures measured for one set of sections, and for no other.

Responsible for: the file that holds them, and finding the one that fits a catalogue. Not responsible for: measuring
(`kiosk.rehearsal.calibrate_limits`) or matching (`kiosk.identification`).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import Field

from config.base import Frozen
from config.problems import BadInput, Problem
from config.toml_files import checked, read_toml

SHIPPED_LIMITS = Path(__file__).with_name("match_limits.toml")
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
    coverage: float = Field(gt=0.3, lt=1)
    """Least share of the blade's height that must be seen on each face."""


class Measured(Frozen):
    """What the limits rest on: how the right section and the nearest wrong one were read."""

    own_distance_mm: float = Field(ge=0)
    other_distance_mm: float = Field(ge=0)
    own_local_mm: float = Field(ge=0)
    own_doubtful_mm: float = Field(ge=0)
    own_margin_mm: float
    own_readings: int = Field(ge=1)
    other_readings: int = Field(ge=1)


class LimitsFile(Frozen):
    """`match_limits.toml`."""

    catalogue_revision: str = Field(pattern="^[0-9a-f]{64}$")
    """Of the keyway files when this was measured."""
    sections_revision: str = Field(pattern="^[0-9a-f]{64}$")
    """Of the sections alone: what a keyway costs or who sells it changes no line."""
    measured_on: date
    seed: int = Field(ge=0)
    method: str = Field(min_length=20)
    limits: MatchLimits
    measured: Measured


def limits_for(sections_revision: str, owner: Path | None) -> MatchLimits | None:
    """The limits measured for these sections: the owner's, else the shipped ones, else None.

    Args:
        sections_revision: of the catalogue.
        owner: the owner's file, if there is one.

    Raises:
        BadInput: a file is ill-formed.
    """
    for path in (owner, SHIPPED_LIMITS):
        if path is None or not path.exists():
            continue
        file = read_limits(path)
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
