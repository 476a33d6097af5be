"""Faults that come on by and by, or at an occasion: what a technician finds only by looking more than once.

Responsible for: their rows of the table of faults and how each acts. Not responsible for: the others
(`simulator.faults.table`, `simulator.faults.safety`), or setting and clearing them (`simulator.faults.injection`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from simulator.faults.model import Fault, Parameter, Required, Undo, Value
from simulator.faults.safety import AXIS, port_lost, put
from simulator.faults.simulated_machine import SimulatedMachine
from simulator.machine.axis import AxisFaults

_LOOK_S = 0.5
_FADE_S = 5.0
_RELAY_S = 0.05
"""From the board's output to the relay's spark."""


def _every(sim: SimulatedMachine, period_s: float, act: Callable[[], None]) -> Undo:
    """Do something again and again until it is undone."""
    mended = False

    def again() -> None:
        if not mended:
            act()
            sim.timeline.at(sim.timeline.now_s + period_s, again)

    def undo() -> None:
        nonlocal mended
        mended = True

    sim.timeline.at(sim.timeline.now_s, again)
    return undo


def _steps_later(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    """A motor that is warm loses steps once in each further copy, while the wheel is at it."""
    slide, carousel, wheel = sim.world.slides["xyz".index(str(p["axis"]))], sim.world.carousel, sim.world.wheel
    begun = sum(carousel.fallen().values())
    lost_in: list[object] = []

    def look() -> None:
        blade = carousel.clamped
        warm = sum(carousel.fallen().values()) - begun >= int(p["after_copies"])
        if warm and blade is not None and wheel.rpm(sim.firmware.now_s) > 0 and blade not in lost_in:
            lost_in[:] = [blade]
            slide.faults.lost_mm += float(p["mm"])

    ends = _every(sim, _LOOK_S, look)

    def undo() -> None:
        ends()
        slide.faults.lost_mm = AxisFaults().lost_mm

    return undo


def _lamp_fading(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    full = sim.optics.lamp
    began_s = sim.timeline.now_s

    def fade() -> None:
        passed = min(1.0, (sim.timeline.now_s - began_s) / float(p["over_s"]))
        sim.optics = replace(sim.optics, lamp=full + (float(p["part"]) - full) * passed)

    ends = _every(sim, _FADE_S, fade)

    def undo() -> None:
        ends()
        sim.optics = replace(sim.optics, lamp=full)

    return undo


def _usb_drops(sim: SimulatedMachine, p: Mapping[str, Value]) -> Undo:
    wheel = sim.world.wheel
    command = wheel.command
    backs: list[Undo] = []

    def drop() -> None:
        backs.append(port_lost(sim, {"back_after_s": p["back_after_s"], "opening_resets": "yes"}))

    def switched(rpm: float, now_s: float, *, backwards: bool, powered: bool) -> None:
        closes = rpm > 0 and not wheel.commanded_rpm
        command(rpm, now_s, backwards=backwards, powered=powered)
        if closes:
            sim.timeline.at(sim.timeline.now_s + _RELAY_S, drop)

    ends = put(wheel, "command", switched)

    def undo() -> None:
        ends()
        while backs:
            backs.pop()()

    return undo


CREEPING = (
    Fault("steps_lost_later", "an axis loses steps in every copy after so many", Required.REJECTED, _steps_later,
          {"axis": AXIS, "mm": Parameter(0.15, -20, 20, unit=" mm"),
           "after_copies": Parameter(8, 0, 1000, whole=True)}),
    Fault("lamp_fading", "the lamps give less light from minute to minute", Required.ASKS_AGAIN, _lamp_fading,
          {"part": Parameter(0.03, 0, 1), "over_s": Parameter(300.0, 1, 86400, unit=" s")}),
    Fault("usb_drops_at_wheel", "the port vanishes for a moment whenever the wheel's relay closes", Required.STOPS,
          _usb_drops, {"back_after_s": Parameter(2.0, 0, 3600, unit=" s")}),
)  # fmt: skip
