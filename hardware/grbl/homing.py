"""Homing that is believed only when a second, slow approach has found the switches where the first one left them.

Responsible for: `$H`, again from the pull-off, and how long that must take. Not responsible for: lifting the wheel or
what is done with a known position (`hardware.grbl.cutter`, `hardware.grbl.motion`).

A switch that chatters ends a homing anywhere: the board says ok and takes that place for its origin. It answers
nothing while it homes, but from the pull-off the way to the switch, and so its time, is known. A homing that began at
a wrong origin takes longer and puts that right; one that ends too soon is not believed.
"""

from __future__ import annotations

import logging
import math

from config.machine import Board, Machine
from hardware.clock import Clock
from hardware.errors import HomingUnsure, LinkGarbled
from hardware.grbl.board import GrblBoard

LOG = logging.getLogger(__name__)
HOMINGS = 5
"""Tries at most, in all."""
GROUPS = {"Grbl": (2, 2)}
"""Homing cycles of a board, at least and at most: a stock one homes Z, then X and Y together."""
ANY_GROUPS = (1, 3)
LATE_S, EARLY_S, OFF_SHARE = 0.15, 0.05, 0.05
"""How far a homing's time may be off: for the wire and this computer, and a share of it for the board."""


def home_axes(board: GrblBoard, machine: Machine, clock: Clock, *, from_pull_off: bool = False) -> None:
    """Find the switches, twice.

    Args:
        board: connected, at rest or locked.
        machine: its switches.
        clock: time.
        from_pull_off: the axes stand where a homing leaves them, so the first one is a second one.

    Raises:
        HomingUnsure: no two homings agree.
        HardwareFault: the board or its door ended it.
    """
    least_s, most_s = second_homing_s(machine, board.session.firmware)
    for number in range(HOMINGS):
        began_s = clock.now_s()
        # Reports are not answered while homing, so nothing but the acknowledgement is waited for.
        board.command("$H", machine.wire.homing_timeout_s)
        took_s = clock.now_s() - began_s
        status = board.query()
        if status.state != "Idle":
            raise LinkGarbled(f"after homing the board is in state {status.state}")
        if number == 0 and not from_pull_off:
            continue
        if least_s <= took_s <= most_s:
            return
        LOG.warning("a homing from the pull-off took %.2f s, not %.2f to %.2f s: once more", took_s, least_s, most_s)
    raise HomingUnsure("the home switches are not found twice at one place: a switch chatters, or steps are lost")


def second_homing_s(machine: Machine, firmware: str) -> tuple[float, float]:
    """How long a homing takes that begins at the pull-off, at least and at most."""
    fewest, most = GROUPS.get(firmware, ANY_GROUPS)
    accelerations = [axis.acceleration_mm_s2 for axis in (machine.x, machine.y, machine.z)]
    return (
        fewest * _cycle_s(machine.board, max(accelerations)) * (1 - OFF_SHARE) - EARLY_S,
        most * _cycle_s(machine.board, min(accelerations)) * (1 + OFF_SHARE) + LATE_S,
    )


def _cycle_s(board: Board, acceleration_mm_s2: float) -> float:
    """One homing cycle: fast to the switch, off it, slowly to it, off it, and a pause after each."""
    way_mm, seek_mm_s, feed_mm_s = board.pull_off_mm, board.homing_seek_mm_min / 60, board.homing_feed_mm_min / 60
    moves_s = (
        _reach_s(way_mm, seek_mm_s, acceleration_mm_s2)
        + _reach_s(way_mm, feed_mm_s, acceleration_mm_s2)
        + 2 * _move_s(way_mm, seek_mm_s, acceleration_mm_s2)
    )
    return moves_s + 4 * board.homing_debounce_ms / 1000


def _reach_s(way_mm: float, speed_mm_s: float, acceleration_mm_s2: float) -> float:
    """From a standstill until so much way is done; a switch ends it at full speed."""
    ramp_mm = speed_mm_s**2 / (2 * acceleration_mm_s2)
    if way_mm <= ramp_mm:
        return math.sqrt(2 * way_mm / acceleration_mm_s2)
    return speed_mm_s / acceleration_mm_s2 + (way_mm - ramp_mm) / speed_mm_s


def _move_s(way_mm: float, speed_mm_s: float, acceleration_mm_s2: float) -> float:
    """From standstill to standstill."""
    return 2 * _reach_s(way_mm / 2, speed_mm_s, acceleration_mm_s2)
