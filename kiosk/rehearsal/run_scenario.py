"""A scenario played to its end in virtual time, and what was found.

Responsible for: setting the scene, letting faults and power cuts come when the script says, and the checks at the end.
Not responsible for: the form of a scenario (`kiosk.rehearsal.script`), a person's wishes (`kiosk.rehearsal.shopper`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TextIO

from config.settings import Settings
from kiosk.key.reading import Identification, Outcome, StampReading
from kiosk.rehearsal.invariants import SeenOnScreen, findings
from kiosk.rehearsal.owned import as_owned
from kiosk.rehearsal.ready import ReadyKeyReader, ReadyScanner, RehearsalAudit, RehearsalStaff, identified, off_by
from kiosk.rehearsal.script import FaultInjection, KeyBrought, Scenario, ScriptedVisit
from kiosk.rehearsal.shopper import Shopper
from kiosk.rehearsal.simulated_kiosk import SimulatedKiosk, scratch_folder, theatre
from kiosk.rehearsal.virtual_time import NothingHappens
from kiosk.session.flight_record import FlightRecorder
from kiosk.session.intents import Stop
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import FRONT, State
from simulator.faults.injection import FaultPanel
from simulator.faults.simulated_machine import SimulatedMachine, lay, take
from simulator.firmware.build import ECHO, GUARDED, STOCK
from simulator.firmware.profiles import PROFILES
from simulator.keys.key import PhysicalKey
from simulator.keys.sample_keys import sample_key
from simulator.terminals.card import SimulatedTerminal

SENT_S = 10.0
"""The longest a line takes that was under way as the port was lost."""


class PowerCut(BaseException):
    """The power goes: nothing above the machine gets another word in."""


@dataclass
class ScenarioResult:
    """What became of a scenario."""

    title: str
    findings: tuple[str, ...]
    """What was not as it must be; empty if all was."""
    path: tuple[State, ...]
    virtual_s: float
    wall_s: float

    @property
    def passed(self) -> bool:
        """Whether all was as it must be."""
        return not self.findings


def play(
    scenario: Scenario, settings: Settings, data: Path | None = None, flight: TextIO | None = None
) -> ScenarioResult:
    """Play it to its end.

    Args:
        scenario: what is played.
        settings: everything an owner sets.
        data: where files go; a folder that is removed afterwards if None.
        flight: where a flight record is written, if anywhere.
    """
    began_s = time.perf_counter()
    with ExitStack() as closing:
        folder = data or closing.enter_context(scratch_folder())
        owned = as_owned(settings, scenario.store, scenario.machine)
        scene = _Scene(scenario, owned, folder, flight)
        closing.callback(scene.close)
        problems = scene.play()
        found = (*problems, *findings(scenario, scene.theatre, scene.seen, scene.audit))
        virtual_s = scene.sim.clock.now_s()
    return ScenarioResult(scenario.title, found, tuple(scene.seen.path), virtual_s, time.perf_counter() - began_s)


class _Scene:
    """Everything one scenario needs, over power cuts."""

    def __init__(self, scenario: Scenario, settings: Settings, folder: Path, flight: TextIO | None) -> None:
        self._flight = flight
        self._scenario, self._settings, self._folder = scenario, settings, folder
        builds = {"stock": STOCK, "echo": ECHO, "guarded": GUARDED} | {n: each.build for n, each in PROFILES.items()}
        build = builds[scenario.board]
        self.sim = SimulatedMachine(settings.machine, settings.catalogue, scenario.seed, build=build, baud=None)
        self._panel = FaultPanel(self.sim)
        self._terminal = SimulatedTerminal()
        for trouble in scenario.terminal:
            self._terminal.will(trouble.request, trouble.mishap, trouble.times)
        self._reader = None if scenario.frames else ReadyKeyReader(self.sim, settings.machine.check)
        self._staff, self.audit, self.seen = RehearsalStaff(), RehearsalAudit(), SeenOnScreen()
        self._pending = list(scenario.trouble)
        self._clearing: list[FaultInjection] = []
        self._visit: ScriptedVisit | None = None
        self._stack = ExitStack()
        self.theatre: SimulatedKiosk = self._open()
        for slot, count in (dict.fromkeys(scenario.empty_slots, 0) | scenario.held).items():
            self.theatre.stage.ports.inventory.refill(slot, count)
        if scenario.all_slots_hold is not None:
            for view in self.theatre.stage.ports.inventory.slots():
                self.theatre.stage.ports.inventory.refill(view.number, scenario.all_slots_hold)

    def close(self) -> None:
        """Let go of files and port."""
        self._stack.close()

    def play(self) -> tuple[str, ...]:
        """All visits, one after another. What got stuck is a finding."""
        limit_s = self._scenario.limit_s
        try:
            self._survive(self._begin)
            for visit in self._scenario.visit:
                self._survive(partial(self._one, visit, limit_s))
            self._survive(lambda: self._settle(limit_s))
        except NothingHappens as stuck:
            return (str(stuck),)
        return ()

    def _open(self) -> SimulatedKiosk:
        opened = self._stack.enter_context(
            theatre(
                self._settings,
                self._folder,
                sim=self.sim,
                terminal=self._terminal,
                reader=self._reader,
                scanner=ReadyScanner(self.sim) if self._reader else None,
                staff=self._staff,
                audit=self.audit,
            )
        )
        opened.stage.watchers.append(self._look)
        return opened

    def _survive(self, act: Callable[[], None]) -> None:
        """Do something; if the power is cut in the middle, switch everything on again."""
        try:
            act()
        except PowerCut:
            self._stack.close()
            self._stack = ExitStack()
            self.sim.firmware.power_cycle()
            self.theatre = self._open()
            self._begin()

    def _begin(self) -> None:
        stage = self.theatre.stage
        if self._flight is not None:
            recorder = FlightRecorder(self._flight, stage.ports)
            stage.controller.observe(recorder.event)
            self.theatre.cutter.hear_wire(recorder.wire)
        stage.begin()
        stage.run_to(*FRONT, limit_s=self._scenario.limit_s)

    def _one(self, visit: ScriptedVisit, limit_s: float) -> None:
        self._visit = visit
        stage = self.theatre.stage
        shopper = Shopper(
            stage,
            visit,
            lay=lambda: lay(self.sim, self._key(visit.key)),
            take=lambda: self._take(),
            receipt=lambda: self._receipt(visit),
            lay_copy=lambda: self._lay_copy(visit),
        )
        if self._reader is not None:
            self._reader.next_key(self._answers(visit.key), _stamp(visit.key))
        if visit.purpose in ("copy", "bring_back"):
            # Whoever finds a kiosk that is getting well by itself comes back later.
            stage.run_until(
                lambda now: now.state is not State.OUT_OF_ORDER or now.fault is None or not now.fault.heals_itself,
                limit_s,
            )
        shopper.arrive()
        try:
            stage.run_until(
                lambda now: now.state in FRONT and (shopper.done or now.state is not State.WELCOME), limit_s
            )
            # Staff may yet come to a kiosk that is closed or out of order.
            if visit.purpose == "staff" and not shopper.done:
                stage.run_until(lambda now: now.state in FRONT and shopper.done, limit_s)
            stage.run_until(lambda now: now.state in FRONT and not shopper.staff_are_due(now.state), limit_s)
        finally:
            shopper.leave()
            self._visit = None
        self._take()

    def _settle(self, limit_s: float) -> None:
        """Let the kiosk come to rest where it must end."""
        stage, expect = self.theatre.stage, self._scenario.expect
        stage.run_to(expect.ends_in, limit_s=limit_s)
        stage.run_until(lambda _: expect.ends_in is State.OUT_OF_ORDER or not stage.ports.journal.open_sales(), limit_s)
        self._linger(expect.lingers_s)

    def _linger(self, for_s: float) -> None:
        """Nobody does anything any more: nothing may move, whatever inputs and ports do meanwhile."""
        stage, clock = self.theatre.stage, self.sim.clock
        if for_s and not self.sim.plugged_in:
            # What a board has been sent already it does, whoever is gone.
            clock.sleep(SENT_S)
        end_s, stood_mm = clock.now_s() + for_s, self.sim.world.position_mm
        while clock.now_s() < end_s:
            if not stage.turn():
                clock.sleep(end_s - clock.now_s())
        if for_s and self.sim.world.position_mm != stood_mm:
            raise NothingHappens("the machine moved, and nobody had asked it to")

    def _take(self) -> None:
        take(self.sim)

    def _lay_copy(self, visit: ScriptedVisit) -> None:
        """What is said to be the copy: the same key again, unless the script says otherwise."""
        copy = visit.copy_laid or visit.key
        if self._reader is not None:
            self._reader.next_key(self._answers(copy), _stamp(copy))
        lay(self.sim, self._key(copy))

    def _key(self, key: KeyBrought) -> PhysicalKey:
        # A reading that is ready made comes of no picture: whichever key lies there.
        name = key.drawn if self._reader is None else "kwikset-new"
        return sample_key(name, self._settings.catalogue, key.seed)

    def _answers(self, key: KeyBrought) -> list[Identification]:
        answers = []
        for outcome in key.outcomes:
            if outcome is not Outcome.IDENTIFIED:
                answers.append(Identification(outcome))
            elif key.keyway:
                answers.append(Identification(Outcome.IDENTIFIED, key.keyway, score=0.98, margin=0.4))
            else:
                made = identified(self._settings.catalogue, key.blank, key.seed, wear=key.wear)
                answers.append(off_by(made, key.off_mm))
        return answers

    def _receipt(self, visit: ScriptedVisit) -> str:
        sales = self.theatre.stage.ports.journal.last_sales(1)
        return sales[0].bring_back_code if visit.receipt_code == "last" and sales else visit.receipt_code

    def _look(self, now: Snapshot) -> None:
        self.seen.look(now)
        fraction = now.progress.fraction if now.progress else 0.0
        for trouble in [each for each in self._pending if _comes(each, now.state, fraction)]:
            self._pending.remove(trouble)
            self._start(trouble)
        for trouble in [each for each in self._clearing if each.clears_in is now.state]:
            self._clearing.remove(trouble)
            self._panel.clear(trouble.fault)
        visit = self._visit
        if visit is None:
            return
        copy = now.progress.copy if now.progress else 1
        if visit.stops_in is now.state and fraction >= visit.stops_at_fraction and copy >= visit.stops_at_copy:
            self._visit = visit.model_copy(update={"stops_in": None})
            self.theatre.stage.post(Stop())
        if visit.power_cut_in is now.state:
            self._visit = None
            raise PowerCut

    def _start(self, trouble: FaultInjection) -> None:
        given = {**trouble.parameters, "after_s": trouble.after_s}
        self._panel.set(trouble.fault, given, "scenario")
        if trouble.clears_in is not None:
            self._clearing.append(trouble)
        if trouble.clears_after_s is not None:
            at_s = self.sim.timeline.now_s + trouble.after_s + trouble.clears_after_s
            self.sim.timeline.at(at_s, lambda: self._panel.clear(trouble.fault))


def _comes(trouble: FaultInjection, state: State, fraction: float) -> bool:
    if trouble.comes_in is None:
        return True
    return trouble.comes_in is state and fraction >= trouble.at_fraction


def _stamp(key: KeyBrought) -> StampReading:
    return StampReading(
        seen=key.head_seen, phrases=key.stamp, name_and_phone=key.name_and_phone, illegible=key.head_illegible
    )
