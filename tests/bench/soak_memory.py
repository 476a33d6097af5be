"""10,000 sessions in virtual time beside everything that runs beside a kiosk: memory, file handles, disk.

    python -m tests.bench.soak_memory [--sessions 10000] [--seed 1]

The session, its journal, stock, audit, recorder, outbox and logs are the real ones; machine, cameras and reader are
the small fakes of the session's tests. Sales, declined cards, cancelled visits, refusals, recuts, unfit blanks, stops
and faults are drawn at random. Prints resident memory, open files and bytes on disk as it goes; status 1 if memory or
files grow over the second half.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from hardware.errors import BlankFault, LinkLost
from kiosk.compose import Devices, build_ports
from kiosk.data_paths import DataPaths
from kiosk.key.reading import Identification, Outcome
from kiosk.operations.running import Running
from kiosk.records.audit.log import SealedAuditLog, key_folder_beside
from kiosk.rehearsal.virtual_time import VirtualKiosk
from kiosk.session.intents import Cancel, Confirm, Done, Recover, Start, Stop
from kiosk.session.states import State
from simulator.terminals.card import SimulatedTerminal
from tests.session.parts import (
    BAD_COPY,
    SETTINGS,
    FakeCutter,
    FakeReader,
    FakeScanner,
    FakeStaff,
    TestClock,
    identified,
)

FRONT = (State.WELCOME, State.CLOSED, State.OUT_OF_ORDER)


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def on_disk(folder: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix not in (".json", ".key", ".anchor"):
            kind = "log" if path.parent.name == "log" else path.name.partition(".db")[0]
            found[kind] = found.get(kind, 0) + path.stat().st_size
    return found


class Visits:
    """One kiosk and the people who come to it."""

    def __init__(
        self, stage: VirtualKiosk, cutter: FakeCutter, scanner: FakeScanner, reader: FakeReader, seed: int
    ) -> None:
        self.stage, self.cutter, self.scanner, self.reader = stage, cutter, scanner, reader
        self.rng = random.Random(seed)
        self.ends: dict[str, int] = {}

    def one(self) -> None:
        """One visit, however it ends; the kiosk stands at the front afterwards."""
        stage, rng = self.stage, self.rng
        for slot in stage.ports.inventory.slots():
            if slot.count < 3 or slot.locked:
                stage.ports.inventory.unlock(slot.number)
                stage.ports.inventory.refill(slot.number, slot.capacity)
        plan = rng.choices(
            ["sale", "recut", "unfit", "cancel", "refused", "unknown", "stop", "fault"], [60, 5, 2, 12, 10, 6, 3, 2]
        )[0]
        self.ends[plan] = self.ends.get(plan, 0) + 1
        self.reader.identifications[:] = [identified()]
        if plan == "refused":
            self.reader.identifications[:] = [Identification(Outcome.SIDE_MILLED)]
        elif plan == "unknown":
            self.reader.identifications[:] = [Identification(Outcome.DIRTY)]
        elif plan == "recut":
            self.reader.errors.append(BAD_COPY)
        elif plan == "unfit":
            self.cutter.will_fail("load", BlankFault(1, "not seated"))
        stage.post(Start())
        stage.run_to(State.PLACE_KEY)
        self.scanner.key_in_tray = True
        now = stage.run_to(State.OFFER, State.REFUSED, State.TRY_AGAIN, *FRONT)
        if now.state is State.OFFER and plan != "cancel":
            stage.post(Confirm())
            stage.run_to(State.TAKE_KEY_BACK)
            self.scanner.key_in_tray = False
            if plan == "fault":
                self.cutter.will_fail("run", LinkLost("gone"))
            if plan == "stop":
                stage.run_to(State.CUTTING, *FRONT)
                stage.post(Stop())
            stage.run_to(State.THANK_YOU, State.FAILED, *FRONT)
            stage.post(Done())
        else:
            stage.post(Cancel())
        self.scanner.key_in_tray = False
        if stage.run_to(*FRONT).state is State.OUT_OF_ORDER:
            stage.post(Recover())
            stage.run_to(State.WELCOME)
        self.cutter.diary.clear()
        self.cutter.faults.clear()
        self.scanner.scanned.clear()
        self.reader.errors.clear()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began_s = time.monotonic()
    memory: list[int] = []
    files: list[int] = []
    shared = Path("/dev/shm")  # noqa: S108 - a disk without a disk's waiting
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder, ExitStack() as closing:
        places = DataPaths(Path(folder))
        clock = TestClock()
        cutter = FakeCutter(clock)
        scanner, reader, terminal = FakeScanner(cutter), FakeReader(), SimulatedTerminal()
        audit = SealedAuditLog.open(places.audit, key_folder_beside(places.data), clock)
        closing.callback(audit.close)
        devices = Devices(cutter, scanner, terminal, clock, simulated=True, first_count=None)
        ports = build_ports(SETTINGS, devices, places.data, closing, reader=reader, staff=FakeStaff(), audit=audit)
        stage = VirtualKiosk(ports)
        running = closing.enter_context(Running(SETTINGS, places, clock, notify=lambda text: None))
        logging.getLogger().handlers[-1].setLevel(logging.CRITICAL + 1)
        stage.controller.subscribe(running.on_snapshot)
        stage.begin()
        stage.run_to(State.WELCOME)
        visits = Visits(stage, cutter, scanner, reader, asked.seed)
        every = max(asked.sessions // 10, 1)
        for number in range(1, asked.sessions + 1):
            visits.one()
            if number % every == 0:
                memory.append(resident_bytes())
                files.append(open_files())
                disk = ", ".join(f"{name} {size / 1e6:.2f} MB" for name, size in sorted(on_disk(places.data).items()))
                print(
                    f"{number:>6} sessions: {memory[-1] / 1e6:6.1f} MB resident, {files[-1]} files open; {disk}",
                    flush=True,
                )
        taken = terminal.taken_in_all_minor
        paid = sum(sale.due_minor for sale in ports.journal.last_sales(asked.sessions) if sale.money == "captured")
        open_sales = len(ports.journal.open_sales())
        finding = audit.verify()
        size = sum(on_disk(places.data).values())
    print(f"visits: {', '.join(f'{name} {count}' for name, count in sorted(visits.ends.items()))}; seed {asked.seed}")
    print(f"money taken {taken}, journal says {paid}; open sales {open_sales}; audit {finding or 'unbroken'}")
    print(f"{size / asked.sessions:.0f} bytes on disk a session; {time.monotonic() - began_s:.0f} s")
    half = len(memory) // 2
    grown = memory[-1] - memory[half]
    print(f"second half: memory {grown / 1e6:+.2f} MB, files {files[-1] - files[half]:+d}")
    sound = taken == paid and not open_sales and finding is None
    return 0 if sound and grown < 5_000_000 and files[-1] <= files[half] else 1


if __name__ == "__main__":
    sys.exit(main())
