"""Why a key cannot be cut, in words for a technician's command line.

Responsible for: the words. Not responsible for: planning the cut (`kiosk.cutting.plan`), words for shoppers (`ui`).
"""

from __future__ import annotations

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
