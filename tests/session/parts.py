"""A kiosk whose machine, cameras and reader are small fakes behind the ports: for tests of the session alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from config.catalogue import Catalogue
from config.machine import Assurance
from config.settings import Settings, load_settings
from hardware.errors import BlankFault, DoorOpened, HardwareFault, LinkLost, Stopped
from hardware.job import CutJob
from hardware.ports import BoardIdentity, Fall, JogEnd, MachineStatus, TouchOff, WireLine
from hardware.scan import Frame, ScanFrames
from kiosk.compose import Devices, build_ports
from kiosk.cutting.blank import BlankProblem, ExpectedBlank
from kiosk.cutting.check import CopyErrors
from kiosk.cutting.plan import CutPlan
from kiosk.key.reading import Cut, Identification, KeyReading, Outcome, StampReading, Wear
from kiosk.policy.role import Role
from kiosk.rehearsal.virtual_time import VirtualKiosk
from kiosk.session.ports import IdentifiedKey, LaidBlank
from kiosk.staff.member import SignInProblem, SignInRefused, StaffMember
from simulator.terminals.card import SimulatedTerminal

SETTINGS = load_settings(environment={})


class TestClock:
    """Moves only when told."""

    __test__ = False

    def __init__(self) -> None:
        self._now_s = 0.0
        self.set_by_s = 0.0
        """By how much somebody set the calendar's clock."""

    def now_s(self) -> float:
        return self._now_s

    def utc(self) -> datetime:
        return datetime(2026, 6, 1, 10, tzinfo=UTC) + timedelta(seconds=self._now_s + self.set_by_s)

    def sleep(self, duration_s: float) -> None:
        self._now_s += duration_s


