"""Two looks at one key: believed only together, and then the better of them."""

from __future__ import annotations

import pytest

from kiosk.identification import agreed
from kiosk.key.reading import Cut, Identification, Outcome


def looked(*residuals_mm: float, codes: tuple[str, ...] = ("3", "5")) -> Identification:
    cuts = tuple(Cut(code, 7.0 + off, off, 0.1) for code, off in zip(codes, residuals_mm, strict=True))
    return Identification(Outcome.IDENTIFIED, "KW1", "KW1", cuts)


def test_the_look_with_the_smaller_residuals_is_kept_whichever_came_first() -> None:
    rough, clean = looked(0.020, -0.004), looked(0.006, 0.002)
    assert agreed(rough, clean) is clean
    assert agreed(clean, rough) is clean


@pytest.mark.parametrize(
    "other",
    [
        looked(0.0, 0.0, codes=("3", "4")),
        looked(0.0, 0.0, codes=("35", "")),
        looked(0.0, 0.05),
        Identification(Outcome.IDENTIFIED, "SC1", "SC1", looked(0.0, 0.0).cuts),
        Identification(Outcome.DIRTY),
    ],
    ids=["another cut", "the same letters cut otherwise", "one root elsewhere", "another blank", "no answer"],
)
def test_looks_that_differ_are_no_answer(other: Identification) -> None:
    assert agreed(looked(0.0, 0.0), other) is None


def test_a_refusal_seen_twice_is_one() -> None:
    assert agreed(Identification(Outcome.DIMPLE), Identification(Outcome.DIMPLE)) == Identification(Outcome.DIMPLE)
