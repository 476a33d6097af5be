"""The machine: axes, wheel, magazine, clamp, macros, cameras, calibration, the wire.

Responsible for: what the reference machine or a real one measures. Not responsible for: store policy.
Machine coordinates are GRBL's own (0 at the homing switch, negative into the travel): `shoulder_x_mm` and
`spine_y_mm` say where a clamped blade lies in them, so the board's work offsets stay zero.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, field_validator

from config.base import Frozen, Name, PathText, PortText
from config.headset import Headset
from config.payment import Payment
from config.printer import Printer

STOCK_INPUTS = "PXYZDHRS"
"""Letters of a report's pins that mean probe, limits, door, hold, reset and start on every board."""


class Assurance(StrEnum):
    """How far the wire to the board can be trusted (facts: GRBL has no checksum)."""

    ECHO = "echo"
    """The board echoes every line before it runs; every echo is compared."""
    STOCK = "stock"
    """No echo: state compared at retracted points, position watched in between."""


class Axis(Frozen):
    """One axis. Travel runs from -travel_mm to 0 in machine coordinates."""

    travel_mm: float = Field(gt=0, le=1000)
    steps_per_mm: float = Field(gt=1, le=10000)
    max_rate_mm_min: float = Field(gt=1, le=50000)
    acceleration_mm_s2: float = Field(gt=1, le=20000)
    backlash_mm: float = Field(ge=0, le=0.05)


class Wheel(Frozen):
    """Cutting wheel: flat of width `flat_mm`, flanks of included angle `angle_deg`."""

    name: Name
    flat_mm: float = Field(ge=0.1, le=4)
    angle_deg: float = Field(ge=60, le=120)
    diameter_mm: float = Field(gt=20, lt=200)
    speed_rpm: int = Field(gt=100, le=30000)
    spin_up_s: float = Field(gt=0, le=10)
    tachometer: bool = False
    """Whether the board reports the measured speed (third figure of `FS:`, boards with a spindle encoder). Then the
    wheel must reach its speed before it goes down and keep it in the metal; without one nobody here can know."""


class Wire(Frozen):
    """The serial port and what is asked of the board behind it. Deadlines in seconds."""

    port: PortText
    baud: int = Field(ge=9600, le=2_000_000)
    require: Assurance
    reply_timeout_s: float = Field(gt=0.05, le=5)
    silence_timeout_s: float = Field(gt=0.1, le=1.0)
    homing_timeout_s: float = Field(gt=1, le=120)
    poll_hz: float = Field(ge=5, le=10)
    boot_timeout_s: float = Field(default=12.0, ge=2, le=60)
    """For the greeting of a board that boots when its port opens; it is opened once and waited for."""


class DoorInput(StrEnum):
    """Where the guard door is wired, which decides what the board can report of it."""

    HOLD = "hold"
    """The hold input of a stock board: not heeded while it homes, and acts only when it changes."""
    DOOR = "door"
    """A door input of its own, reported and heeded in every state; a board without one is refused at connect."""


SettingNumbers = Annotated[tuple[Annotated[int, Field(ge=0, le=132)], ...], Field(min_length=1, max_length=40)]


class NotComparable(Frozen):
    """Numbers of settings a firmware may leave untold, by firmware."""

    fluidnc: SettingNumbers
    grblhal: SettingNumbers | None = None

    def of(self, firmware: str) -> tuple[int, ...]:
        """For a firmware as it is called at connect; none for a stock board."""
        return {"GrblHAL": self.grblhal, "FluidNC": self.fluidnc}.get(firmware) or ()


