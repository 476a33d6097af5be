"""The simulated board behind a pseudo-terminal, in real time, so that any program that opens a serial port can use it.

Responsible for: the pty, the link by which it is known, and the reset at each open (a real board's DTR). Not
responsible for: time (`simulator.serve.realtime`) or the board.
"""

from __future__ import annotations

import contextlib
import os
import select
import stat
import threading
import tty
from pathlib import Path

from config.problems import BadInput, Problem
from simulator.serve.realtime import RealTimeRunner

_LOOK_S = 0.02


class PtyPort:
    """A pty under a path of one's choice. The path is a link that goes away on `close`."""

    def __init__(self, path: Path, realtime: RealTimeRunner) -> None:
        """Make it.

        Raises:
            BadInput: the path is taken by something else, or its folder is not there.
        """
        self.path = path
        self._realtime = realtime
        free(path)
        self._stop = threading.Event()
        self._write_lock = threading.Lock()
        self._open = False
        try:
            self._master: int | None = self._plug_in()
        except OSError as cause:
            raise BadInput(Problem(str(path), "--pty", f"cannot be made: {cause.strerror}")) from cause
        realtime.on_output = self._out
        self._thread = threading.Thread(target=self._run, name="simulated-pty", daemon=True)
        self._thread.start()

    def _plug_in(self) -> int:
        master, slave = os.openpty()
        tty.setraw(slave)
        name = os.ttyname(slave)
        # Nobody holds the far end until a program opens it: that is how an open is known from silence.
        os.close(slave)
        os.set_blocking(master, False)
        try:
            self.path.symlink_to(name)
        except OSError:
            os.close(master)
            raise
        return master

    def _pull_out(self) -> None:
        """The port vanishes, as when a cable is pulled."""
        with self._write_lock:
            self._open = False
            if self._master is None:
                return
            with contextlib.suppress(OSError):
                if self.path.is_symlink():
                    self.path.unlink()
            os.close(self._master)
            self._master = None

    @property
    def opened(self) -> bool:
        """Whether a program has the port open."""
        return self._open

    def close(self) -> None:
        """Take the port away."""
        self._stop.set()
        self._thread.join(timeout=5)
        self._pull_out()

    def _out(self, data: bytes) -> None:
        with self._write_lock:
            if not self._open or self._master is None:
                return
            # A program that does not read loses what it does not read, as on a real wire.
            with contextlib.suppress(BlockingIOError, OSError):
                os.write(self._master, data)

    def _run(self) -> None:
        while not self._stop.is_set():
            if self._realtime.wire.unplugged:
                self._pull_out()
                self._stop.wait(_LOOK_S)
            elif self._master is None:
                with contextlib.suppress(OSError):
                    self._master = self._plug_in()
            else:
                self._look(self._master)

    def _look(self, master: int) -> None:
        poll = select.poll()
        poll.register(master, select.POLLIN | select.POLLHUP)
        events = dict(poll.poll(_LOOK_S * 1000)).get(master, 0)
        if events & select.POLLHUP:
            self._open = False
            with contextlib.suppress(OSError):
                os.read(master, 4096)
            self._stop.wait(_LOOK_S / 2)
            return
        if not self._open:
            self._realtime.power_cycle()
            self._open = True
        if events & select.POLLIN:
            with contextlib.suppress(OSError):
                data = os.read(master, 4096)
                if data:
                    self._realtime.send(data)


def free(path: Path) -> None:
    """A link left by an earlier run may go; anything else may not."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise BadInput(Problem(str(path), "--pty", "its folder does not exist")) from None
        return
    except OSError as cause:
        raise BadInput(Problem(str(path), "--pty", f"cannot be used: {cause.strerror}")) from cause
    if stat.S_ISLNK(mode) and not path.exists():
        path.unlink()
        return
    if stat.S_ISLNK(mode) and os.readlink(path).startswith("/dev/pts/"):
        raise BadInput(Problem(str(path), "--pty", "is in use (another simulated machine?)"))
    raise BadInput(Problem(str(path), "--pty", "exists and is not a simulated port; choose another path"))
