"""Where along an outline a blank's own stop is: a face of the key, shoulder or behind the nose, as its keyway says.

Responsible for: the places from which a blank's cuts may be counted, and whether two collars stand as a blank's do. Not
responsible for: finding faces in a picture (`measure`) or what the cuts are (`decode`).
"""

from __future__ import annotations

from typing import Final

from config.keyway import Blank, CutSpec, Edge, SpacingStop
from kiosk.key.reading import Stops

COLLARS_MM: Final = 0.6
"""How much further or nearer two collars may stand than their figures say."""


def places_of_stop(seen: Stops, length_mm: float, spec: CutSpec, blank: Blank) -> tuple[float, ...]:
    """Where the cuts may be counted from, in the outline's coordinates; none where its collars are another blank's.

    Args:
        seen: faces of the outline.
        length_mm: where its tip is.
        spec: says whether the stop is a shoulder or behind the nose.
        blank: says which edge has the stop, and where the other one has its collar.
    """
    if spec.stop is SpacingStop.TIP:
        # Where no face was seen, the nose may be worn round, or there is none and the very tip is the stop.
        unseen = dict.fromkeys((length_mm - spec.nose_mm, length_mm))
        return tuple(unseen) if seen.nose_mm is None else (seen.nose_mm,)
    own, other = _of_edges(seen, blank)
    if blank.other_collar_mm is None:
        return tuple(dict.fromkeys(each for each in (own, other) if each is not None)) or (0.0,)
    if own is not None and other is not None and not collars_agree(seen, blank):
        return ()
    if own is not None:
        return (own,)
    return (0.0,) if other is None else (other - blank.blade_length_mm + blank.other_collar_mm,)


def collars_agree(seen: Stops, blank: Blank) -> bool:
    """Whether both collars were seen and stand as far apart as this blank's figures say."""
    own, other = _of_edges(seen, blank)
    if own is None or other is None or blank.other_collar_mm is None:
        return False
    return abs((other - own) - (blank.blade_length_mm - blank.other_collar_mm)) <= COLLARS_MM


def _of_edges(seen: Stops, blank: Blank) -> tuple[float | None, float | None]:
    """The face on the stop's edge, and the one on the other."""
    faces = (seen.cut_mm, seen.spine_mm)
    return faces if blank.stop_edge is Edge.CUT else faces[::-1]
