"""Why a section is not one on file, when more can be said than that: filth, a line seen badly, or milling on the side.

Responsible for: words a shopper can use. Like any stranger, none of them is opened. Not responsible for: whether a
section is known (`match`), or dimples and tracks (`face`).
"""

from __future__ import annotations

from kiosk.identification.section.match import Match
from kiosk.key.reading import Outcome

CLEAN_MM = 0.15
"""A face that differs over no more height than this is as on file, but for a glint."""
MILLED_MM = 0.8
"""A side bar's cutter is at least this wide."""
FILTHY_CRUMBS = 2
MOST_DOUBTFUL = 0.15
"""Share of a line that may look like none. Optics twice as bad as a shop's leave 0.13, a mirror-bright blade half."""


def why_strange(
    outcome: Outcome, nearest: Match, crumbs: int, next_ones: tuple[Match, ...] = (), doubtful_share: float = 0.0
) -> Outcome:
    """DIRTY, SECTION_NOT_SEEN or SIDE_MILLED where that is what was seen; else `outcome` as it is.

    Args:
        outcome: UNKNOWN_SECTION or SECTION_NOT_SEEN.
        nearest: the section that is most like it.
        crumbs: things that stick to the blade's straight back.
        next_ones: the next few: what a cutter took may have brought it nearer to another section than to its own.
        doubtful_share: how much of the worse line's picture does not look like one laser line.
    """
    if crumbs >= FILTHY_CRUMBS or (crumbs > 0 and _only_filled(nearest)):
        return Outcome.DIRTY
    if doubtful_share > MOST_DOUBTFUL:
        # Nobody can say what a face is so much of which was not shown: it is looked at again.
        return Outcome.SECTION_NOT_SEEN
    if outcome is Outcome.UNKNOWN_SECTION and any(map(_milled_on_one_side, (nearest, *next_ones))):
        return Outcome.SIDE_MILLED
    return outcome


def _only_filled(nearest: Match) -> bool:
    """Dirt fills grooves; nowhere does it make one deeper."""
    return not nearest.mirrored and max(nearest.deeper_mm) <= CLEAN_MM


def _milled_on_one_side(nearest: Match) -> bool:
    """One face is as on file; from the other a cutter has taken metal, and nowhere is there more than there was."""
    if nearest.mirrored or max(nearest.shallower_mm) > CLEAN_MM:
        return False
    return max(nearest.deeper_mm) >= MILLED_MM and min(nearest.deeper_mm) <= CLEAN_MM
