"""Two looks at one key: they must say the same before anything is believed.

Responsible for: comparing two answers and keeping the better. Not responsible for: taking the second look.
"""

from __future__ import annotations

from kiosk.key.reading import Identification, Outcome

APART_MM = 0.04
"""Two readings of one root may differ by this much: three times the reader's noise, a sixth of the smallest step."""


def agreed(one: Identification, other: Identification) -> Identification | None:
    """The answer both give, from the look with the smaller residuals; None when they differ and a third is needed."""
    if one.outcome is not other.outcome:
        return None
    if one.outcome is not Outcome.IDENTIFIED:
        return one
    if (one.keyway, one.blank, _codes(one)) != (other.keyway, other.blank, _codes(other)):
        return None
    if any(abs(a.measured_mm - b.measured_mm) > APART_MM for a, b in zip(one.cuts, other.cuts, strict=True)):
        return None
    return min(one, other, key=_largest_residual_mm)


def _codes(identified: Identification) -> tuple[str, ...]:
    return tuple(cut.code for cut in identified.cuts)


def _largest_residual_mm(identified: Identification) -> float:
    return max((abs(cut.residual_mm) for cut in identified.cuts), default=0.0)
