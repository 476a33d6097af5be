"""Which help in three steps belongs to a fault's code. Pure.

Responsible for: a family of help for every code there is. Not responsible for: its words (the language files) or how
it is laid out (`ui.present.staff`).
"""

from __future__ import annotations

FAMILY_OF = {
    "LINK": "link",
    "LINK_IN_USE": "busy",
    "LINK_SETUP": "setup",
    "BOARD_MISMATCH": "mismatch",
    "BOARD": "board",
    "PATH": "board",
    "HOMING": "board",
    "HW_FAULT": "board",
    "DOOR": "door",
    "STOPPED": "stopped",
    "SUSPECT": "suspect",
    "RESTART": "restart",
    "CLAMP": "clamp",
    "BLANK": "blank",
    "CHUTE": "chute",
    "CHUTE_UNSEEN": "unseen",
    "JAW": "jaw",
    "CAMERA": "camera",
    "PAYMENT": "payment",
    "DRIFT": "drift",
    "DISK": "disk",
    "DATABASE": "records",
    "AUDIT": "records",
    "NOT_RUN_YET": "records",
    "STAFF": "records",
    "SESSION": "program",
    "SCREEN": "program",
    "CONFIG": "settings",
}
"""By how a code begins; the longest beginning counts."""
OTHER = "other"
FAMILIES = (*dict.fromkeys(FAMILY_OF.values()), OTHER)


def fault_family(code: str) -> str:
    """The help that belongs to a fault code; `other` for one nobody has thought of."""
    fitting = [start for start in FAMILY_OF if code.startswith(start)]
    return FAMILY_OF[max(fitting, key=len)] if fitting else OTHER
