"""The simulated machine in real time, on a serial port of its own, and a shopper's hands before the real screen.

Responsible for: what `kiosk run --simulated` puts in the place of devices, and who lays and takes keys there. Not
responsible for: what a shopper wishes (`kiosk.rehearsal.shopper`) or the screen.
"""

from __future__ import annotations

import queue
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from config.settings import Settings
from hardware.clock import Clock, SystemClock
from hardware.grbl.cutter import GrblCutter
from hardware.grbl.stop_socket import stop_served
from hardware.grbl.wheel_off import in_a_thread
from hardware.link import serial_link_factory
from hardware.ports import ByteLink, HeadsetJack
from kiosk.compose import Devices, Kiosk
from kiosk.rehearsal.script import ScriptedVisit
from kiosk.rehearsal.shopper import Shopper
from kiosk.session.agenda import Agenda
from kiosk.session.intents import Intent
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State
from simulator.faults.injection import FaultPanel
from simulator.faults.simulated_machine import SimulatedMachine, lay, take
from simulator.keys.sample_keys import sample_key
from simulator.serve.control import Control
from simulator.serve.control_server import ControlServer
from simulator.serve.pty import PtyPort
from simulator.serve.realtime import RealTimeRunner
from simulator.terminals.card import SimulatedTerminal
from simulator.wire.memory import Timeline

LONGEST_STEP_S = 0.05
"""A tenth of the time a board may take to answer: so a busy computer slows the machine but never silences it."""
WAKES_S = 0.001
"""The machine's time goes on in small steps: a little later than reckoned it will have come."""
Factory = Callable[[], ByteLink]
NOBODY_COMES_S = 60.0
"""Longer than scripted staff take to come, and longer than what heals itself takes."""
CARD_S = 2.0
"""Until a shopper holds a card to the terminal: the screen that asks for it is seen."""
COMMON_KEYS = ("kwikset-new", "schlage-new", "kwikset-6", "schlage-6", "master-new", "kwikset-worn")
"""What an unscripted hand may bring; anything else is laid from the panel or the control socket."""


class MachineTime:
    """The simulated machine's own time, for the driver that watches it.

    A busy computer may hold a simulated machine up for a moment; no real board is held up so. Measured by this clock
    such a moment has no length, and a machine run faster than real time is as punctual as any.
    """

    def __init__(self, timeline: Timeline, realtime: RealTimeRunner) -> None:
        """Time that passes as `realtime` lets it."""
        self._timeline, self._realtime = timeline, realtime

    def now_s(self) -> float:
        """Simulated seconds."""
        return self._timeline.now_s

    def utc(self) -> datetime:
        """Wall-clock time, aware, UTC."""
        return datetime.now(UTC)

    def sleep(self, duration_s: float) -> None:
        """Let about that much simulated time pass."""
        time.sleep(self.real_s(duration_s))

    def real_s(self, duration_s: float) -> float:
        """How long that takes by the wall, where nothing holds the machine up."""
        return duration_s / self._realtime.speed


class MachineTimeLink:
    """The board's port, waited at by the machine's own time as the driver's deadlines are.

    By the wall a machine run faster would do much between two looks, and one held up by a busy computer would seem
    silent. Where its time stands no read lasts longer than it was asked to.
    """

    def __init__(self, link: ByteLink, machine_time: MachineTime, wall: Clock) -> None:
        """Wraps an open link."""
        self._link, self._machine_time, self._wall = link, machine_time, wall

    def read(self, timeout_s: float) -> bytes:
        """Whatever has arrived, waiting up to `timeout_s` of simulated time for it."""
        until_s, latest_s = self._machine_time.now_s() + timeout_s, self._wall.now_s() + timeout_s
        while True:
            left_s = self._machine_time.real_s(until_s - self._machine_time.now_s())
            data = self._link.read(max(0.0, min(left_s + WAKES_S, latest_s - self._wall.now_s())))
            if data or self._machine_time.now_s() >= until_s or self._wall.now_s() >= latest_s:
                return data

    def write(self, data: bytes) -> None:
        """Send all of `data`."""
        self._link.write(data)

    def close(self) -> None:
        """Let go of the port."""
        self._link.close()


