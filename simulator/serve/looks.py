"""What the control socket shows of a machine: the state, its build, the metal in the clamp, the tray, the wire.

Responsible for: plain JSON values, taken at one moment. Not responsible for: requests that change something
(`simulator.serve.control`). The simulated blank's edge and the simulated key's picture are shown here, on this
computer, to whoever asks by name (`metal`, `tray`, `wire`); `state` never holds them, and nothing here is written
anywhere.
"""

from __future__ import annotations

import base64
import io
from dataclasses import asdict

import numpy as np
from PIL import Image

from simulator.faults.simulated_machine import SimulatedMachine
from simulator.firmware.report import state_name
from simulator.machine.blade import METAL_GRID_MM, Blade, Heights, new_blade
from simulator.optics import render_portrait
from simulator.serve.realtime import RealTimeRunner

SHOWN_GRID_MM = 0.05
"""Grid of the edge as it is shown."""
PORTRAIT_PX = (480, 240)
Values = dict[str, object]


class Looks:
    """Looks at one machine."""

    def __init__(self, sim: SimulatedMachine, realtime: RealTimeRunner | None) -> None:
        self._sim = sim
        self._realtime = realtime
        self._blade: Blade | None = None
        self._blades = 0

    def state(self) -> Values:
        """The machine now. No key's shape is in it."""
        sim, world = self._sim, self._sim.world
        with sim.timeline.lock:
            carousel, core = world.carousel, sim.firmware.core
            limits = core.limits()
            return {
                "time_s": round(sim.timeline.now_s, 6),
                "speed": self._realtime.speed if self._realtime else None,
                "paused": self._realtime.paused if self._realtime else None,
                "board": state_name(core),
                "position_mm": [round(value, 4) for value in world.position_mm],
                "commanded_mm": [round(value, 4) for value in core.to_mm(core.position())],
                "feed_mm_min": round(core.stepper.speed_mm_s(core.now_s) * 60),
                "wheel_rpm": round(world.wheel.rpm(sim.firmware.now_s), 1),
                "wheel_commanded_rpm": round(world.wheel.commanded_rpm, 1),
                "wheel_worn_mm": round(world.wheel.faults.worn_mm, 4),
                "clamp_open": carousel.clamp_open,
                "clamped": carousel.clamped.code if carousel.clamped else None,
                "stock": {str(slot): count for slot, count in carousel.stock.items()},
                "fallen": {place.value: count for place, count in carousel.fallen().items()},
                "chute_holds": carousel.chute_holds,
                "tray": world.tray.key is not None,
                "tray_laid": world.tray.laid,
                "lamp": round(sim.optics.lamp, 3),
                "cameras_gone": sorted(sim.scanner.unplugged),
                "brush_worn": world.brush_worn,
                "limits": "".join(name for i, name in enumerate("XYZ") if limits >> i & 1),
                "probe": core.probe(),
                "door_open": world.door_open,
                "hold": world.hold_button,
                "emergency_stop": world.emergency_stop,
                "headset": sim.headset.plugged,
                "unplugged": not sim.plugged_in or sim.wire.unplugged,
                "incidents": asdict(world.incidents),
            }

    def machine(self) -> Values:
        """How it is built: what does not change while it runs."""
        machine, places = self._sim.machine, self._sim.world.carousel.places
        return {
            "name": machine.name,
            "build": "echo" if self._sim.firmware.core.build.echo else "stock",
            "seed": self._sim.seed,
            "travel_mm": [axis.travel_mm for axis in (machine.x, machine.y, machine.z)],
            "wheel": {
                "flat_mm": machine.wheel.flat_mm,
                "angle_deg": machine.wheel.angle_deg,
                "diameter_mm": machine.wheel.diameter_mm,
                "speed_rpm": machine.wheel.speed_rpm,
            },
            "shoulder_x_mm": machine.clamp.shoulder_x_mm,
            "spine_y_mm": machine.clamp.spine_y_mm,
            "places": {
                "feed_x_mm": places.feed_x_mm,
                "check_x_mm": places.check_x_mm,
                "deliver_x_mm": places.deliver_x_mm,
                "reject_x_mm": places.reject_x_mm,
            },
            "slots": [
                {
                    "number": slot.number,
                    "blank": slot.blank,
                    "finish": slot.finish,
                    "capacity": slot.capacity,
                    "low_at": slot.low_at,
                    "z_mm": machine.magazine.first_z_mm - (slot.number - 1) * machine.magazine.pitch_z_mm,
                }
                for slot in machine.magazine.slots
            ],
        }

    def metal(self, since: int) -> Values:
        """The blade in the clamp: its edge as the wheel has left it, on a grid; `since` the number got last time."""
        sim = self._sim
        with sim.timeline.lock:
            sim.world.sync()
            blade = sim.world.carousel.clamped
            if blade is None:
                return {"number": 0, "blank": None}
            if blade is not self._blade:
                self._blade, self._blades = blade, self._blades + 1
            # Cut area only grows: with the blade's own number it tells every change.
            number = self._blades * 1_000_000 + round(sim.world.wheel.cut_mm2 * 1000) % 1_000_000
            if number == since:
                return {"number": number, "same": True}
            top, bottom = _coarse(blade.top_mm, lowest=True), _coarse(blade.bottom_mm, lowest=False)
            values: Values = {
                "number": number,
                "blank": blade.code,
                "finish": blade.finish,
                "step_mm": SHOWN_GRID_MM,
                "height_mm": round(blade.height_mm, 4),
                "top_um": top,
                "bottom_um": bottom,
                "lift_mm": round(blade.lift_mm, 4),
                "shift_mm": round(blade.shift_mm, 4),
                "bend_mm": round(blade.bend_mm, 4),
                "doubled": blade.doubled,
                "burrs": blade.burrs,
            }
        return {**values, "uncut_um": _coarse(new_blade(blade.code, sim.catalogue).top_mm, lowest=True)}

    def tray(self, since: int) -> Values:
        """What lies in the tray as a small picture (PNG, base64); `since` the number got last time."""
        tray = self._sim.tray
        with self._sim.timeline.lock:
            key, laid = tray.key, tray.laid
        if laid == since:
            return {"laid": laid, "same": True}
        if key is None:
            return {"laid": laid, "png": None}
        picture = io.BytesIO()
        Image.fromarray(render_portrait(key, *PORTRAIT_PX)).save(picture, "PNG")
        return {"laid": laid, "png": base64.b64encode(picture.getvalue()).decode("ascii")}

    def wire(self, realtime: RealTimeRunner, since: int, most: int) -> Values:
        """Lines that passed after number `since`: number, time, course, text, damaged."""
        with self._sim.timeline.lock:
            lines, lost = realtime.tap.since(since, most)
        return {"lines": [line.row() for line in lines], "lost": lost}


def _coarse(edge_mm: Heights, *, lowest: bool) -> list[int]:
    every = round(SHOWN_GRID_MM / METAL_GRID_MM)
    starts = np.arange(0, len(edge_mm), every)
    reduced = (np.minimum if lowest else np.maximum).reduceat(edge_mm, starts)
    return [round(value) for value in (reduced * 1000).tolist()]
