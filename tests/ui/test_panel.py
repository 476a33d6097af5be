"""The technician's panel: buttons to requests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from simulator.faults import FAULTS
from simulator.gallery import GALLERY
from ui.panel.app import Wish, controls, faults, keys, lines


def test_every_fault_and_every_key_of_the_gallery_has_a_button() -> None:
    assert [action.id for action in faults({})] == [f"fault_{name}" for name in FAULTS]
    assert [action.id for action in keys()] == [f"key_{name}" for name in GALLERY]


def test_a_switch_that_is_on_mends_its_fault() -> None:
    name = next(iter(FAULTS))
    on = next(action for action in faults({"faults": {name: {}}}) if action.id == f"fault_{name}")
    assert on.chosen
    assert on.does == Wish("clear", (("name", name),))


def test_buttons_say_what_they_will_do_next() -> None:
    labels = {
        action.id: action.label for action in controls({"door_open": True, "paused": True, "emergency_stop": True})
    }
    assert (labels["door"], labels["pause"], labels["stop"]) == ("Close door", "Go on", "Release stop")
    assert len(lines({})) == 5


def test_a_port_where_nobody_listens_is_one_line_and_status_2() -> None:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "ui.panel", "--control", "9"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "--control" in done.stderr
