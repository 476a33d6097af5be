"""The ports: everything the product may ask of devices. Blocking; called from the worker thread only.

`Cutter.stop` is the exception: any thread may call it, at any time, and it returns at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from config.machine import Assurance
from hardware.job import CutJob, Position
from hardware.scan import TRAY_VIEWS, Frame, ScanFrames

VIEWS = (*TRAY_VIEWS, "check")
"""All camera views a machine may have."""


class ByteLink(Protocol):
    """A two-way stream of bytes: a serial port, or a simulated one."""

    def read(self, timeout_s: float) -> bytes:
        """Whatever has arrived, waiting up to `timeout_s` for the first byte; b"" if none came.

        Raises:
            LinkLost: the other end is gone.
        """

    def write(self, data: bytes) -> None:
        """Send all of `data`. Safe from any thread.

        Raises:
            LinkLost: the other end is gone.
        """

    def close(self) -> None:
        """Let go of the port. May be called twice."""


@dataclass(frozen=True)
class BoardIdentity:
    """What answered at connect."""

    firmware: str
    version: str
    assurance: Assurance
    options: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    not_compared: tuple[str, ...] = ()
    """Settings this firmware does not tell and the machine file lets pass."""


@dataclass(frozen=True)
class MachineStatus:
    """The last status report, for the technician and the screen. No key data: no position while a path runs."""

    state: str
    position_mm: Position | None
    feed_mm_min: float
    spindle_rpm: float
    pins: str = ""
    inputs_seen: bool = True
    """False while it homes: a board may answer nothing then, and what it said before is not how it stands."""

    @property
    def door_open(self) -> bool:
        """The guard door is open, or the hold input is held: on a stock board the door is wired to that.

        By the input alone: a board stays in Hold or Door when the door is closed again.
        """
        return bool(set("DH") & set(self.pins))

    @property
    def emergency_stop(self) -> bool:
        """The emergency stop is pressed, as far as the board's reset input sees it."""
        return "R" in self.pins

    @property
    def closed_switches(self) -> str:
        """Axes whose limit switch is closed, such as "XZ"."""
        return "".join(axis for axis in "XYZ" if axis in self.pins)

    @property
    def probe_closed(self) -> bool:
        """The probe's circuit is closed."""
        return "P" in self.pins


@dataclass(frozen=True)
class TouchOff:
    """Where the probe met the blank's edge: height above the spine, and how far from where it should be."""

    edge_mm: float
    error_mm: float


@dataclass(frozen=True)
class WireLine:
    """One line of the wire, either way (`>` to the board, `<` from it), with no number of a motion in it.

    `meaning` is an id the screen has words for; empty for a line that means nothing.
    """

    way: str
    text: str
    meaning: str
    at_utc_s: float = field(default=0.0, compare=False)


class Fall(StrEnum):
    """What the chute's sensor says of a drop."""

    SEEN = "seen"
    UNSEEN = "unseen"
    UNWATCHED = "unwatched"
    """The machine has no such sensor."""


class JogEnd(StrEnum):
    """How a jog ended."""

    DONE = "done"
    LET_GO = "let_go"
    BEYOND_TRAVEL = "beyond_travel"
    """Not begun: it would have left the travel."""


