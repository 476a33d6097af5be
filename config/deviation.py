"""How exactly it is kept how far something lies off.

Responsible for: that one number. Not responsible for: judging a deviation, which is done before it is rounded.
"""

from __future__ import annotations

_DECIMALS = 3
"""A micrometre: finer than any camera or probe here sees. All further digits would only tell one copy from all others,
in whatever record they stand."""


def kept_mm(deviation_mm: float) -> float:
    """A deviation as it may leave the place where it was measured; there is no -0."""
    return round(float(deviation_mm), _DECIMALS) + 0.0
