"""Where effects run: on worker threads beside the controller, or inline when asked.

Responsible for: running work off the controller's thread, one thread a lane, and turning whatever it raises into a
report. Not responsible for: what the work is (`kiosk.session.effects`).
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol, TypeAlias

from hardware.errors import CameraFault, HardwareFault, PaymentFault
from kiosk.records.database import DatabaseFault
from kiosk.session.reports import Crashed, Faulted, Reply, Report

_log = logging.getLogger(__name__)

Work: TypeAlias = Callable[[], Report]
Post: TypeAlias = Callable[[Reply], None]
_Asked: TypeAlias = tuple[int, Work]
"""The visit that asked, and for what."""

_HEALING = (CameraFault, PaymentFault)
"""Faults after which the kiosk may come back by itself: nothing of the machine has to move for it. All others, a lost
link as much as a stop or a door, wait for a person at the machine."""


class Lane(StrEnum):
    """Work in one lane runs in order; lanes run side by side."""

    MACHINE = "machine"
    CAMERA = "camera"
    HEAD = "head"
    RECORDS = "records"
    """Money, staff, records."""
    PRINTER = "printer"
    """A printer that does not answer holds up nobody."""


class Executor(Protocol):
    """Runs work and posts its report, as a reply to the visit that asked."""

    def submit(self, lane: Lane, visit: int, work: Work) -> None:
        """Run `work` some time soon. Returns at once."""

    def close(self) -> None:
        """Take no more work. What runs is waited for."""


def reported(work: Work) -> Report:
    """Run `work`; faults and crashes become reports.

    The text of an exception nobody foresaw may hold anything, so only its type and place are reported.
    """
    try:
        return work()
    except HardwareFault as fault:
        return Faulted(fault.code, str(fault), heals=isinstance(fault, _HEALING))
    except DatabaseFault as fault:
        return Faulted(fault.code, str(fault), heals=False)
    except Exception as error:
        # The one catch-all of a lane: what nobody foresaw stops the machine as any fault does.
        where = place(error)
        _log.critical("effect crashed: %s", where)
        return Crashed(where)


def place(error: BaseException) -> str:
    """Type of an exception and where it was raised: all that may be said of it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    file = trace.tb_frame.f_code.co_filename.rsplit("/", 1)[-1]
    return f"{type(error).__name__} at {file}:{trace.tb_lineno}"


class ThreadedExecutor:
    """One thread a lane."""

    def __init__(self, post: Post) -> None:
        """Reports go to `post`, from the lane's thread."""
        self._post = post
        self._queues: dict[Lane, queue.SimpleQueue[_Asked | None]] = {lane: queue.SimpleQueue() for lane in Lane}
        self._threads = [
            threading.Thread(target=self._run, args=(lane,), name=f"kiosk-{lane}", daemon=True) for lane in Lane
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, lane: Lane, visit: int, work: Work) -> None:
        """Queue `work` in its lane."""
        self._queues[lane].put((visit, work))

    def close(self) -> None:
        """End each lane after what is queued in it."""
        for lane in Lane:
            self._queues[lane].put(None)
        for thread in self._threads:
            thread.join(timeout=10)

    def _run(self, lane: Lane) -> None:
        while (asked := self._queues[lane].get()) is not None:
            visit, work = asked
            self._post(Reply(visit, reported(work)))


class InlineExecutor:
    """Runs work in the caller's thread, when `run_one` is called: for virtual time."""

    def __init__(self, post: Post) -> None:
        """Reports go to `post`."""
        self._post = post
        self._waiting: deque[_Asked] = deque()

    def submit(self, lane: Lane, visit: int, work: Work) -> None:
        """Queue `work`."""
        self._waiting.append((visit, work))

    def run_one(self) -> bool:
        """Do the oldest work. False: there was none."""
        if not self._waiting:
            return False
        visit, work = self._waiting.popleft()
        self._post(Reply(visit, reported(work)))
        return True

    def close(self) -> None:
        """Forget what was not run."""
        self._waiting.clear()
