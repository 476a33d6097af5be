"""What the technician's screen holds while it is open: machine, cameras, the last test cut and calibration.

Responsible for: holding it, and forgetting it. Not responsible for: what may be done
(`kiosk.session.phases.single_actions`).
Owned by the controller's thread, but for `finger`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from hardware.ports import MachineStatus
from kiosk.key.secrecy import wipe
from kiosk.session.outlook import Outlook
from kiosk.session.snapshot import CalibrationView, Preview, ServiceMessage, TrialView


@dataclass
class ServiceBench:
    """One technician's visit."""

    status: MachineStatus | None = None
    looking: bool = False
    """A look at the machine is on its way."""
    cameras_live: bool = False
    seeing: bool = False
    """Frames are on their way."""
    previews: tuple[Preview, ...] = ()
    fraction: float = 0.0
    """Of the action going on."""
    trial: TrialView | None = None
    calibration: CalibrationView | None = None
    jogged: bool = False
    outlook: Outlook | None = None
    outlook_failed: bool = False
    """It was asked for, and the records do not say it."""
    message: ServiceMessage | None = None
    detail: str = ""
    """A fault's code or a figure: what there are no words for."""
    unfit: str = ""
    """Why the blank of the last action was unfit, as its slot's lock says it."""
    slot: int = 0
    """The slot last acted on: it stays the chosen one, locked or not, until another is chosen."""
    finger: threading.Event = field(default_factory=threading.Event)
    """A finger lies on a jog button. Set and cleared by whatever thread hears of it, at once."""

    def begin(self) -> None:
        """A technician comes: nothing is known yet, nothing moves."""
        self.finger.clear()
        self.status, self.looking = None, False
        self.fraction, self.trial, self.calibration, self.jogged, self.slot = 0.0, None, None, False, 0
        self.outlook, self.outlook_failed = None, False
        self.say(None)
        self.close_eyes()

    def say(self, message: ServiceMessage | None, detail: str = "", unfit: str = "") -> None:
        """What came of the last action."""
        self.message, self.detail, self.unfit = message, detail, unfit

    def close_eyes(self) -> None:
        """No more live pictures, and the last ones overwritten."""
        self.cameras_live = self.seeing = False
        self.show(())

    def show(self, previews: tuple[Preview, ...]) -> None:
        """Put newer pictures in the place of those before, which are overwritten."""
        wipe(self.previews)
        self.previews = previews
