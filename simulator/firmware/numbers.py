"""Numbers as an 8-bit board reads and prints them: single precision, eight digits, rounding half up.

Responsible for: text to float and float to text exactly as GRBL does it, so that a position printed here is the
position a board prints. Not responsible for: units.
"""

from __future__ import annotations

import math
import re
from ctypes import c_float
from functools import lru_cache

_NUMBER = re.compile(r"([-+]?)(\d*)(\.?)(\d*)")
_HUNDREDTH = c_float(0.01).value
_TENTH = c_float(0.1).value
_MAX_DIGITS = 8


def single(value: float) -> float:
    """The nearest single-precision number."""
    return c_float(value).value


@lru_cache(maxsize=8192)
def _value(sign: str, whole: str, point: str, fraction: str) -> float:
    digits = whole + fraction
    kept = digits[:_MAX_DIGITS]
    exponent = max(0, len(whole) - _MAX_DIGITS) - max(0, len(kept) - len(whole))
    value = single(float(int(kept)))
    if value != 0.0:
        while exponent <= -2:
            value = single(value * _HUNDREDTH)
            exponent += 2
        if exponent < 0:
            value = single(value * _TENTH)
        while exponent > 0:
            value = single(value * 10.0)
            exponent -= 1
    return -value if sign == "-" else value


def read_number(text: str, at: int) -> tuple[float, int] | None:
    """Read a number at `at`; its value and the index behind it, or None where no digit stands."""
    found = _NUMBER.match(text, at)
    if found is None:
        return None
    sign, whole, point, fraction = found.groups()
    if not whole and not fraction:
        return None
    return _value(sign, whole, point, fraction), found.end()


@lru_cache(maxsize=8192)
def printed(value: float, decimals: int) -> str:
    """A float as the board prints it."""
    sign = "-" if value < 0 else ""
    left = abs(value)
    places = decimals
    while places >= 2:
        left = single(left * 100)
        places -= 2
    if places:
        left = single(left * 10)
    if not math.isfinite(left):
        left = 0.0
    digits = str(int(single(left + 0.5)) & 0xFFFFFFFF)
    if decimals == 0:
        return sign + digits
    digits = digits.rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"


def round_half_away(value: float) -> int:
    """Nearest whole number, halves away from zero, as C's lround."""
    if not math.isfinite(value):
        return 0
    return math.floor(value + 0.5) if value >= 0 else -math.floor(-value + 0.5)


def low_byte(value: float) -> int:
    """A float squeezed into eight bits, as the board squeezes a setting or a command number."""
    return int(value) & 0xFF if math.isfinite(value) else 0
