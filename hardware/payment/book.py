"""What a terminal must remember of each payment over a crash of the kiosk.

Responsible for: the form of an entry and the protocol of the book it is kept in. Not responsible for: the file
(`kiosk.records.terminal_book`), or sales, which the journal keeps. Holds nothing of a card.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Standing(StrEnum):
    """How far a payment has come. Each word ending in -ing is written before its request goes out."""

    ASKING = "asking"
    PROMISED = "promised"
    """The terminal named a receipt number and has not confirmed yet."""
    RESERVED = "reserved"
    TAKING = "taking"
    TAKEN = "taken"
    RELEASING = "releasing"
    RELEASED = "released"
    GIVING_BACK = "giving_back"
    GIVEN_BACK = "given_back"
    DOUBT = "doubt"
    """Nobody here can tell any more whether it was taken: staff look it up, and nothing is sent for it again."""


OPEN = frozenset((Standing.ASKING, Standing.PROMISED, Standing.RESERVED, Standing.TAKING, Standing.RELEASING))
"""Standings in which money may be reserved at the terminal."""


LOOKED_UP = frozenset((Standing.DOUBT, Standing.TAKING, Standing.GIVING_BACK))
"""Standings that may never be answered here: what was done stands in the terminal's journal or its operator's."""


@dataclass(frozen=True)
class Entry:
    """One payment or one refund. `trace` is the terminal's own number of what it did last for it."""

    transaction: str
    standing: Standing
    reserved_minor: int = 0
    taken_minor: int = 0
    receipt: int | None = None
    trace: int | None = None
    begun_s: float = 0.0
    """When it was promised, seconds since 1970: within the reader's time-out nothing can have lapsed."""


class TerminalBook(Protocol):
    """Entries by transaction; a write is on the disk when the call returns."""

    def entry(self, transaction: str) -> Entry | None:
        """What is known of it."""

    def write(self, entry: Entry) -> None:
        """Write it, or write it anew."""

    def open_entries(self) -> tuple[Entry, ...]:
        """Entries whose money may be reserved at the terminal, oldest first."""

    def knows_trace(self, trace: int) -> bool:
        """Whether something already known was done under this number of the terminal's."""
