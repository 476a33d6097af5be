"""A kiosk in virtual time over a whole simulated machine, and people's hands in it.

Responsible for: putting simulated machine, terminal and session together. Not responsible for: the order of turns
(`kiosk.rehearsal.virtual_time`), who does what (`kiosk.rehearsal.shopper`).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings
from hardware.grbl.cutter import GrblCutter
from hardware.ports import ByteLink, KeyScanner, Payment
from kiosk.compose import Devices, build_ports
from kiosk.records.audit.port import AuditLog
from kiosk.rehearsal.virtual_time import VirtualKiosk
from kiosk.session.ports import KeyReader, StaffAuthenticator
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.terminals.card import SimulatedTerminal

MEMORY = Path("/dev/shm")  # noqa: S108 - the folder made in it is private
"""Files here are on no disk: a rehearsal's records need not outlive the power, and waiting for a disk is most of its
time by the wall."""
MEMORY_FREE_BYTES = 2_000_000_000
"""With less, a kiosk might find its disk full and close."""


@contextmanager
def scratch_folder(prefix: str = "rehearsal-") -> Iterator[Path]:
    """A private folder for records nobody will need again, in memory where that can be; removed at the end."""
    usable = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_FREE_BYTES
    in_memory = MEMORY if usable else None
    with tempfile.TemporaryDirectory(prefix=prefix, dir=in_memory) as folder:
        yield Path(folder)


@dataclass
class SimulatedKiosk:
    """One kiosk over one simulated machine."""

    sim: SimulatedMachine
    terminal: SimulatedTerminal
    cutter: GrblCutter
    stage: VirtualKiosk

    @property
    def delivered(self) -> int:
        """Copies in the shopper's hand."""
        return len(self.sim.chute)


@contextmanager
def theatre(
    settings: Settings,
    data: Path,
    *,
    sim: SimulatedMachine | None = None,
    terminal: SimulatedTerminal | None = None,
    payment: Payment | None = None,
    seed: int = 0,
    reader: KeyReader | None = None,
    scanner: KeyScanner | None = None,
    staff: StaffAuthenticator | None = None,
    audit: AuditLog | None = None,
    first_count: int | None = None,
    wire: Callable[[], ByteLink] | None = None,
) -> Iterator[SimulatedKiosk]:
    """A kiosk that has not begun. Given `sim`, `terminal` and `data` of another, it is that one after a power cut.

    Args:
        settings: everything an owner sets.
        data: folder of the records; must exist.
        sim: the machine; a new one of `seed` if None.
        terminal: the card terminal; a new one if None.
        payment: what is paid with, if not that terminal.
        seed: draws everything left to chance in a new machine.
        reader: reads keys; the shipped one if None.
        scanner: the cameras; the machine's own if None.
        staff: who may come in; the accounts in `data` if None.
        audit: the book; the one in `data` if None.
        first_count: blanks in each slot at first; None: full.
        wire: opens the board's port; the machine's own if None.
    """
    sim = sim or SimulatedMachine(settings.machine, settings.catalogue, seed)
    terminal = sim.terminal = terminal or sim.terminal
    cutter = GrblCutter(wire or sim.link, settings.machine, sim.clock)
    paid_with = payment or terminal
    devices = Devices(cutter, scanner or sim.scanner, paid_with, sim.clock, simulated=True, first_count=first_count)
    with ExitStack() as closing:
        ports = build_ports(settings, devices, data, closing, reader=reader, staff=staff, audit=audit)
        stage = VirtualKiosk(ports)
        closing.callback(stage.close)
        yield SimulatedKiosk(sim, terminal, cutter, stage)
