"""The machine around the board: slides, wheel, clamp, switches, probe, door, emergency stop, brush, tray.

Responsible for: what the motors and outputs of a board do to metal, and what its inputs read. Not responsible for: the
board (`simulator.firmware.board`), pictures (`simulator.optics`), or what time it is: everything is given the time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from config.catalogue import Catalogue
from config.machine import Axis, Machine
from simulator.firmware.wiring import Controls, Steps
from simulator.keys.key import PhysicalKey
from simulator.machine.axis import Slide
from simulator.machine.blade import Blade, new_blade
from simulator.machine.incidents import ALONE_S, Forbidden, Incidents
from simulator.machine.magazine import Carousel
from simulator.machine.wheel import CuttingWheel

_REST_MM = (-60.0, -2.0, -20.0)
_BITS = (1, 2, 4)
_OVERRUN_MM = 4.0
"""From the ends of the travel, where the switches close, to the hard stops."""
_TURNING_PART = 0.5
"""Of its speed the wheel needs to cut at all."""
_RUBS_MM = 0.3
"""How deep a still wheel may be pressed against metal before that is a plunge."""
_METAL_MM = 6.0
"""Above the spine's seat; every blank reaches higher, so a wheel below it should be in metal."""
_BLADE_MM = 20.0
"""Along the blade from its shoulder; every blank reaches further."""
_CHECK_FIELD_MM = 20.0
"""So far from its place a clamped blade is still seen by the check camera."""
_FALLING_S = 0.5
"""How long a copy that slides through the chute darkens its light barrier."""


class Sensed(StrEnum):
    """What a machine may sense beyond a stock board's inputs."""

    WHEEL = "wheel"
    """A current relay: closed while the wheel's motor turns it."""
    CHUTE = "chute"
    """A light barrier: dark while a copy slides through the chute."""


@dataclass
class Tray:
    """The open tray. Nothing holds what lies in it."""

    key: PhysicalKey | None = None
    laid: int = 0
    """How often something was laid or taken: pictures of a new key are new pictures."""

    def lay(self, key: PhysicalKey) -> None:
        """Put a key down (instead of what lies there)."""
        self.key = key
        self.laid += 1

    def take(self) -> PhysicalKey | None:
        """Take what lies there."""
        key, self.key = self.key, None
        self.laid += 1
        return key


@dataclass
class SensorFaults:
    """Switches and probe that lie. Limit masks have a bit an axis."""

    limits_closed: int = 0
    limits_open: int = 0
    probe_closed: bool = False
    probe_open: bool = False
    tachometer_dead: bool = False
    chute_dead: bool = False


