"""A control socket for a running simulated machine: JSON lines over TCP, on this computer only.

Responsible for: one request a line, one answer a line, and saying line, field and reason of anything that cannot be
used. Not responsible for: what a request does inside (`simulator.faults`, `simulator.world`).

Requests are objects with `do`; answers are objects with `ok` (and `problems` when it is false):

    {"do": "state"}                                     the machine as JSON: axes, wheel, clamp, stock, tray, faults
    {"do": "fault", "name": "shavings", "mm": 0.2}      make something go wrong (`kiosk simulate faults` lists them)
    {"do": "clear", "name": "shavings"}                 mend it; without a name: mend everything
    {"do": "lay", "key": "kw1-new"}                     lay a key of the gallery (`kiosk simulate keys` lists them)
    {"do": "take"}                                      take what lies in the tray
    {"do": "door", "open": true}                        open or close the guard door
    {"do": "stop", "pressed": true}                     press or release the emergency stop
    {"do": "stock", "slot": 1, "blanks": 50}            refill a slot
    {"do": "empty_chute"}                               take what was delivered
    {"do": "speed", "times": 20}                        1 to 200 times real time
    {"do": "pause"}, {"do": "go"}, {"do": "step", "s": 0.1}
    {"do": "quit"}                                      hang up

A line that is no request is answered with what is wrong with it, and the next one is served.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any

from config.problems import BadInput, Problem
from simulator.faults import FaultPanel
from simulator.gallery import GALLERY, gallery_key
from simulator.realtime import RealTime
from simulator.rig import SimulatedMachine
from simulator.tcp import listen

_LONGEST = 64 * 1024
_LOOK_S = 0.2
_SOURCE = "control"


class Control:
    """Serves requests about one machine. `handle` may also be called directly."""

    def __init__(self, rig: SimulatedMachine, faults: FaultPanel, realtime: RealTime | None = None) -> None:
        self._rig = rig
        self._faults = faults
        self._realtime = realtime
        self._acts: dict[str, Callable[[Mapping[str, Any]], dict[str, object]]] = {
            "state": lambda _: self.state(),
            "fault": self._fault,
            "clear": self._clear,
            "lay": self._lay,
            "take": self._take,
            "door": self._door,
            "stop": self._stop,
            "stock": self._stock,
            "empty_chute": self._empty_chute,
            "speed": self._speed,
            "pause": lambda _: self._pause(True),
            "go": lambda _: self._pause(False),
            "step": self._step,
            "quit": lambda _: {"bye": True},
        }

    def handle(self, line: str, number: int = 1) -> dict[str, object]:
        """Serve one line; never raises for what the line says."""
        try:
            request = _request(line)
            act = self._acts.get(str(request.get("do")))
            if act is None:
                raise BadInput(Problem(_SOURCE, "do", f"must be one of {', '.join(self._acts)}"))
            return {"ok": True, **act(request)}
        except BadInput as bad:
            problems = [{"line": number, "field": p.field, "reason": p.reason} for p in bad.problems]
            return {"ok": False, "problems": problems}

    def state(self) -> dict[str, object]:
        """The machine as plain values. No key's shape is in it."""
        rig, world = self._rig, self._rig.world
        with rig.timeline.lock:
            carousel = world.carousel
            return {
                "time_s": round(rig.timeline.now_s, 6),
                "speed": self._realtime.speed if self._realtime else None,
                "paused": self._realtime.paused if self._realtime else None,
                "position_mm": [round(value, 4) for value in world.position_mm],
                "wheel_rpm": round(world.wheel_rpm(rig.firmware.now_s), 1),
                "wheel_worn_mm": round(world.wheel_faults.worn_mm, 4),
                "clamp_open": carousel.clamp_open,
                "clamped": carousel.clamped.code if carousel.clamped else None,
                "stock": {str(slot): count for slot, count in carousel.stock.items()},
                "fallen": {place.value: count for place, count in carousel.fallen().items()},
                "tray": world.tray.key is not None,
                "door_open": world.door_open,
                "emergency_stop": world.emergency_stop,
                "faults": self._faults.active(),
                "incidents": {
                    "plunged_still": world.incidents.plunged_still,
                    "cut_open_door": world.incidents.cut_open_door,
                    "cut_loose": world.incidents.cut_loose,
                },
            }

    def _fault(self, request: Mapping[str, Any]) -> dict[str, object]:
        given = {key: value for key, value in request.items() if key not in ("do", "name")}
        self._faults.set(_word(request, "name"), given, _SOURCE)
        return {"faults": self._faults.active()}

    def _clear(self, request: Mapping[str, Any]) -> dict[str, object]:
        if "name" in request:
            self._faults.clear(_word(request, "name"), _SOURCE)
        else:
            self._faults.clear_all()
        return {"faults": self._faults.active()}

    def _lay(self, request: Mapping[str, Any]) -> dict[str, object]:
        name = _word(request, "key")
        if name not in GALLERY:
            raise BadInput(Problem(_SOURCE, "key", f"must be one of {', '.join(GALLERY)}"))
        seed = request.get("seed", self._rig.seed)
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            raise BadInput(Problem(_SOURCE, "seed", "must be a whole number from 0"))
        key = gallery_key(name, self._rig.catalogue, seed)
        with self._rig.timeline.lock:
            self._rig.tray.lay(key)
        return {"tray": True}

    def _take(self, _: Mapping[str, Any]) -> dict[str, object]:
        with self._rig.timeline.lock:
            return {"taken": self._rig.tray.take() is not None}

    def _door(self, request: Mapping[str, Any]) -> dict[str, object]:
        is_open = _flag(request, "open")
        with self._rig.timeline.lock:
            self._rig.world.set_door(is_open)
        return {}

    def _stop(self, request: Mapping[str, Any]) -> dict[str, object]:
        pressed = _flag(request, "pressed")
        with self._rig.timeline.lock:
            self._rig.world.set_emergency_stop(pressed, self._rig.firmware.now_s)
        return {}

    def _stock(self, request: Mapping[str, Any]) -> dict[str, object]:
        slot = int(_number(request, "slot", 1, 64))
        blanks = int(_number(request, "blanks", 0, 500))
        with self._rig.timeline.lock:
            stock = self._rig.world.carousel.stock
            if slot not in stock:
                raise BadInput(Problem(_SOURCE, "slot", f"must be one of {', '.join(map(str, stock))}"))
            stock[slot] = blanks
        return {}

    def _empty_chute(self, _: Mapping[str, Any]) -> dict[str, object]:
        with self._rig.timeline.lock:
            taken = len(self._rig.chute)
            self._rig.chute.clear()
        return {"taken": taken}

    def _speed(self, request: Mapping[str, Any]) -> dict[str, object]:
        times = _number(request, "times", 1, 200)
        self._clock().speed = times
        return {"speed": times}

    def _pause(self, paused: bool) -> dict[str, object]:
        self._clock().pause(paused)
        return {"paused": paused}

    def _step(self, request: Mapping[str, Any]) -> dict[str, object]:
        realtime = self._clock()
        if not realtime.paused:
            raise BadInput(Problem(_SOURCE, "do", "step needs pause first"))
        realtime.step(_number({"s": 0.01, **request}, "s", 0.0001, 60))
        return {"time_s": round(self._rig.timeline.now_s, 6)}

    def _clock(self) -> RealTime:
        if self._realtime is None:
            raise BadInput(Problem(_SOURCE, "do", "this machine runs in virtual time"))
        return self._realtime


