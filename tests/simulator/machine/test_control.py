"""The control socket: every request, and what it says of one it cannot use."""

from __future__ import annotations

import base64
import itertools
import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from config.problems import BadInput
from hardware.errors import LinkLost, PortUnavailable
from hardware.link import SerialLink
from kiosk.command_line import app
from simulator.faults.injection import FaultPanel
from simulator.machine.blade import new_blade
from simulator.serve.control import Control
from simulator.serve.control_server import ControlServer
from simulator.serve.pty import PtyPort
from simulator.serve.realtime import RealTimeRunner
from simulator.serve.tcp import TcpPort, address_of
from simulator.wire.tap import Passage, WireTap
from tests.simulator.machine.parts import Hand


@pytest.fixture
def desk() -> Control:
    hand = Hand()
    return Control(hand.sim, FaultPanel(hand.sim), RealTimeRunner(hand.sim.timeline))


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
    assert state["stock"]["2"] == 3
    assert ask(desk, do="take")["taken"] is False


def test_a_headset_goes_into_its_jack_and_out_and_who_listens_hears_it(desk: Control) -> None:
    heard: list[bool] = []
    desk._sim.headset.listen(heard.append)
    for plugged in (True, True, False):
        assert ask(desk, do="headset", plugged=plugged)["ok"]
        assert ask(desk, do="state")["headset"] is plugged
    assert heard == [False, True, False]


def test_the_command_puts_a_headset_in_and_says_where_no_machine_listens(desk: Control) -> None:
    def headset(plug: str) -> Any:
        return CliRunner().invoke(app, ["simulate", "headset", plug, "--control", str(server.port)])

    server = ControlServer(desk, 0)
    try:
        for plug, plugged in (("in", True), ("out", False)):
            assert headset(plug).exit_code == 0
            assert desk._sim.headset.plugged is plugged
    finally:
        server.close()
    refused = headset("in").exception
    assert isinstance(refused, BadInput)
    assert refused.problems[0].field == "--control"


def test_time_can_be_stopped_stepped_and_hurried(desk: Control) -> None:
    assert not ask(desk, do="step")["ok"]
    assert ask(desk, do="pause")["paused"]
    before = ask(desk, do="state")["time_s"]
    ask(desk, do="step", s=0.5)
    assert ask(desk, do="state")["time_s"] == pytest.approx(before + 0.5)
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
    problem = answer["problems"][0]
    assert (problem["line"], problem["field"]) == (7, field)
    assert problem["reason"]
    assert desk.handle('{"do": "state"}')["ok"]


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_line_breaks_the_simulator(text: str) -> None:
    hand = Hand()
    assert "ok" in Control(hand.sim, FaultPanel(hand.sim)).handle(text)


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
    realtime = RealTimeRunner(Hand().sim.timeline)
    for path in (taken, tmp_path, tmp_path / "no" / "folder"):
        with pytest.raises(BadInput):
            PtyPort(path, realtime)
    assert taken.read_text() == "mine"


def test_the_port_goes_away_when_the_machine_does(tmp_path: Path) -> None:
    path = tmp_path / "board"
    port = PtyPort(path, RealTimeRunner(Hand().sim.timeline))
    with pytest.raises(BadInput, match="in use"):
        PtyPort(path, RealTimeRunner(Hand().sim.timeline))
    port.close()
    assert not path.is_symlink()


def test_a_link_left_behind_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "board"
    path.symlink_to("/dev/pts/99999")
    port = PtyPort(path, RealTimeRunner(Hand().sim.timeline))
    try:
        assert path.readlink() != Path("/dev/pts/99999")
        assert path.exists()
    finally:
        port.close()


@pytest.mark.parametrize(
    "text", ["foo", "99", "8.8.8.8:5", "localhost:", "localhost:99999", "0.0.0.0:5", "kiosk:5", "1:2:3:4"]
)
def test_only_addresses_of_this_computer_are_served(text: str) -> None:
    with pytest.raises(BadInput):
        address_of(text)


def test_a_taken_port_is_refused() -> None:
    realtime = RealTimeRunner(Hand().sim.timeline)
    first = TcpPort("127.0.0.1", 0, realtime)
    with pytest.raises(BadInput):
        TcpPort("127.0.0.1", first.port, realtime)
    first.close()


def test_pulling_the_cable_takes_the_port_away_until_it_is_plugged_in_again(tmp_path: Path) -> None:
    hand = Hand()
    faults = FaultPanel(hand.sim)
    realtime = RealTimeRunner(hand.sim.timeline, wire=hand.sim.wire)
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
    realtime = RealTimeRunner(hand.sim.timeline, wire=hand.sim.wire)
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
        FaultPanel(hand.sim).set("board_unplugged")
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


# -- looking ---------------------------------------------------------------------------------------------------


@pytest.fixture
def hand() -> Hand:
    return Hand()


def clamped(hand: Hand) -> Control:
    carousel = hand.sim.world.carousel
    carousel.clamped = new_blade("KW1", hand.sim.catalogue)
    return Control(hand.sim, FaultPanel(hand.sim), RealTimeRunner(hand.sim.timeline))


def test_the_build_of_the_machine_names_every_slot_and_place(desk: Control) -> None:
    told: Any = ask(desk, do="machine")
    assert told["ok"]
    assert [slot["number"] for slot in told["slots"]] == list(range(1, 8))
    assert told["places"]["deliver_x_mm"] == -140
    assert told["wheel"]["diameter_mm"] == 60


