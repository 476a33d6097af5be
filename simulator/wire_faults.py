"""Damage on the wire: bytes dropped, flipped, doubled, swapped, late or made up; silence; reset; unplugging.

Responsible for: doing each at a chosen byte, in a chosen direction, to any link, the same for the same seed. Not
responsible for: what anybody makes of it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

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


class Way(StrEnum):
    """Which way the bytes go."""

    TO_BOARD = "to_board"
    FROM_BOARD = "from_board"


@dataclass(frozen=True)
class WireFault:
    """One damage. `at_byte` counts from 0 in its direction; `count` bytes from there are damaged."""

    damage: Damage
    way: Way
    at_byte: int
    count: int = 1
    bit: int | None = None
    """Which bit to flip; drawn by the seed if None."""
    delay_s: float = 0.2


class FaultyLink:
    """A link with damage. `reset` is called when the board is to lose its power for a moment."""

    def __init__(
        self,
        link: ByteLink,
        faults: tuple[WireFault, ...],
        seed: int,
        clock: Clock,
        reset: Callable[[], None] = lambda: None,
    ) -> None:
        self._link = link
        self._faults = list(faults)
        self._random = random.Random(seed)
        self._clock = clock
        self._reset = reset
        self._count = {Way.TO_BOARD: 0, Way.FROM_BOARD: 0}
        self._silent = {Way.TO_BOARD: False, Way.FROM_BOARD: False}
        self._swap: dict[Way, bytes] = {}
        self._late: list[tuple[float, bytes]] = []
        self._lost = False

    def add(self, fault: WireFault) -> None:
        """One more; its byte counts from the next one in its direction."""
        start = self._count[fault.way]
        self._faults.append(
            WireFault(fault.damage, fault.way, start + fault.at_byte, fault.count, fault.bit, fault.delay_s)
        )

    def read(self, timeout_s: float) -> bytes:
        """As the link, with what the damage leaves."""
        end_s = self._clock.now_s() + timeout_s
        while True:
            self._check()
            late = self._due()
            if late:
                return late
            left_s = max(0.0, end_s - self._clock.now_s())
            if self._late:
                left_s = min(left_s, max(0.0, self._late[0][0] - self._clock.now_s()))
            got = self._damaged(self._link.read(left_s), Way.FROM_BOARD)
            if got:
                return got
            if self._clock.now_s() >= end_s:
                return self._due()

    def write(self, data: bytes) -> None:
        """As the link, with what the damage leaves."""
        self._check()
        left = self._damaged(data, Way.TO_BOARD)
        if left:
            self._link.write(left)
        self._check()

    def close(self) -> None:
        """Let go."""
        self._link.close()

    def _check(self) -> None:
        if self._lost:
            raise LinkLost("simulated wire: unplugged")

    def _due(self) -> bytes:
        now_s, out = self._clock.now_s(), b""
        while self._late and self._late[0][0] <= now_s:
            out += self._late.pop(0)[1]
        return out

    def _damaged(self, data: bytes, way: Way) -> bytes:
        start = self._count[way]
        self._count[way] += len(data)
        relevant = any(f.way is way and f.at_byte < start + len(data) for f in self._faults)
        if not relevant and not self._silent[way] and way not in self._swap:
            return data
        out = bytearray()
        for i, byte in enumerate(data):
            piece = self._one(start + i, bytes([byte]), way)
            if not self._silent[way]:
                out += piece
        self._faults = [f for f in self._faults if f.way is not way or f.at_byte + f.count > start + len(data)]
        return bytes(out)

    def _one(self, index: int, byte: bytes, way: Way) -> bytes:
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
                    if way is Way.FROM_BOARD:
                        self._late.append((self._clock.now_s() + fault.delay_s, byte + held))
                    out = byte + held if way is Way.TO_BOARD else b""
                case Damage.SILENCE:
                    self._silent[way] = True
                case Damage.RESET:
                    self._reset()
                case Damage.UNPLUG:
                    self._lost = True
        return out
