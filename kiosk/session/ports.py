"""What the session works with, as ports: it asks these and knows nothing of who answers.

Responsible for: the seams between the session and reading, rules, staff, records, machine and money. Not responsible
for: building any of them (`kiosk.compose`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from config.catalogue import Catalogue
from config.keyway import Keyway
from config.machine import Machine
from config.own_keyway import KeywayEntry
from config.problems import Problem
from config.store import Store
from config.store_changes import FieldChanges
from hardware.clock import Clock
from hardware.ports import Cutter, KeyScanner, Payment, PrinterStatus
from hardware.scan import Frame, ScanFrames
from kiosk.calibration.lesson import Lay
from kiosk.cutting.blank import BlankProblem, ExpectedBlank
from kiosk.cutting.check import CopyErrors
from kiosk.cutting.plan import CutPlan
from kiosk.key.reading import Identification, KeyReading, StampReading
from kiosk.policy.decide import Policy
from kiosk.records.audit.port import AuditLog
from kiosk.records.certificate import Certifier
from kiosk.records.inventory import Inventory
from kiosk.records.journal import Journal, MachineRecord
from kiosk.records.letter_book import LetterBook
from kiosk.records.terminal_book import SqliteTerminalBook
from kiosk.session.outlook import Outlook
from kiosk.session.snapshot import CheckResult, Receipt
from kiosk.staff.code_tries import CodeTries
from kiosk.staff.member import SignInRefused, StaffMember


@dataclass(frozen=True, repr=False)
class IdentifiedKey:
    """One look at the tray: what it was taken for, and the reading behind it."""

    identification: Identification
    reading: KeyReading | None = None


@dataclass(frozen=True, repr=False)
class LaidBlank:
    """One look at a blank of a slot."""

    lay: Lay
    reading: KeyReading


class KeyReader(Protocol):
    """Reads keys. Pure but for its models; called from worker threads."""

    def warm(self) -> None:
        """Load whatever takes long to load, before a shopper waits for it."""

    def identify(self, frames: ScanFrames) -> IdentifiedKey:
        """What the key in the tray is."""

    def look_at_blank(self, frames: ScanFrames, blank: str) -> LaidBlank:
        """How what lies in the tray stands to this blank."""

    def learn(self, catalogue: Catalogue) -> None:
        """Read by this catalogue from now on. From any thread."""

    def stamp(self, frames: ScanFrames) -> StampReading:
        """What its head says. Slow."""

    def loaded_problem(self, view: Frame, expected: ExpectedBlank) -> BlankProblem | None:
        """What speaks against the blank in the clamp, before it is cut.

        Raises:
            CameraFault: nothing that could be measured.
        """

    def measure(self, view: Frame, plan: CutPlan) -> CopyErrors:
        """The copy in the clamp against what was wanted.

        Raises:
            CameraFault: nothing that could be measured.
        """


class StaffAuthenticator(Protocol):
    """Who may come in. Slow by design; called from a worker thread."""

    def sign_in(self, number: str, pin: str) -> StaffMember | SignInRefused:
        """Check number and PIN."""

    def still_in(self, member: StaffMember) -> bool:
        """Whether this member's account is still as it was when they signed in. Quick; from any thread."""

    @property
    def needs_setup(self) -> bool:
        """Whether there is no manager's account yet, so that the owner must make the first."""


class PaperReceipts(Protocol):
    """Receipts on paper. Called from a worker thread; may take seconds."""

    def status(self) -> PrinterStatus | None:
        """Whether one could be printed now; None: this kiosk prints none."""

    def print(self, receipt: Receipt, check: CheckResult | None, language: str) -> PrinterStatus:
        """Print one; what the printer says afterwards."""


class NoPaper:
    """`PaperReceipts` of a kiosk without a printer."""

    def status(self) -> PrinterStatus | None:
        """None."""
        return None

    def print(self, receipt: Receipt, check: CheckResult | None, language: str) -> PrinterStatus:
        """Nothing comes out."""
        return PrinterStatus.SILENT


class SettingsRefusal(StrEnum):
    """Why nothing was changed in the owner's settings."""

    OFFICE = "office"
    """An office document rules one of the fields."""
    INVALID = "invalid"
    NOT_WRITTEN = "not_written"
    NO_FOLDER = "no_folder"
    """This kiosk runs with shipped settings alone."""


class OwnerSettings(Protocol):
    """The owner's settings file. `change` is called from a worker thread."""

    @property
    def ruled(self) -> frozenset[str]:
        """Dotted fields of the store that are the office's to set."""

    def change(self, changes: FieldChanges, staff: str) -> SettingsRefusal | None:
        """Write these fields, all or none, and record who did; None once that is done."""


class NoOwnerSettings:
    """`OwnerSettings` of a kiosk that has none."""

    ruled: frozenset[str] = frozenset()

    def change(self, changes: FieldChanges, staff: str) -> SettingsRefusal:
        """Nothing can be."""
        return SettingsRefusal.NO_FOLDER


class OwnKeyways(Protocol):
    """Keyways of the owner's own. `enter` is called from a worker thread."""

    def enter(self, entry: KeywayEntry, staff: str) -> Keyway | Problem | SettingsRefusal:
        """Write one and record who did; as it is on file then, or why not."""


class NoOwnKeyways:
    """`OwnKeyways` of a kiosk that has no settings folder."""

    def enter(self, entry: KeywayEntry, staff: str) -> SettingsRefusal:
        """Nothing can be."""
        return SettingsRefusal.NO_FOLDER


@dataclass(frozen=True)
class SessionPorts:
    """Everything a session needs."""

    machine: Machine
    store: Store
    catalogue: Catalogue
    clock: Clock
    cutter: Cutter
    scanner: KeyScanner
    payment: Payment
    reader: KeyReader
    policy: Policy
    staff: StaffAuthenticator
    audit: AuditLog
    journal: Journal
    code_tries: CodeTries
    letter_book: LetterBook
    terminal_book: SqliteTerminalBook
    certificates: Certifier
    inventory: Inventory
    machine_record: MachineRecord
    simulated: bool
    room_to_record: Callable[[], bool]
    """Whether the disk could take the records of one more visit. From any thread."""
    versions: tuple[tuple[str, str], ...] = field(default=())
    paper: PaperReceipts = field(default_factory=NoPaper)
    outlook: Callable[[], Outlook | None] = field(default=lambda: None)
    """What will need a technician; None: the records do not say just now. Slow; called from a worker thread."""
    owner_settings: OwnerSettings = field(default_factory=NoOwnerSettings)
    own_keyways: OwnKeyways = field(default_factory=NoOwnKeyways)
    data: Path | None = None
    """Folder of the records, where a technician's calibration is kept beside them; None keeps none."""
