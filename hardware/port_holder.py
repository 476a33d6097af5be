"""Which program holds a serial port, as fuser(1) would say. Reads /proc; opens no port.

Responsible for: naming the holder in words a technician can act on. Not responsible for: what is done about it.

A lock is listed for everybody to see, an open file only to the same user and to root: both are looked at.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
SERVICE = "kiosk.service"
_LOCK = re.compile(r"^\d+: \S+ +\S+ +\S+ (\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) ", re.M)


def holder_of(port: str, proc: Path = PROC) -> str:
    """The program that holds `port`: the kiosk service, a name with its process number, or "another program"."""
    pids = [*_lockers(port, proc)] or [pid for pid in _openers(port, proc) if pid != os.getpid()]
    named = [_named(pid, proc) for pid in dict.fromkeys(pids)]
    return named[0] if named else "another program"


def _lockers(port: str, proc: Path) -> Iterator[int]:
    with suppress(OSError):
        there = os.stat(port)
        for match in _LOCK.finditer((proc / "locks").read_text(encoding="ascii", errors="replace")):
            device = os.makedev(int(match[2], 16), int(match[3], 16))
            if (device, int(match[4])) == (there.st_dev, there.st_ino) and int(match[1]) > 0:
                yield int(match[1])


def _openers(port: str, proc: Path) -> Iterator[int]:
    real = os.path.realpath(port)
    for entry in sorted(proc.iterdir()) if proc.is_dir() else ():
        if entry.name.isdecimal():
            with suppress(OSError):
                if any(os.readlink(fd) == real for fd in (entry / "fd").iterdir()):
                    yield int(entry.name)


def _named(pid: int, proc: Path) -> str:
    with suppress(OSError):
        if SERVICE in (proc / str(pid) / "cgroup").read_text(encoding="ascii", errors="replace"):
            return f"the kiosk service (process {pid}); systemctl stop kiosk"
    with suppress(OSError):
        name = (proc / str(pid) / "comm").read_text(encoding="utf-8", errors="replace").strip()
        return f"{''.join(letter for letter in name if letter.isprintable())} (process {pid})"
    return f"process {pid}"
