"""Reads Code 128 off a row of grey pixels, from the symbology's own table: what a register's scanner does.

Responsible for: one row, left to right, sets B and C, check digit. Not responsible for: finding the bars in a picture.
"""

from __future__ import annotations

from itertools import groupby

import numpy as np

_TABLE = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 "
    "113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 "
    "212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 "
    "113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 "
    "314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 "
    "241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 "
    "214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214 "
    "211232 "
)
WIDTHS = _TABLE.split()
START_B, START_C, TO_C, TO_B = 104, 105, 99, 100
STOP = "2331112"
QUIET_MODULES = 10


def decode(row: np.ndarray) -> str:
    """The text of the one bar code in `row`.

    Raises:
        ValueError: quiet zone, a pattern, the stop or the check digit is not as it must be.
    """
    left_px = right_px = 0
    runs = [(bool(dark), sum(1 for _ in group)) for dark, group in groupby(row < 128)]
    while runs and not runs[0][0]:
        left_px = runs.pop(0)[1]
    while runs and not runs[-1][0]:
        right_px = runs.pop()[1]
    if len(runs) < 7 + 6:
        raise ValueError("no bars")
    module_px = sum(px for _, px in runs[:6]) / 11
    if min(left_px, right_px) < QUIET_MODULES * module_px - 0.5:
        raise ValueError("quiet zone")
    widths = "".join(str(round(px / module_px)) for _, px in runs)
    if widths[-7:] != STOP or len(widths[:-7]) % 6:
        raise ValueError("stop")
    values = [WIDTHS.index(widths[at : at + 6]) for at in range(0, len(widths) - 7, 6)]
    start, *data, check = values
    if (start + sum(place * value for place, value in enumerate(data, start=1))) % 103 != check:
        raise ValueError("check digit")
    text, pairs = "", {START_B: False, START_C: True}[start]
    for value in data:
        if value in (TO_B, TO_C):
            pairs = value == TO_C
        else:
            text += f"{value:02d}" if pairs else chr(value + 32)
    return text
