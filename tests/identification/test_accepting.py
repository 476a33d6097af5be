"""When a section that was read counts as one on file: one rule, and each of its limits alone is enough to refuse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config.catalogue import Catalogue
from config.match_limits import MatchLimits
from kiosk.calibration.match_limits import Matched, passing
from kiosk.identification.identify import judge
from kiosk.identification.section.match import Match, objection
from kiosk.key.reading import Outcome

LIMITS = MatchLimits(distance_mm=0.04, local_mm=0.14, doubtful_mm=0.6, margin_mm=0.02, coverage=0.5)
GOOD = Match("kwikset:kw1", False, 0.04, 0.14, 0.5, 0.6, (0.0, 0.0), (0.0, 0.0))
"""As bad as may be in every respect at once."""
WORSE = [
    (replace(GOOD, distance_mm=0.0401), Outcome.UNKNOWN_SECTION),
    (replace(GOOD, local_mm=0.1401), Outcome.UNKNOWN_SECTION),
    (replace(GOOD, doubtful_mm=0.6001), Outcome.SECTION_NOT_SEEN),
    (replace(GOOD, coverage=0.4999), Outcome.SECTION_NOT_SEEN),
]


def with_limits(catalogue: Catalogue) -> Catalogue:
    return replace(catalogue, limits=LIMITS)


def test_a_match_at_its_limits_counts(catalogue: Catalogue) -> None:
    assert objection(GOOD, LIMITS) is None
    assert judge((GOOD,), with_limits(catalogue))[0] is Outcome.IDENTIFIED


@pytest.mark.parametrize(("match", "outcome"), WORSE)
def test_beyond_any_one_limit_it_does_not(catalogue: Catalogue, match: Match, outcome: Outcome) -> None:
    assert objection(match, LIMITS) is outcome
    assert judge((match,), with_limits(catalogue))[0] is outcome


@pytest.mark.parametrize(("match", "outcome"), WORSE)
def test_what_is_measured_as_passing_is_what_the_kiosk_would_let_pass(match: Match, outcome: Outcome) -> None:
    assert outcome is not Outcome.IDENTIFIED
    assert passing(Matched((), (GOOD, match)), LIMITS) == 1


def test_too_near_the_next_section_it_is_ambiguous_and_just_beyond_it_is_not(catalogue: Catalogue) -> None:
    best, far = replace(GOOD, distance_mm=0.01), replace(GOOD, section="schlage:c", distance_mm=0.0301)
    near = replace(far, distance_mm=0.0299)
    assert judge((best, far), with_limits(catalogue))[0] is Outcome.IDENTIFIED
    assert judge((best, near), with_limits(catalogue))[0] is Outcome.AMBIGUOUS


def test_a_mirror_image_is_no_match_however_near(catalogue: Catalogue) -> None:
    assert judge((replace(GOOD, mirrored=True),), with_limits(catalogue))[0] is Outcome.MIRRORED_SECTION


def test_without_limits_nothing_is_identified(catalogue: Catalogue) -> None:
    assert judge((GOOD,), replace(catalogue, limits=None))[0] is Outcome.UNKNOWN_SECTION
