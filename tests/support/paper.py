"""A receipt printer of a test: it answers what it is asked, and its roll ends when it is told to."""

from __future__ import annotations

from dataclasses import dataclass, field

READY, OFFLINE = 0x12, 0x1A
PAPER_OK, PAPER_LOW, PAPER_OUT = 0x12, 0x1E, 0x7E
COVER_OPEN, STOPPED = 0x16, 0x32


@dataclass
class Roll:
    """What a printer received but for questions, and how it answers those."""

    printer: int = READY
    cause: int = 0x12
    paper: int = PAPER_OK
    ends_after: int | None = None
    """Bytes until the roll ends."""
    silent: bool = False
    printed: bytearray = field(default_factory=bytearray)

    def receive(self, data: bytes) -> bytes:
        """The answer to what came."""
        answer = bytearray()
        at = 0
        while at < len(data):
            if data[at : at + 2] == b"\x10\x04":
                answer.append({1: self.printer, 2: self.cause, 4: self.paper}[data[at + 2]])
                at += 3
                continue
            self.printed.append(data[at])
            at += 1
            if self.ends_after is not None and len(self.printed) >= self.ends_after:
                self.paper = PAPER_OUT
        return b"" if self.silent else bytes(answer)


@dataclass
class RollLink:
    """A `ByteLink` to it in memory. Whatever is waited for and does not come takes no time."""

    roll: Roll
    waited_s: float = 0.0
    _unread: bytes = b""

    def read(self, timeout_s: float) -> bytes:
        """What it said."""
        read, self._unread = self._unread, b""
        if not read:
            self.waited_s += timeout_s
        return read

    def write(self, data: bytes) -> None:
        """Send."""
        self._unread += self.roll.receive(data)

    def close(self) -> None:
        """Nothing to let go of."""
