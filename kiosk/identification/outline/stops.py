"""Where along an outline a blank's own stop is: a face of the key, shoulder or behind the nose, as its keyway says.

Responsible for: the places from which a blank's cuts may be counted, and whether two collars stand as a blank's do. Not
responsible for: finding faces in a picture (`measure`) or what the cuts are (`decode`).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from config.keyway import Blank, CutSpec, Edge, SpacingStop
from kiosk.key.reading import Profile, Stops

COLLARS_MM: Final = 0.6
"""How much further or nearer two collars may stand than their figures say."""

ONE_SHOULDER_MM: Final = 1.0
"""The edges' faces of one shoulder stand no further apart; two collars stand apart by about a spacing."""

COLLAR_HIGH_MM: Final = 0.5
"""A collar is higher than its blade by more."""


def places_of_stop(
    seen: Stops, length_mm: float, spec: CutSpec, blank: Blank, profile: Profile | None = None
) -> tuple[float, ...]:
    """Where the cuts may be counted from, in the outline's coordinates; none where its collars are another blank's.

    Args:
        seen: faces of the outline.
        length_mm: where its tip is.
        spec: says whether the stop is a shoulder or behind the nose.
        blank: says which edge has the stop, and where the other one has its collar.
        profile: the cut edge, in the outline's coordinates; None where it says nothing of collars.
    """
    if spec.stop is SpacingStop.TIP:
        # Where no face was seen, the nose may be worn round, or there is none and the very tip is the stop.
        unseen = dict.fromkeys((length_mm - spec.nose_mm, length_mm))
        return tuple(unseen) if seen.nose_mm is None else (seen.nose_mm,)
    own, other = _of_edges(seen, blank)
    if blank.other_collar_mm is None:
        return tuple(dict.fromkeys(each for each in (own, other) if each is not None)) or (0.0,)
    if own is not None and other is not None and not collars_agree(seen, blank):
        # A deep first cut leaves nothing of its collar's face; what was met instead is the bow's.
        stands = profile is not None and collar_stands(from_shoulder(profile, own), spec, blank)
        return (own,) if stands else ()
    if own is not None:
        return (own,)
    return (0.0,) if other is None else (other - blank.blade_length_mm + blank.other_collar_mm,)


def collars_agree(seen: Stops, blank: Blank) -> bool:
    """Whether both collars were seen and stand as far apart as this blank's figures say."""
    own, other = _of_edges(seen, blank)
    if own is None or other is None or blank.other_collar_mm is None:
        return False
    return abs((other - own) - (blank.blade_length_mm - blank.other_collar_mm)) <= COLLARS_MM


def from_shoulder(profile: Profile, at_mm: float) -> Profile:
    """The profile as it is counted from a shoulder at `at_mm` on to the tip."""
    return np.stack([profile[:, 0] - at_mm, profile[:, 1]], axis=1)


def collar_stands(profile: Profile, spec: CutSpec, blank: Blank) -> bool:
    """Whether the cut edge, counted from the stop, has this blank's other collar: higher there than any blade."""
    if blank.other_collar_mm is None:
        return False
    behind = (profile[:, 0] > 0.25) & (profile[:, 0] < 1.0)
    return bool(behind.any() and np.median(profile[behind, 1]) > spec.blade_height_mm + COLLAR_HIGH_MM)


def one_shoulder(seen: Stops) -> bool:
    """Whether both edges have their faces at one place: there is no second collar from which cuts could be counted."""
    return seen.cut_mm is not None and seen.spine_mm is not None and abs(seen.cut_mm - seen.spine_mm) < ONE_SHOULDER_MM


def _of_edges(seen: Stops, blank: Blank) -> tuple[float | None, float | None]:
    """The face on the stop's edge, and the one on the other."""
    faces = (seen.cut_mm, seen.spine_mm)
    return faces if blank.stop_edge is Edge.CUT else faces[::-1]