class Cutter(Protocol):
    """The cutting machine. The first fault latches: later calls raise it again until `recover`.

    Nothing here moves by itself. Before every motion the door, the hold input and the emergency stop are asked for
    afresh, and motion is refused while one of them is open, held or pressed.
    """

    @property
    def wheel_may_turn(self) -> bool:
        """The wheel may turn and nobody here can stop it: no reset has been confirmed since the board was lost.

        Any thread, at once. While it holds people are told to press the emergency stop.
        """

    def connect(self) -> BoardIdentity:
        """Open, reset, wheel off, identify, compare settings. Moves nothing.

        Raises:
            DoorOpened: the guard door is open, or hold is held.
            Stopped: the emergency stop is pressed.
        """

    def look(self) -> MachineStatus:
        """Door, emergency stop and inputs, asked for now; also while a fault is latched, which stays latched.

        Opens a lost port again and resets the board where that is needed. Moves nothing.

        Raises:
            LinkFault: the board cannot be reached.
        """

    def stop_wheel(self) -> bool:
        """Try once to reach a lost board and reset it; whether that is confirmed. Moves nothing, clears no fault."""

    def home(self) -> None:
        """Lift the wheel if it stands low, find the switches twice; position is known afterwards."""

    def load(
        self,
        slot: int,
        blade_height_mm: float,
        thrown_away: Callable[[], None] = ...,
        feeding: Callable[[], None] = ...,
    ) -> TouchOff:
        """Turn, feed, clamp, touch off.

        A blank that does not sit is thrown away and another one fed; before that `thrown_away` is called, which may
        look at the clamp and raise: nothing latches for it, and nothing is fed. `feeding` is called before each feed,
        once the machine was seen free to move: of a fault before it nothing has left the slot.

        Raises:
            BlankFault: what is clamped is still not a seated blank.
        """

    def run(self, job: CutJob, progress: Callable[[float], None]) -> None:
        """Cut. `progress` gets the fraction done, 0 to 1, from the calling thread."""

    def present_to_check(self, *, brush: bool = True) -> None:
        """Brush the copy and bring it before the check camera."""

    def deliver(self, before_opening: Callable[[], None] = ...) -> Fall:
        """Bring the copy over the chute, call `before_opening`, and drop it to the shopper.

        Raises:
            ChuteBlocked: the chute's sensor saw something before anything was dropped; `before_opening` was not called.
        """

    def reject(self) -> None:
        """Drop what is clamped into the locked bin."""

    def stop(self) -> None:
        """Hold, wheel off, latch. Any thread, at once."""

    def recover(self, wanted: Callable[[], bool] = ...) -> None:
        """After a fault, by a person's explicit wish: soft reset, wheel off, re-home. Never resumes anything.

        The only way out of a latched fault, and it moves. Raises what forbids motion, such as an open door.
        `wanted` is asked after the latch was cleared and before anything moves: a stop pressed since the wish was made
        is answered by it, a later one latches again.
        """

    def jog(self, axis: str, distance_mm: float, held: Callable[[], bool]) -> JogEnd:
        """Move one axis (x, y, z) by so much, slowly, and stop as soon as `held` no longer holds."""

    def status(self) -> MachineStatus:
        """The last known state."""

    def wire(self) -> tuple[WireLine, ...]:
        """The last lines on the wire. Any thread."""

    def hear_wire(self, listener: Callable[[WireLine], None]) -> None:
        """Give `listener` every line of the wire that is kept, from the thread it passes in. It must not block."""

    def close(self) -> None:
        """Soft reset, wheel off, let go of the port. May be called twice, never raises a fault."""


class KeyScanner(Protocol):
    """The cameras over the tray and before the clamp. Raises CameraFault."""

    def scan(self) -> ScanFrames:
        """Four fresh frames of the tray."""

    def tray_is_empty(self) -> bool:
        """Whether nothing lies on the backlight."""

    def tray_stirs(self) -> bool:
        """Whether a glance shows the tray otherwise than when it was last found empty; True when in doubt."""

    def check(self) -> Frame:
        """The clamped copy against its backlight: shoulder left, cuts up, spine level."""

    def look(self, view: str) -> Frame:
        """One fresh frame of one of `VIEWS`, as its camera gives it: for a technician."""


class PaymentState(StrEnum):
    """What a payment device says of one transaction."""

    APPROVED = "approved"
    DECLINED = "declined"
    CAPTURED = "captured"
    VOIDED = "voided"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"
    """No answer, or one that does not tell: ask again, assume nothing."""


@dataclass(frozen=True)
class PaymentAnswer:
    """Answer to one request. `pay_code` is what a register scans (Code 128), where that is how one pays."""

    state: PaymentState
    reference: str = ""
    pay_code: str = ""


class Payment(Protocol):
    """Money. Every call carries our own transaction number and may be repeated with it without harm."""

    name: str

    def authorise(self, transaction: str, amount_minor: int, currency: str) -> PaymentAnswer:
        """Reserve the amount; nothing is taken."""

    def capture(self, transaction: str, amount_minor: int) -> PaymentAnswer:
        """Take up to the reserved amount (fewer copies delivered: less)."""

    def void(self, transaction: str) -> PaymentAnswer:
        """Let a reservation go."""

    def refund(self, transaction: str, amount_minor: int, number: str) -> PaymentAnswer:
        """Give back so much of what was taken, once for each `number`; one transaction may be given back in parts."""

    def query(self, transaction: str) -> PaymentAnswer:
        """What became of a transaction, or of the refund of this number."""


class HeadsetJack(Protocol):
    """Where a headset is put in."""

    def listen(self, heard: Callable[[bool], None]) -> None:
        """Call `heard` with whether one is in now and at every change, from any thread. It must not block."""


class PrinterStatus(StrEnum):
    """What a receipt printer says of itself."""

    READY = "ready"
    PAPER_LOW = "paper_low"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    OFFLINE = "offline"
    SILENT = "silent"
    """It does not answer."""

    @property
    def prints(self) -> bool:
        """Whether a slip would come out."""
        return self in (PrinterStatus.READY, PrinterStatus.PAPER_LOW)
