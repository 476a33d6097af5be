"""From the call of `stop()` to `!` on the wire, with the worker sending at full speed and the main thread busy.

A pty with real pyserial; the simulated board runs in a process of its own and notes when the byte reached it.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import multiprocessing
import sys
import tempfile
import threading
import time
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np

from hardware.clock import SystemClock
from hardware.errors import HardwareFault
from hardware.grbl.cutter import GrblCutter
from hardware.link import serial_link_factory
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.serve.pty import PtyPort
from simulator.serve.realtime import RealTimeRunner
from tests.cutting.keys import catalogue, machine

TARGET_MS = 50.0


def simulate(path: str, ready: Event, stop: Event, noted: Connection) -> None:
    """The board, in its own process; sends the moment each hold arrives (the monotonic clock is the machine's)."""
    sim = SimulatedMachine(machine(), catalogue(), 1)
    realtime = RealTimeRunner(sim.timeline)
    take = realtime.send

    def note(data: bytes) -> None:
        if b"!" in data:
            noted.send(time.monotonic())
        take(data)

    realtime.send = note
    realtime.start()
    port = PtyPort(Path(path), realtime)
    ready.set()
    stop.wait()
    port.close()
    realtime.stop()


def busy_ui(until: threading.Event) -> None:
    """What a full frame of drawing does to everybody else: Python held for as long as the interpreter allows."""
    while not until.is_set():
        sum(i * i for i in range(200_000))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stops", type=int, default=200)
    stops = parser.parse_args().stops
    logging.disable(logging.CRITICAL)
    spawn = multiprocessing.get_context("spawn")
    ready, over = spawn.Event(), spawn.Event()
    ours, theirs = spawn.Pipe(duplex=False)
    late_ms: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "board")
        board = spawn.Process(target=simulate, args=(path, ready, over, theirs))
        board.start()
        ready.wait(60)
        cutter = GrblCutter(serial_link_factory(machine().wire, path), machine(), SystemClock())
        cutter.connect()
        done = threading.Event()
        ui = threading.Thread(target=busy_ui, args=(done,))
        ui.start()

        def send_for_ever() -> None:
            with contextlib.suppress(HardwareFault), cutter.latch.operation():
                assert cutter.latch.board is not None
                for line in ("$X", "G21G90G94F600", "$C"):
                    cutter.latch.board.command(line)
                while True:
                    cutter.latch.board.command("G1X-83.73Y-21.2", polled=True)

        for i in range(stops):
            worker = threading.Thread(target=send_for_ever)
            worker.start()
            time.sleep(0.05 + 0.013 * (i % 7))
            touched_s = time.monotonic()
            cutter.stop()
            if ours.poll(5):
                late_ms.append((ours.recv() - touched_s) * 1000)
            worker.join()
            while ours.poll(0.02):
                ours.recv()  # making safe holds once more
            cutter.latch.fault = None
            cutter.latch.stop_asked.clear()
        done.set()
        ui.join()
        cutter.close()
        over.set()
        board.join(10)
    p50, p99 = np.percentile(late_ms, [50, 99])
    print(f"{len(late_ms)} stops: median {p50:.1f} ms, 99th percentile {p99:.1f} ms, worst {max(late_ms):.1f} ms")
    print(f"target at the 99th percentile: {TARGET_MS:.0f} ms")
    return 0 if len(late_ms) == stops and p99 <= TARGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
