"""The panel's end of the control socket: one request a line, answers by mailbox.

Responsible for: asking without ever blocking the screen. Not responsible for: what the answers mean.
"""

from __future__ import annotations

import json
import queue
import socket
import threading
from collections.abc import Callable
from typing import Any

from simulator.serve import requests as ask
from simulator.serve.requests import line_of


class ControlClient:
    """Talks to `kiosk simulate --control` or `kiosk run --simulated` from a thread of its own."""

    def __init__(self, host: str, port: int, answered: Callable[[ask.ControlRequest, dict[str, Any]], None]) -> None:
        """Connect.

        Args:
            host: this computer.
            port: the control socket's.
            answered: called from the client's thread with each request and its answer; `{"ok": False, "gone": True}`
                when the machine has hung up.

        Raises:
            OSError: nobody listens there.
        """
        self._socket = socket.create_connection((host, port), timeout=5)
        self._answered = answered
        self._requests: queue.SimpleQueue[ask.ControlRequest | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="panel-control", daemon=True)
        self._thread.start()

    def ask(self, request: ask.ControlRequest) -> None:
        """Queue a request. Any thread."""
        self._requests.put(request)

    def close(self) -> None:
        """Hang up."""
        self._requests.put(None)
        self._thread.join(timeout=6)
        self._socket.close()

    def _run(self) -> None:
        with self._socket.makefile("rb") as answers:
            while (request := self._requests.get()) is not None:
                try:
                    self._socket.sendall(line_of(request).encode() + b"\n")
                    line = answers.readline()
                except OSError:
                    line = b""
                if not line:
                    self._answered(request, {"ok": False, "gone": True})
                    return
                self._answered(request, json.loads(line))
