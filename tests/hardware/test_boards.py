"""One contract of the driver, held against every board the simulator knows; and what a technician reads when it fails.

A technician who swaps the board must not have to learn another kiosk.
"""

from __future__ import annotations

import os
import re
import tty
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from hardware.clock import SystemClock
from hardware.errors import HardwareFault, PortInUse, PortUnavailable
from hardware.grbl.cutter import GrblCutter
from hardware.link import SerialLink
from hardware.ports import ByteLink
from kiosk.rehearsal.run_scenario import play
from simulator.faults.injection import FaultPanel
from simulator.faults.model import Value
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.firmware.profiles import PROFILES
from simulator.serve.pty import PtyPort
from simulator.serve.realtime import RealTimeRunner
from simulator.wire.memory import VirtualClock
from tests.cutting.keys import catalogue, machine
from tests.support.wire_sessions import sale, settings
from ui.present.fault_help import fault_family

BOARDS = pytest.mark.parametrize("name", PROFILES)
MAKES = {"grblhal": "GrblHAL", "fluidnc": "FluidNC"}


class OnBoard:
    """A cutter before one simulated board; `over` lays something between them."""

    def __init__(self, name: str, over: Callable[[ByteLink], ByteLink] = lambda link: link) -> None:
        self.sim = SimulatedMachine(machine(), catalogue(), 1, build=PROFILES[name].build)
        assert isinstance(self.sim.clock, VirtualClock)
        self.opened = 0
        self.over = over
        self.cutter = GrblCutter(self.open, machine(), self.sim.clock)

    def open(self) -> ByteLink:
        self.opened += 1
        return self.over(self.sim.link())

    def fault(self, act: Callable[[], object]) -> HardwareFault:
        with pytest.raises(HardwareFault) as caught:
            act()
        return caught.value


@BOARDS
def test_every_board_is_known_homed_and_let_go_with_one_opening(name: str) -> None:
    on = OnBoard(name)
    board = on.cutter.connect()
    assert board.firmware == MAKES.get(name, "Grbl")
    assert bool(board.not_compared) is (name == "fluidnc")
    on.cutter.home()
    assert on.opened == 1
    assert on.cutter.status().state == "Idle"
    on.cutter.close()


class OverPty:
    """Every byte goes through a real pseudo-terminal and real pyserial; time is the machine's own."""

    def __init__(self, board: ByteLink) -> None:
        self.board = board
        self.master, slave = os.openpty()
        tty.setraw(slave)
        self.port = SerialLink(os.ttyname(slave), 115200)
        os.close(slave)
        self.passed = 0

    def write(self, data: bytes) -> None:
        self.port.write(data)
        arrived = b""
        while len(arrived) < len(data):
            arrived += os.read(self.master, 4096)
        self.board.write(arrived)

    def read(self, timeout_s: float) -> bytes:
        data = self.board.read(timeout_s)
        os.write(self.master, data)
        arrived = b""
        while len(arrived) < len(data):
            arrived += self.port.read(5.0)
        self.passed += len(arrived)
        return arrived

    def close(self) -> None:
        self.board.close()
        self.port.close()
        with suppress(OSError):
            os.close(self.master)