@dataclass
class FakeCutter:
    """Keeps a diary; goes wrong where it is told to."""

    clock: TestClock
    diary: list[str] = field(default_factory=list)
    faults: dict[str, list[HardwareFault]] = field(default_factory=dict)
    latched: HardwareFault | None = None
    clamped: bool = False
    chute: int = 0
    fall: Fall = Fall.UNWATCHED
    """What the chute's sensor says of each copy."""
    bin: int = 0
    during_run: Callable[[float], None] | None = None
    pins: str = ""
    silent: bool = False
    may_turn: bool = False
    feeds: int = 1
    """Blanks fed until one sat."""
    looks: int = 0

    @property
    def moves(self) -> list[str]:
        """What moved something, in order."""
        return [what for what in self.diary if what not in ("connect", "stop", "stop_wheel", "close")]

    def connect(self) -> BoardIdentity:
        self.latched = None
        self._do("connect", 1.0)
        return BoardIdentity("Fake", "1", Assurance.STOCK)

    def home(self) -> None:
        self._do("home", 5.0)

    def load(
        self,
        slot: int,
        blade_height_mm: float,
        thrown_away: Callable[[], None] = lambda: None,
        feeding: Callable[[], None] = lambda: None,
    ) -> TouchOff:
        if self.latched is not None:
            raise self.latched
        feeding()
        for _ in range(self.feeds - 1):
            self._do(f"reject of {slot}", 8.0)
            thrown_away()
            feeding()
        self._do(f"load {slot}", 8.0, name="load")
        self.clamped = True
        return TouchOff(blade_height_mm, 0.0)

    def run(self, job: CutJob, progress: Callable[[float], None]) -> None:
        for tenth in range(1, 11):
            self.clock.sleep(3.0)
            progress(tenth / 10)
            if self.latched is not None:
                raise self.latched
            if tenth == 5:
                self._do("run", 0.0)

    def present_to_check(self, *, brush: bool = True) -> None:
        self._do("check" if brush else "show blank", 3.0, name="check")

    def deliver(self, before_opening: Callable[[], None] = lambda: None) -> Fall:
        before_opening()
        self._do("deliver", 2.0)
        self.clamped = False
        self.chute += 1
        return self.fall

    def reject(self) -> None:
        self._do("reject", 2.0)
        self.bin += self.clamped
        self.clamped = False

    def stop(self) -> None:
        self.diary.append("stop")
        self.latched = self.latched or Stopped("stopped")

    def recover(self, wanted: Callable[[], bool] = lambda: True) -> None:
        self.latched = None
        if not wanted():
            self.latched = Stopped("stopped")
        if set("DH") & set(self.pins):
            self.latched = DoorOpened("the door is open")
        self._do("recover", 6.0)

    def look(self) -> MachineStatus:
        self.looks += 1
        if self.silent:
            raise LinkLost("gone")
        return MachineStatus("Alarm" if self.latched else "Idle", None, 0.0, 0.0, self.pins)

    def stop_wheel(self) -> bool:
        self.diary.append("stop_wheel")
        self.may_turn = self.may_turn and self.silent
        return not self.may_turn

    @property
    def wheel_may_turn(self) -> bool:
        return self.may_turn

    def jog(self, axis: str, distance_mm: float, held: Callable[[], bool]) -> JogEnd:
        if not held():
            return JogEnd.LET_GO
        self._do(f"jog {axis} {distance_mm:g}", 1.0, name="jog")
        return JogEnd.DONE

    def status(self) -> MachineStatus:
        return MachineStatus("Idle", (0.0, 0.0, 0.0), 0.0, 0.0)

    def hear_wire(self, listener: Callable[[WireLine], None]) -> None:
        """Nothing passes this wire."""

    def wire(self) -> tuple[WireLine, ...]:
        return (WireLine(">", "$H", "home"), WireLine("<", "ok", "ok"))

    def close(self) -> None:
        self.diary.append("close")

    def will_fail(self, name: str, *faults: HardwareFault) -> None:
        self.faults.setdefault(name, []).extend(faults)

    def _do(self, what: str, takes_s: float, name: str = "") -> None:
        if self.latched is not None:
            raise self.latched
        self.clock.sleep(takes_s)
        self.diary.append(what)
        waiting = self.faults.get(name or what)
        if waiting:
            fault = waiting.pop(0)
            if not isinstance(fault, BlankFault):
                self.latched = fault
            raise fault


@dataclass
class FakeScanner:
    """A tray that holds a key or not."""

    cutter: FakeCutter
    key_in_tray: bool = False
    faults: list[HardwareFault] = field(default_factory=list)
    scanned: list[ScanFrames] = field(default_factory=list)

    def scan(self) -> ScanFrames:
        if self.faults:
            raise self.faults.pop(0)
        grey = np.full((8, 8), 200, dtype=np.uint8)
        frames = ScanFrames(silhouette=Frame(grey, 0.05), head=Frame(grey.copy(), 0.05))
        self.scanned.append(frames)
        return frames

    def tray_is_empty(self) -> bool:
        return not self.key_in_tray

    def tray_stirs(self) -> bool:
        return self.key_in_tray

    def check(self) -> Frame:
        pixels = np.full((120, 400), 230, dtype=np.uint8)
        pixels[:, :80] = 10
        if self.cutter.clamped:
            pixels[40:100, 80:350] = 10
        return Frame(pixels, 0.05)

    def look(self, view: str) -> Frame:
        if self.faults:
            raise self.faults.pop(0)
        return Frame(np.full((300, 400), 180, dtype=np.uint8), 0.05)


def identified(blank: str = "KW1", bitting: str = "35244", wear: Wear = Wear.NEW, doubt: float = 0.0) -> Identification:
    keyway, _ = SETTINGS.catalogue.blank_of[blank]
    assert keyway.spec is not None
    cuts = tuple(Cut(code, keyway.spec.root_mm_of[code], 0.0, doubt) for code in bitting)
    return Identification(Outcome.IDENTIFIED, keyway.code, blank, cuts, wear, 0.99, 0.4)


