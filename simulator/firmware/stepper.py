"""Planned blocks in time: where the motors stand at any moment, without ticking.

Responsible for: running the planner's blocks as stretches of constant acceleration, some 45 ms of which are prepared
ahead and cannot be changed any more (as on a board), holds, and the moments at which something happens. Not
responsible for: deciding to start or stop (`simulator.firmware.board`), or metal (`simulator.machine.world`).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

from simulator.firmware.pieces import SEGMENT_S, TINY_S, Piece, end_of, mm_at, passes, segments_in, steps_done, time_at
from simulator.firmware.planner import Leg, Planned, Planner, Steps, profile

SEGMENTS_AHEAD = 5
_LATE_S = 1e-7


class Stepper:
    """The motion under way. Times are the firmware's, in seconds."""

    def __init__(self, planner: Planner) -> None:
        self._planner = planner
        self._pieces: deque[Piece] = deque()
        self._spans: deque[tuple[float, float]] = deque()
        """Stretches cut into whole segments, the last of each ending with it: blocks, and what was replanned of one."""
        self._head: Planned | None = None
        self._anchor_s = 0.0
        self.running = False
        self.holding = False
        self.resting: Steps = (0, 0, 0)
        """Where the motors stand when nothing runs, in board steps."""
        self.watch: Callable[[Planned, Steps], float | None] | None = None
        """Where along a block an input changes, asked as it is taken up, with its steps done so far."""
        self.taken: Callable[[Planned], None] = lambda _: None
        """Called when a block begins to be prepared."""
        self.locked: dict[int, int] = {}
        """Axes that get no step pulses while homing, and where they stand."""
        self._watch_s = math.inf
        self._load_s = math.inf

    # -- what happens next -------------------------------------------------------------------------------------

    @property
    def next_event_s(self) -> float:
        """When this must be looked at again: a block to take up, an input changing, the end."""
        if not self.running:
            return math.inf
        return min(self._load_s, self._watch_s, self._end_s)

    @property
    def _end_s(self) -> float:
        return self._pieces[-1].end_s if self._pieces else self._anchor_s

    def _horizon_s(self, now_s: float) -> float:
        """Where the segments end that are prepared by now; infinity where all that was taken up is prepared."""
        left = SEGMENTS_AHEAD
        for start_s, end_s in self._spans:
            if end_s > now_s + TINY_S:
                done = max(0, math.floor((now_s - start_s) / SEGMENT_S + 1e-6))
                here = segments_in(start_s, end_s) - done
                if here >= left:
                    return min(end_s, start_s + (done + left) * SEGMENT_S)
                left -= here
        return math.inf

    def finished(self, now_s: float) -> bool:
        """Whether the last prepared step has been taken."""
        return self.running and self._load_s == math.inf and now_s >= self._end_s - TINY_S

    def reached_watch(self, now_s: float) -> bool:
        """Whether an input changes now; asked once, then forgotten."""
        if now_s < self._watch_s - TINY_S:
            return False
        for piece in self._pieces:
            watch = piece.block.watch_mm
            if watch is not None and passes(piece, watch) and time_at(piece, watch) <= now_s + TINY_S:
                piece.block.watch_mm = None
        self._find_watch()
        return True

    # -- commands ----------------------------------------------------------------------------------------------

    def start(self, now_s: float) -> None:
        """Begin, or go on after a hold, with the planner's first block."""
        self._settle(now_s)
        self._pieces.clear()
        self._spans.clear()
        self.running, self.holding = True, False
        self._anchor_s = now_s
        self._head = None
        self.advance(now_s)

    def advance(self, now_s: float) -> None:
        """Take up blocks as far as the prepared stretch reaches."""
        while len(self._spans) > 1 and self._spans[0][1] <= now_s:
            self._spans.popleft()
        while self.running and self._horizon_s(now_s) >= self._load_due_s() - _LATE_S:
            if self._head is not None:
                if self.holding and self._speed_at_end() <= 0:
                    self._load_s = math.inf
                    return
                self._planner.pop()
                self._head = None
            if not self._planner.blocks:
                self._load_s = math.inf
                return
            self._take(self._planner.blocks[0])
        self._load_s = max(now_s, self._load_moment()) if self.running else math.inf

    def replan(self, now_s: float) -> None:
        """The queue or the overrides changed: prepare again what is not prepared yet."""
        if not self.running:
            return
        if self._head is None:
            self._planner.recalculate()
            self.advance(now_s)
            return
        cut_s = self._horizon_s(now_s)
        head = self._head
        speed = None
        while self._pieces and self._pieces[-1].block is head and self._pieces[-1].end_s > cut_s:
            piece = self._pieces.pop()
            if piece.start_s < cut_s:
                leg, into_s = piece.leg, cut_s - piece.start_s
                length = leg.v0_mm_s * into_s + 0.5 * leg.acceleration_mm_s2 * into_s * into_s
                kept = Leg(into_s, leg.v0_mm_s, leg.acceleration_mm_s2, length)
                self._pieces.append(Piece(piece.start_s, cut_s, piece.from_mm, kept, head))
                speed = leg.v0_mm_s + leg.acceleration_mm_s2 * into_s
                break
            speed = piece.leg.v0_mm_s
        if speed is None:
            self._planner.recalculate()
            self.advance(now_s)
            return
        last = self._pieces[-1] if self._pieces else None
        head.done_mm = last.from_mm + last.leg.length_mm if last and last.block is head else self._head_from_mm
        head.entry_sq = speed * speed
        self._planner.recalculate()
        self._spans[-1] = (self._spans[-1][0], max(self._spans[-1][0], self._end_s))
        self._spans.append((self._end_s, self._end_s))
        self._lay(head, speed)
        self.advance(now_s)

    def hold(self, now_s: float) -> None:
        """Brake to a stand as soon as the prepared stretch allows."""
        self.holding = True
        self.replan(now_s)

    def halt(self, now_s: float) -> None:
        """Stop dead: no more steps."""
        self._settle(now_s)
        self._pieces.clear()
        self._spans.clear()
        self._head = None
        self.locked = {}
        self.running = self.holding = False
        self._watch_s = self._load_s = math.inf

    def end(self, now_s: float) -> None:
        """The last prepared step is taken: stand."""
        head = self._head
        if head is not None and self._pieces and self._pieces[-1].block is head:
            last = self._pieces[-1]
            head.done_mm = last.from_mm + last.leg.length_mm
            head.entry_sq = 0.0
        self.halt(now_s)

    # -- where -------------------------------------------------------------------------------------------------

    def position(self, now_s: float) -> Steps:
        """Where the motors stand, in board steps."""
        piece = self._piece_at(now_s)
        if piece is None:
            return self.resting
        return self._masked(piece.block, steps_done(piece.block, mm_at(piece, now_s)))

    def lock(self, axes: int, now_s: float) -> None:
        """Give these axes (a bit each) no more steps, and look again for what the others will meet."""
        at = self.position(now_s)
        for i in range(3):
            if axes >> i & 1 and i not in self.locked:
                self.locked[i] = at[i]
        head = self._head or (self._pieces[-1].block if self._pieces else None)
        if head is not None and self.watch is not None:
            piece = self._piece_at(now_s)
            done = mm_at(piece, now_s) if piece is not None else 0.0
            head.watch_mm = self.watch(head, steps_done(head, done))
            self._find_watch()

    def _masked(self, block: Planned, done: Steps) -> Steps:
        o = block.origin
        at = (o[0] + done[0], o[1] + done[1], o[2] + done[2])
        if not self.locked:
            return at
        held = [self.locked.get(i, at[i]) for i in range(3)]
        return (held[0], held[1], held[2])

    def path(self, now_s: float) -> list[Steps]:
        """Corners passed since `resting`, in order, then where the motors stand now; `resting` moves along."""
        corners: list[Steps] = []
        pieces = self._pieces
        while len(pieces) > 1 and pieces[0].end_s <= now_s + TINY_S:
            done = pieces.popleft()
            if pieces[0].block is not done.block:
                corners.append(end_of(done.block))
        corners.append(self.position(now_s))
        self.resting = corners[-1]
        return corners

    def speed_mm_s(self, now_s: float) -> float:
        """Speed at the end of the prepared stretch, which is what a board reports."""
        if not self.running or not self._pieces:
            return 0.0
        at_s = self._horizon_s(now_s)
        for piece in reversed(self._pieces):
            if piece.start_s <= at_s:
                into_s = min(at_s, piece.end_s) - piece.start_s
                return max(0.0, piece.leg.v0_mm_s + piece.leg.acceleration_mm_s2 * into_s)
        return 0.0

    # -- inside ------------------------------------------------------------------------------------------------

    def _settle(self, now_s: float) -> None:
        self.resting = self.position(now_s)

    def _load_due_s(self) -> float:
        return self._end_s if self._head is not None or self._pieces else -math.inf

    def _load_moment(self) -> float:
        """The first moment at which the prepared stretch covers the end of the block under way."""
        left = SEGMENTS_AHEAD
        for start_s, end_s in reversed(self._spans):
            here = segments_in(start_s, end_s)
            if here >= left:
                return start_s + (here - left) * SEGMENT_S
            left -= here
        return self._anchor_s

    def _speed_at_end(self) -> float:
        if not self._pieces:
            return 0.0
        leg = self._pieces[-1].leg
        speed = leg.v0_mm_s + leg.acceleration_mm_s2 * leg.duration_s
        return speed if speed > 1e-6 else 0.0

    _head_from_mm = 0.0

    def _take(self, block: Planned) -> None:
        speed = self._speed_at_end() if self._pieces else 0.0
        if block.done_mm == 0.0:
            block.origin = end_of(self._pieces[-1].block) if self._pieces else self.resting
        block.entry_sq = speed * speed
        self._head = block
        self._head_from_mm = block.done_mm
        self._spans.append((self._end_s, self._end_s))
        self.taken(block)
        if self.watch is not None:
            block.watch_mm = self.watch(block, steps_done(block, block.done_mm))
        self._lay(block, speed)

    def _lay(self, block: Planned, speed: float) -> None:
        left = block.length_mm - block.done_mm
        if self.holding:
            stop_mm = speed * speed / (2 * block.acceleration)
            legs = profile(min(left, stop_mm), speed, speed, 0.0, block.acceleration)
        else:
            nominal = block.nominal_mm_s(self._planner.feed_percent, self._planner.rapid_percent)
            legs = profile(left, speed, nominal, self._planner.exit_mm_s(), block.acceleration)
        at_s, at_mm = self._end_s, block.done_mm
        for leg in legs:
            self._pieces.append(Piece(at_s, at_s + leg.duration_s, at_mm, leg, block))
            at_s += leg.duration_s
            at_mm += leg.length_mm
        self._spans[-1] = (self._spans[-1][0], at_s)
        self._find_watch()

    def _find_watch(self) -> None:
        self._watch_s = math.inf
        for piece in self._pieces:
            watch = piece.block.watch_mm
            if watch is not None and passes(piece, watch):
                self._watch_s = time_at(piece, watch)
                return

    def _piece_at(self, now_s: float) -> Piece | None:
        for piece in self._pieces:
            if now_s < piece.end_s:
                return piece
        return self._pieces[-1] if self._pieces else None
