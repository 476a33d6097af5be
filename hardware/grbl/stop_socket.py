"""How another program on this computer has the machine stopped whose port this one holds.

Responsible for: a socket named after the port, served by whoever holds it, and asking there. Not responsible for:
stopping (`hardware.grbl.latch`, `hardware.grbl.board`).

The socket lies in no folder and goes with its process. Whoever reaches it can stop the machine and do nothing else.
An answer is believed only of a process of the same user, of root or of the kiosk's own user.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import socket
import struct
import threading
from collections.abc import Callable, Iterator

from hardware.network_port import is_on_network, network_names

OFF, UNCONFIRMED = b"off\n", b"unconfirmed\n"
ANSWER_S = 10.0
"""The holder stops at once; this is for a board that does not confirm it."""
KIOSK_USER = "kiosk"


def _name(port: str) -> str:
    where = next(iter(network_names(port)), port) if is_on_network(port) else os.path.realpath(port)
    return f"\0keykiosk-stop:{where}"


@contextlib.contextmanager
def stop_served(port: str, stop: Callable[[], bool]) -> Iterator[None]:
    """Serve whoever wants the machine on `port` stopped; `stop` says whether its wheel is confirmed off.

    Where another process serves that port already, it is that one which holds it.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        try:
            listener.bind(_name(port))
        except OSError:
            yield
            return
        listener.listen(4)
        thread = threading.Thread(target=_serve, args=(listener, stop), name="stop-socket", daemon=True)
        thread.start()
        try:
            yield
        finally:
            # Wakes the thread out of its accept.
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=ANSWER_S)


def _serve(listener: socket.socket, stop: Callable[[], bool]) -> None:
    while True:
        try:
            asking, _ = listener.accept()
        except OSError:
            return
        with asking, contextlib.suppress(OSError):
            asking.sendall(OFF if stop() else UNCONFIRMED)


def ask_to_stop(port: str) -> bool:
    """Have whoever holds `port` stop its machine; whether the wheel is confirmed off."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(ANSWER_S)
        try:
            asking.connect(_name(port))
            return _trusted(asking) and asking.recv(64) == OFF
        except OSError:
            return False


def _trusted(connection: socket.socket) -> bool:
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, user, _ = struct.unpack("3i", found)
    known = {0, os.getuid()}
    with contextlib.suppress(KeyError):
        known.add(pwd.getpwnam(KIOSK_USER).pw_uid)
    return user in known
