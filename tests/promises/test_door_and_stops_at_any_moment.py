"""Never move with the guard door open or hold held, and never begin by itself, whenever that comes about.

Who would break it: somebody who opens the door to look, leans on the hold button, hits the emergency stop and twists it
out again, at whatever moment of a sale, several times over; with staff near, or with nobody. `make soak` plays these by
the thousand. Also: the table of failures in docs/safety.md names a test for each, and one nobody wrote proves nothing.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.commands.scenario import SHIPPED
from tests.support.input_sessions import BOARDS, run, trials

ROOT = Path(__file__).parents[2]
ELEMENTS = {
    "door", "hold", "emergency stop", "switches", "homing", "probe", "wheel", "spindle output", "clamp", "feeder",
    "carousel", "axes", "brush", "cameras", "chute", "bin", "power", "USB", "clocks", "threads", "program",
    "network", "all inputs",
}  # fmt: skip


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_hands_at_door_hold_and_emergency_stop_at_random_moments() -> None:
    for trial in trials(20261128, 24):
        _, found = run(trial)
        assert found == (), trial.described


def test_every_build_of_board_is_among_them() -> None:
    assert {trial.scenario.board for trial in trials(20261128, 24)} == set(BOARDS)


def rows() -> list[list[str]]:
    """Element, failure, known when, what happens, test: each row of the table."""
    text = (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")
    table = text.partition("## Failure modes and effects")[2]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[:2] == "| "]
    return cells[1:]


def test_every_element_of_the_machine_has_its_failures() -> None:
    assert {row[0] for row in rows()} == ELEMENTS


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row[0]}: {row[1]}"[:60])
def test_every_failure_has_a_test_that_exists_or_is_the_hardwares(row: list[str]) -> None:
    _, _, _, happens, proof = row
    if not proof:
        assert "*HW*" in happens
    elif proof.startswith("scenario "):
        assert (SHIPPED / f"{proof.removeprefix('scenario ')}.toml").is_file()
    else:
        file, _, name = proof.partition("::")
        assert re.search(
            rf"^def {re.escape(name)}\(", (ROOT / "tests" / file).read_text(encoding="utf-8"), re.MULTILINE
        )
