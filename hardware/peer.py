"""Who sits at the other end of a local socket, and who took a name of the kernel's abstract socket space.

Responsible for: process and user as the kernel says them, and taking such a name or saying who has it. Not responsible
for: whom to believe (`hardware.grbl.stop_socket`, `kiosk.operations.requests`).

Such a name lies in no folder and goes with its process, but any user of the computer may take it first.
"""

from __future__ import annotations

import contextlib
import pwd
import socket
import struct
from typing import NamedTuple

from config.problems import BadInput, Problem


class Peer(NamedTuple):
    """A process and its user."""

    pid: int
    user: int

    def __str__(self) -> str:
        """As a person finds it."""
        name = str(self.user)
        with contextlib.suppress(KeyError):
            name = pwd.getpwuid(self.user).pw_name
        return f"process {self.pid} of user {name}"


def peer(connection: socket.socket) -> Peer:
    """Who is at the other end, or was when it began to listen."""
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    pid, user, _ = struct.unpack("3i", found)
    return Peer(pid, user)


def take(listener: socket.socket, address: bytes, what: str) -> None:
    """Listen at the abstract name of `what`.

    Raises:
        BadInput: somebody else has it; says who.
    """
    try:
        listener.bind(address)
    except OSError:
        reason = f"{_holder(address)} answers in its place: end that process first"
        raise BadInput(Problem(what, "", reason)) from None
    listener.listen(4)


def _holder(address: bytes) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.setblocking(False)
        try:
            asking.connect(address)
        except OSError:
            return "another process"
        return str(peer(asking))
