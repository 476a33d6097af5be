"""The control socket: JSON lines over TCP, on this computer only.

Responsible for: programs that connect, each on a thread of its own, so that a panel does not keep a script out. Not
responsible for: what a line asks for (`simulator.serve.control`).
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading

from simulator.serve.control import Control
from simulator.serve.tcp import listen

_LONGEST = 64 * 1024
_LOOK_S = 0.2
_PROGRAMS = 16


class ControlServer:
    """Serves `Control` on a loopback port, several programs at once."""

    def __init__(self, control: Control, port: int) -> None:
        """Listen.

        Raises:
            BadInput: the port is taken or not allowed.
        """
        self._control = control
        self._server = listen("127.0.0.1", port, "--control")
        self._server.settimeout(_LOOK_S)
        self.port = int(self._server.getsockname()[1])
        self._stop = threading.Event()
        self._room = threading.BoundedSemaphore(_PROGRAMS)
        self._serving: set[threading.Thread] = set()
        self._thread = threading.Thread(target=self._run, name="simulated-control", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and hang up."""
        self._stop.set()
        self._thread.join(timeout=5)
        for thread in tuple(self._serving):
            thread.join(timeout=5)
        self._server.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                client, _ = self._server.accept()
            except OSError:
                continue
            if not self._room.acquire(blocking=False):
                with client, contextlib.suppress(OSError):
                    client.sendall(_refused(0, f"more than {_PROGRAMS} programs are connected"))
                continue
            thread = threading.Thread(target=self._talk, args=(client,), name="simulated-control-program", daemon=True)
            self._serving.add(thread)
            thread.start()

    def _talk(self, client: socket.socket) -> None:
        try:
            with client, contextlib.suppress(OSError):
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                client.settimeout(_LOOK_S)
                self._serve(client)
        finally:
            self._serving.discard(threading.current_thread())
            self._room.release()

    def _serve(self, client: socket.socket) -> None:
        waiting = b""
        number = 0
        while not self._stop.is_set():
            try:
                data = client.recv(4096)
            except TimeoutError:
                continue
            if not data:
                return
            waiting += data
            while b"\n" in waiting:
                raw, _, waiting = waiting.partition(b"\n")
                number += 1
                answer = self._control.handle(raw.decode("utf-8", "replace"), number)
                client.settimeout(5.0)
                client.sendall(json.dumps(answer, separators=(",", ":")).encode() + b"\n")
                client.settimeout(_LOOK_S)
                if answer.get("bye"):
                    return
            if len(waiting) > _LONGEST:
                client.sendall(_refused(number + 1, f"longer than {_LONGEST} bytes"))
                return


def _refused(number: int, reason: str) -> bytes:
    answer = {"ok": False, "problems": [{"line": number, "field": "", "reason": reason}]}
    return json.dumps(answer).encode() + b"\n"
