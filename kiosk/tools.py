"""What the session works with, as ports: it asks these and knows nothing of who answers.

Responsible for: the seams between the session and reading, rules, staff, records, machine and money. Not responsible
for: building any of them (`kiosk.compose`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from config.catalogue import Catalogue
from config.machine import Machine
from config.store import Store
from hardware.clock import Clock
from hardware.job import CutJob
from hardware.ports import Cutter, KeyScanner, Payment
from hardware.scan import ScanFrames, View
from kiosk.cut_plan import PlanRefusal
from kiosk.decision import Approval, Decision, FiredRule
from kiosk.inventory import Inventory
from kiosk.journal import Journal
from kiosk.reading import Identification, KeyReading, Stamp


@dataclass(frozen=True, repr=False)
class Telling:
    """One look at the tray, told: what it was taken for, and the reading behind it."""

    identification: Identification
    reading: KeyReading | None = None


@dataclass(frozen=True, repr=False)
class CopyErrors:
    """Errors of one copy, cut by cut, against what was wanted; mm. Errors only, never depths."""

    errors_mm: tuple[float, ...]

    @property
    def largest_mm(self) -> float:
        """The largest, without sign."""
        return max(abs(error) for error in self.errors_mm)

    @property
    def mean_mm(self) -> float:
        """The mean, with sign: what drifts."""
        return sum(self.errors_mm) / len(self.errors_mm)


@dataclass(frozen=True, repr=False, eq=False)
class Planned:
    """One cut to be made: the board's lines, and what the copy must measure. Wiped with the visit."""

    job: CutJob
    positions_mm: tuple[float, ...]
    roots_mm: tuple[float, ...]
    blank: str = ""


class KeyExpert(Protocol):
    """Reads keys. Pure but for its models; called from worker threads."""

    def tell(self, frames: ScanFrames) -> Telling:
        """What the key in the tray is."""

    def stamp(self, frames: ScanFrames) -> Stamp:
        """What its head says. Slow."""

    def measure(self, view: View, planned: Planned) -> CopyErrors | None:
        """The copy in the clamp against what was wanted; None if no copy can be seen."""


class Planner(Protocol):
    """Makes the board's lines from a key that was told."""

    def plan(
        self, telling: Telling, blank: str, *, restore: bool, edge_error_mm: float = 0.0
    ) -> Planned | PlanRefusal:
        """Plan a copy on `blank`, to factory depths or as it is, for an edge `edge_error_mm` off its place."""


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
        """Verdict and every rule that fired, for today and this place."""

    def next_steps(self, rule: FiredRule) -> tuple[str, ...]:
        """Ids of advice for the shopper."""

    def reasons(self, rule: FiredRule) -> tuple[str, ...]:
        """Reasons staff may pick to lift it."""


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


class StaffDoor(Protocol):
    """Who may come in. Slow by design; called from a worker thread."""

    def sign_in(self, number: str, pin: str) -> StaffMember | SignInRefused:
        """Check number and PIN."""

    def may_lift(self, member: StaffMember, rule: FiredRule) -> bool:
        """Whether this member's role may lift this rule."""


class AuditBook(Protocol):
    """Append-only record of what was decided and by whom."""

    def record(self, kind: str, facts: Mapping[str, str | int]) -> None:
        """Add one record. Facts never hold anything of a key's shape."""


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
    planner: Planner
    rulebook: Rulebook
    staff: StaffDoor
    audit: AuditBook
    journal: Journal
    inventory: Inventory
    simulated: bool
    versions: tuple[tuple[str, str], ...] = field(default=())
