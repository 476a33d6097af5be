"""The fault tree. Faults are exceptions that latch; expected outcomes are values and live elsewhere.

Each carries a stable `code` (shown to technicians, kept in the journal) and facts, and never key data: a fault
may name a line's number in a job, not its text.
"""

from __future__ import annotations

from typing import ClassVar


class HardwareFault(Exception):
    """Something about the machine is not as it must be: stop, wheel off, re-home, scrap the blank."""

    code: ClassVar[str] = "HW_FAULT"


class LinkFault(HardwareFault):
    """The wire cannot be trusted: position is unknown from here on."""

    code: ClassVar[str] = "LINK"


class PortUnavailable(LinkFault):
    """The port is not there, or somebody else has it."""

    code: ClassVar[str] = "LINK_PORT"


class PortInUse(PortUnavailable):
    """Another program has the port."""

    code: ClassVar[str] = "LINK_IN_USE"


class LinkLost(LinkFault):
    """The port vanished while in use."""

    code: ClassVar[str] = "LINK_LOST"


class LinkTimeout(LinkFault, TimeoutError):
    """The board owed an answer and stayed silent."""

    code: ClassVar[str] = "LINK_SILENT"


class LinkGarbled(LinkFault):
    """Something on the wire that nothing explains: a byte, an extra or missing acknowledgement, a banner, an echo."""

    code: ClassVar[str] = "LINK_GARBLED"


class LinkSetup(LinkFault):
    """The wire is sound and set otherwise than this program needs: its speed, an echo, reports that come unasked."""

    code: ClassVar[str] = "LINK_SETUP"


class BoardAlarm(HardwareFault):
    """The board raised `ALARM:n`."""

    code: ClassVar[str] = "BOARD_ALARM"

    def __init__(self, number: int, meaning: str) -> None:
        super().__init__(f"ALARM:{number} ({meaning})")
        self.number = number


class BoardError(HardwareFault):
    """The board refused a line with `error:n`."""

    code: ClassVar[str] = "BOARD_ERROR"

    def __init__(self, number: int, meaning: str) -> None:
        super().__init__(f"error:{number} ({meaning})")
        self.number = number


class BoardMismatch(HardwareFault):
    """The board is not the one the machine file describes (settings, version, echo)."""

    code: ClassVar[str] = "BOARD_MISMATCH"


class PathDeviation(HardwareFault):
    """A reported position left the planned path, the wheel was not turning, or the feed stalled."""

    code: ClassVar[str] = "PATH_DEVIATION"


class HomingUnsure(HardwareFault):
    """The home switches were not found twice at one place."""

    code: ClassVar[str] = "HOMING"


class DoorOpened(HardwareFault):
    """The guard door was opened while something moved."""

    code: ClassVar[str] = "DOOR_OPEN"


class Stopped(HardwareFault):
    """The machine was told to stop, or the emergency stop did."""

    code: ClassVar[str] = "STOPPED"


class BlankFault(HardwareFault):
    """The blank in the clamp is not there, not seated, not the right one. The slot is to be locked.

    `error_mm` is how far its edge stood from where it belongs; None where the wheel met nothing or was not asked.
    """

    code: ClassVar[str] = "BLANK"

    def __init__(self, slot: int, reason: str, error_mm: float | None = None) -> None:
        super().__init__(f"slot {slot}: {reason}")
        self.slot = slot
        self.reason = reason
        self.error_mm = error_mm


class ChuteBlocked(HardwareFault):
    """The copy did not leave the clamp, or must not: the chute is full, or the copy sticks."""

    code: ClassVar[str] = "CHUTE"


class FallUnseen(HardwareFault):
    """The copy left the clamp, and the chute's sensor saw nothing fall: nobody knows who has it."""

    code: ClassVar[str] = "CHUTE_UNSEEN"


class ClampNotEmpty(HardwareFault):
    """What was scrapped did not leave the clamp: the bin is full, or the blank sticks."""

    code: ClassVar[str] = "CLAMP"


class CameraFault(HardwareFault):
    """A camera is missing, frozen or dark."""

    code: ClassVar[str] = "CAMERA"

    def __init__(self, view: str, reason: str) -> None:
        super().__init__(f"camera {view}: {reason}")
        self.view = view


class JawMisplaced(HardwareFault):
    """The clamp does not stand in the check picture where it must: that picture measures nothing and shows nothing.

    `off_mm` is how far to the right of its place its face is seen; None when it is in the picture nowhere.
    """

    code: ClassVar[str] = "JAW"

    def __init__(self, off_mm: float | None) -> None:
        where = "not to be seen" if off_mm is None else f"{off_mm:+.2f} mm off its place"
        super().__init__(
            f"in the check picture the jaw is {where}: X lost steps, or the camera was moved (check.jaw_mm)"
        )
        self.off_mm = off_mm


class PaymentFault(HardwareFault):
    """The payment device cannot be asked."""

    code: ClassVar[str] = "PAYMENT"
