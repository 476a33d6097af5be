"""Whoever cannot see the tray is told where a key must go, and following it leads to where it can be read."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.settings import load_settings
from hardware.scan import Frame, Pixels
from kiosk.identification.outline.placement import Placement, placement
from simulator.keys.sample_keys import sample_key
from simulator.optics import NORMAL, Pose, render_scan

WIDE_MM, HIGH_MM, PITCH_MM = 78.0, 58.0, 0.25
STEP_MM = 8.0
MOVES = {
    Placement.TO_LEFT: (-STEP_MM, 0.0, 0.0),
    Placement.TO_RIGHT: (STEP_MM, 0.0, 0.0),
    Placement.AWAY: (0.0, -STEP_MM, 0.0),
    Placement.NEARER: (0.0, STEP_MM, 0.0),
}


def tray(x_mm: float, y_mm: float, turned_deg: float, length_mm: float = 52.0, bow_mm: float = 24.0) -> Frame:
    """A bow and a blade, their middle so far right of and below the tray's."""
    columns, rows = np.meshgrid(
        np.arange(round(WIDE_MM / PITCH_MM)) * PITCH_MM - WIDE_MM / 2 - x_mm,
        np.arange(round(HIGH_MM / PITCH_MM)) * PITCH_MM - HIGH_MM / 2 - y_mm,
    )
    angle = np.radians(turned_deg)
    u, v = columns * np.cos(angle) + rows * np.sin(angle), rows * np.cos(angle) - columns * np.sin(angle)
    blade = (np.abs(v) < 4) & (np.abs(u) < length_mm / 2)
    bow = np.hypot(u + length_mm / 2 - bow_mm / 2, v) < bow_mm / 2
    return Frame(np.where(blade | bow, 20, 210).astype(np.uint8), PITCH_MM)


@given(x_mm=st.floats(-45, 45), y_mm=st.floats(-35, 35), turned_deg=st.floats(-90, 90))
@settings(max_examples=60, deadline=None)
def test_following_the_advice_leads_to_a_key_that_lies_well(x_mm: float, y_mm: float, turned_deg: float) -> None:
    for _ in range(20):
        said = placement(tray(x_mm, y_mm, turned_deg))
        if said in (Placement.GOOD, Placement.EMPTY):
            break
        if said is Placement.TURN:
            # Any hand finds the right way round in a try or two; nobody is told which.
            turned_deg -= np.sign(turned_deg) * min(abs(turned_deg), 30.0)
            x_mm, y_mm = x_mm * 0.7, y_mm * 0.7
        else:
            right_mm, down_mm, _ = MOVES[said]
            x_mm, y_mm = x_mm + right_mm, y_mm + down_mm
    assert said is Placement.GOOD or abs(x_mm) > 40 or abs(y_mm) > 30


@cache
def silhouette(shift_mm: tuple[float, float], rotation_deg: float, cuts_down: bool, bow_right: bool) -> Frame:
    known = load_settings(environment={})
    key = sample_key("kwikset-6", known.catalogue, 3)
    pose = Pose(rotation_deg, shift_mm, bow_right=bow_right, cuts_down=cuts_down)
    seen = render_scan(key, known.machine.views, NORMAL, 1, pose).silhouette
    assert seen is not None
    return seen


@pytest.mark.parametrize(
    ("shift_mm", "rotation_deg", "cuts_down", "bow_right", "said"),
    [
        ((0.0, 0.0), 0.0, False, False, Placement.GOOD),
        ((2.0, -1.0), 9.0, True, True, Placement.GOOD),
        ((24.0, 0.0), 0.0, True, False, Placement.TO_LEFT),
        ((-24.0, 0.0), 0.0, False, True, Placement.TO_RIGHT),
        ((0.0, 26.0), 0.0, False, False, Placement.AWAY),
        ((0.0, -26.0), 0.0, True, True, Placement.NEARER),
        ((0.0, 0.0), 35.0, False, False, Placement.TURN),
    ],
)
def test_a_key_as_the_tray_camera_sees_it(
    shift_mm: tuple[float, float], rotation_deg: float, cuts_down: bool, bow_right: bool, said: Placement
) -> None:
    assert placement(silhouette(shift_mm, rotation_deg, cuts_down, bow_right)) is said


def light(level: int = 210) -> Pixels:
    return np.full((round(HIGH_MM / PITCH_MM), round(WIDE_MM / PITCH_MM)), level, dtype=np.uint8)


def test_a_hand_is_no_key_and_a_covered_light_no_empty_tray() -> None:
    assert placement(Frame(light(), PITCH_MM)) is Placement.EMPTY
    assert placement(Frame(light(40), PITCH_MM)) is Placement.UNSEEN
    lint = light()
    lint[50:60, 50:60] = 10
    assert placement(Frame(lint, PITCH_MM)) is Placement.EMPTY
    wrist = light()
    wrist[120:, 60:220] = 30
    assert placement(Frame(wrist, PITCH_MM)) is Placement.HAND
    above = light()
    above[5:-5, 5:200] = 30
    assert placement(Frame(above, PITCH_MM)) is Placement.HAND
