"""The board's answers, exchange by exchange, in memory, over a pty and over TCP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hardware.link import SerialLink
from simulator.firmware.board import Firmware
from simulator.firmware.report import settings_lines
from simulator.firmware.wiring import LooseBoard
from simulator.serve.pty import PtyPort
from simulator.serve.realtime import RealTimeRunner
from simulator.serve.tcp import TcpPort
from simulator.wire.damage import Direction
from simulator.wire.memory import MemoryLink, Timeline
from tests.simulator.firmware.cases import OFFSETS, SIMPLE
from tests.simulator.firmware.dialogues import DIALOGUES
from tests.simulator.firmware.play import play
from tests.simulator.firmware.surprises import SURPRISES

CASES = SIMPLE + OFFSETS + DIALOGUES + SURPRISES
BANNER = b"\r\nGrbl 1.1h ['$' for help]\r\n"


class MemoryWire:
    """A fresh board in virtual time."""

    def __init__(self, firmware: Firmware) -> None:
        self.timeline = Timeline(firmware)
        self._link = MemoryLink(self.timeline, reset=False)
        self._waiting = b""
        self.timeline.advance(0.2)
        firmware.take_output()

    def write(self, data: bytes) -> None:
        self._link.write(data)

    def lines(self, count: int, limit_s: float) -> list[str]:
        end_s = self.timeline.now_s + limit_s
        while self._waiting.count(b"\r\n") < count and self.timeline.now_s < end_s:
            self._waiting += self._link.read(end_s - self.timeline.now_s)
        *whole, self._waiting = self._waiting.split(b"\r\n")
        return [line.decode("latin-1") for line in whole]

    def pass_time(self, duration_s: float) -> None:
        self.timeline.advance(duration_s)


class RealWire:
    """A board behind a real port. Its time passes only when the test lets it: a busy computer spoils nothing."""

    def __init__(self, how: str, folder: Path) -> None:
        self.timeline = Timeline(Firmware(LooseBoard()))
        self._realtime = RealTimeRunner(self.timeline)
        self._realtime.pause(True)
        self._port: PtyPort | TcpPort
        if how == "pty":
            path = folder / "board"
            self._port, name = PtyPort(path, self._realtime), str(path)
        else:
            self._port = TcpPort("127.0.0.1", 0, self._realtime)
            name = f"socket://127.0.0.1:{self._port.port}"
        self._realtime.start()
        self._link = SerialLink(name, 115200)
        self._received = self._sent = 0
        self._waiting = b""
        wait_for(lambda: self._port.opened)

    def fresh(self) -> tuple[LooseBoard, Firmware]:
        board = LooseBoard()
        firmware = Firmware(board)
        with self.timeline.lock:
            self.timeline.firmware = firmware
        self.pass_time(0.2)
        assert self._waiting.endswith(BANNER)
        self._waiting = b""
        return board, firmware

    def write(self, data: bytes) -> None:
        self._link.write(data)
        self._sent += len(data)
        wait_for(lambda: self._realtime.wire.passed(Direction.TO_BOARD) == self._sent)

    def lines(self, count: int, limit_s: float) -> list[str]:
        end_s = self.timeline.now_s + limit_s
        while self._waiting.count(b"\r\n") < count and self.timeline.now_s < end_s:
            self.pass_time(0.005)
        *whole, self._waiting = self._waiting.split(b"\r\n")
        return [line.decode("latin-1") for line in whole]

    def pass_time(self, duration_s: float) -> None:
        self._realtime.step(duration_s)
        while self._received < self._realtime.wire.passed(Direction.FROM_BOARD):
            got = self._link.read(5.0)
            assert got, "what the board said did not come through the port"
            self._received += len(got)
            self._waiting += got

    def close(self) -> None:
        self._link.close()
        self._port.close()
        self._realtime.stop()


def wait_for(done: Callable[[], bool]) -> None:
    """Wait for another thread."""
    end_s = time.monotonic() + 20
    while not done():
        assert time.monotonic() < end_s
        time.sleep(0.0005)


def settings_filled(dialogue: str, firmware: Firmware) -> str:
    if "__SETTINGS__" not in dialogue:
        return dialogue
    lines = "\n".join(f"< {line}" for line in settings_lines(firmware.core))
    return dialogue.replace("__SETTINGS__", lines)


@pytest.mark.parametrize("dialogue", [pytest.param(text, id=name) for name, text in CASES])
def test_the_board_answers_as_written_in_memory(dialogue: str) -> None:
    board = LooseBoard()
    firmware = Firmware(board)
    play(settings_filled(dialogue, firmware), MemoryWire(firmware), board, firmware)


@pytest.fixture(scope="module", params=["pty", "tcp"])
def real_wire(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealWire]:
    wire = RealWire(request.param, tmp_path_factory.mktemp("port"))
    yield wire
    wire.close()


@pytest.mark.parametrize("start", range(0, len(CASES), 25))
def test_the_board_answers_the_same_over_a_real_port(real_wire: RealWire, start: int) -> None:
    for _, dialogue in CASES[start : start + 25]:
        board, firmware = real_wire.fresh()
        play(settings_filled(dialogue, firmware), real_wire, board, firmware)


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 200
    assert len({name for name, _ in CASES}) == len(CASES)
