"""Requests of a command to the kiosk that runs: what may be written while it owns the records, it writes itself.

Responsible for: one request and one answer over the kernel's abstract sockets, between processes of one user (or root)
on this computer. Not responsible for: what a request does (`kiosk.staff.requests`).
"""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from config.problems import BadInput, Problem
from hardware.peer import Peer, peer, take
from kiosk.records.database import DatabaseFault

_MOST_BYTES = 4096
_PATIENCE_S = 10.0

Answerer = Callable[[Mapping[str, str]], str]
"""Does what a request asks and says so; raises BadInput or DatabaseFault where it cannot."""


@contextmanager
def answering(folder: Path, answer: Answerer) -> Iterator[None]:
    """Answer requests for the kiosk of this data folder, from a thread, until the block ends.

    Raises:
        BadInput: somebody else answers already.
    """
    ending = threading.Event()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        take(listener, address(folder), f"requests to {folder}")
        thread = threading.Thread(target=_serve, args=(listener, answer, ending), name="requests")
        thread.start()
        try:
            yield
        finally:
            ending.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def ask(folder: Path, owner: int | None, request: Mapping[str, str]) -> str:
    """Have the running kiosk do something; returns what it says.

    Args:
        folder: its data folder.
        owner: the process that owns the folder. Nobody else is told anything.
        request: what is wanted.

    Raises:
        BadInput: the kiosk refuses, or there is none that answers.
    """
    silent = BadInput(Problem(str(folder), "", f"process {owner} owns it and does not answer: end it, or wait"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(_PATIENCE_S)
        try:
            asking.connect(address(folder))
            if not _is_owner(peer(asking), owner, folder):
                raise silent
            asking.sendall(json.dumps(dict(request)).encode())
            asking.shutdown(socket.SHUT_WR)
            answered = json.loads(_all_of(asking))
            problems = [Problem(str(file), str(field), str(reason)) for file, field, reason in answered["problems"]]
            said = str(answered["said"])
        except (OSError, ValueError, KeyError, TypeError):
            raise silent from None
    if problems:
        raise BadInput(*problems)
    return said


def _serve(listener: socket.socket, answer: Answerer, ending: threading.Event) -> None:
    while not ending.is_set():
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        # Whoever asks may vanish at any moment; the kiosk goes on.
        with connection, suppress(OSError):
            connection.settimeout(_PATIENCE_S)
            if peer(connection).user in (0, os.getuid()):
                connection.sendall(_answered(_all_of(connection), answer))


def _answered(data: bytes, answer: Answerer) -> bytes:
    said = ""
    problems: tuple[tuple[str, str, str], ...] = ()
    try:
        request = json.loads(data)
        said = answer({str(name): str(value) for name, value in request.items()})
    except BadInput as bad:
        problems = tuple((each.file, each.field, each.reason) for each in bad.problems)
    except DatabaseFault as fault:
        problems = (("database", fault.code, str(fault)),)
    except (ValueError, AttributeError, RecursionError):
        problems = (("request", "", "cannot be read"),)
    return json.dumps({"said": said, "problems": problems}).encode()


def _all_of(connection: socket.socket) -> bytes:
    data = b""
    while len(data) <= _MOST_BYTES and (more := connection.recv(_MOST_BYTES)):
        data += more
    return data


def _is_owner(answering: Peer, pid: int | None, folder: Path) -> bool:
    """Whether it is the process that owns the folder; where the system does not say which that is, its user."""
    return answering.pid == pid if pid else answering.user in (0, os.getuid(), folder.stat().st_uid)


def address(folder: Path) -> bytes:
    """Abstract name at which the kiosk of this data folder is asked."""
    seen = folder.stat()
    return f"\0keykiosk-requests-{seen.st_dev}-{seen.st_ino}".encode()
