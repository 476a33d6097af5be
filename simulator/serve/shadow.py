"""A twin of the board that is told what the board was told, and the first place where they differ.

Responsible for: running a simulated machine along a recorded wire, and comparing replies, times and positions. Not
responsible for: recording (`hardware.grbl.recording`), or whether the twin or the board is right.

A first homing takes as long as the slides happen to stand from their switches: its time is not compared, the twin is
waited for. One from a place that both know takes both as long, or one of them goes another way than it says. Reports in
a homing are not compared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from hardware.grbl.events import Probe, StatusReport
from hardware.grbl.recording import TO_BOARD, RecordedLine
from hardware.grbl.wire import RealTimeByte, parse_line
from hardware.job import Position
from simulator.faults.simulated_machine import SimulatedMachine

STEP_S = 0.005
HOMING_MOST_S = 120.0
APART_S = 0.25
"""A busy computer between board and file is this late now and then."""
APART_MM = 0.05
LOOK_S = 0.08
"""How far apart in time two reports of one moment may have been made: at speed that is a way."""
TAIL_LOOKS = 8
PROBE_APART_MM = 0.3
"""Two blanks never lie quite alike."""
_ENDS = re.compile(rb"ok|error:\d+|ALARM:\d+")
_REAL_TIME = {real.byte for real in RealTimeByte}


class Differing(StrEnum):
    """In what."""

    REPLY = "reply"
    TIMING = "timing"
    POSITION = "position"


@dataclass(frozen=True)
class Difference:
    """The first place where board and twin differ. `line` counts the recording's lines from 1."""

    what: Differing
    line: int
    at_s: float
    board: str
    twin: str


@dataclass
class Likeness:
    """What was compared."""

    replies: int = 0
    reports: int = 0
    largest_s: float = 0.0
    largest_mm: float = 0.0
    first: Difference | None = None


@dataclass(frozen=True)
class _Said:
    at_s: float
    data: bytes


@dataclass
class _Twin:
    """The twin on the recording's clock."""

    sim: SimulatedMachine
    ahead_s: float = 0.0
    """The recording's time less the twin's."""
    homed: bool = False
    """Both stand where they say, so that from here on homing takes both as long."""
    half: bytes = b""
    said: list[_Said] = field(default_factory=list)

    @property
    def now_s(self) -> float:
        return self.sim.timeline.now_s + self.ahead_s

    def listen(self) -> None:
        *lines, self.half = (self.half + self.sim.firmware.take_output()).split(b"\n")
        self.said += [_Said(self.now_s, line.rstrip(b"\r")) for line in lines if line.rstrip(b"\r")]

    def run_to(self, at_s: float) -> None:
        while (left_s := at_s - self.now_s) > 1e-9:
            self.sim.timeline.advance(min(STEP_S, left_s))
            self.listen()

    def hear(self, data: bytes) -> None:
        self.homed = self.homed and data != RealTimeByte.RESET.byte
        self.sim.firmware.receive(data if data in _REAL_TIME else data + b"\n")

    def run_homing(self, until_s: float) -> None:
        """Home, however long it takes, and be at `until_s` when it has ended."""
        before, began_s = len(self.said), self.sim.timeline.now_s
        while not any(_ENDS.fullmatch(each.data) for each in self.said[before:]):
            if self.sim.timeline.now_s - began_s > HOMING_MOST_S:
                break
            self.sim.timeline.advance(STEP_S)
            self.listen()
        ended_s = self.now_s if self.homed else until_s
        self.ahead_s = until_s - self.sim.timeline.now_s
        replies = [each for each in self.said[before:] if not each.data.startswith(b"<")]
        self.said[before:] = [
            _Said(ended_s if _ENDS.fullmatch(each.data) else each.at_s, each.data) for each in replies
        ]
        self.homed = any(each.data == b"ok" for each in replies)


