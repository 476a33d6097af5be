"""Which GRBL was built: the options a board's maker chooses before compiling.

Responsible for: naming the build and what `$I` says of it. Not responsible for: behaving (`simulator.firmware.board`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Make(StrEnum):
    """Whose firmware it is."""

    GRBL = "grbl"
    GRBLHAL = "grblhal"
    FLUIDNC = "fluidnc"


@dataclass(frozen=True)
class FirmwareBuild:
    """Compile-time options. The default is the stock build (`[OPT:V,15,128]`)."""

    echo: bool = False
    """Prints `[echo: LINE]` before a line runs."""
    line_numbers: bool = False
    """Keeps N words and reports `Ln:`; costs one planner block."""
    mist: bool = False
    """M7 is known."""
    safety_door: bool = False
    """The door has its own input; otherwise that input is the feed hold."""
    tachometer: bool = False
    """Reports how fast the wheel turns as a third figure of `FS:`, as grblHAL does with an encoder."""
    make: Make = Make.GRBL
    receive_bytes: int = 128
    """What its receive buffer holds."""
    blocks: int | None = None
    """Motions it can queue, where that does not follow from the options."""
    boot_s: float = 0.05
    """From the power to its greeting; what it says meanwhile is `boot_chatter`."""
    boot_chatter: tuple[str, ...] = ()
    noise: str = ""
    """A message it says of its own accord, every `noise_every` acknowledgements."""
    noise_every: int = 7
    alarm_race: bool = False
    """One reset in motion in 150 is followed by no ALARM:3 and no lock, as seen on real boards."""
    version: str = "1.1h"
    revision: str = "20190830"

    @property
    def planner_blocks(self) -> int:
        """How many motions can be queued."""
        return self.blocks or (14 if self.line_numbers else 15)

    @property
    def options(self) -> str:
        """The letters of the OPT line, in the firmware's order."""
        return "V" + "N" * self.line_numbers + "M" * self.mist + "+" * self.safety_door


STOCK = FirmwareBuild()
ECHO = FirmwareBuild(echo=True, line_numbers=True)
GUARDED = FirmwareBuild(echo=True, line_numbers=True, safety_door=True)
"""The build the technician's guide recommends: also the door has an input that is reported in every state."""