class Board(Frozen):
    """What the board's own `$` settings must be, beside the axes: compared at connect, never written."""

    step_invert_mask: int = Field(default=0, ge=0, le=7)
    direction_mask: int = Field(default=0, ge=0, le=7)
    limit_pins_inverted: bool = False
    probe_pin_inverted: bool = False
    hard_limits: Literal[True] = True
    """A board that does not stop at its switches drives the wheel into its ends: there is no machine without."""
    homing_direction_mask: int = Field(default=0, ge=0, le=7)
    pull_off_mm: float = Field(default=1.0, gt=0, le=10)
    homing_feed_mm_min: float = Field(default=200.0, ge=1, le=2000)
    """Of the slow approach."""
    homing_seek_mm_min: float = Field(default=3000.0, ge=1, le=20000)
    homing_debounce_ms: int = Field(default=25, ge=1, le=1000)
    step_pulse_us: float = Field(default=10.0, ge=1, le=100)
    step_idle_delay_ms: int = Field(default=255, ge=0, le=255)
    """255: motors keep their hold at rest."""
    enable_pin_inverted: bool = False
    door: DoorInput = DoorInput.HOLD
    control_invert_mask: int = Field(default=0, ge=0, le=255)
    """grblHAL's `$14`: which of reset (1), hold (2), start (4), door (8) … are inverted."""
    homing_cycles: tuple[Annotated[str, Field(pattern=r"^X?Y?Z?$", min_length=1)], ...] = Field(
        default=("Z", "XY"), min_length=1, max_length=3
    )
    """grblHAL's `$44` to `$46`: which axes home together, in this order."""
    not_comparable: NotComparable | None = None
    """Settings that a firmware may leave without an answer, by number: listed by doctor, whoever wires checks them."""


class Cutting(Frozen):
    """Feeds and margins of a cut, all in machine units."""

    feed_mm_min: float = Field(gt=1, le=5000)
    plunge_mm_min: float = Field(gt=1, le=5000)
    retract_height_mm: float = Field(gt=9, le=40)
    """Wheel edge above the spine when it is out of the blade."""
    max_bite_mm: float = Field(gt=0.05, le=10)
    tip_overrun_mm: float = Field(gt=0, le=10)


class Clamp(Frozen):
    """Where a clamped blade lies, in machine coordinates."""

    shoulder_x_mm: float = Field(gt=-1000, lt=0)
    spine_y_mm: float = Field(gt=-1000, lt=0)
    stops: tuple[Literal["shoulder", "tip"], ...] = Field(min_length=1, max_length=2)
    probe_x_from_shoulder_mm: float = Field(ge=-20, le=60)
    probe_feed_mm_min: float = Field(gt=1, le=1000)
    edge_tolerance_mm: float = Field(gt=0.005, le=0.06)
    """A touch-off further than this from the blank's height means no blank, not seated, or shavings."""


class Slot(Frozen):
    """One magazine slot: the blank it holds and its finish (for the shopper's choice)."""

    number: int = Field(ge=1, le=64)
    blank: Name
    finish: Name = "brass"
    capacity: int = Field(ge=1, le=500)
    low_at: int = Field(ge=0, le=100)


class Magazine(Frozen):
    """Carousel turned by Z: slot n stands at z = first_z_mm - (n-1) * pitch_z_mm."""

    first_z_mm: float = Field(ge=-1000, le=0)
    pitch_z_mm: float = Field(gt=0, le=200)
    slots: tuple[Slot, ...] = Field(min_length=1, max_length=64)

    def holding(self, number: int, blank: str) -> Magazine:
        """The same with this blank in a slot."""
        held = {"blank": blank}
        slots = tuple(each.model_copy(update=held) if each.number == number else each for each in self.slots)
        return self.model_copy(update={"slots": slots})


MacroLine = Annotated[str, Field(min_length=1, max_length=70)]
"""GRBL 1.1 takes 79 characters a line (`LINE_BUFFER_SIZE`), and `{z}` grows when it is filled in."""
Macro = Annotated[tuple[MacroLine, ...], Field(min_length=1, max_length=40)]


class Macros(Frozen):
    """Short G-code of everything that is not a cut, in machine coordinates; `{z}` is the slot's position."""

    feed: Macro
    brush: Macro
    check: Macro
    """Bring the clamped blade before the check camera."""
    deliver: Macro
    reject: Macro


class Chute(Frozen):
    """Where copies slide to the shopper, if it has a sensor."""

    sensor: str = Field(pattern="^[A-Z]$")
    """Letter under which the board reports (`Pn:`) an input that is active while something slides through: a copy
    counts as delivered only if it was seen to fall. A stock board has no input left for it: one that reports more is
    needed, and the barrier must hold its pulse for half a second."""

    @field_validator("sensor")
    @classmethod
    def _is_no_other_input(cls, letter: str) -> str:
        if letter in STOCK_INPUTS:
            raise ValueError(f"{letter} is an input of every board (it has {', '.join(STOCK_INPUTS)})")
        return letter


class CameraView(Frozen):
    """One camera view and its calibration."""

    device: PathText = Field(min_length=1)
    width_px: int = Field(ge=64, le=10000)
    height_px: int = Field(ge=64, le=10000)
    mm_per_px: float = Field(gt=0.001, le=1)
    exposure: float | None = Field(default=None, ge=-1e6, le=1e6)
    """Fixed exposure in the camera's own unit; None leaves the camera to choose."""


