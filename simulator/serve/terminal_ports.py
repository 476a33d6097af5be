"""A simulated payment terminal on a TCP port or a pseudo-terminal, in a process of its own that outlives any kiosk.

Responsible for: one client at a time, dropping the line when the terminal does, the ledger's file. Not responsible for:
what a terminal says (`simulator.terminals`).
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from config.problems import BadInput, Problem
from simulator.serve.pty import free

_LOOK_S = 0.01


class Terminal(Protocol):
    """What is served."""

    hung_up: bool

    def connected(self) -> None:
        """Somebody opens the line."""

    def receive(self, data: bytes) -> list[bytes]:
        """What comes in, and what goes out for it."""

    def sent(self) -> None:
        """What was answered is out."""

    def ledger_object(self) -> dict[str, object]:
        """What was reserved, taken and given back."""

    def know(self, ledger: bytes) -> None:
        """Begin with what a file has of it. Raises ValueError: it is no such ledger."""


class Ledger:
    """The terminal's ledger as a file, whole at every moment; no file if no path is given."""

    def __init__(self, terminal: Terminal, path: Path | None) -> None:
        """The terminal knows what an earlier one kept there; written at once.

        Raises:
            BadInput: the file is no ledger of such a terminal.
        """
        self._terminal, self._path, self._last = terminal, path, ""
        if path is not None and path.exists():
            try:
                terminal.know(path.read_bytes())
            except ValueError as error:
                raise BadInput(Problem("--ledger", str(path), "is no ledger of such a terminal")) from error
        self.keep()

    def keep(self) -> None:
        """Write it if it changed."""
        text = json.dumps(self._terminal.ledger_object())
        if self._path is None or text == self._last:
            return
        draft = self._path.with_suffix(".new")
        draft.write_text(text, encoding="utf-8")
        draft.replace(self._path)
        self._last = text


def serve_tcp(terminal: Terminal, server: socket.socket, ledger: Ledger, going_on: Callable[[], bool]) -> None:
    """Serve one client after the other until `going_on` says no."""
    while going_on():
        if not select.select([server], [], [], _LOOK_S * 10)[0]:
            continue
        client, _ = server.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        terminal.connected()
        with contextlib.closing(client), contextlib.suppress(OSError):
            _talk(terminal, client, ledger, going_on)


def _talk(terminal: Terminal, client: socket.socket, ledger: Ledger, going_on: Callable[[], bool]) -> None:
    while going_on() and not terminal.hung_up:
        if not select.select([client], [], [], _LOOK_S * 10)[0]:
            continue
        data = client.recv(4096)
        if not data:
            return
        segments = terminal.receive(data)
        # The bank knows before the shop hears of it.
        ledger.keep()
        for segment in segments:
            client.sendall(segment)
        terminal.sent()


def serve_pty(terminal: Terminal, path: Path, ledger: Ledger, going_on: Callable[[], bool]) -> None:
    """Serve whoever opens the port at `path` until `going_on` says no. A dropped line is a port that went away."""
    while going_on():
        free(path)
        master, slave = os.openpty()
        tty.setraw(slave)
        path.symlink_to(os.ttyname(slave))
        os.close(slave)
        try:
            _watch(terminal, master, ledger, going_on)
        finally:
            path.unlink(missing_ok=True)
            os.close(master)


def _watch(terminal: Terminal, master: int, ledger: Ledger, going_on: Callable[[], bool]) -> None:
    poll = select.poll()
    poll.register(master, select.POLLIN | select.POLLHUP)
    is_open = False
    while going_on():
        events = dict(poll.poll(_LOOK_S * 1000)).get(master, 0)
        if events & select.POLLIN:
            if not is_open:
                terminal.connected()
                is_open = True
            with contextlib.suppress(OSError):
                segments = terminal.receive(os.read(master, 4096))
                ledger.keep()
                for segment in segments:
                    os.write(master, segment)
                terminal.sent()
            if terminal.hung_up:
                return
        elif events & select.POLLHUP:
            is_open = False
            time.sleep(_LOOK_S)
