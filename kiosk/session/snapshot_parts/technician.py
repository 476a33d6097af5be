"""What a technician is shown: the machine as it is, and what came of what was asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hardware.ports import MachineStatus, WireLine
from hardware.scan import Pixels
from kiosk.records.inventory import SlotView
from kiosk.session.outlook import Outlook

JOG_STEPS_MM = (0.01, 0.1, 1.0, 10.0)
"""How far a technician may have an axis moved at one touch."""


@dataclass(frozen=True, eq=False, repr=False)
class Preview:
    """One camera's picture, small and grey, or why there is none. Overwritten when it is no longer shown."""

    view: str
    pixels: Pixels | None = None
    problem: str = ""


@dataclass(frozen=True)
class TrialView:
    """A test cut: how far it was off, never a shopper's key. `errors_mm` is one error a cut, shoulder first."""

    slot: int
    blank: str
    passed: bool
    largest_error_mm: float
    tolerance_mm: float
    errors_mm: tuple[float, ...] = ()


@dataclass(frozen=True)
class FittedView:
    """What a calibration found in one view; `refused` is the id of why it found nothing that serves."""

    view: str
    mm_per_px: float = 0.0
    residual_mm: float = 0.0
    tilt_deg: float = 0.0
    laser_angle_deg: float | None = None
    refused: str = ""
    figure: float = 0.0


@dataclass(frozen=True)
class CalibrationView:
    """A calibration, and the name of the file it was written to (empty: refused)."""

    views: tuple[FittedView, ...]
    file: str = ""


class ServiceMessage(StrEnum):
    """What came of a technician's last action, or why it was not done."""

    DONE = "done"
    LET_GO = "let_go"
    BEYOND_TRAVEL = "beyond_travel"
    NO_BLANK = "no_blank"
    BLANK_UNFIT = "blank_unfit"
    BLANK_MISSING = "blank_missing"
    BLANK_OTHER = "blank_other"
    NOT_PLANNED = "not_planned"
    TRIAL_PASSED = "trial_passed"
    TRIAL_FAILED = "trial_failed"
    CALIBRATED = "calibrated"
    CALIBRATION_REFUSED = "calibration_refused"
    NOT_WRITTEN = "not_written"
    UNKNOWN_ACTION = "unknown_action"
    NOT_NOW = "not_now"
    RECOVER_FIRST = "recover_first"
    RECOVERED = "recovered"
    NOT_CLEAR_SILENT = "not_clear_silent"
    NOT_CLEAR_EMERGENCY_STOP = "not_clear_emergency_stop"
    NOT_CLEAR_DOOR = "not_clear_door"
    TERMINAL_GOOD = "terminal_good"
    TERMINAL_NONE = "terminal_none"
    TERMINAL_NO_PARTIAL_BOOKING = "terminal_no_partial_booking"
    TERMINAL_TIMEOUT_UNKNOWN = "terminal_timeout_unknown"
    TERMINAL_TIMEOUT_SHORT = "terminal_timeout_short"
    TERMINAL_WRONG_PASSWORD = "terminal_wrong_password"  # noqa: S105 - what is said of one
    TERMINAL_UNREACHABLE = "terminal_unreachable"
    TERMINAL_DECLINED = "terminal_declined"
    TERMINAL_NOT_RELEASED = "terminal_not_released"
    """See `hardware.payment.check.TerminalState`."""


@dataclass(frozen=True)
class ServiceView:
    """What a technician sees."""

    status: MachineStatus | None = None
    travel_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Of each axis, from minus this to 0."""
    card_terminal: bool = False
    """Whether one pays at a card terminal."""
    versions: tuple[tuple[str, str], ...] = ()
    wire: tuple[WireLine, ...] = ()
    errors: tuple[str, ...] = ()
    drift_mm: tuple[float, ...] = ()
    drift_limit_mm: float = 0.0
    busy: str = ""
    fraction: float = 0.0
    """Of what is going on."""
    message: ServiceMessage | None = None
    detail: str = ""
    """A fault's code or a figure, in place of a message."""
    unfit: str = ""
    """Why the blank of the last action was unfit, as its slot's lock says it."""
    slot: int = 0
    """The slot last acted on; 0: none was."""
    slots: tuple[SlotView, ...] = ()
    trial: TrialView | None = None
    calibration: CalibrationView | None = None
    cameras_live: bool = False
    previews: tuple[Preview, ...] = ()
    outlook: Outlook | None = None
    """What will need a technician; None before it is known."""
    outlook_failed: bool = False
    """The records do not say it."""
