"""The board's answers, exchange by exchange, in memory, over a pty and over TCP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.link import SerialLink
from simulator.firmware import Firmware
from simulator.firmware_report import settings_lines
from simulator.link import MemoryLink, Timeline
from simulator.pty import PtyPort
from simulator.realtime import RealTime
from simulator.tcp import TcpPort
from simulator.wiring import LooseBoard
from tests.firmware.cases import OFFSETS, SIMPLE
from tests.firmware.dialogues import DIALOGUES
from tests.firmware.play import play

CASES = SIMPLE + OFFSETS + DIALOGUES
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
    """A running board behind a real port; a fresh board is put in for each dialogue."""

    SPEED = 100.0

    def __init__(self, how: str, folder: Path) -> None:
        self.timeline = Timeline(Firmware(LooseBoard()))
        self._realtime = RealTime(self.timeline, self.SPEED)
        self._port: PtyPort | TcpPort
        if how == "pty":
            path = folder / "board"
            self._port, name = PtyPort(path, self._realtime), str(path)
        else:
            self._port = TcpPort("127.0.0.1", 0, self._realtime)
            name = f"socket://127.0.0.1:{self._port.port}"
        self._realtime.start()
        self._link = SerialLink(name, 115200)
        self._waiting = b""
        self._until(lambda: BANNER in self._waiting)

    def _until(self, done: object, limit_s: float = 5.0) -> None:
        assert callable(done)
        end_s = time.monotonic() + limit_s
        while not done() and time.monotonic() < end_s:
            self._waiting += self._link.read(0.05)

    def fresh(self) -> tuple[LooseBoard, Firmware]:
        board = LooseBoard()
        firmware = Firmware(board)
        with self.timeline.lock:
            self.timeline.firmware = firmware
        self._realtime.speed = self.SPEED
        self._waiting = b""
        self._until(lambda: BANNER in self._waiting)
        self._waiting = b""
        return board, firmware

    def write(self, data: bytes) -> None:
        self._link.write(data)

    def lines(self, count: int, limit_s: float) -> list[str]:
        # More would be seen by the dialogue in memory, or spoil the next one here.
        self._until(lambda: self._waiting.count(b"\r\n") >= count, limit_s if limit_s > 1 else 0.0)
        *whole, self._waiting = self._waiting.split(b"\r\n")
        return [line.decode("latin-1") for line in whole]

    def pass_time(self, duration_s: float) -> None:
        end_s = self.timeline.now_s + duration_s
        self._until(lambda: self.timeline.now_s >= end_s, 10.0)

    def close(self) -> None:
        self._link.close()
        self._port.close()
        self._realtime.stop()


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


# A dialogue whose outcome hangs on milliseconds is played in memory only: a busy computer is not that punctual.
PUNCTUAL = ("while a hold brakes", "behind queued lines", "behind an EEPROM", "homing is not answered", "while homing")
REAL = [(name, text) for name, text in CASES if not any(part in name for part in PUNCTUAL)]


@pytest.mark.parametrize("start", range(0, len(REAL), 25))
def test_the_board_answers_the_same_over_a_real_port(real_wire: RealWire, start: int) -> None:
    for _, dialogue in REAL[start : start + 25]:
        board, firmware = real_wire.fresh()
        play(settings_filled(dialogue, firmware), real_wire, board, firmware)


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 200
    assert len({name for name, _ in CASES}) == len(CASES)
