"""Everything that can be made to go wrong with a simulated machine, by name, and the outcome each must have.

Responsible for: the table of faults. Not responsible for: setting and clearing them (`simulator.faults.injection`), or
how each part misbehaves (`simulator.machine.world`, `simulator.wire.damage`, `simulator.optics`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from config.problems import BadInput, Problem
from hardware.ports import VIEWS
from simulator.faults.creeping import CREEPING
from simulator.faults.model import Fault, Parameter, Required, Undo, Value
from simulator.faults.safety import AXIS, SAFETY, close_limit, put
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.machine.axis import AxisFaults
from simulator.terminals.card import TerminalFault
from simulator.wire.damage import Damage, Direction, WireFault
from simulator.wire.memory import VirtualClock

_SLOT = Parameter(1, 1, 64, whole=True)
_COUNT = Parameter(1, 1, 1000, whole=True)
_WAY = Parameter("to_board", choices=tuple(way.value for way in Direction))
_AT_BYTE = Parameter(0, 0, 1e9, whole=True, unit=" bytes")


def _put(table: dict[int, Any], key: int, value: object) -> Undo:
    table[key] = value
    return lambda: table.pop(key, None) and None


def _slot(sim: SimulatedMachine, p: Mapping[str, Value]) -> int:
    number = int(p["slot"])
    if number not in sim.world.carousel.stock:
        raise BadInput(Problem("fault", "slot", f"there is no slot {number}"))
    return number


def _feed(name: str, parameter: str) -> Callable[[SimulatedMachine, Mapping[str, Value]], Undo]:
    return lambda sim, p: _put(getattr(sim.world.carousel.faults, name), _slot(sim, p), p[parameter])


def _wrong_blank(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    if str(p["blank"]) not in sim.catalogue.blank_of:
        raise BadInput(Problem("fault", "wrong_blank.blank", f"there is no blank {p['blank']}"))
    return _put(sim.world.carousel.faults.wrong, _slot(sim, p), p["blank"])


def _empty(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    stock, slot = sim.world.carousel.stock, _slot(sim, p)
    before, stock[slot] = stock[slot], 0
    return lambda: stock.__setitem__(slot, before)


def _axis(name: str, parameter: str) -> Callable[[SimulatedMachine, Mapping[str, Value]], Undo]:
    def act(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
        slide = sim.world.slides["xyz".index(str(p["axis"]))]
        setattr(slide.faults, name, p[parameter])
        return lambda: setattr(slide.faults, name, getattr(AxisFaults(), name))

    return act


def _wheel(name: str, parameter: str | None) -> Callable[[SimulatedMachine, Mapping[str, Value]], Undo]:
    return lambda sim, p: put(sim.world.wheel.faults, name, True if parameter is None else p[parameter])


def _limit(name: str) -> Callable[[SimulatedMachine, Mapping[str, Value]], Undo]:
    def act(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
        sensors, bit = sim.world.sensors, 1 << "xyz".index(str(p["axis"]))
        setattr(sensors, name, getattr(sensors, name) | bit)
        sim.world.changed()

        def undo() -> None:
            setattr(sensors, name, getattr(sensors, name) & ~bit)
            sim.world.changed()

        return undo

    return act


def _bounce(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    draw = np.random.default_rng(sim.seed)
    at_s, mended = sim.timeline.now_s, False

    def close_and_open(open_s: float) -> None:
        if not mended:
            sim.timeline.at(open_s, close_limit(sim, str(p["axis"])))

    for _ in range(int(p["count"])):
        closed_s, apart_s = draw.uniform(0.0005, 0.004, 2)
        sim.timeline.at(at_s, partial(close_and_open, at_s + closed_s))
        at_s += closed_s + apart_s

    def undo() -> None:
        nonlocal mended
        mended = True

    return undo


def _probe(name: str) -> Callable[[SimulatedMachine, Mapping[str, Value]], Undo]:
    return lambda sim, p: put(sim.world.sensors, name, True)


def _door(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    sim.world.set_door(True)
    return lambda: sim.world.set_door(False)


def _emergency(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    sim.world.set_emergency_stop(True, sim.firmware.now_s)
    return lambda: sim.world.set_emergency_stop(False, sim.firmware.now_s)


def _optics(name: str, parameter: str) -> Callable[[SimulatedMachine, Mapping[str, Value]], Undo]:
    def act(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
        before = getattr(sim.optics, name)
        change: dict[str, Any] = {name: p[parameter]}
        sim.optics = replace(sim.optics, **change)

        def undo() -> None:
            sim.optics = replace(sim.optics, **{name: before})

        return undo

    return act


def _dropped(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    return put(sim.scanner, "dropped", p["count"])


def _unplug_camera(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    sim.scanner.unplugged.add(str(p["view"]))
    return lambda: sim.scanner.unplugged.discard(str(p["view"]))


def _wire(damage: Damage) -> Callable[[SimulatedMachine, Mapping[str, Value]], Undo]:
    def act(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
        sim.damage_wire(
            WireFault(
                damage,
                Direction(str(p["way"])),
                int(p["at_byte"]),
                int(p.get("count", 1)),
                delay_s=float(p.get("delay_s", 0.2)),
            )
        )
        return sim.mend_wire

    return act


def _unplug_board(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    sim.plugged_in, sim.wire.unplugged = False, True

    def undo() -> None:
        sim.plugged_in, sim.wire.unplugged = True, False
        sim.world.reachable(sim.firmware.now_s)

    return undo


def _reset_board(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    sim.firmware.power_cycle()
    return lambda: None


def _clock(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    if not isinstance(sim.clock, VirtualClock):
        return lambda: None
    return put(sim.clock, "offset_s", float(p["by_s"]))


def _terminal(
    mishap: TerminalFault | None, request: str = ""
) -> Callable[[SimulatedMachine, Mapping[str, Value]], Undo]:
    def act(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
        wrong = mishap or (TerminalFault.SILENT_DONE if p["done"] == "yes" else TerminalFault.SILENT_NOT_DONE)
        sim.terminal.will(request or str(p["request"]), wrong, int(p["count"]))
        return sim.terminal.mend

    return act


def _chute_full(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    return put(sim.world.carousel, "chute_holds", 0)


def _stuck(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    return put(sim.world.carousel, "stuck", True)


def _slip(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    return put(sim.world.carousel.faults, "slip_mm", p["mm"])


def _brush(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    return put(sim.world, "brush_worn", True)


def _mm(default: float, high: float, low: float = 0.0) -> Parameter:
    return Parameter(default, low, high, unit=" mm")


_WIRE_HOW: dict[Damage, tuple[str, dict[str, Parameter]]] = {
    Damage.DROP: ("bytes are lost", {"count": _COUNT}),
    Damage.FLIP: ("bytes have a bit flipped", {"count": _COUNT}),
    Damage.DUPLICATE: ("bytes arrive twice", {"count": _COUNT}),
    Damage.SWAP: ("two bytes change places", {}),
    Damage.DELAY: ("bytes from the board come late", {"count": _COUNT, "delay_s": Parameter(0.2, 0, 60, unit=" s")}),
    Damage.GARBAGE: ("eight made-up bytes come first", {}),
    Damage.SILENCE: ("nothing goes through any more", {}),
    Damage.RESET: ("the board loses its power for a moment", {}),
    Damage.UNPLUG: ("the port vanishes", {}),
}

_TABLE = (
    Fault("misfeed", "the feeder pushes no blank", Required.SLOT_LOCKED, _feed("misfeed", "count"),
          {"slot": _SLOT, "count": _COUNT}),
    Fault("double_feed", "two blanks are drawn at once", Required.SLOT_LOCKED, _feed("double", "count"),
          {"slot": _SLOT, "count": _COUNT}),
    Fault("empty_slot", "a slot is empty though the books say otherwise", Required.SLOT_LOCKED, _empty,
          {"slot": _SLOT}),
    Fault("wrong_blank", "a slot was filled with another blank", Required.SLOT_LOCKED, _wrong_blank,
          {"slot": _SLOT, "blank": Parameter("M1")}),
    Fault("bent_blank", "blanks of a slot are bent up", Required.REJECTED, _feed("bent_mm", "mm"),
          {"slot": _SLOT, "mm": _mm(0.4, 3, -3)}),
    Fault("shavings", "shavings under the blank lift it", Required.SLOT_LOCKED, _feed("shavings_mm", "mm"),
          {"slot": _SLOT, "mm": _mm(0.18, 1)}),
    Fault("clamp_slip", "blanks are clamped off their stop", Required.REJECTED, _slip, {"mm": _mm(0.15, 2, -2)}),
    Fault("worn_wheel", "the wheel is worn and cuts too high", Required.SLOT_LOCKED, _wheel("worn_mm", "mm"),
          {"mm": _mm(0.08, 2)}),
    Fault("fast_wear", "the wheel wears quickly", Required.REJECTED, _wheel("wear_mm_per_mm2", "mm_per_mm2"),
          {"mm_per_mm2": Parameter(0.003, 0, 0.1)}),
    Fault("runout", "the wheel runs out of true and cuts too deep", Required.REJECTED, _wheel("runout_mm", "mm"),
          {"mm": _mm(0.08, 1)}),
    Fault("broken_wheel", "the wheel turns but has no teeth left", Required.REJECTED, _wheel("broken", None)),
    Fault("stalled_wheel", "the wheel's motor does not turn", Required.REJECTED, _wheel("stalled", None),
          harms=("plunged_still",)),
    Fault("backlash", "an axis has play", Required.REJECTED, _axis("backlash_mm", "mm"),
          {"axis": AXIS, "mm": _mm(0.15, 2)}),
    Fault("stiction", "an axis sticks before it moves", Required.REJECTED, _axis("stiction_mm", "mm"),
          {"axis": AXIS, "mm": _mm(0.15, 2)}),
    Fault("lost_steps", "an axis loses steps", Required.REJECTED, _axis("lost_mm", "mm"),
          {"axis": AXIS, "mm": _mm(0.3, 20, -20)}),
    Fault("wrong_steps", "an axis moves another distance than commanded", Required.REJECTED, _axis("scale", "factor"),
          {"axis": AXIS, "factor": Parameter(1.02, 0.5, 2)}),
    Fault("limit_stuck_closed", "a limit switch stays closed", Required.OUT_OF_ORDER, _limit("limits_closed"),
          {"axis": AXIS}, harms=("ran_into_end",)),
    Fault("limit_stuck_open", "a limit switch never closes", Required.OUT_OF_ORDER, _limit("limits_open"),
          {"axis": AXIS}, harms=("ran_into_end",)),
    Fault("limit_bounce", "a limit switch chatters", Required.STOPS, _bounce,
          {"axis": AXIS, "count": Parameter(300, 1, 5000, whole=True)}),
    Fault("probe_stuck_closed", "the probe reads closed", Required.STOPS, _probe("probe_closed")),
    Fault("probe_stuck_open", "the probe's wire is off", Required.SLOT_LOCKED, _probe("probe_open"),
          harms=("plunged_still",)),
    Fault("door_open", "the guard door is open", Required.STOPS, _door),
    Fault("emergency_stop", "the emergency stop is pressed", Required.STOPS, _emergency),
    Fault("brush_worn", "the brush leaves burrs", Required.UNSEEN, _brush),
    Fault("chute_full", "the chute takes no more", Required.OUT_OF_ORDER, _chute_full),
    Fault("key_stuck", "a copy does not fall out of the clamp", Required.OUT_OF_ORDER, _stuck),
    Fault("blur", "a camera is out of focus", Required.ASKS_AGAIN, _optics("defocus_px", "px"),
          {"px": Parameter(14.0, 0, 40, unit=" px")}),
    Fault("dirty_glass", "dirt on the cameras' glass", Required.REJECTED, _optics("smear", "part"),
          {"part": Parameter(1.0, 0, 1)}),
    Fault("lamp_failing", "the lamps give little light", Required.ASKS_AGAIN, _optics("lamp", "part"),
          {"part": Parameter(0.03, 0, 1)}),
    Fault("key_moved", "the key moves between two views", Required.ASKS_AGAIN, _optics("moved_mm", "mm"),
          {"mm": _mm(2.0, 20)}),
    Fault("dropped_frame", "a camera brings no frame", Required.OUT_OF_ORDER, _dropped, {"count": _COUNT}),
    Fault("camera_unplugged", "a camera is gone", Required.OUT_OF_ORDER, _unplug_camera,
          {"view": Parameter("silhouette", choices=VIEWS)}),
    *(
        Fault(f"wire_{damage.value}", f"on the wire, {how}", Required.STOPS, _wire(damage),
              {"way": _WAY, "at_byte": _AT_BYTE, **more})
        for damage, (how, more) in _WIRE_HOW.items()
    ),
    Fault("board_reset", "the board resets by itself", Required.STOPS, _reset_board),
    Fault("board_unplugged", "the board's cable is out", Required.OUT_OF_ORDER, _unplug_board),
    Fault("payment_declined", "the bank says no", Required.NOT_PAID, _terminal(TerminalFault.DECLINE, "authorise"),
          {"count": _COUNT}),
    Fault("payment_unreachable", "the card terminal cannot be asked", Required.NOT_PAID,
          _terminal(TerminalFault.UNREACHABLE, "any"), {"count": Parameter(30, 1, 1000, whole=True)}),
    Fault("payment_silent", "the card terminal's answer is lost", Required.ASKED, _terminal(None),
          {"request": Parameter("capture", choices=("authorise", "capture", "void", "refund", "query", "any")),
           "done": Parameter("yes", choices=("yes", "no")), "count": _COUNT}),
    Fault("clock_jump", "the wall clock is set", Required.CARRIES_ON, _clock,
          {"by_s": Parameter(3600.0, -1e8, 1e8, unit=" s")}),
    *SAFETY,
    *CREEPING,
)  # fmt: skip

FAULTS: dict[str, Fault] = {fault.name: fault for fault in _TABLE}