@BOARDS
def test_a_whole_sale_over_a_pty_ends_delivered_and_paid_on_every_board(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[OverPty] = []
    link = SimulatedMachine.link

    def over_pty(sim: SimulatedMachine) -> ByteLink:
        opened.append(OverPty(link(sim)))
        return opened[-1]

    monkeypatch.setattr(SimulatedMachine, "link", over_pty)
    played = play(sale(("KW1", 3), name), settings())
    assert played.passed, played.findings
    assert sum(each.passed for each in opened) > 10_000


@BOARDS
def test_every_board_is_found_and_homed_over_a_real_serial_port(name: str, tmp_path: Path) -> None:
    sim = SimulatedMachine(machine(), catalogue(), 1, build=PROFILES[name].build)
    realtime = RealTimeRunner(sim.timeline)
    realtime.start()
    port = PtyPort(tmp_path / "board", realtime)
    cutter = GrblCutter(lambda: SerialLink(str(tmp_path / "board"), 115200), machine(), SystemClock())
    try:
        assert cutter.connect().firmware == MAKES.get(name, "Grbl")
    finally:
        cutter.close()
        port.close()
        realtime.stop()


def test_every_profile_says_where_it_is_from_and_when_it_was_compared() -> None:
    assert set(PROFILES) == {"grbl", "grbl-echo", "grbl-door", "grblhal", "fluidnc"}
    for profile in PROFILES.values():
        assert len(profile.source) > 20
        assert profile.conformance.year >= 2026


# What goes wrong in the field.


class Between:
    """Something between driver and board: `said` changes what the board says."""

    def __init__(self, link: ByteLink, said: Callable[[bytes], bytes] = lambda data: data) -> None:
        self.link, self.said = link, said

    def read(self, timeout_s: float) -> bytes:
        return self.said(self.link.read(timeout_s))

    def write(self, data: bytes) -> None:
        self.link.write(data)

    def close(self) -> None:
        self.link.close()


class Echoing(Between):
    """A bridge that gives back what it is sent."""

    back = b""

    def write(self, data: bytes) -> None:
        self.back += data
        super().write(data)

    def read(self, timeout_s: float) -> bytes:
        back, self.back = self.back, b""
        return back or super().read(timeout_s)


def garbage(data: bytes) -> bytes:
    return bytes(byte | 0x80 for byte in data)


def reports(data: bytes) -> bytes:
    """A report that nobody asked for before each acknowledgement."""
    return re.sub(rb"(?m)^ok\r\n", b"<Idle|MPos:0.000,0.000,0.000|FS:0,0>\r\nok\r\n", data)


def door(on: OnBoard) -> HardwareFault:
    on.sim.world.set_door(is_open=True)
    return on.fault(on.cutter.connect)


def unplugged(on: OnBoard) -> HardwareFault:
    on.cutter.connect()
    on.sim.plugged_in = False
    return on.fault(on.cutter.home)


def wedged(on: OnBoard) -> HardwareFault:
    on.cutter.connect()
    on.over = lambda link: Between(link, lambda _: b"")
    on.cutter.close()
    return on.fault(on.cutter.connect)


def wrong_speed(on: OnBoard) -> HardwareFault:
    on.over = lambda link: Between(link, garbage)
    return on.fault(on.cutter.connect)


def echoes(on: OnBoard) -> HardwareFault:
    on.over = Echoing
    return on.fault(on.cutter.connect)


def reports_by_itself(on: OnBoard) -> HardwareFault:
    on.over = lambda link: Between(link, reports)
    return on.fault(on.cutter.connect)


def resets_itself(on: OnBoard) -> HardwareFault:
    on.cutter.connect()
    on.cutter.home()
    on.sim.firmware.power_cycle()
    on.sim.clock.sleep(4.0)
    return on.fault(on.cutter.reject)


def taken(on: OnBoard) -> HardwareFault:
    def busy(_: ByteLink) -> ByteLink:
        raise PortInUse("/dev/kiosk-board: in use by cncjs (process 77)")

    on.over = busy
    return on.fault(on.cutter.connect)


def boots_slowly(on: OnBoard, boot_s: float = 30.0) -> HardwareFault:
    return on.fault(booting(on, boot_s).connect)


def booting(on: OnBoard, boot_s: float) -> GrblCutter:
    """The same board with another boot loader."""
    build = replace(on.sim.firmware.core.build, boot_s=boot_s)
    on.sim = SimulatedMachine(machine(), catalogue(), 1, build=build)
    on.cutter = GrblCutter(on.open, machine(), on.sim.clock)
    return on.cutter


def while_it_moves(fault: str, **parameters: Value) -> Callable[[OnBoard], HardwareFault]:
    """The same in the middle of a move."""

    def incident(on: OnBoard) -> HardwareFault:
        on.cutter.connect()
        on.cutter.home()
        FaultPanel(on.sim).set(fault, {"after_s": 0.4, **parameters}, "test")
        return on.fault(on.cutter.reject)

    incident.__name__ = f"{fault}_while_it_moves"
    return incident


INCIDENTS = {
    door: ("DOOR_OPEN", "door", "door is open"),
    unplugged: ("LINK_LOST", "link", "unplugged"),
    wedged: ("LINK_SILENT", "link", "does not answer"),
    wrong_speed: ("LINK_SETUP", "setup", "baud rate"),
    echoes: ("LINK_SETUP", "setup", "local echo"),
    resets_itself: ("LINK_GARBLED", "link", "restarted by itself"),
    taken: ("LINK_IN_USE", "busy", "in use by cncjs"),
    while_it_moves("door_open"): ("DOOR_OPEN", "door", "door is open"),
    while_it_moves("board_unplugged"): ("LINK_LOST", "link", "unplugged"),
    while_it_moves("port_wedged"): ("LINK_SILENT", "link", "no status report in time"),
    while_it_moves("wire_garbage", way="from_board"): ("LINK_GARBLED", "link", "bytes that nothing explains"),
    while_it_moves("board_reset"): ("LINK_GARBLED", "link", "restarted by itself"),
}
TOLD_BY_MAKE = {
    ("LINK_SILENT", "boot_timeout_s"),
    ("LINK_SETUP", "boot_timeout_s"),
    ("LINK_SETUP", "$481=0"),
    ("LINK_SETUP", "$Report/Interval=0"),
    ("LINK_GARBLED", "a status report nobody asked for"),
}
"""What is told otherwise by boards of another make, below."""


@BOARDS
@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda each: each.__name__)
def test_what_went_wrong_is_told_as_what_it_is_on_every_board(
    incident: Callable[[OnBoard], HardwareFault], name: str
) -> None:
    code, family, words = INCIDENTS[incident]
    on = OnBoard(name)
    fault = incident(on)
    assert (fault.code, fault_family(fault.code)) == (code, family), str(fault)
    assert words in str(fault)
    assert isinstance(fault, PortUnavailable) or not on.sim.world.incidents.counted()


