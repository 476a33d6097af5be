"""Speeds: trapezoid arithmetic, limits never exceeded, holds within the braking distance."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.firmware.board import Firmware
from simulator.firmware.pieces import SEGMENT_S
from simulator.firmware.planner import Limits, Move, Planner, junction_speed_sq, profile
from simulator.firmware.settings import BoardSettings, factory_eeprom
from simulator.firmware.stepper import SEGMENTS_AHEAD
from simulator.firmware.wiring import LooseBoard

speed = st.floats(0, 100)
LIMITS = Limits((250.0, 250.0, 250.0), (50.0, 50.0, 20.0), (500.0, 400.0, 100.0), 0.01)


@pytest.mark.parametrize(
    ("length_mm", "speed_mm_s", "acceleration", "time_s"),
    [
        (20.0, 20.0, 500.0, 20 / 20 + 20 / 500),  # trapezoid: d/v + v/a
        (100.0, 50.0, 500.0, 100 / 50 + 50 / 500),
        (1.0, 100.0, 400.0, 2 * math.sqrt(1.0 / 400)),  # triangle: 2 sqrt(d/a)
        (0.1, 20.0, 500.0, 2 * math.sqrt(0.1 / 500)),
    ],
)
def test_a_move_takes_the_time_of_the_trapezoid(
    length_mm: float, speed_mm_s: float, acceleration: float, time_s: float
) -> None:
    legs = profile(length_mm, 0.0, speed_mm_s, 0.0, acceleration)
    assert sum(leg.duration_s for leg in legs) == pytest.approx(time_s, rel=0.001)
    assert sum(leg.length_mm for leg in legs) == pytest.approx(length_mm)


@given(st.floats(0.01, 200), speed, st.floats(0.1, 100), speed, st.floats(10, 2000))
def test_a_profile_never_exceeds_speed_or_acceleration(
    length_mm: float, entry: float, nominal: float, leave: float, acceleration: float
) -> None:
    legs = profile(length_mm, entry, nominal, min(leave, nominal), acceleration)
    assert sum(leg.length_mm for leg in legs) == pytest.approx(length_mm, abs=1e-6)
    top = max(entry, nominal) + 1e-6
    at = entry
    for leg in legs:
        assert leg.v0_mm_s == pytest.approx(at, abs=1e-5)
        assert abs(leg.acceleration_mm_s2) <= acceleration * 1.001 + 1e-6
        at = leg.v0_mm_s + leg.acceleration_mm_s2 * leg.duration_s
        assert -1e-5 <= at <= top


moves = st.lists(
    st.tuples(st.floats(-20, 20), st.floats(-20, 20), st.floats(-5, 5), st.floats(60, 6000), st.booleans()),
    min_size=1,
    max_size=14,
)


@given(moves)
@settings(max_examples=150, deadline=None)
def test_queued_entry_speeds_can_always_be_braked_to_the_next(
    corners: list[tuple[float, float, float, float, bool]],
) -> None:
    planner = Planner(LIMITS, 15)
    for x, y, z, feed, rapid in corners:
        planner.append((x, y, z), Move(feed / 60, rapid=rapid))
    planner.recalculate()
    blocks = list(planner.blocks)
    for block, after in zip(blocks, [*blocks[1:], None], strict=False):
        leave_sq = after.entry_sq if after is not None else 0.0
        assert block.entry_sq <= leave_sq + 2 * block.acceleration * block.length_mm + 1e-6
        assert leave_sq <= block.entry_sq + 2 * block.acceleration * block.length_mm + 1e-6
        assert block.entry_sq <= block.max_entry_sq + 1e-9
        for part, rate, acceleration in zip(block.unit, LIMITS.max_rate_mm_s, LIMITS.acceleration_mm_s2, strict=True):
            assert abs(part) * block.nominal_mm_s(100, 100) <= rate * 1.000001
            assert abs(part) * block.acceleration <= acceleration * 1.000001


def test_a_corner_of_a_right_angle_is_taken_at_the_published_speed() -> None:
    """v2 = a d sin(t/2) / (1 - sin(t/2)), t the angle between the legs."""
    sin_half = math.sin(math.radians(45))
    acceleration = 500 / math.sqrt(0.5)
    limits = Limits((250.0,) * 3, (50.0,) * 3, (500.0,) * 3, 0.01)
    assert junction_speed_sq((1, 0, 0), (0, 1, 0), limits) == pytest.approx(
        acceleration * 0.01 * sin_half / (1 - sin_half)
    )
    assert junction_speed_sq((1, 0, 0), (-1, 0, 0), limits) == 0.0
    assert junction_speed_sq((1, 0, 0), (1, 0, 0), limits) == math.inf


def running(lines: bytes) -> Firmware:
    fast = {110 + i: 3000.0 for i in range(3)} | {120 + i: 500.0 for i in range(3)}
    firmware = Firmware(LooseBoard(), eeprom=factory_eeprom(BoardSettings(fast)))
    firmware.advance(0.2)
    firmware.receive(lines)
    return firmware


def x_mm(firmware: Firmware) -> float:
    return firmware.core.to_mm(firmware.core.position())[0]


@given(
    st.lists(st.tuples(st.floats(-15, 15), st.floats(-15, 15), st.floats(100, 3000)), min_size=1, max_size=8), st.data()
)
@settings(max_examples=40, deadline=None)
def test_the_moving_board_never_exceeds_its_limits(path: list[tuple[float, float, float]], data: st.DataObject) -> None:
    firmware = running(b"".join(f"G1X{x:.3f}Y{y:.3f}F{feed:.0f}\n".encode() for x, y, feed in path))
    if data.draw(st.booleans()):
        firmware.advance(data.draw(st.floats(0.05, 0.6)))
        firmware.receive(data.draw(st.sampled_from([b"!", b"\x91\x91", b"\x92\x92\x92", b"?"])))
    step_s = 0.004
    before: list[tuple[float, float, float]] = []
    for _ in range(500):
        firmware.advance(step_s)
        before.append(firmware.core.to_mm(firmware.core.position()))
    for a, b in pairwise(before):
        for i in range(2):
            assert abs(b[i] - a[i]) <= 50.0 * step_s + 2 / 250
    resolution = 4 / 250 / step_s
    for a, b, c in zip(before, before[1:], before[2:], strict=False):
        for i in range(2):
            # A corner may change an axis's speed at once, by as much as the junction deviation allows.
            jump = abs((c[i] - b[i]) - (b[i] - a[i])) / step_s
            assert jump <= 500 * step_s + resolution + 50.0


@given(st.floats(0.15, 0.7), st.sampled_from([300, 600, 1200, 2400, 3000]))
@settings(max_examples=40, deadline=None)
def test_a_hold_stops_within_what_is_prepared_and_the_braking_distance(wait_s: float, feed: int) -> None:
    firmware = running(b"G1X100F%d\n" % feed)
    firmware.advance(wait_s)
    start = x_mm(firmware)
    firmware.receive(b"!")
    firmware.advance(0.0002)
    v = feed / 60
    firmware.advance(1.5)
    prepared = v * SEGMENT_S * SEGMENTS_AHEAD
    assert x_mm(firmware) - start <= prepared + v * v / (2 * 500) + v * 0.0003 + 2 / 250
    assert not firmware.core.stepper.running


def test_a_whole_path_takes_the_published_time() -> None:
    """Two moves with a full stop between them (they turn back): twice d/v + v/a."""
    firmware = running(b"G1X20F1200\nG1X0\n")
    started = firmware.now_s + 0.0017
    while firmware.core.stepper.running or firmware.now_s < started + 0.1:
        firmware.advance(0.001)
    # The motors are let go $1 = 25 ms after the last step, and that is when the board calls itself idle.
    assert firmware.now_s - started == pytest.approx(2 * (20 / 20 + 20 / 500), rel=0.01)
