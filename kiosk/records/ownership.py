"""One master: a process owns its data folder and its machine for life, and others learn which process that is.

Responsible for: taking both, letting nobody else have them, and naming the owner. Not responsible for: what is done
with them. The kernel keeps both and lets go of them however a process ends, SIGKILL too.

The folder is locked by flock on the folder itself: a lock file could be deleted under its owner. The machine is owned
by a name in the kernel's abstract socket space made of the port's path and device numbers, so that every link to a port
means the same machine; opening the device to lock it would reset the board behind it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import socket
import stat
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config.problems import BadInput, Problem
from hardware.network_port import is_on_network, network_names

_LOCKS = Path("/proc/locks")
_NAME_CHARACTERS = 60


class Owned(BadInput):
    """Somebody else is the master. `pid` is that process, or None where the system does not say."""

    def __init__(self, what: str, pid: int | None) -> None:
        self.pid = pid
        super().__init__(Problem(what, "", f"in use by {_named(pid)}; there can be one only"))


@contextmanager
def own_folders(*folders: Path) -> Iterator[None]:
    """Own these folders of records, made if they are not there, until the block ends. One named twice counts once.

    Raises:
        Owned: another process (or another part of this one) has one of them.
        BadInput: one cannot be made or locked.
    """
    with ExitStack() as held:
        for folder in dict.fromkeys(_real(each) for each in folders):
            held.enter_context(_own_folder(folder))
        yield


@contextmanager
def own_machine(port: str) -> Iterator[None]:
    """Own the machine behind `port` until the block ends, whether or not the port is there.

    Raises:
        Owned: another process has it.
    """
    with ExitStack() as held:
        for address in _addresses(port):
            name = held.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            try:
                name.bind(address)
            except OSError:
                raise Owned(port, _listener(address)) from None
            name.listen(1)
        yield


def machine_owner(port: str) -> int | None:
    """The process that owns the machine behind `port`, as the kernel says; 0: somebody; None: nobody."""
    return next((pid for pid in map(_listener, _addresses(port)) if pid is not None), None)


def _listener(address: bytes) -> int | None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.setblocking(False)
        try:
            asking.connect(address)
        except BlockingIOError:
            # Somebody has it, and others are asking at this moment.
            return 0
        except OSError:
            return None
        credentials = asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        return int(struct.unpack("3i", credentials)[0])


@contextmanager
def _own_folder(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise BadInput(Problem(str(folder), "", f"cannot be opened: {error.strerror}")) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Owned(str(folder), _locker(os.fstat(descriptor).st_ino)) from None
        except OSError as error:
            raise BadInput(Problem(str(folder), "", f"cannot be locked: {error.strerror}")) from None
        yield
    finally:
        os.close(descriptor)


def _locker(inode: int) -> int | None:
    """Who holds the lock on this inode, of those the system lists."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in _LOCKS.read_text().splitlines():
            parts = line.split()
            if parts[1] == "FLOCK" and int(parts[5].rpartition(":")[2]) == inode:
                return int(parts[4])
    return None


def _named(pid: int | None) -> str:
    """A process as a person finds it."""
    if not pid:
        return "another process"
    if pid == os.getpid():
        return f"process {pid} (this one)"
    words = ""
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    plain = "".join(each if each.isprintable() else "?" for each in words)
    shown = plain if len(plain) <= _NAME_CHARACTERS else f"{plain[:_NAME_CHARACTERS]}…"
    return f"process {pid} ({shown})" if shown else f"process {pid}"


def _real(folder: Path) -> Path:
    try:
        return folder.resolve()
    except (OSError, RuntimeError):
        return folder


def _addresses(port: str) -> tuple[bytes, ...]:
    """What a port is called: as it is written, which holds while it is unplugged, and by its device numbers."""
    names = [port, *network_names(port)] if is_on_network(port) else [os.path.abspath(port)]
    with contextlib.suppress(OSError, ValueError):
        found = os.stat(port)
        names.append(
            f"device {os.major(found.st_rdev)}:{os.minor(found.st_rdev)}"
            if stat.S_ISCHR(found.st_mode)
            else os.path.realpath(port)
        )
    return tuple(
        b"\0keykiosk-machine-" + hashlib.sha256(name.encode()).hexdigest()[:40].encode()
        for name in dict.fromkeys(names)
    )
