"""What will need a technician: each part with its evidence, slots to refill, faults of the last days, as values.

Responsible for: the words other rooms speak of it with. Not responsible for: foretelling (`kiosk.operations.forecast`),
reading the records (`kiosk.operations.service_visit`), or sentences (`ui.present.outlook`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kiosk.records.journal.reader import SlotRow


class Part(StrEnum):
    """What will need somebody."""

    WHEEL = "wheel"
    AXIS = "axis"
    CLAMP = "clamp"
    LAMP = "lamp"
    LINK = "link"


@dataclass(frozen=True)
class Forecast:
    """One part. `copies_left` is None where no end can be foretold: it should be looked at soon."""

    part: Part
    evidence: str
    """In plain English, for logs and commands."""
    figures: tuple[float, ...]
    """What the evidence says: of wheel and axis the level, its limit and mm more in 1,000 copies; of clamp and lamp
    lately and before; of the link how many faults."""
    copies_left: int | None = None
    days_left: float | None = None


@dataclass(frozen=True)
class Outlook:
    """What a visit would find. `low`: slots to refill or unlock; `faults`: code and count, the most frequent first."""

    kiosk: str
    made: datetime
    due: tuple[Forecast, ...] = ()
    low: tuple[SlotRow, ...] = ()
    faults: tuple[tuple[str, int], ...] = ()
