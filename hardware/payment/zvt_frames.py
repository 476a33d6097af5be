"""How ZVT messages lie in a stream of bytes: one after the other over TCP, framed with a checksum over a serial line.

Responsible for: cutting a stream into messages, however it was chunked. Not responsible for: what a message says
(`hardware.payment.zvt_codec`), timing, or the port.

Public source: ZVT transport document PA00P016.
"""

from __future__ import annotations

from typing import Protocol

from hardware.payment.zvt_codec import Apdu, ZvtError, apdu_of, size_of

DLE, STX, ETX, ACK, NAK = 0x10, 0x02, 0x03, 0x06, 0x15
HIGHEST_FRAME = 2 * 0x10010
_START, _END = bytes((DLE, STX)), bytes((DLE, ETX))


class Framing(Protocol):
    """One direction of a line."""

    def framed(self, apdu: Apdu) -> bytes:
        """A message as it goes out."""

    def feed(self, data: bytes) -> tuple[list[Apdu], bytes]:
        """The messages completed by these bytes, and what the line itself must be answered."""


class TcpFraming:
    """Over TCP a message stands as it is."""

    def __init__(self) -> None:
        """Nothing has arrived."""
        self._pending = bytearray()

    def framed(self, apdu: Apdu) -> bytes:
        """A message as it goes out."""
        return apdu.encoded()

    def feed(self, data: bytes) -> tuple[list[Apdu], bytes]:
        """The messages completed by these bytes; TCP itself wants no answer."""
        self._pending += data
        found = []
        while (size := size_of(self._pending)) is not None and len(self._pending) >= size:
            found.append(apdu_of(bytes(self._pending[:size])))
            del self._pending[:size]
        return found, b""


class SerialFraming:
    """Over a serial line: DLE STX, the message with every DLE doubled, DLE ETX, two bytes of checksum."""

    def __init__(self) -> None:
        """Nothing has arrived."""
        self._pending = bytearray()
        self.refused = False
        """The other side has refused a frame of ours since this was last set to False."""

    def framed(self, apdu: Apdu) -> bytes:
        """A message as it goes out."""
        plain = apdu.encoded()
        return _START + plain.replace(b"\x10", b"\x10\x10") + _END + checksum(plain).to_bytes(2, "little")

    def feed(self, data: bytes) -> tuple[list[Apdu], bytes]:
        """The messages completed by these bytes, and an ACK or NAK for each frame."""
        self._pending += data
        found: list[Apdu] = []
        answer = bytearray()
        while self._pending:
            start = self._pending.find(_START)
            between = self._pending[: start if start >= 0 else len(self._pending)]
            self.refused = self.refused or NAK in between
            if start < 0:
                # The first half of a start may be all there is so far.
                self._pending = bytearray(b"\x10" if self._pending[-1] == DLE else b"")
                break
            del self._pending[:start]
            end = _end_of(self._pending)
            if end is None:
                if len(self._pending) > HIGHEST_FRAME:
                    self._pending.clear()
                    raise ZvtError("a frame without an end")
                break
            plain = bytes(self._pending[2:end]).replace(b"\x10\x10", b"\x10")
            sum_given = int.from_bytes(self._pending[end + 2 : end + 4], "little")
            del self._pending[: end + 4]
            good = sum_given == checksum(plain)
            answer.append(ACK if good else NAK)
            if good:
                found.append(apdu_of(plain))
        return found, bytes(answer)


def _end_of(frame: bytearray) -> int | None:
    """Where the DLE of a frame's end stands, once its checksum has arrived too."""
    at = 2
    while at + 3 < len(frame):
        if frame[at] != DLE:
            at += 1
        elif frame[at + 1] == ETX:
            return at
        else:
            at += 2
    return None


def checksum(message: bytes) -> int:
    """CRC-16 with the reflected polynomial 8408 from 0, over a message and the ETX after it."""
    crc = 0
    for byte in (*message, ETX):
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x8408 if crc & 1 else crc >> 1
    return crc
