"""What a GRBL 1.1 board says, as frozen values. No I/O and no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from hardware.job import Position


@dataclass(frozen=True)
class Greeting:
    """The board has started: `Grbl 1.1h ['$' for help]`, or grblHAL's or FluidNC's."""

    firmware: str
    version: str


@dataclass(frozen=True)
class Ok:
    """A line was parsed and queued. Never: done."""


@dataclass(frozen=True)
class ErrorReply:
    """A line was refused."""

    number: int


@dataclass(frozen=True)
class Alarm:
    """The board has locked itself."""

    number: int


@dataclass(frozen=True, repr=False)
class StatusReport:
    """One status report. None: the field was not in this report.

    `accessories` is reported only beside `overrides`; then "" means that wheel and coolant are off.
    """

    state: str
    substate: int | None = None
    machine_mm: Position | None = None
    work_mm: Position | None = None
    work_offset_mm: Position | None = None
    blocks_free: int | None = None
    feed_mm_min: float | None = None
    spindle_rpm: float | None = None
    """As commanded; what it measures is `measured_rpm`, on boards that do."""
    measured_rpm: float | None = None
    pins: str = ""
    overrides: tuple[int, int, int] | None = None
    accessories: str | None = None
    others: frozenset[str] = frozenset()
    """Names of further fields, which not every firmware knows."""

    def __repr__(self) -> str:
        return f"Status({self.state})"


@dataclass(frozen=True)
class Setting:
    """`$100=250.000`."""

    number: int
    value: str


@dataclass(frozen=True)
class PathSetting:
    """`$/axes/x/steps_per_mm=80.000`: a FluidNC setting by its place in the board's own file."""

    path: str
    value: str


@dataclass(frozen=True)
class Reflected:
    """What this program sends itself, come back: something on the way echoes."""


@dataclass(frozen=True, repr=False)
class Echo:
    """A line as the board received it, printed before it runs. Holds key data: the repr shows none."""

    text: str

    def __repr__(self) -> str:
        return "Echo(…)"


@dataclass(frozen=True)
class ParserState:
    """`[GC:G0 G54 …]`: the words in force."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Offset:
    """`[G54:0.000,0.000,0.000]` and its like; TLO has one value."""

    name: str
    values_mm: tuple[float, ...]


@dataclass(frozen=True, repr=False)
class Probe:
    """`[PRB:x,y,z:1]`."""

    at_mm: Position
    touched: bool

    def __repr__(self) -> str:
        return f"Probe(touched={self.touched})"


@dataclass(frozen=True)
class Info:
    """`[VER:…]`, `[OPT:…]`, `[MSG:…]` and others that only inform."""

    kind: str
    text: str


@dataclass(frozen=True)
class StartupLine:
    """`$N0=…`, or `>…:ok` when the board ran it by itself."""

    ran: bool
    empty: bool


@dataclass(frozen=True)
class Unexplained:
    """Something the grammar has no place for. Only its length is kept: it may be a piece of a key."""

    length: int


Event: TypeAlias = (
    Greeting
    | Ok
    | ErrorReply
    | Alarm
    | StatusReport
    | Setting
    | PathSetting
    | Reflected
    | Echo
    | ParserState
    | Offset
    | Probe
    | Info
    | StartupLine
    | Unexplained
)