def test_the_metal_in_the_clamp_is_shown_as_the_wheel_leaves_it_and_only_when_it_changed(hand: Hand) -> None:
    desk = clamped(hand)
    whole: Any = ask(desk, do="metal")
    assert whole["top_um"] == whole["uncut_um"]
    assert ask(desk, do="metal", since=whole["number"])["same"]
    world = hand.sim.world
    assert world.carousel.clamped is not None
    world.wheel.cut_mm2 += world.carousel.clamped.sweep((10.0, 12.0), (10.0, 5.0), world.wheel.shape())
    cut: Any = ask(desk, do="metal", since=whole["number"])
    assert cut["number"] != whole["number"]
    assert min(cut["top_um"][150:250]) == 5000
    assert cut["uncut_um"] == whole["uncut_um"]
    world.carousel.clamped = None
    assert ask(desk, do="metal")["blank"] is None


def test_two_blanks_of_one_kind_are_two_blades(hand: Hand) -> None:
    desk = clamped(hand)
    first = ask(desk, do="metal")["number"]
    hand.sim.world.carousel.clamped = new_blade("KW1", hand.sim.catalogue)
    assert "same" not in ask(desk, do="metal", since=first)


def test_the_tray_is_shown_as_a_picture_once_for_each_key(desk: Control) -> None:
    empty: Any = ask(desk, do="tray", since=5)
    assert empty["png"] is None
    ask(desk, do="lay", key="dimple")
    laid: Any = ask(desk, do="tray", since=empty["laid"])
    assert base64.b64decode(laid["png"]).startswith(b"\x89PNG")
    assert ask(desk, do="tray", since=laid["laid"])["same"]


def test_the_wire_is_shown_line_by_line_with_what_was_damaged(hand: Hand) -> None:
    sim = hand.sim
    realtime = RealTimeRunner(sim.timeline, wire=sim.wire)
    desk = Control(sim, FaultPanel(sim), realtime)
    realtime.power_cycle()
    realtime.step(0.2)
    realtime.send(b"$X\nG4")
    realtime.send(b"?P0.1\n\x18")
    realtime.step(0.5)
    told: Any = ask(desk, do="wire")
    rows = [(course, text) for _, _, course, text, _ in told["lines"]]
    assert rows[0] == ("port", "open")
    sent = [text for course, text in rows if course == "to_board"]
    assert sent == ["$X", "?", "G4P0.1", "\\x18"]
    heard = [text for course, text in rows if course == "from_board"]
    assert heard[0].startswith("Grbl 1.1h")
    assert not any(damaged for *_, damaged in told["lines"])
    last = told["lines"][-1][0]
    assert ask(desk, do="wire", since=last) == {"ok": True, "lines": [], "lost": 0}
    assert ask(desk, do="wire", most=1)["lost"] == last - 1
    ask(desk, do="fault", name="wire_flip", at_byte=1)
    realtime.send(b"$H\n")
    damaged: Any = ask(desk, do="wire", since=last)
    assert [(row[2], row[4]) for row in damaged["lines"]][:1] == [("to_board", True)]
    assert damaged["lines"][0][3] != "$H"


def test_what_stands_on_the_wire_is_in_no_repr() -> None:
    tap = WireTap()
    tap.passed(Passage.TO_BOARD, b"G1X-12.345\n", b"G1X-12.345\n", 1.0)
    assert "12.345" not in repr(tap.since(0, 10))


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=6))
@settings(max_examples=80, deadline=None)
def test_how_the_bytes_come_in_pieces_changes_no_line_of_the_wire(data: bytes, at: list[int]) -> None:
    def told(pieces: list[bytes]) -> list[tuple[str, str]]:
        tap = WireTap()
        for piece in pieces:
            tap.passed(Passage.TO_BOARD, piece, piece, 0.0)
        return [(line.course.value, line.text) for line in tap.since(0, 10_000)[0]]

    edges = [0, *sorted(at), len(data)]
    pieces = [data[start:end] for start, end in itertools.pairwise(edges)]
    assert told([piece for piece in pieces if piece]) == told([data] if data else [])


@pytest.mark.parametrize(
    ("line", "field"),
    [('{"do": "wire", "since": -1}', "since"), ('{"do": "wire", "since": 1.5}', "since"),
     ('{"do": "wire", "most": 0}', "most"), ('{"do": "wire", "most": true}', "most"),
     ('{"do": "metal", "since": "x"}', "since"), ('{"do": "tray", "sinse": 1}', "sinse"),
     ('{"do": "state", "x": 1}', "x"), ('{"do": "stock", "slot": 1.5, "blanks": 1}', "slot"),
     ('{"do": "stock", "slot": 1, "blanks": NaN}', "blanks"), ('{"do": "speed", "times": NaN}', "times"),
     ('{"do": "step", "s": Infinity}', "s"), ('{"do": ["state"]}', "do")],
)  # fmt: skip
def test_looking_wrongly_is_told_too(desk: Control, line: str, field: str) -> None:
    answer: Any = desk.handle(line, 3)
    assert answer["ok"] is False
    assert [problem["field"] for problem in answer["problems"]] == [field]


def test_a_panel_that_stays_connected_keeps_no_other_program_out(server: ControlServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as panel, panel.makefile("rwb") as lines:
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", server.port), timeout=5) as other, other.makefile("rwb") as it:
                it.write(b'{"do": "state"}\n')
                it.flush()
                assert json.loads(it.readline())["ok"]
            lines.write(b'{"do": "state"}\n')
            lines.flush()
            assert json.loads(lines.readline())["ok"]


@pytest.mark.parametrize(
    "option", [["--echo"], ["--seed", "3"], ["--pty", "board"], ["--fault", "misfeed"], ["--machine", "other.toml"]]
)
def test_what_belongs_to_a_new_machine_is_refused_beside_one_that_runs(option: list[str]) -> None:
    refused = CliRunner().invoke(app, ["simulate", "panel", "--control", "7800", *option])
    assert isinstance(refused.exception, BadInput)
    assert [problem.field for problem in refused.exception.problems] == option[:1]
