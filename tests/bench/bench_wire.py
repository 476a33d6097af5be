"""Lines a second over a pty paced at 115200 baud: our driver, with and without echo, a bare loop, a published sender.

The same 2,000 short moves in check mode against the simulated board, which runs in a process of its own. The published
sender is installed from the package index under `out/bench-packages` at the first run and nowhere else.
"""

from __future__ import annotations

import argparse
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.synchronize import Event
from pathlib import Path

import serial

from hardware.clock import SystemClock
from hardware.grbl_board import GrblBoard
from hardware.link import SerialLink
from simulator.firmware_build import ECHO, STOCK
from simulator.pty import PtyPort
from simulator.realtime import RealTime
from simulator.rig import SimulatedMachine
from tests.cut.keys import catalogue, machine

PUBLISHED = "pygrbl-streamer==1.0.5"
PACKAGES = Path("out/bench-packages")


def simulate(path: str, echo: bool, ready: Event, stop: Event) -> None:
    """The board, in its own process."""
    rig = SimulatedMachine(machine(), catalogue(), 1, build=ECHO if echo else STOCK)
    realtime = RealTime(rig.timeline)
    realtime.start()
    port = PtyPort(Path(path), realtime)
    ready.set()
    stop.wait()
    port.close()
    realtime.stop()


def short_moves(count: int) -> list[str]:
    return [f"G1X-{50 + i % 97 * 0.13:.3f}Y-{10 + i % 53 * 0.11:.2f}" for i in range(count)]


def ours(path: str, lines: list[str]) -> float:
    link = SerialLink(path, 115200)
    board = GrblBoard(link, machine().wire, SystemClock(), lambda: False)
    board.reset()
    for line in ("$X", "G21G90G94F600", "$C"):
        board.command(line)
    begin = time.perf_counter()
    for line in lines:
        board.command(line)
    spent_s = time.perf_counter() - begin
    link.close()
    return spent_s


def bare(path: str, lines: list[str]) -> float:
    with serial.Serial(path, 115200, timeout=5) as port:
        time.sleep(0.2)
        port.write(b"\x18")
        while not port.readline().startswith(b"Grbl"):
            pass
        time.sleep(0.2)
        port.reset_input_buffer()

        def send(line: str) -> None:
            port.write(line.encode() + b"\n")
            while (reply := port.readline()) != b"ok\r\n":
                if not reply or reply.startswith(b"error"):
                    raise RuntimeError(f"{line}: {reply!r}")

        for line in ("$X", "G21G90G94F600", "$C"):
            send(line)
        begin = time.perf_counter()
        for line in lines:
            send(line)
        return time.perf_counter() - begin


def published(path: str, lines: list[str]) -> float:
    from pygrbl_streamer import GrblStreamer  # type: ignore[import-not-found]

    sender = GrblStreamer(path, 115200)
    sender.connect()
    for line in ("G21G90G94F600", "$C"):
        if not sender.command(line):
            raise RuntimeError(f"{PUBLISHED} could not send {line}")
    begin = time.perf_counter()
    sender.stream(lines, wait_for_idle=False)
    spent_s = time.perf_counter() - begin
    sender.disconnect()
    return spent_s


def has_published() -> bool:
    sys.path.insert(0, str(PACKAGES.resolve()))
    if not PACKAGES.is_dir():
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(PACKAGES), PUBLISHED]
        if subprocess.run(install, check=False, capture_output=True).returncode:
            print(f"{PUBLISHED}: cannot be installed here, left out")
            return False
    return True


def timed(name: str, echo: bool, run: Callable[[str, list[str]], float], lines: list[str]) -> float:
    """Lines a second of one sender on a board of its own."""
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "board")
        ready, stop = spawn.Event(), spawn.Event()
        board = spawn.Process(target=simulate, args=(path, echo, ready, stop))
        board.start()
        try:
            ready.wait(60)
            cpu = time.process_time()
            spent_s = run(path, lines)
            cpu = time.process_time() - cpu
        finally:
            stop.set()
            board.join(10)
    rate = len(lines) / spent_s
    print(f"{name:46s} {rate:7.1f} lines/s   {cpu / spent_s * 100:5.1f} % of a core", flush=True)
    return rate


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=2000)
    lines = short_moves(parser.parse_args().lines)
    mean = sum(map(len, lines)) / len(lines) + 1
    print(f"{len(lines)} lines of {mean:.1f} bytes, check mode, 115200 baud")
    loop = timed("bare one-line loop, stock board", False, bare, lines)
    stock = timed("this driver, stock board", False, ours, lines)
    loop_echo = timed("bare one-line loop, board with echo", True, bare, lines)
    echo = timed("this driver, every echo compared", True, ours, lines)
    print(f"this driver / bare loop: {stock / loop:.2f} without echo, {echo / loop_echo:.2f} with (target 0.95)")
    if has_published():
        sender = timed(f"{PUBLISHED} (character counting)", False, published, lines)
        print(f"this driver / {PUBLISHED}: {stock / sender:.2f} without echo, {echo / sender:.2f} with")
    return 0 if stock / loop >= 0.95 and echo / loop_echo >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main())
