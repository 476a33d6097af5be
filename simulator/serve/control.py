"""Requests to a running simulated machine: one JSON object a line, one answer a line.

Responsible for: what can be asked of a machine from outside, and saying line, field and reason of anything that cannot
be used. Not responsible for: the socket (`simulator.serve.control_server`), what is shown (`simulator.serve.looks`), or
what a request does inside (`simulator.faults.injection`, `simulator.machine.world`).

Requests are objects with `do`; answers are objects with `ok` (and `problems` when it is false). docs/simulator.md lists
them all with their fields:

    {"do": "state"}, {"do": "machine"}                  how it is now, how it is built
    {"do": "metal"}, {"do": "tray"}, {"do": "wire"}     the blade in the clamp, the key in the tray, the traffic
    {"do": "fault", "name": "shavings", "mm": 0.2}      make something go wrong (`kiosk simulate faults` lists them)
    {"do": "clear", "name": "shavings"}                 mend it; without a name: mend everything
    {"do": "lay", "key": "kwikset-new"}, {"do": "take"} lay a sample key (`kiosk simulate keys`), take it
    {"do": "door", "open": true}, {"do": "stop", "pressed": true}, {"do": "stock", "slot": 1, "blanks": 50}
    {"do": "empty_chute"}, {"do": "speed", "times": 20}, {"do": "pause"}, {"do": "go"}, {"do": "step", "s": 0.1}
    {"do": "quit"}                                      hang up

A line that is no request is answered with what is wrong with it, and the next one is served.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from config.problems import BadInput, Problem
from simulator.faults.injection import FaultPanel
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.keys.gauge import STEP_GAUGE, step_gauge
from simulator.keys.sample_keys import SAMPLE_KEYS, sample_key
from simulator.serve.looks import Looks
from simulator.serve.realtime import RealTimeRunner
from simulator.serve.words import SOURCE, flag, number, only, request_of, whole, word
from simulator.wire.tap import KEPT

_MOST_LINES = 200
_Act = Callable[[Mapping[str, Any]], dict[str, object]]


class Control:
    """Serves requests about one machine. `handle` may be called from any thread."""

    def __init__(self, sim: SimulatedMachine, faults: FaultPanel, realtime: RealTimeRunner | None = None) -> None:
        self._sim = sim
        self._faults = faults
        self._realtime = realtime
        self._looks = Looks(sim, realtime)
        self._acts: dict[str, tuple[_Act, tuple[str, ...]]] = {
            "state": (lambda _: self.state(), ()),
            "machine": (lambda _: self._looks.machine(), ()),
            "metal": (lambda r: self._looks.metal(_since(r)), ("since",)),
            "tray": (lambda r: self._looks.tray(_since(r)), ("since",)),
            "wire": (self._wire, ("since", "most")),
            "lay": (self._lay, ("key", "seed")),
            "take": (self._take, ()),
            "door": (self._door, ("open",)),
            "stop": (self._stop, ("pressed",)),
            "stock": (self._stock, ("slot", "blanks")),
            "empty_chute": (self._empty_chute, ()),
            "clear": (self._clear, ("name",)),
            "speed": (self._speed, ("times",)),
            "pause": (lambda _: self._pause(True), ()),
            "go": (lambda _: self._pause(False), ()),
            "step": (self._step, ("s",)),
            "quit": (lambda _: {"bye": True}, ()),
        }

    def handle(self, line: str, number: int = 1) -> dict[str, object]:
        """Serve one line; never raises for what the line says."""
        try:
            return {"ok": True, **self._done(request_of(line))}
        except BadInput as bad:
            problems = [{"line": number, "field": p.field, "reason": p.reason} for p in bad.problems]
            return {"ok": False, "problems": problems}

    def state(self) -> dict[str, object]:
        """The machine as plain values. No key's shape is in it."""
        with self._sim.timeline.lock:
            return {**self._looks.state(), "faults": self._faults.active()}

    def _done(self, request: Mapping[str, Any]) -> dict[str, object]:
        do = request.get("do")
        if do == "fault":
            # Its other fields are the fault's parameters, which the fault itself checks.
            return self._fault(request)
        if not isinstance(do, str) or do not in self._acts:
            raise BadInput(Problem(SOURCE, "do", f"must be one of {', '.join(sorted((*self._acts, 'fault')))}"))
        act, fields = self._acts[do]
        only(request, *fields)
        return act(request)

    def _fault(self, request: Mapping[str, Any]) -> dict[str, object]:
        given = {key: value for key, value in request.items() if key not in ("do", "name")}
        self._faults.set(word(request, "name"), given, SOURCE)
        return {"faults": self._faults.active()}

    def _clear(self, request: Mapping[str, Any]) -> dict[str, object]:
        with self._sim.timeline.lock:
            if "name" in request:
                self._faults.clear(word(request, "name"), SOURCE)
            else:
                self._faults.clear_all()
            return {"faults": self._faults.active()}

    def _wire(self, request: Mapping[str, Any]) -> dict[str, object]:
        since = _since(request)
        most = whole({"most": _MOST_LINES, **request}, "most", 1, KEPT)
        return self._looks.wire(self._clock(), since, most)

    def _lay(self, request: Mapping[str, Any]) -> dict[str, object]:
        name = word(request, "key")
        if name not in (*SAMPLE_KEYS, STEP_GAUGE):
            raise BadInput(Problem(SOURCE, "key", f"must be one of {', '.join((*SAMPLE_KEYS, STEP_GAUGE))}"))
        seed = whole({"seed": self._sim.seed, **request}, "seed", 0)
        try:
            gauge = self._sim.machine.gauge
            key = step_gauge(gauge) if name == STEP_GAUGE else sample_key(name, self._sim.catalogue, seed)
        except (KeyError, ValueError) as cause:
            raise BadInput(Problem(SOURCE, "key", f"{name} cannot be made: {cause}")) from None
        with self._sim.timeline.lock:
            self._sim.tray.lay(key)
        return {"tray": True}

    def _take(self, _: Mapping[str, Any]) -> dict[str, object]:
        with self._sim.timeline.lock:
            return {"taken": self._sim.tray.take() is not None}

    def _door(self, request: Mapping[str, Any]) -> dict[str, object]:
        is_open = flag(request, "open")
        with self._sim.timeline.lock:
            self._sim.world.set_door(is_open)
        return {}

    def _stop(self, request: Mapping[str, Any]) -> dict[str, object]:
        pressed = flag(request, "pressed")
        with self._sim.timeline.lock:
            self._sim.world.set_emergency_stop(pressed, self._sim.firmware.now_s)
        return {}

    def _stock(self, request: Mapping[str, Any]) -> dict[str, object]:
        slot = whole(request, "slot", 1, 64)
        blanks = whole(request, "blanks", 0, 500)
        with self._sim.timeline.lock:
            stock = self._sim.world.carousel.stock
            if slot not in stock:
                raise BadInput(Problem(SOURCE, "slot", f"must be one of {', '.join(map(str, stock))}"))
            stock[slot] = blanks
        return {}

    def _empty_chute(self, _: Mapping[str, Any]) -> dict[str, object]:
        with self._sim.timeline.lock:
            taken = len(self._sim.chute)
            self._sim.chute.clear()
        return {"taken": taken}

    def _speed(self, request: Mapping[str, Any]) -> dict[str, object]:
        times = number(request, "times", 1, 200)
        self._clock().speed = times
        return {"speed": times}

    def _pause(self, paused: bool) -> dict[str, object]:
        self._clock().pause(paused)
        return {"paused": paused}

    def _step(self, request: Mapping[str, Any]) -> dict[str, object]:
        realtime = self._clock()
        length_s = number({"s": 0.01, **request}, "s", 0.0001, 60)
        if not realtime.paused:
            raise BadInput(Problem(SOURCE, "do", "step needs pause first"))
        realtime.step(length_s)
        return {"time_s": round(self._sim.timeline.now_s, 6)}

    def _clock(self) -> RealTimeRunner:
        if self._realtime is None:
            raise BadInput(Problem(SOURCE, "do", "this machine runs in virtual time"))
        return self._realtime


def _since(request: Mapping[str, Any]) -> int:
    return whole({"since": 0, **request}, "since", 0)
