"""Everything built and joined: from settings and devices to a kiosk that runs.

Responsible for: opening the records, building reader, rules and session over them, starting and ending threads in
order. Not responsible for: choosing devices (`kiosk.launch`, `kiosk.rehearsal`): nothing here knows a real machine
from a simulated one but for the mark every sale carries.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from config.enrolled import read_enrolled, with_enrolled
from config.settings import Settings
from hardware.clock import Clock
from hardware.ports import Cutter, KeyScanner, Payment
from kiosk.data_paths import DataPaths
from kiosk.operations.disk import room
from kiosk.operations.own_keyway import KeywayFiles
from kiosk.operations.owner_files import OwnerFiles
from kiosk.operations.service_visit import outlook_now
from kiosk.operations.store_file import StoreFile
from kiosk.policy.decide import Policy
from kiosk.records.audit.log import SealedAuditLog, key_folder_beside
from kiosk.records.audit.port import AuditLog
from kiosk.records.certificate import Certifier, own_key
from kiosk.records.inventory import Inventory
from kiosk.records.journal import Journal, MachineRecord
from kiosk.records.kept_books import hold, sales_book, staff_book
from kiosk.records.letter_book import LetterBook
from kiosk.records.terminal_book import SqliteTerminalBook
from kiosk.session.controller import Controller, Listener, Observer
from kiosk.session.executor import ThreadedExecutor
from kiosk.session.intents import Intent
from kiosk.session.key_reader import CatalogueKeyReader
from kiosk.session.ports import KeyReader, NoPaper, PaperReceipts, SessionPorts, StaffAuthenticator
from kiosk.staff.accounts import StaffAccounts
from kiosk.staff.code_tries import CodeTries

_log = logging.getLogger(__name__)
_IDLE_WAIT_S = 0.5
"""How long the controller's thread sleeps at most without an event; an event wakes it at once."""


@dataclass(frozen=True)
class Devices:
    """The devices and the time of one kiosk.

    `simulated` is true when any device is not real: every sale is marked so. `first_count` is what a slot never seen
    before holds: 0 on a real machine, where staff count.
    """

    cutter: Cutter
    scanner: KeyScanner
    payment: Payment
    clock: Clock
    simulated: bool
    first_count: int | None = 0


@dataclass(frozen=True)
class Records:
    """Where a kiosk keeps its files, below one folder."""

    folder: Path

    @property
    def sales(self) -> Path:
        """Journal and stock."""
        return self.folder / "sales.db"

    @property
    def audit(self) -> Path:
        """Who decided what."""
        return self.folder / "audit.db"

    @property
    def staff(self) -> Path:
        """Staff accounts."""
        return self.folder / "staff.db"


def build_ports(
    settings: Settings,
    devices: Devices,
    data: Path,
    closing: ExitStack,
    *,
    reader: KeyReader | None = None,
    staff: StaffAuthenticator | None = None,
    audit: AuditLog | None = None,
    paper: PaperReceipts | None = None,
    versions: tuple[tuple[str, str], ...] = (),
) -> SessionPorts:
    """Open the records and build what a session works with.

    Args:
        settings: everything an owner sets.
        devices: the devices.
        data: folder of the records; must exist.
        closing: gets what must be closed at the end, newest first.
        reader: reads keys; the shipped one if None.
        staff: who may come in; the accounts in `data` if None.
        audit: the book; the one in `data` if None.
        paper: receipts on paper; none if None.
        versions: (name, version) lines for the technician.

    Raises:
        DatabaseFault: a record cannot be opened.
        BadInput: a blank that was enrolled here may not be known any more.
    """
    files = Records(data)
    catalogue = with_enrolled(settings.catalogue, read_enrolled(data / "enrolled"))
    journal = Journal(files.sales, devices.clock, simulated=devices.simulated)
    closing.callback(journal.close)
    code_tries = CodeTries(files.sales, devices.clock)
    closing.callback(code_tries.close)
    letter_book = LetterBook(files.sales, devices.clock)
    closing.callback(letter_book.close)
    terminal_book = SqliteTerminalBook(files.sales)
    closing.callback(terminal_book.close)
    machine_record = MachineRecord(files.sales, devices.clock)
    closing.callback(machine_record.close)
    inventory = Inventory(files.sales, settings.machine.magazine, first_count=devices.first_count)
    closing.callback(inventory.close)
    if staff is None:
        book = StaffAccounts.open(files.staff, devices.clock)
        closing.callback(book.close)
        staff = book
    if audit is None:
        sealed = SealedAuditLog.open(files.audit, key_folder_beside(data), devices.clock)
        closing.callback(sealed.close)
        hold(sealed, [sales_book(files.sales), *([staff_book(files.staff)] if files.staff.exists() else [])])
        audit = sealed
    owner_files = OwnerFiles(settings, DataPaths(data), devices.clock, audit.record)
    certificates = Certifier(journal, own_key(key_folder_beside(data)), settings.store.name)
    return SessionPorts(
        machine=settings.machine,
        store=settings.store,
        catalogue=catalogue,
        clock=devices.clock,
        cutter=devices.cutter,
        scanner=devices.scanner,
        payment=devices.payment,
        reader=reader or CatalogueKeyReader(catalogue, settings.policy.phrases, settings.machine.check),
        policy=Policy(settings.policy),
        staff=staff,
        audit=audit,
        journal=journal,
        code_tries=code_tries,
        letter_book=letter_book,
        terminal_book=terminal_book,
        certificates=certificates,
        inventory=inventory,
        machine_record=machine_record,
        simulated=devices.simulated,
        room_to_record=lambda: room(data, settings.operations.disk).can_sell,
        versions=versions,
        paper=paper or NoPaper(),
        outlook=lambda: outlook_now(DataPaths(data), settings, devices.clock),
        owner_settings=StoreFile(owner_files),
        own_keyways=KeywayFiles(owner_files),
        data=data,
    )


