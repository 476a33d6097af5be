"""A device file as a stream of bytes: what the system offers of a USB printer (`/dev/usb/lp0`).

Responsible for: opening it, waiting for what it says, writing all that is sent. Not responsible for: serial ports and
network addresses (`hardware.link`), what the bytes mean.
"""

from __future__ import annotations

import os
import select

from hardware.errors import LinkLost, PortUnavailable

WRITE_TIMEOUT_S = 1.0
"""A device that takes not one byte for so long is gone."""


class DeviceFileLink:
    """A `ByteLink` over a device file, for one thread."""

    def __init__(self, path: str) -> None:
        """Open `path`.

        Raises:
            PortUnavailable: it is not there, or may not be opened.
        """
        self._path = path
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError as error:
            raise PortUnavailable(f"{path}: {error.strerror}") from error

    def read(self, timeout_s: float) -> bytes:
        """Whatever has arrived, waiting up to `timeout_s` for the first byte; b"" if none came."""
        try:
            ready, _, _ = select.select((self._fd,), (), (), max(0.0, timeout_s))
            return os.read(self._fd, 4096) if ready else b""
        except BlockingIOError:
            return b""
        except OSError as error:
            raise LinkLost(f"{self._path}: {error.strerror}") from error

    def write(self, data: bytes) -> None:
        """Send all of `data`."""
        left = memoryview(data)
        try:
            while left:
                _, ready, _ = select.select((), (self._fd,), (), WRITE_TIMEOUT_S)
                if not ready:
                    raise LinkLost(f"{self._path}: takes nothing more")
                left = left[os.write(self._fd, left) :]
        except OSError as error:
            raise LinkLost(f"{self._path}: {error.strerror}") from error

    def close(self) -> None:
        """Let go of it. May be called twice."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
