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
from statistics import median

import serial

from hardware.clock import SystemClock
from hardware.grbl.board import GrblBoard
from hardware.link import SerialLink
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.firmware.build import ECHO, STOCK
from simulator.serve.pty import PtyPort
from simulator.serve.realtime import RealTimeRunner
from tests.cutting.keys import catalogue, machine

PUBLISHED = "pygrbl-streamer==1.0.5"
PACKAGES = Path("out/bench-packages")


def simulate(path: str, echo: bool, ready: Event, stop: Event) -> None:
    """The board, in its own process."""
    sim = SimulatedMachine(machine(), catalogue(), 1, build=ECHO if echo else STOCK)
    realtime = RealTimeRunner(sim.timeline)
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
    from pygrbl_streamer import GrblStreamer

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


Sender = Callable[[str, list[str]], float]


def in_turn(echo: bool, senders: dict[str, Sender], lines: list[str], rounds: int) -> dict[str, float]:
    """Lines a second of each sender, median of its rounds; they take turns on one board: load hits all alike."""
    spawn = multiprocessing.get_context("spawn")
    part = len(lines) // rounds
    rates: dict[str, list[float]] = {name: [] for name in senders}
    cpu_s, spent_s = dict.fromkeys(senders, 0.0), dict.fromkeys(senders, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "board")
        ready, stop = spawn.Event(), spawn.Event()
        board = spawn.Process(target=simulate, args=(path, echo, ready, stop))
        board.start()
        try:
            ready.wait(60)
            for i in range(rounds):
                for name, run in senders.items():
                    cpu = time.process_time()
                    took_s = run(path, lines[i * part : (i + 1) * part])
                    cpu_s[name] += time.process_time() - cpu
                    spent_s[name] += took_s
                    rates[name].append(part / took_s)
        finally:
            stop.set()
            board.join(10)
    for name, found in rates.items():
        share = cpu_s[name] / spent_s[name] * 100
        print(f"{name:46s} {median(found):7.1f} lines/s (best {max(found):.1f})   {share:5.1f} % of a core", flush=True)
    return {name: median(found) for name, found in rates.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=10)
    asked = parser.parse_args()
    lines = short_moves(asked.lines)
    mean = sum(map(len, lines)) / len(lines) + 1
    print(f"{len(lines)} lines of {mean:.1f} bytes, check mode, 115200 baud, {asked.rounds} turns each")
    senders: dict[str, Sender] = {"bare one-line loop": bare, "this driver": ours}
    if has_published():
        senders[PUBLISHED] = published
    print("stock board, nothing echoed")
    stock = in_turn(False, senders, lines, asked.rounds)
    print("board with echo; this driver compares every one")
    echo = in_turn(True, {"bare one-line loop": bare, "this driver": ours}, lines, asked.rounds)
    ratios = [found["this driver"] / found["bare one-line loop"] for found in (stock, echo)]
    print(f"this driver / bare loop: {ratios[0]:.2f} without echo, {ratios[1]:.2f} with (target 0.95)")
    if PUBLISHED in stock:
        against = [found["this driver"] / stock[PUBLISHED] for found in (stock, echo)]
        print(f"this driver / {PUBLISHED} (counts characters): {against[0]:.2f} without echo, {against[1]:.2f} with")
    return 0 if min(ratios) >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main())
