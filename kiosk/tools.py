"""What the session works with, as ports: it asks these and knows nothing of who answers.

Responsible for: the seams between the session and reading, rules, staff, records, machine and money. Not responsible
for: building any of them (`kiosk.compose`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from config.catalogue import Catalogue
from config.machine import Machine
from config.store import Store
from hardware.clock import Clock
from hardware.ports import Cutter, KeyScanner, Payment
from hardware.scan import ScanFrames, View
from kiosk.code_tries import CodeTries
from kiosk.copy_check import CopyErrors
from kiosk.cut_plan import CutPlan
from kiosk.decision import Approval, Decision, FiredRule
from kiosk.inventory import Inventory
from kiosk.journal import Journal, MachineRecord
from kiosk.reading import Identification, KeyReading, Stamp


@dataclass(frozen=True, repr=False)
class Telling:
    """One look at the tray, told: what it was taken for, and the reading behind it."""

    identification: Identification
    reading: KeyReading | None = None


class KeyExpert(Protocol):
    """Reads keys. Pure but for its models; called from worker threads."""

    def warm(self) -> None:
        """Load whatever takes long to load, before a shopper waits for it."""

    def tell(self, frames: ScanFrames) -> Telling:
        """What the key in the tray is."""

    def stamp(self, frames: ScanFrames) -> Stamp:
        """What its head says. Slow."""

    def measure(self, view: View, plan: CutPlan) -> CopyErrors:
        """The copy in the clamp against what was wanted.

        Raises:
            CameraFault: nothing that could be measured.
        """


@dataclass(frozen=True)
class Question:
    """What the rules are asked."""

    identification: Identification
    stamp: Stamp
    quantity: int
    attempts: int
    transaction: str
    approvals: tuple[Approval, ...] = ()


class Rulebook(Protocol):
    """The store's policy."""

    def decide(self, question: Question) -> Decision:
        """Verdict and every rule that fired, for today, this place and what is in stock."""


@dataclass(frozen=True)
class StaffMember:
    """Who is at the screen."""

    number: str
    name: str
    role: str


@dataclass(frozen=True)
class SignInRefused:
    """Not let in. `message` is `wrong` or `locked_out`."""

    message: str
    retry_after_s: int = 0
    account: str = field(default="", compare=False)
    """For the audit alone: the account's number, empty if nobody has this number. No part of the answer."""


class StaffDoor(Protocol):
    """Who may come in. Slow by design; called from a worker thread."""

    def sign_in(self, number: str, pin: str) -> StaffMember | SignInRefused:
        """Check number and PIN."""

    def still_in(self, member: StaffMember) -> bool:
        """Whether this member's account is still as it was when they signed in. Quick; from any thread."""

    def may_lift(self, member: StaffMember, rule: FiredRule) -> bool:
        """Whether this member's role may lift this rule."""

    def reasons(self, rule: FiredRule) -> tuple[str, ...]:
        """Ids of the reasons staff may pick to lift it."""

    @property
    def needs_setup(self) -> bool:
        """Whether there is no manager's account yet, so that the owner must make the first."""


class AuditBook(Protocol):
    """Append-only record of what was decided and by whom."""

    def record(self, kind: str, facts: Mapping[str, str | int]) -> None:
        """Add one record. Facts never hold anything of a key's shape."""

    @property
    def broken(self) -> str:
        """The first thing wrong with the book that nobody has answered for; empty if nothing is."""


@dataclass(frozen=True)
class Tools:
    """Everything a session needs."""

    machine: Machine
    store: Store
    catalogue: Catalogue
    clock: Clock
    cutter: Cutter
    scanner: KeyScanner
    payment: Payment
    expert: KeyExpert
    rulebook: Rulebook
    staff: StaffDoor
    audit: AuditBook
    journal: Journal
    code_tries: CodeTries
    inventory: Inventory
    machine_record: MachineRecord
    simulated: bool
    room_to_record: Callable[[], bool]
    """Whether the disk could take the records of one more visit. From any thread."""
    versions: tuple[tuple[str, str], ...] = field(default=())
    data: Path | None = None
    """Folder of the records, where a technician's calibration is kept beside them; None keeps none."""
