"""What the rules are asked: one key, one transaction, and the store and catalogue they are held against.

Responsible for: the request as one value, and what of it follows from the catalogue. Not responsible for: which rules
fire (`kiosk.policy.conditions`), deciding (`kiosk.policy.decide`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from config.catalogue import Catalogue
from config.keyway import Blank, Keyway, Standing
from config.store import Store
from kiosk.key.reading import Identification, Outcome, StampReading
from kiosk.policy.decision import Approval, Release

_STRICTNESS = {Standing.OPEN: 0, Standing.RESTRICTED: 1, Standing.PATENTED: 2}


@dataclass(frozen=True, repr=False)
class CopyRequest:
    """All that rules may ask about.

    `stocked` None leaves stock out (a scan folder has no magazine). `now_utc_s` and `now_s` (monotonic) are what
    approvals are held against.
    """

    identification: Identification
    stamp: StampReading
    store: Store
    catalogue: Catalogue
    place: str
    today: date
    now_utc_s: float = 0.0
    now_s: float = 0.0
    transaction: str = ""
    quantity: int = 1
    attempts: int = 1
    stocked: frozenset[str] | None = None
    approvals: tuple[Approval, ...] = ()
    release: Release | None = None

    @property
    def keyway(self) -> Keyway | None:
        """The keyway, if it was identified and the catalogue knows it and a blank that belongs to it."""
        return self._named[0]

    @property
    def blank(self) -> Blank | None:
        """The blank it would be cut on."""
        return self._named[1]

    @cached_property
    def _named(self) -> tuple[Keyway | None, Blank | None]:
        key = self.identification
        if key.outcome is not Outcome.IDENTIFIED or key.keyway is None:
            return None, None
        keyway = self.catalogue.keyway_of.get(key.keyway)
        if keyway is None or key.blank is None:
            return keyway, None
        home, blank = self.catalogue.blank_of.get(key.blank, (None, None))
        return (keyway, blank) if home is not None and home.code == keyway.code else (None, None)

    @cached_property
    def standing(self) -> Standing | None:
        """On that day, the strictest standing of all keyways that share a section with this one."""
        if self.keyway is None:
            return None
        others = (other for each in self.keyway.sections for other in self.catalogue.keyways_with.get(each, ()))
        return max((each.standing.on(self.today) for each in (self.keyway, *others)), key=_STRICTNESS.__getitem__)

    @property
    def cuttable(self) -> bool | None:
        """Whether depths and a blank are on file; None of a key that has no name."""
        return None if self.keyway is None else self.keyway.spec is not None and self.blank is not None

    @property
    def in_stock(self) -> bool | None:
        """Whether its blank could be sold now; None where that is not known."""
        return None if self.blank is None or self.stocked is None else self.blank.code in self.stocked

    @property
    def unidentified(self) -> str | None:
        """Why no key was identified; None of one that was."""
        outcome = self.identification.outcome
        return None if outcome is Outcome.IDENTIFIED else outcome.value

    @property
    def faces_seen(self) -> bool | None:
        """Whether both faces were looked at; None of a key that has no name."""
        return None if self.keyway is None else self.identification.faces_seen

    @property
    def over_store_limit(self) -> bool:
        """Whether more copies are asked for than the store sells at once."""
        return self.quantity > self.store.max_quantity
