"""Faults of what keeps people safe: wheel and clamp outputs, sensors, switches, inputs, the port that vanishes.

Responsible for: their rows of the table of faults and how each acts. Not responsible for: the others
(`simulator.faults.table`), or setting and clearing them (`simulator.faults.injection`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from simulator.faults.model import Fault, Parameter, Required, Undo, Value
from simulator.faults.simulated_machine import SimulatedMachine

AXIS = Parameter("x", choices=("x", "y", "z"))
_RESETS = Parameter("no", choices=("no", "yes"))
_SPAN = 3600.0


def put(target: object, name: str, value: object) -> Undo:
    """Set an attribute; the undo puts back what was there."""
    before = getattr(target, name)
    setattr(target, name, value)
    return lambda: setattr(target, name, before)


def close_limit(sim: SimulatedMachine, axis: str) -> Undo:
    """Close an axis's switch; the undo opens it."""
    sensors, bit = sim.world.sensors, 1 << "xyz".index(axis)
    sensors.limits_closed |= bit
    sim.world.changed()

    def undo() -> None:
        sensors.limits_closed &= ~bit
        sim.world.changed()

    return undo


def _clamp(sim: SimulatedMachine, _: Mapping[str, Value]) -> Undo:
    sim.world.set_clamp_slack(True)
    return lambda: sim.world.set_clamp_slack(False)


def _stray(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    sim.firmware.receive(bytes([int(p["byte"])]))
    return lambda: None


def _late(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    return put(sim.world.wheel.faults, "late_s", p["s"])


def _welded(sim: SimulatedMachine, _: Mapping[str, Value]) -> Undo:
    welded = put(sim.world.wheel.faults, "welded", True)

    def undo() -> None:
        welded()
        core = sim.firmware.core
        sim.world.outputs(core.spindle, core.outputs.rpm, core.outputs.coolant, sim.firmware.now_s)

    return undo


def _sensor(name: str) -> Callable[[SimulatedMachine, Mapping[str, Value]], Undo]:
    return lambda sim, _: put(sim.world.sensors, name, True)


def _chatter(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    """Closes for a moment now and then, for as long as it lasts: a worn contact in a machine that shakes."""
    draw = np.random.default_rng(sim.seed)
    mended = False

    def close() -> None:
        if mended:
            return
        open_again = close_limit(sim, str(p["axis"]))
        closed_s, apart_s = float(draw.uniform(0.0005, 0.004)), float(draw.exponential(float(p["every_s"])))
        sim.timeline.at(sim.timeline.now_s + closed_s, open_again)
        sim.timeline.at(sim.timeline.now_s + closed_s + apart_s, close)

    sim.timeline.at(sim.timeline.now_s + float(draw.exponential(float(p["every_s"]))), close)

    def undo() -> None:
        nonlocal mended
        mended = True

    return undo


def _forgetful(sim: SimulatedMachine, _: Mapping[str, Value]) -> Undo:
    return put(sim.firmware.core, "forgetful", True)


def _camera_moved(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    return put(sim.world, "check_camera_moved_mm", p["mm"])


def _hold(sim: SimulatedMachine, _: Mapping[str, Value]) -> Undo:
    sim.world.set_hold(True)
    return lambda: sim.world.set_hold(False)


def port_lost(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    """Take the port away, and bring it back after a while; the undo brings it back at once."""
    resets = put(sim.wire, "resets_at_open", p["opening_resets"] == "yes")
    sim.plugged_in, sim.wire.unplugged = False, True

    def back() -> None:
        if not sim.plugged_in:
            sim.plugged_in, sim.wire.unplugged = True, False
            sim.world.reachable(sim.firmware.now_s)

    sim.timeline.at(sim.timeline.now_s + float(p["back_after_s"]), back)

    def undo() -> None:
        back()
        resets()

    return undo


def _port_wedged(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    resets = put(sim.wire, "resets_at_open", p["opening_resets"] == "yes")
    sim.wire.wedged = True

    def curable() -> None:
        sim.wire.wedge_cures = sim.wire.wedged
        sim.world.reachable(sim.firmware.now_s)

    sim.timeline.at(sim.timeline.now_s + float(p["for_s"]), curable)

    def undo() -> None:
        sim.wire.wedged = sim.wire.wedge_cures = False
        sim.world.reachable(sim.firmware.now_s)
        resets()

    return undo


SAFETY = (
    Fault("clamp_opens", "the clamp opens by itself and stays open", Required.OUT_OF_ORDER, _clamp,
          harms=("cut_loose", "cut_no_blank")),
    Fault("stray_byte", "a byte nobody sent reaches the board (160 opens the clamp)", Required.STOPS, _stray,
          {"byte": Parameter(160, 128, 255, whole=True)}, harms=("cut_loose", "cut_no_blank")),
    Fault("wheel_late", "the wheel begins to turn late", Required.REJECTED, _late,
          {"s": Parameter(4.0, 0, 60, unit=" s")}, harms=("plunged_still",)),
    Fault("spindle_stuck_on", "the contact that switches the wheel on does not open again", Required.UNSEEN, _welded,
          harms=("turned_alone",)),
    Fault("tachometer_dead", "the wheel's sensor always says that it stands", Required.OUT_OF_ORDER,
          _sensor("tachometer_dead")),
    Fault("chute_sensor_dead", "the chute's light barrier sees nothing fall", Required.STAFF_SAY,
          _sensor("chute_dead")),
    Fault("home_switch_chatters", "a home switch closes for a moment now and then", Required.OUT_OF_ORDER, _chatter,
          {"axis": AXIS, "every_s": Parameter(0.5, 0.01, 60, unit=" s")}, harms=("ran_into_end",)),
    Fault("alarm_missing", "after a reset in motion the board says no alarm and is not locked", Required.STOPS,
          _forgetful),
    Fault("check_camera_moved", "the check camera was pushed along the blade", Required.OUT_OF_ORDER, _camera_moved,
          {"mm": Parameter(3.0, -20, 20, unit=" mm")}),
    Fault("hold_held", "the hold button is held", Required.STOPS, _hold),
    Fault("port_lost", "the port vanishes, the board keeps its power, and the port is back", Required.STOPS, port_lost,
          {"back_after_s": Parameter(2.0, 0, _SPAN, unit=" s"), "opening_resets": _RESETS}),
    Fault("port_wedged", "the port stays and nothing passes until it is opened again later", Required.STOPS,
          _port_wedged, {"for_s": Parameter(2.0, 0, _SPAN, unit=" s"), "opening_resets": _RESETS}),
)  # fmt: skip