class Views(Frozen):
    """The cameras of a machine. Both faces have a line view."""

    silhouette: CameraView
    head: CameraView
    line_left: CameraView
    line_right: CameraView
    face_above: CameraView | None = None
    """The upper face in light that grazes along the blade, on the silhouette's field."""
    face_below: CameraView | None = None
    """The lower face likewise, its picture turned over by the machine so that it too lies on the silhouette.

    A machine without one of the two cannot see whether that face is milled: each of its keys is asked about.
    """
    face_above_far: CameraView | None = None
    """The upper face lit from the other end of the tray: with both, a stain is told from a slope."""
    face_below_far: CameraView | None = None
    """The lower face likewise."""
    check: CameraView
    laser_angle_deg: float = Field(ge=20, le=70)

    @property
    def of_tray(self) -> dict[str, CameraView]:
        """The cameras that look at the tray, by name; those this machine has."""
        views = {name: getattr(self, name) for name in type(self).model_fields if name != "check"}
        return {name: view for name, view in views.items() if isinstance(view, CameraView)}

    @property
    def named(self) -> dict[str, CameraView]:
        """Every camera this machine has."""
        return {**self.of_tray, "check": self.check}


class Gauge(Frozen):
    """The step gauge cameras are calibrated with: a flat-based bar that falls in equal steps from one end.

    Seen against the light it is a staircase; each of its faces is a staircase too, deeper from its base up.
    """

    steps: int = Field(default=6, ge=3, le=20)
    tread_mm: float = Field(default=5.0, ge=2, le=20)
    """Length of each step along the bar."""
    height_mm: float = Field(default=8.0, ge=4, le=12)
    """Of the tallest step, at one end."""
    rise_mm: float = Field(default=0.8, ge=0.2, le=3)
    face_steps: int = Field(default=4, ge=3, le=10)
    """Steps of each face, counted from the base of the tallest end up; the first is not recessed."""
    face_tread_mm: float = Field(default=2.0, ge=0.5, le=5)
    face_recess_mm: float = Field(default=0.4, ge=0.1, le=1)
    """How much deeper each step of a face is than the one below it."""


class CopyCheck(Frozen):
    """What a copy must be to be handed over, and when the kiosk closes itself for drift.

    The upper bounds are the shipped values: an owner may ask more of a copy, never less.
    """

    tolerance_mm: float = Field(gt=0, le=0.05)
    place_tolerance_mm: float = Field(default=0.075, gt=0, le=0.075)
    """How far a cut may lie off along the blade; makers state .001 to .004 in."""
    tip_tolerance_mm: float = Field(default=0.12, gt=0, le=0.12)
    """How far the tip may be from where a blank on its stop has it; more is a blank that slipped."""
    jaw_mm: float = Field(default=4.0, gt=0.5, le=20)
    """Where the clamp's face must be in the check picture, from its left border: set once with a homed machine."""
    jaw_tolerance_mm: float = Field(default=0.5, gt=0, le=0.5)
    """A jaw further from there: X has lost steps, or the camera was moved, and the picture measures nothing."""
    rim_mm: float = Field(default=0.0, ge=0, le=0.05)
    """How much higher the camera sees a cut than its middle lies: a round wheel leaves a hollow across the blade, of
    thickness squared over four times the wheel's diameter (2 mm by 60 mm: 0.017), and the camera sees its rims."""
    recuts: int = Field(ge=0, le=1)
    drift_window: int = Field(ge=3, le=20)
    drift_limit_mm: float = Field(gt=0, le=0.03)


class Machine(Frozen):
    """A whole machine."""

    name: Name
    wire: Wire
    board: Board = Board()
    x: Axis
    y: Axis
    z: Axis
    wheel: Wheel
    cutting: Cutting
    clamp: Clamp
    magazine: Magazine
    macros: Macros
    chute: Chute | None = None
    views: Views
    check: CopyCheck
    gauge: Gauge = Gauge()
    payment: Payment = Payment()
    printer: Printer = Printer()
    headset: Headset = Headset()

    @property
    def chute_sensor(self) -> str:
        """Letter of the input that sees a copy fall; empty where the chute has none."""
        return self.chute.sensor if self.chute is not None else ""
