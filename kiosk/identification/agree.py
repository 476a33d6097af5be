"""Two looks at one key: they must say the same before anything is believed.

Responsible for: comparing two answers and keeping the better. Not responsible for: taking the second look.
"""

from __future__ import annotations

from kiosk.reading import Identification, Outcome

APART_MM = 0.03
"""Two readings of one root further apart than this are not the same key lying still, or not a clean one."""


def agreed(one: Identification, other: Identification) -> Identification | None:
    """The answer both give, from the look with the smaller residuals; None when they differ and a third is needed."""
    if one.outcome is not other.outcome:
        return None
    if one.outcome is not Outcome.IDENTIFIED:
        return one
    same = (one.keyway, one.blank, one.bitting) == (other.keyway, other.blank, other.bitting)
    if not same:
        return None
    if any(abs(a.measured_mm - b.measured_mm) > APART_MM for a, b in zip(one.cuts, other.cuts, strict=True)):
        return None
    return min(one, other, key=_largest_residual_mm)


def _largest_residual_mm(told: Identification) -> float:
    return max((abs(cut.residual_mm) for cut in told.cuts), default=0.0)
