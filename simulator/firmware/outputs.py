"""The board's outputs: the wheel's direction and power, and the coolant.

Responsible for: what a commanded speed becomes on the output (override, range of $30 and $31, laser mode), and what is
reported of it. Not responsible for: when (`simulator.firmware.realtime`, `simulator.firmware.blocks`).
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.firmware.numbers import single
from simulator.firmware.planner import Planned
from simulator.firmware.settings import BoardSettings
from simulator.firmware.wiring import Wiring


class Outputs:
    """Wheel and coolant. What is reported of the wheel's speed is not always what its output does."""

    def __init__(self, wiring: Wiring, settings: Callable[[], BoardSettings], settled_s: Callable[[], float]) -> None:
        """Everything off.

        Args:
            wiring: where the outputs lead.
            settings: the board's settings now.
            settled_s: bring the machine to the present and say when that is.
        """
        self._wiring = wiring
        self._settings = settings
        self._settled_s = settled_s
        self.backwards = False
        self.clear()

    def clear(self) -> None:
        """As after a reset (the outputs themselves are off by then)."""
        self.on = False
        self.rpm = 0.0
        """The speed that is reported."""
        self.percent = 100
        self.coolant = 0
        self.due = False
        """The override changed and the output has not followed yet."""
        self._followed: Planned | None = None

    @property
    def turning(self) -> int:
        """3 or 4 while the wheel's output is on, else 0."""
        return (4 if self.backwards else 3) if self.on else 0

    def set_spindle(self, mode: int, rpm: float) -> None:
        """Run the wheel (3, 4) or not (5)."""
        if mode == 5:
            self.rpm, self.on = 0.0, False
        else:
            self.backwards = mode == 4
            # A laser whose power follows the speed is off while nothing moves.
            self._turn(0.0 if self._settings().laser and self.backwards else rpm)
        self._switch()

    def follow(self, block: Planned, *, anew: bool = False) -> None:
        """The output follows the block that is being prepared; one that names no wheel stops it."""
        if block is self._followed and not anew:
            return
        self._followed, self.due = block, False
        before = (self.rpm, self.on)
        if block.move.spindle == 5:
            self.rpm, self.on = 0.0, False
        else:
            self._turn(block.move.speed_rpm)
        if (self.rpm, self.on) != before:
            self._switch()

    def begin(self) -> None:
        """Motion begins: whatever block comes first sets the output."""
        self._followed, self.due = None, False

    def follow_speed(self, block: Planned, speed_mm_s: float) -> None:
        """In laser mode with M4 the power goes with the speed of what was prepared last."""
        if self._settings().laser and block.move.spindle == 4 and block.rate_mm_s:
            self._turn(single(block.move.speed_rpm * speed_mm_s / block.rate_mm_s))
            self._switch()

    def motion_ended(self) -> None:
        """What was prepared last ends at a stand, and so does a laser that follows the speed."""
        if self._followed is not None:
            self.follow_speed(self._followed, 0.0)

    def stop(self) -> None:
        """Wheel and coolant off, whatever is reported."""
        self.on, self.coolant = False, 0
        self._switch()

    def set_up_again(self) -> None:
        """$30 and $31 set the wheel's output up anew: it is off, whatever is reported."""
        self.on = False
        self._switch()

    def set_coolant(self, coolant: int) -> None:
        """Switch the coolant outputs (1 flood, 2 mist)."""
        self.coolant = coolant
        self._switch()

    def _turn(self, rpm: float) -> None:
        high, low = self._settings().values[30], self._settings().values[31]
        rpm = single(rpm * single(self.percent / 100))
        if low >= high or rpm >= high:
            self.rpm, self.on = high, True
        elif rpm <= low:
            self.rpm, self.on = (0.0, False) if rpm == 0 else (low, True)
        else:
            self.rpm, self.on = rpm, True

    def _switch(self) -> None:
        now_s = self._settled_s()
        self._wiring.outputs(self.turning or 5, self.rpm, self.coolant, now_s)
