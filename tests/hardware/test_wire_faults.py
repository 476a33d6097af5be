"""One damage at a random class of byte of a whole copy: never a bad key, never a charge without one, wheel off.

A sample; `python -m tests.bench.bench_wire_faults` and `bench_damaged_jobs` run them by the thousand.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from simulator.wire.damage import Damage, Direction, WireFault
from tests.support.wire_trials import classes, faults, trial


@pytest.mark.parametrize("echo", [False, True])
def test_a_sample_of_all_damages_ends_as_it_may(echo: bool) -> None:
    for i, fault in enumerate(faults(20261, 30, echo)):
        outcome = trial(fault, i, echo)
        assert not outcome.wrong, (fault, outcome)


def test_the_sample_is_drawn_from_every_stage_and_both_directions() -> None:
    cells = classes(echo=False)
    assert {way for way, _, _ in cells} == set(Direction)
    assert {stage for _, stage, _ in cells} == {"connect", "home", "load", "cut", "check", "deliver"}
    assert {"digit", "end", "query", "X", "Y", "M", "S", "sign", "point"} <= {kind for _, _, kind in cells}


def test_a_digit_flipped_in_a_cutting_line_never_reaches_a_delivered_key() -> None:
    digits = classes(echo=False)[(Direction.TO_BOARD, "cut", "digit")]
    for position in digits[10::53]:
        for bit in (0, 1, 3):
            outcome = trial(WireFault(Damage.FLIP, Direction.TO_BOARD, position, bit=bit), 5, echo=False)
            assert not outcome.wrong


@pytest.mark.parametrize("board", ["stock", "echo"])
def test_of_a_whole_job_no_damaged_byte_ends_in_a_bad_key(board: str) -> None:
    """Every bit of some bytes of two jobs; each lost, doubled, swapped too. In a process of its own: it forks."""
    run = [sys.executable, "-m", "tests.bench.bench_damaged_jobs", "--board", board, "--parts", "311", "--part", "97"]
    said = subprocess.run(run, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "0 ended as none may" in said.stdout
