"""A small key machine behind the simulated firmware, in virtual time: home switches, clamp, blanks, wheel, metal.

Kept apart from the simulator's world on purpose: the driver's safety is shown on an independent machine, with the
wire in the test's own hands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from config.keyway import Blank
from config.machine import Machine
from hardware.errors import LinkLost
from hardware.grbl.settings import wanted_settings
from simulator.firmware.board import Firmware
from simulator.firmware.build import STOCK, FirmwareBuild
from simulator.firmware.settings import BoardSettings, factory_eeprom
from simulator.firmware.wiring import Controls, Steps
from tests.support.transcript import ManualClock

GRID_MM = 0.02
START_STEPS = (-6000, -3000, -1500)
"""Where the motors stand when the power comes on, away from the switches."""


@dataclass
class Workpiece:
    """A blank in the clamp: its upper edge over x from the shoulder."""

    x_mm: np.ndarray
    top_mm: np.ndarray
    spoiled: bool = False


@dataclass
class KeyMachine:
    """`Wiring` of the reference machine. Homed at motor 0; machine coordinates are motor steps over steps/mm."""

    machine: Machine
    blank: Blank
    height_mm: float
    lift_mm: list[float] = field(default_factory=list)
    """How far each blank fed sits too high; empty: all seated. NaN: none comes."""
    motor: Steps = START_STEPS
    controls: Controls = field(default_factory=Controls)
    forced_limits: int = 0
    clamp_open: bool = False
    clamped: Workpiece | None = None
    delivered: list[Workpiece] = field(default_factory=list)
    rejected: list[Workpiece] = field(default_factory=list)
    fed: int = 0
    spindle: int = 5
    wheel_works: bool = True
    crashes: int = 0
    """Moves into metal with a wheel that did not turn."""

    def __post_init__(self) -> None:
        axes = (self.machine.x, self.machine.y, self.machine.z)
        self._steps = tuple(axis.steps_per_mm for axis in axes)

    def position_mm(self, motor: Steps | None = None) -> tuple[float, float, float]:
        at = motor or self.motor
        return (at[0] / self._steps[0], at[1] / self._steps[1], at[2] / self._steps[2])

    def drive(self, motor: Steps, now_s: float) -> None:
        if motor != self.motor:
            before, after = self.position_mm(), self.position_mm(motor)
            self.motor = motor
            if self.clamped is not None and min(before[1], after[1]) < self._edge_y(self.height_mm):
                self._sweep(self.clamped, before, after)

    def limits_at(self, motor: Steps) -> int:
        return self.forced_limits | sum(1 << i for i in range(3) if motor[i] >= 0)

    def probe_at(self, motor: Steps) -> bool:
        if self.clamped is None:
            return False
        x_mm, y_mm, _ = self.position_mm(motor)
        centre = x_mm - self.machine.clamp.shoulder_x_mm
        near = np.abs(self.clamped.x_mm - centre) <= self.machine.wheel.flat_mm / 2
        return bool(near.any()) and y_mm <= self._edge_y(float(self.clamped.top_mm[near].max()))

    def turning_rpm(self, now_s: float) -> float:
        return 0.0

    def extra_pins(self, now_s: float) -> str:
        return ""

    def outputs(self, spindle: int, rpm: float, coolant: int, now_s: float) -> None:
        self.spindle = spindle if self.wheel_works else 5
        opened = bool(coolant & 1)
        if opened == self.clamp_open:
            return
        self.clamp_open = opened
        x_mm, y_mm, _ = self.position_mm()
        if opened and self.clamped is not None:
            if abs(x_mm + 140) < 0.5:
                self.delivered.append(self.clamped)
            else:
                self.rejected.append(self.clamped)
            self.clamped = None
        elif not opened and abs(x_mm + 5) < 0.5 and y_mm > -3:
            lift = self.lift_mm[min(self.fed, len(self.lift_mm) - 1)] if self.lift_mm else 0.0
            self.fed += 1
            if np.isfinite(lift):
                x = np.append(np.arange(0, self.blank.blade_length_mm, GRID_MM), self.blank.blade_length_mm)
                self.clamped = Workpiece(x, np.full_like(x, self.height_mm + lift))

    def power_lost(self) -> None:
        self.outputs(5, 0.0, 0, 0.0)

    def _edge_y(self, height_mm: float) -> float:
        return self.machine.clamp.spine_y_mm + height_mm

    def _sweep(self, piece: Workpiece, before: tuple[float, ...], after: tuple[float, ...]) -> None:
        wheel, clamp = self.machine.wheel, self.machine.clamp
        count = max(2, int(max(abs(after[0] - before[0]), abs(after[1] - before[1])) / 0.02) + 1)
        centre = np.linspace(before[0], after[0], count)[:, None] - clamp.shoulder_x_mm
        edge = np.linspace(before[1], after[1], count)[:, None] - clamp.spine_y_mm
        slope = 1 / np.tan(np.radians(wheel.angle_deg / 2))
        near = (piece.x_mm > centre.min() - 12) & (piece.x_mm < centre.max() + 12)
        if not near.any():
            return
        rim = (edge + np.maximum(0, np.abs(piece.x_mm[near] - centre) - wheel.flat_mm / 2) * slope).min(axis=0)
        left = np.minimum(piece.top_mm[near], rim)
        # A probe comes to rest some hundredths past its touch; that is no cut.
        if self.spindle == 5 and float(np.max(piece.top_mm[near] - left, initial=0)) > 0.3:
            self.crashes += 1
            piece.spoiled = True
        if self.spindle != 5:
            piece.top_mm[near] = left


Tamper = Callable[[bytes, float], bytes]
"""What becomes of bytes on their way; raises LinkLost where the port vanishes."""


def untouched(data: bytes, _now_s: float) -> bytes:
    return data


class VirtualLink:
    """A `ByteLink` onto the firmware: waiting is what makes time pass. The wire is the test's to tamper with."""

    def __init__(
        self, firmware: Firmware, clock: ManualClock, down: Tamper = untouched, up: Tamper = untouched
    ) -> None:
        self.firmware = firmware
        self.clock = clock
        self.down = down
        self.up = up
        self.closed = False

    def write(self, data: bytes) -> None:
        self._require_open()
        self.firmware.receive(self.down(data, self.clock.now_s()))

    def read(self, timeout_s: float) -> bytes:
        self._require_open()
        end_s = self.clock.time_s + timeout_s
        while True:
            if out := self.firmware.take_output():
                if out := self.up(out, self.clock.now_s()):
                    return out
                continue
            left_s = end_s - self.clock.time_s
            if left_s <= 1e-9:
                self.clock.time_s = end_s
                return b""
            step_s = min(max(self.firmware.next_event_s() - self.firmware.now_s, 1e-6), left_s)
            self.firmware.advance(step_s)
            self.clock.time_s += step_s

    def close(self) -> None:
        self.closed = True

    def _require_open(self) -> None:
        if self.closed:
            raise LinkLost("closed")


def reference_firmware(wiring: KeyMachine, build: FirmwareBuild = STOCK) -> Firmware:
    """The board as the shipped machine file wants it."""
    values = {number: value for number, (_, value) in wanted_settings(wiring.machine).items()}
    values |= {10: 3, 30: 10000, 31: 0}
    return Firmware(wiring, build, factory_eeprom(BoardSettings(values)))