@dataclass
class FakeReader:
    """Says what it was told to say; one telling a look, the last one for ever."""

    identifications: list[Identification] = field(default_factory=lambda: [identified()])
    head: StampReading = field(default_factory=lambda: StampReading(seen=True))
    errors: list[CopyErrors] = field(default_factory=list)
    looks: int = 0
    blind: tuple[str, ...] = ()
    loaded: list[BlankProblem | None] = field(default_factory=list)
    lays: list[LaidBlank] = field(default_factory=list)
    learnt: list[Catalogue] = field(default_factory=list)

    def warm(self) -> None:
        pass

    def identify(self, frames: ScanFrames) -> IdentifiedKey:
        self.looks += 1
        found = self.identifications.pop(0) if len(self.identifications) > 1 else self.identifications[0]
        return IdentifiedKey(found, KeyReading(blind=self.blind))

    def look_at_blank(self, frames: ScanFrames, blank: str) -> LaidBlank:
        return self.lays.pop(0)

    def learn(self, catalogue: Catalogue) -> None:
        self.learnt.append(catalogue)

    def stamp(self, frames: ScanFrames) -> StampReading:
        return self.head

    def loaded_problem(self, view: Frame, expected: ExpectedBlank) -> BlankProblem | None:
        return self.loaded.pop(0) if self.loaded else None

    def measure(self, view: Frame, plan: CutPlan) -> CopyErrors:
        return self.errors.pop(0) if self.errors else CopyErrors((0.01, -0.01, 0.005), 0.0, 0.0, passed=True)


BAD_COPY = CopyErrors((0.08, 0.01, 0.0), 0.0, 0.0, passed=False)


@dataclass
class FakeStaff:
    """1001 is an associate, 2001 a manager, 3001 a technician; every PIN is 190283."""

    needs_setup = False
    disabled: set[str] = field(default_factory=set)

    def still_in(self, member: StaffMember) -> bool:
        return member.number not in self.disabled

    def sign_in(self, number: str, pin: str) -> StaffMember | SignInRefused:
        roles = {"1001": Role.ASSOCIATE, "2001": Role.MANAGER, "3001": Role.TECHNICIAN}
        if pin != "190283" or number not in roles or number in self.disabled:
            return SignInRefused(SignInProblem.WRONG, account=number if number in roles else "")
        return StaffMember(number, f"Staff {number}", roles[number])


@dataclass
class ListAudit:
    """Keeps records in a list."""

    records: list[tuple[str, dict[str, str | int]]] = field(default_factory=list)
    broken: str = ""

    def record(self, kind: str, facts: Mapping[str, str | int]) -> None:
        self.records.append((kind, dict(facts)))

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.records]


@dataclass
class Shop:
    """A kiosk and all the fakes behind it."""

    clock: TestClock
    cutter: FakeCutter
    scanner: FakeScanner
    reader: FakeReader
    terminal: SimulatedTerminal
    audit: ListAudit
    stage: VirtualKiosk


@contextmanager
def shop(
    folder: Path, settings: Settings = SETTINGS, *, first_count: int | None = None, before: Shop | None = None
) -> Iterator[Shop]:
    """A shop whose kiosk has not begun; given one `before`, it is that one after the program died."""
    clock = before.clock if before else TestClock()
    cutter = before.cutter if before else FakeCutter(clock)
    scanner = before.scanner if before else FakeScanner(cutter)
    terminal = before.terminal if before else SimulatedTerminal()
    reader, audit = (before.reader, before.audit) if before else (FakeReader(), ListAudit())
    devices = Devices(cutter, scanner, terminal, clock, simulated=True, first_count=first_count)
    with ExitStack() as closing:
        ports = build_ports(settings, devices, folder, closing, reader=reader, staff=FakeStaff(), audit=audit)
        yield Shop(clock, cutter, scanner, reader, terminal, audit, VirtualKiosk(ports))