@dataclass(frozen=True)
class LiveMachine:
    """The devices of a simulated kiosk in real time. `control_port` is where a panel may connect."""

    sim: SimulatedMachine
    devices: Devices
    terminal: SimulatedTerminal
    control_port: int

    @property
    def headset(self) -> HeadsetJack:
        """Where a headset is put in."""
        return self.sim.headset

    def person(
        self, kiosk: Kiosk, visits: tuple[ScriptedVisit, ...], seed: int, finished: Callable[[], None]
    ) -> ScriptedPerson:
        """Who stands before the screen: shoppers of a script and then the end, or only hands that lay and take keys."""
        person = ScriptedPerson(kiosk)
        if visits:
            _script(person, self, visits, finished)
        else:
            ScriptedHands(person, self.sim, seed)
        return person


@contextmanager
def live_machine(
    settings: Settings,
    watched: Callable[[Factory], Factory],
    *,
    pty: Path | None,
    seed: int,
    speed: float,
    payments: Path | None = None,
    lesson: int = 0,
    sign_in: dict[str, str] | None = None,
) -> Iterator[LiveMachine]:
    """A simulated machine that runs by the wall clock; its board is reached by pyserial through a pseudo-terminal.

    Args:
        settings: everything an owner sets.
        watched: wraps how the port is opened (the watchdog's).
        pty: where the port appears; a name of its own if None.
        seed: draws everything left to chance.
        speed: simulated seconds a second.
        payments: where its card terminal keeps them over a restart; nowhere if None.
        lesson: whose fault comes at once, unnamed; 0 for none.
        sign_in: `number` and `pin` of the learner's account.

    Raises:
        BadInput: the path is taken, or what the terminal kept cannot be read.
    """
    sim = SimulatedMachine(settings.machine, settings.catalogue, seed)
    if payments is not None:
        sim.terminal.keep_in(payments)
    realtime = RealTimeRunner(sim.timeline, speed, sim.wire, longest_step_s=LONGEST_STEP_S)
    with ExitStack() as stack:
        if pty is None:
            pty = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kiosk-"))) / "board"
        line = PtyPort(pty, realtime)
        stack.callback(line.close)
        control = Control(sim, FaultPanel(sim), realtime)
        if lesson:
            control.teach(lesson, sign_in or {})
        server = ControlServer(control, 0)
        stack.callback(server.close)
        realtime.start()
        stack.callback(realtime.stop)
        factory = watched(serial_link_factory(settings.machine.wire, str(pty)))
        machine_time = MachineTime(sim.timeline, realtime)
        wall = SystemClock()

        def open_link() -> ByteLink:
            return MachineTimeLink(factory(), machine_time, wall)

        cutter = GrblCutter(open_link, settings.machine, machine_time, in_a_thread)
        stack.enter_context(stop_served(str(pty), cutter.stop_and_confirm))
        terminal = sim.terminal
        terminal.wait_for_card = lambda: machine_time.sleep(CARD_S)
        devices = Devices(cutter, sim.scanner, terminal, wall, simulated=True, first_count=None)
        yield LiveMachine(sim, devices, terminal, server.port)


