"""One damage at a random class of byte of a whole copy: never a bad key, never a charge without one, wheel off.

A sample; `python -m tests.bench.bench_wire_faults` runs thousands.
"""

from __future__ import annotations

import pytest

from simulator.wire_faults import Damage, Way, WireFault
from tests.support.wire_trials import classes, faults, trial


@pytest.mark.parametrize("echo", [False, True])
def test_a_sample_of_all_damages_ends_as_it_may(echo: bool) -> None:
    for i, fault in enumerate(faults(20261, 45, echo)):
        outcome = trial(fault, i, echo)
        assert not outcome.wrong, (fault, outcome)


def test_the_sample_is_drawn_from_every_stage_and_both_directions() -> None:
    cells = classes(echo=False)
    assert {way for way, _, _ in cells} == set(Way)
    assert {stage for _, stage, _ in cells} == {"connect", "home", "load", "cut", "check", "deliver"}
    assert {"digit", "end", "query", "X", "Y", "M", "S", "sign", "point"} <= {kind for _, _, kind in cells}


def test_a_digit_flipped_in_a_cutting_line_never_reaches_a_delivered_key() -> None:
    digits = classes(echo=False)[(Way.TO_BOARD, "cut", "digit")]
    for position in digits[10::37]:
        for bit in (0, 1, 3):
            outcome = trial(WireFault(Damage.FLIP, Way.TO_BOARD, position, bit=bit), 5, echo=False)
            assert not outcome.wrong
