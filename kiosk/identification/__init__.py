"""Recognising a key: frames in, a reading out; a reading and the catalogue in, an answer out.

Responsible for: measuring pictures and naming keyway, cuts, wear and stamp, and for saying when it does not know.
Pure but for the words on the head, whose models are loaded once. Not responsible for: whether a key may be copied.
"""

from kiosk.identification.agree import agreed
from kiosk.identification.head.sight import why_unseen
from kiosk.identification.head.stamp import StampReader
from kiosk.identification.identify import cuts_by_outline, identify, judge, read_key
from kiosk.identification.outline.decode import notches
from kiosk.identification.outline.stops import places_of_stop
from kiosk.identification.section.match import SectionIndex, build_index, match_section, objection

__all__ = [
    "SectionIndex",
    "StampReader",
    "agreed",
    "build_index",
    "cuts_by_outline",
    "identify",
    "judge",
    "match_section",
    "notches",
    "objection",
    "places_of_stop",
    "read_key",
    "why_unseen",
]
