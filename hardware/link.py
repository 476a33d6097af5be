"""The serial port as a stream of bytes. The only importer of pyserial.

Responsible for: opening (device paths, pseudo-terminals, `socket://host:port`), exclusive use, reads that can be
ended from another thread, and distinguishing a vanished port from a quiet one. Not responsible for: what the bytes
mean.

Opening a port may reset the board behind it (DTR); that is wanted: it stops the wheel, and the position is unknown
after every open in any case.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import serial

from config.port_names import port_objection
from hardware.errors import LinkLost, PortInUse, PortUnavailable
from hardware.port_holder import holder_of

if TYPE_CHECKING:
    # What stops a wheel loads nothing it does not need.
    from config.machine import Wire
    from hardware.ports import ByteLink

WRITE_TIMEOUT_S = 1.0
READ_CHUNK = 4096
_TAKEN = (errno.EAGAIN, errno.EBUSY)


class SerialLink:
    """A `ByteLink` over pyserial. `write` is safe from any thread; one thread reads."""

    def __init__(self, port: str, baud: int) -> None:
        """Open `port`.

        Raises:
            PortUnavailable: it is not there, is no serial port, or is in use.
        """
        self._port = port
        self._closed = False
        self._line_lock = threading.Lock()
        objection = port_objection(port)
        if objection is not None:
            raise PortUnavailable(f"{port}: {objection}")
        try:
            self._serial = _open(port, baud)
            self._fd = self._serial.fileno()
        except (OSError, ValueError, serial.SerialException) as cause:
            taken = isinstance(cause, OSError) and cause.errno in _TAKEN
            if taken:
                raise PortInUse(f"{port}: in use by {holder_of(port)}") from cause
            raise PortUnavailable(f"{port}: {_reason(cause)}") from cause
        # Waiting is done here rather than by pyserial: setting its timeout reconfigures the port at every read.
        self._wake_reader, self._wake = os.pipe()

    def read(self, timeout_s: float) -> bytes:
        """Whatever has arrived, waiting up to `timeout_s` for the first byte; b"" if none came."""
        if self._closed:
            raise LinkLost(f"{self._port}: closed")
        try:
            ready, _, _ = select.select((self._fd, self._wake_reader), (), (), max(0.0, timeout_s))
            if self._wake_reader in ready:
                raise LinkLost(f"{self._port}: closed")
            return bytes(self._serial.read(READ_CHUNK)) if ready else b""
        except (OSError, TypeError, ValueError, serial.SerialException) as cause:
            # TypeError and ValueError: a file closed under the reader by another thread.
            raise LinkLost(f"{self._port}: {_reason(cause)}") from cause

    def write(self, data: bytes) -> None:
        """Send all of `data`. A single byte never waits for a line that another thread is writing."""
        if self._closed:
            raise LinkLost(f"{self._port}: closed")
        guard: contextlib.AbstractContextManager[object] = (
            contextlib.nullcontext() if len(data) == 1 else self._line_lock
        )
        try:
            with guard:
                self._serial.write(data)
        except (OSError, TypeError, ValueError, serial.SerialException) as cause:
            raise LinkLost(f"{self._port}: {_reason(cause)}") from cause

    def close(self) -> None:
        """Let go of the port, waking a reader. May be called twice."""
        if self._closed:
            return
        self._closed = True
        os.write(self._wake, b"x")
        with contextlib.suppress(OSError, serial.SerialException):
            self._serial.close()
        # The reader's end stays readable until the object goes, so that a reader in another thread is woken too.

    def __del__(self) -> None:
        """Give the wake-up pipe back."""
        for fd in (getattr(self, "_wake_reader", None), getattr(self, "_wake", None)):
            if fd is not None:
                with contextlib.suppress(OSError):
                    os.close(fd)


def _open(port: str, baud: int) -> serial.SerialBase:
    """Locking is for device files; a network address has no lock to take."""
    if "://" in port:
        return serial.serial_for_url(port, baudrate=baud, timeout=0, write_timeout=WRITE_TIMEOUT_S)
    return serial.Serial(port, baudrate=baud, timeout=0, write_timeout=WRITE_TIMEOUT_S, exclusive=True)


def _reason(cause: Exception) -> str:
    """One line, without pyserial's nested quotes."""
    if isinstance(cause, OSError) and cause.errno:
        return os.strerror(cause.errno)
    text = str(cause).splitlines()[0] if str(cause) else type(cause).__name__
    return text.removeprefix("[Errno ").strip()


def serial_link_factory(wire: Wire, port: str | None = None) -> Callable[[], ByteLink]:
    """A factory for `GrblCutter`: opens the machine file's port, or `port` if a technician named one."""

    def open_link() -> ByteLink:
        return SerialLink(port or wire.port, wire.baud)

    return open_link
