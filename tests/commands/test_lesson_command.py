"""Whoever wants to learn is told which lessons there are, and how to sign in to one."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.problems import BadInput
from hardware.clock import SystemClock
from kiosk.command_line import app
from kiosk.data_paths import data_paths
from kiosk.launch.lesson import TECHNICIAN, learner
from kiosk.policy.role import Role
from kiosk.staff.accounts import StaffAccounts
from kiosk.staff.member import StaffMember


def test_the_list_says_what_each_shop_complains_of_and_how_hard_it_is() -> None:
    lines = CliRunner().invoke(app, ["simulate", "lesson", "list"]).output.splitlines()
    assert len(lines) == 12
    assert lines[0].split()[:2] == ["1", "easy"]
    assert lines[11].split()[:2] == ["12", "hard"]


@pytest.mark.parametrize("words", [["run"], ["run", "0"], ["run", "13"], ["list", "3"]])
def test_a_lesson_that_is_none_is_bad_input(words: list[str]) -> None:
    assert isinstance(CliRunner().invoke(app, ["simulate", "lesson", *words]).exception, BadInput)


def test_the_pin_that_is_told_lets_the_learner_in_as_technician_and_is_another_every_time(tmp_path: Path) -> None:
    pins = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        pins.append(learner(tmp_path / name))
    accounts = StaffAccounts.open(data_paths(tmp_path / "two", simulated=True).staff, SystemClock())
    member = accounts.sign_in(TECHNICIAN, pins[1])
    accounts.close()
    assert isinstance(member, StaffMember)
    assert member.role is Role.TECHNICIAN
    assert len(set(pins)) == 2
