"""Whether a rule fires: its conditions, read one after the other.

Responsible for: what each condition asks of a request. What is not known (None) meets no condition. Not responsible
for: what fired rules mean together (`kiosk.policy.decide`).
"""

from __future__ import annotations

from config.phrases import Phrases
from config.policy_rules import RuleConditions
from kiosk.key.reading import StampReading
from kiosk.policy.request import CopyRequest


def fires(when: RuleConditions, request: CopyRequest, marks: frozenset[str]) -> bool:
    """Whether every condition given holds; `marks` is what the head says, by id and by kind."""
    return (
        (not when.stamps or not marks.isdisjoint(when.stamps))
        and (not when.places or request.place in when.places or request.place.partition("-")[0] in when.places)
        and (when.first_day is None or request.today >= when.first_day)
        and (when.last_day is None or request.today <= when.last_day)
        and (when.name_and_phone is None or when.name_and_phone is request.stamp.name_and_phone)
        and (not when.standing or request.standing in when.standing)
        and (when.quantity_over is None or request.quantity > when.quantity_over)
        and (when.attempts_over is None or request.attempts > when.attempts_over)
        and (not when.unidentified or request.unidentified in when.unidentified)
        and (not when.keyways or (request.keyway is not None and request.keyway.code in when.keyways))
        and (not when.kinds or (request.keyway is not None and request.keyway.kind in when.kinds))
        and (when.head_seen is None or (request.keyway is not None and when.head_seen is request.stamp.seen))
        and (when.head_illegible is None or when.head_illegible is request.stamp.illegible)
        and (when.faces_seen is None or when.faces_seen is request.faces_seen)
        and (when.cuttable is None or when.cuttable is request.cuttable)
        and (when.stocked is None or when.stocked is request.in_stock)
        and (not when.do_not_duplicate or request.store.do_not_duplicate in when.do_not_duplicate)
        and (when.over_store_limit is None or when.over_store_limit is request.over_store_limit)
    )


def marks_of(stamp: StampReading, known: Phrases) -> frozenset[str]:
    """Ids of the phrases on a head together with their kinds, as conditions name either."""
    return frozenset(stamp.phrases) | {known.kind_of[each].value for each in stamp.phrases if each in known.kind_of}
