"""Whole sessions with one damage on the wire: a few of what the soak plays by the thousand."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from simulator.wire.damage import Damage
from tests.support.wire_sessions import KEYS, STATES, Trial, classes, run, trials


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_every_state_of_making_a_copy_has_bytes_of_many_classes_both_ways() -> None:
    for board in ("stock", "echo"):
        for state in STATES:
            kinds = {(way, kind) for way, seen, kind in classes(KEYS[0], board) if seen is state}
            assert len(kinds) > 10


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_session_ends_delivered_and_paid_or_neither(seed: int) -> None:
    for trial in trials(seed, 12):
        assert run(trial, lambda _: None) == (), trial.damage


def test_a_lost_letter_that_leaves_the_machine_moving_does_not_hang_the_session() -> None:
    for trial in _with(Damage.DROP, "to_board 'P'"):
        assert run(trial, lambda _: None) == (), trial.damage


def _with(damage: Damage, what: str) -> list[Trial]:
    found = [trial for trial in trials(20260601, 4000) if f"{damage} {what}" in trial.damage]
    return found[:8]