class ScriptedPerson:
    """A person before the real screen: sees every snapshot, acts after a while, on one thread of its own."""

    def __init__(self, kiosk: Kiosk) -> None:
        """Sees nothing before `start`."""
        self._kiosk = kiosk
        self._inbox: queue.SimpleQueue[Snapshot | None] = queue.SimpleQueue()
        self._agenda: Agenda[Callable[[], None]] = Agenda(time.monotonic)
        self._thread = threading.Thread(target=self._run, name="simulated-person", daemon=True)
        self._now: Snapshot | None = None
        self.watchers: list[Callable[[Snapshot], None]] = []
        kiosk.subscribe(self._inbox.put)

    @property
    def now(self) -> Snapshot:
        """What the screen shows."""
        if self._now is None:
            raise LookupError("nothing has been shown yet")
        return self._now

    def post(self, intent: Intent) -> None:
        """Touch the screen."""
        self._kiosk.post(intent)

    def after(self, delay_s: float, act: Callable[[], None]) -> None:
        """Do something a while later. On this person's own thread."""
        self._agenda.after(delay_s, act)

    def when_out_of_order(self, stuck: Callable[[str], None]) -> None:
        """Call it with the fault's code once the screen has said out of order for so long that nobody will help."""
        since: list[object] = []

        def watch(now: Snapshot) -> None:
            if now.state is not State.OUT_OF_ORDER:
                since.clear()
            elif not since:
                began = object()
                since.append(began)
                self.after(NOBODY_COMES_S, lambda: look(began))

        def look(began: object) -> None:
            if since == [began]:
                fault = self.now.fault
                stuck(fault.code if fault is not None else "")

        self.watchers.append(watch)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Go away."""
        self._inbox.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while True:
            act = self._agenda.take_due()
            if act is not None:
                act()
                continue
            try:
                snapshot = self._inbox.get(timeout=self._agenda.wait_s)
            except queue.Empty:
                continue
            if snapshot is None:
                return
            self._now = snapshot
            for watch in tuple(self.watchers):
                watch(snapshot)


class ScriptedHands:
    """Lays a key when the screen asks for one and takes it back when the screen says so; touches nothing else."""

    def __init__(self, person: ScriptedPerson, sim: SimulatedMachine, seed: int, think_s: float = 2.0) -> None:
        """Watches from now on."""
        self._person, self._sim, self._think_s = person, sim, think_s
        self._random = random.Random(seed)  # noqa: S311 - which key to show is no secret
        self._state: State | None = None
        person.watchers.append(self._look)

    def _look(self, now: Snapshot) -> None:
        if now.state is self._state:
            return
        self._state = now.state
        if now.state in (State.PLACE_KEY, State.LAY_ORIGINAL):
            self._person.after(self._think_s, lambda: self._lay(now.state))
        elif now.state in (State.TAKE_KEY_BACK, State.WELCOME, State.REFUSED, State.TRY_AGAIN, State.FAILED):
            self._person.after(self._think_s, self._take)

    def _lay(self, asked_in: State) -> None:
        # Somebody else, at the panel, may have laid one meanwhile.
        if self._state is asked_in and self._sim.tray.key is None:
            name = self._random.choice(COMMON_KEYS)
            lay(self._sim, sample_key(name, self._sim.catalogue, self._random.randrange(2**31)))

    def _take(self) -> None:
        take(self._sim)


def _script(
    person: ScriptedPerson, live: LiveMachine, visits: tuple[ScriptedVisit, ...], finished: Callable[[], None]
) -> None:
    """Let one shopper after another do what `visits` say; then call `finished`."""
    waiting = list(visits)
    codes: list[str] = []

    def remember(now: Snapshot) -> None:
        if now.receipt is not None and now.receipt.bring_back_code:
            codes.append(now.receipt.bring_back_code)

    def come() -> None:
        if not waiting:
            person.watchers.remove(next_one)
            finished()
            return
        visit = waiting.pop(0)
        key, copy = (
            sample_key(each.drawn, live.sim.catalogue, each.seed) for each in (visit.key, visit.copy_laid or visit.key)
        )

        def receipt() -> str:
            return visit.receipt_code if visit.receipt_code != "last" else codes[-1] if codes else "0"

        shopper = Shopper(
            person,
            visit,
            lay=lambda: lay(live.sim, key),
            take=lambda: take(live.sim),
            receipt=receipt,
            lay_copy=lambda: lay(live.sim, copy),
        )
        present.append(shopper)
        shopper.arrive()

    present: list[Shopper] = []

    def next_one(now: Snapshot) -> None:
        remember(now)
        # A moment later, when whoever stands there has seen this screen too.
        person.after(0.5, leave_or_come)

    def leave_or_come() -> None:
        if person.now.state not in (State.WELCOME, State.CLOSED, State.OUT_OF_ORDER):
            return
        if present and present[-1].done:
            present.pop().leave()
            person.after(1.0, come)
        elif not present and not started:
            started.append(True)
            come()

    started: list[bool] = []
    person.watchers.append(next_one)
