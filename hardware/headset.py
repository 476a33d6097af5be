"""The headset jack: the kernel's own switch event, whether the sound card notices the plug or a contact on a GPIO does.

Responsible for: saying whether a headset is in, at once and at every change, and finding the device again when it was
away. Not responsible for: what follows (`ui.presenter`), sound.

Both kinds of jack are input devices (`/dev/input/by-path/…`) that report `SW_HEADPHONE_INSERT`; a GPIO does where the
device tree names it so (`gpio-keys`, `linux,code = <2>`, `linux,input-type = <5>`).
"""

from __future__ import annotations

import fcntl
import logging
import os
import select
import struct
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

EVENT = struct.Struct("llHHi")
"""`struct input_event`: seconds, microseconds, type, code, value."""
EV_SW, SW_HEADPHONE_INSERT = 0x05, 0x02
_STATE_BYTES = 8
EVIOCGSW = 2 << 30 | _STATE_BYTES << 16 | ord("E") << 8 | 0x1B
"""Asks for the state of all switches now."""
LOOK_AGAIN_S = 5.0
"""A device that is not there is looked for again this much later."""


class InputDeviceJack:
    """A jack that is an input device, read by a thread of its own while it is listened to."""

    def __init__(self, device: str) -> None:
        """Nothing is opened yet."""
        self._device = device
        self._wake_read, self._wake_write = os.pipe()
        self._thread: threading.Thread | None = None
        self._told: bool | None = None

    def listen(self, heard: Callable[[bool], None]) -> None:
        """Call `heard` from the jack's thread: with whether a headset is in now, and at every change."""
        self._thread = threading.Thread(target=self._run, args=(heard,), name="headset-jack", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End. May be called twice."""
        if self._wake_write < 0:
            return
        os.close(self._wake_write)
        self._wake_write = -1
        if self._thread is not None:
            self._thread.join(timeout=2)
        os.close(self._wake_read)

    def _run(self, heard: Callable[[bool], None]) -> None:
        missed = False
        while True:
            try:
                fd = os.open(self._device, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            except OSError as error:
                if not missed:
                    log.warning("headset jack %s: %s", self._device, error.strerror)
                missed = True
            else:
                missed = False
                try:
                    if self._read(fd, heard):
                        return
                finally:
                    os.close(fd)
            # Nobody knows any more whether one is in: then nothing is said aloud.
            self._tell(heard, plugged=False)
            if select.select((self._wake_read,), (), (), LOOK_AGAIN_S)[0]:
                return

    def _read(self, fd: int, heard: Callable[[bool], None]) -> bool:
        """Until the device goes, or until the end: then True."""
        self._tell(heard, plugged=_plugged_now(fd))
        while True:
            ready, _, _ = select.select((fd, self._wake_read), (), ())
            if self._wake_read in ready:
                return True
            try:
                data = os.read(fd, EVENT.size * 64)
            except OSError as error:
                log.warning("headset jack %s: %s", self._device, error.strerror)
                return False
            if not data:
                return False
            for _, _, kind, code, value in EVENT.iter_unpack(data[: len(data) // EVENT.size * EVENT.size]):
                if (kind, code) == (EV_SW, SW_HEADPHONE_INSERT):
                    self._tell(heard, plugged=bool(value))

    def _tell(self, heard: Callable[[bool], None], *, plugged: bool) -> None:
        if plugged is not self._told:
            self._told = plugged
            heard(plugged)


def _plugged_now(fd: int) -> bool:
    """What the switch says when it is first looked at; one that does not say is taken for empty until it speaks."""
    try:
        state = fcntl.ioctl(fd, EVIOCGSW, bytes(_STATE_BYTES))
    except OSError:
        return False
    return bool(state[0] >> SW_HEADPHONE_INSERT & 1)
