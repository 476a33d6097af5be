"""What is wired to a board: motors, switches, probe, control inputs, outputs.

Responsible for: the seam between firmware and machine, and a board lying loose on the bench. Not responsible for: a
whole machine (`simulator.machine.world`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

Steps = tuple[int, int, int]


class Controls(NamedTuple):
    """Control inputs; true is active."""

    door: bool = False
    hold: bool = False
    reset: bool = False
    start: bool = False


class Wiring(Protocol):
    """A machine as its board sees it. Motors are counted in steps since the power came on."""

    @property
    def controls(self) -> Controls:
        """The control inputs now."""

    def drive(self, motor: Steps, now_s: float) -> None:
        """The motors step along a straight line to `motor`."""

    def limits_at(self, motor: Steps) -> int:
        """Limit switches closed if the motors stood at `motor` (a straight line from here): a bit an axis."""

    def probe_at(self, motor: Steps) -> bool:
        """Whether the probe's circuit were closed there."""

    def outputs(self, spindle: int, rpm: float, coolant: int, now_s: float) -> None:
        """The wheel (3 forward, 4 backward, 5 off) and the coolant outputs (1 flood, 2 mist)."""

    def turning_rpm(self, now_s: float) -> float:
        """How fast the wheel turns, where a tachometer is fitted."""

    def extra_pins(self, now_s: float) -> str:
        """The letters of active inputs that a stock board does not have."""


@dataclass
class LooseBoard:
    """A board with motors and switches but no machine: inputs are set by hand or lie at a step count.

    `home_steps`: where each axis's home switch closes (that count and above); None: never.
    """

    controls: Controls = field(default_factory=Controls)
    motor: Steps = (0, 0, 0)
    home_steps: tuple[int | None, int | None, int | None] = (None, None, None)
    forced_limits: int = 0
    probe_closed: bool = False
    probe_below_z_steps: int | None = None
    spindle: int = 5
    rpm: float = 0.0
    coolant: int = 0

    def drive(self, motor: Steps, now_s: float) -> None:
        """The motors follow."""
        self.motor = motor

    def limits_at(self, motor: Steps) -> int:
        """Forced switches and those at a count."""
        closed = self.forced_limits
        for i, at in enumerate(self.home_steps):
            if at is not None and motor[i] >= at:
                closed |= 1 << i
        return closed

    def probe_at(self, motor: Steps) -> bool:
        """Set by hand, or below a height."""
        below = self.probe_below_z_steps
        return self.probe_closed or (below is not None and motor[2] <= below)

    def outputs(self, spindle: int, rpm: float, coolant: int, now_s: float) -> None:
        """Kept to be looked at."""
        self.spindle, self.rpm, self.coolant = spindle, rpm, coolant

    def turning_rpm(self, now_s: float) -> float:
        """As last set."""
        return self.rpm if self.spindle in (3, 4) else 0.0

    def extra_pins(self, now_s: float) -> str:
        """None are wired."""
        return ""
