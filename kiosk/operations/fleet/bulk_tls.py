"""A TLS socket for thousands of small messages a second: it asks the system in large pieces.

Responsible for: reading ahead, and holding back what is written until it is sent in one go. Not responsible for: what
the bytes say. The MQTT client reads single bytes and sends every word alone; of a collector's processor time the
system had two fifths for that, and the broker's side twice what it needs.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

READ_AHEAD_BYTES = 16_384
"""The most that TLS hands over at once."""


class BulkTlsSocket(ssl.SSLSocket):
    """As `SSLContext.sslsocket_class`, which makes sockets without calling `__init__`."""

    _ahead = b""
    _at = 0
    _held: bytearray | None = None

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """As of any socket."""
        if self._at >= len(self._ahead):
            self._ahead, self._at = super().recv(READ_AHEAD_BYTES, flags), 0
        data = self._ahead[self._at : self._at + buflen]
        self._at += len(data)
        return data

    def pending(self) -> int:
        """Bytes that can be read although the system shows none."""
        return len(self._ahead) - self._at + super().pending()

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        """As of any socket; within `in_one_go` it takes all and sends nothing yet."""
        if self._held is None:
            return super().send(data, flags)
        piece = bytes(data)
        self._held += piece
        return len(piece)

    @contextmanager
    def in_one_go(self, timeout_s: float) -> Iterator[None]:
        """Hold back what is sent within, then send it.

        Raises:
            OSError: the other end did not take it within `timeout_s`; the connection is of no use any more.
        """
        self._held = bytearray()
        try:
            yield
        finally:
            held, self._held = self._held, None
        before_s = self.gettimeout()
        self.settimeout(timeout_s)
        self.sendall(held)
        self.settimeout(before_s)
