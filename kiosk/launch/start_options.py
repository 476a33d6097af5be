"""What kind of start was asked for on the command line.

Responsible for: the options as values. Not responsible for: reading them (`kiosk.launch.run`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from config.payment import PaymentKind
from kiosk.data_paths import DataPaths, data_paths

if TYPE_CHECKING:
    from kiosk.rehearsal.script import ScriptedVisit


@dataclass(frozen=True)
class StartOptions:
    """What kind of start was asked for.

    `flight_record`: where what happens is written, with nothing of a key. `port`, if given, is the board's serial
    port, or where a simulated one appears. `terminal`: a simulated one of this kind beside it. `visits` are played by a
    scripted shopper, then the kiosk ends. `stay`: if it cannot start, show out of order rather than end.
    """

    simulated: bool = False
    port: str = ""
    visits: tuple[ScriptedVisit, ...] = ()
    pictures: Path | None = None
    config: Path | None = None
    data: Path | None = None
    flight_record: Path | None = None
    terminal: PaymentKind | None = None
    speed: float = 1.0
    seed: int = 1
    panel: bool = True
    full_screen: bool = True
    stay: bool = False
    lesson: int = 0
    """A fault for a technician to find, with `simulated`; 0 for none."""
    sign_in: dict[str, str] = field(default_factory=dict)
    """`number` and `pin` of whoever learns."""

    @property
    def places(self) -> DataPaths:
        """Where journal, stock and audit lie: a simulated kiosk never shares a real one's."""
        return data_paths(self.data, simulated=self.simulated)

    @property
    def shows_panel(self) -> bool:
        """Whether the technician's panel stands beside the shopper's window."""
        return self.simulated and self.panel and not self.visits
