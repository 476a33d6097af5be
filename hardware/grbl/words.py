"""Millimetres as G-code words: the one spelling used by cut jobs, slots and probing.

Responsible for: axis words with three decimals and no needless characters (every byte on the wire is a byte that
can be corrupted). Not responsible for: what is moved where.
"""

from __future__ import annotations


def figure(value: float) -> str:
    """A decimal as GRBL reads it: at most three places, no exponent, no minus before zero."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def axis_words(*, x_mm: float | None = None, y_mm: float | None = None, z_mm: float | None = None) -> str:
    """`X-83.73Y-21.2`: the axes given, in this order."""
    axes = (("X", x_mm), ("Y", y_mm), ("Z", z_mm))
    return "".join(letter + figure(value) for letter, value in axes if value is not None)