class Kiosk:
    """A kiosk that runs in real time: one thread owns the session, others do the work."""

    def __init__(self, ports: SessionPorts, closing: ExitStack) -> None:
        """Nothing runs before `start`."""
        self.ports = ports
        self._closing = closing
        self._controller = Controller(ports, ThreadedExecutor)
        self._progress: Callable[[], None] = lambda: None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kiosk-session", daemon=True)

    def subscribe(self, listener: Listener) -> None:
        """Tell `listener` every snapshot, from the session's thread. Before `start`."""
        self._controller.subscribe(listener)

    def watch(self, progress: Callable[[], None]) -> None:
        """Call `progress` after each turn of the session's thread: what a watchdog lives on. Before `start`."""
        self._progress = progress

    def observe(self, observer: Observer) -> None:
        """Tell `observer` each event after it was handled: what a flight record is made of. Before `start`."""
        self._controller.observe(observer)

    def start(self) -> None:
        """Come up."""
        self._thread.start()

    def post(self, intent: Intent) -> None:
        """Somebody wishes something. `Stop` has stopped the machine when this returns. Any thread."""
        self._controller.post(intent)

    def stop_now(self) -> None:
        """The screen failed: stop the machine at once. Any thread."""
        self._controller.stop_now()

    def close(self) -> None:
        """Stop whatever moves, make the machine safe, end the threads, close the records. May be called twice."""
        if not self._ending.is_set():
            self._ending.set()
            self.ports.cutter.stop()
            if self._thread.is_alive():
                self._thread.join(timeout=10)
            self._controller.close()
            self.ports.cutter.close()
            self._closing.close()

    def _run(self) -> None:
        self._controller.begin()
        # A shopper must not wait for models to load; in virtual time nobody waits.
        self._controller.warm_up()
        while not self._ending.is_set():
            wait_s = self._controller.wait_s
            self._controller.step(_IDLE_WAIT_S if wait_s is None else min(_IDLE_WAIT_S, max(wait_s, 0.001)))
            self._progress()


def build_kiosk(
    settings: Settings,
    devices: Devices,
    data: Path,
    *,
    paper: PaperReceipts | None = None,
    versions: tuple[tuple[str, str], ...] = (),
    also: Callable[[SessionPorts], None] | None = None,
) -> Kiosk:
    """A kiosk in real time over these devices, its records below `data`.

    Args:
        settings: everything an owner sets.
        devices: the devices and the time.
        data: folder of the records; made if it is not there.
        paper: receipts on paper; none if None.
        versions: (name, version) lines for the technician.
        also: called with the ports before anything starts.

    Raises:
        DatabaseFault: a record cannot be opened.
    """
    data.mkdir(parents=True, exist_ok=True)
    with ExitStack() as closing:
        ports = build_ports(settings, devices, data, closing, paper=paper, versions=versions)
        if also is not None:
            also(ports)
        kept = closing.pop_all()
    return Kiosk(ports, kept)
