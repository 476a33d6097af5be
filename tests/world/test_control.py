"""The control socket: every request, and what it says of one it cannot use."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.problems import BadInput
from hardware.errors import LinkLost, PortUnavailable
from hardware.link import SerialLink
from simulator.control import Control, ControlServer
from simulator.faults import FaultPanel
from simulator.pty import PtyPort
from simulator.realtime import RealTime
from simulator.tcp import TcpPort, address_of
from tests.world.parts import Hand


@pytest.fixture
def desk() -> Control:
    hand = Hand()
    return Control(hand.rig, FaultPanel(hand.rig), RealTime(hand.rig.timeline))


def ask(desk: Control, **request: object) -> dict[str, object]:
    return desk.handle(json.dumps(request))


def test_the_state_is_plain_json_without_any_keys_shape(desk: Control) -> None:
    ask(desk, do="lay", key="kwikset-new")
    state = ask(desk, do="state")
    assert state["ok"]
    assert state["tray"] is True
    assert not {"top_mm", "bitting", "outline"} & set(json.dumps(state).split('"'))


def test_faults_are_set_listed_and_cleared(desk: Control) -> None:
    assert ask(desk, do="fault", name="shavings", mm=0.2)["ok"]
    assert ask(desk, do="state")["faults"] == {"shavings": {"slot": 1, "mm": 0.2, "after_s": 0.0}}
    assert ask(desk, do="clear")["faults"] == {}


def test_hands_on_the_machine(desk: Control) -> None:
    assert ask(desk, do="door", open=True)["ok"]
    assert ask(desk, do="stop", pressed=True)["ok"]
    assert ask(desk, do="stock", slot=2, blanks=3)["ok"]
    state = ask(desk, do="state")
    assert (state["door_open"], state["emergency_stop"]) == (True, True)
    assert state["stock"]["2"] == 3  # type: ignore[index]
    assert ask(desk, do="take")["taken"] is False


def test_time_can_be_stopped_stepped_and_hurried(desk: Control) -> None:
    assert not ask(desk, do="step")["ok"]
    assert ask(desk, do="pause")["paused"]
    before = ask(desk, do="state")["time_s"]
    ask(desk, do="step", s=0.5)
    assert ask(desk, do="state")["time_s"] == pytest.approx(before + 0.5)  # type: ignore[operator]
    assert ask(desk, do="speed", times=200)["ok"]
    assert not ask(desk, do="speed", times=201)["ok"]


@pytest.mark.parametrize(
    ("line", "field"),
    [("", ""), ("{", ""), ("[]", ""), ("7", ""), ("{}", "do"), ('{"do": 1}', "do"), ('{"do": "fly"}', "do"),
     ('{"do": "fault"}', "name"), ('{"do": "fault", "name": "x"}', "x"), ('{"do": "lay", "key": "x"}', "key"),
     ('{"do": "lay", "key": "kwikset-new", "seed": -1}', "seed"), ('{"do": "door"}', "open"),
     ('{"do": "door", "open": 1}', "open"), ('{"do": "stock", "slot": 50, "blanks": 1}', "slot"),
     ('{"do": "speed", "times": "fast"}', "times"), ('{"do": "fault", "name": "shavings", "mm": 9}', "shavings.mm"),
     ("[" * 5000, "")],
)  # fmt: skip
def test_a_line_that_cannot_be_used_is_answered_with_line_field_and_reason(
    desk: Control, line: str, field: str
) -> None:
    answer = desk.handle(line, 7)
    assert answer["ok"] is False
    problem = answer["problems"][0]  # type: ignore[index]
    assert (problem["line"], problem["field"]) == (7, field)
    assert problem["reason"]
    assert desk.handle('{"do": "state"}')["ok"]


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_line_breaks_the_simulator(text: str) -> None:
    hand = Hand()
    assert "ok" in Control(hand.rig, FaultPanel(hand.rig)).handle(text)


@pytest.fixture
def server(desk: Control) -> Iterator[ControlServer]:
    served = ControlServer(desk, 0)
    yield served
    served.close()


def test_the_socket_serves_line_after_line_and_program_after_program(server: ControlServer) -> None:
    for _ in range(2):
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client, client.makefile("rwb") as lines:
            for line, fine in ((b'{"do": "state"}', True), (b"\xff\xfe", False), (b'{"do": "state"}', True)):
                lines.write(line + b"\n")
                lines.flush()
                assert json.loads(lines.readline())["ok"] is fine
            lines.write(b'{"do": "quit"}\n')
            lines.flush()
            assert json.loads(lines.readline())["bye"] is True
            assert lines.readline() == b""


def test_a_path_that_is_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_text("mine")
    realtime = RealTime(Hand().rig.timeline)
    for path in (taken, tmp_path, tmp_path / "no" / "folder"):
        with pytest.raises(BadInput):
            PtyPort(path, realtime)
    assert taken.read_text() == "mine"


def test_the_port_goes_away_when_the_machine_does(tmp_path: Path) -> None:
    path = tmp_path / "board"
    port = PtyPort(path, RealTime(Hand().rig.timeline))
    with pytest.raises(BadInput, match="in use"):
        PtyPort(path, RealTime(Hand().rig.timeline))
    port.close()
    assert not path.is_symlink()


def test_a_link_left_behind_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "board"
    path.symlink_to("/dev/pts/99999")
    PtyPort(path, RealTime(Hand().rig.timeline)).close()


@pytest.mark.parametrize(
    "text", ["foo", "8.8.8.8:5", "localhost:", "localhost:99999", "0.0.0.0:5", "kiosk:5", "1:2:3:4"]
)
def test_only_addresses_of_this_computer_are_served(text: str) -> None:
    with pytest.raises(BadInput):
        address_of(text)


def test_a_taken_port_is_refused() -> None:
    realtime = RealTime(Hand().rig.timeline)
    first = TcpPort("127.0.0.1", 0, realtime)
    with pytest.raises(BadInput):
        TcpPort("127.0.0.1", first.port, realtime)
    first.close()


def test_pulling_the_cable_takes_the_port_away_until_it_is_plugged_in_again(tmp_path: Path) -> None:
    hand = Hand()
    faults = FaultPanel(hand.rig)
    realtime = RealTime(hand.rig.timeline, wire=hand.rig.wire)
    realtime.start()
    port = PtyPort(tmp_path / "board", realtime)
    try:
        for _ in range(2):
            link = SerialLink(str(port.path), 115200)
            heard = b""
            while b"Grbl" not in heard:
                heard += link.read(5)
            faults.set("board_unplugged")
            with pytest.raises(LinkLost):
                read_to_the_end(link)
            link.close()
            with pytest.raises(PortUnavailable):
                SerialLink(str(port.path), 115200)
            faults.clear("board_unplugged")
            wait_for(port.path.is_symlink)
    finally:
        port.close()
        realtime.stop()


def test_a_board_behind_tcp_is_reset_by_each_connection_and_hangs_up_when_unplugged() -> None:
    hand = Hand()
    realtime = RealTime(hand.rig.timeline, wire=hand.rig.wire)
    realtime.start()
    port = TcpPort("127.0.0.1", 0, realtime)
    try:
        for _ in range(2):
            link = SerialLink(f"socket://127.0.0.1:{port.port}", 115200)
            heard = b""
            while b"Grbl" not in heard:
                heard += link.read(5)
            link.close()
            wait_for(lambda: not port.opened)
        link = SerialLink(f"socket://127.0.0.1:{port.port}", 115200)
        wait_for(lambda: port.opened)
        FaultPanel(hand.rig).set("board_unplugged")
        with pytest.raises(LinkLost):
            read_to_the_end(link)
        link.close()
    finally:
        port.close()
        realtime.stop()


def wait_for(done: Callable[[], bool]) -> None:
    """Wait for another thread."""
    end_s = time.monotonic() + 20
    while not done():
        assert time.monotonic() < end_s
        time.sleep(0.001)


def read_to_the_end(link: SerialLink) -> None:
    while True:
        link.read(5)
