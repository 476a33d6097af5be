"""How a command that drives the board is ended from outside: a terminal closed or a process told to end is a Ctrl-C.

Responsible for: SIGINT, SIGQUIT, SIGTERM and SIGHUP as one `KeyboardInterrupt`, so that whatever stops the machine on
its way out runs. Not responsible for: stopping it, or SIGKILL (`kiosk.guardian`).
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ended_like_ctrl_c() -> Iterator[None]:
    """Until the block ends, the first of these signals interrupts it and the others are let pass.

    A closed terminal and a service manager send several at once: a second one must not interrupt the stop that the
    first one began. A hangup that was ignored before (nohup) stays ignored; what a shell has its background jobs ignore
    stops the machine all the same. Handlers belong to the main thread; elsewhere nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked = False

    def end(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if not asked:
            asked = True
            raise KeyboardInterrupt

    heeded = [each for each in ENDING if each != signal.SIGHUP or signal.getsignal(each) is not signal.SIG_IGN]
    before = [(number, signal.signal(number, end)) for number in heeded]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
