"""A jog: one axis moved a little by a technician's held touch.

Responsible for: the travel looked at before, the move ended when the touch ends, and the place compared after it. Not
responsible for: who may jog, latching (`hardware.grbl.latch`).

Unlike every other move its end is not known beforehand: a jog that was let go rests somewhere on its own way, and
where that is, the board says.
"""

from __future__ import annotations

from collections.abc import Callable

from config.machine import Axis, Machine
from hardware.clock import Clock
from hardware.errors import PathDeviation
from hardware.grbl.board import GrblBoard, moving_freely
from hardware.grbl.events import StatusReport
from hardware.grbl.motion import ComparedMotion
from hardware.grbl.wire import RealTimeByte
from hardware.grbl.words import axis_words, figure
from hardware.job import Position
from hardware.ports import JogEnd

AXES = ("x", "y", "z")
RATE_SHARE = 0.15
"""Of an axis's fastest rate: slow enough to let go in time."""
LOOK_S = 0.02
"""Time between two looks at the touch."""
SPARE_S = 2.0
"""How much longer than its own way a jog may take, speeding up and slowing down included."""
OFF_THE_WAY_MM = 0.05


def target(at: Position, axis: str, distance_mm: float, machine: Machine) -> Position | None:
    """Where a jog from `at` would end; None when that is outside the travel.

    Raises:
        ValueError: no such axis.
    """
    number = AXES.index(axis)
    end_mm = round(at[number] + distance_mm, 3)
    if not -_axis(machine, axis).travel_mm <= end_mm <= 0:
        return None
    place = list(at)
    place[number] = end_mm
    return (place[0], place[1], place[2])


def jog_axis(
    board: GrblBoard,
    motion: ComparedMotion,
    machine: Machine,
    clock: Clock,
    *,
    axis: str,
    distance_mm: float,
    held: Callable[[], bool],
) -> JogEnd:
    """Move, and see that the machine rests where it should.

    Raises:
        HardwareFault: it does not, or something else went wrong on the way.
    """
    before = motion.at
    end = target(before, axis, distance_mm, machine)
    if end is None:
        return JogEnd.BEYOND_TRAVEL
    if not held():
        return JogEnd.LET_GO
    feed_mm_min = _axis(machine, axis).max_rate_mm_min * RATE_SHARE
    number = AXES.index(axis)
    words = axis_words(**{f"{axis}_mm": end[number]})
    motion.require_ready()
    board.command(f"$J=G53G21G90{words}F{figure(feed_mm_min)}")
    asked_s = clock.now_s()
    until_s = asked_s + abs(distance_mm) / feed_mm_min * 60 + SPARE_S
    let_go = False
    status = board.query()
    while status.state != "Idle":
        _still_jogging(status)
        if not let_go and not held():
            let_go = True
            board.link.write(RealTimeByte.JOG_CANCEL.byte)
        # By when it was asked, not by when it was heard: this thread may have been held up in between.
        if asked_s > until_s:
            raise PathDeviation("a jog does not end")
        clock.sleep(LOOK_S)
        asked_s = clock.now_s()
        status = board.query()
    motion.at = _rests_at(status, before, end, number) if let_go else end
    motion.compare()
    return JogEnd.LET_GO if let_go else JogEnd.DONE


def _axis(machine: Machine, axis: str) -> Axis:
    return {"x": machine.x, "y": machine.y, "z": machine.z}[axis]


def _still_jogging(status: StatusReport) -> None:
    if status.state == "Jog":
        return
    moving_freely(status)
    raise PathDeviation(f"the board is in state {status.state} and not jogging")


def _rests_at(status: StatusReport, before: Position, end: Position, number: int) -> Position:
    """The reported place, which must lie on the jog's own way."""
    place = status.machine_mm
    if place is None:
        raise PathDeviation("the board does not say where a jog ended")
    low, high = sorted((before[number], end[number]))
    aside = any(abs(place[i] - before[i]) > OFF_THE_WAY_MM for i in range(3) if i != number)
    if aside or not low - OFF_THE_WAY_MM <= place[number] <= high + OFF_THE_WAY_MM:
        raise PathDeviation("a jog ended beside its own way")
    return place
