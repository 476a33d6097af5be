"""A key typed as its code by a technician: which blank it asks for, its cuts, and why it cannot be cut.

Responsible for: distinguishing a typed code from a slip. Not responsible for: planning the cut (`kiosk.cutting.plan`).
"""

from __future__ import annotations

from config.catalogue import Catalogue
from config.keyway import Blank, Keyway
from config.problems import BadInput, Problem
from kiosk.cutting.plan import PlanRefusal

REFUSED = {
    PlanRefusal.UNKNOWN_DEPTH: "a depth this keyway does not have",
    PlanRefusal.WRONG_LENGTH: "the wrong number of cuts",
    PlanRefusal.MACS_BROKEN: "two neighbouring cuts differ by more steps than the maker allows (MACS)",
    PlanRefusal.WHEEL_TOO_WIDE: "the wheel is too wide for these cuts",
    PlanRefusal.BEYOND_BLADE: "a cut would run into the shoulder or off the blade",
    PlanRefusal.BEYOND_TRAVEL: "the path leaves the machine's travel",
    PlanRefusal.BEYOND_FEED: "the feed is faster than the machine",
    PlanRefusal.STOP_NOT_HELD: "this key stops at its tip, and the clamp holds only shoulders",
}


def find_blank(catalogue: Catalogue, code: str) -> tuple[Keyway, Blank]:
    """The blank (or a keyway's first blank) of a code.

    Raises:
        BadInput: not known, or known only to be refused.
    """
    wanted = code.strip().upper()
    found = catalogue.blank_of.get(wanted)
    keyway = found[0] if found else catalogue.keyway_of.get(wanted)
    if keyway is None:
        raise BadInput(Problem("command line", "--keyway", f"{code!r} is not in the catalogue"))
    if keyway.spec is None or not keyway.blanks:
        raise BadInput(Problem("command line", "--keyway", f"{keyway.code} is known only to be refused"))
    return found or (keyway, keyway.blanks[0])


def split_bitting(keyway: Keyway, blank: Blank, text: str) -> tuple[str, ...]:
    """A typed bitting as depth codes.

    Raises:
        BadInput: wrong length, or a code the keyway does not have. The bitting itself is not repeated.
    """
    codes = tuple(part.strip() for part in text.split(",")) if "," in text else tuple(text.strip())
    known = tuple(keyway.spec.root_mm_of) if keyway.spec is not None else ()
    problems = []
    if len(codes) != blank.cuts:
        problems.append(Problem("command line", "--bitting", f"{len(codes)} cuts given, {blank.code} has {blank.cuts}"))
    if not set(codes) <= set(known):
        problems.append(Problem("command line", "--bitting", f"{keyway.code} has only the depths {', '.join(known)}"))
    if problems:
        raise BadInput(*problems)
    return codes