class World:
    """One machine. It is the `Wiring` of its board."""

    def __init__(self, machine: Machine, catalogue: Catalogue) -> None:
        self.machine = machine
        mask = machine.board.direction_mask
        self.slides = tuple(
            Slide(
                axis.steps_per_mm,
                axis.backlash_mm,
                at_mm,
                bool(mask >> i & 1),
                (-axis.travel_mm - _OVERRUN_MM, _OVERRUN_MM),
            )
            for i, (axis, at_mm) in enumerate(zip(_axes(machine), _REST_MM, strict=True))
        )
        backwards = machine.board.homing_direction_mask
        self._far_switches_mm = tuple(
            -axis.travel_mm if backwards >> i & 1 else None for i, axis in enumerate(_axes(machine))
        )
        """Where the home switch of each axis that is homed the other way lies; the others' lie at 0."""
        self.carousel = Carousel(machine, lambda code, finish: new_blade(code, catalogue, finish))
        self.tray = Tray()
        self.sensors = SensorFaults()
        self.wheel = CuttingWheel(machine.wheel)
        self.incidents = Incidents()
        self.door_open = False
        self.emergency_stop = False
        self.hold_button = False
        self.brush_worn = False
        self.check_camera_moved_mm = 0.0
        """How far the check camera was pushed to the left along the blade."""
        self.clamp_slack = False
        """Nothing holds the jaws together: they are open whatever the board says."""
        sensor = machine.chute_sensor
        self.inputs: dict[str, Sensed] = {sensor: Sensed.CHUTE} if sensor else {}
        """Inputs beyond a stock board's, by the letter its reports show them under."""
        self.motor: Steps = (0, 0, 0)
        self.coolant = 0
        self.now_s = 0.0
        self.changed: Callable[[], None] = lambda: None
        """Called when an input changed by itself; the board's pin interrupt."""
        self.sync: Callable[[], None] = lambda: None
        """Called by who looks, so that the slides are where the motors are at that moment."""
        self.homing: Callable[[], bool] = lambda: False
        """Whether the board is homing."""
        self._forbidden = Forbidden()
        self._heard_s = 0.0

    # -- Wiring ------------------------------------------------------------------------------------------------

    @property
    def controls(self) -> Controls:
        """Door, hold button, and the emergency stop on the board's reset input."""
        return Controls(door=self.door_open, hold=self.hold_button, reset=self.emergency_stop)

    def drive(self, motor: Steps, now_s: float) -> None:
        """The motors went straight to `motor`; the wheel takes what is in its way."""
        self.now_s = now_s
        slides = self.slides
        if self.emergency_stop:
            for slide, count in zip(slides, motor, strict=True):
                slide.slip(count)
            self.motor = motor
            return
        before = (slides[0].at_mm, slides[1].at_mm)
        for slide, count in zip(slides, motor, strict=True):
            free = not slide.stalled
            slide.drive(count)
            self.incidents.ran_into_end += slide.stalled and free
        self.incidents.moved_open_door += motor != self.motor and self._forbidden.counts(self.homing(), now_s)
        self.motor = motor
        after = (slides[0].at_mm, slides[1].at_mm)
        if self.carousel.clamped is not None:
            self._cut(self.carousel.clamped, before, after)
        else:
            self._cut_nothing(after)

    def limits_at(self, motor: Steps) -> int:
        """The home switches: at 0, or at the far end of an axis homed the other way."""
        closed = 0
        for bit, slide, count, far_mm in zip(_BITS, self.slides, motor, self._far_switches_mm, strict=True):
            at_mm = slide.at(count)
            if at_mm >= 0 if far_mm is None else at_mm <= far_mm:
                closed |= bit
        closed = (closed | self.sensors.limits_closed) & ~self.sensors.limits_open
        return closed ^ 7 if self.machine.board.limit_pins_inverted else closed

    def probe_at(self, motor: Steps) -> bool:
        """The grounded wheel touches brass."""
        touching = self.sensors.probe_closed
        blade = self.carousel.clamped
        if blade is not None and not self.sensors.probe_open and not touching:
            x_mm, edge_mm = self.over_blade(self.slides[0].at(motor[0]), self.slides[1].at(motor[1]))
            touching = blade.touches(x_mm, edge_mm, self.wheel.shape())
        return touching != self.machine.board.probe_pin_inverted

    def outputs(self, spindle: int, rpm: float, coolant: int, now_s: float) -> None:
        """The wheel's motor and the clamp (open while coolant is on)."""
        self.now_s = now_s
        rpm = 0.0 if spindle == 5 else rpm
        self.wheel.command(rpm, now_s, backwards=spindle == 4, powered=not self.emergency_stop)
        if self.emergency_stop:
            coolant = 0
        self.coolant = coolant
        self._jaws()

    def turning_rpm(self, now_s: float) -> float:
        """What a tachometer on the wheel says."""
        return 0.0 if self.sensors.tachometer_dead else self.wheel.rpm(now_s)

    def extra_pins(self, now_s: float) -> str:
        """The letters of the inputs that are active beyond a stock board's."""
        if not self.inputs:
            return ""
        active = {
            Sensed.WHEEL: self.turning_rpm(now_s) >= _TURNING_PART * self.machine.wheel.speed_rpm,
            Sensed.CHUTE: now_s - self.carousel.slid_s < _FALLING_S and not self.sensors.chute_dead,
        }
        return "".join(letter for letter, sensed in self.inputs.items() if active[sensed])

    def heard(self, now_s: float) -> None:
        """A byte for the board: somebody is in command."""
        if self.wheel.commanded_rpm and now_s - self._heard_s > ALONE_S:
            self.incidents.turned_alone += 1
        self._heard_s = now_s

    # -- hands and faults --------------------------------------------------------------------------------------

    def set_door(self, is_open: bool) -> None:
        """Open or close the guard door."""
        self.sync()
        self.door_open = is_open
        self._allow_or_forbid()
        self.changed()

    def set_hold(self, held: bool) -> None:
        """Hold the hold button, or let go."""
        self.sync()
        self.hold_button = held
        self._allow_or_forbid()
        self.changed()

    def set_emergency_stop(self, pressed: bool, now_s: float) -> None:
        """Press or release: no power for motors, wheel and clamp while pressed."""
        self.sync()
        self.emergency_stop = pressed
        if pressed:
            self.outputs(5, 0.0, 0, now_s)
        self.changed()

    def set_clamp_slack(self, slack: bool) -> None:
        """Let the jaws fall open, whatever the board says; or mend them."""
        self.sync()
        self.clamp_slack = slack
        self._jaws()

    def reachable(self, now_s: float) -> None:
        """The board can be reached from now on (a port is back): whoever should be in command has this long."""
        self._heard_s = max(self._heard_s, now_s)

    # -- looking -----------------------------------------------------------------------------------------------

    @property
    def position_mm(self) -> tuple[float, float, float]:
        """Where the slides really stand, machine coordinates."""
        self.sync()
        x, y, z = (slide.at_mm for slide in self.slides)
        return x, y, z

    def over_blade(self, x_mm: float, y_mm: float) -> tuple[float, float]:
        """Machine x and y as distance from the shoulder and edge height above the spine's seat."""
        return x_mm - self.machine.clamp.shoulder_x_mm, y_mm - self.machine.clamp.spine_y_mm

    def at_check(self) -> Blade | None:
        """The blade before the check camera, if the clamp stands there with one."""
        return self.carousel.clamped if abs(self.check_off_mm) <= _CHECK_FIELD_MM else None

    @property
    def check_off_mm(self) -> float:
        """How far the clamp stands from its place before the check camera, towards the blade's tip (to the right)."""
        self.sync()
        return self.carousel.places.check_x_mm - self.slides[0].at_mm + self.check_camera_moved_mm

    # -- inside ------------------------------------------------------------------------------------------------

    def _cut(self, blade: Blade, before: tuple[float, float], after: tuple[float, float]) -> None:
        start, end = self.over_blade(*before), self.over_blade(*after)
        shape = self.wheel.shape()
        if (
            min(start[1], end[1]) + min(0.0, shape.offset_mm)
            > blade.height_mm + blade.lift_mm + abs(blade.bend_mm) + 0.5
        ):
            self._brush(blade, before[0], after[0])
            return
        if self.wheel.rpm(self.now_s) < _TURNING_PART * self.machine.wheel.speed_rpm:
            # Out of a slot it once cut, or sliding over an edge, it does no harm.
            self.incidents.plunged_still += blade.touches(end[0], end[1] + _RUBS_MM, shape)
            return
        if self.wheel.faults.broken:
            return
        area = blade.sweep(start, end, shape)
        if area <= 0:
            return
        self.wheel.cut_mm2 += area
        self.wheel.faults.worn_mm += area * self.wheel.faults.wear_mm_per_mm2
        self.incidents.cut_open_door += self.door_open and self._forbidden.lasts(self.now_s)
        self.incidents.cut_loose += self.carousel.clamp_open

    def _cut_nothing(self, at_mm: tuple[float, float]) -> None:
        x_mm, edge_mm = self.over_blade(*at_mm)
        if (
            self.wheel.commanded_rpm
            and edge_mm < _METAL_MM
            and 0 <= x_mm <= _BLADE_MM
            and self.wheel.rpm(self.now_s) > 0
        ):
            self.incidents.cut_no_blank += 1

    def _jaws(self) -> None:
        """Spring and cylinder: open while the output is on, or for want of a spring."""
        is_open, was_open = bool(self.coolant & 1) or self.clamp_slack, self.carousel.clamp_open
        x_mm, y_mm, z_mm = (slide.at_mm for slide in self.slides)
        if is_open and not was_open:
            blade = self.carousel.clamped
            if blade is not None and self.wheel.rpm(self.now_s) > 0:
                self.incidents.cut_loose += blade.touches(*self.over_blade(x_mm, y_mm), self.wheel.shape())
            self.carousel.open_clamp(x_mm, self.now_s)
        elif was_open and not is_open:
            self.carousel.close_clamp(x_mm, z_mm)

    def _allow_or_forbid(self) -> None:
        self._forbidden.changed(self.door_open or self.hold_button, self.homing(), self.now_s)

    def _brush(self, blade: Blade, before_x_mm: float, after_x_mm: float) -> None:
        if blade.burrs and not self.brush_worn and min(before_x_mm, after_x_mm) < -110 < max(before_x_mm, after_x_mm):
            blade.burrs = False


def _axes(machine: Machine) -> tuple[Axis, Axis, Axis]:
    return machine.x, machine.y, machine.z
