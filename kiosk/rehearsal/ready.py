"""Ready-made readings: what a key is, said at the reader's seam, so that a session needs no pictures.

Responsible for: a reader and a scanner that answer at once and truly, for scenarios about everything but reading, and
for soak runs. Not responsible for: reading (`kiosk.identification`). Staff here exist in rehearsals only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from config.catalogue import Catalogue
from config.machine import CopyCheck
from hardware.errors import CameraFault, JawMisplaced
from hardware.scan import Frame, ScanFrames
from kiosk.calibration.lesson import Lay, LaySeen
from kiosk.cutting.blank import BlankProblem, ExpectedBlank, blank_problem
from kiosk.cutting.check import CopyErrors, check_copy
from kiosk.cutting.measure import STEEPEST_TILT
from kiosk.cutting.plan import CutPlan
from kiosk.key.reading import Cut, Identification, KeyReading, Outcome, Profile, StampReading, Wear
from kiosk.policy.role import Role
from kiosk.records.audit.kinds import AuditKind
from kiosk.session.ports import IdentifiedKey, LaidBlank
from kiosk.staff.member import SignInProblem, SignInRefused, StaffMember
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.keys.sample_keys import random_bitting

PIN = "271828"
WORN_DOUBT = 0.7


@dataclass(repr=False)
class ReadyKeyReader:
    """Says what it was told to say; measures a copy from its metal instead of from a picture.

    `answers`: one for each time the key is laid, the last for ever. Each is given twice, for two looks.
    """

    sim: SimulatedMachine
    limits: CopyCheck
    answers: list[Identification] = field(default_factory=list)
    head: StampReading = field(default_factory=lambda: StampReading(seen=True))
    _looks: int = 0

    def warm(self) -> None:
        """Nothing to load."""

    def identify(self, frames: ScanFrames) -> IdentifiedKey:
        """What the key in the tray is."""
        at = min(self._looks // 2, len(self.answers) - 1)
        self._looks += 1
        if not self.answers:
            return IdentifiedKey(Identification(Outcome.NOTHING_THERE))
        return IdentifiedKey(self.answers[at], KeyReading())

    def look_at_blank(self, frames: ScanFrames, blank: str) -> LaidBlank:
        """It sees no section, so it learns none."""
        return LaidBlank(Lay(LaySeen.UNSEEN), KeyReading())

    def learn(self, catalogue: Catalogue) -> None:
        """It reads by no catalogue."""

    def stamp(self, frames: ScanFrames) -> StampReading:
        """What its head says."""
        return self.head

    def loaded_problem(self, view: Frame, expected: ExpectedBlank) -> BlankProblem | None:
        """What speaks against the blank in the clamp."""
        measured = self._measured()
        return None if measured is None else blank_problem(measured, expected)

    def measure(self, view: Frame, plan: CutPlan) -> CopyErrors:
        """The copy in the clamp against what was wanted."""
        measured = self._measured()
        return CopyErrors((), 0.0, 0.0, passed=False) if measured is None else check_copy(plan, measured, self.limits)

    def _measured(self) -> Profile | None:
        """What the clamp holds, as a picture of it is measured: above the blade's own spine, wherever that lies."""
        blade, off_mm = self.sim.world.at_check(), self.sim.world.check_off_mm
        if abs(off_mm) > self.limits.jaw_tolerance_mm:
            raise JawMisplaced(off_mm)
        if blade is None:
            return None
        if abs(blade.bend_mm) / float(blade.x_mm[-1]) > STEEPEST_TILT:
            raise CameraFault("check", "the copy leans in its clamp")
        return np.stack([blade.x_mm + blade.shift_mm, blade.top_mm], axis=1)

    def next_key(self, answers: list[Identification], head: StampReading) -> None:
        """Another key is laid."""
        self.answers, self.head, self._looks = answers, head, 0


