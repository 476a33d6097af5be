"""Damage on the wire: bytes dropped, flipped, doubled, swapped, late or made up; silence; reset; unplugging.

Responsible for: doing each at a chosen byte, in a chosen direction, to any link, the same for the same seed. Not
responsible for: what anybody makes of it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from hardware.clock import Clock
from hardware.errors import LinkLost
from hardware.ports import ByteLink


class Damage(StrEnum):
    """What happens to a byte (or from it on)."""

    DROP = "drop"
    FLIP = "flip"
    DUPLICATE = "duplicate"
    SWAP = "swap"
    DELAY = "delay"
    GARBAGE = "garbage"
    SILENCE = "silence"
    RESET = "reset"
    UNPLUG = "unplug"


class Direction(StrEnum):
    """Which way the bytes go."""

    TO_BOARD = "to_board"
    FROM_BOARD = "from_board"


@dataclass(frozen=True)
class WireFault:
    """One damage. `at_byte` counts from 0 in its direction; `count` bytes from there are damaged.

    Late bytes are those from the board: a wire has no other memory.
    """

    damage: Damage
    way: Direction
    at_byte: int
    count: int = 1
    bit: int | None = None
    """Which bit to flip; drawn by the seed if None."""
    delay_s: float = 0.2


class WireDamage:
    """The damage of one wire. `reset` is called when the board is to lose its power for a moment."""

    def __init__(self, seed: int, reset: Callable[[], None] = lambda: None) -> None:
        self._random = random.Random(seed)
        self._reset = reset
        self._faults: list[WireFault] = []
        self._count = {Direction.TO_BOARD: 0, Direction.FROM_BOARD: 0}
        self._silent = {Direction.TO_BOARD: False, Direction.FROM_BOARD: False}
        self._swap: dict[Direction, bytes] = {}
        self._late: list[tuple[float, bytes]] = []
        self._unplugged = False
        self.losses = 0
        """How often the port vanished; one that was open before is dead for good."""
        self.resets_at_open = True
        """Whether opening the port resets the board (DTR); native USB and many bridges do not."""
        self.wedged = False
        """The port is there and nothing passes, either way."""
        self.wedge_cures = False
        """Closing and opening the port again ends it."""

    @property
    def unplugged(self) -> bool:
        """The port is gone."""
        return self._unplugged

    @unplugged.setter
    def unplugged(self, gone: bool) -> None:
        self.losses += gone and not self._unplugged
        self._unplugged = gone

    def add(self, fault: WireFault) -> None:
        """One more; its byte counts from the next one in its direction."""
        start = self._count[fault.way]
        self._faults.append(
            WireFault(fault.damage, fault.way, start + fault.at_byte, fault.count, fault.bit, fault.delay_s)
        )

    def passed(self, way: Direction) -> int:
        """How many bytes went in this way so far."""
        return self._count[way]

    def mend(self) -> None:
        """No more damage from here on. A port that vanished is back, and must be opened anew."""
        self._faults.clear()
        self.unplugged = self.wedged = self.wedge_cures = False
        self._silent = {Direction.TO_BOARD: False, Direction.FROM_BOARD: False}

    def opened(self) -> None:
        """The port is opened anew."""
        self.unplugged = False
        if self.wedge_cures:
            self.wedged = self.wedge_cures = False
        self._swap.clear()
        self._late.clear()

    def next_due_s(self) -> float:
        """When a late byte arrives; infinity if none is under way."""
        return self._late[0][0] if self._late else math.inf

    def due(self, now_s: float) -> bytes:
        """Late bytes that have come."""
        out = b""
        while self._late and self._late[0][0] <= now_s:
            out += self._late.pop(0)[1]
        return out

    def applied(self, data: bytes, way: Direction, now_s: float) -> bytes:
        """What is left of `data`."""
        if self.wedged:
            return b""
        start = self._count[way]
        self._count[way] += len(data)
        if not self._silent[way] and way not in self._swap:
            end = start + len(data)
            if not self._faults or not any(f.way is way and f.at_byte < end for f in self._faults):
                return data
        out = bytearray()
        for i, byte in enumerate(data):
            piece = self._one(start + i, bytes([byte]), way, now_s)
            if self.unplugged:
                break
            if not self._silent[way]:
                out += piece
        self._faults = [f for f in self._faults if f.way is not way or f.at_byte + f.count > start + len(data)]
        return bytes(out)

    def _one(self, index: int, byte: bytes, way: Direction, now_s: float) -> bytes:
        held = self._swap.pop(way, b"")
        out = byte + held
        for fault in self._faults:
            if fault.way is not way or not fault.at_byte <= index < fault.at_byte + fault.count:
                continue
            match fault.damage:
                case Damage.DROP:
                    out = held
                case Damage.FLIP:
                    bit = self._random.randrange(8) if fault.bit is None else fault.bit
                    out = bytes([byte[0] ^ 1 << bit]) + held
                case Damage.DUPLICATE:
                    out = byte + byte + held
                case Damage.SWAP:
                    self._swap[way] = byte
                    out = held
                case Damage.GARBAGE:
                    out = bytes(self._random.randrange(256) for _ in range(8)) + byte + held
                case Damage.DELAY:
                    if way is Direction.FROM_BOARD:
                        self._late.append((now_s + fault.delay_s, out))
                        out = b""
                case Damage.SILENCE:
                    self._silent[way] = True
                case Damage.RESET:
                    self._reset()
                case Damage.UNPLUG:
                    self.unplugged = True
                case _:
                    assert_never(fault.damage)
        return out


class FaultyLink:
    """A link with damage."""

    def __init__(self, link: ByteLink, damage: WireDamage, clock: Clock) -> None:
        self._link = link
        self._damage = damage
        self._clock = clock
        damage.opened()
        self._losses = damage.losses

    def read(self, timeout_s: float) -> bytes:
        """As the link, with what the damage leaves."""
        damage, now_s = self._damage, self._clock.now_s()
        end_s = now_s + timeout_s
        while True:
            self._check()
            if late := damage.due(now_s):
                return late
            got = self._link.read(max(0.0, min(end_s, damage.next_due_s()) - now_s))
            now_s = self._clock.now_s()
            if got:
                got = damage.applied(got, Direction.FROM_BOARD, now_s)
                self._check()
                if got:
                    return got
            if now_s >= end_s:
                return damage.due(now_s)

    def write(self, data: bytes) -> None:
        """As the link, with what the damage leaves."""
        self._check()
        left = self._damage.applied(data, Direction.TO_BOARD, self._clock.now_s())
        if left:
            self._link.write(left)
        self._check()

    def close(self) -> None:
        """Let go."""
        self._link.close()

    def _check(self) -> None:
        if self._damage.losses != self._losses:
            raise LinkLost("simulated wire: unplugged")
