"""How worn a key is, as far as its owner may hear it: how much, whereabouts, and never the cuts. Pure.

Responsible for: what residuals of named cuts say of wear. Not responsible for: naming cuts (`kiosk.identification`), or
words (`ui.present.condition`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from config.keyway import SpacingStop
from kiosk.key.reading import Identification, Outcome, Wear

USED_MM = 0.04
"""Less than this a reader may err by, or a maker have cut too deep."""
GRAIN_MM = 0.05
"""Losses are told in steps of this, the next one up, as "up to" so much. How worn a cut is says nothing of how deep
it is, and no more than that is told."""


class Condition(StrEnum):
    """How worn."""

    LIKE_NEW = "like_new"
    USED = "used"
    WORN = "worn"
    """So much that restoring to the maker's measures is advised."""
    PAST_TELLING = "past_telling"
    """So much that what it was when new cannot be told: a locksmith makes a new one from its code."""


class BladePart(StrEnum):
    """Thirds of a blade."""

    HEAD = "head"
    MIDDLE = "middle"
    TIP = "tip"


@dataclass(frozen=True)
class KeyCondition:
    """What a shopper may know of their key."""

    condition: Condition
    lost_mm: float = 0.0
    """Most metal that is gone at any cut; 0 where that is unknown."""
    parts: tuple[BladePart, ...] = ()


def condition_of(identification: Identification, stop: SpacingStop) -> KeyCondition | None:
    """The condition, or None where no cuts were named and so none were compared with what they were.

    Args:
        identification: of the key.
        stop: where its cuts are counted from.
    """
    if identification.outcome is Outcome.WORN_PAST_TELLING:
        return KeyCondition(Condition.PAST_TELLING)
    if identification.outcome is not Outcome.IDENTIFIED or not identification.cuts:
        return None
    from_head = identification.cuts if stop is SpacingStop.SHOULDER else identification.cuts[::-1]
    lost_mm = [max(0.0, -cut.residual_mm) for cut in from_head]
    worn = identification.wear is Wear.WORN or bool(identification.worn_cuts)
    if not worn and max(lost_mm) <= USED_MM:
        return KeyCondition(Condition.LIKE_NEW)
    parts = list(BladePart)
    where = {parts[len(parts) * at // len(lost_mm)] for at, lost in enumerate(lost_mm) if lost > USED_MM}
    most_mm = round(ceil(round(max(lost_mm) / GRAIN_MM, 6)) * GRAIN_MM, 2) if where else 0.0
    return KeyCondition(
        Condition.WORN if worn else Condition.USED, most_mm, tuple(part for part in parts if part in where)
    )