class ControlServer:
    """Serves `Control` on a loopback port, one program at a time."""

    def __init__(self, control: Control, port: int) -> None:
        """Listen.

        Raises:
            BadInput: the port is taken or not allowed.
        """
        self._control = control
        self._server = listen("127.0.0.1", port, "--control")
        self._server.settimeout(_LOOK_S)
        self.port = int(self._server.getsockname()[1])
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulated-control", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._stop.set()
        self._thread.join(timeout=5)
        self._server.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                client, _ = self._server.accept()
            except OSError:
                continue
            with client, contextlib.suppress(OSError):
                client.settimeout(_LOOK_S)
                self._serve(client)

    def _serve(self, client: socket.socket) -> None:
        waiting = b""
        number = 0
        while not self._stop.is_set():
            try:
                data = client.recv(4096)
            except TimeoutError:
                continue
            if not data:
                return
            waiting += data
            while b"\n" in waiting:
                raw, _, waiting = waiting.partition(b"\n")
                number += 1
                answer = self._control.handle(raw.decode("utf-8", "replace"), number)
                client.sendall(json.dumps(answer).encode() + b"\n")
                if answer.get("bye"):
                    return
            if len(waiting) > _LONGEST:
                number += 1
                problem = {"line": number, "field": "", "reason": f"longer than {_LONGEST} bytes"}
                client.sendall(json.dumps({"ok": False, "problems": [problem]}).encode() + b"\n")
                return


def _request(line: str) -> Mapping[str, Any]:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as cause:
        reason = getattr(cause, "msg", "cannot be read")
        raise BadInput(Problem(_SOURCE, "", f"is no JSON: {reason}")) from None
    if not isinstance(request, dict):
        raise BadInput(Problem(_SOURCE, "", "must be an object with `do`"))
    return request


def _word(request: Mapping[str, Any], name: str) -> str:
    value = request.get(name)
    if not isinstance(value, str) or not value:
        raise BadInput(Problem(_SOURCE, name, "must be a word"))
    return value


def _flag(request: Mapping[str, Any], name: str) -> bool:
    value = request.get(name)
    if not isinstance(value, bool):
        raise BadInput(Problem(_SOURCE, name, "must be true or false"))
    return value


def _number(request: Mapping[str, Any], name: str, low: float, high: float) -> float:
    value = request.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise BadInput(Problem(_SOURCE, name, f"must be a number from {low:g} to {high:g}"))
    return float(value)
