"""A guardian of the wheel: a process of its own that stops the machine when the program that drives it is no more.

Responsible for: being there before the first motion, knowing a good end ("done") from any other, and trying until a
reset is confirmed. Not responsible for: one try (`kiosk.safe_stop`), or a program that is frozen and still there.

It opens no port while the program lives. It hears of a death by the pipe between them, which the kernel closes however
a process ends, SIGKILL too. It lives in a session of its own, so that a closed terminal does not end it as well.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading

from config.problems import BadInput, Problem
from kiosk.records.ownership import machine_owner
from kiosk.safe_stop import stop_port

READY, DONE = b"ready\n", b"done\n"
START_S = 30.0
"""How long it may take to be there. Nothing moves before."""


class Guardian:
    """A guardian as the program sees it that it guards the machine of."""

    def __init__(self, port: str, baud: int) -> None:
        """Start one and wait until it is there.

        Raises:
            BadInput: it did not come. Nothing may move.
        """
        self._child = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-I", "-m", "kiosk.guardian", port, str(baud), str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        if not self._there():
            self.leave(done=True)
            raise BadInput(Problem(port, "", "the process that guards the wheel did not start: nothing was moved"))

    def _there(self) -> bool:
        said = self._child.stdout
        if said is None:
            return False
        with said:
            return bool(select.select((said,), (), (), START_S)[0]) and said.readline() == READY

    def leave(self, *, done: bool) -> None:
        """Say goodbye. Not `done`: nobody here has confirmed that the wheel is off, so the guardian takes over."""
        if self._child.stdin is not None:
            with contextlib.suppress(OSError), self._child.stdin as pipe:
                pipe.write(DONE if done else b"")
        if done:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(START_S)
                return
        # It goes on by itself; only its end is waited for, so that nothing is left of it here.
        threading.Thread(target=self._child.wait, name="guardian", daemon=True).start()


def main(arguments: list[str]) -> int:
    """Wait for the end of the program that drives the machine; its port, speed and process are given."""
    port, baud, driver = arguments[0], int(arguments[1]), int(arguments[2])
    # Whoever ends the program ends its group; this one must outlive it.
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    if sys.stdin.buffer.read() == DONE:
        return 0
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def in_command() -> bool:
        """Another program of ours has opened the port since, which resets the board."""
        return machine_owner(port) not in (None, 0, driver)

    stop_port(port, baud, wait_s=None, say=sys.stderr, ended=in_command)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
