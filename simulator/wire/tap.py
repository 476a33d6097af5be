"""What passes on the wire of a simulated board, line by line, for a technician to look at.

Responsible for: cutting both directions into lines and single-byte commands, numbered, with their time, and whether
they were damaged on the way. Not responsible for: what a line means (`ui.panel`), or keeping any of it: the last lines
live in memory and go with the machine.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

LINES_KEPT = 2000
"""Lines kept: a few whole sessions."""
_LONGEST = 256
_TO_BOARD = re.compile(rb"[?!~\x18\x80-\xff]|[\r\n]|[^?!~\x18\x80-\xff\r\n]+")
_REAL_TIME = re.compile(rb"[?!~\x18\x80-\xff]")
_FROM_BOARD = re.compile(rb"[\r\n]|[^\r\n]+")


class Passage(StrEnum):
    """Where something on the wire went."""

    TO_BOARD = "to_board"
    FROM_BOARD = "from_board"
    PORT = "port"
    """The port itself: opened."""


@dataclass(frozen=True, repr=False)
class TappedLine:
    """One line or one single-byte command. Its repr shows no text: it may be a piece of a key."""

    number: int
    at_s: float
    course: Passage
    text: str
    damaged: bool = False

    def row(self) -> list[str | int | float | bool]:
        """As the control socket has it."""
        return [self.number, round(self.at_s, 4), self.course.value, self.text, self.damaged]

    def __repr__(self) -> str:
        return f"WireLine({self.number})"


class _Half:
    """A line under way in one direction."""

    def __init__(self, pieces: re.Pattern[bytes]) -> None:
        self.pieces = pieces
        self.data = b""
        self.damaged = False


class WireTap:
    """Listens to one wire. Called under the machine's lock."""

    def __init__(self) -> None:
        self._lines: deque[TappedLine] = deque(maxlen=LINES_KEPT)
        self._next = 1
        self.listener: Callable[[TappedLine], None] = lambda _: None
        """Given every line as it ends."""
        self._halves = {Passage.TO_BOARD: _Half(_TO_BOARD), Passage.FROM_BOARD: _Half(_FROM_BOARD)}

    def opened(self, now_s: float) -> None:
        """A program opened the port."""
        for half in self._halves.values():
            half.data, half.damaged = b"", False
        self._add(now_s, Passage.PORT, "open", damaged=False)

    def passed(self, course: Passage, sent: bytes, arrived: bytes, now_s: float) -> None:
        """Bytes went along. What never arrived is shown as it was sent, and marked."""
        half = self._halves[course]
        half.damaged = half.damaged or sent != arrived
        for piece in half.pieces.findall(arrived or sent):
            if piece in (b"\n", b"\r"):
                if half.data:
                    self._end(course, half, now_s)
            elif course is Passage.TO_BOARD and _REAL_TIME.fullmatch(piece):
                self._add(now_s, course, shown(piece), damaged=sent != arrived)
            else:
                half.data += piece
                if len(half.data) > _LONGEST:
                    self._end(course, half, now_s)

    def since(self, number: int, most: int) -> tuple[list[TappedLine], int]:
        """The newest lines after `number` (at most `most`, oldest first), and how many before them were left out."""
        count = min(self._next - 1 - number, len(self._lines), most)
        lines = list(islice(self._lines, len(self._lines) - max(0, count), None))
        return lines, max(0, self._next - 1 - number - len(lines))

    def _end(self, course: Passage, half: _Half, now_s: float) -> None:
        self._add(now_s, course, shown(half.data), damaged=half.damaged)
        half.data, half.damaged = b"", False

    def _add(self, now_s: float, course: Passage, text: str, *, damaged: bool) -> None:
        line = TappedLine(self._next, now_s, course, text, damaged)
        self._lines.append(line)
        self._next += 1
        self.listener(line)


def shown(data: bytes) -> str:
    """Bytes as text that can be read: what is no printable character as its number."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}" for byte in data)
