"""Requests to a running simulated machine: one JSON object a line, one answer a line.

Responsible for: doing what is asked, and saying line, field and reason of anything that cannot be used. Not responsible
for: the forms of requests (`simulator.serve.requests`), the socket (`simulator.serve.control_server`), what is
shown (`simulator.serve.looks`), what a request does inside (`simulator.faults.injection`, `simulator.machine.world`).

Requests are objects with `do` (`simulator.serve.requests`); answers are objects with `ok`, and `problems` when it is
false. docs/simulator.md lists them all with their fields.

A line that is no request is answered with what is wrong with it, and the next one is served.
"""

from __future__ import annotations

from typing import assert_never

from config.problems import BadInput, Problem
from simulator.faults.injection import FaultPanel
from simulator.faults.lesson import Course, blinded
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.keys.gauge import STEP_GAUGE, step_gauge
from simulator.keys.sample_keys import SAMPLE_KEYS, sample_key
from simulator.serve import requests as ask
from simulator.serve.last_job import LastJob
from simulator.serve.looks import Looks
from simulator.serve.realtime import RealTimeRunner
from simulator.serve.requests import SOURCE, request_of


class Control:
    """Serves requests about one machine. `handle` may be called from any thread."""

    def __init__(self, sim: SimulatedMachine, faults: FaultPanel, realtime: RealTimeRunner | None = None) -> None:
        self._sim = sim
        self._faults = faults
        self._realtime = realtime
        self._looks = Looks(sim, realtime)
        self._course = Course(sim)
        self._job = LastJob(sim, self._looks)
        if realtime is not None:
            realtime.tap.listener = self._job.passed

    def handle(self, line: str, number: int = 1) -> dict[str, object]:
        """Serve one line; never raises for what the line says."""
        try:
            return {"ok": True, **self._done(request_of(line))}
        except BadInput as bad:
            problems = [{"line": number, "field": p.field, "reason": p.reason} for p in bad.problems]
            return {"ok": False, "problems": problems}

    def teach(self, lesson: int, sign_in: dict[str, str]) -> None:
        """Let a lesson's fault come, and say on the panel with which `number` and `pin` the learner signs in.

        Raises:
            BadInput: there is no such lesson.
        """
        with self._sim.timeline.lock:
            self._course.begin(lesson, SOURCE)
            self._course.sign_in = sign_in

    def state(self) -> dict[str, object]:
        """The machine as plain values. No key's shape is in it."""
        with self._sim.timeline.lock:
            known = {"faults": self._faults.active(), "lesson": self._course.state()}
            return {**self._as_shown(self._looks.state()), **known}

    def _as_shown(self, state: dict[str, object]) -> dict[str, object]:
        """While a fault is to be found nobody is shown it."""
        if not self._course.blind:
            return state
        capacity = {str(slot.number): slot.capacity for slot in self._sim.machine.magazine.slots}
        return blinded(state, capacity)

    def _done(self, request: ask.ControlRequest) -> dict[str, object]:
        match request:
            case ask.LookAtState():
                return self.state()
            case ask.LookAtMachine():
                return self._looks.machine()
            case ask.LookAtMetal(since=since):
                return self._looks.metal(since)
            case ask.LookAtTray(since=since):
                return self._looks.tray(since)
            case ask.ReadWire(since=since, most=most):
                return self._looks.wire(self._clock(), since, most)
            case ask.LookAtJob(at=at):
                with self._sim.timeline.lock:
                    job = self._job.at(at)
                    known = {"faults": {}, "lesson": self._course.state()}
                    return {**job, "state": {**self._as_shown(job["state"]), **known}} if job["count"] else job
            case ask.SetSpeed(times=times):
                self._clock().speed = times
                return {"speed": times}
            case ask.Pause() | ask.Go():
                paused = isinstance(request, ask.Pause)
                self._clock().pause(paused)
                return {"paused": paused}
            case ask.StepTime(s=length_s):
                return self._step(length_s)
            case ask.SetFault(name=name):
                self._faults.set(name, request.model_extra, SOURCE)
                return {"faults": self._faults.active()}
            case ask.LayKey():
                return self._lay(request)
            case ask.HangUp():
                return {"bye": True}
            case _:
                with self._sim.timeline.lock:
                    return self._by_hand(request)

    def _by_hand(
        self,
        request: ask.MendFault
        | ask.TakeKey
        | ask.MoveDoor
        | ask.PressStop
        | ask.PlugHeadset
        | ask.StockSlot
        | ask.EmptyChute
        | ask.BeginLesson
        | ask.AnswerLesson
        | ask.EndLesson,
    ) -> dict[str, object]:
        """What is done at the machine between two of its moments."""
        sim = self._sim
        match request:
            case ask.MendFault(name=name):
                if name is None:
                    self._faults.clear_all()
                else:
                    self._faults.clear(name, SOURCE)
                return {"faults": self._faults.active()}
            case ask.TakeKey():
                return {"taken": sim.tray.take() is not None}
            case ask.MoveDoor(open=is_open):
                sim.world.set_door(is_open)
            case ask.PressStop(pressed=pressed):
                sim.world.set_emergency_stop(pressed, sim.firmware.now_s)
            case ask.PlugHeadset(plugged=plugged):
                sim.headset.plug(plugged=plugged)
            case ask.StockSlot(slot=slot, blanks=blanks):
                stock = sim.world.carousel.stock
                if slot not in stock:
                    raise BadInput(Problem(SOURCE, "slot", f"must be one of {', '.join(map(str, stock))}"))
                stock[slot] = blanks
            case ask.BeginLesson(number=number):
                self._course.begin(number, SOURCE)
                return {"lesson": self._course.state()}
            case ask.AnswerLesson(fault=fault):
                self._course.answer(fault, SOURCE)
                return {"lesson": self._course.state()}
            case ask.EndLesson():
                self._course.end()
            case ask.EmptyChute():
                taken = len(sim.chute)
                sim.chute.clear()
                return {"taken": taken}
            case _:
                assert_never(request)
        return {}

    def _lay(self, request: ask.LayKey) -> dict[str, object]:
        name = request.key
        if name not in (*SAMPLE_KEYS, STEP_GAUGE):
            raise BadInput(Problem(SOURCE, "key", f"must be one of {', '.join((*SAMPLE_KEYS, STEP_GAUGE))}"))
        seed = self._sim.seed if request.seed is None else request.seed
        try:
            gauge = self._sim.machine.gauge
            key = step_gauge(gauge) if name == STEP_GAUGE else sample_key(name, self._sim.catalogue, seed)
        except (KeyError, ValueError) as cause:
            raise BadInput(Problem(SOURCE, "key", f"{name} cannot be made: {cause}")) from None
        with self._sim.timeline.lock:
            self._sim.tray.lay(key)
        return {"tray": True}

    def _step(self, length_s: float) -> dict[str, object]:
        realtime = self._clock()
        if not realtime.paused:
            raise BadInput(Problem(SOURCE, "do", "step needs pause first"))
        realtime.step(length_s)
        return {"time_s": round(self._sim.timeline.now_s, 6)}

    def _clock(self) -> RealTimeRunner:
        if self._realtime is None:
            raise BadInput(Problem(SOURCE, "do", "this machine runs in virtual time"))
        return self._realtime
