"""The board's serial port: bytes paced by the baud rate, the 128-byte ring, deafness behind EEPROM writes.

Responsible for: when each byte is in, which are lost, and when each reply has left. Not responsible for: meaning,
except that real-time bytes never enter the ring.
"""

from __future__ import annotations

import math
from collections import deque

RX_BYTES = 128
TX_BYTES = 104
_REALTIME = bytes([0x18, ord("?"), ord("!"), ord("~"), *range(0x80, 0x100)])
_DEAF_KEEPS = 2
"""Bytes the port's own hardware keeps while nobody reads it."""


class Uart:
    """Both directions. `baud` None: bytes are there at once."""

    def __init__(self, baud: int | None, receive_bytes: int = RX_BYTES) -> None:
        self._receive_bytes = receive_bytes
        self.byte_s = 10 / baud if baud else 0.0
        self.ring = bytearray()
        self.lost = 0
        """Bytes dropped so far: the ring was full, or nobody read."""
        self.arriving: deque[tuple[float, bytes, bool]] = deque()
        """What is under way to the board: since when, what, and whether it is a real-time byte."""
        self._wire_s = 0.0
        self._deaf_from_s = self._deaf_s = -math.inf
        self._window_s = 1.0
        self._deaf_window, self._deaf_count = -1, 0
        self._first: tuple[float, bytes, bool] | None = None
        """The run that `_first_s` was last worked out for."""
        self._first_s = 0.0
        self._out: deque[tuple[float, bytes]] = deque()
        self.leaving: deque[float] = deque()
        """When what is being said will have left, as far as that may still be an event."""
        self._out_s = 0.0

    def receive(self, data: bytes, now_s: float) -> None:
        """Bytes begin to arrive."""
        at_s = max(now_s, self._wire_s)
        if len(data.translate(None, _REALTIME)) == len(data):
            self.arriving.append((at_s, data, False))
            self._wire_s = at_s + len(data) * self.byte_s
            return
        start = 0
        for i, byte in enumerate(data):
            if byte in _REALTIME:
                if i > start:
                    self.arriving.append((at_s + start * self.byte_s, data[start:i], False))
                self.arriving.append((at_s + i * self.byte_s, data[i : i + 1], True))
                start = i + 1
        if start < len(data):
            self.arriving.append((at_s + start * self.byte_s, data[start:], False))
        self._wire_s = at_s + len(data) * self.byte_s

    def next_arrival_s(self, now_s: float) -> float:
        """When a line's end or a real-time byte is in (or the last byte of what is under way)."""
        if not self.arriving:
            return math.inf
        run = self.arriving[0]
        if run is not self._first:
            at_s, data, _ = self._first = run
            end, back = data.find(b"\n") + 1, data.find(b"\r") + 1
            self._first_s = at_s + (min(end, back) if end and back else end or back or len(data)) * self.byte_s
        return self._first_s if self._first_s > now_s else now_s

    def deliver(self, now_s: float, eager: bool) -> int | None:
        """Put what has arrived into the ring, up to the next real-time byte, which is returned.

        Args:
            now_s: the time.
            eager: the main program is taking bytes out as they come, so the ring cannot overrun.
        """
        while self.arriving:
            at_s, data, realtime = self.arriving[0]
            count = len(data) if not self.byte_s else min(len(data), int((now_s - at_s) / self.byte_s + 1e-4))
            if count <= 0:
                return None
            if realtime:
                self.arriving.popleft()
                if self._heard(at_s + self.byte_s):
                    return data[0]
                self.lost += 1
                continue
            if count == len(data):
                self.arriving.popleft()
            else:
                self.arriving[0] = (at_s + count * self.byte_s, data[count:], False)
            self._take(data[:count], at_s, eager)
            if count < len(data):
                return None
        return None

    def _take(self, data: bytes, at_s: float, eager: bool) -> None:
        if at_s < self._deaf_s:
            kept = bytes(b for i, b in enumerate(data) if self._heard(at_s + (i + 1) * self.byte_s))
            self.lost += len(data) - len(kept)
            data = kept
        if not eager:
            room = self._receive_bytes - len(self.ring)
            self.lost += max(0, len(data) - room)
            data = data[:room] if room > 0 else b""
        self.ring += data

    def deafen(self, now_s: float, window_s: float, windows: int) -> None:
        """Nobody reads the port for `windows` times `window_s`; between them the hardware's two bytes are saved."""
        self._deaf_from_s, self._window_s = now_s, window_s
        self._deaf_s = now_s + windows * window_s
        self._deaf_window, self._deaf_count = -1, 0

    def _heard(self, at_s: float) -> bool:
        if not self._deaf_from_s <= at_s < self._deaf_s:
            return True
        window = int((at_s - self._deaf_from_s) / self._window_s)
        if window != self._deaf_window:
            self._deaf_window, self._deaf_count = window, 0
        self._deaf_count += 1
        return self._deaf_count <= _DEAF_KEEPS

    def clear(self) -> None:
        """Forget what the ring holds."""
        self.ring.clear()

    def power_off(self) -> None:
        """Nothing is under way in either direction."""
        self.ring.clear()
        self.arriving.clear()
        self._deaf_s = -math.inf

    # -- outwards ----------------------------------------------------------------------------------------------

    def send(self, data: bytes, now_s: float) -> float:
        """Queue a reply; when the sender may go on (its buffer holds 104 bytes)."""
        self._out_s = max(now_s, self._out_s) + len(data) * self.byte_s
        self._out.append((self._out_s, data))
        self.leaving.append(self._out_s)
        return self._out_s - TX_BYTES * self.byte_s

    def drop_unsent(self, now_s: float) -> bool:
        """A reset: of what is being said only what is in the send buffer still goes out. Whether anything was lost."""
        last_s = now_s + TX_BYTES * self.byte_s
        if self._out_s <= last_s + self.byte_s / 2 or self._pauses(now_s):
            return False
        while self._out and self._out[-1][0] > last_s:
            end_s, data = self._out.pop()
            fits = len(data) - math.ceil((end_s - last_s) / self.byte_s - 1e-6)
            if fits > 0:
                self._out.append((last_s, data[:fits]))
                break
        self._out_s = last_s
        while self.leaving and self.leaving[-1] > last_s:
            self.leaving.pop()
        self.leaving.append(last_s)
        return True

    def _pauses(self, now_s: float) -> bool:
        """Whether something is said only later, after other work: then the buffer is not what is waited for."""
        before_s = now_s
        for end_s, data in self._out:
            if end_s - len(data) * self.byte_s > before_s + self.byte_s:
                return True
            before_s = max(before_s, end_s)
        return False

    def sent(self, now_s: float) -> bytes:
        """Replies that have left by now."""
        out = b""
        if not self._out:
            return out
        while self._out and self._out[0][0] <= now_s + 1e-9:
            out += self._out.popleft()[1]
        return out

    def next_sent_s(self, now_s: float) -> float:
        """When the next reply will have left; one that has and was not taken is no event any more."""
        leaving = self.leaving
        while leaving and leaving[0] <= now_s:
            leaving.popleft()
        return leaving[0] if leaving else math.inf