def shadow(recording: tuple[RecordedLine, ...], sim: SimulatedMachine) -> Likeness:
    """Run a twin that was just switched on along a recording that begins as the port is opened."""
    twin = _Twin(sim)
    sim.firmware.power_cycle()
    homing_s: list[tuple[float, float]] = []
    for i, line in enumerate(recording):
        if line.way != TO_BOARD or any(begin < line.at_s < end for begin, end in homing_s):
            continue
        twin.run_to(line.at_s)
        twin.hear(line.data)
        if line.data.replace(b" ", b"").upper() == b"$H":
            ends = (each.at_s for each in recording[i:] if each.way != TO_BOARD and _ENDS.fullmatch(each.data))
            end_s = next(ends, recording[-1].at_s)
            homing_s.append((line.at_s, end_s))
            twin.run_homing(end_s)
    # A state that had just ended where the recording does shows in the twin's a moment later.
    for n in range(1, TAIL_LOOKS + 1):
        twin.hear(RealTimeByte.STATUS.byte)
        twin.run_to(recording[-1].at_s + APART_S * n / TAIL_LOOKS)
    heard = [(n, each) for n, each in enumerate(recording, start=1) if each.way != TO_BOARD]
    return _compared([(n, x) for n, x in heard if not _in_homing(homing_s, x)], twin.said)


def _in_homing(spans: list[tuple[float, float]], line: RecordedLine) -> bool:
    """Whether it is a report made while homing."""
    return line.data.startswith(b"<") and any(begin <= line.at_s <= end + LOOK_S for begin, end in spans)


def _compared(heard: list[tuple[int, RecordedLine]], said: list[_Said]) -> Likeness:
    found = Likeness()
    reports = [each for each in said if each.data.startswith(b"<")]
    replies = iter([each for each in said if not each.data.startswith(b"<")])
    began = False
    for number, line in heard:
        if line.data.startswith(b"<"):
            what, twin = _report_differs(line, reports, found)
            found.reports += 1
        else:
            twin = next(replies, None)
            what = _reply_differs(line, twin, found, began=began)
            found.replies += 1
        if what is not None:
            told = "nothing" if twin is None else f"{twin.data.decode('latin-1')} at {twin.at_s:.3f} s"
            found.first = Difference(what, number, line.at_s, line.data.decode("latin-1"), told)
            return found
        began = began or line.data == b"ok"
    return found


def _reply_differs(line: RecordedLine, twin: _Said | None, found: Likeness, *, began: bool) -> Differing | None:
    """Replies come in the order of what they answer. A board boots in its own time: until its first ok none counts."""
    if twin is None:
        return Differing.REPLY
    what = _texts_differ(line.data, twin.data)
    if what is None and began:
        late_s = abs(twin.at_s - line.at_s)
        found.largest_s = max(found.largest_s, late_s)
        what = Differing.TIMING if late_s > APART_S else None
    return what


def _texts_differ(board: bytes, twin: bytes) -> Differing | None:
    if board == twin:
        return None
    match parse_line(board), parse_line(twin):
        case Probe() as one, Probe() as other if one.touched == other.touched:
            return Differing.POSITION if _apart_mm(one.at_mm, other.at_mm) > PROBE_APART_MM else None
        case _:
            return Differing.REPLY


def _report_differs(line: RecordedLine, reports: list[_Said], found: Likeness) -> tuple[Differing | None, _Said | None]:
    """A report is held against the twin's of that moment; a state that just begins or ends may be in the one beside."""
    near = [each for each in reports if abs(each.at_s - line.at_s) <= APART_S]
    near.sort(key=lambda each: abs(each.at_s - line.at_s))
    if not near:
        return Differing.REPLY, None
    board = parse_line(line.data)
    twins = [twin for each in near if isinstance(twin := parse_line(each.data), StatusReport)]
    if not isinstance(board, StatusReport) or (board.state, board.pins) not in {(x.state, x.pins) for x in twins}:
        return Differing.REPLY, near[0]
    twin = twins[0]
    if board.machine_mm is not None and twin.machine_mm is not None:
        apart_mm = _apart_mm(board.machine_mm, twin.machine_mm)
        found.largest_mm = max(found.largest_mm, apart_mm)
        speed_mm_s = max(board.feed_mm_min or 0.0, twin.feed_mm_min or 0.0) / 60
        if apart_mm > APART_MM + speed_mm_s * LOOK_S:
            return Differing.POSITION, near[0]
    return None, near[0]


def _apart_mm(one: Position, other: Position) -> float:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))
