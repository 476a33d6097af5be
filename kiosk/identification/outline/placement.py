"""How what lies in the tray lies there: what whoever cannot see it is told. Pure.

Responsible for: one piece of advice from the silhouette's place, good to some millimetres. Not responsible for: what
lies there (`kiosk.identification.identify`), or saying it (`ui.presenter`). Nothing of the key's shape leaves here.

The picture's right is the right of whoever stands before the tray, its lower edge the one nearest to them.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from hardware.scan import Frame

_PITCH_MM = 0.5
_LEAST_MM2 = 20.0
"""Less is dust and lint."""
_HAND_MM2 = 1600.0
"""No key covers so much of the light."""
_WRIST_MM, _WRIST_MM2 = 34.0, 1000.0
"""Nor does one that lies over so much of an edge cover so much within it."""
_MOST_TURNED_DEG = 20.0
_LONG = 2.0
"""So many times as long as wide has a direction; a bow that is all there is to see has none."""


class Placement(StrEnum):
    """The one thing to do next."""

    EMPTY = "empty"
    UNSEEN = "unseen"
    """The light is off or covered: nobody knows."""
    HAND = "hand"
    TO_LEFT = "to_left"
    TO_RIGHT = "to_right"
    AWAY = "away"
    NEARER = "nearer"
    TURN = "turn"
    GOOD = "good"


def placement(view: Frame) -> Placement:
    """What must be done with what lies on the light of this silhouette."""
    step = max(1, round(_PITCH_MM / view.mm_per_px))
    grey = view.pixels[::step, ::step]
    pitch_mm = view.mm_per_px * step
    light = float(np.percentile(grey, 98))
    if light < 60:
        return Placement.UNSEEN
    dark = grey < light / 2
    covered_mm2 = float(dark.sum()) * pitch_mm**2
    if covered_mm2 < _LEAST_MM2:
        return Placement.EMPTY
    edges_mm = {
        Placement.TO_RIGHT: dark[:, 0].sum() * pitch_mm,
        Placement.TO_LEFT: dark[:, -1].sum() * pitch_mm,
        Placement.NEARER: dark[0].sum() * pitch_mm,
        Placement.AWAY: dark[-1].sum() * pitch_mm,
    }
    if covered_mm2 > _HAND_MM2 or (covered_mm2 > _WRIST_MM2 and max(edges_mm.values()) > _WRIST_MM):
        return Placement.HAND
    over = [way for way, length_mm in edges_mm.items() if length_mm > 0]
    if len(over) > 1 or _is_turned(dark):
        return Placement.TURN
    return over[0] if over else Placement.GOOD


def _is_turned(dark: NDArray[np.bool_]) -> bool:
    """Whether it has a long way, and that is far from lying left to right."""
    spread, ways = np.linalg.eigh(np.cov(np.stack(np.nonzero(dark)[::-1]).astype(np.float64)))
    across, down = np.abs(ways[:, 1])
    long = spread[1] > _LONG**2 * spread[0]
    return bool(long and np.degrees(np.arctan2(down, across)) > _MOST_TURNED_DEG)
