"""The collector's TLS socket, against a plain one at the other end."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from kiosk.operations.fleet.bulk_tls import BulkTlsSocket
from tests.operations.fleet.servers import Certificates


@pytest.fixture
def ends(tmp_path: Path) -> Iterator[tuple[BulkTlsSocket, ssl.SSLSocket]]:
    certificates = Certificates(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificates.cert, certificates.key)
    client = ssl.create_default_context(cafile=str(certificates.ca))
    client.sslsocket_class = BulkTlsSocket
    near, far = socket.socketpair()
    answers: list[ssl.SSLSocket] = []
    answering = Thread(target=lambda: answers.append(server.wrap_socket(far, server_side=True)))
    answering.start()
    connection = client.wrap_socket(near, server_hostname="127.0.0.1")
    answering.join()
    assert isinstance(connection, BulkTlsSocket)
    with connection, answers[0] as other:
        yield connection, other


def test_what_came_whole_is_read_piece_by_piece_and_what_is_left_is_told(
    ends: tuple[BulkTlsSocket, ssl.SSLSocket],
) -> None:
    near, far = ends
    far.sendall(b"0123456789")
    near.setblocking(True)
    assert (near.recv(1), near.pending()) == (b"0", 9), "the system shows none of these nine as readable"
    assert near.recv(4) == b"1234"
    assert (near.recv(100), near.pending()) == (b"56789", 0)
    near.setblocking(False)
    with pytest.raises(ssl.SSLWantReadError):
        near.recv(1)
    far.sendall(b"more")
    near.setblocking(True)
    assert near.recv(100) == b"more"


def test_words_within_go_out_together_in_their_order_and_none_before(ends: tuple[BulkTlsSocket, ssl.SSLSocket]) -> None:
    near, far = ends
    near.setblocking(False)
    with near.in_one_go(5.0):
        assert [near.send(word) for word in (b"one ", b"two ", b"three")] == [4, 4, 5]
        far.setblocking(False)
        with pytest.raises(ssl.SSLWantReadError):
            far.recv(100)
    far.setblocking(True)
    assert far.recv(100) == b"one two three"
    assert near.gettimeout() == 0.0
    near.send(b" four")
    assert far.recv(100) == b" four"


def test_one_who_does_not_take_it_is_no_connection_any_more(ends: tuple[BulkTlsSocket, ssl.SSLSocket]) -> None:
    near, _ = ends
    with pytest.raises(TimeoutError), near.in_one_go(0.01):
        near.send(bytes(8_000_000))


def test_what_was_held_when_something_broke_is_not_sent(ends: tuple[BulkTlsSocket, ssl.SSLSocket]) -> None:
    near, far = ends
    within = near.in_one_go(5.0)
    within.__enter__()
    near.send(b"half")
    assert not within.__exit__(KeyError, KeyError(), None), "what broke goes on to whom it concerns"
    near.sendall(b"whole")
    assert far.recv(100) == b"whole"
