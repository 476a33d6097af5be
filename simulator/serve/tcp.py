"""The simulated board behind a TCP port on this machine, in real time (`socket://host:port` for pyserial).

Responsible for: one connection at a time, and the board's reset when it is opened. Not responsible for: time
(`simulator.serve.realtime`) or the board.
"""

from __future__ import annotations

import contextlib
import ipaddress
import select
import socket
import threading

from config.problems import BadInput, Problem
from simulator.serve.realtime import RealTimeRunner

_LOOK_S = 0.1
_WRITE_S = 1.0


def address_of(text: str, option: str = "--tcp") -> tuple[str, int]:
    """`HOST:PORT` as an address of this machine.

    Raises:
        BadInput: it is none, or does not lead to this machine alone.
    """
    host, colon, port_text = text.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not port_text.isdecimal() or not 0 <= int(port_text) <= 65535 or not colon:
        raise BadInput(Problem(text, option, "must be HOST:PORT with a port from 0 to 65535"))
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        raise BadInput(Problem(text, option, "the host must be localhost or an address")) from None
    if not loopback:
        raise BadInput(Problem(text, option, "a simulated machine listens on this computer only (127.0.0.1)"))
    return host, int(port_text)


def listen(host: str, port: int, option: str) -> socket.socket:
    """A listening socket.

    Raises:
        BadInput: the port is taken or not allowed.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    server = socket.socket(family, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind((host, port))
        server.listen(1)
    except OSError as cause:
        server.close()
        raise BadInput(Problem(f"{host}:{port}", option, cause.strerror or "cannot be used")) from cause
    return server


class TcpPort:
    """A listening board."""

    def __init__(self, host: str, port: int, realtime: RealTimeRunner) -> None:
        """Listen.

        Raises:
            BadInput: the port is taken or not allowed.
        """
        self._realtime = realtime
        self._server = listen(host, port, "--tcp")
        self.host, self.port = host, int(self._server.getsockname()[1])
        self._client: socket.socket | None = None
        self._lock = threading.Lock()
        self._stop = threading.Event()
        realtime.on_output = self._out
        self._thread = threading.Thread(target=self._run, name="simulated-tcp", daemon=True)
        self._thread.start()

    @property
    def opened(self) -> bool:
        """Whether a program is connected."""
        return self._client is not None

    def close(self) -> None:
        """Stop listening, hang up."""
        self._stop.set()
        self._thread.join(timeout=5)
        self._hang_up()
        self._server.close()

    def _out(self, data: bytes) -> None:
        with self._lock:
            if self._client is not None:
                try:
                    self._client.sendall(data)
                except OSError:
                    self._client.close()
                    self._client = None

    def _hang_up(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _run(self) -> None:
        while not self._stop.is_set():
            if self._realtime.wire.unplugged:
                self._hang_up()
            client = self._client
            watched = [self._server] if client is None else [client]
            try:
                ready, _, _ = select.select(watched, [], [], _LOOK_S)
            except (OSError, ValueError):
                self._hang_up()
                continue
            if not ready:
                continue
            if client is None:
                with contextlib.suppress(OSError):
                    accepted, _ = self._server.accept()
                    if self._realtime.wire.unplugged:
                        accepted.close()
                        continue
                    accepted.settimeout(_WRITE_S)
                    accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self._realtime.power_cycle()
                    with self._lock:
                        self._client = accepted
                continue
            try:
                data = client.recv(4096)
            except OSError:
                data = b""
            if data:
                self._realtime.send(data)
            else:
                self._hang_up()