@BOARDS
def test_a_board_that_boots_longer_than_that_is_silent_or_where_its_chip_is_heard_told_as_slow(name: str) -> None:
    fault = boots_slowly(OnBoard(name))
    if PROFILES[name].build.boot_chatter:
        assert (fault.code, fault_family(fault.code)) == ("LINK_SETUP", "setup")
        assert "boot_timeout_s" in str(fault)
    else:
        assert (fault.code, fault_family(fault.code)) == ("LINK_SILENT", "link")
        assert "does not answer" in str(fault)
        assert "boot_timeout_s" in str(fault)


def test_the_technicians_table_has_every_incident_with_its_code_and_words() -> None:
    paper = (Path(__file__).parents[2] / "docs" / "technician.md").read_text()
    rows = [line for line in paper.splitlines() if line.startswith("|") and "`" in line]
    for code, words in {(code, words) for code, _, words in INCIDENTS.values()} | TOLD_BY_MAKE:
        said = words.replace("by cncjs", "by")
        assert [row for row in rows if f"`{code}`" in row and said in row], (code, words)


@BOARDS
def test_a_board_is_given_as_long_to_boot_as_the_machine_file_says_with_one_opening(name: str) -> None:
    on = OnBoard(name)
    board = booting(on, machine().wire.boot_timeout_s - 0.5).connect()
    assert board.firmware == MAKES.get(name, "Grbl")
    assert on.opened == 1


@BOARDS
def test_unasked_reports_are_named_where_a_board_can_be_set_so(name: str) -> None:
    fault = reports_by_itself(OnBoard(name))
    if name in MAKES:
        assert fault.code == "LINK_SETUP"
        assert "turn automatic reporting off" in str(fault)
    else:
        assert fault.code == "LINK_GARBLED"