class ReadyScanner:
    """The simulated machine's cameras with small blank pictures instead of drawn ones. Faults stay."""

    def __init__(self, sim: SimulatedMachine) -> None:
        """Over a machine's own cameras."""
        self._sim = sim

    def scan(self) -> ScanFrames:
        """Four fresh frames of nothing."""
        scanner = self._sim.scanner
        before, scanner.ready = scanner.ready, ScanFrames(silhouette=_small(200), head=_small(200))
        try:
            # Drops and unplugged cameras are the simulated scanner's business.
            return scanner.scan() if self._sim.tray.key is not None else scanner.ready
        finally:
            scanner.ready = before

    def tray_is_empty(self) -> bool:
        """Whether nothing lies on the backlight."""
        return self._sim.scanner.tray_is_empty()

    def tray_stirs(self) -> bool:
        """Whether something came into the tray."""
        return self._sim.scanner.tray_stirs()

    def check(self) -> Frame:
        """The clamp, with or without a blade in it, as a few pixels."""
        cameras = self._sim.scanner
        if "check" in cameras.unplugged:
            raise CameraFault("check", "no such device")
        if cameras.dropped > 0:
            cameras.dropped -= 1
            raise CameraFault("check", "no frame came")
        pixels = np.full((60, 200), 230, dtype=np.uint8)
        jaw_px = max(0, 20 + round(self._sim.world.check_off_mm / 0.2))
        pixels[:, :jaw_px] = 10
        if self._sim.world.at_check() is not None:
            pixels[20:50, jaw_px : jaw_px + 160] = 10
        return Frame(pixels, 0.2)

    def look(self, view: str) -> Frame:
        """One view, as a few pixels."""
        return self.check() if view == "check" else _small(200)


def _small(grey: int) -> Frame:
    return Frame(np.full((4, 4), grey, dtype=np.uint8), 1.0)


def identified(
    catalogue: Catalogue, blank: str, seed: int, *, wear: Wear = Wear.NEW, bitting: tuple[str, ...] | None = None
) -> Identification:
    """A key of `blank` with a code drawn by `seed`, identified with certainty."""
    keyway, known = catalogue.blank_of[blank]
    if keyway.spec is None:
        return Identification(Outcome.IDENTIFIED, keyway.code)
    codes = bitting or random_bitting(keyway.spec, known.cuts, np.random.default_rng(seed))
    doubt = 0.0 if wear is Wear.NEW else WORN_DOUBT
    cuts = tuple(Cut(code, keyway.spec.root_mm_of[code], 0.0, doubt) for code in codes)
    return Identification(Outcome.IDENTIFIED, keyway.code, blank, cuts, wear, score=0.99, margin=0.5)


def off_by(key: Identification, off_mm: float) -> Identification:
    """The same key with every root so much higher, or lower if negative."""
    cuts = (
        replace(cut, measured_mm=cut.measured_mm + off_mm, residual_mm=cut.residual_mm + off_mm) for cut in key.cuts
    )
    return replace(key, cuts=tuple(cuts))


class RehearsalStaff:
    """1001 is an associate, 2001 a manager, 3001 a technician, all with one PIN; three wrong tries lock out."""

    needs_setup = False

    def __init__(self) -> None:
        """Nobody has tried."""
        self._wrong = 0
        self.disabled: set[str] = set()
        """Numbers whose accounts were disabled meanwhile."""

    def still_in(self, member: StaffMember) -> bool:
        """Whether this member's account is still as it was."""
        return member.number not in self.disabled

    def sign_in(self, number: str, pin: str) -> StaffMember | SignInRefused:
        """Check number and PIN."""
        roles = {"1001": Role.ASSOCIATE, "2001": Role.MANAGER, "3001": Role.TECHNICIAN}
        account = number if number in roles else ""
        if self._wrong >= 3:
            return SignInRefused(SignInProblem.LOCKED_OUT, 60, account)
        if pin != PIN or number not in roles or number in self.disabled:
            self._wrong += 1
            return SignInRefused(SignInProblem.WRONG, account=account)
        self._wrong = 0
        return StaffMember(number, f"Rehearsal {roles[number]}", roles[number])


@dataclass
class RehearsalAudit:
    """Keeps what was recorded in memory, to be looked at afterwards."""

    records: list[tuple[str, dict[str, str | int]]] = field(default_factory=list)
    broken: str = ""

    def record(self, kind: AuditKind, facts: Mapping[str, str | int]) -> None:
        """Add one record."""
        self.records.append((kind, dict(facts)))
