"""From how sections were read to the limits of a match. Pure.

Responsible for: the method, and refusing sections that cannot be distinguished. Not responsible for: making readings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from config.catalogue import Catalogue
from config.keyway import Keyway
from config.match_limits import MatchLimits, Measured
from kiosk.identification.section.match import Match, SectionIndex, match_section, objection
from kiosk.key.reading import SectionReading

METHOD = """\
Scans of blades with every section on file are drawn (worn up to 0.4, every finish, as thick as any maker's), and of
blades that must be refused: each section with the grooves of one face 0.3 mm higher or lower, each mirrored, and
made-up ones. The limit of distance lies nine tenths of the way from what 99.5 % of the right readings stay below to
the least that a wrong one has: pictures of real keys vary more than drawn ones. The local and the doubtful limit are
half as much again as what 99.5 % of the right readings stay below, as they stand against what glare and lost light
may hide, of which wrong readings show the worst too seldom to measure; but the doubtful height is never more than a
groove 0.3 mm off would change, 0.6 mm. The margin is half of what 99.5 % of the right readings keep from the next
section; between two that are sold to anyone it is measured by itself. With these limits no wrong reading may pass.
The coverage is a rule, not a measurement: half a blade says nothing of the other half.
"""
OWN_PERCENT = 99.5
COVERAGE = 0.5
MOST_MISSED = 0.1
"""Share of a section's own scans that may show something else: glints do that."""
LEAST_RATIO = 1.5
"""The nearest wrong reading must be this many times as far off as the right ones."""
TOWARDS_WRONG = 0.9
SPARE = 1.5
HIDES_A_GROOVE_MM = 0.6
"""Both walls of a groove that lies 0.3 mm off."""
LOST_ANYWAY_MM = 0.1
"""Two rows of the grid are lost to a grain of speckle, whatever was measured."""
MOST_MARGIN_MM = 0.1
"""Where no other section came near, no more than this is asked."""
_FAR = 1.0


@dataclass(frozen=True)
class Reading:
    """One reading with what it truly was: `section` None for a blade that is on file nowhere."""

    section: str | None
    seen: SectionReading


@dataclass(frozen=True)
class Inseparable:
    """These sections cannot be distinguished by this reader."""

    reason: str


@dataclass(frozen=True)
class Matched:
    """Readings matched against all sections.

    With each right one goes how much further off the next was: of those where one of the two is not sold to anyone, and
    of those where both are.
    """

    own: tuple[tuple[Match, float, float], ...]
    wrong: tuple[Match, ...]


def match_all(
    readings: Iterable[Reading],
    index: SectionIndex,
    alike: frozenset[frozenset[str]],
    opened: frozenset[str] = frozenset(),
) -> Matched | Inseparable:
    """Match every reading. Between sections declared `alike` no margin is asked for: neither is known for certain.

    `opened` are the ids of sections that are sold to anyone.
    """
    own: list[tuple[Match, float, float]] = []
    wrong: list[Match] = []
    missed: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for reading in readings:
        matches = match_section(reading.seen, index)
        best = matches[0] if matches else None
        if reading.section is None:
            wrong += [best] if best is not None and not best.mirrored else []
            continue
        asked[reading.section] += 1
        if best is None or best.section != reading.section or best.mirrored:
            missed[reading.section] += 1
            continue
        others = [each for each in matches[1:] if frozenset((each.section, best.section)) not in alike]
        both = [{each.section, best.section} <= opened for each in others]
        further = [each.distance_mm - best.distance_mm for each in others]
        own.append((best, _least(further, both, False), _least(further, both, True)))
    for section, count in missed.items():
        if count > MOST_MISSED * asked[section]:
            return Inseparable(f"{section} is not known again in {count} of {asked[section]} scans of it")
    return Matched(tuple(own), tuple(wrong))


def known_as(seen: SectionReading, keyway: Keyway | None, catalogue: Catalogue, index: SectionIndex) -> Reading | None:
    """What a recorded scan of a known key is worth here; None: nothing.

    Args:
        seen: its section.
        keyway: of the key; None for one that must be refused.
        catalogue: says what is sold to anyone.
        index: of its sections.

    A key that must be refused is a wrong reading where the nearest section is an open one: by its own section, if
    that is on file, it is known for what it is.
    """
    near = [match.section for match in match_section(seen, index) if not match.mirrored]
    if keyway is None:
        return Reading(None, seen) if near and near[0] in catalogue.open_sections else None
    own = [section for section in near if section in keyway.sections] or list(keyway.sections)
    return Reading(own[0], seen) if own else None


def measure(matched: Matched) -> Measured | Inseparable:
    """How near the right and the nearest wrong readings came."""
    if not matched.own or not matched.wrong:
        return Inseparable("too few scans show both faces")
    distances, locals_, doubts, margins, open_margins = (
        np.array(values)
        for values in zip(*((m.distance_mm, m.local_mm, m.doubtful_mm, *far) for m, *far in matched.own), strict=True)
    )
    return Measured(
        own_distance_mm=_figure(np.percentile(distances, OWN_PERCENT)),
        other_distance_mm=_figure(min(match.distance_mm for match in matched.wrong)),
        own_local_mm=_figure(np.percentile(locals_, OWN_PERCENT)),
        own_doubtful_mm=_figure(np.percentile(doubts, OWN_PERCENT)),
        own_margin_mm=_figure(np.percentile(margins, 100 - OWN_PERCENT)),
        own_open_margin_mm=_figure(np.percentile(open_margins, 100 - OWN_PERCENT)),
        own_readings=len(matched.own),
        other_readings=len(matched.wrong),
    )


def passing(matched: Matched, limits: MatchLimits) -> int:
    """How many wrong readings these limits would let pass."""
    return sum(objection(match, limits) is None for match in matched.wrong)


def _least(further_mm: Sequence[float], both_open: Sequence[bool], which: bool) -> float:
    return min((mm for mm, both in zip(further_mm, both_open, strict=True) if both is which), default=_FAR)


def _figure(value_mm: float) -> float:
    return round(float(value_mm), 4)


def joined(one: Measured, other: Measured) -> Measured:
    """Of two measurements the worse figure each: the limits that follow hold for both."""
    return Measured(
        own_distance_mm=max(one.own_distance_mm, other.own_distance_mm),
        other_distance_mm=min(one.other_distance_mm, other.other_distance_mm),
        own_local_mm=max(one.own_local_mm, other.own_local_mm),
        own_doubtful_mm=max(one.own_doubtful_mm, other.own_doubtful_mm),
        own_margin_mm=min(one.own_margin_mm, other.own_margin_mm),
        own_open_margin_mm=min(one.own_open_margin_mm, other.own_open_margin_mm),
        own_readings=one.own_readings + other.own_readings,
        other_readings=one.other_readings + other.other_readings,
    )


def limits_from(measured: Measured) -> MatchLimits | Inseparable:
    """The limits, or why there can be none."""
    own_mm, other_mm = measured.own_distance_mm, measured.other_distance_mm
    if other_mm < LEAST_RATIO * own_mm:
        return Inseparable(f"right readings are up to {own_mm:.3f} mm off, wrong ones begin at {other_mm:.3f} mm")
    if min(measured.own_margin_mm, measured.own_open_margin_mm) <= 0:
        return Inseparable("two sections on file are read as near as each other")
    return MatchLimits(
        distance_mm=round(own_mm + TOWARDS_WRONG * (other_mm - own_mm), 4),
        local_mm=round(SPARE * measured.own_local_mm, 3),
        doubtful_mm=round(min(max(SPARE * measured.own_doubtful_mm, LOST_ANYWAY_MM), HIDES_A_GROOVE_MM), 2),
        margin_mm=round(min(measured.own_margin_mm / 2, MOST_MARGIN_MM), 3),
        open_margin_mm=round(min(measured.own_open_margin_mm / 2, MOST_MARGIN_MM), 4),
        coverage=COVERAGE,
    )
