"""How another program on this computer has the machine stopped whose port this one holds.

Responsible for: a socket named after the port, served by whoever holds it, and asking there. Not responsible for:
stopping (`hardware.grbl.latch`, `hardware.grbl.board`).

Whoever is heard can stop the machine and do nothing else. Asking and answering are for processes of the same user, of
root or of the kiosk's own user: others are neither heard nor believed. Who cannot serve a port's stop moves nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import socket
import threading
from collections.abc import Callable, Iterator

from hardware.network_port import is_on_network, network_names
from hardware.peer import peer, take

OFF, UNCONFIRMED = b"off\n", b"unconfirmed\n"
ANSWER_S = 10.0
"""The holder stops at once; this is for a board that does not confirm it."""
KIOSK_USER = "kiosk"


def stop_name(port: str) -> bytes:
    """Abstract name of a port's stop, however the port is spelled."""
    where = next(iter(network_names(port)), port) if is_on_network(port) else os.path.realpath(port)
    return b"\0keykiosk-stop-" + hashlib.sha256(os.fsencode(where)).hexdigest()[:40].encode()


@contextlib.contextmanager
def stop_served(port: str, stop: Callable[[], bool]) -> Iterator[None]:
    """Serve whoever wants the machine on `port` stopped; `stop` says whether its wheel is confirmed off.

    Raises:
        BadInput: somebody else serves it, so nobody could have this one stopped. Nothing may move.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        take(listener, stop_name(port), f"stop of {port}")
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
            if _trusted(asking):
                asking.sendall(OFF if stop() else UNCONFIRMED)


def ask_to_stop(port: str) -> bool:
    """Have whoever holds `port` stop its machine; whether the wheel is confirmed off."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(ANSWER_S)
        try:
            asking.connect(stop_name(port))
            return _trusted(asking) and asking.recv(64) == OFF
        except OSError:
            return False


def _trusted(connection: socket.socket) -> bool:
    known = {0, os.getuid()}
    with contextlib.suppress(KeyError):
        known.add(pwd.getpwnam(KIOSK_USER).pw_uid)
    return peer(connection).user in known
