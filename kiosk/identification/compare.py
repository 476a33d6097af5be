"""A copy brought back against the key it was made from: both read in this visit, nothing stored. Pure.

Responsible for: whether they are one key, and whether the copy is cut wrongly. Not responsible for: reading them
(`kiosk.identification`), or what follows (`kiosk.session.phases.returning`). Only a verdict and one error leave this
module.

Two keys of one code differ by what the wheel did and by what years did. Years only take metal away, so a copy that is
nowhere too high beside an original like new may as well be the worn original, laid in the copy's place: no camera can
say, and people must look.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from config.deviation import kept_mm
from kiosk.identification.agree import APART_MM
from kiosk.key.reading import Identification, Outcome


class Likeness(StrEnum):
    """What two readings say of a copy and its original."""

    SAME = "same"
    """It measures like the original, or like the original when it was new."""
    OFF = "off"
    """The same key, cut wrongly."""
    WORN_OR_OFF = "worn_or_off"
    """The same key with metal missing: worn, or cut too deep; people must look."""
    OTHER_KEY = "other_key"
    """Another code, or another blank than the one that was sold."""
    UNREADABLE = "unreadable"
    """One of them could not be read."""


@dataclass(frozen=True)
class Compared:
    """The verdict, and the largest error of a cut where both are one key; never a depth."""

    likeness: Likeness
    error_mm: float | None = None


def compare(original: Identification, copy: Identification, blank: str, tolerance_mm: float) -> Compared:
    """Hold a copy against its original.

    Args:
        original: the shopper's key, as read now.
        copy: what is said to be its copy, as read now.
        blank: what the sale was cut on.
        tolerance_mm: within which a copy is handed over.
    """
    if any(each.outcome is not Outcome.IDENTIFIED or not each.cuts for each in (original, copy)):
        return Compared(Likeness.UNREADABLE)
    codes = [tuple(cut.code for cut in each.cuts) for each in (original, copy)]
    if original.blank != blank or copy.blank != blank or codes[0] != codes[1]:
        return Compared(Likeness.OTHER_KEY)
    # Restored to factory depths, or copied as the original is: a worn key may have been sold either way.
    restored = [cut.residual_mm for cut in copy.cuts]
    as_is = [cut.residual_mm - first.residual_mm for cut, first in zip(copy.cuts, original.cuts, strict=True)]
    errors = min(restored, as_is, key=_largest_mm)
    error_mm = _largest_mm(errors)
    limit_mm = tolerance_mm + APART_MM
    if error_mm <= limit_mm:
        return Compared(Likeness.SAME, kept_mm(error_mm))
    like_new = all(abs(cut.residual_mm) <= limit_mm for cut in original.cuts)
    if like_new and max(errors) <= APART_MM:
        return Compared(Likeness.WORN_OR_OFF, kept_mm(error_mm))
    return Compared(Likeness.OFF, kept_mm(error_mm))


def _largest_mm(errors_mm: list[float]) -> float:
    return max(abs(error) for error in errors_mm)
